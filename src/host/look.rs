//! How records and places of the text are called, now or as it was once. It
//! changes nothing.

use std::path::Path;

use crate::base::{Sources, Span, Uid};
use crate::engine::record::RecordCell;
use crate::engine::{Prepared, State};
use crate::model::{ObjectId, PropertyId, Value, compute};

/// The first unique value of a record that is known, else its id.
#[must_use]
pub fn name(state: &State, record: &RecordCell) -> String {
    let prepared = state.prepared();
    match unique(prepared, record) {
        Some((id, value)) => spelled(prepared, (record.object, id), value),
        None => record.id.to_string(),
    }
}

/// The first unique value of a record that is known.
fn unique<'r>(prepared: &Prepared, record: &'r RecordCell) -> Option<(PropertyId, &'r Value)> {
    let mut unique = prepared.unique(record.object).iter();
    unique.find_map(|id| Some((*id, record.value(*id)?)))
}

fn spelled(prepared: &Prepared, (object, id): (ObjectId, PropertyId), value: &Value) -> String {
    let property = &prepared.program.catalog.objects[object].properties[id];
    compute::spell(value, &property.ty, prepared.zone())
}

/// How records were called at an instant, for words that are made later.
#[derive(Debug, Clone, Default)]
pub struct Called(Vec<(Uid, ObjectId, Unique)>);

/// The first unique value of a record, where one is known.
type Unique = Option<(PropertyId, Value)>;

impl Called {
    /// Notes how a record is called now, if there is such a record.
    pub fn note(&mut self, state: &State, id: Uid) {
        if self.0.iter().any(|(known, ..)| *known == id) {
            return;
        }
        if let Some(record) = state.record(id) {
            let unique = unique(state.prepared(), record);
            let unique = unique.map(|(id, value)| (id, value.clone()));
            self.0.push((id, record.object, unique));
        }
    }

    /// What a record is.
    #[must_use]
    pub fn object(&self, id: Uid) -> Option<ObjectId> {
        let mut known = self.0.iter();
        known.find_map(|(known, object, _)| (*known == id).then_some(*object))
    }

    /// A record as people called it: `contact ada@example.com`.
    #[must_use]
    pub fn title(&self, prepared: &Prepared, id: Uid) -> String {
        let Some((_, object, unique)) = self.0.iter().find(|(known, ..)| *known == id) else {
            return id.to_string();
        };
        let name = match unique {
            Some((property, value)) => spelled(prepared, (*object, *property), value),
            None => id.to_string(),
        };
        format!("{} {name}", prepared.program.catalog.objects[*object].name)
    }
}

/// A record as people call it: `contact ada@example.com`.
#[must_use]
pub fn title(state: &State, id: Uid) -> String {
    match state.record(id) {
        Some(record) => {
            let object = &state.prepared().program.catalog.objects[record.object];
            format!("{} {}", object.name, name(state, record))
        }
        None => id.to_string(),
    }
}

/// The record that was inside of workflows most often; the first of equals.
#[must_use]
pub fn busiest(state: &State) -> Option<String> {
    let often = |record: &RecordCell| record.been.iter().map(|(.., times)| times).sum::<u32>();
    let most = state.records().map(often).max()?;
    let mut records = state.records();
    let record = records.find(|record| often(record) == most)?;
    Some(name(state, record))
}

/// The texts of a program, by paths within the project.
#[derive(Debug, Default)]
pub struct Places {
    sources: Sources,
    root: String,
}

impl Places {
    /// The places of a project in a folder.
    #[must_use]
    pub fn new(sources: Sources, root: &Path) -> Self {
        let root = root.to_string_lossy();
        let root = root.replace(std::path::MAIN_SEPARATOR, "/");
        Places { sources, root }
    }

    /// The texts.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// `workflows/register.flow:12:5`, wherever the project stands.
    #[must_use]
    pub fn of(&self, span: Span) -> String {
        let source = self.sources.get(span.source);
        let name = source.name();
        let within = name.strip_prefix(&self.root).unwrap_or(name);
        let within = within.trim_start_matches('/');
        let at = source.position(span.start);
        format!("{within}:{}:{}", at.line, at.column)
    }
}
