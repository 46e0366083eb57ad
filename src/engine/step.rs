//! Steps: how an enrolment goes on, one file for each kind of step. Who
//! enrols and leaves is not known here.

mod act;
mod ask;
mod awaited;
mod branch;
mod cap;
mod copy;
mod create;
mod finish;
mod hours;
mod loops;
mod put_back;
mod render;
mod set;
mod split;
mod tie;
mod wait;

pub(super) use awaited::{came_back, turn};
pub(super) use loops::next_time;
pub(super) use render::argument;
pub use split::lot;
pub(super) use wait::{moment_of, until};

use std::sync::Arc;

use super::decision::{Change, Reason, What};
use super::draft::Draft;
use super::enrolment::{Enrolment, Occurrence, Stage};
use super::message::{Answered, Request};
use crate::base::{Timestamp, Uid};
use crate::model::{Value, WorkflowId};
use crate::plan::{Next, Records, Step, StepKind};
use crate::semantic::hir::EventSource;

/// What a step does to the path.
pub(super) enum Flow {
    /// It goes on.
    On(Next),
    /// It waits for something.
    Parked,
    /// It ends.
    End,
}

/// A step at hand.
#[derive(Clone, Copy)]
pub(super) struct At<'p> {
    pub(super) enrolment: Uid,
    pub(super) place: usize,
    pub(super) step: &'p Step,
    /// The moment from which the path counts (I8).
    pub(super) from: Timestamp,
}

impl<'w> Draft<'w> {
    /// Lets an enrolment go on until it waits for something or ends.
    pub(super) fn go(&mut self, enrolment: Uid, next: Next, from: Timestamp) {
        self.take_version(enrolment);
        let mut next = next;
        loop {
            let Some(of) = self.after.enrolment(enrolment) else {
                return;
            };
            let workflow = of.workflow;
            if self.world.switch(workflow).paused {
                let stage = Stage::Ready {
                    at: of.step(),
                    next,
                    due: from,
                };
                self.stage(enrolment, stage);
                return;
            }
            let step = match (next, self.workflow(workflow)) {
                (Next::Step(place), Some(plan)) => plan.steps.get(place).map(|step| (place, step)),
                _ => None,
            };
            let Some((place, step)) = step else {
                self.leave(enrolment, Reason::Completed);
                return;
            };
            let at = At {
                enrolment,
                place,
                step,
                from,
            };
            match self.step(at) {
                Flow::On(on) => next = on,
                Flow::Parked => return,
                Flow::End => {
                    self.leave(enrolment, Reason::Completed);
                    return;
                }
            }
        }
    }

    /// What goes on does so on the version that is published (V2).
    fn take_version(&mut self, enrolment: Uid) {
        let of = self.after.enrolment(enrolment);
        let plan = of.and_then(|of| self.workflow(of.workflow));
        if let (Some(of), Some(plan)) = (of, plan)
            && of.version != plan.version
        {
            self.change_enrolment(enrolment, |of| of.version = plan.version);
        }
    }

