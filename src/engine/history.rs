//! Entries in words and names: what the history says, whoever shows it.

use super::decision::{Entry, What};
use super::prepared::Prepared;
use super::record::Side;
use crate::base::{Name, Timestamp};
use crate::model::compute;
use crate::model::{ObjectId, PropertyId, Value};

/// An entry in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What kind of entry it is.
    pub kind: &'static str,
    /// What it says, in a fixed order.
    pub fields: Vec<(&'static str, String)>,
}

/// Puts an entry into words. `object` says what its record is.
#[must_use]
pub fn tell(prepared: &Prepared, object: Option<ObjectId>, entry: &Entry) -> Told {
    let telling = Telling { prepared, object };
    let (kind, mut fields) = telling.what(&entry.what);
    fields.extend(entry.by.iter().map(|by| ("by", by.to_string())));
    for note in &entry.notes {
        fields.push(("note", note.clone()));
    }
    Told { kind, fields }
}

#[derive(Clone, Copy)]
struct Telling<'p> {
    prepared: &'p Prepared,
    object: Option<ObjectId>,
}

type Fields = Vec<(&'static str, String)>;

impl Telling<'_> {
    fn what(self, what: &What) -> (&'static str, Fields) {
        let text = |text: &dyn ToString| text.to_string();
        match what {
            What::Published => ("published", Vec::new()),
            What::Switched(to) => ("switched", vec![("to", text(&to.word()))]),
            What::Duplicate => ("duplicate", Vec::new()),
            What::NoRecord(value, asked) => (
                "no_record",
                vec![("value", text(value)), ("asked", text(asked))],
            ),
            What::InputRefused(reason) => ("input_refused", vec![("reason", text(reason))]),
            What::Created(import) => {
                let import = import.iter().map(|name| ("import", text(name)));
                let object = self.object.map(|object| {
                    (
                        "object",
                        text(&self.prepared.program.catalog.objects[object].name),
                    )
                });
                ("created", object.into_iter().chain(import).collect())
            }
            What::Wrote { property, old, new } => self.wrote(*property, old.as_ref(), new.as_ref()),
            What::Imported(import) => ("imported", vec![("import", text(import))]),
            What::Linked(side, other, label) => {
                ("linked", self.link(*side, text(other), label.as_ref()))
            }
            What::Unlinked(side, other, label) => {
                ("unlinked", self.link(*side, text(other), label.as_ref()))
            }
            What::Member(segment, joins) => {
                let kind = if *joins { "joined" } else { "left_segment" };
                let segment = &self.prepared.program.catalog.segments[*segment].name;
                (kind, vec![("segment", text(segment))])
            }
            What::Occurred(occurrence) => self.occurred(occurrence),
            other => self.of_workflow(other),
        }
    }

    /// What is told of enrolments and their steps.
    fn of_workflow(self, what: &What) -> (&'static str, Fields) {
        let text = |text: &dyn ToString| text.to_string();
        let keyed = |key: &str, mut fields: Fields| {
            if !key.is_empty() {
                fields.push(("key", key.to_owned()));
            }
            fields
        };
        match what {
            What::Refused { key, reason, cause } => {
                let fields = vec![("reason", text(&reason.word())), ("cause", text(cause))];
                ("refused", keyed(key, fields))
            }
            What::Enrolled { key, cause } => ("enrolled", keyed(key, vec![("cause", text(cause))])),
            What::Left { key, reason } => {
                ("left", keyed(key, vec![("reason", text(&reason.word()))]))
            }
            What::Step => ("step", Vec::new()),
            What::Skipped(why) => ("skipped", vec![("reason", text(why))]),
            What::Failed(why) => ("failed", vec![("reason", text(why))]),
            What::Branch { case, read } => {
                let mut fields = vec![("case", text(case))];
                let read = read
                    .iter()
                    .map(|(path, value)| ("read", format!("{path} = {value}")));
                fields.extend(read);
                ("branch", fields)
            }
            What::WaitBegan(until) => ("wait_began", vec![("until", self.instant(*until))]),
            What::WaitMoved(until) => ("wait_moved", vec![("until", self.instant(*until))]),
            What::WaitEnded => ("wait_ended", Vec::new()),
            What::Asked(call) => {
                let action = &self.prepared.program.catalog.actions[call.action].name;
                let mut fields = vec![("action", text(action))];
                let arguments = call.arguments.iter();
                fields.extend(arguments.map(|(name, value)| ("with", format!("{name}: {value}"))));
                ("action", fields)
            }
            What::PutBack(call) => {
                let action = &self.prepared.program.catalog.actions[call.action].name;
                ("put_back", vec![("action", text(action))])
            }
            What::Withdrawn(why) => ("withdrawn", vec![("reason", text(why))]),
            What::Done(attempt) => ("done", vec![("attempt", text(attempt))]),
            What::AttemptFailed {
                attempt,
                status,
                error,
                retry,
            } => {
                let mut fields = vec![("attempt", text(attempt)), ("error", text(error))];
                fields.extend(status.map(|status| ("status", text(&status))));
                fields.extend(retry.map(|at| ("retry", self.instant(at))));
                ("attempt_failed", fields)
            }
            // INVARIANT: `what` takes every other one.
            _ => ("note", Vec::new()),
        }
    }

    fn wrote(
        self,
        property: PropertyId,
        old: Option<&Value>,
        new: Option<&Value>,
    ) -> (&'static str, Fields) {
        let Some(object) = self.object else {
            return ("wrote", Vec::new());
        };
        let property = &self.prepared.program.catalog.objects[object].properties[property];
        let spelled = |value: Option<&Value>| match value {
            Some(value) => compute::spell(value, &property.ty, self.prepared.zone()),
            None => "unknown".into(),
        };
        let mut fields = vec![("property", property.name.to_string())];
        if old.is_some() {
            fields.push(("old", spelled(old)));
        }
        fields.push(("new", spelled(new)));
        ("wrote", fields)
    }

    fn occurred(self, occurrence: &super::enrolment::Occurrence) -> (&'static str, Fields) {
        let catalog = &self.prepared.program.catalog;
        let object = self.object.unwrap_or(ObjectId::at(0));
        let name = super::event_name(self.prepared, &occurrence.event, object);
        let mut fields = vec![("event", name), ("id", occurrence.id.to_string())];
        if occurrence.occurred_at != occurrence.accepted_at {
            fields.push(("occurred_at", self.instant(occurrence.occurred_at)));
        }
        let types: Vec<(String, crate::model::Type)> = match &occurrence.event {
            crate::semantic::hir::EventSource::Declared(event) => catalog.events[*event]
                .properties
                .rows()
                .iter()
                .map(|property| (property.name.to_string(), property.ty.clone()))
                .collect(),
            crate::semantic::hir::EventSource::ActionFailed => crate::model::action_failed()
                .into_iter()
                .map(|(name, ty)| (name.to_owned(), ty))
                .collect(),
            _ => Vec::new(),
        };
        for ((name, ty), value) in types.iter().zip(&occurrence.values) {
            if let Some(value) = value {
                let value = compute::spell(value, ty, self.prepared.zone());
                fields.push(("with", format!("{name}: {value}")));
            }
        }
        ("event", fields)
    }

    fn link(self, side: Side, other: String, label: Option<&Name>) -> Fields {
        let catalog = &self.prepared.program.catalog;
        let name = match (side, self.object) {
            (Side::Own(association), Some(object)) => {
                let association = &catalog.objects[object].associations[association];
                association.name.to_string()
            }
            (Side::Back(object, association), _) => {
                let object = &catalog.objects[object];
                format!("{} of", object.associations[association].name)
            }
            (Side::Own(_), None) => String::new(),
        };
        let mut fields = vec![("as", name), ("with", other)];
        fields.extend(label.map(|label| ("label", label.to_string())));
        fields
    }

    fn instant(self, at: Timestamp) -> String {
        at.to_string()
    }
}
