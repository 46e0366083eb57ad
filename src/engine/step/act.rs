//! `do`: actions are decided here, carried out by others, and come back as
//! results (A1, A2, A4, A10).

use std::sync::Arc;
use std::time::Duration;

use super::{At, Flow};
use crate::base::{Duration as Amount, Timestamp, Uid, seconds_of, shift};
use crate::engine::decision::{Action, Answer, Call, What};
use crate::engine::draft::Draft;
use crate::engine::enrolment::{Kept, Stage};
use crate::engine::message::{Again, Attempt, Outcome, Request};
use crate::engine::retry::{self, FailedAttempt, RetryPolicy};
use crate::model::ActionId;
use crate::plan::{Carrier, Do, Next, StepKind};

/// Why an attempt is withdrawn that would be one too many (A9).
pub(super) const CAPPED: &str = "capped";

/// The highest code with which a command can end; other statuses are those of requests.
const LAST_CODE: u16 = 255;

/// The code by which a command asks for another attempt: that of `sysexits` for what passes.
const TRY_AGAIN: u16 = 75;

impl<'w> Draft<'w> {
    /// Renders the request once, asks for it, and waits.
    pub(super) fn act(&mut self, at: At<'w>, action: &'w Do) -> Flow {
        let call = match self.render(at.enrolment, action) {
            Ok(call) => Arc::new(call),
            Err(missing) => {
                let reason = format!("missing_argument: {missing}");
                self.failed((at.enrolment, at.place), None, reason.into());
                return Flow::On(action.on_error.unwrap_or(at.step.next));
            }
        };
        self.change_enrolment(at.enrolment, |of| of.visits += 1);
        let Some(of) = self.after.enrolment(at.enrolment) else {
            return Flow::End;
        };
        // The same for all attempts, and for no other visit of the step (A1).
        let visit = of.visits.to_le_bytes();
        let key = Uid::of(&[of.id.bytes(), at.step.id.as_str().as_bytes(), &visit]);
        self.tell_step(at.enrolment, Some(at.place), What::Asked(call.clone()));
        self.attempt((at.enrolment, at.place), (key, 1), call);
        Flow::Parked
    }

    fn attempt(
        &mut self,
        (enrolment, step): (Uid, usize),
        (key, attempt): (Uid, u32),
        call: Arc<Call>,
    ) {
        let Some(of) = self.after.enrolment(enrolment) else {
            return;
        };
        let workflow = of.workflow;
        self.decision.actions.push(Action {
            key,
            record: self.after.id,
            enrolment,
            workflow,
            step,
            attempt,
            decided_at: self.world.now,
            request: call.clone(),
        });
        let stage = Stage::Acting {
            step,
            action: key,
            attempt,
            request: call,
            retry: None,
        };
        self.stage(enrolment, stage);
    }

    /// A further attempt is due.
    pub(super) fn attempt_again(&mut self, enrolment: Uid) {
        let Some(of) = self.after.enrolment(enrolment) else {
            return;
        };
        let Stage::Acting {
            step,
            action,
            attempt,
            request,
            ..
        } = of.stage.clone()
        else {
            return;
        };
        self.attempt((enrolment, step), (action, attempt + 1), request);
    }

    /// An attempt is asked for, or has ended.
    pub(in crate::engine) fn attempted(&mut self, request: &Request) {
        match request {
            Request::Attempt(attempt) => self.judge(self.placed(*attempt)),
            Request::Finished(attempt, outcome) => {
                self.finished(self.placed(*attempt), outcome);
            }
            Request::Retry(attempt, request, per) => self.put_back(*attempt, request, per),
            _ => {}
        }
    }

    /// An attempt with the places of the program at hand: it may have been
    /// asked for under another one.
    fn placed(&self, attempt: Attempt) -> Attempt {
        let of = self.after.enrolment(attempt.enrolment);
        match of.filter(|_| self.under_way(attempt).is_some()) {
            Some(of) => Attempt {
                workflow: of.workflow,
                step: of.step().unwrap_or(attempt.step),
                ..attempt
            },
            None => attempt,
        }
    }

    /// The call of an attempt that is under way.
    fn under_way(&self, attempt: Attempt) -> Option<Arc<Call>> {
        match &self.after.enrolment(attempt.enrolment)?.stage {
            Stage::Acting {
                action,
                attempt: number,
                retry: None,
                request,
                ..
            } if (*action, *number) == (attempt.action, attempt.number) => Some(request.clone()),
            Stage::Finishing {
                action,
                attempt: number,
                request,
                ..
            } if (*action, *number) == (attempt.action, attempt.number) => Some(request.clone()),
            _ => None,
        }
    }

