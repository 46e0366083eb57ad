//! Who leaves a workflow by a delivery, and for which reason (L6). What is done
//! about those who stay is not known here.

use std::sync::Arc;

use crate::base::Uid;
use crate::engine::decision::{Change, Reason, What};
use crate::engine::draft::Draft;
use crate::model::WorkflowId;
use crate::plan::Workflow;

impl Draft<'_> {
    /// Takes the record out of a workflow, for the first reason that applies
    /// (L6) in the version that it is inside (V3), in the order of keys (E16).
    pub(super) fn take_out(&mut self, id: WorkflowId) {
        let mut leaving: Vec<(Arc<str>, Uid, Reason)> = Vec::new();
        for version in self.world.prepared.program.versions(id) {
            let all = self.after.enrolments.iter();
            let mut inside = all.filter(|of| of.workflow == version).peekable();
            let plan = inside.peek().and_then(|_| self.workflow(version));
            self.timetable = self.world.prepared.timetable(version);
            if let Some(reason) = plan.and_then(|plan| self.reason_to_leave(plan)) {
                leaving.extend(inside.map(|of| (of.key.clone(), of.id, reason)));
            }
        }
        leaving.sort_by(|(one, ..), (other, ..)| one.cmp(other));
        for (_, enrolment, reason) in leaving {
            self.leave(enrolment, reason);
        }
    }

    pub(in crate::engine) fn reason_to_leave(&self, workflow: &Workflow) -> Option<Reason> {
        if self.any_turned(&workflow.suppress) {
            return Some(Reason::Suppressed);
        }
        if workflow.goal.as_ref().is_some_and(|goal| self.turned(goal)) {
            return Some(Reason::GoalMet);
        }
        let mut events = workflow.unenroll_on.iter();
        if self.any_turned(&workflow.unenroll)
            || events.any(|trigger| self.occurs(trigger).is_some())
        {
            return Some(Reason::UnenrollCondition);
        }
        let filters = &workflow.filters;
        let left = workflow.unenroll_on_leaving
            && filters.iter().any(|filter| self.was(filter))
            && self.none_is(filters);
        left.then_some(Reason::Leaving)
    }

    /// Its enrolments in some workflows, whatever the version. Several may be
    /// inhabited: the order is that of workflows, then keys (E16).
    pub(in crate::engine) fn inside_of(&self, is_meant: impl Fn(WorkflowId) -> bool) -> Vec<Uid> {
        let program = &self.world.prepared.program;
        let all = self.after.enrolments.iter();
        let inside = all.map(|of| (program.current(of.workflow), of));
        let inside = inside.filter(|(current, _)| is_meant(*current));
        let mut inside: Vec<_> = inside
            .map(|(current, of)| (current, &of.key, of.id))
            .collect();
        inside.sort();
        inside.into_iter().map(|(.., id)| id).collect()
    }

    /// Ends an enrolment.
    pub(in crate::engine) fn leave(&mut self, enrolment: Uid, reason: Reason) {
        let Some(of) = self.after.enrolment(enrolment) else {
            return;
        };
        let (key, workflow) = (of.key.clone(), of.workflow);
        let step = of.step().filter(|_| reason != Reason::Completed);
        self.tell_step(enrolment, step, What::Left { key, reason });
        self.change(Change::Left(enrolment));
        self.recall_went(workflow, Some(reason));
    }
}
