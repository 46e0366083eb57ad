//! The state of the world, what comes in from outside, and the clock. What one
//! delivery does stands in `deliver`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use flow::base::{Name, Timestamp, Uid};
use flow::model::compute::{equal, spell};
use flow::model::{ObjectId, Property, PropertyId, Type, Value, form_of};
use flow::semantic::hir::{EventSource, Program, Step, Wait, Workflow};

use crate::acts::{Act, Arguments, Trace, What, outcome};
use crate::reference::deliver::{Body, Failure, Message};
use crate::reference::eval::Env;
use crate::reference::record::{Occurrence, Record};

/// More deliveries than any one input should cause.
const FUEL: u32 = 200_000;

/// The reference model.
pub(crate) struct Model<'p> {
    pub(crate) program: &'p Program,
    pub(crate) now: Timestamp,
    pub(crate) records: BTreeMap<String, Record>,
    pub(crate) enrolments: BTreeMap<u64, Enrolment<'p>>,
    /// Who has ever been inside: workflow, record, key.
    pub(crate) ever: BTreeSet<(usize, String, String)>,
    pub(crate) published: bool,
    pub(crate) off: BTreeSet<usize>,
    pub(crate) paused: BTreeSet<usize>,
    /// The workflows that have been on.
    started: BTreeSet<usize>,
    seen: BTreeSet<(usize, String)>,
    pub(crate) queue: VecDeque<Message>,
    /// Enrolments whose action waits for an attempt, with record and workflow.
    pub(crate) actions: VecDeque<(u64, Pending)>,
    pub(crate) trace: Vec<Trace>,
    fuel: u32,
}

/// One traversal of a workflow. Its number tells the order of births.
#[derive(Clone)]
pub(crate) struct Enrolment<'p> {
    pub(crate) record: String,
    pub(crate) workflow: usize,
    pub(crate) key: String,
    pub(crate) event: Option<Occurrence>,
    /// The steps to come, the next one last.
    pub(crate) rest: Vec<&'p Step>,
    /// The step that it is in.
    pub(crate) step: Option<&'p Step>,
    pub(crate) bound: BTreeSet<usize>,
    pub(crate) state: State<'p>,
    /// Why the step at hand has failed, if it has.
    pub(crate) failure: Option<Failure>,
}

impl Enrolment<'_> {
    pub(crate) fn step_name(&self) -> String {
        self.step
            .map(|step| step.id.to_string())
            .unwrap_or_default()
    }
}

/// What an enrolment waits for.
#[derive(Clone)]
pub(crate) enum State<'p> {
    /// Nothing: it is going.
    Going,
    /// So many answers.
    Parked(usize),
    /// An instant; since when, and the `until` that may change it.
    Waiting(Timestamp, Timestamp, Option<&'p Wait>),
    /// The result of an action.
    Acting,
    /// Another attempt.
    Retrying(Timestamp, Pending),
}

