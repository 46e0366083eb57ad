//! What is told of an input, as rows of the archive: the entries of each
//! record together. It is noted where the input is decided, and put into words
//! later and elsewhere. Where rows are kept is not known here.

use std::sync::Arc;

use super::look::{Called, Places};
use super::program::Loaded;
use super::replay::kept::Lines;
use crate::base::Uid;
use crate::engine::decision::{Entry, What};
use crate::engine::{Prepared, State};
use crate::store::archive::Row;
use crate::store::log::Position;

/// How many bytes an entry has in words, about.
const LINE: usize = 220;

/// The words of a program.
#[derive(Debug)]
pub struct Telling {
    prepared: Arc<Prepared>,
    places: Arc<Places>,
}

/// What is told of an input, with what its words need of the state as it was
/// then.
#[derive(Debug, Clone)]
pub struct Told {
    telling: Arc<Telling>,
    position: Position,
    entries: Arc<Vec<Entry>>,
    called: Called,
}

impl Telling {
    /// That of a program.
    #[must_use]
    pub fn new(program: &Loaded) -> Arc<Self> {
        Arc::new(Telling {
            prepared: program.prepared.clone(),
            places: program.places.clone(),
        })
    }

    /// Notes what is told of an input; nothing if that is nothing.
    #[must_use]
    pub fn note(
        self: &Arc<Self>,
        state: &State,
        position: Position,
        entries: &Arc<Vec<Entry>>,
    ) -> Option<Told> {
        let told = || Told {
            telling: self.clone(),
            position,
            entries: entries.clone(),
            called: called(state, entries),
        };
        (!entries.is_empty()).then(told)
    }
}

/// How the records are called that entries are about.
fn called(state: &State, entries: &[Entry]) -> Called {
    let mut called = Called::default();
    for entry in entries {
        if let Some(record) = entry.record {
            called.note(state, record);
        }
        match &entry.what {
            What::Linked(_, other, _)
            | What::Unlinked(_, other, _)
            | What::Merged(other)
            | What::MergedInto(other)
            | What::Moved(other) => called.note(state, *other),
            What::Asked(call) => {
                let values = call.arguments.iter().map(|(_, value)| value.to_string());
                for id in values.filter_map(|value| Uid::parse(&value)) {
                    called.note(state, id);
                }
            }
            _ => {}
        }
    }
    called
}

impl Told {
    /// The rows of the input.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::with_capacity(1);
        let mut lines = Lines::new(&self.telling.prepared, &self.called);
        for entry in self.entries.iter() {
            let record = entry.record.map(|id| *id.bytes());
            let place = rows.iter().position(|row| row.record == record);
            let place = place.unwrap_or_else(|| {
                rows.push(self.row(rows.len(), entry));
                rows.len() - 1
            });
            if let Some(row) = rows.get_mut(place) {
                self.add(row, entry, &mut lines);
            }
        }
        rows
    }

    fn row(&self, ordinal: usize, entry: &Entry) -> Row {
        let objects = &self.telling.prepared.program.catalog.objects;
        let object = entry.record.and_then(|id| self.called.object(id));
        Row {
            position: self.position,
            ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX),
            at: entry.at.as_microsecond(),
            record: entry.record.map(|id| *id.bytes()),
            object: object.map(|object| objects[object].name.to_string()),
            workflows: String::new(),
            kinds: String::new(),
            entries: Vec::with_capacity(LINE * self.entries.len()),
        }
    }

    fn add(&self, row: &mut Row, entry: &Entry, lines: &mut Lines<'_>) {
        let Telling { prepared, places } = &*self.telling;
        let workflow = entry.workflow.and_then(|id| prepared.workflow(id));
        if let Some(workflow) = workflow {
            name(&mut row.workflows, workflow.name().as_str());
        }
        let source = entry.span.map(|span| places.of(span));
        let kind = lines.add((entry, source), &mut row.entries);
        name(&mut row.kinds, kind);
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
