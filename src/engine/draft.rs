//! A private draft of one record's cell: the unit in which a delivery to a
//! record is decided. It ends as a difference, a decision.

use std::borrow::Cow;
use std::sync::Arc;

use super::decision::{Answer, Change, Decision, Entry, What};
use super::enrolment::{Enrolment, Occurrence};
use super::evaluate::{Notes, Scope, just_before};
use super::message::{Address, Answered, Attempt, Body, Delivery, Request, Writer};
use super::prepared::Touched;
use super::recall::Went;
use super::record::{Heard, RecordCell, Side};
use super::world::World;
use crate::base::{Span, Timestamp, Uid};
use crate::model::{Timetable, WorkflowId};
use crate::plan::{Next, Workflow};

/// The enrolment that a delivery lets go on, and why.
#[derive(Debug, Clone)]
pub(super) enum Resume {
    /// A record that its step has written has answered.
    Answered(Uid, Answered),
    /// Its time has come.
    Due(Uid, Timestamp),
    /// An attempt of its action is asked for, or has ended.
    Attempt(Request),
}

/// A record being decided about.
pub(super) struct Draft<'w> {
    pub(super) world: World<'w>,
    pub(super) delivery: &'w Delivery,
    /// The record before the delivery.
    pub(super) before: &'w RecordCell,
    /// The record as it becomes: a copy of it once something is changed.
    pub(super) after: Cow<'w, RecordCell>,
    pub(super) decision: Decision,
    pub(super) touched: Touched,
    /// Whether what it makes true was made true by nobody: nothing turns (E2).
    pub(super) rebased: bool,
    /// The event that the delivery brings.
    pub(super) occurrence: Option<Arc<Occurrence>>,
    /// The enrolment that it lets go on.
    pub(super) resume: Option<Resume>,
    /// When its time came, where it is woken because time has passed (E12).
    pub(super) woken: Option<Timestamp>,
    /// The time of the schedule that asks for it.
    pub(super) from: Option<Timestamp>,
    /// Whom it answers, and what.
    pub(super) reply: Option<(Writer, Answered)>,
    /// Waits that it has ended (W3, W4, W5).
    pub(super) moved: Vec<(Uid, Next)>,
    /// What it has enrolled, in the order of workflows.
    pub(super) begun: Vec<(Uid, Next)>,
    /// The workflows that it has enrolled the record in.
    pub(super) enrolled: Vec<WorkflowId>,
    /// What became of enrolments and is not seen yet, where conditions read it.
    pub(super) went: Vec<Went>,
    /// The record before that was seen, while its workflows are considered.
    pub(super) base: Option<RecordCell>,
    /// The timetable of the workflow that is considered.
    pub(super) timetable: &'w Timetable,
    pub(super) notes: Notes,
    /// What is noted of the record as it was, which is told nowhere.
    quiet: Notes,
}

impl<'w> Draft<'w> {
    pub(super) fn new(world: World<'w>, delivery: &'w Delivery, before: &'w RecordCell) -> Self {
        Draft {
            world,
            delivery,
            before,
            after: Cow::Borrowed(before),
            decision: Decision {
                object: Some(before.object),
                ..Decision::about(delivery.to.clone())
            },
            touched: Touched::default(),
            rebased: false,
            occurrence: None,
            resume: None,
            woken: None,
            from: None,
            reply: None,
            moved: Vec::new(),
            begun: Vec::new(),
            enrolled: Vec::new(),
            went: Vec::new(),
            base: None,
            timetable: world.prepared.usual(),
            notes: Notes::default(),
            quiet: Notes::default(),
        }
    }

    /// Makes one difference.
    pub(super) fn change(&mut self, change: Change) {
        self.after.to_mut().apply(&change, self.world.now);
        self.decision.changes.push(change);
    }

    /// Sends a request that this delivery causes (I5).
    pub(super) fn send(&mut self, to: Uid, request: Request) {
        let chain = self.delivery.chain + 1;
        self.post(Address::Record(to), chain, Body::Request(Box::new(request)));
    }

    /// Sends something to another cell that this delivery causes (I5).
    pub(super) fn cause_at(&mut self, to: Address, body: Body) {
        self.post(to, self.delivery.chain + 1, body);
    }

    /// The identity of the message that is sent next.
    pub(super) fn next_message(&self) -> Uid {
        let ordinal = u32::try_from(self.decision.messages.len());
        self.delivery.id.child(ordinal.unwrap_or(u32::MAX))
    }

