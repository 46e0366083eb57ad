//! What is told of an input, as rows of the archive: the entries of each
//! record together. Where rows are kept is not known here.

use std::sync::Arc;

use super::look::Places;
use super::program::Loaded;
use super::replay::kept;
use crate::engine::State;
use crate::engine::decision::Entry;
use crate::store::archive::Row;
use crate::store::log::Position;

/// Puts entries into rows.
#[derive(Debug)]
pub struct Telling {
    places: Arc<Places>,
}

impl Telling {
    /// That of a program.
    #[must_use]
    pub fn new(program: &Loaded) -> Self {
        Telling {
            places: program.places.clone(),
        }
    }

    /// The rows of an input.
    #[must_use]
    pub fn tell(&self, state: &State, position: Position, entries: &[Entry]) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for entry in entries {
            let record = entry.record.map(|id| *id.bytes());
            let place = rows.iter().position(|row| row.record == record);
            let place = place.unwrap_or_else(|| {
                rows.push(row(state, (position, rows.len()), entry));
                rows.len() - 1
            });
            if let Some(row) = rows.get_mut(place) {
                self.add(state, row, entry);
            }
        }
        rows
    }

    fn add(&self, state: &State, row: &mut Row, entry: &Entry) {
        let prepared = state.prepared();
        let workflow = entry.workflow.and_then(|id| prepared.workflow(id));
        if let Some(workflow) = workflow {
            name(&mut row.workflows, workflow.name().as_str());
        }
        let source = entry.span.map(|span| self.places.of(span));
        let (kind, line) = kept::entry(state, entry, source);
        name(&mut row.kinds, kind);
        row.entries.extend(line);
    }
}

/// Adds a name to those with commas between them, once.
fn name(names: &mut String, name: &str) {
    if names.split(',').any(|known| known == name) {
        return;
    }
    if !names.is_empty() {
        names.push(',');
    }
    names.push_str(name);
}

fn row(state: &State, (position, ordinal): (Position, usize), entry: &Entry) -> Row {
    let record = entry.record.and_then(|id| state.record(id));
    let objects = &state.prepared().program.catalog.objects;
    Row {
        position,
        ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX),
        at: entry.at.as_microsecond(),
        record: entry.record.map(|id| *id.bytes()),
        object: record.map(|record| objects[record.object].name.to_string()),
        workflows: String::new(),
        kinds: String::new(),
        entries: Vec::new(),
    }
}
