//! `given …`: the world before the workflows are turned on.

use crate::diagnostic::{Code, Finding};
use crate::model::{ObjectId, SegmentId, Type, Value};
use crate::semantic::check::test::cast::Cast;
use crate::semantic::hir::TargetProperty;
use crate::semantic::hir::test::{End, Given, Values};
use crate::semantic::types::Checker;
use crate::syntax::ast::test::{End as EndTree, Given as Tree, Occurrence};
use crate::syntax::ast::{Expr, Ident};

impl Checker<'_> {
    pub(super) fn test_given(&mut self, tree: &Tree, cast: &mut Cast<'_>) -> Option<Given> {
        match tree {
            Tree::Record(new) => {
                let (place, values) = self.new_record(new, cast)?;
                self.unique_values(place, &values, cast);
                Some(Given::Record(place, values))
            }
            Tree::Link(end) => Some(Given::Link(self.test_end(end, cast)?)),
            Tree::Member(record, segment) => {
                let (place, segment) = self.test_member(record, segment, cast)?;
                Some(Given::Member(place, segment))
            }
            Tree::Event(occurrence, at) => self.given_past(occurrence, at.as_ref(), cast),
        }
    }

    /// No two records of the world before have one unique value.
    fn unique_values(&mut self, place: usize, values: &Values, cast: &mut Cast<'_>) {
        let Some(object) = cast.object(place) else {
            return;
        };
        for (target, value) in values {
            let TargetProperty::Property(id) = target else {
                continue;
            };
            let property = &self.catalog.objects[object].properties[*id];
            let (true, Some(known)) = (property.unique, self.literal_of(value)) else {
                continue;
            };
            let known = match known {
                Value::Text(text) if property.ty == Type::Email => {
                    Value::Text(text.to_lowercase().into())
                }
                other => other.clone(),
            };
            let message = format!("another record of the test has this `{}`", property.name);
            if let Some(first) = cast.takes((object, *id), known, value.span) {
                self.report(
                    Finding::new(Code::TakenValue, value.span, message)
                        .also(first, "the first")
                        .help("a unique value belongs to one record"),
                );
            }
        }
    }

    /// `R did EVENT { … } at T`, where T lies before the test.
    fn given_past(
        &mut self,
        tree: &Occurrence,
        at: Option<&Expr>,
        cast: &Cast<'_>,
    ) -> Option<Given> {
        let occurrence = self.test_occurrence(tree, cast);
        let Some(at) = at else {
            let message = format!("when `{}` happened is missing", tree.event.name);
            self.report(
                Finding::new(Code::MissingPart, tree.event.span, message)
                    .help("write `at 2026-01-01T09:00` or `at 3 days ago` behind it"),
            );
            return None;
        };
        let at = self.point(at, &cast.scope);
        if let (Some(moment), Some((begins, place))) = (self.moment_of(&at), cast.reached)
            && moment > begins
        {
            let message = "this lies behind the beginning of the test";
            self.report(
                Finding::new(Code::TestOrder, at.span, message)
                    .also(place, "the test begins here")
                    .help("what happens later is written `when …`"),
            );
        }
        Some(Given::Event(occurrence?.into(), at))
    }

    /// `R in PATH [label l]`: the association must lead to such records.
    pub(super) fn test_end(&mut self, tree: &EndTree, cast: &Cast<'_>) -> Option<End> {
        let role = self.role(&tree.record, cast);
        self.role(&tree.path.head, cast)?;
        if tree.path.rest.is_empty() {
            let message = format!("`{}` is a record, not an association", tree.path.head.name);
            self.report(
                Finding::new(Code::WrongType, tree.path.span, message).help(format!(
                    "name one of its associations: `{}.NAME`",
                    tree.path.head.name
                )),
            );
            return None;
        }
        let path = self.association(&tree.path, &cast.scope)?;
        let owner = path.record.object;
        let label = match &tree.label {
            Some(label) => Some(self.label(owner, path.association, label)?),
            None => None,
        };
        let (record, object) = role?;
        if path.object != object {
            let (other, own) = (
                &self.catalog.objects[path.object].name,
                &self.catalog.objects[object].name,
            );
            let message = format!(
                "`{}` leads to {other} records, `{}` is a record of `{own}`",
                tree.path.text(),
                tree.record.name
            );
            self.report(Finding::new(Code::OtherObject, tree.path.span, message));
            return None;
        }
        Some(End {
            record,
            path,
            label,
        })
    }

    /// A record and a static segment of its object.
    pub(super) fn test_member(
        &mut self,
        record: &Ident,
        segment: &Ident,
        cast: &Cast<'_>,
    ) -> Option<(usize, SegmentId)> {
        let role = self.role(record, cast);
        let Some((place, object)) = role else {
            self.segment(segment);
            return None;
        };
        let id = self.static_segment(segment, object)?;
        Some((place, id))
    }

    fn static_segment(&mut self, name: &Ident, object: ObjectId) -> Option<SegmentId> {
        let segment = self.segment_of(name, object)?;
        if !self.catalog.segments[segment].fixed {
            let message = format!("who is in `{}` follows from its condition", name.name);
            self.report(
                Finding::new(Code::NotStatic, name.span, message)
                    .help("give the record the values that its condition asks for"),
            );
            return None;
        }
        Some(segment)
    }
}
