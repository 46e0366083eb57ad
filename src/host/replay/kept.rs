//! What a run leaves behind, one JSON object a line: the history (H1) and the
//! records. The order of the keys is fixed, so that equal runs leave equal
//! files.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::wire::{Flat, number, text};
use crate::base::{Timestamp, Uid};
use crate::engine::decision::Entry;
use crate::engine::history;
use crate::engine::record::{RecordCell, Side};
use crate::engine::{Prepared, State};
use crate::host::look::{Called, name};
use crate::model::{Value as Known, compute, is_kept};

/// Adds an entry of the history as a line; its kind.
pub(in crate::host) fn entry(
    (prepared, called): (&Prepared, &Called),
    told: (&Entry, Option<String>),
    into: &mut Vec<u8>,
) -> &'static str {
    Lines::new(prepared, called).add(told, into)
}

/// Writes entries as lines. What an input tells is mostly of one record: its
/// time and its names are put into words once.
pub(in crate::host) struct Lines<'t> {
    prepared: &'t Prepared,
    called: &'t Called,
    head: Option<Head>,
}

/// What the lines of a record at one time have in common.
struct Head {
    at: Timestamp,
    record: Option<Uid>,
    /// What stands before the kind.
    when: Vec<u8>,
    /// What stands behind it.
    who: Vec<u8>,
}

impl<'t> Lines<'t> {
    /// Lines with the names of a program, and those of records as they were.
    pub(in crate::host) fn new(prepared: &'t Prepared, called: &'t Called) -> Self {
        Lines {
            prepared,
            called,
            head: None,
        }
    }

    /// Adds an entry; its kind.
    pub(in crate::host) fn add(
        &mut self,
        (entry, source): (&Entry, Option<String>),
        into: &mut Vec<u8>,
    ) -> &'static str {
        let prepared = self.prepared;
        let object = entry.record.and_then(|id| self.called.object(id));
        let told = history::tell(prepared, object, entry);
        let kind = told.kind;
        let head = self.head(entry);
        into.extend_from_slice(&head.when);
        text(kind, into);
        into.extend_from_slice(&head.who);
        self.fields((entry, source), told).write(into);
        into.extend_from_slice(b"}\n");
        kind
    }

    fn head(&mut self, entry: &Entry) -> &Head {
        let (at, record) = (entry.at, entry.record);
        let same = |head: &Head| (head.at, head.record) == (at, record);
        let known = self.head.take().filter(same);
        let head = known.unwrap_or_else(|| self.begin(at, record));
        self.head.insert(head)
    }

    fn begin(&self, at: Timestamp, record: Option<Uid>) -> Head {
        let mut when = b"{\"at\":".to_vec();
        text(&at.to_string(), &mut when);
        when.extend_from_slice(b",\"kind\":");
        let mut line = Flat::default();
        if let Some(id) = record {
            line.put("record", self.called.title(self.prepared, id));
            line.put("id", id.to_string());
        }
        let mut who = Vec::new();
        line.write(&mut who);
        Head {
            at,
            record,
            when,
            who,
        }
    }

    /// What is told besides.
    fn fields<'e>(
        &self,
        (entry, source): (&Entry, Option<String>),
        told: history::Told<'e>,
    ) -> Flat<'e>
    where
        't: 'e,
    {
        let (prepared, called) = (self.prepared, self.called);
        let mut line = Flat::default();
        let workflow = entry.workflow.and_then(|id| prepared.workflow(id));
        if let Some(workflow) = workflow {
            line.put("workflow", workflow.name().as_str());
            line.put("version", workflow.version.short());
            let own = told.fields.iter().find(|(name, _)| *name == "key");
            let own = own.map(|(_, key)| &**key);
            if let Some(key) = entry.key.as_deref().or(own) {
                line.put("key", key.to_owned());
            }
            let step = entry.step.and_then(|step| workflow.steps.get(step));
            if let Some(step) = step {
                line.put("step", step.id.as_str());
            }
        }
        if let Some(source) = source {
            line.put("source", source);
        }
        for (field, value) in told.fields {
            match field {
                "key" => {}
                "with" if matches!(told.kind, "linked" | "unlinked") => {
                    let other = Uid::parse(&value).map(|id| called.title(prepared, id));
                    line.add("other", other.map_or(value, Cow::Owned));
                }
                "from" | "into" if matches!(told.kind, "merged" | "merged_into" | "moved") => {
                    let other = Uid::parse(&value).map(|id| called.title(prepared, id));
                    line.add(field, other.map_or(value, Cow::Owned));
                }
                "with" if told.kind == "action" => {
                    line.add("with", named(prepared, called, value).into())
                }
                // The record has an `id` too.
                "id" => line.add("event_id", value),
                field => line.add(field, value),
            }
        }
        line
    }
}

