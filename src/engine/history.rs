//! Entries in words and names: what the history says, whoever shows it.

use std::borrow::Cow;

use super::decision::{Entry, What};
use super::prepared::Prepared;
use super::record::Side;
use crate::base::{Name, Timestamp, Uid};
use crate::model::compute;
use crate::model::{ObjectId, PropertyId, Type, Value};
use crate::semantic::hir::EventSource;

/// An entry in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told<'t> {
    /// What kind of entry it is.
    pub kind: &'static str,
    /// What it says, in a fixed order.
    pub fields: Fields<'t>,
}

/// What an entry says, by names that may come again.
pub type Fields<'t> = Vec<(&'static str, Cow<'t, str>)>;

/// Puts an entry into words. `object` says what its record is.
#[must_use]
pub fn tell<'t>(prepared: &'t Prepared, object: Option<ObjectId>, entry: &'t Entry) -> Told<'t> {
    let telling = Telling { prepared, object };
    let (kind, mut fields) = telling.what(&entry.what);
    fields.extend(entry.by.iter().map(|by| ("by", Cow::Borrowed(&**by))));
    for note in &entry.notes {
        fields.push(("note", note.as_str().into()));
    }
    Told { kind, fields }
}

#[derive(Clone, Copy)]
struct Telling<'p> {
    prepared: &'p Prepared,
    object: Option<ObjectId>,
}