/// An action that was decided.
#[derive(Clone)]
pub(crate) struct Pending {
    pub(crate) trace: Trace,
    pub(crate) action: String,
    pub(crate) arguments: Arguments,
    pub(crate) failed: u32,
}

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
            fuel: FUEL,
        }
    }

    /// Fires what is due, then applies an input.
    pub(crate) fn apply(&mut self, at: Timestamp, act: &Act) {
        self.advance(at);
        self.fuel = FUEL;
        self.input(act);
        self.settle();
    }

    /// Fires all timers due at or before an instant, in order (I8).
    pub(crate) fn advance(&mut self, to: Timestamp) {
        while let Some((due, id)) = self.next_timer().filter(|(due, _)| *due <= to) {
            self.now = self.now.max(due);
            self.fuel = FUEL;
            self.fire(id);
            self.settle();
        }
        self.now = self.now.max(to);
    }

    pub(crate) fn trace(&self) -> &[Trace] {
        &self.trace
    }

    /// All properties but `id`, as programs write values.
    pub(crate) fn values(&self) -> BTreeMap<(String, String), Option<String>> {
        let mut values = BTreeMap::new();
        for record in self.records.values() {
            let env = Env::of(self.program, self.now, record);
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
        let ends = self.records.values().flat_map(|record| {
            let named = record.ends.iter().filter(|end| !end.name.starts_with('<'));
            named.map(|end| {
                let labels = end.labels.iter().cloned().collect();
                let (name, other) = (end.name.clone(), end.other.clone());
                (record.handle.clone(), name, other, labels)
            })
        });
        ends.collect()
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
                let env = Env::of(self.program, self.now, record);
                if record.object == segment.object && env.inside(id.index()) {
                    members.insert((record.handle.clone(), segment.name.to_string()));
                }
            }
        }
        members
    }

    pub(crate) fn workflow(&self, at: usize) -> &'p Workflow {
        &self.program.workflows[at]
    }

    pub(crate) fn is_off(&self, workflow: usize) -> bool {
        self.workflow(workflow).off || self.off.contains(&workflow)
    }

    pub(crate) fn handle_of(&self, id: &Value) -> Option<String> {
        let Value::Text(id) = id else { return None };
        let mut records = self.records.values();
        let found = records.find(|record| Some(record.id) == Uid::parse(id));
        found.map(|record| record.handle.clone())
    }

    fn find_workflow(&self, name: &str) -> Option<usize> {
        let found = self.program.catalog.workflow(&Name::new(name));
        found.map(|id| id.index())
    }

    fn find_segment(&self, record: &str, name: &str) -> Option<usize> {
        let id = self.program.catalog.segment(&Name::new(name))?;
        let segment = &self.program.catalog.segments[id];
        (segment.fixed && self.records.get(record)?.object == segment.object).then(|| id.index())
    }

    /// What an input is refused for changes nothing.
    // size: one match over all acts
    fn input(&mut self, act: &Act) -> Option<()> {
        let (to, body) = match act {
            Act::Publish => return self.publish(),
            Act::Pause(name) => {
                let at = self.find_workflow(name)?;
                return self.paused.insert(at).then_some(());
            }
            Act::Off(name) => {
                let at = self.find_workflow(name)?;
                return self.off.insert(at).then_some(());
            }
            Act::On(name) => {
                let at = self.find_workflow(name)?;
                self.off.remove(&at);
                return self.published.then(|| self.start(at));
            }
            Act::Resume(name) => return self.find_workflow(name).map(|at| self.resume(at)),
            Act::Create {
                handle,
                object,
                values,
            } => return self.create(handle, object, values),
            Act::Set { record, values } => {
                let object = self.records.get(record)?.object;
                (record, Body::Values(self.changes(record, object, values)?))
            }
            Act::Link {
                record,
                association,
                with,
                label,
            } => {
                let id = self.association(record, association, with)?;
                (record, Body::Link(id, with.clone(), label.clone(), None))
            }
            Act::Unlink {
                record,
                association,
                with,
                label,
            } => {
                self.association(record, association, with)?;
                let (name, with) = (association.clone(), with.clone());
                (record, Body::Unlink(name, with, label.clone()))
            }
            Act::Event { record, .. } => (record, Body::Event(self.occurrence(act)?)),
            Act::Enroll { record, workflow } => {
                (record, Body::Request(self.find_workflow(workflow)?, None))
            }
            Act::Unenroll { record, workflow } => {
                (record, Body::Manual(self.find_workflow(workflow)?))
            }
            Act::Add { record, segment } | Act::Remove { record, segment } => {
                let join = matches!(act, Act::Add { .. });
                let segment = self.find_segment(record, segment)?;
                (record, Body::Member(segment, join, None))
            }
        };
        self.records.get(to)?;
        self.deliver(Message::new(to, 1, body));
        Some(())
    }

    fn publish(&mut self) -> Option<()> {
        (!self.published).then_some(())?;
        self.published = true;
        for at in 0..self.program.workflows.len() {
            self.start(at);
        }
        Some(())
    }

    /// At the first turn-on those who match may enrol (E9).
    fn start(&mut self, at: usize) {
        if self.is_off(at) || !self.started.insert(at) || !self.workflow(at).existing {
            return;
        }
        let object = self.workflow(at).object;
        let records = self
            .records
            .values()
            .filter(|record| record.object == object);
        let mut records: Vec<&Record> = records.collect();
        records.sort_by_key(|record| (record.id.partition(1024), record.id));
        for record in records {
            let message = Message::new(&record.handle, 1, Body::Existing(at));
            self.queue.push_back(message);
        }
    }

    fn resume(&mut self, at: usize) {
        self.paused.remove(&at);
        // What has come due meanwhile fires now, in order.
        while let Some((_, id)) = self.next_timer().filter(|(due, _)| *due <= self.now) {
            self.fire(id);
            self.settle();
        }
    }

    fn create(&mut self, handle: &str, object: &str, values: &[(String, Value)]) -> Option<()> {
        let object = self.program.catalog.object(&Name::new(object))?;
        (!self.records.contains_key(handle)).then_some(())?;
        let mut record = Record::new(handle, object, self.now);
        let given = values.iter();
        let given = given.map(|(name, value)| (name.clone(), Some(value.clone())));
        let given = self.changes(handle, object, &given.collect::<Vec<_>>())?;
        for (id, property) in self.program.catalog.objects[object].properties.iter() {
            let value = match given.iter().find(|(given, _)| *given == id) {
                Some((_, value)) => value.clone(),
                None => self.default(&record, id),
            };
            (value.is_some() || !property.required).then_some(())?;
            value.map(|value| record.values.insert(id.index(), value));
        }
        self.deliver(Message::new(handle, 1, Body::Create(Box::new(record))));
        Some(())
    }

    pub(crate) fn default(&self, record: &Record, property: PropertyId) -> Option<Value> {
        let body = &self.program.objects[record.object.index()];
        let (_, expr) = body.defaults.iter().find(|(id, _)| *id == property)?;
        Env::of(self.program, self.now, record).eval(expr)
    }

    /// Values from outside: all good, or none is taken.
    fn changes(
        &self,
        record: &str,
        object: ObjectId,
        values: &[(String, Option<Value>)],
    ) -> Option<Vec<(PropertyId, Option<Value>)>> {
        let properties = values.iter().map(|(name, value)| {
            let id = self.program.catalog.objects[object].property(name)?;
            let property = &self.program.catalog.objects[object].properties[id];
            let writable = !property.builtin && !property.computed;
            let good = self.refused(record, object, id, value.as_ref()).is_none();
            (writable && good).then(|| (id, value.clone()))
        });
        properties.collect()
    }

    /// Why a record cannot have a value.
    pub(crate) fn refused(
        &self,
        record: &str,
        object: ObjectId,
        id: PropertyId,
        value: Option<&Value>,
    ) -> Option<&'static str> {
        let property: &Property = &self.program.catalog.objects[object].properties[id];
        let Some(value) = value else {
            return property.required.then_some("required");
        };
        if let Value::Text(text) = value
            && form_of(&property.ty, text).is_err()
        {
            return Some("wrong_form");
        }
        let spelled = |value: &Value| match value {
            Value::Text(text) if property.ty == Type::Email => {
                Value::Text(text.to_lowercase().into())
            }
            other => other.clone(),
        };
        let taken = self.records.values().any(|other| {
            let held = other.values.get(&id.index());
            other.object == object
                && other.handle != record
                && held.is_some_and(|held| equal(&spelled(held), &spelled(value)))
        });
        (property.unique && taken).then_some("not_unique")
    }

    fn association(
        &self,
        record: &str,
        name: &str,
        with: &str,
    ) -> Option<flow::model::AssociationId> {
        let object = &self.program.catalog.objects[self.records.get(record)?.object];
        let id = object.association(name)?;
        (self.records.get(with)?.object == object.associations[id].object).then_some(id)
    }

    fn occurrence(&mut self, act: &Act) -> Option<Occurrence> {
        let Act::Event {
            record,
            event,
            values,
            occurred_at,
            id,
        } = act
        else {
            return None;
        };
        let event = self.program.catalog.event(&Name::new(event))?;
        let declared = &self.program.catalog.events[event];
        (self.records.get(record)?.object == declared.object).then_some(())?;
        let mut occurrence = Occurrence::new(EventSource::Declared(event), self.now);
        occurrence.occurred = occurred_at.unwrap_or(self.now);
        let ahead = occurrence.occurred.as_second() - self.now.as_second();
        (ahead <= 5 * 60).then_some(())?;
        for (name, value) in values {
            let place = declared.property(name)?.index();
            occurrence.fields.insert(place, value.clone());
        }
        if let Some(id) = id {
            let new = self.seen.insert((event.index(), id.clone()));
            new.then_some(())?;
        }
        occurrence.id.clone_from(id);
        Some(occurrence)
    }

    /// The next timer of a workflow that is not paused.
    fn next_timer(&self) -> Option<(Timestamp, u64)> {
        let timers = self.enrolments.iter().filter_map(|(id, inside)| {
            let due = match &inside.state {
                State::Waiting(due, ..) | State::Retrying(due, _) => *due,
                _ => return None,
            };
            let record = self.records[&inside.record].id;
            let order = (due, record, inside.workflow, inside.key.clone());
            (!self.paused.contains(&inside.workflow)).then_some((order, *id))
        });
        timers.min().map(|((due, ..), id)| (due, id))
    }

    fn fire(&mut self, id: u64) {
        let Some(inside) = self.enrolments.get_mut(&id) else {
            return;
        };
        if let State::Retrying(_, pending) = inside.state.clone() {
            inside.state = State::Acting;
            self.actions.push_back((id, pending));
            return;
        }
        let to = inside.record.clone();
        self.deliver(Message::new(&to, 1, Body::Go(id, false)));
    }

    /// Delivers all messages, then carries out the first action, and so on.
    fn settle(&mut self) {
        loop {
            while let Some(message) = self.queue.pop_front() {
                self.deliver(message);
            }
            let Some((id, pending)) = self.actions.pop_front() else {
                return;
            };
            self.attempt(id, pending);
        }
    }

    /// One attempt of an action, judged again before (A8).
    fn attempt(&mut self, id: u64, mut pending: Pending) {
        let withdrawn = match self.enrolments.get(&id) {
            None => true,
            Some(inside) => pending.failed > 0 && self.is_off(inside.workflow),
        };
        let result = outcome(&pending.action, &pending.arguments);
        let told = match &result {
            _ if withdrawn => "withdrawn",
            Ok(()) => "ok",
            Err((_, error)) => error,
        };
        if let What::Result { outcome, .. } = &mut pending.trace.what {
            told.clone_into(outcome);
        }
        self.trace.push(pending.trace.clone());
        if !self.enrolments.contains_key(&id) {
            return;
        }
        let to = pending.trace.record.clone();
        let body = match result {
            Err((status, error)) if !withdrawn => {
                pending.failed += 1;
                let failure = Failure {
                    status,
                    ..Failure::of(&pending.action, &error)
                };
                Body::Failed(id, pending, failure)
            }
            _ => Body::Go(id, !withdrawn),
        };
        self.deliver(Message { to, chain: 1, body });
    }

    pub(crate) fn burn(&mut self) {
        let left = self.fuel.checked_sub(1);
        self.fuel = left.expect("the program runs in circles");
    }
}
