//! One delivery: its body changes the record, others hear of it, workflows are
//! considered, enrolments go on. Links are kept at both ends.

use std::collections::{BTreeMap, BTreeSet};

use flow::base::{Timestamp, Uid};
use flow::model::compute::{Operator, arithmetic};
use flow::model::{ObjectId, PropertyId, SegmentId, Type, Value};
use flow::semantic::hir::{EventSource, FieldSource};
use flow::syntax::ast::SetOp;

use crate::reference::eval::same;
use crate::reference::{
    Cause, Delivery, End, Failure, Message, Model, Occurrence, Record, State, Ticket,
};

/// How many links deep a record is told to others.
const DEPTH: usize = 3;

/// A link as one side sees it: its name there and on the other side.
#[derive(Clone)]
pub(crate) struct Tie {
    name: String,
    far: String,
    label: Option<String>,
}

/// The id of the record with a handle.
pub(crate) fn uid(handle: &str) -> Uid {
    Uid::of(&[b"input", b"create", handle.as_bytes()])
}

impl Record {
    pub(crate) fn new(handle: &str, object: ObjectId, now: Timestamp) -> Self {
        Record {
            handle: handle.to_owned(),
            object,
            values: BTreeMap::new(),
            created: now,
            updated: now,
            ends: Vec::new(),
            ever: BTreeSet::new(),
            segments: BTreeSet::new(),
            counters: BTreeMap::new(),
        }
    }

    /// What others hear of it.
    fn view(&self, depth: usize) -> Record {
        let mut view = self.clone();
        view.segments.clear();
        view.counters.clear();
        for end in &mut view.ends {
            let heard = end.heard.take().filter(|_| depth > 0);
            end.heard = heard.map(|heard| Box::new(heard.view(depth - 1)));
        }
        view
    }

    /// The ends of an association, with a label if one is asked for.
    pub(crate) fn linked<'r>(&'r self, name: &str, label: Option<&str>) -> Vec<&'r End> {
        let labelled = |end: &End| label.is_none_or(|label| end.labels.contains(label));
        let ends = self.ends.iter();
        ends.filter(|end| end.name == name && labelled(end))
            .collect()
    }

    pub(crate) fn hear(&mut self, view: &Record) {
        for end in &mut self.ends {
            if end.other == view.handle {
                end.heard = Some(Box::new(view.clone()));
            }
        }
    }

    /// Takes an end away, or only a label of it; whether there was such.
    fn unplace(&mut self, name: &str, other: &str, label: Option<&str>) -> bool {
        let at = self.ends.iter().position(|end| end.leads(name, other));
        at.is_some_and(|at| match label {
            Some(label) => self.ends[at].labels.remove(label),
            None => {
                self.ends.remove(at);
                true
            }
        })
    }
}

impl End {
    fn leads(&self, name: &str, other: &str) -> bool {
        self.name == name && self.other == other
    }
}

impl<'p> Model<'p> {
    /// Puts a message in the queue.
    pub(crate) fn send(
        &mut self,
        to: &str,
        chain: u32,
        body: impl FnOnce(&mut Self, &mut Delivery) + 'p,
    ) {
        let (to, body) = (to.to_owned(), Box::new(body));
        self.queue.push_back(Message { to, chain, body });
    }

    pub(super) fn deliver(&mut self, message: Message<'p>) {
        let Message { to, chain, body } = message;
        let mut delivery = Delivery {
            before: self.records.get(&to).cloned(),
            to,
            chain,
            occurrences: Vec::new(),
            cause: Cause::Change,
            reply: None,
            done: None,
        };
        body(self, &mut delivery);
        self.tell(&delivery);
        if let Some((id, why)) = delivery.reply.take() {
            let to = self.enrolments[&id].record.clone();
            self.send(&to, chain, move |model, at| model.answer(at, Some(id), why));
        }
        let occurred = self.occurred(&delivery);
        delivery.occurrences.extend(occurred);
        self.count(&delivery);
        let (begun, moved) = self.consider(&delivery);
        if let Some((id, failure)) = delivery.done.take() {
            self.finish(id, failure, chain);
        }
        for id in moved.into_iter().chain(begun) {
            self.go_on(id, chain);
        }
    }