    /// Sends something that only forwards or answers: it is no further cause.
    pub(super) fn forward(&mut self, to: Address, body: Body) {
        self.post(to, self.delivery.chain, body);
    }

    fn post(&mut self, to: Address, chain: u32, body: Body) {
        let message = follow_up(
            self.delivery,
            self.decision.messages.len(),
            (to, chain, body),
        );
        self.decision.messages.push(message);
    }

    pub(super) fn answer(&mut self, answer: Answer) {
        self.decision.answer = Some(answer);
    }

    /// Tells of the record; of what a step has asked for, with the step.
    pub(super) fn tell(&mut self, what: What) {
        let Some(writer) = self.writer() else {
            self.entry(what, None, None);
            return;
        };
        self.entry(what, Some(writer.workflow), Some(writer.enrolment));
        self.place(writer.workflow, writer.step);
    }

    /// The step that the delivery goes back to.
    fn writer(&self) -> Option<Writer> {
        match &self.delivery.body {
            Body::Request(request) => request.writer(),
            _ => None,
        }
    }

    /// Says at which step the last entry was told.
    fn place(&mut self, workflow: WorkflowId, step: usize) {
        let plan = self.world.prepared.workflow(workflow);
        let of = plan.and_then(|plan| plan.steps.get(step));
        if let Some(entry) = self.decision.entries.last_mut() {
            (entry.step, entry.span) = (of.map(|_| step), of.map(|step| step.span));
        }
    }

    /// Tells of a workflow that has no enrolment here.
    pub(super) fn tell_of(&mut self, workflow: WorkflowId, span: Span, what: What) {
        self.entry(what, Some(workflow), None);
        if let Some(entry) = self.decision.entries.last_mut() {
            entry.span = Some(span);
        }
    }

    /// Tells of an enrolment, at a step or as a whole.
    pub(super) fn tell_step(&mut self, enrolment: Uid, step: Option<usize>, what: What) {
        let Some(of) = self.after.enrolment(enrolment) else {
            return;
        };
        let (workflow, id) = (of.workflow, of.id);
        self.entry(what, Some(workflow), Some(id));
        let plan = self.world.prepared.workflow(workflow);
        let span = plan.and_then(|plan| match step {
            Some(step) => plan.steps.get(step).map(|step| step.span),
            None => Some(plan.span),
        });
        if let Some(entry) = self.decision.entries.last_mut() {
            (entry.step, entry.span) = (step, span);
        }
    }

    /// Tells of an attempt, whose enrolment may have left.
    pub(super) fn tell_attempt(&mut self, attempt: Attempt, what: What) {
        self.entry(what, Some(attempt.workflow), Some(attempt.enrolment));
        self.place(attempt.workflow, attempt.step);
    }

    fn entry(&mut self, what: What, workflow: Option<WorkflowId>, enrolment: Option<Uid>) {
        let notes = self.notes.flaws();
        let key = enrolment.and_then(|id| self.after.enrolment(id));
        let key = key.map(|of| of.key.clone()).filter(|key| !key.is_empty());
        self.decision.entries.push(Entry {
            at: self.world.now,
            record: Some(self.after.id),
            workflow,
            enrolment,
            key,
            step: None,
            span: None,
            // What follows from the input has its own cause.
            by: self
                .delivery
                .by
                .clone()
                .filter(|_| self.delivery.chain == 1),
            what,
            notes,
        });
    }