    /// Judges again whether an attempt may begin: no longer enrolled, it is
    /// withdrawn and nothing follows; paused, it waits; off or over a cap, it is
    /// withdrawn and the path goes on (A8, A9).
    fn judge(&mut self, attempt: Attempt) {
        self.decision.answer = None;
        if let Some(of) = self.put_back_under_way(attempt) {
            self.judge_put_back(of);
            return;
        }
        let Some(request) = self.under_way(attempt) else {
            self.tell_attempt(attempt, What::Withdrawn("no_longer_enrolled".into()));
            return;
        };
        let switch = self.world.switch(attempt.workflow);
        let is_off = self.is_off(attempt.workflow);
        if self.is_finishing(attempt.enrolment) {
            self.judge_finishing(attempt, is_off);
        } else if switch.paused {
            self.comes_again(attempt, request, self.world.now);
        } else if is_off {
            self.tell_attempt(attempt, What::Withdrawn("workflow_off".into()));
            let next = self.next_of(attempt.enrolment, attempt.step);
            self.go(attempt.enrolment, next, self.world.now);
        } else if let Some(due) = self.opens(attempt.enrolment, attempt.step) {
            self.tell_attempt(attempt, What::Held(due));
            self.comes_again(attempt, request, due);
        } else if self.is_capped(request.action, attempt.action) {
            self.tell_attempt(attempt, What::Withdrawn(CAPPED.into()));
            let next = self.next_of(attempt.enrolment, attempt.step);
            self.go(attempt.enrolment, next, self.world.now);
        } else {
            self.count_sent(request.action, attempt.action);
            self.answer(Answer::Released);
        }
    }

    /// The same attempt comes again, at the resumption or when the hours open.
    fn comes_again(&mut self, attempt: Attempt, request: Arc<Call>, due: Timestamp) {
        let stage = Stage::Acting {
            step: attempt.step,
            action: attempt.action,
            attempt: attempt.number.saturating_sub(1),
            request,
            retry: Some(due),
        };
        self.stage(attempt.enrolment, stage);
    }

    /// An attempt has ended. The result of one whose enrolment has left is
    /// told and continues nothing (A8).
    fn finished(&mut self, attempt: Attempt, outcome: &Outcome) {
        if let Some(of) = self.put_back_under_way(attempt) {
            self.put_back_ended(of, outcome);
            return;
        }
        if self.under_way(attempt).is_none() {
            self.tell_attempt(attempt, what_came(attempt.number, outcome, None));
            return;
        }
        if self.is_finishing(attempt.enrolment) {
            self.tell_attempt(attempt, what_came(attempt.number, outcome, None));
            self.finish(attempt, outcome);
            return;
        }
        let place = (attempt.enrolment, attempt.step);
        match outcome {
            Outcome::Done(results) => {
                self.tell_attempt(attempt, What::Done(attempt.number));
                self.bind(place, results);
                let next = self.next_of(attempt.enrolment, attempt.step);
                self.go(attempt.enrolment, next, self.world.now);
            }
            Outcome::Failed { .. } => self.attempt_failed(place, attempt, outcome),
        }
    }

    fn bind(&mut self, (enrolment, step): (Uid, usize), results: &[Option<crate::model::Value>]) {
        let Some(StepKind::Do(action)) = self.plan_step(enrolment, step).map(|step| &step.kind)
        else {
            return;
        };
        let Some((place, _)) = action.binding.as_ref() else {
            return;
        };
        let declared = &self.world.prepared.program.catalog.actions[action.action];
        let count = declared.results.len();
        // What was not answered is unknown.
        let results = results.iter().cloned().chain(std::iter::repeat(None));
        let (place, results): (usize, Arc<[_]>) = (*place, results.take(count).collect());
        self.change_enrolment(enrolment, |of| {
            if let Some(slot) = of.bindings.get_mut(place) {
                *slot = Some(Kept::Answer(results));
            }
        });
    }

