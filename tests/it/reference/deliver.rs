//! One delivery: its body changes the record, others hear of it, workflows are
//! considered, enrolments go on.

use std::mem::take;

use flow::base::Timestamp;
use flow::model::compute::arithmetic;
use flow::model::compute::{Operator, equal};
use flow::model::{AssociationId, ObjectId, PropertyId, Type, Value};
use flow::semantic::hir::{EventSource, StepKind};
use flow::syntax::ast::SetOp;

use crate::acts::What;
use crate::reference::eval::Env;
use crate::reference::model::{Model, Pending, State};
use crate::reference::record::{DEPTH, Occurrence, Record, mirror};

/// Something on its way to a record.
pub(crate) struct Message {
    pub(crate) to: String,
    pub(crate) chain: u32,
    pub(crate) body: Body,
}

/// Who waits for the answer: an enrolment and its record.
pub(crate) type Ticket = Option<(u64, String)>;

/// What is delivered.
pub(crate) enum Body {
    Create(Box<Record>),
    Values(Vec<(PropertyId, Option<Value>)>),
    Event(Occurrence),
    Link(AssociationId, String, Option<String>, Ticket),
    Unlink(String, String, Option<String>),
    /// A step sets a `one` association.
    Relink(AssociationId, Option<String>, Ticket),
    /// The other end of a link is to be made, then this one.
    Offer(Tie, Box<Record>, Ticket),
    Accept(Tie, Box<Record>, Ticket),
    /// The other end is gone.
    Unlinked(Tie, String),
    Heard(Box<Record>),
    Write(PropertyId, Change, Ticket),
    Member(usize, bool, Ticket),
    Request(usize, Ticket),
    Existing(usize),
    /// A person takes the record out.
    Manual(usize),
    Answer(u64, Option<Failure>),
    /// A timer, or the end of an action; whether it has answered.
    Go(u64, bool),
    Failed(u64, Pending, Failure),
}

/// A link as the record sees it that made it: its name there, and the label.
pub(crate) struct Tie {
    object: ObjectId,
    name: String,
    label: Option<String>,
}

/// How a step changes a property.
#[derive(Clone)]
pub(crate) enum Change {
    To(Option<Value>),
    By(SetOp, Option<Value>),
    Clear,
}

/// Why a step has failed.
#[derive(Clone)]
pub(crate) struct Failure {
    pub(crate) action: String,
    pub(crate) status: Option<u16>,
    pub(crate) error: String,
}

impl Failure {
    pub(crate) fn of(action: &str, error: &str) -> Self {
        let (action, error) = (action.to_owned(), error.to_owned());
        Failure {
            action,
            status: None,
            error,
        }
    }
}

/// What a body asks for besides its change.
#[derive(Default)]
struct Effect {
    to: String,
    chain: u32,
    first: Vec<Message>,
    reply: Option<Message>,
    occurrence: Option<Occurrence>,
    answered: Option<(u64, Option<Failure>)>,
    cause: Cause,
}

/// Why workflows are considered.
#[derive(Clone, Copy, Default)]
pub(crate) enum Cause {
    #[default]
    Change,
    Request(usize),
    Existing(usize),
    Manual(usize),
}

/// A delivery as workflows see it.
pub(crate) struct Delivery {
    pub(crate) chain: u32,
    pub(crate) before: Option<Record>,
    pub(crate) after: Record,
    pub(crate) occurrences: Vec<Occurrence>,
    pub(crate) cause: Cause,
}

impl Effect {
    fn send(&mut self, to: &str, body: Body) {
        self.first.push(Message::new(to, self.chain + 1, body));
    }

    /// One answer less to wait for; with the last the enrolment goes on.
    fn answer(&mut self, model: &mut Model<'_>, ticket: Ticket, failure: Option<Failure>) {
        let Some((id, writer)) = ticket else { return };
        if writer != self.to {
            let body = Body::Answer(id, failure);
            self.reply = Some(Message::new(&writer, self.chain, body));
        } else if let Some(inside) = model.enrolments.get_mut(&id) {
            inside.failure = inside.failure.take().or(failure);
            if let State::Parked(left) = &mut inside.state {
                *left -= 1;
                self.answered = (*left == 0).then(|| (id, inside.failure.take()));
            }
        }
    }

