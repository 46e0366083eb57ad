//! The state: partitions of records, unique values and ids seen, the switches
//! of workflows, the timers. `evolve` carries decisions out and decides
//! nothing.

mod caused;
mod cells;
mod ids;
mod image;
mod schedules;
mod timers;
mod wakes;

pub(super) use caused::Caused;
pub(super) use cells::{KeyCell, Partition};
pub use image::Image;
pub(super) use schedules::Cursors;
pub(super) use timers::Moved;
pub use timers::Timer;

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use self::schedules::Schedules;
use self::timers::Timers;
use self::wakes::Wakes;
use super::alert;
use super::decision::{Change, Decision, What};
use super::enrolment::Enrolment;
use super::message::{Address, Delivery, Key, Switching};
use super::prepared::Prepared;
use super::put_back::PutBack;
use super::rate::Rate;
use super::record::{Gone, RecordCell};
use super::schedule::{Cursor, ScheduleId};
use super::world::{LONGEST_CHAIN, Switch, World};
use crate::base::{Timestamp, Uid};
use crate::model::WorkflowId;

/// How many partitions there are; it never changes.
pub const PARTITIONS: usize = 1_024;

/// The most chains that timers and results of one record begin at an instant.
const CHAINS_AT_AN_INSTANT: u32 = 10_000;

/// How many enrolments an input leads to where no limit is set.
const MOST_CAUSED: u32 = 1_000_000;

/// Whether a change of a record is made by itself: it may do something besides.
fn stands_alone(change: &Change) -> bool {
    matches!(
        change,
        Change::Enrolment(_)
            | Change::Left(_)
            | Change::PutBack(_)
            | Change::PutBackOver(_)
            | Change::Counted(_)
    )
}

/// What is due at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Due {
    /// A record is looked at because time has passed (E12).
    Wake(Timestamp, Uid),
    /// A schedule takes records.
    Schedule(Timestamp, ScheduleId),
    /// A timer.
    Timer(Timer),
}

/// What has come of all inputs so far.
#[derive(Debug)]
pub struct State {
    pub(super) prepared: Arc<Prepared>,
    pub(super) published: bool,
    switches: BTreeMap<WorkflowId, Switch>,
    rates: BTreeMap<WorkflowId, Arc<Rate>>,
    notices: BTreeMap<Uid, PutBack>,
    partitions: Vec<Arc<Partition>>,
    timers: Timers,
    wakes: Wakes,
    schedules: Schedules,
    /// How many chains each record has begun at this instant.
    begun: BTreeMap<Uid, u32>,
    caused: Caused,
    /// How many ids it holds.
    ids: usize,
    /// The latest instant that it has seen (I7).
    pub(super) now: Timestamp,
}

impl State {
    /// An empty state.
    #[must_use]
    pub fn new(prepared: Arc<Prepared>) -> Self {
        State {
            prepared,
            published: false,
            switches: BTreeMap::new(),
            rates: BTreeMap::new(),
            notices: BTreeMap::new(),
            partitions: (0..PARTITIONS).map(|_| Arc::default()).collect(),
            timers: Timers::default(),
            wakes: Wakes::default(),
            schedules: Schedules::default(),
            begun: BTreeMap::new(),
            caused: Caused::default(),
            ids: 0,
            now: Timestamp::MIN,
        }
    }

    /// A record.
    #[must_use]
    pub fn record(&self, id: Uid) -> Option<&RecordCell> {
        self.partition(id).records.get(&id).map(|cell| &**cell)
    }

    /// All records that are not gone, by partition, then id.
    pub fn records(&self) -> impl Iterator<Item = &RecordCell> + Clone {
        self.partitions
            .iter()
            .flat_map(|partition| partition.records.values())
            .map(|cell| &**cell)
            .filter(|cell| cell.gone.is_none())
    }

    /// The record that an identity leads to: it is another one where the
    /// record was merged (L4).
    #[must_use]
    pub fn merged_into(&self, id: Uid) -> Uid {
        let mut id = id;
        while let Some(Gone::Merged { into, .. }) =
            self.record(id).and_then(|cell| cell.gone.as_deref())
        {
            id = *into;
        }
        id
    }

