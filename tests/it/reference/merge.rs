//! Two records that become one (L4).

use std::collections::{BTreeMap, BTreeSet};

use flow::model::ObjectId;
use flow::syntax::ast::OnMerge;

use crate::reference::eval::same;
use crate::reference::records::{Absent, Gone};
use crate::reference::{Delivery, End, Model, Record};

impl Record {
    /// A record of which nothing is known.
    pub(super) fn stranger(handle: &str, object: ObjectId) -> Self {
        Record {
            handle: handle.to_owned(),
            object,
            values: BTreeMap::new(),
            written: BTreeMap::new(),
            ends: Vec::new(),
            ever: BTreeSet::new(),
            past: Vec::new(),
            segments: BTreeSet::new(),
            went: BTreeSet::new(),
        }
    }
}

impl Model<'_> {
    pub(super) fn object_of(&self, name: &str) -> ObjectId {
        match self.gone.get(name) {
            None => self.records[name].object,
            Some(Gone::Deleted(record)) => record.object,
            Some(Gone::Merged(into)) => self.object_of(into),
        }
    }

    /// The survivor asks another record to yield.
    pub(crate) fn merge(&mut self, at: &Delivery, from: String) {
        if from == at.to {
            return;
        }
        if !self.is_settled(&at.to) {
            return self.forward(&at.to, move |model, at| model.merge(at, from));
        }
        let into = at.to.clone();
        self.merging.insert(into.clone());
        let absent = Absent::Merge(into.clone());
        self.send(&from, move |model, at| model.give_in(at, into));
        self.where_absent(absent);
    }

    /// The other record leaves what does not keep it, and gives the rest.
    fn give_in(&mut self, at: &Delivery, into: String) {
        let one_object = self.records[&at.to].object == self.object_of(&into);
        if at.to == into || !one_object || self.merging.contains(&at.to) {
            return self.forward(&into, |model, at| {
                model.merging.remove(&at.to);
            });
        }
        if !self.is_settled(&at.to) {
            return self.forward(&at.to, move |model, at| model.give_in(at, into));
        }
        for (place, workflow) in self.program.workflows.iter().enumerate() {
            if workflow.on_merge != OnMerge::Keep {
                self.leave_all(place, at, "merged");
            }
        }
        let Some(record) = self.records.remove(&at.to) else {
            return;
        };
        self.gone.insert(at.to.clone(), Gone::Merged(into.clone()));
        self.send(&into, move |model, at| model.absorb(at, record));
    }

    /// The survivor takes all that the other record was.
    fn absorb(&mut self, at: &mut Delivery, mut other: Record) {
        at.rebased = true;
        self.merging.remove(&at.to);
        let old = other.handle.clone();
        self.absorb_values(&at.to, &other);
        self.absorb_past(&at.to, &mut other);
        self.record(&at.to).ends.retain(|end| end.other != old);
        for end in other.ends {
            if end.other != at.to && end.other != old {
                self.absorb_end(at, end, &old);
            }
        }
        self.absorb_enrolments(at, &old);
    }

    /// The most recent value of each property; what is known before what is
    /// not, its own before one that is as recent.
    fn absorb_values(&mut self, name: &str, other: &Record) {
        let object = other.object;
        let own = self.records[name].clone();
        for (id, property) in self.program.catalog.objects[object].properties.iter() {
            if property.builtin || property.computed {
                continue;
            }
            let (held, theirs) = (own.values.get(&id), other.values.get(&id));
            for value in held.into_iter().chain(theirs).filter(|_| property.unique) {
                self.led.push((object, id, value.clone(), name.to_owned()));
            }
            let (since, written) = (own.written.get(&id), other.written.get(&id));
            if theirs.is_none() || held.is_some() && written <= since {
                continue;
            }
            if !same(held, theirs, &property.ty) {
                self.put(name, id, theirs.cloned());
            }
            let record = self.record(name);
            record.written.remove(&id);
            record.written.extend(written.map(|written| (id, *written)));
        }
    }

    /// Both histories: what there ever was, what was counted, who was inside.
    fn absorb_past(&mut self, name: &str, other: &mut Record) {
        let old = other.handle.clone();
        let record = self.record(name);
        record.segments.append(&mut other.segments);
        record.ever.append(&mut other.ever);
        record.past.append(&mut other.past);
        record.went.append(&mut other.went);
        let been = self.ever.iter().filter(|(_, of, _)| *of == old);
        let been = been.map(|(workflow, _, key)| (*workflow, name.to_owned(), key.clone()));
        let been: Vec<(usize, String, String)> = been.collect();
        self.ever.extend(been);
        for ((action, of), times) in self.sent.clone() {
            if of == old {
                let both = self.sent.entry((action, name.to_owned()));
                both.or_default().extend(times);
            }
        }
        let counted: BTreeMap<_, _> = self.counters.clone();
        for ((workflow, trigger, of), times) in counted {
            if of == old {
                let counter = self.counters.entry((workflow, trigger, name.to_owned()));
                counter.or_default().extend(times);
            }
        }
    }

    /// A link of a `one` association goes where the survivor has one.
    fn absorb_end(&mut self, at: &Delivery, end: End, old: &str) {
        let tie = self.tie_of(&at.to, &end.name, &end.other);
        let record = &self.records[&at.to];
        let owner = &self.program.catalog.objects[record.object];
        let id = owner.association(&end.name);
        let one = id.is_some_and(|id| !owner.associations[id].many);
        let place = record.place_of(&tie);
        if place.is_none() && one && !record.linked(&end.name, None).is_empty() {
            let back = tie.turned(old);
            return self.send(&end.other, move |model, at| _ = model.unplace(at, &back));
        }
        let record = self.record(&at.to);
        match place {
            Some(place) => record.ends[place].labels.extend(end.labels),
            None => record.ends.push(end),
        }
        self.rejoin(&at.to, &tie, Some(old.to_owned()));
    }

    /// Enrolments go on with the survivor, if it is not inside itself.
    fn absorb_enrolments(&mut self, at: &Delivery, old: &str) {
        let moving = self.enrolments.iter().filter(|(_, of)| of.record == old);
        let moving: Vec<u64> = moving.map(|(id, _)| *id).collect();
        for id in moving {
            let of = self.going(id);
            let (workflow, key) = (of.workflow, of.key.clone());
            let mut inside = self.inside_of(workflow, at).into_iter();
            let inside = inside.any(|id| self.going(id).key == key);
            self.going(id).record.clone_from(&at.to);
            if inside {
                self.leave(id, "merged");
            }
        }
        self.knows_inside(&at.to);
    }
}