    fn attempt_failed(
        &mut self,
        (enrolment, step): (Uid, usize),
        attempt: Attempt,
        outcome: &Outcome,
    ) {
        let Some(StepKind::Do(action)) = self.plan_step(enrolment, step).map(|step| &step.kind)
        else {
            return;
        };
        let Outcome::Failed { status, error, .. } = outcome else {
            return;
        };
        let call = self.under_way(attempt);
        let asking = (Some(&**action), call.as_deref());
        let retry = self.after_failure(asking, attempt, outcome);
        let what = what_came(attempt.number, outcome, retry);
        self.tell_step(enrolment, Some(step), what);
        if let Some(retry) = retry {
            self.change_enrolment(enrolment, |of| {
                if let Stage::Acting { retry: due, .. } = &mut of.stage {
                    *due = Some(retry);
                }
            });
            return;
        }
        if let Some(call) = call {
            self.uncount(call.action, attempt.action);
        }
        self.failed((enrolment, step), *status, error.clone());
        let next: Next = action
            .on_error
            .unwrap_or_else(|| self.next_of(enrolment, step));
        self.go(enrolment, next, self.world.now);
    }

    /// When the next attempt of a step's call is due; `None` where none
    /// follows.
    pub(super) fn after_failure(
        &self,
        asking: (Option<&Do>, Option<&Call>),
        attempt: Attempt,
        outcome: &Outcome,
    ) -> Option<Timestamp> {
        match outcome {
            Outcome::Done(_) => None,
            Outcome::Failed {
                again: Again::Never,
                ..
            } => None,
            Outcome::Failed { status, .. } if self.is_final(asking, *status) => None,
            Outcome::Failed { again, .. } => self.next_attempt(asking, attempt, *again),
        }
    }

    /// Whether a status says that asking again would not help. Of a command it is the code with
    /// which it ended: 75 asks for another attempt, others do where the step says `retry`.
    fn is_final(&self, (action, call): (Option<&Do>, Option<&Call>), status: Option<u16>) -> bool {
        let carrier = call.and_then(|call| self.carrier(call.action));
        match (carrier, status) {
            (Some(Carrier::Command(_)), Some(code)) if code <= LAST_CODE => {
                code != TRY_AGAIN && action.is_none_or(|action| action.retry.is_none())
            }
            _ => retry::is_final(status),
        }
    }

    /// What carries a declared action out.
    fn carrier(&self, action: ActionId) -> Option<&'w Carrier> {
        let carriers = &self.world.prepared.program.actions;
        carriers.get(action.index())?.as_ref()
    }

    /// When the next attempt is due: as the step says, else as the action, else as
    /// its connection, else as A3, and never before the service is ready to be asked.
    /// `None` after the last.
    fn next_attempt(
        &self,
        (action, call): (Option<&Do>, Option<&Call>),
        attempt: Attempt,
        again: Again,
    ) -> Option<Timestamp> {
        let wait = match again {
            Again::After(seconds) => Some(Duration::from_secs(seconds.into())),
            _ => None,
        };
        let declared = match call.and_then(|call| self.carrier(call.action)) {
            Some(Carrier::Http(request)) => request.retry,
            _ => None,
        };
        if let Some(retry) = action.and_then(|action| action.retry).or(declared) {
            let due = self.next_by_step(retry, attempt.number)?;
            let ready = self.world.now.checked_add(wait.unwrap_or_default()).ok();
            return Some(due.max(ready?));
        }
        let policy = call.map(|call| self.policy(call)).unwrap_or_default();
        let failed = FailedAttempt {
            number: attempt.number,
            first_at: policy.first_at(attempt.number, self.world.now),
            failed_at: self.world.now,
            retry_after: wait,
            seed: *attempt.action.bytes(),
        };
        policy.next(&failed)
    }

    /// The numbers of the connection by which a call goes (A3).
    fn policy(&self, call: &Call) -> RetryPolicy {
        let prepared = &self.world.prepared;
        let action = &prepared.program.catalog.actions[call.action];
        let connection = match self.carrier(call.action) {
            Some(Carrier::Http(request)) => request.connection.as_ref(),
            _ => None,
        };
        prepared.retries.of((action.called(), connection), call)
    }

    /// Delays double, the last is the whole amount.
    fn next_by_step(&self, (further, last): (u32, Amount), attempt: u32) -> Option<Timestamp> {
        let halvings = further.checked_sub(attempt)?;
        let now = self.world.now;
        match seconds_of(last) {
            Some(seconds) => {
                let delay = seconds.unsigned_abs().checked_shr(halvings).unwrap_or(0);
                now.checked_add(Duration::from_secs(delay)).ok()
            }
            None => shift(now, last, false, self.world.zone()),
        }
    }
}

pub(super) fn what_came(attempt: u32, outcome: &Outcome, retry: Option<Timestamp>) -> What {
    match outcome {
        Outcome::Done(_) => What::Done(attempt),
        Outcome::Failed { status, error, .. } => What::AttemptFailed {
            attempt,
            status: *status,
            error: error.clone(),
            retry,
        },
    }
}
