//! What is told of an input, as rows of the archive: the entries of each
//! record together. Where rows are kept is not known here.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::look::Places;
use super::program::Loaded;
use super::replay::kept;
use crate::base::{Timestamp, Uid};
use crate::engine::State;
use crate::engine::decision::Entry;
use crate::store::log::Position;

/// What is told of one record by one input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The position of the input.
    pub position: Position,
    /// Which of the rows of the input, from 0.
    pub ordinal: u32,
    /// When.
    pub at: Timestamp,
    /// Of which record; `None` where there is none.
    pub record: Option<Uid>,
    /// What the record is.
    pub object: Option<String>,
    /// The workflows that are told of.
    pub workflows: BTreeSet<String>,
    /// The kinds of entries.
    pub kinds: BTreeSet<&'static str>,
    /// The entries, one JSON object a line.
    pub lines: Vec<u8>,
}

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
    pub fn tell(&self, state: &State, position: Position, entries: &[Entry]) -> Vec<Told> {
        let mut rows: Vec<Told> = Vec::new();
        for entry in entries {
            let place = rows.iter().position(|row| row.record == entry.record);
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

    fn add(&self, state: &State, row: &mut Told, entry: &Entry) {
        let prepared = state.prepared();
        let workflow = entry.workflow.and_then(|id| prepared.workflow(id));
        row.workflows
            .extend(workflow.map(|workflow| workflow.name().to_string()));
        let source = entry.span.map(|span| self.places.of(span));
        let (kind, line) = kept::entry(state, entry, source);
        row.kinds.insert(kind);
        row.lines.extend(line);
    }
}

fn row(state: &State, (position, ordinal): (Position, usize), entry: &Entry) -> Told {
    let record = entry.record.and_then(|id| state.record(id));
    let objects = &state.prepared().program.catalog.objects;
    Told {
        position,
        ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX),
        at: entry.at,
        record: entry.record,
        object: record.map(|record| objects[record.object].name.to_string()),
        workflows: BTreeSet::new(),
        kinds: BTreeSet::new(),
        lines: Vec::new(),
    }
}
