//! Paths: from a record through associations to a property.

use super::scope::{Local, Member};
use super::{Checker, Scope};
use crate::base::{Name, Span};
use crate::diagnostic::{Code, Finding};
use crate::model::{AssociationId, Item, ObjectId, PropertyId, Type};
use crate::semantic::hir::{Expr, ExprKind, Fact, Occurrence, Path, RecordPath, Root};
use crate::semantic::types::expr::made;
use crate::syntax::ast::{self, Ident, PathSegment};

/// What a name after a record leads to.
pub(in crate::semantic) enum Attribute {
    Property(PropertyId),
    Association(AssociationId),
}

impl Checker<'_> {
    pub(super) fn path(
        &mut self,
        path: &ast::Path,
        scope: &Scope,
        expected: Option<&Type>,
    ) -> Expr {
        if path.arguments.is_some() {
            return self.call(path, scope, expected);
        }
        if let Some(broken) = self.many_behind(path, scope) {
            return broken;
        }
        if let Some(label) = &path.label {
            return self.through_many(&path.head, label.span);
        }
        let Some((first, rest)) = path.rest.split_first() else {
            return self.bare(&path.head, scope, expected);
        };
        match (
            path.head.name.as_str(),
            scope.local(path.head.name.as_str()),
        ) {
            ("event", _) => self.event_path(first, rest, path.span, scope),
            (_, Some(Local::Results { place, action })) => {
                let (place, action) = (*place, std::rc::Rc::clone(action));
                let result = self.result(place, &action, first, scope);
                self.follow(
                    Expr {
                        span: path.span,
                        ..result
                    },
                    rest,
                    path.span,
                    scope,
                )
            }
            (_, Some(Local::Occurrence { place, events })) => {
                let which = Occurrence::Bound(*place);
                let events = std::rc::Rc::clone(events);
                let field = self.occurrence((which, &events), &first.name, scope);
                let start = Expr {
                    span: path.span,
                    ..field
                };
                self.follow(start, rest, path.span, scope)
            }
            (_, Some(Local::Lost)) => Expr::broken(path.span),
            _ if self.names_itself(path, scope) => self.behind_itself(path, scope),
            _ => {
                let start = self.bare(&path.head, scope, None);
                self.follow(start, &path.rest, path.span, scope)
            }
        }
    }

    /// What `contact.score` means where the record at hand is a contact.
    fn behind_itself(&mut self, path: &ast::Path, scope: &Scope) -> Expr {
        let record = match (&scope.member, scope.this) {
            (Some(Member::Record(object)), _) => (Root::Member, *object),
            (_, Some(object)) => (Root::This, object),
            _ => return Expr::broken(path.span),
        };
        let record = self.record(record.0, record.1, path.head.span);
        self.follow(record, &path.rest, path.span, scope)
    }

    fn event_path(
        &mut self,
        first: &PathSegment,
        rest: &[PathSegment],
        span: Span,
        scope: &Scope,
    ) -> Expr {
        let Some(event) = scope.event.clone() else {
            if let Some(Member::Awaited(awaited)) = &scope.member
                && awaited.field(first.name.name.as_str()).is_some()
            {
                self.event_of_wait(first, span);
                return Expr::broken(span);
            }
            let finding = if scope.message {
                Finding::new(Code::NoEvent, span, "a message has no event at hand")
                    .help("give the message a parameter, and pass the value where it is sent")
            } else {
                Finding::new(Code::NoEvent, span, "no event is at hand here")
                    .help("an event is at hand in a workflow with a trigger `enroll on EVENT`, and in a `where` after an event")
            };
            self.report(finding);
            return Expr::broken(span);
        };
        let field = self.event_field(&event, &first.name, scope);
        self.follow(Expr { span, ..field }, rest, span, scope)
    }

    /// `event.NAME` in the `where` of a wait, where no event has enrolled the
    /// record.
    fn event_of_wait(&mut self, first: &PathSegment, span: Span) {
        let name = &first.name.name;
        let before = Span {
            end: first.name.span.start,
            ..span
        };
        self.report(
            Finding::new(Code::NoEvent, span, "no event has enrolled the record here")
                .help(format!(
                    "a property of the event that is waited for is named alone: `{name}`"
                ))
                .fix(format!("write `{name}`"), before, ""),
        );
    }

    /// A result of a `do`.
    fn result(
        &mut self,
        place: usize,
        action: &crate::model::Action,
        segment: &PathSegment,
        scope: &Scope,
    ) -> Expr {
        let name = segment.name.name.as_str();
        let found = action.results.iter().position(|result| result.name == name);
        let Some(at) = found else {
            let message = format!("`{}` has no result `{name}`", action.name);
            let candidates = action.results.iter().map(|result| result.name.as_str());
            self.unknown(
                Code::UnknownProperty,
                (name, segment.name.span),
                message,
                candidates,
            );
            return Expr::broken(segment.name.span);
        };
        let ty = action
            .results
            .get(at)
            .map_or(Type::Broken, |result| result.ty.clone());
        // Tested by itself, or with all results at once.
        let facts = [Fact::Binding(place, Some(at)), Fact::Binding(place, None)];
        let known = facts.iter().any(|fact| scope.facts.contains(fact));
        made(
            ExprKind::Binding(place, Some(at)),
            ty,
            segment.name.span,
            known,
        )
    }

    /// Goes on from a value through the rest of a path.
    pub(super) fn follow(
        &mut self,
        start: Expr,
        rest: &[PathSegment],
        span: Span,
        scope: &Scope,
    ) -> Expr {
        let mut at = start;
        for segment in rest {
            at = match (&at.kind, &at.ty) {
                (ExprKind::Record(record), Type::Record(_)) => {
                    let from = (record.clone(), at.known);
                    self.step_into(from, segment, scope)
                }
                (_, Type::Broken) => return Expr::broken(span),
                (_, ty) => {
                    let found = self.describe(ty);
                    let name = &segment.name;
                    self.report(
                        Finding::new(
                            Code::UnknownProperty,
                            name.span,
                            format!("{found} has no property `{}`", name.name),
                        )
                        .also(at.span, format!("this is {found}")),
                    );
                    return Expr::broken(span);
                }
            };
        }
        Expr { span, ..at }
    }

    /// An attribute of a record; the flag says whether the record is known.
    fn step_into(
        &mut self,
        (record, known): (RecordPath, bool),
        segment: &PathSegment,
        scope: &Scope,
    ) -> Expr {
        if let Some(label) = &segment.label {
            return self.through_many(&segment.name, label.span);
        }
        let Some(attribute) = self.find(record.object, &segment.name) else {
            return Expr::broken(segment.name.span);
        };
        self.value_of((record, known), &attribute, &segment.name, scope)
    }

    /// The attribute of a name, without a finding where there is none.
    pub(super) fn attribute(
        &mut self,
        root: Root,
        object: ObjectId,
        ident: &Ident,
        scope: &Scope,
    ) -> Option<Expr> {
        self.catalog.objects[object].attribute(ident.name.as_str())?;
        let attribute = self.find(object, ident)?;
        let record = RecordPath::of(root, object);
        Some(self.value_of((record, true), &attribute, ident, scope))
    }

    /// The attribute of a name, with a finding where there is none.
    pub(in crate::semantic) fn find(
        &mut self,
        object: ObjectId,
        ident: &Ident,
    ) -> Option<Attribute> {
        let owner = &self.catalog.objects[object];
        let name = ident.name.as_str();
        if let Some(property) = owner.property(name) {
            self.uses.insert(Item::Property(object, property));
            return Some(Attribute::Property(property));
        }
        if let Some(association) = owner.association(name) {
            self.uses.insert(Item::Association(object, association));
            return Some(Attribute::Association(association));
        }
        if self.lost.is_only_extended(&owner.name) {
            return None;
        }
        let message = format!("`{}` has no property `{name}`", owner.name);
        let candidates: Vec<&str> = owner.attribute_names().collect();
        self.unknown(
            Code::UnknownProperty,
            (name, ident.span),
            message,
            candidates,
        );
        None
    }

    fn value_of(
        &mut self,
        (record, reached): (RecordPath, bool),
        attribute: &Attribute,
        ident: &Ident,
        scope: &Scope,
    ) -> Expr {
        let owner = &self.catalog.objects[record.object];
        match attribute {
            Attribute::Property(id) => {
                let property = &owner.properties[*id];
                let path = Path {
                    record,
                    property: *id,
                };
                let known = reached && property.always_known()
                    || scope.facts.contains(&Fact::Property(path.clone()));
                made(
                    ExprKind::Property(path),
                    property.ty.clone(),
                    ident.span,
                    known,
                )
            }
            Attribute::Association(id) => {
                let association = &owner.associations[*id];
                if association.many {
                    return self.many_as_value(&association.name.clone(), ident.span);
                }
                let target = association.object;
                let path = record.then(*id, target);
                let known = scope.facts.contains(&Fact::Record(path.clone()));
                made(
                    ExprKind::Record(path),
                    Type::Record(target),
                    ident.span,
                    known,
                )
            }
        }
    }

    pub(super) fn record(&mut self, root: Root, object: ObjectId, span: Span) -> Expr {
        let path = RecordPath::of(root, object);
        made(ExprKind::Record(path), Type::Record(object), span, true)
    }

    /// A `many` association where one value must stand.
    pub(super) fn many_as_value(&mut self, name: &Name, span: Span) -> Expr {
        self.report(
            Finding::new(
                Code::PathThroughMany,
                span,
                format!("`{name}` leads to many records, not to one"),
            )
            .help(format!(
                "write `any {name} where (…)` for a condition, `count({name})` for how many"
            )),
        );
        Expr::broken(span)
    }

    pub(super) fn through_many(&mut self, ident: &Ident, label: Span) -> Expr {
        // The bracket after the label belongs to it.
        let label = Span {
            end: label.end + 1,
            ..label
        };
        self.report(
            Finding::new(
                Code::PathThroughMany,
                ident.span.to(label),
                "a labelled association leads to many records",
            )
            .help(format!(
                "write `any {}[…] where (…)` for a condition",
                ident.name
            )),
        );
        Expr::broken(ident.span)
    }

    /// A label that the association has.
    pub(in crate::semantic) fn label(
        &mut self,
        object: ObjectId,
        association: AssociationId,
        label: &Ident,
    ) -> Option<Name> {
        let association = &self.catalog.objects[object].associations[association];
        if association.labels.contains(&label.name) {
            return Some(label.name.clone());
        }
        let message = format!("`{}` has no label `{}`", association.name, label.name);
        let candidates = association.labels.iter().map(Name::as_str);
        self.unknown(
            Code::UnknownLabel,
            (label.name.as_str(), label.span),
            message,
            candidates,
        );
        None
    }
}
