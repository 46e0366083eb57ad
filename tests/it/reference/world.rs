//! The world from outside: inputs, time, and how things stand. An input that is
//! refused changes nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use flow::base::{Name, Timestamp};
use flow::model::compute::spell;
use flow::model::{ObjectId, PropertyId, SegmentId, Value, form_of};
use flow::semantic::hir::{EventSource, ExprKind, Program, StepKind, Workflow};

use crate::acts::{Act, Trace, What, outcome};
use crate::reference::deliver::{Tie, uid};
use crate::reference::eval::same;
use crate::reference::{Cause, Delivery, Enrolment, Message, Model, Occurrence, Record, State};

/// Properties with their new values.
type Changes = Vec<(PropertyId, Option<Value>)>;

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

    pub(crate) fn trace(&self) -> &[Trace] {
        &self.trace
    }

    /// All properties but `id`, as programs write values.
    pub(crate) fn values(&self) -> BTreeMap<(String, String), Option<String>> {
        let mut values = BTreeMap::new();
        for record in self.records.values() {
            let env = self.env(record);
            let object = &self.program.catalog.objects[record.object];
            for (id, property) in object.properties.iter().skip(1) {
                let value = env.property(record, id);
                let spelled = value.map(|value| spell(&value, &property.ty, env.zone()));
                values.insert((record.handle.clone(), property.name.to_string()), spelled);
            }
        }
        values
    }

    /// Record, association, other record, labels.
    pub(crate) fn links(&self) -> BTreeSet<(String, String, String, Vec<String>)> {
        let mut links = BTreeSet::new();
        for record in self.records.values() {
            for end in record.ends.iter().filter(|end| !end.name.starts_with('<')) {
                let (record, name, other) = (&record.handle, &end.name, &end.other);
                let labels = end.labels.iter().cloned().collect();
                links.insert((record.clone(), name.clone(), other.clone(), labels));
            }
        }
        links
    }

    /// Who is inside, and at which step: record, workflow, key, step.
    pub(crate) fn inside(&self) -> BTreeSet<(String, String, String, String)> {
        let inside = self.enrolments.values().map(|inside| {
            let workflow = self.workflow(inside.workflow).name.to_string();
            let (record, key) = (inside.record.clone(), inside.key.clone());
            (record, workflow, key, inside.step_name())
        });
        inside.collect()
    }

    /// Who is in which segment, static and active: record, segment.
    pub(crate) fn segments(&self) -> BTreeSet<(String, String)> {
        let mut members = BTreeSet::new();
        for (id, segment) in self.program.catalog.segments.iter() {
            for record in self.records.values() {
                if record.object == segment.object && self.env(record).inside(id) {
                    members.insert((record.handle.clone(), segment.name.to_string()));
                }
            }
        }
        members
    }

    /// Fires what is due, then applies an input.
    pub(crate) fn apply(&mut self, at: Timestamp, act: &Act) {
        self.advance(at);
        self.input(act);
        self.settle();
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

    pub(super) fn workflow(&self, at: usize) -> &'p Workflow {
        &self.program.workflows[at]
    }

    pub(super) fn is_off(&self, workflow: usize) -> bool {
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
        let inside = self.enrolments.get_mut(&id).expect("it waits");
        if let State::Postponed(_, action) = inside.state.clone() {
            inside.state = State::Acting;
            self.actions.push_back((id, action));
            return;
        }
        let message = Message::new(&inside.record, 1, move |_, at| at.done = Some((id, None)));
        self.deliver(message);
    }

    /// Delivers all messages and fires what is due, then carries out the first
    /// action, and so on.
    fn settle(&mut self) {
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
        let inside = self.enrolments.get(&id);
        let withdrawn = inside.is_none_or(|inside| self.is_off(inside.workflow));
        if let Some(inside) = self.enrolments.get_mut(&id)
            && !withdrawn
            && self.paused.contains(&inside.workflow)
        {
            inside.state = State::Postponed(self.now, action);
            return;
        }
        let What::Action { step, arguments } = &action.what else {
            unreachable!("only actions are carried out");
        };
        let result = outcome("", arguments);
        let told = match &result {
            _ if withdrawn => "withdrawn",
            Ok(()) => "ok",
            Err((_, error)) => error,
        };
        let (what, record) = (What::result(step, told), action.record.clone());
        self.trace.push(Trace { what, ..action });
        let Some(inside) = self.enrolments.get_mut(&id) else {
            return;
        };
        let failure = result.err().filter(|_| !withdrawn);
        if let Some(StepKind::Do(doing)) = inside.step.map(|step| &step.kind)
            && let Some(binding) = &doing.binding
            && !withdrawn
            && failure.is_none()
        {
            inside.bound.push(binding.place);
        }
        let body = move |_: &mut _, at: &mut Delivery<'p>| at.done = Some((id, failure));
        self.deliver(Message::new(&record, 1, body));
    }

    pub(super) fn input(&mut self, act: &Act) -> Option<()> {
        match act {
            Act::Pause(name) => self.paused.extend(self.find(name)),
            Act::Resume(name) => _ = self.paused.remove(&self.find(name)?),
            Act::Off(name) => self.off.extend(self.find(name)),
            Act::On(name) => self.on(self.find(name)?),
            Act::Publish => {
                self.published = true;
                for at in 0..self.program.workflows.len() {
                    if !self.off.contains(&at) {
                        self.on(at);
                    }
                }
            }
            _ => {
                let message = self.message(act)?;
                self.deliver(message);
            }
        }
        Some(())
    }

    /// What an act sends to its record.
    // size: one match over all acts
    fn message(&mut self, act: &Act) -> Option<Message<'p>> {
        let message = match act {
            Act::Create {
                handle,
                object,
                values,
            } => {
                let record = self.born(handle, object, values)?;
                let body = move |model: &mut Self, _: &mut _| {
                    model.records.insert(record.handle.clone(), record);
                };
                return Some(Message::new(handle, 1, body));
            }
            Act::Set { record, values } => {
                let changes = self.changes(self.records.get(record)?, values)?;
                Message::new(record, 1, move |model, at| {
                    for (id, value) in changes {
                        model.put(&at.to, id, value);
                    }
                })
            }
            Act::Link {
                record,
                association,
                with,
                label,
            }
            | Act::Unlink {
                record,
                association,
                with,
                label,
            } => {
                let tie = self.between(record, (association, label), with)?;
                let with = with.clone();
                let link = matches!(act, Act::Link { .. });
                Message::new(record, 1, move |model, at| match link {
                    true => model.link(at, tie, with, None),
                    false => model.unlink(at, tie, &with),
                })
            }
            Act::Event {
                record,
                event,
                values,
                occurred_at,
                id,
            } => {
                let occurred = occurred_at.unwrap_or(self.now);
                let occurrence = self.occurrence((record, event), values, occurred)?;
                let key = |id: &String| (event.clone(), id.clone());
                let new = id.iter().all(|id| self.seen.insert(key(id)));
                new.then_some(())?;
                Message::new(record, 1, |_, at| at.occurrences.push(occurrence))
            }
            Act::Enroll { record, workflow } => {
                let workflow = self.find(workflow)?;
                Message::new(record, 1, move |_, at| at.cause = Cause::Request(workflow))
            }
            Act::Unenroll { record, workflow } => {
                let workflow = self.find(workflow)?;
                Message::new(record, 1, move |_, at| at.cause = Cause::Manual(workflow))
            }
            Act::Add { record, segment } | Act::Remove { record, segment } => {
                let segment = self.find_segment(record, segment)?;
                let join = matches!(act, Act::Add { .. });
                Message::new(record, 1, move |model, at| {
                    model.member(&at.to, segment, join)
                })
            }
            other => unreachable!("{other:?} goes to no record"),
        };
        self.records.contains_key(&message.to).then_some(message)
    }

    fn find(&self, name: &str) -> Option<usize> {
        let found = self.program.catalog.workflow(&Name::new(name));
        found.map(|id| id.index())
    }

    fn find_segment(&self, record: &str, name: &str) -> Option<SegmentId> {
        let id = self.program.catalog.segment(&Name::new(name))?;
        let segment = &self.program.catalog.segments[id];
        (segment.fixed && self.records.get(record)?.object == segment.object).then_some(id)
    }

    fn between(&self, record: &str, name: (&str, &Option<String>), with: &str) -> Option<Tie> {
        let object = self.records.get(record)?.object;
        let declared = &self.program.catalog.objects[object];
        let id = declared.association(name.0)?;
        let fits = self.records.get(with)?.object == declared.associations[id].object;
        fits.then(|| self.tie(object, name.0, name.1.clone()))
    }

    /// At the first turn-on those who match may enrol (E9).
    fn on(&mut self, at: usize) {
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

    fn born(&self, handle: &str, object: &str, values: &[(String, Value)]) -> Option<Record> {
        let object = self.program.catalog.object(&Name::new(object))?;
        (!self.records.contains_key(handle)).then_some(())?;
        let mut record = Record::new(handle, object, self.now);
        let given = values.iter();
        let given = given.map(|(name, value)| (name.clone(), Some(value.clone())));
        let given = self.changes(&record, &given.collect::<Vec<_>>())?;
        for (id, property) in self.program.catalog.objects[object].properties.iter() {
            let given = given.iter().find(|(given, _)| *given == id);
            let value = given.map_or_else(|| self.default(object, id), |(_, value)| value.clone());
            (value.is_some() || !property.required).then_some(())?;
            value.map(|value| record.values.insert(id, value));
        }
        Some(record)
    }

    pub(super) fn default(&self, object: ObjectId, property: PropertyId) -> Option<Value> {
        let mut defaults = self.program.objects[object.index()].defaults.iter();
        let (_, expr) = defaults.find(|(id, _)| *id == property)?;
        let ExprKind::Literal(value) = &expr.kind else {
            panic!("not modelled: {expr:?}");
        };
        Some(value.clone())
    }

    /// Values from outside: all good, or none is taken.
    fn changes(&self, record: &Record, values: &[(String, Option<Value>)]) -> Option<Changes> {
        let object = &self.program.catalog.objects[record.object];
        let changes = values.iter().map(|(name, value)| {
            let id = object.property(name)?;
            let property = &object.properties[id];
            let good = self.refused(record, id, value.as_ref()).is_none();
            (!property.builtin && !property.computed && good).then(|| (id, value.clone()))
        });
        changes.collect()
    }

    /// Why a record cannot have a value.
    pub(super) fn refused(
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

    /// An event at most five minutes ahead.
    fn occurrence(
        &self,
        (record, event): (&str, &str),
        values: &[(String, Value)],
        occurred: Timestamp,
    ) -> Option<Occurrence> {
        let source = self.program.catalog.event(&Name::new(event))?;
        let declared = &self.program.catalog.events[source];
        let ahead = occurred.as_second() - self.now.as_second();
        let fits = self.records.get(record)?.object == declared.object && ahead <= 5 * 60;
        let values = values.iter();
        let values = values.map(|(name, value)| Some((declared.property(name)?, value.clone())));
        let values = values.collect::<Option<_>>()?;
        let occurrence = Occurrence::new(EventSource::Declared(source), occurred);
        fits.then_some(Occurrence {
            values,
            ..occurrence
        })
    }
}

impl Enrolment<'_> {
    pub(super) fn step_name(&self) -> String {
        let step = self.step.map(|step| step.id.to_string());
        step.unwrap_or_default()
    }
}
