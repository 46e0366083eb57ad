//! One delivery: a record changes, others hear of it, enrolments go on; links.

use std::collections::VecDeque;
use std::mem::{swap, take};
use std::rc::Rc;

use flow::base::Uid;
use flow::model::{PropertyId, SegmentId, Value};

use crate::reference::eval::same;
use crate::reference::records::Absent;
use crate::reference::{Body, Delivery, End, Message, Model, Record, State};

/// How many links of a record are told to others with it: programs read two links
/// away at most. Each more multiplies all that is told by the links of a record.
pub(super) const DEPTH: usize = 1;

/// A link from one side: its name, that on the other side, the other record.
#[derive(Clone)]
pub(crate) struct Tie {
    pub(super) name: String,
    pub(super) far: String,
    pub(super) with: String,
    pub(super) label: Option<String>,
}

impl Record {
    pub(super) fn view(&self, depth: usize) -> Record {
        let mut view = self.clone();
        for end in &mut view.ends {
            let heard = end.heard.take().filter(|_| depth > 0);
            end.heard = heard.map(|heard| Rc::new(heard.view(depth - 1)));
        }
        view
    }

    /// The ends of an association, with a label if one is asked for.
    pub(crate) fn linked<'r>(&'r self, name: &str, label: Option<&str>) -> Vec<&'r End> {
        let fits = |end: &&End| label.is_none_or(|label| end.labels.contains(label));
        let ends = self.ends.iter().filter(|end| end.name == name);
        ends.filter(fits).collect()
    }

    pub(super) fn place_of(&self, tie: &Tie) -> Option<usize> {
        let leads = |end: &End| end.name == tie.name && end.other == tie.with;
        self.ends.iter().position(leads)
    }
}

impl Tie {
    pub(super) fn turned(&self, from: &str) -> Tie {
        let mut back = self.clone();
        swap(&mut back.name, &mut back.far);
        back.with = from.to_owned();
        back
    }
}

impl<'p> Model<'p> {
    /// The id of a record: given, where a step creates it, or made of its name.
    pub(super) fn uid(&self, handle: &str) -> Uid {
        let given = self.ids.records.get(handle).copied();
        given.unwrap_or_else(|| Uid::of(&[b"input", b"create", handle.as_bytes()]))
    }

    pub(crate) fn send(&mut self, to: &str, body: impl FnOnce(&mut Self, &mut Delivery) + 'p) {
        let mut at = Delivery::default();
        (at.to, at.chain, at.root) = (to.to_owned(), self.chain + 1, self.root_to_send());
        self.queue.push_back((at, Box::new(body)));
    }

    /// Asks for a value, or answers, which is no further cause.
    pub(super) fn forward(&mut self, to: &str, body: impl FnOnce(&mut Self, &mut Delivery) + 'p) {
        self.chain -= 1;
        self.send(to, body);
        self.chain += 1;
    }

    pub(super) fn deliver(&mut self, message: Message<'p>) {
        (self.chain, self.root) = (message.0.chain, message.0.root);
        self.bound();
        let Some((mut at, body)) = self.there(message) else {
            return;
        };
        at.before = self.records.get(&at.to).cloned();
        body(self, &mut at);
        if !self.records.contains_key(&at.to) {
            return self.went.clear();
        }
        self.remember(&at);
        match at.rebased {
            true => self.went.clear(),
            false => self.consider_all(&mut at),
        }
        let moved = self.waits(&at);
        self.tell(&at);
        let done = self.answered(&mut at);
        self.since = at.due;
        done.inspect(|id| self.finish(*id));
        self.since = at.earlier.and(at.due);
        moved.into_iter().for_each(|id| self.go_on(id));
        self.since = at.due;
        let begun = take(&mut at.begun).into_iter();
        begun.for_each(|id| self.go_on(id));
        self.since = None;
        self.send_what_went(&at.to);
        self.look_again(&at);
    }

    fn tell(&mut self, at: &Delivery) {
        let view = self.records[&at.to].view(DEPTH);
        let before = at.before.as_ref().map(|before| before.view(DEPTH));
        for end in view.ends.iter().filter(|_| before.as_ref() != Some(&view)) {
            let view = view.clone();
            self.send(&end.other, |model, at| model.hear(at, view));
        }
    }