    fn offer(&mut self, model: &Model<'_>, (tie, with): (Tie, String), ticket: Ticket) {
        let view = Box::new(model.records[&self.to].view(DEPTH));
        self.send(&with, Body::Offer(tie, view, ticket));
    }

    /// Makes an end; one that is taken where there is only one is replaced.
    fn place(&mut self, model: &mut Model<'_>, name: &str, tie: &Tie, view: Record) {
        let record = &model.records[&self.to];
        let owner = &model.program.catalog.objects[record.object];
        let many = owner
            .association(name)
            .is_none_or(|id| owner.associations[id].many);
        let old: Vec<String> = record
            .linked(name, None)
            .iter()
            .map(|end| end.other.clone())
            .collect();
        for other in old.iter().filter(|other| !many && **other != view.handle) {
            self.unlink(model, name, other, None);
        }
        model
            .record(&self.to)
            .place(name, tie.label.as_deref(), view);
    }

    /// Takes an end or a label away and tells the other side.
    fn unlink(&mut self, model: &mut Model<'_>, name: &str, with: &str, label: Option<String>) {
        let record = model.record(&self.to);
        let object = record.object;
        if record.unplace(name, with, label.as_deref()) {
            let name = name.to_owned();
            self.send(
                with,
                Body::Unlinked(
                    Tie {
                        object,
                        name,
                        label,
                    },
                    self.to.clone(),
                ),
            );
        }
    }
}

impl Message {
    pub(crate) fn new(to: &str, chain: u32, body: Body) -> Self {
        let to = to.to_owned();
        Message { to, chain, body }
    }
}