    /// Linked records hear of a change.
    fn tell(&mut self, at: &Delivery) {
        let (before, view) = (at.before.as_ref(), self.records[&at.to].view(DEPTH));
        if before.is_none_or(|before| before.view(DEPTH) == view) {
            return;
        }
        let mut told = BTreeSet::new();
        for end in &view.ends {
            if told.insert(&end.other) {
                let view = view.clone();
                self.send(&end.other, at.chain + 1, move |model, at| {
                    model.record(&at.to).hear(&view);
                });
            }
        }
    }

    /// One answer less to wait for; with the last the enrolment goes on.
    pub(crate) fn answer(&mut self, at: &mut Delivery, ticket: Ticket, why: Option<Failure>) {
        let Some(id) = ticket else { return };
        let Some(inside) = self.enrolments.get_mut(&id) else {
            return;
        };
        if inside.record != at.to {
            at.reply = Some((id, why));
        } else {
            inside.failure = inside.failure.take().or(why);
            if let State::Parked(left) = &mut inside.state {
                *left -= 1;
                at.done = (*left == 0).then(|| (id, inside.failure.take()));
            }
        }
    }

    /// What is known no more becomes the default.
    pub(crate) fn put(&mut self, to: &str, id: PropertyId, value: Option<Value>) {
        let (now, object) = (self.now, self.records[to].object);
        let ty = &self.program.catalog.objects[object].properties[id].ty;
        let value = value.or_else(|| self.default(object, id));
        let record = self.record(to);
        match (record.values.get(&id), value) {
            (None, None) => return,
            (Some(held), Some(value)) if same(held, &value, ty) => return,
            (_, Some(value)) => drop(record.values.insert(id, value)),
            (_, None) => drop(record.values.remove(&id)),
        }
        record.updated = now;
    }

    /// What a step writes, computed where it is applied; or why it fails. No
    /// operator clears.
    pub(crate) fn write(
        &mut self,
        to: &str,
        id: PropertyId,
        op: Option<SetOp>,
        operand: Option<Value>,
    ) -> Option<Failure> {
        let record = &self.records[to];
        let ty = &self.program.catalog.objects[record.object].properties[id].ty;
        let value = match (op, record.values.get(&id), ty) {
            (None, ..) => self.default(record.object, id),
            (Some(SetOp::Assign), ..) => operand,
            (Some(SetOp::Add), None, Type::Set(_)) => operand,
            (Some(op), held, _) => held
                .zip(operand)
                .and_then(|(held, by)| self.moved(op, held, &by)),
        };
        let refused = self.refused(record, id, value.as_ref());
        if refused.is_none() {
            self.put(to, id, value);
        }
        refused.map(|why| (None, why.to_owned()))
    }

    fn moved(&self, op: SetOp, held: &Value, by: &Value) -> Option<Value> {
        if let (Value::Set(held), Value::Set(by)) = (held, by) {
            let mut members = held.clone();
            members.retain(|member| !by.contains(member));
            members.extend(by.iter().filter(|_| op == SetOp::Add));
            members.sort_unstable();
            return Some(Value::Set(members));
        }
        let op = [Operator::Subtract, Operator::Add][usize::from(op == SetOp::Add)];
        arithmetic(op, held, by, &self.program.settings.zone).ok()?
    }

    /// What has occurred: creation or changes, membership.
    fn occurred(&self, delivery: &Delivery) -> Vec<Occurrence> {
        let after = self.env(&self.records[&delivery.to]);
        let before = delivery.before.as_ref().map(|before| self.env(before));
        let object = after.this.object;
        let mut found = Vec::new();
        let mut add = |source, fields| {
            found.push(Occurrence {
                source,
                occurred: self.now,
                fields: BTreeMap::from_iter(fields),
            });
        };
        if before.is_none() {
            add(EventSource::Created, Vec::new());
        }
        let properties = &self.program.catalog.objects[object].properties;
        for (id, property) in properties.iter() {
            let old = before.map(|before| before.property(before.this, id));
            let new = after.property(after.this, id);
            if let Some(old) = old.filter(|old| *old != new && !property.builtin) {
                let (was, is) = (FieldSource::Old(object, id), FieldSource::New(object, id));
                add(EventSource::Changed(id), vec![(was, old), (is, new)]);
            }
        }
        for (id, segment) in self.program.catalog.segments.iter() {
            let was = before.is_some_and(|before| before.inside(id));
            match (was, after.inside(id)) {
                _ if segment.object != object => {}
                (false, true) => add(EventSource::Joined(id), Vec::new()),
                (true, false) => add(EventSource::Left(id), Vec::new()),
                _ => {}
            }
        }
        found
    }

