//! When records are looked at because time has passed (E12): at most one entry
//! for each.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Timestamp, Uid};
use crate::engine::decision::Wake;

/// The wakes of all records.
#[derive(Debug, Default)]
pub(super) struct Wakes {
    due: BTreeSet<(Timestamp, Uid)>,
    of: BTreeMap<Uid, Timestamp>,
}

impl Wakes {
    /// The wakes of records in the order of their ids.
    pub(super) fn of(wakes: impl Iterator<Item = (Uid, Timestamp)>) -> Self {
        let of: Vec<(Uid, Timestamp)> = wakes.collect();
        Wakes {
            // Maps are made of whole lists faster than of one after the other.
            due: of.iter().map(|(record, at)| (*at, *record)).collect(),
            of: of.into_iter().collect(),
        }
    }

    pub(super) fn next(&self) -> Option<(Timestamp, Uid)> {
        self.due.first().copied()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.of.len()
    }

    /// Sets the wake of a record. One that is due already stays: it is still to
    /// be looked at.
    pub(super) fn set(&mut self, record: Uid, wake: Wake, now: Timestamp) {
        let old = self.of.get(&record).copied();
        let new = match wake {
            Wake::Stands => return,
            Wake::At(at) => Some(at),
            Wake::Never => None,
        };
        if old == new || old.is_some_and(|old| old <= now) {
            return;
        }
        if let Some(old) = old {
            self.due.remove(&(old, record));
        }
        match new {
            Some(new) => {
                self.due.insert((new, record));
                self.of.insert(record, new);
            }
            None => {
                self.of.remove(&record);
            }
        }
    }

    /// Takes off a wake that fires.
    pub(super) fn take(&mut self, at: Timestamp, record: Uid) {
        if self.due.remove(&(at, record)) {
            self.of.remove(&record);
        }
    }
}