/// An argument, with the name of a record in place of its id.
fn named(prepared: &Prepared, called: &Called, argument: Cow<'_, str>) -> String {
    let id = argument.split_once(": ");
    let id = id.and_then(|(name, value)| Some((name, Uid::parse(value)?)));
    match id {
        Some((name, id)) => format!("{name}: {}", called.title(prepared, id)),
        None => argument.into_owned(),
    }
}

/// A record as a line of the records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What it is.
    pub object: String,
    /// Its unique value, else its id.
    pub name: String,
    /// Its identity.
    pub id: String,
    /// When it was created.
    pub created_at: String,
    /// When one of its properties last changed.
    pub updated_at: String,
    /// Its properties that are known, in the order of the text.
    pub properties: Properties,
    /// Its links.
    pub links: Vec<Link>,
    /// The segments that it is in.
    pub segments: Vec<String>,
    /// The workflows that it is inside of.
    pub inside: Vec<Inside>,
}

/// Values by property, in the order of the text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Properties(pub Vec<(String, Value)>);

impl Serialize for Properties {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Properties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

/// Reads an object in the order in which it stands.
struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Properties;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Properties, A::Error> {
        let mut properties = Properties::default();
        while let Some(entry) = map.next_entry()? {
            properties.0.push(entry);
        }
        Ok(properties)
    }
}

/// A link of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// By which association.
    pub r#as: String,
    /// With which record.
    pub with: String,
    /// Its labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
}

/// A record inside a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inside {
    /// Which workflow.
    pub workflow: String,
    /// The version, where it is not the one that enrols (V3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Under which key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// At which step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// All records as lines, by object, then name.
#[must_use]
pub(in crate::host) fn records(state: &State) -> Vec<u8> {
    let mut all: Vec<Record> = state.records().map(|cell| record(state, cell)).collect();
    all.sort_by_cached_key(|record| {
        let name = record.name.to_lowercase();
        (record.object.clone(), name, record.id.clone())
    });
    all.iter().flat_map(one).collect()
}

fn one(line: &impl Serialize) -> Vec<u8> {
    // Texts and lists of texts always have a form in JSON.
    let mut bytes = serde_json::to_vec(line).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// A record as it stands.
pub(in crate::host) fn record(state: &State, cell: &RecordCell) -> Record {
    let prepared = state.prepared();
    let object = &prepared.program.catalog.objects[cell.object];
    let properties = object.properties.iter().filter(|(_, p)| !p.builtin);
    let known = properties.filter_map(|(id, property)| {
        let value = match state.value(cell, id)? {
            Known::Number(exact) => number(exact),
            Known::Bool(yes) => Value::from(yes),
            other => Value::from(compute::spell(&other, &property.ty, prepared.zone())),
        };
        Some((property.name.to_string(), value))
    });
    let segments = prepared.program.catalog.segments.iter();
    let segments = segments
        .filter(|(_, segment)| segment.object == cell.object && !is_kept(&segment.name))
        .filter(|(id, _)| state.is_member(cell, *id));
    Record {
        object: object.name.to_string(),
        name: name(state, cell),
        id: cell.id.to_string(),
        created_at: cell.created_at.to_string(),
        updated_at: cell.updated_at.to_string(),
        properties: Properties(known.collect()),
        links: links(state, cell),
        segments: segments
            .map(|(_, segment)| segment.name.to_string())
            .collect(),
        inside: inside(state, cell),
    }
}

fn links(state: &State, cell: &RecordCell) -> Vec<Link> {
    let object = &state.prepared().program.catalog.objects[cell.object];
    let ends = cell.ends.iter().filter_map(|end| match end.side {
        Side::Own(association) => Some((association, end)),
        Side::Back(..) => None,
    });
    ends.map(|(association, end)| Link {
        r#as: object.associations[association].name.to_string(),
        with: state
            .record(end.other)
            .map_or_else(|| end.other.to_string(), |other| name(state, other)),
        labels: end.labels.iter().map(ToString::to_string).collect(),
    })
    .collect()
}

fn inside(state: &State, cell: &RecordCell) -> Vec<Inside> {
    let (program, enrolments) = (&state.prepared().program, cell.enrolments.iter());
    enrolments
        .filter_map(|enrolment| {
            let workflow = state.prepared().workflow(enrolment.workflow)?;
            let step = enrolment.step().and_then(|step| workflow.steps.get(step));
            let older = program.current(enrolment.workflow) != enrolment.workflow;
            Some(Inside {
                workflow: workflow.name().to_string(),
                version: older.then(|| workflow.version.short()),
                key: (!enrolment.key.is_empty()).then(|| enrolment.key.to_string()),
                step: step.map(|step| step.id.to_string()),
                until: enrolment.until().map(|due| due.to_string()),
            })
        })
        .collect()
}
