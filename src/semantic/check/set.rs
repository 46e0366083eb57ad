//! `set` and `clear`: what is written, and whose.

use super::flow::Walk;
use crate::base::Span;
use crate::diagnostic::{Code, Edit, Finding};
use crate::model::{ObjectId, Property, Type};
use crate::semantic::hir::{
    Fact, Path, RecordPath, Records, Root, Set, StepKind, Target, TargetProperty,
};
use crate::semantic::types::{Attribute, Checker, Local, Scope};
use crate::syntax::ast::{self, SetOp};
use crate::syntax::is_reserved;

impl Checker<'_> {
    pub(super) fn set(
        &mut self,
        path: &ast::Path,
        op: SetOp,
        value: &ast::Expr,
        walk: &mut Walk,
    ) -> Option<StepKind> {
        let (target, ty, required) = self.target(path, &walk.scope)?;
        let target_type = match (op, &ty) {
            (SetOp::Assign, _) | (_, Type::Number | Type::Set(_) | Type::Broken) => ty.clone(),
            _ => {
                let found = self.describe(&ty);
                let sign = if op == SetOp::Add { "+=" } else { "-=" };
                self.report(
                    Finding::new(
                        Code::WrongOperator,
                        path.span,
                        format!("`{sign}` does not change {found}"),
                    )
                    .help("it adds to numbers and sets; write `set … = …`"),
                );
                return None;
            }
        };
        let checked = self.value(value, &walk.scope, &target_type);
        if required && op == SetOp::Assign {
            self.needs_known(&checked, "the value of a required property", &target_type);
        }
        if op != SetOp::Assign && matches!(ty, Type::Number) {
            self.sum_of_unknown((path, value), op, &target, &walk.scope);
        }
        self.now_known(&target, op == SetOp::Assign && checked.known, walk);
        Some(StepKind::Set(Set {
            target,
            op,
            value: checked,
        }))
    }

    pub(super) fn clear(&mut self, path: &ast::Path, walk: &mut Walk) -> Option<StepKind> {
        let (target, _, required) = self.target(path, &walk.scope)?;
        if required {
            self.report(
                Finding::new(
                    Code::ReadOnly,
                    path.span,
                    "a required property cannot be cleared",
                )
                .help("set it to another value"),
            );
            return None;
        }
        self.now_known(&target, false, walk);
        Some(StepKind::Clear(target))
    }

    /// After a write a property is known, or not; a changed link leads to
    /// another record, and what is chosen among others may be another one.
    pub(super) fn now_known(&mut self, target: &Target, known: bool, walk: &mut Walk) {
        let Some(object) = self.object_of(&target.records, &walk.scope) else {
            return;
        };
        let owner = &self.catalog.objects[object];
        let reached = match &target.records {
            Records::One(record) => walk.scope.reaches(record),
            Records::This | Records::Linked(_) => true,
        };
        let facts = &mut walk.scope.facts;
        let TargetProperty::Property(property) = target.property else {
            facts.retain_passing(|fact| {
                let stays = |at: &RecordPath| {
                    at.is_this() && !is_record(fact)
                        || at.hops.is_empty() && matches!(at.root, Root::Bound(_))
                };
                fact.record().is_none_or(stays)
            });
            return;
        };
        let stale = |fact: &Fact| match fact {
            Fact::Property(path) if path.record.object == object && !known => {
                path.property == property || owner.properties[path.property].computed
            }
            _ => false,
        };
        facts.retain_passing(|fact| {
            let chosen = |at: &RecordPath| matches!(at.root, Root::Chosen(_));
            !stale(fact) && !fact.record().is_some_and(chosen)
        });
        let record = match &target.records {
            Records::This => RecordPath::of(Root::This, object),
            // Nothing is written where there is no record.
            Records::One(record) if reached => record.clone(),
            Records::One(_) | Records::Linked(_) => return,
        };
        if known {
            facts.insert(Fact::Property(Path { record, property }));
        }
    }

    fn object_of(&self, records: &Records, scope: &Scope) -> Option<ObjectId> {
        match records {
            Records::This => scope.this,
            Records::One(record) => Some(record.object),
            Records::Linked(path) => Some(path.object),
        }
    }

    /// `+=` on an unknown number leaves it unknown.
    fn sum_of_unknown(
        &mut self,
        (path, value): (&ast::Path, &ast::Expr),
        op: SetOp,
        target: &Target,
        scope: &Scope,
    ) {
        let (Records::This, TargetProperty::Property(property), Some(object)) =
            (&target.records, target.property, scope.this)
        else {
            return;
        };
        let record = RecordPath::of(Root::This, object);
        let fact = Fact::Property(Path { record, property });
        let declared = &self.catalog.objects[object].properties[property];
        if declared.always_known() || scope.facts.contains(&fact) {
            return;
        }
        let (name, sign) = (&declared.name, if op == SetOp::Add { "+" } else { "-" });
        let operator = Span {
            start: path.span.end,
            end: value.span.start,
            ..path.span
        };
        let name_written = if is_reserved(name.as_str()) {
            format!("`{name}`")
        } else {
            name.to_string()
        };
        let simple = matches!(
            value.kind,
            ast::ExprKind::Path(_) | ast::ExprKind::Number(_) | ast::ExprKind::Group(_)
        );
        let (open, close) = if simple { ("", "") } else { ("(", ")") };
        self.report(
            Finding::new(
                Code::MaybeUnknown,
                path.span,
                format!("`{name}` may be unknown, and stays so"),
            )
            .help("give the property a default, or say what it counts from")
            .fix_all(
                "count from 0",
                vec![
                    Edit {
                        span: operator,
                        text: format!(" = ({name_written} ?? 0) {sign} {open}"),
                    },
                    Edit {
                        span: value.span.after(),
                        text: close.into(),
                    },
                ],
            ),
        );
    }

    /// What a path of a step writes: the target, its type, and whether it is
    /// required.
    pub(super) fn target(
        &mut self,
        path: &ast::Path,
        scope: &Scope,
    ) -> Option<(Target, Type, bool)> {
        if path.arguments.is_some() {
            self.not_a_target(path);
            return None;
        }
        let mut way = self.without_itself(path, scope);
        let last = match way.rest.pop() {
            Some(last) => last,
            None if self.is_only_bound(path, scope) => {
                return self.no_property(path, scope);
            }
            None => {
                let head = ast::PathSegment {
                    name: way.head.clone(),
                    label: way.label.clone(),
                };
                return self.target_in(Records::This, scope.this?, &head, path);
            }
        };
        if way.head.name == "this" && way.rest.is_empty() {
            return self.target_in(Records::This, scope.this?, &last, path);
        }
        let local = scope.local(way.head.name.as_str());
        if way.head.name == "event" || local.is_some_and(|local| !local.is_record()) {
            match local {
                Some(Local::Lost) => return None,
                Some(Local::Unset) => {
                    self.not_set(&way.head, scope);
                    return None;
                }
                _ => {}
            }
            let message = format!("`{}` cannot be written", way.head.name);
            self.report(
                Finding::new(Code::ReadOnly, way.head.span, message)
                    .help("what has happened stays as it is"),
            );
            return None;
        }
        let (records, object) = self.records(Some(&way), scope)?;
        self.target_in(records, object, &last, path)
    }

    /// A path without the name of the object at hand, `contact.stage`.
    fn without_itself(&mut self, path: &ast::Path, scope: &Scope) -> ast::Path {
        let mut way = path.clone();
        if self.names_itself(path, scope) {
            let own = way.rest.remove(0);
            (way.head, way.label) = (own.name, own.label);
        }
        way
    }

    /// `set first(deals).amount = 3`.
    fn not_a_target(&mut self, path: &ast::Path) {
        let finding = Finding::new(Code::ReadOnly, path.span, "a call cannot be written");
        self.report(match path.head.name.as_str() {
            "first" | "last" => finding
                .help("name the record by the clause `let NAME = …`, and write a property of NAME"),
            _ => as_label(path, finding),
        });
    }

    /// Whether a name is bound and no property's; one that is both has a finding
    /// of its own.
    fn is_only_bound(&self, path: &ast::Path, scope: &Scope) -> bool {
        let name = path.head.name.as_str();
        let attribute = |object: ObjectId| self.catalog.objects[object].attribute(name);
        scope.local(name).is_some() && scope.this.and_then(attribute).is_none()
    }

    /// A bound name where a property must stand.
    fn no_property<T>(&mut self, path: &ast::Path, scope: &Scope) -> Option<T> {
        let name = &path.head.name;
        let finding = match scope.local(name.as_str()) {
            Some(Local::Lost) => return None,
            Some(local) if local.is_record() => {
                let message = format!("`{name}` is a record, which is not written as a whole");
                Finding::new(Code::ReadOnly, path.span, message)
                    .help(format!("name one of its properties: `{name}.PROPERTY`"))
            }
            _ => {
                let message = format!("`{name}` is a name for something, no property");
                Finding::new(Code::ReadOnly, path.head.span, message)
                    .help("name a property, of a record after a dot")
            }
        };
        self.report(finding);
        None
    }

    fn target_in(
        &mut self,
        records: Records,
        object: ObjectId,
        last: &ast::PathSegment,
        path: &ast::Path,
    ) -> Option<(Target, Type, bool)> {
        let span = path.span;
        let owner = &self.catalog.objects[object];
        match self.find(object, &last.name)? {
            Attribute::Property(id) => {
                let property = &owner.properties[id];
                if property.computed || property.builtin {
                    self.not_written(property, last);
                    return None;
                }
                let (ty, required) = (property.ty.clone(), property.required);
                Some((
                    Target {
                        records,
                        property: TargetProperty::Property(id),
                        span,
                    },
                    ty,
                    required,
                ))
            }
            Attribute::Association(id) => {
                let association = &owner.associations[id];
                if association.many {
                    let message = format!("`{}` leads to many records", association.name);
                    let help = format!(
                        "name one of their properties: `{}.PROPERTY`",
                        association.name
                    );
                    self.report(
                        Finding::new(Code::PathThroughMany, last.name.span, message).help(help),
                    );
                    return None;
                }
                let ty = Type::Record(association.object);
                Some((
                    Target {
                        records,
                        property: TargetProperty::Association(id),
                        span,
                    },
                    ty,
                    false,
                ))
            }
        }
    }

    /// A property that no step may write.
    pub(super) fn not_written(&mut self, property: &Property, last: &ast::PathSegment) {
        let reason = if property.computed {
            "is computed"
        } else {
            "is kept by the store"
        };
        let message = format!("`{}` {reason}", property.name);
        self.report(
            Finding::new(Code::ReadOnly, last.name.span, message).help("it cannot be written"),
        );
    }

    /// The records that a step acts on: this one, or those at the end of a
    /// path.
    pub(super) fn records(
        &mut self,
        path: Option<&ast::Path>,
        scope: &Scope,
    ) -> Option<(Records, ObjectId)> {
        let Some(path) = path else {
            return scope.this.map(|object| (Records::This, object));
        };
        let (record, names) = self.start(path, scope)?;
        if names.is_empty() {
            let object = record.object;
            let this = record.is_this();
            let records = if this {
                Records::This
            } else {
                Records::One(record)
            };
            return Some((records, object));
        }
        let association = self.association_of(record, &names)?;
        let target = association.object;
        let owner = &self.catalog.objects[association.record.object];
        if owner.associations[association.association].many {
            return Some((Records::Linked(association), target));
        }
        let record = association.record.then(association.association, target);
        Some((Records::One(record), target))
    }
}

fn is_record(fact: &Fact) -> bool {
    matches!(fact, Fact::Record(_))
}

/// `companies(billing)`: a label stands in square brackets.
fn as_label(path: &ast::Path, finding: Finding) -> Finding {
    let arguments = path.arguments.as_deref().unwrap_or_default();
    let ([argument], Some(next)) = (arguments, path.rest.first()) else {
        return finding;
    };
    let ast::ExprKind::Path(label) = &argument.value.kind else {
        return finding;
    };
    let place = Span {
        start: path.head.span.end,
        end: next.name.span.start,
        ..path.span
    };
    finding.help("a label stands in square brackets").fix(
        format!("write `[{}]`", label.head.name),
        place,
        format!("[{}].", label.head.name),
    )
}
