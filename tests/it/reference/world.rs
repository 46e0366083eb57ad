//! The world from outside: inputs, time, and how things stand. An input that is
//! refused changes nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use flow::base::Timestamp;
use flow::model::{ObjectId, PropertyId, Value, form_of};
use flow::semantic::hir::{Do, ExprKind, Program, StepKind, Workflow};

use crate::acts::{Trace, What, outcome};
use crate::reference::deliver::uid;
use crate::reference::eval::same;
use crate::reference::{Cause, Delivery, Enrolment, Model, Occurrence, Record, State};

/// Properties with their new values.
pub(crate) type Changes = Vec<(PropertyId, Option<Value>)>;

impl<'p> Model<'p> {
    pub(crate) fn new(program: &'p Program) -> Self {
        Model {
            program,
            now: Timestamp::UNIX_EPOCH,
            records: BTreeMap::new(),
            enrolments: BTreeMap::new(),
            ever: BTreeSet::new(),
            published: false,
            off: BTreeSet::new(),
            paused: BTreeSet::new(),
            started: BTreeSet::new(),
            seen: BTreeSet::new(),
            queue: VecDeque::new(),
            actions: VecDeque::new(),
            trace: Vec::new(),
        }
    }

    /// Fires all timers due at or before an instant, in order (I8).
    pub(crate) fn advance(&mut self, to: Timestamp) {
        while let Some((due, id)) = self.next_timer().filter(|(due, _)| *due <= to) {
            self.now = self.now.max(due);
            self.fire(id);
            self.settle();
        }
        self.now = self.now.max(to);
    }

