//! Where the schedules of workflows stand, and when each has something to do
//! next.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Timestamp;
use crate::engine::prepared::Prepared;
use crate::engine::schedule::{Cursor, ScheduleId, due};

/// Where each schedule stands.
pub(in crate::engine) type Cursors = BTreeMap<ScheduleId, Cursor>;

/// All schedules.
#[derive(Debug, Default)]
pub(super) struct Schedules {
    cursors: Cursors,
    due: BTreeSet<(Timestamp, ScheduleId)>,
}

impl Schedules {
    pub(super) fn of(prepared: &Prepared, cursors: Cursors) -> Self {
        let all = cursors.iter();
        let due = all.filter_map(|(id, cursor)| Some((due(prepared, *id, cursor)?, *id)));
        Schedules {
            due: due.collect(),
            cursors,
        }
    }

    pub(super) fn cursors(&self) -> &Cursors {
        &self.cursors
    }

    pub(super) fn next(&self) -> Option<(Timestamp, ScheduleId)> {
        self.due.first().copied()
    }

    /// One of them stands elsewhere.
    pub(super) fn set(&mut self, prepared: &Prepared, id: ScheduleId, cursor: Cursor) {
        if let Some(old) = self.cursors.insert(id, cursor)
            && let Some(at) = due(prepared, id, &old)
        {
            self.due.remove(&(at, id));
        }
        self.due
            .extend(due(prepared, id, &cursor).map(|at| (at, id)));
    }

    /// Those of a workflow begin that have not begun.
    pub(super) fn begin(&mut self, prepared: &Prepared, id: ScheduleId, now: Timestamp) {
        if !self.cursors.contains_key(&id) {
            let begun = Cursor {
                last: now,
                run: None,
            };
            self.set(prepared, id, begun);
        }
    }
}
