//! A run: the lines of a replay under a virtual clock, and what it leaves
//! behind. What a line does is decided by the engine.

mod rejects;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::carry::{Carry, Sent};
use super::import::{Import, Reject};
use super::look::Places;
use super::replay::{Brings, Line, Replay, kept};
use super::store::{Failure, Store, Unfinished};
use super::tally::{Tally, combined};
use crate::base::{Timestamp, Uid};
use crate::engine::decision::Answer;
use crate::engine::{Engine, Order, Prepared, State};
use crate::scenario::Scenario;

/// How a replay is run.
pub struct Options {
    /// Where the clock stops; at the last line where nothing is said.
    pub until: Option<Timestamp>,
    /// Where it is kept; nothing is written without.
    pub store: Option<Store>,
    /// In which order messages are delivered.
    pub order: Order,
    /// The texts that the history points at.
    pub places: Places,
}

/// What has come of a run.
pub struct Report {
    /// What was counted.
    pub tally: Tally,
    /// How many records there are, by object.
    pub objects: BTreeMap<String, usize>,
    /// How many are in each segment.
    pub segments: BTreeMap<String, usize>,
    /// A record to look at: the one that was told most of.
    pub example: Option<String>,
    /// When the first line was, and where the clock stopped.
    pub clock: Option<(Timestamp, Timestamp)>,
    /// How many lines come later than the clock.
    pub later: usize,
    /// When the next timer is due.
    pub next: Option<Timestamp>,
    /// The hash of all decisions.
    pub hash: Uid,
    /// What would have been sent, where nothing is written.
    pub sent: Vec<Sent>,
    /// What did not go in of imports, and what was left out.
    pub imports: Vec<Imported>,
}

/// What an import left over, by name.
#[derive(Debug, Default)]
pub struct Imported {
    /// The name of the import.
    pub name: String,
    /// The files that were read, as they are named.
    pub files: BTreeSet<Arc<str>>,
    /// How many rows it had.
    pub rows: usize,
    /// The columns that are no property.
    pub left_out: Vec<String>,
    /// The columns of the rejects.
    pub headers: Vec<String>,
    /// The rows that did not go in.
    pub rejects: BTreeSet<Reject>,
    /// Where they were written.
    pub file: Option<PathBuf>,
}

/// Runs a replay. `progress` hears how many lines are done.
///
/// # Errors
/// If something cannot be written; then the run is over.
pub fn run(
    prepared: Arc<Prepared>,
    replay: Replay,
    options: Options,
    progress: &mut dyn FnMut(usize),
) -> Result<Report, Failure> {
    let lock = options.store.as_ref().map(Store::lock).transpose()?;
    let name = prepared.program.settings.name.clone();
    let carry = Carry::new(options.places, options.store.as_ref())?;
    let engine = Engine::new(prepared, &name, options.order);
    let mut running = Running {
        scenario: Scenario::new(engine, carry),
        tally: Tally::default(),
        imports: Vec::new(),
    };
    let clock = clock(&replay, options.until);
    let mut later = 0;
    for (done, line) in replay.lines.into_iter().enumerate() {
        if clock.is_some_and(|(_, end)| line.at > end) {
            later += usize::from(line.number > 0);
            continue;
        }
        running.line(line);
        if running.scenario.carrier().has_failed() {
            break;
        }
        progress(done + 1);
    }
    if let (Some((_, end)), false) = (clock, running.scenario.carrier().has_failed()) {
        running.scenario.advance(end);
        running.scenario.settle();
    }
    let mut report = running.report(options.store.as_ref())?;
    report.clock = clock;
    report.later = later;
    drop(lock);
    Ok(report)
}

/// From the first line to where the clock stops.
fn clock(replay: &Replay, until: Option<Timestamp>) -> Option<(Timestamp, Timestamp)> {
    let first = replay.lines.first()?.at;
    let last = replay.lines.last()?.at;
    Some((first, until.unwrap_or(last)))
}

/// A run under way.
struct Running {
    scenario: Scenario<Carry>,
    tally: Tally,
    imports: Vec<Imported>,
}

impl Running {
    fn line(&mut self, line: Line) {
        match line.brings {
            Brings::Input(input) => {
                let answer = self.scenario.apply(line.at, *input);
                // Nobody has written the publication that has no number.
                if line.number > 0 {
                    self.tally.answered(answer.as_ref());
                }
            }
            Brings::Import(import) => self.import(line.at, *import),
        }
    }

    /// Imports the rows one by one. What the engine refuses is a reject too.
    fn import(&mut self, at: Timestamp, import: Import) {
        let mut rejects = import.rejects;
        let count = import.rows.len() + rejects.len();
        for row in import.rows {
            let answer = self.scenario.apply(at, row.input);
            match answer {
                Some(Answer::Refused(reason)) => rejects.push(Reject {
                    file: import.file.clone(),
                    number: row.number,
                    reason: reason.to_string(),
                    cells: row.cells,
                }),
                answer => self.tally.answered(answer.as_ref()),
            }
        }
        self.tally.inputs.rejects.0 += rejects.len();
        self.tally.inputs.rejects.1 += count;
        let found = self.imports.iter_mut();
        let mut found =
            found.filter(|other| other.name == *import.name && other.headers == import.headers);
        match found.next() {
            Some(other) => {
                other.rows += count;
                other.files.insert(import.file);
                other.rejects.extend(rejects);
            }
            None => self.imports.push(Imported {
                name: import.name.to_string(),
                files: BTreeSet::from([import.file]),
                rows: count,
                left_out: import.left_out,
                headers: import.headers,
                rejects: rejects.into_iter().collect(),
                file: None,
            }),
        }
    }

    /// Ends the run: all that it leaves behind is written.
    fn report(mut self, store: Option<&Store>) -> Result<Report, Failure> {
        let hash = combined(self.scenario.hashes());
        let (engine, mut carry) = self.scenario.into_parts();
        if let Some(failure) = carry.take_failure() {
            return Err(failure);
        }
        let state = engine.state();
        if let Some(store) = store {
            // Until all is written, what the run before has left stays whole.
            let mut records = Unfinished::create(&store.records())?;
            records.write(&kept::records(state))?;
            records.settle()?;
            carry.settle_history()?;
            store.swap_outbox()?;
            carry.finish_history()?;
            records.finish()?;
            rejects::write(store, &mut self.imports)?;
        }
        let example = carry.most_told(state);
        let mut tally = carry.tally;
        tally.inputs = self.tally.inputs;
        tally.settle(state);
        Ok(Report {
            objects: objects(state),
            segments: segments(state),
            example,
            clock: None,
            later: 0,
            next: engine.next_deadline(),
            hash,
            sent: carry.sent,
            imports: self.imports,
            tally,
        })
    }
}

fn objects(state: &State) -> BTreeMap<String, usize> {
    let catalog = &state.prepared().program.catalog;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (_, object) in catalog.objects.iter() {
        counts.insert(object.name.to_string(), 0);
    }
    for record in state.records() {
        let name = catalog.objects[record.object].name.to_string();
        *counts.entry(name).or_default() += 1;
    }
    counts
}

fn segments(state: &State) -> BTreeMap<String, usize> {
    let catalog = &state.prepared().program.catalog;
    let counts = catalog.segments.iter().map(|(id, segment)| {
        let records = state
            .records()
            .filter(|record| record.object == segment.object);
        let inside = records.filter(|record| state.is_member(record, id));
        (segment.name.to_string(), inside.count())
    });
    counts.collect()
}
