//! Occurrences that steps wait for, and names that no path sets.

use super::expr::made;
use super::scope::{EventScope, Local};
use super::{Checker, Scope};
use crate::diagnostic::{Code, Finding};
use crate::semantic::hir::{Expr, ExprKind, Fact, Occurrence};
use crate::syntax::ast::Ident;

impl Checker<'_> {
    /// A property of an occurrence.
    pub(super) fn occurrence(
        &mut self,
        (which, events): (Occurrence, &EventScope),
        ident: &Ident,
        scope: &Scope,
    ) -> Expr {
        let Some((field, ty, known)) = self.field_of(events, ident) else {
            return Expr::broken(ident.span);
        };
        let there = match which {
            Occurrence::Awaited => true,
            Occurrence::Bound(place) => scope.facts.contains(&Fact::Binding(place, None)),
        };
        let fact = Fact::Occurrence(which, field.clone());
        let known = known && there || scope.facts.contains(&fact);
        made(ExprKind::Occurrence(which, field), ty, ident.span, known)
    }

    /// The name of an occurrence, where one of its properties is meant.
    pub(super) fn whole_occurrence(&mut self, ident: &Ident, events: &EventScope) -> Expr {
        let message = format!("`{}` is an occurrence, not a value", ident.name);
        let names: Vec<String> = events
            .names()
            .map(|name| format!("`{}.{name}`", ident.name))
            .collect();
        self.report(
            Finding::new(Code::WrongType, ident.span, message)
                .help(format!("name a property of it: {}", names.join(", "))),
        );
        Expr::broken(ident.span)
    }

    /// A use of a name that no path sets, with the path that leads here.
    pub(in crate::semantic) fn not_set(&mut self, ident: &Ident, scope: &Scope) {
        let name = &ident.name;
        let place = scope.bound(name.as_str()).and_then(Local::place);
        let at = place.and_then(|place| self.bound.get(place)).copied();
        let from = at.map_or(0, |(_, depth)| depth);
        let way: Vec<&str> = self.trail.iter().skip(from).map(String::as_str).collect();
        let message = match way.as_slice() {
            [] => format!("no path sets `{name}` before this"),
            way => format!(
                "`{name}` is not set on the path through {}",
                way.join(", then ")
            ),
        };
        let finding = Finding::new(Code::NameNotSet, ident.span, message);
        self.report(match at {
            Some((span, _)) => finding.also(span, "it is set here, on another path"),
            None => finding,
        });
    }
}
