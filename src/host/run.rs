//! A run: the inputs of a replay under a virtual clock, and what it leaves
//! behind. What an input does is decided by the engine.

pub(super) mod rejects;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::carry::{Carry, Sent};
use super::durable::Durable;
use super::import::{Import, Reject};
use super::ledger::{Followed, Ledger};
use super::look;
use super::memory::Memory;
use super::replay::{Brings, Line, Replay, kept};
use super::store::{Failure, Store};
use super::tally::{Inputs, Tally};
use crate::base::{Timestamp, Uid};
use crate::engine::decision::Action;
use crate::engine::frozen::DecisionHash;
use crate::engine::frozen::v1::event::{Event as Frozen, Place};
use crate::engine::{Event, Input, State};
use crate::model::is_kept;
use crate::scenario::{Machine, Scenario};
use crate::store::disk::Disk;

/// A machine that counts.
pub trait Counting: Machine {
    /// What was counted.
    fn ledger(&self) -> &Ledger;

    /// What was asked of the outside and has not come back.
    fn open(&self) -> Vec<(Action, bool)> {
        Vec::new()
    }

    /// Why nothing more is taken, if so.
    fn take_failure(&mut self) -> Option<Failure> {
        None
    }
}

impl Counting for Memory {
    fn ledger(&self) -> &Ledger {
        Memory::ledger(self)
    }
}

impl<D: Disk> Counting for Durable<D> {
    fn ledger(&self) -> &Ledger {
        self.core().ledger()
    }

    fn open(&self) -> Vec<(Action, bool)> {
        let open = self.core().pending().iter();
        open.map(|open| (open.action.clone(), open.released))
            .collect()
    }

    fn take_failure(&mut self) -> Option<Failure> {
        Durable::take_failure(self).map(Failure::Store)
    }
}

/// What has come of a run.
pub struct Report {
    /// What was counted of inputs.
    pub inputs: Inputs,
    /// What was counted of workflows and actions.
    pub tally: Tally,
    /// How many records there are, by object.
    pub objects: BTreeMap<String, usize>,
    /// How many are in each segment.
    pub segments: BTreeMap<String, usize>,
    /// A record to look at: the one that was inside most often.
    pub example: Option<String>,
    /// When the first line was, and where the clock stopped.
    pub clock: Option<(Timestamp, Timestamp)>,
    /// How many inputs there were, and how many of them had been taken before.
    pub taken: (usize, usize),
    /// How many lines come later than the clock.
    pub later: usize,
    /// When the next timer is due.
    pub next: Option<Timestamp>,
    /// The hash of all decisions.
    pub hash: DecisionHash,
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

/// Runs a replay on a machine, which may have taken a part of it before.
/// `progress` hears how many lines are done. Returns the machine too.
///
/// # Errors
/// If something cannot be written, or the machine has taken another replay;
/// then the run is over.
pub fn run<M: Counting>(
    machine: M,
    carry: Carry,
    (replay, until): (Replay, Option<Timestamp>),
    progress: &mut dyn FnMut(usize),
) -> Result<(Report, M), Failure> {
    let clock = clock(&replay, until);
    let before = machine.ledger().replay.clone();
    let open = machine.open();
    let mut running = Running {
        scenario: Scenario::new(machine, carry, open),
        place: Place {
            through: [0; 16],
            number: 0,
        },
        before,
        imports: Vec::new(),
        unsaid: false,
        later: 0,
    };
    for (done, line) in replay.lines.into_iter().enumerate() {
        if clock.is_some_and(|(_, end)| line.at > end) {
            running.later += usize::from(line.number > 0);
            continue;
        }
        running.line(line)?;
        if running.scenario.is_over() {
            break;
        }
        progress(done + 1);
    }
    running.end(clock)
}

/// From the first line to where the clock stops.
fn clock(replay: &Replay, until: Option<Timestamp>) -> Option<(Timestamp, Timestamp)> {
    let first = replay.lines.first()?.at;
    let last = replay.lines.last()?.at;
    Some((first, until.unwrap_or(last)))
}

/// A run under way.
struct Running<M> {
    scenario: Scenario<M, Carry>,
    /// The place of the input at hand.
    place: Place,
    /// What had been taken before.
    before: Followed,
    imports: Vec<(Imported, Vec<(u64, Reject)>)>,
    /// Whether the replay does not say when the program is published.
    unsaid: bool,
    later: usize,
}

impl<M: Counting> Running<M> {
    fn line(&mut self, line: Line) -> Result<(), Failure> {
        match line.brings {
            Brings::Input(input) => {
                self.unsaid |= line.number == 0;
                self.input(line.at, *input)
            }
            Brings::Import(import) => self.import(line.at, *import),
        }
    }

