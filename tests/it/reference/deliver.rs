//! One delivery: its body changes the record, others hear of it, workflows are
//! considered, enrolments go on. Links are kept at both ends.

use std::collections::{BTreeMap, BTreeSet};

use flow::base::Uid;
use flow::model::compute::{Operator, arithmetic};
use flow::model::{PropertyId, SegmentId, Value};
use flow::semantic::hir::{EventSource, FieldSource};
use flow::syntax::ast::SetOp;

use crate::reference::eval::same;
use crate::reference::{Delivery, End, Message, Model, Occurrence, Record, State};

/// How many links deep a record is told to others.
const DEPTH: usize = 3;

/// A link as one side sees it: its name there and on the other side, the other
/// record.
#[derive(Clone)]
pub(crate) struct Tie {
    name: String,
    far: String,
    with: String,
    label: Option<String>,
}

/// The id of the record with a handle.
pub(crate) fn uid(handle: &str) -> Uid {
    Uid::of(&[b"input", b"create", handle.as_bytes()])
}

impl Record {
    /// What others hear of it.
    fn view(&self, depth: usize) -> Record {
        let mut view = self.clone();
        for end in &mut view.ends {
            let heard = end.heard.take().filter(|_| depth > 0);
            end.heard = heard.map(|heard| Box::new(heard.view(depth - 1)));
        }
        view
    }

    /// The ends of an association, with a label if one is asked for.
    pub(crate) fn linked<'r>(&'r self, name: &str, label: Option<&str>) -> Vec<&'r End> {
        let labelled = |end: &End| label.is_none_or(|label| end.labels.contains(label));
        let ends = self.ends.iter().filter(|end| end.name == name);
        ends.filter(|end| labelled(end)).collect()
    }

    fn hear(&mut self, view: &Record) {
        for end in self.ends.iter_mut().filter(|end| end.other == view.handle) {
            end.heard = Some(Box::new(view.clone()));
        }
    }

    fn place_of(&self, tie: &Tie) -> Option<usize> {
        let mut ends = self.ends.iter();
        ends.position(|end| end.name == tie.name && end.other == tie.with)
    }

    /// Takes an end away, or only a label of it; whether there was such.
    fn unplace(&mut self, tie: &Tie) -> bool {
        self.place_of(tie).is_some_and(|at| match &tie.label {
            Some(label) => self.ends[at].labels.remove(label),
            None => self.ends.remove(at).other == tie.with,
        })
    }
}

impl Tie {
    /// The link as the other side sees it.
    fn turned(&self, from: &str) -> Tie {
        Tie {
            name: self.far.clone(),
            far: self.name.clone(),
            with: from.to_owned(),
            label: self.label.clone(),
        }
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
        let mut at = Delivery::default();
        (at.to, at.chain) = (to.to_owned(), chain);
        self.queue.push_back((at, Box::new(body)));
    }

    pub(super) fn deliver(&mut self, (mut at, body): Message<'p>) {
        at.before = self.records.get(&at.to).cloned();
        body(self, &mut at);
        self.tell(&at);
        let done = self.answered(&mut at);
        let occurred = self.occurred(&at);
        at.occurrences.extend(occurred);
        self.consider(&mut at);
        let moved = self.moments(&at);
        if let Some(id) = done {
            self.finish(id, at.chain);
        }
        for id in moved.into_iter().chain(at.begun) {
            self.go_on(id, at.chain);
        }
    }

    /// Linked records hear of a change.
    fn tell(&mut self, at: &Delivery) {
        let view = self.records[&at.to].view(DEPTH);
        let before = at.before.as_ref().map(|before| before.view(DEPTH));
        for end in view.ends.iter().filter(|_| before.as_ref() != Some(&view)) {
            let view = view.clone();
            let hear = move |model: &mut Self, at: &mut Delivery| model.record(&at.to).hear(&view);
            self.send(&end.other, at.chain + 1, hear);
        }
    }

    /// The enrolment that goes on: all that it waits for is done. An answer for
    /// another record is sent there, after others have heard of the change.
    fn answered(&mut self, at: &mut Delivery) -> Option<u64> {
        let id = at.asker?;
        let (inside, why) = (self.enrolments.get_mut(&id)?, at.failure.take());
        if inside.record != at.to {
            let to = inside.record.clone();
            let answer = move |_: &mut Self, at: &mut Delivery| {
                (at.asker, at.failure) = (Some(id), why);
            };
            self.send(&to, at.chain, answer);
            return None;
        }
        inside.failure = inside.failure.take().or(why);
        if let State::Parked(left) = &mut inside.state {
            *left -= 1;
        }
        (!matches!(inside.state, State::Parked(1..))).then_some(id)
    }

    pub(crate) fn put(&mut self, to: &str, id: PropertyId, value: Option<Value>) {
        let now = Value::Datetime(self.now);
        let object = &self.program.catalog.objects[self.records[to].object];
        let record = self.record(to);
        if !same(
            record.values.get(&id),
            value.as_ref(),
            &object.properties[id].ty,
        ) {
            record.values.remove(&id);
            record.values.extend(value.map(|value| (id, value)));
            let updated = object.property("updated_at").expect("it is built in");
            record.values.insert(updated, now);
        }
    }