    pub(crate) fn record(&mut self, handle: &str) -> &mut Record {
        self.records.get_mut(handle).expect("it is there")
    }

    pub(crate) fn handle_of(&self, id: &Value) -> Option<String> {
        let Value::Text(id) = id else { return None };
        let mut handles = self.records.keys();
        let found = handles.find(|handle| Some(uid(handle)) == Uid::parse(id));
        found.cloned()
    }

    pub(crate) fn member(&mut self, to: &str, segment: SegmentId, join: bool) {
        let segments = &mut self.record(to).segments;
        match join {
            true => segments.insert(segment),
            false => segments.remove(&segment),
        };
    }

    pub(crate) fn tie(&self, object: ObjectId, name: &str, label: Option<String>) -> Tie {
        let owner = &self.program.catalog.objects[object];
        let id = owner.association(name).expect("it is declared");
        let far = owner.associations[id].inverse.as_ref();
        let far = far.map_or_else(|| format!("<{}.{name}", owner.name), ToString::to_string);
        let name = name.to_owned();
        Tie { name, far, label }
    }

    pub(crate) fn link(&mut self, at: &mut Delivery, tie: Tie, with: String, ticket: Ticket) {
        let ends = self.records[&at.to].linked(&tie.name, tie.label.as_deref());
        if ends.iter().any(|end| end.other == with) {
            return self.answer(at, ticket, None);
        }
        // The other end is made first, then this one.
        let (from, view) = (at.to.clone(), self.records[&at.to].view(DEPTH));
        self.send(&with, at.chain + 1, move |model, at| {
            let (name, far, label) = (tie.far.clone(), tie.name.clone(), tie.label.clone());
            model.place(at, &Tie { name, far, label }, view);
            let view = model.records[&at.to].view(DEPTH);
            model.send(&from, at.chain + 1, move |model, at| {
                model.place(at, &tie, view);
                model.answer(at, ticket, None);
            });
        });
    }

    /// Takes an end or a label away and tells the other side.
    pub(crate) fn unlink(&mut self, at: &Delivery, tie: Tie, with: &str) {
        let (record, label) = (self.record(&at.to), tie.label.as_deref());
        if record.unplace(&tie.name, with, label) {
            let from = at.to.clone();
            self.send(with, at.chain + 1, move |model, at| {
                let label = tie.label.as_deref();
                model.record(&at.to).unplace(&tie.far, &from, label);
            });
        }
    }

    /// A step sets or clears a `one` association.
    pub(crate) fn relink(&mut self, at: &mut Delivery, tie: Tie, to: (Option<String>, Ticket)) {
        let (with, ticket) = to;
        if let Some(with) = with {
            return self.link(at, tie, with, ticket);
        }
        let old = self.records[&at.to].linked(&tie.name, None);
        if let Some(old) = old.first().map(|end| end.other.clone()) {
            self.unlink(at, tie, &old);
        }
        self.answer(at, ticket, None);
    }

    /// Makes an end or adds a label; one that is taken where there is only one
    /// is replaced.
    fn place(&mut self, at: &Delivery, tie: &Tie, view: Record) {
        let record = &self.records[&at.to];
        let owner = &self.program.catalog.objects[record.object];
        let association = owner.association(&tie.name);
        if association.is_some_and(|id| !owner.associations[id].many) {
            let old = record.linked(&tie.name, None).into_iter();
            let old: Vec<String> = old.map(|end| end.other.clone()).collect();
            for other in old.iter().filter(|other| **other != view.handle) {
                let (label, tie) = (None, tie.clone());
                self.unlink(at, Tie { label, ..tie }, other);
            }
        }
        let (record, other, name) = (self.record(&at.to), &view.handle, &tie.name);
        if !record.ends.iter().any(|end| end.leads(name, other)) {
            record.ends.push(End {
                name: name.clone(),
                other: other.clone(),
                labels: BTreeSet::new(),
                heard: None,
            });
        }
        for end in record.ends.iter_mut().filter(|end| end.leads(name, other)) {
            end.labels.extend(tie.label.clone());
        }
        let labels = [None, tie.label.clone()];
        record
            .ever
            .extend(labels.map(|label| (name.clone(), label)));
        record.hear(&view);
    }
}
