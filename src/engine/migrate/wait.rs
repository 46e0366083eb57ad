//! Waits, worked out anew: a changed wait takes effect from the moment it
//! began (V2).

use super::{Migration, change, find};
use crate::base::Timestamp;
use crate::engine::enrolment::{Enrolment, Stage};
use crate::engine::evaluate::{Notes, Scope};
use crate::engine::record::RecordCell;
use crate::engine::state::{Moved, Partition};
use crate::engine::step::{came_back, moment_of, next_time, turn, until};
use crate::plan::{Await, Awaited, Next, StepKind, Wait, Workflow};
use crate::syntax::ast::PastAction;

impl Migration<'_> {
    /// Works out anew until when enrolments wait, and forgets the timers that
    /// a resumption has moved of those that do so no more.
    pub(super) fn wait_again(&self, partitions: &mut [Partition], moved: &mut Moved) {
        let mut changed = Vec::new();
        let records = partitions
            .iter()
            .flat_map(|partition| partition.records.values());
        for cell in records {
            for of in &cell.enrolments {
                changed.extend(self.stage_of(cell, of).map(|stage| (cell.id, of.id, stage)));
            }
        }
        for (record, enrolment, stage) in changed {
            moved.remove(&(record, enrolment));
            change(partitions, record, |cell| {
                let mut all = cell.enrolments.iter_mut();
                if let Some(of) = all.find(|of| of.id == enrolment) {
                    of.stage = stage;
                }
            });
        }
        // A timer that fires before its enrolment is due would wake nobody.
        moved.retain(|(record, enrolment), due| {
            let cell = find(partitions, *record);
            let of = cell.and_then(|cell| cell.enrolment(*enrolment));
            let put_back = || cell?.put_back.get(enrolment)?.retry;
            let own = of.and_then(Enrolment::due).or_else(put_back);
            own.is_some_and(|own| own <= *due)
        });
    }

    /// Where an enrolment stands whose wait has changed.
    fn stage_of(&self, cell: &RecordCell, of: &Enrolment) -> Option<Stage> {
        let (Stage::Waiting { step, began, .. } | Stage::Awaiting { step, began, .. }) = of.stage
        else {
            return None;
        };
        let plan = self.new.workflow(of.workflow)?;
        let notes = Notes::default();
        let scope = Scope {
            occurrence: of.occurrence.as_deref(),
            bindings: &of.bindings,
            timetable: self.new.timetable(of.workflow),
            ..Scope::of(self.new, cell, began, &notes)
        };
        match &plan.steps.get(step)?.kind {
            StepKind::Wait(wait) => self.for_time(of, (plan, wait), &scope),
            StepKind::Await(wait) => self.for_arms(of, wait, scope),
            _ => None,
        }
    }

    /// Until when it waits for time to pass.
    fn for_time(
        &self,
        of: &Enrolment,
        (plan, wait): (&Workflow, &Wait),
        scope: &Scope<'_>,
    ) -> Option<Stage> {
        let Stage::Waiting { step, began, due } = of.stage else {
            return None;
        };
        let new = until(scope, wait, began);
        let new = match new {
            Some(until) if until > began => new,
            // What a loop has come back to lasts until the next time (W5).
            _ if of.has_passed(step, began) => {
                let first = |moment: &_, from| moment_of(scope, moment, from);
                Some(next_time(wait, began, first))
            }
            _ => new,
        };
        if new == Some(due) {
            return None;
        }
        let is_open = new.is_some_and(|new| new >= self.now);
        let (past, unknown) = match wait {
            Wait::For(_) => (PastAction::Continue, PastAction::Continue),
            Wait::Until { past, unknown, .. } => (*past, *unknown),
        };
        let what = match new {
            Some(due) if is_open => return Some(Stage::Waiting { step, began, due }),
            Some(_) => past,
            None => unknown,
        };
        // What is due already stays so, though a pause may hold it.
        if what == PastAction::Continue && due <= self.now {
            return None;
        }
        Some(self.no_wait(plan, (step, began), what))
    }

    /// Until when it waits for an event or a condition, and when a condition
    /// can turn: at once where one holds that need not turn true again. What was
    /// to be looked at before that still is: it may be only to look again, and
    /// the same program changes nothing.
    fn for_arms(&self, of: &Enrolment, wait: &Await, scope: Scope<'_>) -> Option<Stage> {
        let Stage::Awaiting {
            step,
            began,
            until,
            turn: before,
        } = of.stage
        else {
            return None;
        };
        let new = wait.max;
        let new = new.and_then(|max| scope.timetable.shift(began, max, false));
        let scope = Scope {
            now: self.now,
            ..scope
        };
        let holds = wait.arms.iter().any(|arm| match &arm.test {
            Awaited::Holds(condition) => scope.holds(condition),
            Awaited::Event(..) | Awaited::Timeout => false,
        });
        let turns = match holds && !came_back(of) {
            true => Some(self.now),
            false => turn(&scope, wait),
        };
        let stage = Stage::Awaiting {
            step,
            began,
            // What would have ended before ends now.
            until: match new == until {
                true => until,
                false => new.map(|new| new.max(self.now)),
            },
            turn: [before, turns].into_iter().flatten().min(),
        };
        (stage != of.stage).then_some(stage)
    }

    /// There is nothing to wait for any more.
    fn no_wait(
        &self,
        plan: &Workflow,
        (step, began): (usize, Timestamp),
        what: PastAction,
    ) -> Stage {
        let after = |next: Next| match next {
            Next::Step(step) => plan.steps.get(step).map_or(Next::End, |step| step.next),
            Next::End => Next::End,
        };
        let next = match what {
            PastAction::Continue => {
                return Stage::Waiting {
                    step,
                    began,
                    due: self.now,
                };
            }
            PastAction::Skip => after(after(Next::Step(step))),
            PastAction::Stop => Next::End,
        };
        Stage::Ready {
            at: Some(step),
            next,
            due: self.now,
        }
    }
}
