//! Actions that are put back after they had failed for good (A4): carried out
//! once more under their key, each by itself. The path of the enrolment that
//! asked for one has gone on long ago, and no result of it is known there.

use std::sync::Arc;

use super::act::{CAPPED, what_came};
use crate::engine::call::Call;
use crate::engine::decision::{Answer, Change, What};
use crate::engine::draft::Draft;
use crate::engine::enrolment::{Enrolment, Stage};
use crate::engine::message::{Attempt, Outcome};
use crate::engine::put_back::PutBack;
use crate::plan::{Do, StepKind};

impl Draft<'_> {
    /// Puts an action back, unless it is under way.
    pub(super) fn put_back(&mut self, last: Attempt, request: &Arc<Call>, per: &Arc<str>) {
        let known = self.after.put_back.contains_key(&last.action);
        if known || self.after.enrolments.iter().any(|of| asks(of, last)) {
            self.answer(Answer::Duplicate);
            return;
        }
        let plan = self.workflow(last.workflow);
        let step = plan.and_then(|plan| plan.steps.get(last.step));
        let of = PutBack {
            key: last.action,
            enrolment: last.enrolment,
            per: per.clone(),
            workflow: last.workflow,
            step: step.map(|_| last.step),
            before: last.number,
            attempt: last.number,
            request: request.clone(),
            retry: None,
        };
        self.tell_put_back(&of, What::PutBack(request.clone()));
        self.try_again(of);
    }

    /// Tells of it with the key of its enrolment, which may have left.
    fn tell_put_back(&mut self, of: &PutBack, what: What) {
        self.tell_attempt(of.attempt(), what);
        if let Some(entry) = self.decision.entries.last_mut() {
            entry.key = of.entry_key();
        }
    }

    /// Asks for its next attempt.
    pub(super) fn try_again(&mut self, of: PutBack) {
        let of = PutBack {
            attempt: of.attempt + 1,
            retry: None,
            ..of
        };
        let action = of.action(self.after.id, self.world.now);
        self.decision.actions.push(action);
        self.change(Change::PutBack(Box::new(of)));
    }

    /// What was put back, where an attempt of it is under way.
    pub(super) fn put_back_under_way(&self, attempt: Attempt) -> Option<PutBack> {
        let of = self.after.put_back.get(&attempt.action)?;
        let same = of.attempt == attempt.number && of.retry.is_none();
        same.then(|| of.clone())
    }

    /// Judges an attempt (A8). There is no enrolment to ask: paused, it waits;
    /// off, over a cap, or with a record that is suppressed by now, it is
    /// withdrawn.
    pub(super) fn judge_put_back(&mut self, of: PutBack) {
        let switch = self.world.switch(of.workflow);
        let plan = self.workflow(of.workflow);
        if switch.paused {
            // The same attempt comes again at the resumption.
            self.change(Change::PutBack(Box::new(PutBack {
                attempt: of.attempt.saturating_sub(1),
                retry: Some(self.world.now),
                ..of
            })));
        } else if self.is_off(of.workflow) {
            self.withdraw_put_back(&of, "workflow_off");
        } else if plan.is_some_and(|plan| plan.suppress.iter().any(|when| self.is(when))) {
            self.withdraw_put_back(&of, "suppressed");
        } else if self.is_capped(of.request.action, of.key) {
            self.withdraw_put_back(&of, CAPPED);
        } else {
            self.count_sent(of.request.action, of.key);
            self.answer(Answer::Released);
        }
    }

    /// Withdraws all that was put back of a record that goes.
    pub(in crate::engine) fn withdraw_all_put_back(&mut self, why: &str) {
        let all: Vec<PutBack> = self.after.put_back.values().cloned().collect();
        for of in &all {
            self.withdraw_put_back(of, why);
        }
    }

    fn withdraw_put_back(&mut self, of: &PutBack, why: &str) {
        self.tell_put_back(of, What::Withdrawn(why.into()));
        self.change(Change::PutBackOver(of.key));
    }

    /// An attempt has ended. A further one follows as for any action (A3), the
    /// attempts before it was put back aside; `action_failed` occurred then.
    pub(super) fn put_back_ended(&mut self, of: PutBack, outcome: &Outcome) {
        let anew = Attempt {
            number: of.attempt.saturating_sub(of.before),
            ..of.attempt()
        };
        let retry = self.after_failure((self.asking(&of), Some(&of.request)), anew, outcome);
        let what = what_came(of.attempt, outcome, retry);
        self.tell_put_back(&of, what);
        if retry.is_none() && matches!(outcome, Outcome::Failed { .. }) {
            self.uncount(of.request.action, of.key);
        }
        let change = match retry {
            Some(_) => Change::PutBack(Box::new(PutBack { retry, ..of })),
            None => Change::PutBackOver(of.key),
        };
        self.change(change);
    }

    /// The step that asked for it, if it asks for the same action still.
    fn asking(&self, of: &PutBack) -> Option<&Do> {
        let plan = self.workflow(of.workflow)?;
        match &plan.steps.get(of.step?)?.kind {
            StepKind::Do(action) if action.action == of.request.action => Some(action),
            _ => None,
        }
    }
}

/// Whether an enrolment waits for an action.
fn asks(of: &Enrolment, last: Attempt) -> bool {
    match &of.stage {
        Stage::Acting { action, .. } | Stage::Finishing { action, .. } => *action == last.action,
        _ => false,
    }
}
