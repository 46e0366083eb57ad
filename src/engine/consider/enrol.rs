//! Who enrols in a workflow by a delivery, and why not (E5 to E9). What leaves is
//! not known here.

use super::fire::Cause;
use crate::base::Uid;
use crate::engine::decision::{Change, Reason, What};
use crate::engine::draft::Draft;
use crate::engine::enrolment::{Enrolment, Stage};
use crate::engine::evaluate::Scope;
use crate::engine::message::{Body, Writer};
use crate::engine::rate::Rate;
use crate::engine::world::LONGEST_CHAIN;
use crate::model::WorkflowId;
use crate::plan::Workflow;

impl Draft<'_> {
    /// Decides whether the delivery enrols the record (E5, E8).
    pub(super) fn enrol(&mut self, id: WorkflowId, workflow: &Workflow) {
        if self.base.is_some() && self.enrolled.contains(&id) {
            return;
        }
        let fired = self.fired(id, workflow);
        let strict = fired.first.is_some();
        let again = self.reenrolls(workflow, &fired);
        let (date, itself) = (fired.date, fired.itself);
        let cause = match (fired.first, fired.occurs) {
            (Some(first), occurs) => (first, occurs.is_some()),
            (None, Some(occurs)) if again => (occurs, true),
            (None, None) if again => (self.elsewhere(workflow), false),
            _ => return,
        };
        let (cause, occurs) = cause;
        let been = self.before.been.has(id, &cause.key);
        if !been && !strict {
            return;
        }
        if been && !date && !self.holds_again(workflow, occurs) {
            return;
        }
        if !self.only_when(workflow, &cause) {
            return;
        }
        if date && self.is_missed(id, cause.span) {
            return;
        }
        let again = (been && !itself).then_some(again);
        let reason = self.refusal(id, (workflow, &cause.key), again);
        self.conclude_enrolment(id, cause, reason);
    }

    /// Whether one of the workflow's own triggers holds for a record that was
    /// inside before (E8).
    fn holds_again(&self, workflow: &Workflow, occurs: bool) -> bool {
        occurs
            || workflow.filters.iter().any(|filter| self.is(filter))
            || (workflow.filters.is_empty() && workflow.has_trigger())
    }

    fn only_when(&self, workflow: &Workflow, cause: &Cause) -> bool {
        workflow.only.as_ref().is_none_or(|only| {
            let scope = Scope {
                occurrence: cause.occurrence.as_deref(),
                ..self.now_scope()
            };
            scope.holds(only)
        })
    }

    /// Why the record is not enrolled, in the order of E5. `again` says of a
    /// record that was inside before whether a `reenroll` lets it in.
    fn refusal(
        &self,
        id: WorkflowId,
        (workflow, key): (&Workflow, &str),
        again: Option<bool>,
    ) -> Option<Reason> {
        let switch = self.world.switch(id);
        if self.is_made_by(id) {
            Some(Reason::SelfCreated)
        } else if self.delivery.chain > LONGEST_CHAIN {
            Some(Reason::ChainTooLong)
        } else if workflow.off || switch.off || !switch.turned_on {
            Some(Reason::WorkflowOff)
        } else if switch.paused {
            Some(Reason::WorkflowPaused)
        } else if workflow.suppress.iter().any(|suppress| self.is(suppress)) {
            Some(Reason::Suppressed)
        } else if workflow.goal.as_ref().is_some_and(|goal| self.is(goal)) {
            Some(Reason::GoalMet)
        } else if self.is_inside(id, key) {
            Some(Reason::AlreadyEnrolled)
        } else if again.is_some() && workflow.reenroll.is_empty() {
            Some(Reason::EnrolledBefore)
        } else if again == Some(false) {
            Some(Reason::NoReenrollTrigger)
        } else if self.is_over_limit(id, workflow) {
            Some(Reason::OverLimit)
        } else {
            None
        }
    }

    /// Whether this delivery makes the record, for a step of a workflow (E15).
    fn is_made_by(&self, id: WorkflowId) -> bool {
        let made = match &self.delivery.body {
            Body::Request(request) if self.touched.created => request.made(),
            _ => None,
        };
        let program = &self.world.prepared.program;
        made.is_some_and(|made| program.current(made.writer.workflow) == id)
    }

    /// Whether the record is inside a workflow under a key, whatever version of
    /// it (V3).
    pub(in crate::engine) fn is_inside(&self, id: WorkflowId, key: &str) -> bool {
        let mut versions = self.world.prepared.program.versions(id);
        versions.any(|id| self.after.is_inside(id, key))
    }

    fn conclude_enrolment(&mut self, id: WorkflowId, cause: Cause, reason: Option<Reason>) {
        if let Some(reason) = reason {
            if reason == Reason::OverLimit {
                self.raise(id);
            }
            let what = What::Refused {
                key: cause.key,
                reason,
                cause: cause.text,
            };
            self.tell_of(id, cause.span, what);
            return;
        }
        let Some(workflow) = self.workflow(id) else {
            return;
        };
        // An enrolment's identity is fixed at birth (A1).
        let enrolment = Uid::of(&[
            self.delivery.id.bytes(),
            workflow.name().as_str().as_bytes(),
            self.after.id.bytes(),
            cause.key.as_bytes(),
        ]);
        self.change(Change::Been(id, cause.key.clone()));
        if Rate::is_of(workflow) {
            self.change(Change::Counted(id));
        }
        self.change(Change::Enrolment(Box::new(Enrolment {
            id: enrolment,
            workflow: id,
            version: workflow.version,
            key: cause.key.clone(),
            occurrence: cause.occurrence,
            stage: Stage::Ready {
                at: None,
                next: workflow.entry,
                due: self.begins(),
            },
            bindings: vec![None; workflow.bindings],
            visits: 0,
            passed: None,
        })));
        let what = What::Enrolled {
            key: cause.key,
            cause: cause.text,
        };
        self.tell_step(enrolment, None, what);
        if let Some(entry) = self.decision.entries.last_mut() {
            entry.span = Some(cause.span);
        }
        self.begun.push((enrolment, workflow.entry));
        self.shut_out(id, &workflow.exclusive);
        self.enrolled.push(id);
        self.recall_went(id, None);
    }

    /// Something asks that lets records in again by itself (E8).
    pub(in crate::engine) fn enrol_by_itself(
        &mut self,
        id: WorkflowId,
        workflow: &Workflow,
        cause: Cause,
    ) {
        if self.only_when(workflow, &cause) {
            let reason = self.refusal(id, (workflow, &cause.key), None);
            self.conclude_enrolment(id, cause, reason);
        }
    }

    /// A person or another workflow asks (E6).
    pub(in crate::engine) fn requested(&mut self, id: WorkflowId, writer: Option<Writer>) {
        let Some(workflow) = self.workflow(id) else {
            return;
        };
        self.timetable = self.world.prepared.timetable(id);
        let been = self.before.been.has(id, "");
        let again = been.then_some(!workflow.reenroll.is_empty());
        let mut reason = self.refusal(id, (workflow, ""), again);
        if !self.world.published {
            reason = Some(Reason::WorkflowOff);
        }
        let text = match writer {
            Some(_) => "workflow",
            None => "person",
        };
        let cause = Cause::plain(text, workflow.span);
        self.conclude_enrolment(id, cause, reason);
    }

    /// The workflow is turned on for the first time, and takes those that
    /// match (E9). One that does not, or no longer, is skipped.
    pub(in crate::engine) fn existing(&mut self, id: WorkflowId) {
        let Some(workflow) = self.workflow(id) else {
            return;
        };
        self.timetable = self.world.prepared.timetable(id);
        let Some(filter) = workflow.filters.iter().find(|filter| self.is(filter)) else {
            return;
        };
        let cause = Cause::condition("existing", filter, workflow);
        if !self.only_when(workflow, &cause) {
            return;
        }
        let been = self.before.been.has(id, "");
        let reason = self.refusal(id, (workflow, ""), been.then_some(false));
        self.conclude_enrolment(id, cause, reason);
    }
}
