//! `when …`: what happens in a test.

use crate::diagnostic::{Code, Finding, with_article};
use crate::model::{EventId, ObjectId, WorkflowId};
use crate::semantic::check::test::cast::Cast;
use crate::semantic::check::test::is_unknown;
use crate::semantic::hir::TargetProperty;
use crate::semantic::hir::test::{Values, When};
use crate::semantic::types::Checker;
use crate::syntax::ast::test::{Assignment, When as Tree};
use crate::syntax::ast::{Ident, Plain};

impl Checker<'_> {
    pub(super) fn happens(&mut self, tree: &Tree, cast: &mut Cast<'_>) -> Option<When> {
        Some(match tree {
            Tree::Does(occurrence) => When::Does(self.test_occurrence(occurrence, cast)?.into()),
            Tree::Sets(record, assignments) => {
                let (place, object) = self.role(record, cast)?;
                When::Sets(place, self.assignments(record, object, assignments, cast))
            }
            Tree::Clears(record, names) => {
                let (place, object) = self.role(record, cast)?;
                When::Clears(place, self.cleared(object, names))
            }
            Tree::Created(new) => {
                let (place, values) = self.new_record(new, cast)?;
                When::Created(place, values)
            }
            Tree::Joins(end) => When::Joins(self.test_end(end, cast)?),
            Tree::Leaves(end) => When::Leaves(self.test_end(end, cast)?),
            Tree::Merges(from, into) => {
                let (from, into) = self.test_merge(from, into, cast)?;
                When::Merges(from, into)
            }
            Tree::Deleted(record) => When::Deleted(self.role(record, cast)?.0),
            Tree::Restored(record) => When::Restored(self.role(record, cast)?.0),
            Tree::Added(record, segment) => {
                let (place, segment) = self.test_member(record, segment, cast)?;
                When::Added(place, segment)
            }
            Tree::Removed(record, segment) => {
                let (place, segment) = self.test_member(record, segment, cast)?;
                When::Removed(place, segment)
            }
            Tree::Enrolls(record, workflow) => {
                let place = self.enrolled(record, workflow, cast)?;
                When::Enrolls(place, workflow.name.clone())
            }
            Tree::Unenrolls(record, workflow) => {
                let place = self.enrolled(record, workflow, cast)?;
                When::Unenrolls(place, workflow.name.clone())
            }
            Tree::Receives(webhook, body) => {
                When::Receives(self.receiver(webhook)?, body.text.as_str().into())
            }
            Tree::Switches(workflow, switch) => {
                self.workflow_of_test(workflow, cast);
                When::Switches(workflow.name.clone(), *switch)
            }
            Tree::Program(folder) => When::Program(self.folder(folder, cast)?),
        })
    }

    fn assignments(
        &mut self,
        record: &Ident,
        object: ObjectId,
        trees: &[Assignment],
        cast: &Cast<'_>,
    ) -> Values {
        let mut values = Vec::new();
        for tree in trees {
            let Some((target, ty)) = self.settable(object, &tree.property) else {
                continue;
            };
            if values.iter().any(|(before, _)| *before == target) {
                self.set_already(&tree.property);
                continue;
            }
            if is_unknown(&tree.value) {
                let message = "`unknown` is no value";
                let help = format!("write `when {} clears {}`", record.name, tree.property.name);
                self.report(Finding::new(Code::UnknownValue, tree.value.span, message).help(help));
                continue;
            }
            values.push((target, self.value(&tree.value, &cast.scope, &ty)));
        }
        values
    }

    fn set_already(&mut self, property: &Ident) {
        let message = format!("`{}` is given already", property.name);
        self.report(Finding::new(Code::RepeatedClause, property.span, message));
    }

    fn cleared(&mut self, object: ObjectId, names: &[Ident]) -> Vec<TargetProperty> {
        let mut cleared = Vec::new();
        for name in names {
            let Some((target, _)) = self.settable(object, name) else {
                continue;
            };
            let owner = &self.catalog.objects[object];
            if let TargetProperty::Property(id) = target
                && owner.properties[id].required
            {
                let message = "a required property cannot be cleared";
                self.report(
                    Finding::new(Code::ReadOnly, name.span, message)
                        .help("set it to another value"),
                );
                continue;
            }
            cleared.push(target);
        }
        cleared
    }

    /// Two records of one object.
    fn test_merge(
        &mut self,
        from: &Ident,
        into: &Ident,
        cast: &Cast<'_>,
    ) -> Option<(usize, usize)> {
        let (from_role, into_role) = (self.role(from, cast), self.role(into, cast));
        let ((place, object), (other, target)) = (from_role?, into_role?);
        if object != target {
            let name = |id: ObjectId| with_article(self.catalog.objects[id].name.as_str());
            let message = format!(
                "`{}` is {}, `{}` is {}: only records of one object merge",
                from.name,
                name(object),
                into.name,
                name(target)
            );
            self.report(Finding::new(Code::OtherObject, into.span, message));
            return None;
        }
        if place == other {
            let message = format!("`{}` cannot merge into itself", from.name);
            self.report(Finding::new(Code::DuplicateName, into.span, message));
            return None;
        }
        Some((place, other))
    }

    /// A record, and a workflow that takes such records.
    pub(super) fn enrolled(
        &mut self,
        record: &Ident,
        workflow: &Ident,
        cast: &Cast<'_>,
    ) -> Option<usize> {
        let role = self.role(record, cast);
        let id = self.workflow_of_test(workflow, cast);
        let (place, object) = role?;
        let owner = id.map_or(object, |id| self.catalog.workflows[id].object);
        if owner != object {
            let (takes, given) = (
                self.catalog.objects[owner].name.as_str(),
                self.catalog.objects[object].name.as_str(),
            );
            let message = format!(
                "`{}` takes {}, `{}` is {}",
                workflow.name,
                with_article(takes),
                record.name,
                with_article(given)
            );
            self.report(Finding::new(Code::OtherObject, workflow.span, message));
            return None;
        }
        Some(place)
    }

    /// The workflow of a name. Once an edited program has come, it may know
    /// more of them.
    pub(super) fn workflow_of_test(&mut self, name: &Ident, cast: &Cast<'_>) -> Option<WorkflowId> {
        let found = self.catalog.workflow(&name.name);
        if found.is_none() && !cast.edited {
            let message = format!("there is no workflow `{}`", name.name);
            let names = self.catalog.workflows.rows().iter();
            self.unknown(
                Code::UnknownWorkflow,
                (name.name.as_str(), name.span),
                message,
                names.map(|workflow| workflow.name.as_str()),
            );
        }
        found
    }

    fn receiver(&mut self, name: &Ident) -> Option<EventId> {
        let found = self.catalog.event(&name.name);
        let webhook = found.filter(|event| self.catalog.events[*event].webhook);
        if webhook.is_some() {
            return webhook;
        }
        let message = match found {
            Some(_) => format!("`{}` is an event, not a webhook", name.name),
            None => format!("there is no webhook `{}`", name.name),
        };
        if found.is_some() {
            let help = format!("write `when R does {} {{ … }}`", name.name);
            self.report(Finding::new(Code::UnknownEvent, name.span, message).help(help));
            return None;
        }
        let events = self.catalog.events.rows().iter();
        let names = events.filter(|event| event.webhook);
        self.unknown(
            Code::UnknownEvent,
            (name.name.as_str(), name.span),
            message,
            names.map(|event| event.name.as_str()),
        );
        None
    }

    /// `program is "DIR"`: a folder beside the file of the test.
    fn folder(&mut self, folder: &Plain, cast: &mut Cast<'_>) -> Option<Box<str>> {
        cast.edited = true;
        let written = folder.text.trim();
        if written.is_empty() || written.starts_with(['/', '\\']) || written.contains(":\\") {
            let message = "an edited program is a folder relative to this file";
            self.report(
                Finding::new(Code::BadLiteral, folder.span, message)
                    .help("like `when program is \"edited\"`"),
            );
            return None;
        }
        Some(written.into())
    }
}