    // size: one arm for each kind of step.
    fn step(&mut self, at: At<'w>) -> Flow {
        self.notes.clear();
        let of = self.after.enrolment(at.enrolment);
        let is_off = of.is_some_and(|of| self.is_off(of.workflow));
        if is_off && is_action(&at.step.kind) {
            let what = What::Skipped("workflow_off".into());
            self.tell_step(at.enrolment, Some(at.place), what);
            return Flow::On(at.step.next);
        }
        if is_action(&at.step.kind)
            && let Some(held) = self.hold(at)
        {
            return held;
        }
        match &at.step.kind {
            StepKind::Wait(wait) => self.wait(at, wait),
            StepKind::Await(wait) => self.await_first(at, wait),
            StepKind::Set(records, property, op, value) => {
                self.set(at, (records, *property), (*op, value))
            }
            StepKind::Clear(records, property) => self.clear(at, (records, *property)),
            StepKind::Do(action) => self.act(at, action),
            StepKind::Branch(cases, otherwise) => self.branch(at, cases, *otherwise),
            StepKind::Match(value, cases, otherwise) => {
                self.match_value(at, value, (cases, *otherwise))
            }
            StepKind::Stop => {
                self.tell_step(at.enrolment, Some(at.place), What::Step);
                Flow::End
            }
            StepKind::Enroll(workflow, records) => {
                self.ask(at, records, |writer| Request::Enroll {
                    workflow: *workflow,
                    writer,
                })
            }
            StepKind::Add(segment, records) => self.ask(at, records, |writer| Request::Member {
                segment: *segment,
                joins: true,
                writer,
            }),
            StepKind::Remove(segment, records) => self.ask(at, records, |writer| Request::Member {
                segment: *segment,
                joins: false,
                writer,
            }),
            StepKind::Split(cases) => self.split(at, cases),
            StepKind::Goto(target) => {
                self.tell_step(at.enrolment, Some(at.place), What::Step);
                Flow::On(*target)
            }
            StepKind::Todo(_) => {
                let what = What::Skipped("todo".into());
                self.tell_step(at.enrolment, Some(at.place), what);
                Flow::On(at.step.next)
            }
            StepKind::Copy(copy) => self.copy(at, copy),
            StepKind::Create(create) => self.create(at, create),
            StepKind::Associate(tie) => self.associate(at, tie),
            StepKind::Dissociate(tie) => self.dissociate(at, tie),
            StepKind::Unenroll(workflow) => {
                self.ask(at, &Records::This, |writer| Request::Unenroll {
                    workflow: *workflow,
                    writer,
                })
            }
            StepKind::Delete => self.ask(at, &Records::This, Request::Delete),
        }
    }

    /// Whether a workflow was turned off, by the operator or by its source: by
    /// that of the version that enrols, whatever older ones say (V3).
    fn is_off(&self, workflow: WorkflowId) -> bool {
        let current = self.world.prepared.program.current(workflow);
        let off = self.workflow(current).is_some_and(|plan| plan.off);
        off || self.world.switch(workflow).off
    }

    /// Puts an enrolment where it stands now.
    pub(super) fn stage(&mut self, enrolment: Uid, stage: Stage) {
        self.change_enrolment(enrolment, |of| of.stage = stage);
    }

    pub(super) fn change_enrolment(&mut self, id: Uid, change: impl FnOnce(&mut Enrolment)) {
        if let Some(of) = self.after.enrolment(id) {
            let mut of = of.clone();
            change(&mut of);
            self.change(Change::Enrolment(Box::new(of)));
        }
    }

    /// A record that a step has asked for something has answered.
    pub(super) fn answered(&mut self, enrolment: Uid, answer: Answered) {
        let Some(of) = self.after.enrolment(enrolment) else {
            return;
        };
        let Stage::Writing {
            step,
            open,
            failure: earlier,
            from,
        } = of.stage.clone()
        else {
            return;
        };
        if self.ties(enrolment, step) && !matches!(answer, Answered::Skipped(_)) {
            self.tell_step(enrolment, Some(step), What::Step);
        }
        let refused = match answer {
            Answered::Refused(reason) => Some(reason),
            Answered::Made(values) => {
                self.bind_made((enrolment, step), values);
                None
            }
            Answered::Skipped(reason) => {
                self.tell_step(enrolment, Some(step), What::Skipped(reason));
                None
            }
            Answered::Done => None,
        };
        let failure = earlier.or(refused);
        let open = open.saturating_sub(1);
        if open > 0 {
            let stage = Stage::Writing {
                step,
                open,
                failure,
                from,
            };
            self.stage(enrolment, stage);
            return;
        }
        if let Some(reason) = failure {
            self.failed((enrolment, step), None, reason);
        }
        let next = self.next_of(enrolment, step);
        self.go(enrolment, next, from);
    }

