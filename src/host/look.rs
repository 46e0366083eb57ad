//! How records and places of the text are called. It changes nothing.

use std::path::Path;

use crate::base::{Sources, Span, Uid};
use crate::engine::State;
use crate::engine::record::RecordCell;
use crate::model::compute;

/// The first unique value of a record that is known, else its id.
#[must_use]
pub fn name(state: &State, record: &RecordCell) -> String {
    let prepared = state.prepared();
    let object = &prepared.program.catalog.objects[record.object];
    let unique = prepared.unique(record.object).iter();
    let mut known = unique.filter_map(|id| Some((*id, record.value(*id)?)));
    match known.next() {
        Some((id, value)) => compute::spell(value, &object.properties[id].ty, prepared.zone()),
        None => record.id.to_string(),
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
    let often = |record: &RecordCell| record.been.values().sum::<u32>();
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