    pub(super) fn hear(&mut self, at: &Delivery, view: Record) {
        let view = Rc::new(view);
        let ends = self.record(&at.to).ends.iter_mut();
        for end in ends.filter(|end| end.other == view.handle) {
            end.heard = Some(view.clone());
        }
    }

    /// The enrolment that now has all answers; one for another record is sent on.
    pub(super) fn answered(&mut self, at: &mut Delivery) -> Option<u64> {
        let id = at.asker?;
        let (inside, why) = (self.enrolments.get_mut(&id)?, at.failure.take());
        if inside.record != at.to {
            let mut answer = Delivery::default();
            (answer.to, answer.chain) = (inside.record.clone(), at.chain);
            answer.root = self.root;
            (answer.asker, answer.failure) = (Some(id), why);
            self.queue.push_back((answer, Box::new(|_, _| ())));
            return None;
        }
        inside.failure = inside.failure.take().or(why);
        if let State::Parked(left, _) = &mut inside.state {
            *left -= 1;
        }
        (!matches!(inside.state, State::Parked(1.., _))).then_some(id)
    }

    /// It waits for answers.
    pub(super) fn parks(&mut self, id: u64, answers: usize) {
        let since = self.since();
        self.going(id).state = State::Parked(answers, since);
    }

    pub(crate) fn put(&mut self, to: &str, id: PropertyId, value: Option<Value>) {
        let updated = Value::Datetime(self.now);
        let object = &self.program.catalog.objects[self.records[to].object];
        let (now, ty, record) = (self.now, &object.properties[id].ty, self.record(to));
        if !same(record.values.get(&id), value.as_ref(), ty) {
            record.values.remove(&id);
            record.values.extend(value.map(|value| (id, value)));
            record.values.insert(PropertyId::at(2), updated);
            record.written.insert(id, now);
        }
    }

    pub(crate) fn record(&mut self, handle: &str) -> &mut Record {
        self.records.get_mut(handle).expect("it is there")
    }

    pub(crate) fn member(&mut self, at: &Delivery, segment: SegmentId, join: bool) {
        let segments = &mut self.record(&at.to).segments;
        segments.remove(&segment);
        segments.extend(join.then_some(segment));
    }

    pub(crate) fn tie(&self, from: &str, name: &str, with: String, label: Option<String>) -> Tie {
        let owner = &self.program.catalog.objects[self.records[from].object];
        let id = owner.association(name).expect("it is declared");
        let far = owner.associations[id].inverse.as_ref();
        let far = far.map_or_else(|| format!("<{}.{name}", owner.name), ToString::to_string);
        Tie {
            name: name.to_owned(),
            far,
            with,
            label,
        }
    }

    /// Does something, or lets it wait for what is under way.
    pub(crate) fn in_turn<F>(&mut self, at: &mut Delivery, slot: &str, body: F)
    where
        F: FnOnce(&mut Self, &mut Delivery) + 'p,
    {
        let Some(waiting) = self.under_way.get_mut(slot) else {
            return body(self, at);
        };
        let mut again = Delivery::default();
        (again.to, again.asker) = (at.to.clone(), at.asker.take());
        waiting.push_back((again, Box::new(body)));
    }

    pub(crate) fn slot(&self, to: &str, name: &str, with: &str) -> String {
        let owner = &self.program.catalog.objects[self.records[to].object];
        let id = owner.association(name).expect("it is declared");
        let with = ["", with][usize::from(owner.associations[id].many)];
        format!("{to} {name} {with}")
    }

    /// Other things have to wait from now on.
    pub(super) fn begin(&mut self, slot: &str) {
        self.under_way.entry(slot.to_owned()).or_default();
        self.begun += 1;
    }

    /// What was under way has come to its end.
    pub(super) fn next_turn(&mut self, slot: String) {
        let next = self.under_way.get_mut(&slot).and_then(VecDeque::pop_front);
        let Some((mut at, body)) = next else {
            return drop(self.under_way.remove(&slot));
        };
        (at.chain, at.root) = (self.chain, self.root);
        let turn = move |model: &mut Self, at: &mut Delivery| {
            let begun = model.begun;
            body(model, at);
            if model.begun == begun {
                model.next_turn(slot);
            }
        };
        self.queue.push_back((at, Box::new(turn)));
    }

