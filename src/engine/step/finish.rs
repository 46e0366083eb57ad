//! Actions whose step an edit has taken away while an attempt was under way:
//! they finish, and the path goes on after them (A8).

use std::sync::Arc;

use crate::base::Uid;
use crate::engine::decision::{Answer, Reason, What};
use crate::engine::draft::Draft;
use crate::engine::enrolment::Stage;
use crate::engine::message::{Attempt, Outcome};
use crate::plan::Next;

impl Draft<'_> {
    /// Whether an enrolment waits for nothing but the end of an attempt.
    pub(super) fn is_finishing(&self, enrolment: Uid) -> bool {
        let of = self.after.enrolment(enrolment);
        of.is_some_and(|of| matches!(of.stage, Stage::Finishing { .. }))
    }

    /// The attempt counts as begun: only a workflow that is off withdraws it.
    pub(super) fn judge_finishing(&mut self, attempt: Attempt, is_off: bool) {
        if is_off {
            self.tell_attempt(attempt, What::Withdrawn("workflow_off".into()));
            self.go_after(attempt.enrolment);
        } else {
            self.answer(Answer::Released);
        }
    }

    /// The attempt has ended, the last of its action.
    pub(super) fn finish(&mut self, attempt: Attempt, outcome: &Outcome) {
        if let Outcome::Failed { status, error, .. } = outcome {
            let action = self.finishing_action(attempt.enrolment);
            self.fails(attempt.enrolment, (None, &action), *status, error.clone());
        }
        self.go_after(attempt.enrolment);
    }

    fn finishing_action(&self, enrolment: Uid) -> Arc<str> {
        let actions = &self.world.prepared.program.catalog.actions;
        match self.after.enrolment(enrolment).map(|of| &of.stage) {
            Some(Stage::Finishing { request, .. }) => actions[request.action].called().into(),
            _ => "".into(),
        }
    }

    fn go_after(&mut self, enrolment: Uid) {
        let then: Option<Next> = match self.after.enrolment(enrolment).map(|of| &of.stage) {
            Some(Stage::Finishing { then, .. }) => *then,
            _ => return,
        };
        match then {
            Some(next) => self.go(enrolment, next, self.world.now),
            None => self.leave(enrolment, Reason::StepRemoved),
        }
    }
}
