//! What was told of a record of a test, as its history shows it.

use super::Suite;
use crate::host::desk::Candidate;
use crate::host::look::{Called, name};
use crate::host::replay::kept;
use crate::host::replay::past::{self, Told};
use crate::scenario::test::Played;

/// A record of a test with its history.
#[derive(Debug, Clone)]
pub struct Trace {
    /// What the test calls it.
    pub role: String,
    /// How it is named elsewhere.
    pub record: Candidate,
    /// What was told of it, in order.
    pub told: Vec<Told>,
}

/// The trace of a record by its place; `None` where it never was there.
#[must_use]
pub fn trace(suite: &Suite, played: &Played, place: usize) -> Option<Trace> {
    let role = played.roles.get(place)?;
    let (id, state) = (role.record?, played.state());
    let prepared = state.prepared();
    let mut called = Called::default();
    for record in state.records() {
        called.note(state, record.id);
    }
    let own = played.told.iter();
    let own = own.filter(|told| told.entry.record == Some(id));
    let told = own.filter_map(|told| {
        let mut line = Vec::new();
        let span = told.entry.span.filter(|_| !told.edited);
        let source = span.map(|span| suite.places.of(span));
        kept::entry((prepared, &called), (&told.entry, source), &mut line);
        past::told(&String::from_utf8(line).ok()?)
    });
    let record = state.record(id);
    Some(Trace {
        role: role.name.to_string(),
        record: Candidate {
            object: prepared.program.catalog.objects[role.object]
                .name
                .to_string(),
            name: record.map_or_else(|| id.to_string(), |record| name(state, record)),
            id: id.to_string(),
        },
        told: told.collect(),
    })
}