/// A text that is there already.
fn as_is(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

/// Something as it prints.
fn printed<'t>(value: impl ToString) -> Cow<'t, str> {
    Cow::Owned(value.to_string())
}

impl<'t> Telling<'t> {
    fn what(self, what: &'t What) -> (&'static str, Fields<'t>) {
        match what {
            What::Published => ("published", Vec::new()),
            What::Switched(to) => ("switched", vec![("to", as_is(to.word()))]),
            What::Duplicate => ("duplicate", Vec::new()),
            What::Alert(text) => ("alert", vec![("text", as_is(text))]),
            What::NoRecord(value, asked) => (
                "no_record",
                vec![("value", as_is(value)), ("asked", as_is(asked))],
            ),
            What::InputRefused(reason) => ("input_refused", vec![("reason", as_is(reason))]),
            What::Created(import) => {
                let import = import.iter().map(|name| ("import", as_is(name)));
                let object = self.object.map(|object| {
                    let object = &self.prepared.program.catalog.objects[object];
                    ("object", as_is(object.name.as_str()))
                });
                ("created", object.into_iter().chain(import).collect())
            }
            What::Wrote { property, old, new } => self.wrote(*property, old.as_ref(), new.as_ref()),
            What::Imported(import) => ("imported", vec![("import", as_is(import))]),
            What::Linked(side, other, label) => {
                ("linked", self.link(*side, *other, label.as_ref()))
            }
            What::Unlinked(side, other, label) => {
                ("unlinked", self.link(*side, *other, label.as_ref()))
            }
            What::Member(segment, joins) => {
                let kind = if *joins { "joined" } else { "left_segment" };
                let segment = &self.prepared.program.catalog.segments[*segment].name;
                (kind, vec![("segment", as_is(segment.as_str()))])
            }
            What::Occurred(occurrence) => self.occurred(occurrence),
            What::Deleted => ("deleted", Vec::new()),
            What::Restored => ("restored", Vec::new()),
            What::Merged(from) => ("merged", vec![("from", printed(from))]),
            What::MergedInto(into) => ("merged_into", vec![("into", printed(into))]),
            other => self.of_workflow(other),
        }
    }

    /// What is told of enrolments and their steps.
    // size: one arm for each kind of entry.
    fn of_workflow(self, what: &'t What) -> (&'static str, Fields<'t>) {
        let keyed = |key: &'t str, mut fields: Fields<'t>| {
            if !key.is_empty() {
                fields.push(("key", as_is(key)));
            }
            fields
        };
        match what {
            What::Refused { key, reason, cause } => {
                let fields = vec![("reason", as_is(reason.word())), ("cause", as_is(cause))];
                ("refused", keyed(key, fields))
            }
            What::Enrolled { key, cause } => {
                ("enrolled", keyed(key, vec![("cause", as_is(cause))]))
            }
            What::Left { key, reason } => {
                ("left", keyed(key, vec![("reason", as_is(reason.word()))]))
            }
            What::Moved(from) => ("moved", vec![("from", printed(from))]),
            What::Missed { due, times } => {
                let mut fields = vec![("due", self.instant(*due))];
                fields.extend((*times > 1).then(|| ("times", printed(times))));
                ("missed", fields)
            }
            What::Step => ("step", Vec::new()),
            What::Skipped(why) => ("skipped", vec![("reason", as_is(why))]),
            What::Failed(why) => ("failed", vec![("reason", as_is(why))]),
            What::Branch { case, read } => {
                let mut fields = vec![("case", as_is(case))];
                fields.extend(as_read(read));
                ("branch", fields)
            }
            What::WaitBegan(_) | What::WaitMoved(_) | What::WaitEnded(_) | What::Held(_) => {
                self.waited(what)
            }
            What::Asked(call) => {
                let action = self.prepared.program.catalog.actions[call.action].called();
                let mut fields = vec![("action", as_is(action))];
                let arguments = call.arguments.iter();
                fields.extend(
                    arguments.map(|(name, value)| ("with", format!("{name}: {value}").into())),
                );
                ("action", fields)
            }
            What::PutBack(call) => {
                let action = self.prepared.program.catalog.actions[call.action].called();
                ("put_back", vec![("action", as_is(action))])
            }
            What::Withdrawn(why) => ("withdrawn", vec![("reason", as_is(why))]),
            What::Done(attempt) => ("done", vec![("attempt", printed(attempt))]),
            What::AttemptFailed { .. } => ("attempt_failed", self.attempt_failed(what)),
            // INVARIANT: `what` takes every other one.
            _ => ("note", Vec::new()),
        }
    }

    /// What is told of waits.
    fn waited(self, what: &'t What) -> (&'static str, Fields<'t>) {
        match what {
            What::WaitBegan(until) => {
                let until = until.iter().map(|until| ("until", self.instant(*until)));
                ("wait_began", until.collect())
            }
            What::WaitMoved(until) => ("wait_moved", vec![("until", self.instant(*until))]),
            What::WaitEnded(ending) => {
                let ending = ending.as_deref();
                let case = ending.map(|ending| ("case", as_is(&ending.case)));
                let read = ending.into_iter().flat_map(|ending| &ending.read);
                (
                    "wait_ended",
                    case.into_iter().chain(as_read(read)).collect(),
                )
            }
            What::Held(until) => ("held", vec![("until", self.instant(*until))]),
            // INVARIANT: `of_workflow` takes every other one.
            _ => ("note", Vec::new()),
        }
    }

    fn attempt_failed(self, what: &'t What) -> Fields<'t> {
        let What::AttemptFailed {
            attempt,
            status,
            error,
            retry,
        } = what
        else {
            return Vec::new();
        };
        let mut fields = vec![("attempt", printed(attempt)), ("error", as_is(error))];
        fields.extend(status.map(|status| ("status", printed(status))));
        fields.extend(retry.map(|at| ("retry", self.instant(at))));
        fields
    }

    fn wrote(
        self,
        property: PropertyId,
        old: Option<&Value>,
        new: Option<&Value>,
    ) -> (&'static str, Fields<'t>) {
        let Some(object) = self.object else {
            return ("wrote", Vec::new());
        };
        let property = &self.prepared.program.catalog.objects[object].properties[property];
        let spelled = |value: Option<&Value>| match value {
            Some(value) => compute::spell(value, &property.ty, self.prepared.zone()).into(),
            None => as_is("unknown"),
        };
        let mut fields = Vec::with_capacity(4);
        fields.push(("property", as_is(property.name.as_str())));
        if old.is_some() {
            fields.push(("old", spelled(old)));
        }
        fields.push(("new", spelled(new)));
        ("wrote", fields)
    }

    fn occurred(self, occurrence: &'t super::enrolment::Occurrence) -> (&'static str, Fields<'t>) {
        let catalog = &self.prepared.program.catalog;
        let object = self.object.unwrap_or(ObjectId::at(0));
        let name = super::event_name(self.prepared, &occurrence.event, object);
        let mut fields = vec![("event", name), ("id", as_is(&occurrence.id))];
        if occurrence.occurred_at != occurrence.accepted_at {
            fields.push(("occurred_at", self.instant(occurrence.occurred_at)));
        }
        let mut with = |(name, ty): (&str, &Type), value: &Option<Value>| {
            if let Some(value) = value {
                let value = compute::spell(value, ty, self.prepared.zone());
                fields.push(("with", format!("{name}: {value}").into()));
            }
        };
        match &occurrence.event {
            EventSource::Declared(event) => {
                let properties = catalog.events[*event].properties.rows().iter();
                for (property, value) in properties.zip(&occurrence.values) {
                    with((property.name.as_str(), &property.ty), value);
                }
            }
            EventSource::ActionFailed => {
                let properties = crate::model::action_failed();
                for ((name, ty), value) in properties.iter().zip(&occurrence.values) {
                    with((*name, ty), value);
                }
            }
            _ => {}
        }
        ("event", fields)
    }

    fn link(self, side: Side, other: Uid, label: Option<&'t Name>) -> Fields<'t> {
        let catalog = &self.prepared.program.catalog;
        let name = match (side, self.object) {
            (Side::Own(association), Some(object)) => {
                let association = &catalog.objects[object].associations[association];
                as_is(association.name.as_str())
            }
            (Side::Back(object, association), _) => {
                let object = &catalog.objects[object];
                format!("{} of", object.associations[association].name).into()
            }
            (Side::Own(_), None) => as_is(""),
        };
        let mut fields = vec![("as", name), ("with", printed(other))];
        fields.extend(label.map(|label| ("label", as_is(label.as_str()))));
        fields
    }

    fn instant(self, at: Timestamp) -> Cow<'t, str> {
        printed(at)
    }
}

/// Values that were read.
fn as_read<'t>(
    read: impl IntoIterator<Item = &'t (String, String)>,
) -> impl Iterator<Item = (&'static str, Cow<'t, str>)> {
    let read = read.into_iter();
    read.map(|(path, value)| ("read", format!("{path} = {value}").into()))
}