    pub(crate) fn workflow(&self, at: usize) -> &'p Workflow {
        &self.program.workflows[at]
    }

    pub(crate) fn is_off(&self, workflow: usize) -> bool {
        self.workflow(workflow).off || self.off.contains(&workflow)
    }

    /// The next timer of a workflow that is not paused.
    fn next_timer(&self) -> Option<(Timestamp, u64)> {
        let timers = self.enrolments.iter().filter_map(|(id, inside)| {
            let (State::Waiting(due, ..) | State::Postponed(due, _)) = inside.state else {
                return None;
            };
            let order = (due, uid(&inside.record), inside.workflow, &inside.key);
            (!self.paused.contains(&inside.workflow)).then_some((order, *id))
        });
        timers.min().map(|((due, ..), id)| (due, id))
    }

    fn fire(&mut self, id: u64) {
        let inside = self.going(id);
        if let State::Postponed(_, action) = inside.state.clone() {
            inside.state = State::Acting;
            return self.actions.push_back((id, action));
        }
        let to = inside.record.clone();
        self.send(&to, 1, move |_, at| at.done = Some((id, None)));
    }

    /// Delivers all messages and fires what is due, then carries out the first
    /// action, and so on.
    pub(crate) fn settle(&mut self) {
        loop {
            if let Some(message) = self.queue.pop_front() {
                self.deliver(message);
            } else if let Some((_, id)) = self.next_timer().filter(|(due, _)| *due <= self.now) {
                self.fire(id);
            } else if let Some((id, action)) = self.actions.pop_front() {
                self.attempt(id, action);
            } else {
                return;
            }
        }
    }

    /// Carries an action out, judged again before (A8). Every failure is
    /// final: further attempts are not modelled.
    fn attempt(&mut self, id: u64, action: Trace) {
        let workflow = self.enrolments.get(&id).map(|inside| inside.workflow);
        let wanted = workflow.is_some_and(|workflow| !self.is_off(workflow));
        if wanted && self.paused.contains(&self.enrolments[&id].workflow) {
            self.going(id).state = State::Postponed(self.now, action);
            return;
        }
        let What::Action { step, arguments } = &action.what else {
            unreachable!("only actions are carried out");
        };
        let result = wanted.then(|| outcome("", arguments));
        let told = match &result {
            None => "withdrawn",
            Some(Ok(())) => "ok",
            Some(Err((_, error))) => error,
        };
        let (what, record) = (What::result(step, told), action.record.clone());
        self.trace.push(Trace { what, ..action });
        if let Some(inside) = self.enrolments.get_mut(&id) {
            if result == Some(Ok(())) {
                let binding = inside.doing().and_then(|doing| doing.binding.as_ref());
                inside.bound.extend(binding.map(|binding| binding.place));
            }
            let failure = result.and_then(Result::err);
            self.send(&record, 1, move |_, at| at.done = Some((id, failure)));
        }
    }

    pub(crate) fn publish(&mut self) {
        self.published = true;
        for at in 0..self.program.workflows.len() {
            if !self.off.contains(&at) {
                self.on(at);
            }
        }
    }

    /// What reaches a record from outside, if there is such a record.
    pub(crate) fn input(&mut self, to: &str, body: impl FnOnce(&mut Self, &mut Delivery) + 'p) {
        if self.records.contains_key(to) {
            self.send(to, 1, body);
        }
    }

    /// At the first turn-on those who match may enrol (E9).
    pub(crate) fn on(&mut self, at: usize) {
        let workflow = self.workflow(at);
        self.off.remove(&at);
        if !self.published || workflow.off || !self.started.insert(at) || !workflow.existing {
            return;
        }
        let records = self.records.values();
        let records = records.filter(|record| record.object == workflow.object);
        let mut handles: Vec<String> = records.map(|record| record.handle.clone()).collect();
        handles.sort_by_key(|handle| (uid(handle).partition(1024), uid(handle)));
        for handle in handles {
            self.send(&handle, 1, move |_, to| to.cause = Cause::Existing(at));
        }
    }

    pub(crate) fn create(&mut self, handle: &str, object: ObjectId, given: &Changes) {
        let mut record = Record::new(handle, object, self.now);
        let mut good = self.good(&record, given) && !self.records.contains_key(handle);
        for (id, property) in self.program.catalog.objects[object].properties.iter() {
            let given = given.iter().find(|(given, _)| *given == id);
            let value = given.map_or_else(|| self.default(object, id), |(_, value)| value.clone());
            good &= value.is_some() || !property.required;
            value.map(|value| record.values.insert(id, value));
        }
        if good {
            let body = |model: &mut Self, _: &mut _| {
                model.records.insert(record.handle.clone(), record);
            };
            self.send(handle, 1, body);
        }
    }

    /// Values from outside: all good, or none is taken.
    pub(crate) fn change(&mut self, to: &str, changes: Changes) {
        if self.good(&self.records[to], &changes) {
            self.input(to, |model, at| {
                for (id, value) in changes {
                    model.put(&at.to, id, value);
                }
            });
        }
    }

    fn good(&self, record: &Record, changes: &Changes) -> bool {
        let properties = &self.program.catalog.objects[record.object].properties;
        changes.iter().all(|(id, value)| {
            let refused = self.refused(record, *id, value.as_ref());
            refused.is_none() && !properties[*id].builtin && !properties[*id].computed
        })
    }

    pub(crate) fn default(&self, object: ObjectId, property: PropertyId) -> Option<Value> {
        let mut defaults = self.program.objects[object.index()].defaults.iter();
        let (_, expr) = defaults.find(|(id, _)| *id == property)?;
        let ExprKind::Literal(value) = &expr.kind else {
            panic!("not modelled: {expr:?}");
        };
        Some(value.clone())
    }

    /// Why a record cannot have a value.
    pub(crate) fn refused(
        &self,
        record: &Record,
        id: PropertyId,
        value: Option<&Value>,
    ) -> Option<&'static str> {
        let property = &self.program.catalog.objects[record.object].properties[id];
        let Some(value) = value else {
            return property.required.then_some("required");
        };
        if let Value::Text(text) = value
            && form_of(&property.ty, text).is_err()
        {
            return Some("wrong_form");
        }
        let taken = self.records.values().any(|other| {
            let held = other.values.get(&id);
            let held = held.is_some_and(|held| same(held, value, &property.ty));
            held && other.object == record.object && other.handle != record.handle
        });
        (property.unique && taken).then_some("not_unique")
    }

    /// An event at most five minutes ahead; only the first of its name and id.
    pub(crate) fn event(&mut self, to: &str, event: Occurrence, id: Option<(String, String)>) {
        let ahead = event.occurred.as_second() - self.now.as_second();
        if ahead <= 5 * 60 && id.is_none_or(|id| self.seen.insert(id)) {
            self.input(to, |_, at| at.occurrences.push(event));
        }
    }
}

impl<'p> Enrolment<'p> {
    pub(crate) fn doing(&self) -> Option<&'p Do> {
        match self.step.map(|step| &step.kind) {
            Some(StepKind::Do(doing)) => Some(doing),
            _ => None,
        }
    }

    pub(crate) fn step_name(&self) -> String {
        let step = self.step.map(|step| step.id.to_string());
        step.unwrap_or_default()
    }
}