    /// Gives an input to the machine, unless it was taken before.
    fn input(&mut self, at: Timestamp, input: Input) -> Result<(), Failure> {
        let event = Event::Input(Box::new(input));
        let prepared = self.scenario.machine().state().prepared();
        let bytes = Frozen::freeze(prepared, at, None, &event).bytes();
        self.place = Place {
            through: *Uid::of(&[&self.place.through, &bytes]).bytes(),
            number: self.place.number + 1,
        };
        if self.place.number == self.before.last && self.place.through != self.before.through {
            return Err(Failure::OtherReplay);
        }
        if self.place.number > self.before.last
            && !self.scenario.is_over()
            && let Event::Input(input) = event
        {
            self.scenario.apply_from(Some(self.place), at, *input);
        }
        Ok(())
    }

    /// Imports the rows one by one. What the engine refuses is a reject too.
    fn import(&mut self, at: Timestamp, import: Import) -> Result<(), Failure> {
        let count = import.rows.len() + import.rejects.len();
        let mut refusable = Vec::new();
        for row in import.rows {
            self.input(at, row.input)?;
            let reject = Reject {
                file: import.file.clone(),
                number: row.number,
                reason: String::new(),
                cells: row.cells,
            };
            refusable.push((self.place.number, reject));
        }
        let same = |other: &Imported| other.name == *import.name && other.headers == import.headers;
        let found = self.imports.iter_mut().find(|(other, _)| same(other));
        match found {
            Some((other, rows)) => {
                other.rows += count;
                other.files.insert(import.file);
                other.rejects.extend(import.rejects);
                rows.extend(refusable);
            }
            None => {
                let imported = Imported {
                    name: import.name.to_string(),
                    files: BTreeSet::from([import.file]),
                    rows: count,
                    left_out: import.left_out,
                    headers: import.headers,
                    rejects: import.rejects.into_iter().collect(),
                    file: None,
                };
                self.imports.push((imported, refusable));
            }
        }
        Ok(())
    }

    fn end(mut self, clock: Option<(Timestamp, Timestamp)>) -> Result<(Report, M), Failure> {
        if self.place.number < self.before.last && self.later == 0 {
            return Err(Failure::OtherReplay);
        }
        self.scenario.settle();
        let ends = self.scenario.machine().state().now();
        if let Some((_, end)) = clock.filter(|(_, end)| *end > ends) {
            self.scenario.stop_at(end);
        }
        let (mut machine, mut carry) = self.scenario.into_parts();
        let failure = carry.take_failure().or_else(|| machine.take_failure());
        if let Some(failure) = failure {
            return Err(failure);
        }
        if !machine.secure() {
            return Err(machine.take_failure().unwrap_or(Failure::OtherReplay));
        }
        let ledger = machine.ledger();
        let mut inputs = ledger.replay.inputs.clone();
        // Nobody has written the publication that has no number.
        inputs.applied -= usize::from(self.unsaid).min(inputs.applied);
        let imports = self.imports.into_iter();
        let imports = imports.map(|import| rejected(import, &ledger.replay, &mut inputs));
        let imports = imports.collect();
        let mut tally = ledger.tally.clone();
        let state = machine.state();
        tally.settle(state);
        let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let report = Report {
            inputs,
            tally,
            objects: objects(state),
            segments: segments(state),
            example: look::busiest(state),
            clock,
            taken: (number(self.place.number), number(self.before.last)),
            later: self.later,
            next: machine.next_deadline(),
            hash: ledger.hash,
            sent: carry.sent,
            imports,
        };
        Ok((report, machine))
    }
}

/// What is left over of an import, with the rows that the engine refused.
fn rejected(
    (mut import, rows): (Imported, Vec<(u64, Reject)>),
    followed: &Followed,
    inputs: &mut Inputs,
) -> Imported {
    for (number, reject) in rows {
        let Some(reason) = followed.refused.get(&number) else {
            continue;
        };
        if let Some(count) = inputs.refused.get_mut(reason) {
            *count -= 1;
        }
        inputs.refused.retain(|_, count| *count > 0);
        let reason = reason.clone();
        import.rejects.insert(Reject { reason, ..reject });
    }
    import
}

/// Writes the rejects of imports into the store.
///
/// # Errors
/// If the system does not let them be written.
pub fn write_rejects(store: &Store, report: &mut Report) -> Result<(), Failure> {
    rejects::write(store, &mut report.imports)
}

/// The records as lines of JSON.
#[must_use]
pub fn records(state: &State) -> Vec<u8> {
    kept::records(state)
}

/// How many records there are, by object.
pub(super) fn objects(state: &State) -> BTreeMap<String, usize> {
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

/// How many are in each segment.
pub(super) fn segments(state: &State) -> BTreeMap<String, usize> {
    let catalog = &state.prepared().program.catalog;
    let segments = catalog.segments.iter();
    let counts = segments.filter(|(_, segment)| !is_kept(&segment.name));
    let counts = counts.map(|(id, segment)| {
        let records = state
            .records()
            .filter(|record| record.object == segment.object);
        let inside = records.filter(|record| state.is_member(record, id));
        (segment.name.to_string(), inside.count())
    });
    counts.collect()
}
