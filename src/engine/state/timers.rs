//! Timers by the time at which they are due. Those of a paused workflow are
//! held until it is resumed (E17).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::{Timestamp, Uid};
use crate::engine::alert;
use crate::engine::enrolment::Enrolment;
use crate::engine::prepared::Prepared;
use crate::engine::put_back::PutBack;
use crate::engine::rate::Rate;
use crate::engine::schedule::{chunk_of, paced};
use crate::model::WorkflowId;
use crate::plan::Program;

/// One timer. The order is that in which timers fire (I2); of the enrolments
/// of a record in one workflow it is that of their keys (E16).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timer {
    /// When it fires.
    pub due: Timestamp,
    /// When it would have fired but for a pause.
    pub since: Timestamp,
    /// Of which record.
    pub record: Uid,
    /// Of which workflow, whatever version of it.
    pub workflow: WorkflowId,
    /// Under which key.
    pub key: Arc<str>,
    /// Of which enrolment, or of which action that was put back.
    pub enrolment: Uid,
    /// At which step.
    pub step: usize,
}

impl Timer {
    /// The timer of an enrolment that wakes by itself.
    pub(super) fn of(record: Uid, enrolment: &Enrolment, program: &Program) -> Option<Timer> {
        let due = enrolment.due()?;
        Some(Timer {
            due,
            since: due,
            record,
            workflow: program.current(enrolment.workflow),
            key: enrolment.key.clone(),
            enrolment: enrolment.id,
            step: enrolment.step().unwrap_or(0),
        })
    }

    /// The timer of an action that was put back and failed once more: it
    /// stands under the key of the action.
    pub(super) fn of_put_back(record: Uid, of: &PutBack, program: &Program) -> Option<Timer> {
        let due = of.retry?;
        Some(Timer {
            due,
            since: due,
            record,
            workflow: program.current(of.workflow),
            key: Arc::from(""),
            enrolment: of.key,
            step: of.step.unwrap_or(0),
        })
    }

    /// The timer by which the weeks of a workflow are compared (H4).
    pub(super) fn of_rate(workflow: WorkflowId, rate: &Rate, program: &Program) -> Option<Timer> {
        let due = rate.next?;
        Some(Timer {
            due,
            since: due,
            record: alert::program(),
            workflow,
            key: Arc::from(""),
            enrolment: alert::comparison(program.plan(workflow)?),
            step: 0,
        })
    }

    fn owner(&self) -> (Uid, Uid) {
        (self.record, self.enrolment)
    }
}

/// When timers are due that a resumption has moved, by record and enrolment.
pub(in crate::engine) type Moved = BTreeMap<(Uid, Uid), Timestamp>;

/// All timers.
#[derive(Debug, Default)]
pub(super) struct Timers {
    running: BTreeSet<Timer>,
    held: BTreeSet<Timer>,
    /// Those that a resumption made due at once, for later than their
    /// enrolments say.
    moved: Moved,
}

impl Timers {
    /// The timers of enrolments; those of paused workflows are held.
    pub(super) fn of(
        timers: impl Iterator<Item = Timer>,
        moved: Moved,
        paused: impl Fn(WorkflowId) -> bool,
    ) -> Self {
        let set = |timer: Timer| match moved.get(&timer.owner()) {
            Some(due) => Timer { due: *due, ..timer },
            None => timer,
        };
        let timers = timers.map(set);
        let (held, running): (Vec<Timer>, Vec<Timer>) =
            timers.partition(|timer| paused(timer.workflow));
        // A set is made of a whole list faster than of one after the other.
        Timers {
            running: running.into_iter().collect(),
            held: held.into_iter().collect(),
            moved,
        }
    }

    pub(super) fn next(&self) -> Option<&Timer> {
        self.running.first()
    }

    pub(super) fn moved(&self) -> &Moved {
        &self.moved
    }

    pub(super) fn set(&mut self, timer: Timer, paused: bool) {
        if paused {
            self.held.insert(timer);
        } else {
            self.running.insert(timer);
        }
    }

    pub(super) fn cancel(&mut self, timer: Timer) {
        let timer = match self.moved.remove(&timer.owner()) {
            Some(due) => Timer { due, ..timer },
            None => timer,
        };
        if !self.running.remove(&timer) {
            self.held.remove(&timer);
        }
    }

    /// Takes off a timer that fires.
    pub(super) fn take(&mut self, timer: &Timer) {
        if self.running.remove(timer) {
            self.moved.remove(&timer.owner());
        }
    }

    /// Holds the timers of a workflow.
    pub(super) fn pause(&mut self, workflow: WorkflowId) {
        let of = |timer: &&Timer| timer.workflow == workflow;
        let held: Vec<Timer> = self.running.iter().filter(of).cloned().collect();
        for timer in held {
            self.running.remove(&timer);
            self.held.insert(timer);
        }
    }

    /// Lets them run again. The resumption is the due time of those that came
    /// due in between; they fire in their order, at the project's pace (E17).
    pub(super) fn resume(&mut self, workflow: WorkflowId, prepared: &Prepared, now: Timestamp) {
        let of = |timer: &&Timer| timer.workflow == workflow;
        let held: Vec<Timer> = self.held.iter().filter(of).cloned().collect();
        for (place, timer) in held.into_iter().enumerate() {
            self.held.remove(&timer);
            let due = match timer.due > now {
                true => timer.due,
                false => paced(prepared, now, chunk_of(place)),
            };
            if due != timer.since {
                self.moved.insert(timer.owner(), due);
            }
            self.running.insert(Timer { due, ..timer });
        }
    }
}