    /// A unique value is asked for first: the value answers the record.
    pub(crate) fn claim(&mut self, at: &mut Delivery, id: PropertyId, value: Value) {
        let (asker, own) = (at.asker.take(), format!("{} {id:?}", at.to));
        self.begin(&own);
        let key = format!("{value:?}");
        let slot = key.clone();
        let asked: Body<'p> = Box::new(move |model, at| {
            let fit = model.fitting(&model.records[&at.to], id, Some(value.clone()));
            fit.iter().for_each(|_| model.begin(&slot));
            model.forward(&at.to, move |model, at| {
                at.asker = asker;
                model.take(at, id, Some(value));
                if fit.is_ok() {
                    model.send(&at.to, move |model, _| model.next_turn(slot));
                }
                model.next_turn(own);
            });
        });
        self.forward(&at.to, move |model, at| {
            // Who waits at a value goes on in a chain of its own.
            let chain = (model.chain, model.root);
            model.in_turn(at, &key, move |model, at| {
                (model.chain, model.root) = chain;
                asked(model, at);
            });
        });
    }

    /// Makes the other end, then this one, if the link is not there.
    pub(crate) fn link(&mut self, at: &mut Delivery, tie: Tie) {
        let slot = self.slot(&at.to, &tie.name, &tie.with);
        let record = &self.records[&at.to];
        let mut ends = record.linked(&tie.name, tie.label.as_deref()).into_iter();
        if ends.any(|end| end.other == tie.with) {
            return;
        }
        let (asker, back, view) = (at.asker.take(), tie.turned(&at.to), record.view(DEPTH));
        self.begin(&slot);
        let declined = Absent::Link(at.to.clone(), asker, slot.clone());
        self.send(&tie.with.clone(), move |model, at| {
            model.place(at, &back, view);
            let view = model.records[&at.to].view(DEPTH);
            model.send(&back.with, move |model, at| {
                let (with, label) = (view.handle.clone(), tie.label.clone());
                model.place(at, &Tie { with, label, ..tie }, view);
                at.asker = asker;
                model.next_turn(slot);
            });
        });
        self.where_absent(declined);
    }

    pub(crate) fn unlink(&mut self, at: &Delivery, tie: Tie) {
        if self.unplace(at, &tie) {
            let back = tie.turned(&at.to);
            self.send(&tie.with, move |model, at| _ = model.unplace(at, &back));
        }
    }

    pub(super) fn unplace(&mut self, at: &Delivery, tie: &Tie) -> bool {
        let record = self.record(&at.to);
        record.place_of(tie).is_some_and(|at| match &tie.label {
            Some(label) => record.ends[at].labels.remove(label),
            None => record.ends.remove(at).other == tie.with,
        })
    }

    /// Makes an end or adds a label; the end of a `one` association is replaced.
    pub(super) fn place(&mut self, at: &Delivery, tie: &Tie, view: Record) {
        let record = &self.records[&at.to];
        let owner = &self.program.catalog.objects[record.object];
        let id = owner.association(&tie.name);
        let one = id.is_some_and(|id| !owner.associations[id].many);
        let ends = record.linked(&tie.name, None).into_iter();
        let mut others: Vec<String> = ends.map(|end| end.other.clone()).collect();
        others.retain(|other| one && *other != tie.with);
        for with in others {
            let mut old = tie.clone();
            (old.with, old.label) = (with, None);
            self.unlink(at, old);
        }
        let (record, name) = (self.record(&at.to), &tie.name);
        let place = record.place_of(tie).unwrap_or(record.ends.len());
        if place == record.ends.len() {
            record.ends.push(End::default());
        }
        let end = &mut record.ends[place];
        (end.name, end.other) = (name.clone(), tie.with.clone());
        end.labels.extend(tie.label.clone());
        record.ever.insert((name.clone(), None));
        record.ever.insert((name.clone(), tie.label.clone()));
        self.hear(at, view);
    }
}
