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

/// What a body asks for besides its change.
#[derive(Default)]
struct Effect {
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

impl Model<'_> {
    pub(crate) fn deliver(&mut self, message: Message) {
        self.burn();
        let Message { to, chain, body } = message;
        let before = self.records.get(&to).cloned();
        let mut effect = Effect::default();
        self.body(&to, (chain, body), &mut effect);
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
            self.queue.push_back(Message {
                to: end.other.clone(),
                chain: chain + 1,
                body,
            });
        }
    }

    // size: one match over all bodies
    fn body(&mut self, to: &str, (chain, body): (u32, Body), effect: &mut Effect) {
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
                    self.answer(to, chain, (ticket, None), effect);
                } else {
                    self.offer((to, chain), (tie, with), ticket, effect);
                }
            }
            Body::Unlink(name, with, label) => {
                self.unlink((to, chain), (&name, &with), label, effect)
            }
            Body::Relink(id, with, ticket) => {
                let tie = self.tie(to, id, None);
                let end = self.records[to]
                    .linked(&tie.name, None)
                    .first()
                    .map(|end| end.other.clone());
                if end == with {
                    return self.answer(to, chain, (ticket, None), effect);
                }
                if let Some(old) = end {
                    self.unlink((to, chain), (&tie.name, &old), None, effect);
                }
                match with {
                    Some(with) => self.offer((to, chain), (tie, with), ticket, effect),
                    None => self.answer(to, chain, (ticket, None), effect),
                }
            }
            Body::Offer(tie, view, ticket) => {
                let from = view.handle.clone();
                let name = mirror(&self.program.catalog, tie.object, &tie.name);
                self.place((to, chain), (&name, &tie), *view, effect);
                let view = Box::new(self.records[to].view(DEPTH));
                let body = Body::Accept(tie, view, ticket);
                effect.first.push(Message {
                    to: from,
                    chain: chain + 1,
                    body,
                });
            }
            Body::Accept(tie, view, ticket) => {
                self.place((to, chain), (&tie.name, &tie), *view, effect);
                self.answer(to, chain, (ticket, None), effect);
            }
            Body::Unlinked(tie, from) => {
                let name = mirror(&self.program.catalog, tie.object, &tie.name);
                self.record(to).unplace(&name, &from, tie.label.as_deref());
            }
            Body::Heard(view) => self.record(to).hear(*view),
            Body::Write(id, change, ticket) => {
                let failed = self.write(to, id, &change).map(|error| Failure {
                    action: if matches!(change, Change::Clear) {
                        "clear"
                    } else {
                        "set"
                    }
                    .to_owned(),
                    status: None,
                    error: error.to_owned(),
                });
                self.answer(to, chain, (ticket, failed), effect);
            }
            Body::Member(segment, join, ticket) => {
                let segments = &mut self.record(to).segments;
                let _ = if join {
                    segments.insert(segment)
                } else {
                    segments.remove(&segment)
                };
                self.answer(to, chain, (ticket, None), effect);
            }
            Body::Request(workflow, ticket) => {
                effect.cause = Cause::Request(workflow);
                self.answer(to, chain, (ticket, None), effect);
            }
            Body::Existing(workflow) => effect.cause = Cause::Existing(workflow),
            Body::Manual(workflow) => effect.cause = Cause::Manual(workflow),
            Body::Answer(id, failure) => {
                self.answer(to, chain, (Some((id, to.to_owned())), failure), effect)
            }
            Body::Go(id, answered) => self.going(id, answered, effect),
            Body::Failed(id, pending, failure) => match self.again(id, pending.failed) {
                Some(due) => {
                    let inside = self.enrolments.get_mut(&id).expect("it acts");
                    inside.state = State::Retrying(due, pending);
                }
                None => effect.answered = Some((id, Some(failure))),
            },
        }
    }

    fn record(&mut self, handle: &str) -> &mut Record {
        self.records
            .get_mut(handle)
            .expect("it was there when the message was sent")
    }

    /// One answer less to wait for; with the last the enrolment goes on.
    fn answer(
        &mut self,
        to: &str,
        chain: u32,
        (ticket, failure): (Ticket, Option<Failure>),
        effect: &mut Effect,
    ) {
        let Some((id, writer)) = ticket else { return };
        if writer != to {
            effect.reply = Some(Message {
                to: writer,
                chain,
                body: Body::Answer(id, failure),
            });
            return;
        }
        let Some(inside) = self.enrolments.get_mut(&id) else {
            return;
        };
        inside.failure = inside.failure.take().or(failure);
        if let State::Parked(left) = &mut inside.state {
            *left -= 1;
            if *left == 0 {
                effect.answered = Some((id, inside.failure.take()));
            }
        }
    }

    fn going(&mut self, id: u64, answered: bool, effect: &mut Effect) {
        let Some(inside) = self.enrolments.get_mut(&id) else {
            return;
        };
        if let Some(StepKind::Do(doing)) = inside.step.map(|step| &step.kind)
            && answered
        {
            inside
                .bound
                .extend(doing.binding.iter().map(|binding| binding.place));
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
        let op = if op == SetOp::Add {
            Operator::Add
        } else {
            Operator::Subtract
        };
        arithmetic(op, held, by, &self.program.settings.zone).ok()?
    }

    fn tie(&self, record: &str, id: AssociationId, label: Option<String>) -> Tie {
        let object = self.records[record].object;
        let name = self.program.catalog.objects[object].associations[id]
            .name
            .to_string();
        Tie {
            object,
            name,
            label,
        }
    }

    fn offer(
        &mut self,
        (from, chain): (&str, u32),
        (tie, with): (Tie, String),
        ticket: Ticket,
        effect: &mut Effect,
    ) {
        let view = Box::new(self.records[from].view(DEPTH));
        effect.first.push(Message {
            to: with,
            chain: chain + 1,
            body: Body::Offer(tie, view, ticket),
        });
    }

    /// Makes an end; one that is taken where there is only one is replaced.
    fn place(
        &mut self,
        (to, chain): (&str, u32),
        (name, tie): (&str, &Tie),
        view: Record,
        effect: &mut Effect,
    ) {
        let owner = &self.program.catalog.objects[self.records[to].object];
        let one = owner
            .association(name)
            .is_some_and(|id| !owner.associations[id].many);
        let ends = self.records[to].linked(name, None);
        let old: Vec<String> = ends.iter().map(|end| end.other.clone()).collect();
        for other in old.iter().filter(|other| one && **other != view.handle) {
            self.unlink((to, chain), (name, other), None, effect);
        }
        self.record(to).place(name, tie.label.as_deref(), view);
    }

    /// Takes an end or a label away and tells the other side.
    fn unlink(
        &mut self,
        (to, chain): (&str, u32),
        (name, with): (&str, &str),
        label: Option<String>,
        effect: &mut Effect,
    ) {
        let object = self.records[to].object;
        if self.record(to).unplace(name, with, label.as_deref()) {
            let tie = Tie {
                object,
                name: name.to_owned(),
                label,
            };
            let body = Body::Unlinked(tie, to.to_owned());
            effect.first.push(Message {
                to: with.to_owned(),
                chain: chain + 1,
                body,
            });
        }
    }

    /// What has occurred: the declared event, creation or changes, membership.
    fn occurrences(&self, delivery: &Delivery, declared: Option<Occurrence>) -> Vec<Occurrence> {
        let mut found: Vec<Occurrence> = declared.into_iter().collect();
        let after = Env::of(self.program, self.now, &delivery.after);
        let before = delivery
            .before
            .as_ref()
            .map(|before| Env::of(self.program, self.now, before));
        let object = &self.program.catalog.objects[delivery.after.object];
        match &before {
            None => found.push(Occurrence::new(EventSource::Created, self.now)),
            Some(before) => {
                for (id, _) in object
                    .properties
                    .iter()
                    .filter(|(_, property)| !property.builtin)
                {
                    let change = (
                        before.property(before.this, id),
                        after.property(after.this, id),
                    );
                    if change.0 != change.1 {
                        let occurrence = Occurrence::new(EventSource::Changed(id), self.now);
                        found.push(Occurrence {
                            change,
                            ..occurrence
                        });
                    }
                }
            }
        }
        for (id, segment) in self.program.catalog.segments.iter() {
            if segment.object != delivery.after.object {
                continue;
            }
            let was = before
                .as_ref()
                .is_some_and(|before| before.inside(id.index()));
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
