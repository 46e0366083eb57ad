//! When records are looked at because time has passed (E12): each has one wake
//! at most. They stand in the partitions beside the records, so that images
//! share them and frozen states hold them; their order stands here. When they
//! come is not worked out here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Partition, State};
use crate::base::{Timestamp, Uid};
use crate::engine::decision::Wake;
use crate::engine::record::RecordCell;
use crate::engine::wake;

/// The wakes of all records, in order.
#[derive(Debug, Default)]
pub(super) struct Wakes {
    due: BTreeSet<(Timestamp, Uid)>,
    /// The records that have changed while a wake of theirs was due, as they were
    /// before (I8). None is left once all that is due has come.
    pub(super) unlooked: BTreeMap<Uid, Arc<RecordCell>>,
}

impl Wakes {
    /// The wakes that stand in partitions.
    pub(super) fn of(partitions: &[Arc<Partition>]) -> Self {
        let all = partitions.iter().flat_map(|partition| &partition.wakes);
        Wakes {
            due: all.map(|(record, at)| (*at, *record)).collect(),
            unlooked: BTreeMap::new(),
        }
    }

    pub(super) fn next(&self) -> Option<(Timestamp, Uid)> {
        self.due.first().copied()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.due.len()
    }
}

impl State {
    /// When a record is looked at next because time has passed.
    #[must_use]
    pub fn wake(&self, record: Uid) -> Option<Timestamp> {
        self.partition(record).wakes.get(&record).copied()
    }

    /// Sets the wake of a record as was decided. One that is due already stays:
    /// it is still to be looked at.
    pub(super) fn set_wake(&mut self, record: Uid, wake: Wake) {
        self.move_wake(record, wake);
        let all_is_seen = |state: &State| state.wake(record).is_none_or(|at| at > state.now);
        if !self.wakes.unlooked.is_empty() && all_is_seen(self) {
            self.wakes.unlooked.remove(&record);
        }
    }

    fn move_wake(&mut self, record: Uid, wake: Wake) {
        let new = match wake {
            Wake::Stands => return,
            Wake::At(at) => Some(at),
            Wake::Never => None,
        };
        let old = self.wake(record);
        if old == new || old.is_some_and(|old| old <= self.now) {
            return;
        }
        self.put_wake(record, new);
    }

    /// Keeps a record as it is before it changes, where time is still to be looked
    /// at for it: what holds by that change alone has turned by it, not by time.
    pub(super) fn keep_unlooked(&mut self, record: Uid, wake: Wake) {
        let now = self.now;
        let is_set = matches!(wake, Wake::At(at) if at <= now);
        let any_is_due = self.wakes.next().is_some_and(|(at, _)| at <= now);
        let is_due = any_is_due && self.wake(record).is_some_and(|at| at <= now);
        if !is_set && !is_due {
            return;
        }
        if let Some(cell) = self.partition(record).records.get(&record).cloned() {
            self.wakes.unlooked.entry(record).or_insert(cell);
        }
    }

    /// Takes off a wake that fires.
    pub(super) fn take_wake(&mut self, record: Uid) {
        self.put_wake(record, None);
    }

    fn put_wake(&mut self, record: Uid, new: Option<Timestamp>) {
        let Some(partition) = self.partition_mut(record) else {
            return;
        };
        let old = match new {
            Some(at) => partition.wakes.insert(record, at),
            None => partition.wakes.remove(&record),
        };
        if let Some(old) = old {
            self.wakes.due.remove(&(old, record));
        }
        if let Some(new) = new {
            self.wakes.due.insert((new, record));
        }
    }

    /// Works out anew when time concerns each record, from now on: what is true
    /// now is no transition (E2).
    pub(in crate::engine) fn set_wakes(&mut self) {
        self.put_wakes(|_, turns| turns);
    }

    /// Works out anew when time concerns each record after a publication. Where
    /// that changes nothing for a record, its wake stands: seen from now, its
    /// conditions turn when they did in the state before. So the same program
    /// changes nothing, though a wake that is only to look again depends on when
    /// it was worked out.
    pub(in crate::engine) fn keep_wakes(&mut self, before: &State) {
        self.put_wakes(|record, turns| {
            let stood = before.wake(record);
            if stood == turns {
                return turns;
            }
            let was = || wake::next(&before.prepared, before.record(record)?, before.now);
            let is_early = |stood: &Timestamp| turns.is_none_or(|turns| *stood <= turns);
            stood.filter(is_early).filter(|_| was() == turns).or(turns)
        });
    }

    /// Sets all wakes, each by what follows from the record, the program and
    /// now.
    fn put_wakes(&mut self, wake: impl Fn(Uid, Option<Timestamp>) -> Option<Timestamp>) {
        if !self.published {
            return;
        }
        let prepared = &self.prepared;
        let timely = self
            .records()
            .filter(|cell| prepared.timely(cell.object).is_some());
        let wakes = timely.map(|cell| (cell.id, wake::next(prepared, cell, self.now)));
        let wakes: Vec<_> = wakes
            .filter_map(|(record, turns)| Some((record, wake(record, turns)?)))
            .collect();
        for (record, at) in wakes {
            self.put_wake(record, Some(at));
        }
    }
}