    /// What evaluates on the record as it has become.
    pub(super) fn now_scope(&self) -> Scope<'_> {
        let (prepared, now) = (self.world.prepared, self.world.now);
        Scope {
            timetable: self.timetable,
            ..Scope::of(prepared, &self.after, now, &self.notes)
        }
    }

    /// What evaluates on the record as it was: just before its time came, where
    /// it is woken.
    pub(super) fn before_scope(&self) -> Scope<'_> {
        let woken = self.woken.filter(|_| self.touched.time);
        let at = woken.map_or(self.world.now, just_before);
        let before = self.base.as_ref().unwrap_or(self.before);
        Scope {
            timetable: self.timetable,
            ..Scope::of(self.world.prepared, before, at, &self.quiet)
        }
    }

    /// What evaluates at the instant for which the record is woken; `None` where
    /// it is not.
    pub(super) fn due_scope(&self) -> Option<Scope<'_>> {
        let due = self.woken.filter(|_| self.touched.time)?;
        Some(Scope {
            timetable: self.timetable,
            ..Scope::of(self.world.prepared, &self.after, due, &self.quiet)
        })
    }

    /// What evaluates on the record as it was when time had to be looked at for it,
    /// where it has changed before it is woken.
    pub(super) fn unlooked_scope(&self) -> Option<Scope<'_>> {
        self.woken.filter(|_| self.touched.time)?;
        let unlooked = self.world.unlooked.get(&self.after.id)?;
        Some(Scope {
            timetable: self.timetable,
            ..Scope::of(self.world.prepared, unlooked, self.world.now, &self.quiet)
        })
    }

    /// Whether something is so by time, where the record is woken: at the instant
    /// for which it is, and without what has changed it since (I8).
    pub(super) fn is_by_time(&self, is: impl Fn(Scope<'_>) -> bool) -> bool {
        self.due_scope().is_none_or(&is) && self.unlooked_scope().is_none_or(&is)
    }

    /// The instant from which a path counts that begins now (I8).
    pub(super) fn begins(&self) -> Timestamp {
        self.woken.or(self.from).unwrap_or(self.world.now)
    }

    /// What evaluates for a step of an enrolment.
    pub(super) fn step_scope<'s>(&'s self, enrolment: &'s Enrolment) -> Scope<'s> {
        Scope {
            occurrence: enrolment.occurrence.as_deref(),
            bindings: &enrolment.bindings,
            timetable: self.world.prepared.timetable(enrolment.workflow),
            ..self.now_scope()
        }
    }

    pub(super) fn workflow(&self, id: WorkflowId) -> Option<&'w Workflow> {
        self.world.prepared.workflow(id)
    }

    /// Carries the whole delivery out, in the order of I5.
    pub(super) fn decide(mut self, request: &Request) -> Decision {
        self.receive(request);
        self.conclude()
    }

    /// What follows once the record has changed.
    pub(super) fn conclude(mut self) -> Decision {
        self.count();
        self.consider();
        self.timetable = self.world.prepared.usual();
        self.look_at_waits();
        self.spread();
        self.send_reply();
        self.go_on();
        self.send_what_went();
        self.set_wake();
        self.decision
    }

    /// Lets those hear that read something through their link with the record.
    fn spread(&mut self) {
        if self.touched.created || self.touched.is_empty() {
            return;
        }
        let prepared = self.world.prepared;
        let changed = super::hear::changed(prepared, self.before, &self.after, self.world.now);
        let mut news: Vec<(Uid, Vec<(Side, Heard)>)> = Vec::new();
        for (end, heard) in changed {
            let side = super::hear::opposite(prepared, self.after.object, end.side);
            match news.iter_mut().find(|(to, _)| *to == end.other) {
                Some((_, all)) => all.push((side, heard)),
                None => news.push((end.other, vec![(side, heard)])),
            }
        }
        for (to, all) in news {
            self.send(to, Request::Hear(all));
        }
    }

    fn send_reply(&mut self) {
        let Some((writer, answer)) = self.reply.take() else {
            return;
        };
        if writer.record == self.after.id {
            self.resume = Some(Resume::Answered(writer.enrolment, answer));
            return;
        }
        self.forward(Address::Record(writer.record), writer.reply(answer));
    }

    /// First the enrolment that waited for this, then waits that it has ended,
    /// then what it has begun.
    fn go_on(&mut self) {
        match self.resume.take() {
            Some(Resume::Answered(enrolment, answer)) => self.answered(enrolment, answer),
            Some(Resume::Due(enrolment, due)) => self.woken(enrolment, due),
            Some(Resume::Attempt(request)) => self.attempted(&request),
            None => {}
        }
        let begins = self.begins();
        // A wait that time has ended is over since its instant (E12).
        let ended = if self.touched.time {
            begins
        } else {
            self.world.now
        };
        for (enrolment, next) in std::mem::take(&mut self.moved) {
            self.go(enrolment, next, ended);
        }
        for (enrolment, next) in std::mem::take(&mut self.begun) {
            self.go(enrolment, next, begins);
        }
    }
}

/// A message that a delivery causes; its identity is a hash of its parent's
/// and its ordinal (I5).
pub(super) fn follow_up(
    parent: &Delivery,
    ordinal: usize,
    (to, chain, body): (Address, u32, Body),
) -> Delivery {
    Delivery {
        id: parent.id.child(u32::try_from(ordinal).unwrap_or(u32::MAX)),
        root: parent.root,
        chain,
        from: Some(parent.to.clone()),
        to,
        occurred_at: parent.occurred_at,
        by: parent.by.clone(),
        object: None,
        body,
    }
}
