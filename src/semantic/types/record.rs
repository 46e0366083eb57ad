//! Records as paths name them: where a path begins, what is bound to a record,
//! `first(…)` and `last(…)`, and the associations at the end of a path.
//!
//! To bind a name to a record, push it to the locals of the scope as
//! [`Local::Record`] with its place among the names that the workflow binds.
//! Everything that takes a record then takes the name: properties and `one`
//! associations behind it, `is known`, the targets of steps, associations of
//! it in quantifiers, aggregates and `first(…)`. Its record is
//! [`Root::Bound`] at that place. What is known of its properties goes into
//! the facts, as a [`Fact::Property`] of a [`RecordPath::of`] that root.
//! A name that stands for a value that is a record (`let`) needs no place: its
//! [`RecordPath`] is that of the value.

use std::sync::Arc;

use super::expr::made;
use super::scope::{Local, Member};
use super::{Attribute, Checker, Scope};
use crate::base::{Name, Span};
use crate::diagnostic::{Code, Finding};
use crate::model::{ObjectId, Type};
use crate::semantic::hir::{AssociationPath, Choice, Expr, ExprKind, Fact, RecordPath, Root};
use crate::syntax::ast::{self, Argument, Ident};

/// The names of a path behind the record that it begins at, with their labels.
pub(in crate::semantic) type Names<'p> = Vec<(&'p Ident, Option<&'p Ident>)>;