    /// Whether a step links or unlinks a record that it finds by a value: only
    /// the answer says whether there is one.
    fn ties(&self, enrolment: Uid, step: usize) -> bool {
        let plan = self.plan_step(enrolment, step);
        plan.is_some_and(|plan| match &plan.kind {
            StepKind::Associate(tie) | StepKind::Dissociate(tie) => tie.other.is_some(),
            _ => false,
        })
    }

    /// The time of an enrolment has come. Early, late and doubled timers find
    /// nothing to do.
    pub(super) fn woken(&mut self, enrolment: Uid, due: Timestamp) {
        if let Some(of) = self.after.put_back.get(&enrolment) {
            if of.retry.is_some_and(|own| own <= due) {
                self.try_again(of.clone());
            }
            return;
        }
        let Some(of) = self.after.enrolment(enrolment) else {
            return;
        };
        if of.due().is_none_or(|own| own > due) {
            return;
        }
        match of.stage.clone() {
            Stage::Ready { next, .. } => self.go(enrolment, next, due),
            Stage::Waiting { step, .. } => {
                self.tell_step(enrolment, Some(step), What::WaitEnded(None));
                self.lets_through(enrolment, step, due);
                let next = self.next_of(enrolment, step);
                self.go(enrolment, next, due);
            }
            Stage::Awaiting { .. } => {
                let of = of.clone();
                self.wait_is_due(&of, due);
            }
            Stage::Acting { .. } => self.attempt_again(enrolment),
            Stage::Writing { .. } | Stage::Finishing { .. } => {}
        }
    }

    /// What follows a step.
    pub(super) fn next_of(&self, enrolment: Uid, step: usize) -> Next {
        self.plan_step(enrolment, step)
            .map_or(Next::End, |step| step.next)
    }

    pub(super) fn plan_step(&self, enrolment: Uid, step: usize) -> Option<&'w Step> {
        let of = self.after.enrolment(enrolment)?;
        self.workflow(of.workflow)?.steps.get(step)
    }

    /// A step has failed: it is told, and the event `action_failed` occurs on
    /// the record (A4, A10).
    pub(super) fn failed(
        &mut self,
        (enrolment, step): (Uid, usize),
        status: Option<u16>,
        reason: Arc<str>,
    ) {
        let Some(plan) = self.plan_step(enrolment, step) else {
            return;
        };
        let action = match &plan.kind {
            StepKind::Do(action) => {
                let actions = &self.world.prepared.program.catalog.actions;
                actions[action.action].called()
            }
            other => other.word(),
        };
        self.fails(enrolment, (Some(step), action), status, reason);
    }

    /// Tells that something has failed, at a step or at one that is gone.
    fn fails(
        &mut self,
        enrolment: Uid,
        (step, action): (Option<usize>, &str),
        status: Option<u16>,
        reason: Arc<str>,
    ) {
        let what = What::Failed(reason.clone());
        self.tell_step(enrolment, step, what);
        let id = self.next_message();
        let occurrence = Occurrence {
            event: EventSource::ActionFailed,
            id: id.to_string().into(),
            occurred_at: self.world.now,
            accepted_at: self.world.now,
            values: vec![
                Some(Value::Text(action.into())),
                status.map(|status| Value::Number(status.into())),
                Some(Value::Text(reason.into())),
            ],
        };
        self.send(self.after.id, Request::Event(Arc::new(occurrence)));
    }
}

/// Whether a step is an action: all are, but those that only steer (W1).
fn is_action(kind: &StepKind) -> bool {
    !matches!(
        kind,
        StepKind::Wait(_)
            | StepKind::Await(_)
            | StepKind::Branch(..)
            | StepKind::Match(..)
            | StepKind::Split(_)
            | StepKind::Goto(_)
            | StepKind::Stop
    )
}