    /// The owner of a unique value.
    #[must_use]
    pub fn owner(&self, key: &Key) -> Option<Uid> {
        self.key(key)?.owner
    }

    /// Whose a unique value was that is deleted.
    #[must_use]
    pub fn former(&self, key: &Key) -> Option<Uid> {
        self.key(key)?.former
    }

    /// How a workflow is switched.
    #[must_use]
    pub fn switch(&self, workflow: WorkflowId) -> Switch {
        let workflow = self.prepared.program.current(workflow);
        self.switches.get(&workflow).copied().unwrap_or_default()
    }

    /// Whether the program was published.
    #[must_use]
    pub fn is_published(&self) -> bool {
        self.published
    }

    /// The program that it runs.
    #[must_use]
    pub fn prepared(&self) -> &Prepared {
        &self.prepared
    }

    /// When something is due next; the timers of paused workflows are held.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let wake = self.wakes.next().map(|(at, _)| at);
        let schedule = self.schedules.next().map(|(at, _)| at);
        let timer = self.timers.next().map(|timer| timer.due);
        [wake, schedule, timer].into_iter().flatten().min()
    }

    /// How many records time alone will concern (E12).
    #[must_use]
    pub fn wakes(&self) -> usize {
        self.wakes.len()
    }

    /// The latest instant that it has seen (I7).
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// What decisions see besides their cell.
    pub(super) fn world(&self) -> World<'_> {
        World {
            prepared: &self.prepared,
            published: self.published,
            switches: &self.switches,
            rates: &self.rates,
            notices: &self.notices,
            unlooked: &self.wakes.unlooked,
            now: self.now,
        }
    }

    /// Lets time pass.
    pub(super) fn move_to(&mut self, now: Timestamp) {
        self.now = now;
        self.begun.clear();
        self.caused.clear();
        self.wakes.unlooked.clear();
    }

    /// The input that a timer or a result of a record goes back to: itself, or
    /// the input from which the record was enrolled at this instant.
    pub(super) fn root(&self, record: Uid, own: Uid) -> Uid {
        self.caused.root(record).unwrap_or(own)
    }

    /// The chain of a delivery. What follows from an input that has led to too
    /// many enrolments enrols nobody, as if its chain were too long (I5).
    pub(super) fn chain(&self, delivery: &Delivery) -> u32 {
        let limits = &self.prepared.program.settings.limits;
        let most = limits.enrollments_per_input.unwrap_or(MOST_CAUSED);
        match self.caused.of(delivery.root) >= most {
            true => delivery.chain.max(LONGEST_CHAIN + 1),
            false => delivery.chain,
        }
    }

    /// Counts what a delivery has enrolled that follows from an input.
    pub(super) fn count_caused(&mut self, delivery: &Delivery, decision: &Decision) {
        let Address::Record(record) = delivery.to else {
            return;
        };
        let goes_on = self.caused.root(record) == Some(delivery.root);
        if delivery.chain == 1 && !goes_on {
            return;
        }
        let entries = decision.entries.iter();
        let enrolled = entries.filter(|entry| matches!(entry.what, What::Enrolled { .. }));
        let enrolled = u32::try_from(enrolled.count()).unwrap_or(u32::MAX);
        if enrolled > 0 {
            self.caused.count(delivery.root, (record, enrolled));
        }
    }

    /// The chain of a timer or a result of a record: a new one (I5). What goes
    /// round and round at one instant would never end, so a record that has
    /// begun ten thousand chains at one instant begins none: it is not enrolled
    /// any more until time passes.
    pub(super) fn begin_chain(&mut self, record: Uid) -> u32 {
        let begun = self.begun.entry(record).or_default();
        *begun = begun.saturating_add(1);
        match *begun {
            0..=CHAINS_AT_AN_INSTANT => 1,
            _ => LONGEST_CHAIN + 1,
        }
    }

    /// Takes off what fires.
    pub(super) fn take(&mut self, due: &Due) {
        match due {
            Due::Wake(_, record) => self.take_wake(*record),
            // It stands elsewhere once it is decided about.
            Due::Schedule(..) => {}
            Due::Timer(timer) => self.timers.take(timer),
        }
    }

    /// What is due by now: at one instant what time turns for records comes
    /// first, in the order of their ids, then schedules, then timers (I2).
    pub(super) fn due(&self) -> Option<Due> {
        let at = self.next_deadline().filter(|at| *at <= self.now)?;
        if let Some((due, record)) = self.wakes.next()
            && due == at
        {
            return Some(Due::Wake(due, record));
        }
        match self.schedules.next() {
            Some((due, id)) if due == at => Some(Due::Schedule(due, id)),
            _ => self.timers.next().cloned().map(Due::Timer),
        }
    }

    /// Where a schedule stands.
    pub(super) fn cursor(&self, id: ScheduleId) -> Option<Cursor> {
        self.schedules.cursors().get(&id).copied()
    }

    /// The records behind one, by partition, then id; all of them behind none.
    pub(super) fn records_after(&self, after: Option<Uid>) -> impl Iterator<Item = &RecordCell> {
        let first = after.map_or(0, |after| after.partition(PARTITIONS));
        let partitions = self.partitions.iter().skip(first);
        let cells = partitions.enumerate().flat_map(move |(place, partition)| {
            let from = match after {
                Some(after) if place == 0 => Bound::Excluded(after),
                _ => Bound::Unbounded,
            };
            partition.records.range((from, Bound::Unbounded))
        });
        cells.map(|(_, cell)| &**cell)
    }

    /// The schedules of a workflow that is turned on begin, those that are new.
    fn begin_schedules(&mut self, id: WorkflowId) {
        let Some(plan) = self.prepared.workflow(id) else {
            return;
        };
        if plan.schedules.is_empty() || !self.switch(id).turned_on {
            return;
        }
        for schedule in 0..plan.schedules.len() {
            self.schedules
                .begin(&self.prepared, (id, schedule), self.now);
        }
    }

    pub(super) fn key(&self, key: &Key) -> Option<&KeyCell> {
        self.partition(key.cell).keys.get(key)
    }

    fn partition(&self, id: Uid) -> &Partition {
        // INVARIANT: there are always `PARTITIONS` of them.
        static NONE: Partition = Partition::EMPTY;
        self.partitions
            .get(id.partition(PARTITIONS))
            .map_or(&NONE, |partition| &**partition)
    }

    fn partition_mut(&mut self, id: Uid) -> Option<&mut Partition> {
        // An image may share it: then the state goes on with its own copy.
        let partition = self.partitions.get_mut(id.partition(PARTITIONS))?;
        Some(Arc::make_mut(partition))
    }

    /// Carries a decision out.
    pub(super) fn evolve(&mut self, decision: &Decision) {
        match &decision.cell {
            Address::Program => {
                for change in &decision.changes {
                    self.switched(change);
                    self.alerted(change);
                }
            }
            Address::Record(id) => {
                self.keep_unlooked(*id, decision.wake);
                self.evolve_record(*id, &decision.changes);
                self.set_wake(*id, decision.wake);
            }
            Address::Key(key) => {
                if let Some(partition) = self.partition_mut(key.cell) {
                    partition.evolve_key(key, &decision.changes);
                }
            }
            Address::Seen(id) => {
                for change in &decision.changes {
                    if let Change::Seen(until) = change {
                        self.remember(*id, *until);
                    }
                }
            }
        }
    }

    /// Changes that no timer hangs on are made together.
    fn evolve_record(&mut self, id: Uid, changes: &[Change]) {
        for run in changes.chunk_by(|one, next| !stands_alone(one) && !stands_alone(next)) {
            if let [change] = run {
                self.besides(id, change);
            }
            let now = self.now;
            if let Some(partition) = self.partition_mut(id) {
                partition.evolve_record(id, run, now);
            }
        }
    }

    /// What a change of a record does besides, before it is made: timers that
    /// are set and cancelled, an enrolment that is counted.
    fn besides(&mut self, id: Uid, change: &Change) {
        let program = &self.prepared.program;
        let timer = |of: &Enrolment| Timer::of(id, of, program);
        let put_back = |of: &PutBack| Timer::of_put_back(id, of, program);
        let (off, on) = match change {
            Change::Counted(workflow) => return self.count(*workflow),
            Change::Enrolment(new) => {
                let record = self.record(id);
                let old = record.and_then(|record| record.enrolment(new.id));
                (old.and_then(timer), timer(new))
            }
            Change::Left(enrolment) => {
                let record = self.record(id);
                let old = record.and_then(|record| record.enrolment(*enrolment));
                (old.and_then(timer), None)
            }
            Change::PutBack(new) => {
                let record = self.record(id);
                let old = record.and_then(|record| record.put_back.get(&new.key));
                (old.and_then(put_back), put_back(new))
            }
            Change::PutBackOver(key) => {
                let old = self.record(id).and_then(|record| record.put_back.get(key));
                (old.and_then(put_back), None)
            }
            _ => return,
        };
        self.exchange(off, on);
    }

    /// Sets a timer instead of another one.
    fn exchange(&mut self, off: Option<Timer>, on: Option<Timer>) {
        if let Some(timer) = off {
            self.timers.cancel(timer);
        }
        if let Some(timer) = on {
            let paused = self.switch(timer.workflow).paused;
            self.timers.set(timer, paused);
        }
    }

    /// Counts an enrolment.
    fn count(&mut self, workflow: WorkflowId) {
        let Some(plan) = self.prepared.workflow(workflow) else {
            return;
        };
        let rate = self.rates.entry(workflow).or_default();
        Arc::make_mut(rate).count(plan, (self.now, self.prepared.zone()));
    }

    /// What a decision about alerts changes, with the timers that follow from
    /// it.
    fn alerted(&mut self, change: &Change) {
        let program = &self.prepared.program;
        let of_notice = |of: &PutBack| Timer::of_put_back(alert::program(), of, program);
        let (off, on) = match change {
            Change::Rate(id, rate) => {
                let timer = |rate: &Rate| Timer::of_rate(*id, rate, program);
                let old = self.rates.insert(*id, rate.clone());
                (old.and_then(|old| timer(&old)), timer(rate))
            }
            Change::PutBack(of) => {
                let old = self.notices.insert(of.key, PutBack::clone(of));
                (old.as_ref().and_then(of_notice), of_notice(of))
            }
            Change::PutBackOver(key) => {
                let old = self.notices.remove(key);
                (old.as_ref().and_then(of_notice), None)
            }
            _ => return,
        };
        self.exchange(off, on);
    }

    /// What a workflow has counted of its enrolments.
    pub(super) fn rate(&self, workflow: WorkflowId) -> Option<&Rate> {
        self.rates.get(&workflow).map(|rate| &**rate)
    }

    /// The mail of an alert that has not gone out yet, by its key.
    #[must_use]
    pub fn notice(&self, key: Uid) -> Option<&PutBack> {
        self.notices.get(&key)
    }

    fn switched(&mut self, change: &Change) {
        match change {
            Change::Published => {
                // Those of a program that follows another stand already.
                if !std::mem::replace(&mut self.published, true) {
                    self.set_wakes();
                }
                for place in 0..self.prepared.program.workflows().len() {
                    self.begin_schedules(WorkflowId::at(place));
                }
            }
            Change::TurnedOn(workflow) => {
                self.switches.entry(*workflow).or_default().turned_on = true;
                self.begin_schedules(*workflow);
            }
            Change::Schedule(id, cursor) => self.schedules.set(&self.prepared, *id, *cursor),
            Change::Switched(workflow, switching) => {
                let switch = self.switches.entry(*workflow).or_default();
                match switching {
                    Switching::On => switch.off = false,
                    Switching::Off => switch.off = true,
                    Switching::Pause => {
                        switch.paused = true;
                        self.timers.pause(*workflow);
                    }
                    Switching::Resume => {
                        switch.paused = false;
                        self.timers.resume(*workflow, &self.prepared, self.now);
                    }
                }
            }
            _ => {}
        }
    }
}
