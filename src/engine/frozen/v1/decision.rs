//! Decisions: what was changed, told, sent and asked for.

mod change;
mod inside;

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use self::change::Change;
use super::value;
use crate::engine::call::Call;
use crate::engine::decision::{self as live, Answer};
use crate::engine::history;
use crate::engine::message::{Address, Delivery, Key};
use crate::engine::prepared::Prepared;
use crate::model::{MessageField, ObjectId, PropertyId, SegmentId, Value, WorkflowId};

/// A decision. What a message says is told by the decision that it leads to.
#[derive(Debug, Serialize)]
pub struct Decision<'d> {
    cell: Cell<'d>,
    changes: Each<'d, live::Change, Change<'d>>,
    entries: Each<'d, live::Entry, Entry<'d>>,
    messages: Each<'d, Delivery, Message<'d>>,
    actions: Each<'d, live::Action, Action<'d>>,
    answer: Option<Cow<'static, str>>,
}

/// A list of which each item is put into its form when it is written.
struct Each<'d, T, F> {
    freezing: Freezing<'d>,
    items: &'d [T],
    freeze: fn(Freezing<'d>, &'d T) -> F,
}

impl<T, F> fmt::Debug for Each<'_, T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} items", self.items.len())
    }
}

impl<T, F: Serialize> Serialize for Each<'_, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let items = self.items.iter();
        serializer.collect_seq(items.map(|item| (self.freeze)(self.freezing, item)))
    }
}

#[derive(Debug, Serialize)]
enum Cell<'d> {
    Program,
    Record([u8; 16]),
    Key {
        object: &'d str,
        property: &'d str,
        value: &'d str,
    },
    Seen([u8; 16]),
}

#[derive(Debug, Serialize)]
struct Entry<'d> {
    at: i64,
    record: Option<[u8; 16]>,
    workflow: Option<&'d str>,
    enrolment: Option<[u8; 16]>,
    step: Option<&'d str>,
    kind: &'static str,
    fields: Vec<(&'static str, Cow<'d, str>)>,
}

#[derive(Debug, Serialize)]
struct Message<'d> {
    id: [u8; 16],
    chain: u32,
    to: Cell<'d>,
}

#[derive(Debug, Serialize)]
struct Action<'d> {
    key: [u8; 16],
    attempt: u32,
    at: i64,
    action: &'d str,
    arguments: Vec<(&'d str, String)>,
    message: Vec<String>,
}

/// The frozen form of a decision.
#[must_use]
pub fn freeze<'d>(prepared: &'d Prepared, decision: &'d live::Decision) -> Decision<'d> {
    let freezing = Freezing {
        prepared,
        object: decision.object,
    };
    Decision {
        cell: freezing.cell(&decision.cell),
        changes: freezing.each(&decision.changes, Freezing::change),
        entries: freezing.each(&decision.entries, Freezing::entry),
        messages: freezing.each(&decision.messages, Freezing::message),
        actions: freezing.each(&decision.actions, Freezing::action),
        answer: decision.answer.as_ref().map(answer),
    }
}

/// What names are taken from.
#[derive(Clone, Copy)]
struct Freezing<'p> {
    prepared: &'p Prepared,
    /// What the record at hand is.
    object: Option<ObjectId>,
}

impl<'d> Freezing<'d> {
    fn each<T, F>(self, items: &'d [T], freeze: fn(Self, &'d T) -> F) -> Each<'d, T, F> {
        Each {
            freezing: self,
            items,
            freeze,
        }
    }

    fn message(self, message: &'d Delivery) -> Message<'d> {
        Message {
            id: *message.id.bytes(),
            chain: message.chain,
            to: self.cell(&message.to),
        }
    }

    fn cell(self, address: &'d Address) -> Cell<'d> {
        match address {
            Address::Program => Cell::Program,
            Address::Record(id) => Cell::Record(*id.bytes()),
            Address::Key(key) => self.key(key),
            Address::Seen(id) => Cell::Seen(*id.bytes()),
        }
    }

    fn key(self, key: &'d Key) -> Cell<'d> {
        let object = &self.prepared.program.catalog.objects[key.object];
        Cell::Key {
            object: object.name.as_str(),
            property: object.properties[key.property].name.as_str(),
            value: &key.value,
        }
    }

    fn workflow(self, id: WorkflowId) -> &'d str {
        let workflow = self.prepared.workflow(id);
        workflow.map_or("", |workflow| workflow.name().as_str())
    }

    fn segment(self, id: SegmentId) -> &'d str {
        self.prepared.program.catalog.segments[id].name.as_str()
    }

    fn property(
        self,
        id: PropertyId,
        value: Option<&'d Value>,
    ) -> (&'d str, Option<value::Freezing<'d>>) {
        let Some(object) = self.object else {
            return ("", None);
        };
        let property = &self.prepared.program.catalog.objects[object].properties[id];
        let value = value.map(|value| value::Freezing(value, &property.ty));
        (property.name.as_str(), value)
    }

    fn entry(self, entry: &'d live::Entry) -> Entry<'d> {
        let told = history::tell(self.prepared, self.object, entry);
        let plan = entry.workflow.and_then(|id| self.prepared.workflow(id));
        let step = entry.step.and_then(|step| plan?.steps.get(step));
        Entry {
            at: entry.at.as_microsecond(),
            record: entry.record.map(|id| *id.bytes()),
            workflow: entry.workflow.map(|id| self.workflow(id)),
            enrolment: entry.enrolment.map(|id| *id.bytes()),
            step: step.map(|step| step.id.as_str()),
            kind: told.kind,
            // Why an input was refused is told in words, which may change.
            fields: match entry.what {
                live::What::InputRefused(_) => Vec::new(),
                _ => told.fields,
            },
        }
    }

    fn action(self, action: &'d live::Action) -> Action<'d> {
        let call: &Call = &action.request;
        let catalog = &self.prepared.program.catalog;
        let message = call.message.iter();
        Action {
            key: *action.key.bytes(),
            attempt: action.attempt,
            at: action.decided_at.as_microsecond(),
            action: catalog.actions[call.action].name.as_str(),
            arguments: call
                .arguments
                .iter()
                .chain(&call.sends)
                .map(|(name, value)| (name.as_str(), value.to_string()))
                .collect(),
            message: message
                .flat_map(|message| {
                    let name = std::iter::once(message.name.to_string());
                    name.chain(message.fields.iter().map(|(field, text)| {
                        let words = MessageField::ALL;
                        let word = words.iter().find(|(_, other)| other == field);
                        format!("{}: {text}", word.map_or("", |(word, _)| word))
                    }))
                })
                .collect(),
        }
    }
}

fn answer(answer: &Answer) -> Cow<'static, str> {
    match answer {
        Answer::Created(id) => format!("created {id}").into(),
        Answer::Accepted(id) => format!("accepted {id}").into(),
        Answer::Duplicate => "duplicate".into(),
        Answer::NoRecord(_) => "no_record".into(),
        Answer::Refused(_) => "refused".into(),
        Answer::Released => "released".into(),
    }
}
