//! Records that are deleted and restored, and what is sent to records that are
//! gone (L4).

use std::rc::Rc;

use flow::model::{ObjectId, PropertyId, Value};

use crate::reference::deliver::{DEPTH, Tie};
use crate::reference::eval::same;
use crate::reference::{Delivery, Message, Model, Record};

/// How a record is gone.
pub(crate) enum Gone {
    Deleted(Record),
    /// Its name leads to another record.
    Merged(String),
}

/// Who is told that a record is deleted.
pub(crate) enum Absent {
    /// Who asked for a link: the record, the enrolment, what is under way.
    Link(String, Option<u64>, String),
    /// Who would take it in.
    Merge(String),
    /// Who is linked with it no more.
    Rejoin(String, Tie),
}

impl<'p> Model<'p> {
    /// Who a name leads to.
    pub(crate) fn leads(&self, name: &str) -> String {
        match self.gone.get(name) {
            Some(Gone::Merged(into)) => self.leads(into),
            _ => name.to_owned(),
        }
    }

    /// A message whose record is there. One for a merged record goes on to the
    /// other one, one for a deleted record is answered.
    pub(super) fn there(&mut self, (mut at, body): Message<'p>) -> Option<Message<'p>> {
        match self.gone.get(&at.to) {
            Some(Gone::Merged(into)) => {
                at.to.clone_from(into);
                self.queue.push_back((at, body));
                None
            }
            Some(Gone::Deleted(_)) if !at.revives => {
                self.is_absent(&mut at);
                None
            }
            _ => Some((at, body)),
        }
    }

    /// Says of the message that was sent last whom it concerns where its record
    /// is deleted.
    pub(super) fn where_absent(&mut self, absent: Absent) {
        if let Some((at, _)) = self.queue.back_mut() {
            at.absent = Some(absent);
        }
    }

    fn is_absent(&mut self, at: &mut Delivery) {
        let why = Some((None, "no_record".to_owned()));
        match at.absent.take() {
            Some(Absent::Link(from, asker, slot)) => self.forward(&from, move |model, at| {
                (at.asker, at.failure) = (asker, why);
                model.next_turn(slot);
            }),
            Some(Absent::Merge(into)) => self.forward(&into, |model, at| {
                model.merging.remove(&at.to);
            }),
            Some(Absent::Rejoin(to, tie)) => {
                self.forward(&to, move |model, at| model.apart(at, &tie));
            }
            None => {
                at.failure = why;
                self.answered(at);
            }
        }
    }

    /// Whether no claim, link or merge is under way about a record.
    pub(super) fn is_settled(&self, name: &str) -> bool {
        let about = format!("{name} ");
        let mut under_way = self.under_way.keys();
        !under_way.any(|slot| slot.starts_with(&about)) && !self.merging.contains(name)
    }

    /// Who has a unique value, or to whom it leads.
    pub(super) fn holder(&self, object: ObjectId, id: PropertyId, value: &Value) -> Option<String> {
        let ty = &self.program.catalog.objects[object].properties[id].ty;
        let is = |held: Option<&Value>| same(held, Some(value), ty);
        let mut records = self.records.values();
        let own = records.find(|one| one.object == object && is(one.values.get(&id)));
        let mut led = self.led.iter();
        let led = led.find(|(of, held, value, _)| (*of, *held) == (object, id) && is(Some(value)));
        let own = own.map(|one| one.handle.clone());
        own.or_else(|| led.map(|(.., to)| self.leads(to)))
    }

    pub(super) fn is_taken(&self, record: &Record, id: PropertyId, value: &Value) -> bool {
        let holder = self.holder(record.object, id, value);
        holder.is_some_and(|holder| holder != record.handle)
    }

    /// The link of an end, from its record.
    pub(super) fn tie_of(&self, from: &str, name: &str, with: &str) -> Tie {
        match name.split_once('.') {
            None => self.tie(from, name, with.to_owned(), None),
            Some((_, far)) => Tie {
                name: name.to_owned(),
                far: far.to_owned(),
                with: with.to_owned(),
                label: None,
            },
        }
    }

    /// The record leaves every workflow, and nobody knows it: each link of it
    /// is one lost for the other record.
    pub(crate) fn delete(&mut self, at: &mut Delivery) {
        if !self.is_settled(&at.to) {
            return self.forward(&at.to, |model, at| model.delete(at));
        }
        for workflow in 0..self.program.workflows.len() {
            self.leave_all(workflow, at, "deleted");
        }
        for end in self.records[&at.to].ends.clone() {
            let back = self.tie_of(&at.to, &end.name, &end.other).turned(&at.to);
            self.send(&end.other, move |model, at| _ = model.unplace(at, &back));
        }
        self.knows_inside(&at.to);
        let record = self.records.remove(&at.to);
        let record = record.map(|record| (at.to.clone(), Gone::Deleted(record)));
        self.gone.extend(record);
    }

    /// A deleted record is there again, if nobody has one of its unique values.
    pub(crate) fn restore(&mut self, name: &str) {
        if !matches!(self.gone.get(name), Some(Gone::Deleted(_))) {
            return;
        }
        self.send(name, |model, at| {
            at.rebased = true;
            let Some(Gone::Deleted(record)) = model.gone.get(&at.to) else {
                return;
            };
            let own = &model.program.catalog.objects[record.object].properties;
            let mut values = record.values.iter();
            if values.any(|(id, value)| own[*id].unique && model.is_taken(record, *id, value)) {
                return;
            }
            model.come_back(&at.to);
        });
        if let Some((at, _)) = self.queue.back_mut() {
            at.revives = true;
        }
    }

    fn come_back(&mut self, name: &str) {
        let Some(Gone::Deleted(mut record)) = self.gone.remove(name) else {
            return;
        };
        for end in &mut record.ends {
            let far = self.object_of(&end.other);
            end.heard = Some(Rc::new(Record::stranger(&end.other, far)));
        }
        self.records.insert(name.to_owned(), record.clone());
        for end in &record.ends {
            let tie = self.tie_of(name, &end.name, &end.other);
            self.rejoin(name, &tie, None);
        }
    }

    /// The other record takes its end again: where it has room, or in place of
    /// that of a record that was merged. It says what it is like, by which
    /// nothing turns true here.
    pub(super) fn rejoin(&mut self, from: &str, tie: &Tie, instead: Option<String>) {
        let (back, view) = (tie.turned(from), self.records[from].view(DEPTH));
        let ends = self.records[from].ends.iter();
        let mut ends = ends.filter(|end| (&end.name, &end.other) == (&tie.name, &tie.with));
        let labels = ends.next().map(|end| end.labels.clone());
        let (from, tie, there) = (from.to_owned(), tie.clone(), tie.with.clone());
        let absent = Absent::Rejoin(from.clone(), tie.clone());
        self.send(&there, move |model, at| {
            if !model.has_room(&at.to, &back, instead.as_deref()) {
                return model.send(&from, move |model, at| model.apart(at, &tie));
            }
            let old = instead.map(|with| Tie {
                with,
                ..back.clone()
            });
            old.inspect(|old| _ = model.unplace(at, old));
            model.place(at, &back, view);
            let record = model.record(&at.to);
            if let Some(place) = record.place_of(&back) {
                let end = &mut record.ends[place];
                end.labels.extend(labels.into_iter().flatten());
            }
            let view = model.records[&at.to].view(DEPTH);
            model.send(&from, move |model, at| {
                at.rebased = true;
                model.leads_to(at, &tie, &view.handle);
                model.hear(at, view);
            });
        });
        self.where_absent(absent);
    }

    fn has_room(&self, name: &str, back: &Tie, instead: Option<&str>) -> bool {
        let record = &self.records[name];
        let held = record.linked(&back.name, None);
        match instead {
            Some(old) => {
                let mut others = held.iter().map(|end| &end.other);
                others.any(|other| other == old || *other == back.with)
            }
            None => {
                let owner = &self.program.catalog.objects[record.object];
                let id = owner.association(&back.name);
                let mut others = held.iter().map(|end| &end.other);
                id.is_none_or(|id| owner.associations[id].many)
                    || others.all(|other| *other == back.with)
            }
        }
    }

    /// An end that was of a merged record leads to the other one.
    fn leads_to(&mut self, at: &Delivery, tie: &Tie, name: &str) {
        let record = self.record(&at.to);
        let old = record.place_of(tie).filter(|_| tie.with != name);
        let Some(mut old) = old.map(|place| record.ends.remove(place)) else {
            return;
        };
        old.other = name.to_owned();
        let mut ends = record.ends.iter_mut();
        match ends.find(|end| (&end.name, &end.other) == (&old.name, &old.other)) {
            Some(own) => own.labels.extend(old.labels),
            None => record.ends.push(old),
        }
    }

    /// A link has not come back: it never was there since, so nothing turns.
    fn apart(&mut self, at: &mut Delivery, tie: &Tie) {
        at.rebased = true;
        self.unplace(at, tie);
    }
}