impl Checker<'_> {
    /// A name that is bound to a record.
    pub(super) fn bound_record(
        &self,
        (place, object): (usize, ObjectId),
        span: Span,
        scope: &Scope,
    ) -> Expr {
        let record = RecordPath::of(Root::Bound(place), object);
        let known = scope.reaches(&record);
        made(ExprKind::Record(record), Type::Record(object), span, known)
    }

    /// `first(…)` or `last(…)`, and what follows it in the path.
    pub(super) fn chosen(&mut self, path: &ast::Path, scope: &Scope) -> Expr {
        let span = call_span(path);
        let Some(record) = self.choice(path, scope) else {
            return Expr::broken(path.span);
        };
        let known = scope.facts.contains(&Fact::Record(record.clone()));
        let ty = Type::Record(record.object);
        let start = made(ExprKind::Record(record), ty, span, known);
        self.follow(start, &path.rest, path.span, scope)
    }

    fn choice(&mut self, path: &ast::Path, scope: &Scope) -> Option<RecordPath> {
        let word = path.head.name.as_str();
        let arguments = path.arguments.as_deref().unwrap_or_default();
        let [argument] = arguments else {
            let message = format!("`{word}` takes one association");
            self.report(
                Finding::new(Code::ArgumentCount, call_span(path), message).help(format!(
                    "like `{word}(deals by close_date where stage == open)`"
                )),
            );
            return None;
        };
        let ast::ExprKind::Path(target) = &argument.value.kind else {
            if !matches!(argument.value.kind, ast::ExprKind::Broken) {
                let message = format!("`{word}` takes an association");
                self.report(Finding::new(Code::WrongType, argument.value.span, message));
            }
            return None;
        };
        let from = self.association(target, scope)?;
        let object = from.object;
        let member = scope.within(Member::Record(object));
        let by = self.order(argument, &member);
        let filter = argument.filter.as_ref();
        let filter = filter.map(|filter| self.condition(filter, &member));
        let choice = Choice {
            last: word == "last",
            from,
            by,
            filter,
            written: argument.written.clone(),
        };
        Some(RecordPath::of(Root::Chosen(Arc::new(choice)), object))
    }

    /// `by EXPR desc`: a value that has an order; texts are in that of their
    /// characters.
    fn order(&mut self, argument: &Argument, member: &Scope) -> Option<(Expr, bool)> {
        let (by, descending) = argument.by.as_ref()?;
        let value = self.expr(by, member, None);
        if !value.ty.is_ordered() && !value.ty.is_text() {
            let found = self.describe(&value.ty);
            let message = format!("{found} has no order");
            self.report(
                Finding::new(Code::Unordered, value.span, message)
                    .help("name a property of the record: a number, a date, a text or an enum"),
            );
            return None;
        }
        Some((value, *descending))
    }

    /// The record that a path begins at, and the names that follow it.
    pub(in crate::semantic) fn start<'p>(
        &mut self,
        path: &'p ast::Path,
        scope: &Scope,
    ) -> Option<(RecordPath, Names<'p>)> {
        let rest = path.rest.iter();
        let rest: Names<'p> = rest
            .map(|segment| (&segment.name, segment.label.as_ref()))
            .collect();
        if path.arguments.is_some() {
            return Some((self.called(path, scope)?, rest));
        }
        let head = &path.head;
        let whole = || {
            let first = std::iter::once((head, path.label.as_ref()));
            first.chain(rest.iter().copied()).collect::<Names<'p>>()
        };
        if head.name == "this" {
            let object = scope.this?;
            return Some((RecordPath::of(Root::This, object), rest));
        }
        let of_test = scope.test && scope.local(head.name.as_str()).is_some();
        if let Some(Member::Record(object)) = &scope.member
            && !of_test
            && self.catalog.objects[*object]
                .attribute(head.name.as_str())
                .is_some()
        {
            return Some((RecordPath::of(Root::Member, *object), whole()));
        }
        if let Some(local) = scope.local(head.name.as_str()).cloned() {
            return Some((self.local_record(&local, head, scope)?, rest));
        }
        if scope.this.is_none() {
            let message = format!("`{}` means nothing here: no record is at hand", head.name);
            self.report(Finding::new(Code::UnknownName, head.span, message));
        }
        Some((RecordPath::of(Root::This, scope.this?), whole()))
    }

    /// The record of a call at the head of a path.
    fn called(&mut self, path: &ast::Path, scope: &Scope) -> Option<RecordPath> {
        if matches!(path.head.name.as_str(), "first" | "last") {
            return self.choice(path, scope);
        }
        let message = format!("`{}(…)` is no record", path.head.name);
        self.report(
            Finding::new(Code::WrongType, call_span(path), message)
                .help("`first(…)` and `last(…)` choose one of the associated records"),
        );
        None
    }

    /// The record that a name is bound to.
    fn local_record(&mut self, local: &Local, name: &Ident, scope: &Scope) -> Option<RecordPath> {
        match local {
            Local::Record { place, object, .. } => {
                Some(RecordPath::of(Root::Bound(*place), *object))
            }
            Local::Source(bound) => {
                let value = self.source(name, bound, scope)?;
                match value.kind {
                    ExprKind::Record(record) => Some(record),
                    _ => self.no_record(name),
                }
            }
            Local::Lost => None,
            Local::Unset => {
                self.not_set(name, scope);
                None
            }
            _ => self.no_record(name),
        }
    }

    fn no_record(&mut self, name: &Ident) -> Option<RecordPath> {
        let message = format!("`{}` is no record", name.name);
        self.report(
            Finding::new(Code::WrongType, name.span, message)
                .help("a path begins at a record, or at one of its associations"),
        );
        None
    }

    /// The association that a quantifier, an aggregate or the target of a
    /// step names: `one` associations on the way, the last may be `many`.
    pub(in crate::semantic) fn association(
        &mut self,
        path: &ast::Path,
        scope: &Scope,
    ) -> Option<AssociationPath> {
        let (record, names) = self.start(path, scope)?;
        if names.is_empty() {
            let object = &self.catalog.objects[record.object].name;
            let message = format!("this is one record of `{object}`, not an association");
            self.report(
                Finding::new(Code::WrongType, path.span, message)
                    .help("name an association of it after a dot"),
            );
            return None;
        }
        self.association_of(record, &names)
    }

    /// The association at the end of a path that begins at a record.
    pub(in crate::semantic) fn association_of(
        &mut self,
        mut record: RecordPath,
        names: &Names<'_>,
    ) -> Option<AssociationPath> {
        let ((last, label), way) = names.split_last()?;
        for (ident, label) in way {
            record = self.one_hop(&record, ident, *label)?;
        }
        let Attribute::Association(association) = self.find(record.object, last)? else {
            let owner = &self.catalog.objects[record.object].name;
            let message = format!(
                "`{}` is a property of `{owner}`, not an association",
                last.name
            );
            self.report(
                Finding::new(Code::WrongType, last.span, message)
                    .help("an association leads to other records"),
            );
            return None;
        };
        let object = self.catalog.objects[record.object].associations[association].object;
        let label = match label {
            Some(label) => Some(self.label(record.object, association, label)?),
            None => None,
        };
        Some(AssociationPath {
            record,
            association,
            label,
            object,
        })
    }

    fn one_hop(
        &mut self,
        record: &RecordPath,
        ident: &Ident,
        label: Option<&Ident>,
    ) -> Option<RecordPath> {
        let Attribute::Association(id) = self.find(record.object, ident)? else {
            let message = format!("`{}` is a property: nothing follows it", ident.name);
            self.report(Finding::new(Code::UnknownProperty, ident.span, message));
            return None;
        };
        let association = &self.catalog.objects[record.object].associations[id];
        if association.many || label.is_some() {
            let name: Name = ident.name.clone();
            match label {
                Some(label) => self.through_many(ident, label.span),
                None => self.many_as_value(&name, ident.span),
            };
            return None;
        }
        Some(record.then(id, association.object))
    }
}

/// Where the call at the head of a path stands.
fn call_span(path: &ast::Path) -> Span {
    let end = path
        .rest
        .first()
        .map_or(path.span.end, |next| next.name.span.start.saturating_sub(1));
    Span { end, ..path.span }
}
