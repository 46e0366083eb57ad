//! Paths that lead through many records where one value must stand, with the
//! forms that were meant.

use super::scope::{Local, Member};
use super::{Checker, Scope};
use crate::base::Span;
use crate::diagnostic::{Code, Edit, Finding};
use crate::model::ObjectId;
use crate::semantic::hir::Expr;
use crate::syntax::ast::{self, ExprKind, Ident};

/// A path, and the place of the association with many records among its names.
struct ThroughMany<'p> {
    path: &'p ast::Path,
    names: Vec<(&'p Ident, Option<&'p Ident>)>,
    at: usize,
}

impl<'p> ThroughMany<'p> {
    /// The path up to the association, as it is written.
    fn association(&self) -> String {
        let names = self.names.iter().take(self.at + 1);
        let texts = names.map(|(name, label)| match label {
            Some(label) => format!("{}[{}]", name.name, label.name),
            None => name.name.to_string(),
        });
        texts.collect::<Vec<String>>().join(".")
    }

    /// The association itself, with its label.
    fn place(&self) -> Option<Span> {
        let (name, label) = self.names.get(self.at)?;
        Some(match label {
            // The bracket after the label belongs to it.
            Some(label) => Span {
                end: label.span.end + 1,
                ..name.span
            },
            None => name.span,
        })
    }

    /// From the beginning to the name behind the association.
    fn before_next(&self) -> Option<Span> {
        let (next, _) = self.names.get(self.at + 1)?;
        Some(Span {
            end: next.span.start,
            ..self.path.span
        })
    }

    /// `any companies where (tier == gold)` for `companies.tier == gold`.
    fn any(&self, condition: Span) -> Option<Vec<Edit>> {
        let (opening, way) = (
            format!("any {} where (", self.association()),
            self.before_next()?,
        );
        let edit = |span: Span, text: &str| Edit {
            span,
            text: text.into(),
        };
        let close = edit(condition.after(), ")");
        Some(if way.start == condition.start {
            vec![edit(way, &opening), close]
        } else {
            vec![edit(condition.before(), &opening), edit(way, ""), close]
        })
    }
}

impl Checker<'_> {
    /// A condition on a path through many records: a finding with all that may
    /// have been meant.
    pub(super) fn many_tested(&mut self, condition: &ast::Expr, scope: &Scope) -> Option<Expr> {
        let through = tested(condition)
            .into_iter()
            .find_map(|operand| self.through(path_of(operand)?, scope))?;
        self.report_many(&through, Some(condition.span));
        Some(Expr::broken(condition.span))
    }

    /// A value behind many records.
    pub(super) fn many_behind(&mut self, path: &ast::Path, scope: &Scope) -> Option<Expr> {
        let through = self.through(path, scope)?;
        self.report_many(&through, None);
        Some(Expr::broken(path.span))
    }

    fn report_many(&mut self, through: &ThroughMany<'_>, condition: Option<Span>) {
        let association = through.association();
        let place = through.place().unwrap_or(through.path.span);
        let mut finding = Finding::new(
            Code::PathThroughMany,
            place,
            format!("`{association}` leads to many records, not to one"),
        )
        .help(format!(
            "write `any {association} where (…)` for a condition, `first({association})` for one of them, `count({association})` for how many"
        ));
        if let Some(edits) = condition.and_then(|condition| through.any(condition)) {
            let title = format!("write `any {association} where (…)`");
            finding = finding.fix_all(title, edits);
        }
        if let Some(way) = through.before_next() {
            let text = format!("first({association})");
            finding = finding.fix(format!("write `{text}`"), way, format!("{text}."));
        }
        self.report(finding);
    }

    /// Where a path leads through many records to something behind them, told
    /// without a finding; not where it does so twice.
    fn through<'p>(&self, path: &'p ast::Path, scope: &Scope) -> Option<ThroughMany<'p>> {
        if path.arguments.is_some() {
            return None;
        }
        let head = std::iter::once((&path.head, path.label.as_ref()));
        let rest = path.rest.iter();
        let rest = rest.map(|segment| (&segment.name, segment.label.as_ref()));
        let names: Vec<_> = head.chain(rest).collect();
        let (mut object, start) = self.beginning(&path.head, scope)?;
        let mut found = None;
        for (at, (name, label)) in names.iter().enumerate().skip(start) {
            let owner = &self.catalog.objects[object];
            let Some(id) = owner.association(name.name.as_str()) else {
                break;
            };
            let association = &owner.associations[id];
            if (association.many || label.is_some()) && found.replace(at).is_some() {
                return None;
            }
            object = association.object;
        }
        let at = found.filter(|at| at + 1 < names.len())?;
        Some(ThroughMany { path, names, at })
    }

    /// The object that a path begins at, and the first name that is looked up
    /// in it.
    fn beginning(&self, head: &Ident, scope: &Scope) -> Option<(ObjectId, usize)> {
        if head.name == "this" {
            return Some((scope.this?, 1));
        }
        let name = head.name.as_str();
        if let Some(Member::Record(object)) = scope.member
            && self.catalog.objects[object].attribute(name).is_some()
        {
            return Some((object, 0));
        }
        match scope.local(name) {
            Some(Local::Record { object, .. }) => Some((*object, 1)),
            Some(_) => None,
            None => Some((scope.this?, 0)),
        }
    }
}

/// The operands of a test that may be paths.
fn tested(condition: &ast::Expr) -> Vec<&ast::Expr> {
    use ExprKind as E;
    match &condition.kind {
        E::Path(_) => vec![condition],
        E::Compare(_, a, b) | E::TextTest(_, a, b, _) => vec![a, b],
        E::In(a, ..) | E::Between(a, ..) | E::Contains(_, a, ..) => vec![a],
        E::Matches(a, ..) | E::Within(a, _) | E::Is(a, _) => vec![a],
        E::Past(past) if past.is_postfix() => past.children().into_iter().take(1).collect(),
        _ => Vec::new(),
    }
}

fn path_of(operand: &ast::Expr) -> Option<&ast::Path> {
    match &operand.kind {
        ExprKind::Path(path) => Some(path),
        _ => None,
    }
}
