//! What a delivery means for workflows: who leaves, who enrols, and why not
//! (E1 to E8, L1 to L3, L6). What enrolments do is not known here.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::decision::{Change, Reason, What};
use super::draft::Draft;
use super::enrolment::{Enrolment, Occurrence, Stage};
use super::evaluate::{Scope, folded};
use super::message::{Body, Writer};
use super::prepared::{Sight, Source};
use super::rate::Rate;
use super::world::LONGEST_CHAIN;
use crate::base::{Span, Uid};
use crate::model::{PropertyId, Type, Value, WorkflowId};
use crate::plan::{Condition, DateTrigger, EventTrigger, Reenroll, Workflow};
use crate::semantic::hir::EventSource;

/// What asks for an enrolment.
pub(super) struct Cause {
    key: Arc<str>,
    occurrence: Option<Arc<Occurrence>>,
    text: Arc<str>,
    span: Span,
}

impl Cause {
    /// A cause that is no occurrence.
    pub(super) fn plain(text: Arc<str>, span: Span) -> Self {
        Cause {
            key: "".into(),
            occurrence: None,
            text,
            span,
        }
    }
}

/// What the triggers of a workflow say about a delivery.
struct Fired {
    /// The first own trigger that fired.
    first: Option<Cause>,
    /// An own event trigger occurs, refinements aside.
    occurs: Option<Cause>,
    /// Some filter trigger has turned true.
    turned: bool,
    /// A date trigger has come.
    date: bool,
    /// A trigger that lets records in again by itself (E8).
    itself: bool,
}

impl<'w> Draft<'w> {
    /// Considers the workflows that the delivery concerns, in the order of
    /// their names, all of them before any step is taken (I6).
    pub(super) fn consider(&mut self) {
        // What is gone, or is what others made of it, turns nothing (E2).
        if self.rebased || self.after.gone.is_some() {
            self.went.clear();
            return;
        }
        self.consider_all();
        let occurrence = self.occurrence.take();
        // Each workflow enrols once at most, so that this comes to an end (E1).
        while !self.went.is_empty() {
            let touched = self.see_what_went();
            self.consider_all();
            self.touched.add(touched);
        }
        self.base = None;
        self.occurrence = occurrence;
    }

    fn consider_all(&mut self) {
        let touched = &self.touched;
        if !self.world.published || (touched.is_empty() && !touched.time) {
            return;
        }
        let prepared = self.world.prepared;
        let (enrolling, leaving) = match touched.time {
            true => (self.turning(), self.turning()),
            false => {
                let concerns = &prepared.concerns;
                let enrolling = concerns.enrolling(self.after.object, touched, self);
                (enrolling, self.letting_go())
            }
        };
        let all: BTreeSet<usize> = enrolling.iter().chain(&leaving).copied().collect();
        for place in all {
            let Some(workflow) = prepared.program.workflows().get(place) else {
                continue;
            };
            let id = WorkflowId::at(place);
            self.notes.clear();
            if leaving.contains(&place) {
                self.take_out(id);
            }
            self.timetable = prepared.timetable(id);
            if enrolling.binary_search(&place).is_ok() {
                self.enrol(id, workflow);
            }
        }
        self.notes.clear();
    }

    /// The workflows that it is inside and that the delivery can take it out
    /// of.
    fn letting_go(&self) -> Vec<usize> {
        let prepared = self.world.prepared;
        let all = self.after.enrolments.iter();
        let inside = all.map(|of| prepared.program.current(of.workflow).index());
        let (object, touched) = (self.after.object, &self.touched);
        let lets_go = |place: &usize| prepared.concerns.lets_go(object, touched, *place);
        inside.filter(lets_go).collect()
    }

    /// Whether a condition is true after the delivery.
    pub(super) fn is(&self, condition: &Condition) -> bool {
        self.now_scope().holds(condition)
    }

    /// Whether it was true before. Nothing was true of a record that was not
    /// there (E2).
    fn was(&self, condition: &Condition) -> bool {
        !self.touched.created && self.before_scope().holds(condition)
    }

    /// Whether the delivery made it true. What time makes true it makes so when
    /// it is due, and it must still be so.
    fn turned(&self, condition: &Condition) -> bool {
        let due = || self.due_scope().is_none_or(|due| due.holds(condition));
        self.is(condition) && due() && !self.was(condition)
    }

    /// Whether none of some conditions holds any longer.
    fn none_is(&self, conditions: &[Condition]) -> bool {
        let any = |scope: &Scope<'_>| conditions.iter().any(|condition| scope.holds(condition));
        !any(&self.now_scope()) && !self.due_scope().is_some_and(|due| any(&due))
    }

    fn any_turned(&self, conditions: &[Condition]) -> bool {
        conditions.iter().any(|condition| self.turned(condition))
    }