    /// What a step writes, computed where it is applied.
    pub(crate) fn write(
        &mut self,
        at: &mut Delivery,
        id: PropertyId,
        (op, operand): (SetOp, Option<Value>),
    ) {
        let record = &self.records[&at.to];
        let add = op == SetOp::Add;
        let value = match (op, record.values.get(&id), operand) {
            (SetOp::Assign, _, operand) => operand,
            (SetOp::Add, None, Some(Value::Set(by))) => Some(Value::Set(by)),
            (_, Some(Value::Set(held)), Some(Value::Set(by))) => {
                let rest = held.iter().filter(|member| !by.contains(member));
                let members = rest.chain(by.iter().filter(|_| add));
                let members: BTreeSet<usize> = members.copied().collect();
                Some(Value::Set(Vec::from_iter(members)))
            }
            (_, held, operand) => held.zip(operand).and_then(|(held, by)| {
                let op = if add {
                    Operator::Add
                } else {
                    Operator::Subtract
                };
                arithmetic(op, held, &by, &self.program.settings.zone).ok()?
            }),
        };
        match self.fitting(record, id, value) {
            Ok(value) => self.put(&at.to, id, value),
            Err(why) => at.failure = Some((None, why.to_owned())),
        }
    }

    /// What has occurred: creation or changes, membership.
    fn occurred(&self, at: &Delivery) -> Vec<Occurrence> {
        let after = self.env(&self.records[&at.to]);
        let before = at.before.as_ref().map(|before| self.env(before));
        let object = after.this.object;
        let mut found = Vec::new();
        let mut add = |source, fields| {
            found.push(Occurrence {
                source,
                occurred: self.now,
                fields,
            });
        };
        if before.is_none() {
            add(EventSource::Created, BTreeMap::new());
        }
        let properties = self.program.catalog.objects[object].properties.iter();
        for (id, _) in properties.filter(|(_, property)| !property.builtin) {
            let old = before.map(|before| before.property(before.this, id));
            let new = after.property(after.this, id);
            if let Some(old) = old.filter(|old| *old != new) {
                let (was, is) = (FieldSource::Old(object, id), FieldSource::New(object, id));
                add(
                    EventSource::Changed(id),
                    BTreeMap::from([(was, old), (is, new)]),
                );
            }
        }
        let segments = self.program.catalog.segments.iter();
        for (id, _) in segments.filter(|(_, segment)| segment.object == object) {
            match (
                before.is_some_and(|before| before.inside(id)),
                after.inside(id),
            ) {
                (false, true) => add(EventSource::Joined(id), BTreeMap::new()),
                (true, false) => add(EventSource::Left(id), BTreeMap::new()),
                _ => {}
            }
        }
        found
    }

    fn record(&mut self, handle: &str) -> &mut Record {
        self.records.get_mut(handle).expect("it is there")
    }

    pub(crate) fn member(&mut self, to: &str, segment: SegmentId, join: bool) {
        let segments = &mut self.record(to).segments;
        segments.remove(&segment);
        segments.extend(join.then_some(segment));
    }

    /// The link of a record by an association to another.
    pub(crate) fn tie(&self, from: &str, name: &str, with: String, label: Option<String>) -> Tie {
        let owner = &self.program.catalog.objects[self.records[from].object];
        let id = owner.association(name).expect("it is declared");
        let far = owner.associations[id].inverse.as_ref();
        let far = far.map_or_else(|| format!("<{}.{name}", owner.name), ToString::to_string);
        let name = name.to_owned();
        Tie {
            name,
            far,
            with,
            label,
        }
    }

    /// Makes the other end, then this one, if the link is not there.
    pub(crate) fn link(&mut self, at: &mut Delivery, tie: Tie) {
        let record = &self.records[&at.to];
        let mut ends = record.linked(&tie.name, tie.label.as_deref()).into_iter();
        if ends.any(|end| end.other == tie.with) {
            return;
        }
        let (asker, back, view) = (at.asker.take(), tie.turned(&at.to), record.view(DEPTH));
        self.send(&tie.with.clone(), at.chain + 1, move |model, at| {
            model.place(at, &back, view);
            let view = model.records[&at.to].view(DEPTH);
            model.send(&back.with, at.chain + 1, move |model, at| {
                model.place(at, &tie, view);
                at.asker = asker;
            });
        });
    }

    /// Takes an end or a label away and tells the other side.
    pub(crate) fn unlink(&mut self, at: &Delivery, tie: Tie) {
        if self.record(&at.to).unplace(&tie) {
            let back = tie.turned(&at.to);
            self.send(&tie.with, at.chain + 1, move |model, at| {
                model.record(&at.to).unplace(&back);
            });
        }
    }

    /// Makes an end or adds a label; one that is taken where there is only one
    /// is replaced.
    fn place(&mut self, at: &Delivery, tie: &Tie, view: Record) {
        let record = &self.records[&at.to];
        let owner = &self.program.catalog.objects[record.object];
        let id = owner.association(&tie.name);
        let one = id.is_some_and(|id| !owner.associations[id].many);
        let ends = record.linked(&tie.name, None).into_iter();
        let others = ends
            .map(|end| end.other.clone())
            .filter(|other| one && *other != tie.with);
        for with in others.collect::<Vec<String>>() {
            let (name, far, label) = (tie.name.clone(), tie.far.clone(), None);
            self.unlink(
                at,
                Tie {
                    name,
                    far,
                    with,
                    label,
                },
            );
        }
        let (record, name) = (self.record(&at.to), &tie.name);
        let place = record.place_of(tie).unwrap_or(record.ends.len());
        if place == record.ends.len() {
            record.ends.push(End::default());
        }
        let end = &mut record.ends[place];
        (end.name, end.other) = (name.clone(), tie.with.clone());
        end.labels.extend(tie.label.clone());
        let labels = [None, tie.label.clone()];
        record
            .ever
            .extend(labels.map(|label| (name.clone(), label)));
        record.hear(&view);
    }
}