impl Model<'_> {
    pub(crate) fn deliver(&mut self, message: Message) {
        self.burn();
        let Message { to, chain, body } = message;
        let before = self.records.get(&to).cloned();
        let mut effect = Effect {
            to: to.clone(),
            chain,
            ..Effect::default()
        };
        self.body(&to, body, &mut effect);
        let after = self.records[&to].clone();
        self.queue.extend(take(&mut effect.first));
        self.tell(before.as_ref(), &after, chain);
        self.queue.extend(effect.reply);
        let mut delivery = Delivery {
            chain,
            before,
            after,
            occurrences: Vec::new(),
            cause: effect.cause,
        };
        delivery.occurrences = self.occurrences(&delivery, effect.occurrence);
        self.count(&delivery);
        let (begun, moved) = self.consider(&delivery);
        if let Some((id, failure)) = effect.answered {
            self.finish(id, failure, chain);
        }
        for id in moved.into_iter().chain(begun) {
            self.go_on(id, chain);
        }
    }

    /// Linked records hear of a change.
    fn tell(&mut self, before: Option<&Record>, after: &Record, chain: u32) {
        let Some(before) = before else { return };
        if before.view(DEPTH) == after.view(DEPTH) {
            return;
        }
        let mut told: Vec<&String> = Vec::new();
        for end in &after.ends {
            if told.contains(&&end.other) {
                continue;
            }
            told.push(&end.other);
            let body = Body::Heard(Box::new(after.view(DEPTH)));
            self.queue
                .push_back(Message::new(&end.other, chain + 1, body));
        }
    }

    // size: one match over all bodies
    fn body(&mut self, to: &str, body: Body, effect: &mut Effect) {
        match body {
            Body::Create(record) => {
                self.records.insert(to.to_owned(), *record);
            }
            Body::Values(values) => {
                for (id, value) in values {
                    self.put(to, id, value);
                }
            }
            Body::Event(occurrence) => effect.occurrence = Some(occurrence),
            Body::Link(id, with, label, ticket) => {
                let tie = self.tie(to, id, label);
                let ends = self.records[to].linked(&tie.name, tie.label.as_deref());
                if ends.iter().any(|end| end.other == with) {
                    effect.answer(self, ticket, None);
                } else {
                    effect.offer(self, (tie, with), ticket);
                }
            }
            Body::Unlink(name, with, label) => effect.unlink(self, &name, &with, label),
            Body::Relink(id, with, ticket) => {
                let tie = self.tie(to, id, None);
                let ends = self.records[to].linked(&tie.name, None);
                let end = ends.first().map(|end| end.other.clone());
                if end == with {
                    return effect.answer(self, ticket, None);
                }
                if let Some(old) = end {
                    effect.unlink(self, &tie.name, &old, None);
                }
                match with {
                    Some(with) => effect.offer(self, (tie, with), ticket),
                    None => effect.answer(self, ticket, None),
                }
            }
            Body::Offer(tie, view, ticket) => {
                let from = view.handle.clone();
                let name = mirror(&self.program.catalog, tie.object, &tie.name);
                effect.place(self, &name, &tie, *view);
                let view = Box::new(self.records[to].view(DEPTH));
                let body = Body::Accept(tie, view, ticket);
                effect.send(&from, body);
            }
            Body::Accept(tie, view, ticket) => {
                effect.place(self, &tie.name, &tie, *view);
                effect.answer(self, ticket, None);
            }
            Body::Unlinked(tie, from) => {
                let name = mirror(&self.program.catalog, tie.object, &tie.name);
                self.record(to).unplace(&name, &from, tie.label.as_deref());
            }
            Body::Heard(view) => self.record(to).hear(*view),
            Body::Write(id, change, ticket) => {
                let clear = matches!(change, Change::Clear);
                let failed = self.write(to, id, &change);
                let failed =
                    failed.map(|error| Failure::of(if clear { "clear" } else { "set" }, error));
                effect.answer(self, ticket, failed);
            }
            Body::Member(segment, join, ticket) => {
                let segments = &mut self.record(to).segments;
                segments.retain(|other| *other != segment);
                segments.extend(join.then_some(segment));
                effect.answer(self, ticket, None);
            }
            Body::Request(workflow, ticket) => {
                effect.cause = Cause::Request(workflow);
                effect.answer(self, ticket, None);
            }
            Body::Existing(workflow) => effect.cause = Cause::Existing(workflow),
            Body::Manual(workflow) => effect.cause = Cause::Manual(workflow),
            Body::Answer(id, failure) => effect.answer(self, Some((id, to.to_owned())), failure),
            Body::Go(id, answered) => self.end(id, answered, effect),
            Body::Failed(id, pending, failure) => match self.again(id, pending.failed) {
                Some(due) => {
                    let inside = self.enrolments.get_mut(&id).expect("it acts");
                    inside.state = State::Retrying(due, pending);
                }
                None => effect.answered = Some((id, Some(failure))),
            },
        }
    }

    pub(crate) fn record(&mut self, handle: &str) -> &mut Record {
        self.records.get_mut(handle).expect("it is there")
    }

    fn end(&mut self, id: u64, answered: bool, effect: &mut Effect) {
        let Some(inside) = self.enrolments.get_mut(&id) else {
            return;
        };
        if let Some(StepKind::Do(doing)) = inside.step.map(|step| &step.kind)
            && answered
        {
            let binding = doing.binding.iter();
            inside.bound.extend(binding.map(|binding| binding.place));
        }
        effect.answered = Some((id, None));
    }

    /// When an action that has failed so often is tried again.
    fn again(&self, id: u64, failed: u32) -> Option<Timestamp> {
        let StepKind::Do(doing) = &self.enrolments.get(&id)?.step?.kind else {
            return None;
        };
        let (times, over) = doing.retry?;
        let halvings = times.checked_sub(failed)?;
        let zone = &self.program.settings.zone;
        let last = flow::base::shift(self.now, over, false, zone)?;
        let whole = last.as_microsecond() - self.now.as_microsecond();
        Timestamp::from_microsecond(self.now.as_microsecond() + (whole >> halvings)).ok()
    }

    fn put(&mut self, to: &str, id: PropertyId, value: Option<Value>) {
        let now = self.now;
        let record = self.record(to);
        let held = record.values.get(&id.index());
        let same = match (held, &value) {
            (Some(held), Some(value)) => equal(held, value),
            (held, value) => held.is_none() && value.is_none(),
        };
        if same {
            return;
        }
        record.updated = now;
        match value {
            Some(value) => record.values.insert(id.index(), value),
            None => record.values.remove(&id.index()),
        };
    }

    /// What a step writes, computed where it is applied; or why it fails.
    fn write(&mut self, to: &str, id: PropertyId, change: &Change) -> Option<&'static str> {
        let record = self.records[to].clone();
        let held = record.values.get(&id.index());
        let value = match change {
            Change::To(value) => value.clone(),
            Change::Clear => self.default(&record, id),
            Change::By(op, operand) => {
                let ty = &self.program.catalog.objects[record.object].properties[id].ty;
                let held = match (held, ty, op) {
                    (None, Type::Set(_), SetOp::Add) => Some(&Value::Set(Vec::new())),
                    _ => held,
                };
                held.and_then(|held| self.moved(*op, held, operand.as_ref()?))
            }
        };
        let refused = self.refused(to, record.object, id, value.as_ref());
        if refused.is_none() {
            self.put(to, id, value);
        }
        refused
    }

    fn moved(&self, op: SetOp, held: &Value, by: &Value) -> Option<Value> {
        if let (Value::Set(held), Value::Set(by)) = (held, by) {
            let mut members = held.clone();
            members.retain(|member| !by.contains(member));
            if op == SetOp::Add {
                members.extend(by);
            }
            members.sort_unstable();
            return Some(Value::Set(members));
        }
        let op = [Operator::Subtract, Operator::Add][usize::from(op == SetOp::Add)];
        arithmetic(op, held, by, &self.program.settings.zone).ok()?
    }

    fn tie(&self, record: &str, id: AssociationId, label: Option<String>) -> Tie {
        let object = self.records[record].object;
        let association = &self.program.catalog.objects[object].associations[id];
        let name = association.name.to_string();
        Tie {
            object,
            name,
            label,
        }
    }

    /// What has occurred: the declared event, creation or changes, membership.
    fn occurrences(&self, delivery: &Delivery, declared: Option<Occurrence>) -> Vec<Occurrence> {
        let mut found: Vec<Occurrence> = declared.into_iter().collect();
        let after = Env::of(self.program, self.now, &delivery.after);
        let before = delivery.before.as_ref();
        let before = before.map(|before| Env::of(self.program, self.now, before));
        let properties = &self.program.catalog.objects[delivery.after.object].properties;
        if before.is_none() {
            found.push(Occurrence::new(EventSource::Created, self.now));
        }
        for (id, property) in properties.iter() {
            let Some(before) = before.filter(|_| !property.builtin) else {
                continue;
            };
            let old = before.property(before.this, id);
            let new = after.property(after.this, id);
            if old != new {
                let occurrence = Occurrence::new(EventSource::Changed(id), self.now);
                found.push(Occurrence {
                    old,
                    new,
                    ..occurrence
                });
            }
        }
        for (id, segment) in self.program.catalog.segments.iter() {
            if segment.object != delivery.after.object {
                continue;
            }
            let was = before.is_some_and(|before| before.inside(id.index()));
            let source = match (was, after.inside(id.index())) {
                (false, true) => EventSource::Joined(id),
                (true, false) => EventSource::Left(id),
                _ => continue,
            };
            found.push(Occurrence::new(source, self.now));
        }
        found
    }

    pub(crate) fn say(&mut self, id: u64, what: What) {
        let trace = self.line(id, what);
        self.trace.push(trace);
    }
}