    /// Takes the record out of a workflow, for the first reason that applies
    /// (L6) in the version that it is inside (V3), in the order of keys (E16).
    fn take_out(&mut self, id: WorkflowId) {
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

    pub(super) fn reason_to_leave(&self, workflow: &Workflow) -> Option<Reason> {
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

    /// Ends an enrolment.
    pub(super) fn leave(&mut self, enrolment: Uid, reason: Reason) {
        let Some(of) = self.after.enrolment(enrolment) else {
            return;
        };
        let (key, workflow) = (of.key.clone(), of.workflow);
        let step = of.step().filter(|_| reason != Reason::Completed);
        self.tell_step(enrolment, step, What::Left { key, reason });
        self.change(Change::Left(enrolment));
        self.recall_went(workflow, Some(reason));
    }

    /// The occurrence that a trigger speaks of, if this delivery is one.
    pub(super) fn occurs(&self, trigger: &EventTrigger) -> Option<Arc<Occurrence>> {
        let occurrence = self.happens(trigger, &self.now_scope())?;
        let passes = trigger.filter.as_ref().is_none_or(|filter| {
            let scope = Scope {
                occurrence: Some(&occurrence),
                ..self.now_scope()
            };
            scope.holds(filter)
        });
        passes.then_some(occurrence)
    }

    /// The occurrence of the event that a trigger names, from and to the values
    /// that it names, whatever its condition says.
    pub(super) fn happens(
        &self,
        trigger: &EventTrigger,
        scope: &Scope<'_>,
    ) -> Option<Arc<Occurrence>> {
        let occurrence = self.occurrence(&trigger.event)?;
        let is = |value: &Option<crate::plan::Expression>, place: usize| {
            value.as_ref().is_none_or(|value| {
                let wanted = scope.value(value);
                let found = occurrence.values.get(place).cloned().flatten();
                let address = self.is_address(&trigger.event);
                let fold = |value| if address { folded(value) } else { value };
                let (wanted, found) = (wanted.map(fold), found.map(fold));
                matches!((wanted, found), (Some(a), Some(b)) if crate::model::compute::equal(&a, &b))
            })
        };
        (is(&trigger.from, 0) && is(&trigger.to, 1)).then_some(occurrence)
    }

    /// Whether an event is the change of an address, which is the same in any
    /// case.
    fn is_address(&self, event: &EventSource) -> bool {
        let object = self.world.object(self.after.object);
        matches!(event, EventSource::Changed(id) if object.properties[*id].ty == Type::Email)
    }

    /// An event of this delivery: the one that it brings, or one that follows
    /// from what it changed.
    fn occurrence(&self, event: &EventSource) -> Option<Arc<Occurrence>> {
        let created = self.touched.created;
        let values = match event {
            EventSource::Declared(_) | EventSource::ActionFailed => {
                let occurrence = self.occurrence.as_ref()?;
                return (occurrence.event == *event).then(|| occurrence.clone());
            }
            EventSource::Created if created => Vec::new(),
            EventSource::Changed(property) if !created => {
                if !self.touched.properties.contains(property) {
                    return None;
                }
                let old = self.before_scope().own(*property);
                let new = self.now_scope().own(*property);
                if old == new {
                    return None;
                }
                vec![old, new]
            }
            EventSource::Joined(segment) | EventSource::Left(segment) => {
                let was = !created && self.before_scope().in_segment(*segment) == Some(true);
                let is = self.now_scope().in_segment(*segment) == Some(true);
                let due = self.due_scope();
                let due = due.is_none_or(|due| (due.in_segment(*segment) == Some(true)) == is);
                let joins = matches!(event, EventSource::Joined(_));
                if was == is || is != joins || !due {
                    return None;
                }
                Vec::new()
            }
            EventSource::Created | EventSource::Changed(_) => return None,
        };
        Some(Arc::new(Occurrence {
            event: event.clone(),
            id: self.delivery.id.to_string().into(),
            occurred_at: self.delivery.occurred_at.unwrap_or(self.world.now),
            accepted_at: self.world.now,
            values,
        }))
    }

    /// What the own triggers of a workflow say.
    fn fired(&self, id: WorkflowId, workflow: &Workflow) -> Fired {
        let (mut first, mut occurs) = (None, None);
        for (place, trigger) in workflow.events.iter().enumerate() {
            let Some(occurrence) = self.occurs(trigger) else {
                continue;
            };
            if first.is_none() && self.refined((id, place), trigger, &occurrence) {
                first = Some(self.cause(trigger, &occurrence));
            }
            if occurs.is_none() {
                occurs = Some(self.cause(trigger, &occurrence));
            }
        }
        let filter = workflow.filters.iter().find(|filter| self.turned(filter));
        if let (None, Some(filter)) = (&first, filter) {
            first = Some(Cause {
                key: "".into(),
                occurrence: None,
                text: "condition".into(),
                span: span_of(filter, workflow),
            });
        }
        let date = self.date_comes(workflow);
        if let (None, Some(date)) = (&first, date) {
            first = Some(self.date_cause(date));
        }
        Fired {
            first,
            occurs,
            turned: filter.is_some(),
            date: date.is_some(),
            itself: date.is_some_and(|date| date.yearly),
        }
    }

    fn date_cause(&self, trigger: &DateTrigger) -> Cause {
        let object = self.world.object(self.after.object);
        let name = &object.properties[trigger.property].name;
        Cause::plain(format!("date {name}").into(), trigger.span)
    }

    fn cause(&self, trigger: &EventTrigger, occurrence: &Arc<Occurrence>) -> Cause {
        let scope = Scope {
            occurrence: Some(occurrence),
            ..self.now_scope()
        };
        let key = trigger.per.as_ref().and_then(|per| scope.value(per));
        let text = super::event_name(self.world.prepared, &trigger.event, self.after.object);
        Cause {
            key: key_text(key.as_ref(), self.world.zone()),
            occurrence: Some(occurrence.clone()),
            text: format!("event {text}").into(),
            span: trigger.span,
        }
    }

    /// Decides whether the delivery enrols the record (E5, E8).
    fn enrol(&mut self, id: WorkflowId, workflow: &Workflow) {
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

    /// Whether a `reenroll` fires (E8).
    fn reenrolls(&self, workflow: &Workflow, fired: &Fired) -> bool {
        workflow.reenroll.iter().any(|reenroll| match reenroll {
            Reenroll::Always => fired.occurs.is_some() || fired.turned || fired.date,
            Reenroll::On(trigger) => self.occurs(trigger).is_some(),
            Reenroll::When(condition) => self.turned(condition),
        })
    }

    /// The cause of a re-enrolment that is none of the own triggers.
    fn elsewhere(&self, workflow: &Workflow) -> Cause {
        let occurrence = workflow
            .reenroll
            .iter()
            .find_map(|reenroll| match reenroll {
                Reenroll::On(trigger) => self.occurs(trigger),
                _ => None,
            });
        Cause {
            key: "".into(),
            occurrence,
            text: "reenroll".into(),
            span: workflow.span,
        }
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
    pub(super) fn is_inside(&self, id: WorkflowId, key: &str) -> bool {
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
    pub(super) fn enrol_by_itself(&mut self, id: WorkflowId, workflow: &Workflow, cause: Cause) {
        if self.only_when(workflow, &cause) {
            let reason = self.refusal(id, (workflow, &cause.key), None);
            self.conclude_enrolment(id, cause, reason);
        }
    }

    /// A person or another workflow asks (E6).
    pub(super) fn requested(&mut self, id: WorkflowId, writer: Option<Writer>) {
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
        let cause = Cause {
            key: "".into(),
            occurrence: None,
            text: text.into(),
            span: workflow.span,
        };
        self.conclude_enrolment(id, cause, reason);
    }

    /// The workflow is turned on for the first time, and takes those that
    /// match (E9). One that does not, or no longer, is skipped.
    pub(super) fn existing(&mut self, id: WorkflowId) {
        let Some(workflow) = self.workflow(id) else {
            return;
        };
        self.timetable = self.world.prepared.timetable(id);
        let Some(filter) = workflow.filters.iter().find(|filter| self.is(filter)) else {
            return;
        };
        let cause = Cause {
            key: "".into(),
            occurrence: None,
            text: "existing".into(),
            span: span_of(filter, workflow),
        };
        if !self.only_when(workflow, &cause) {
            return;
        }
        let been = self.before.been.has(id, "");
        let reason = self.refusal(id, (workflow, ""), been.then_some(false));
        self.conclude_enrolment(id, cause, reason);
    }
}

impl Sight for Draft<'_> {
    fn after(&self, source: Source) -> Option<Value> {
        match source {
            Source::Own(property) => self.now_scope().own(property),
            Source::Field(place) => {
                let occurrence = self.occurrence.as_deref()?;
                occurrence.values.get(place).cloned().flatten()
            }
        }
    }

    fn before(&self, property: PropertyId) -> Option<Value> {
        self.before_scope().own(property)
    }
}

fn span_of(condition: &Condition, workflow: &Workflow) -> Span {
    let root = condition.expression.root();
    root.and_then(|root| condition.expression.span(root))
        .unwrap_or(workflow.span)
}

fn key_text(key: Option<&Value>, zone: &crate::base::TimeZone) -> Arc<str> {
    match key {
        None => "".into(),
        Some(Value::Text(text)) => text.as_str().into(),
        Some(other) => crate::model::compute::print(other, zone).into(),
    }
}
