//! Two records that become one (L4). The survivor asks the other one to yield;
//! that one gives it all that it is, and leads to it from then on.

use crate::base::{Timestamp, Uid};
use crate::engine::decision::{Answer, Change, Reason, What};
use crate::engine::draft::Draft;
use crate::engine::enrolment::Enrolment;
use crate::engine::hear;
use crate::engine::message::{Address, Body, Keeps, Request};
use crate::engine::record::{LinkEnd, RecordCell, Side, Tied};
use crate::model::compute;
use crate::model::{ObjectId, PropertyId, Value};
use crate::syntax::ast::OnMerge;

impl Draft<'_> {
    /// The survivor begins: it is asked to take another record in.
    pub(super) fn merge(&mut self, from: Uid, request: &Request) {
        if from == self.after.id {
            return self.refuse("a record is not merged with itself".to_owned());
        }
        if !self.after.is_settled() {
            return self.again(request);
        }
        // Whether it comes to it is not known yet.
        self.decision.answer = None;
        self.change(Change::Merging(Some(from)));
        let request = Request::Yield {
            to: self.after.id,
            object: self.after.object,
        };
        self.send(from, request);
    }

    /// The other record gives all that it is. Those inside a workflow that
    /// keeps them go with it; from all others it leaves.
    pub(super) fn yield_to(&mut self, (to, object): (Uid, ObjectId), request: &Request) {
        let why = if to == self.after.id {
            Some("it is merged already")
        } else if object != self.after.object {
            Some("the two are not of one object")
        } else if self.after.merging.is_some() {
            Some("it is being merged")
        } else {
            None
        };
        if let Some(why) = why {
            let body = Body::Request(Box::new(Request::NotMerged(why.into())));
            return self.forward(Address::Record(to), body);
        }
        if !self.after.is_settled() {
            return self.again(request);
        }
        self.tell(What::MergedInto(to));
        for enrolment in self.in_order(|of| !self.is_kept(of)) {
            self.leave(enrolment, Reason::Merged);
        }
        let whole = self.after.clone().into_owned();
        for enrolment in self.in_order(|_| true) {
            self.change(Change::Left(enrolment));
        }
        let put_back: Vec<Uid> = self.after.put_back.keys().copied().collect();
        for key in put_back {
            self.change(Change::PutBackOver(key));
        }
        self.change(Change::Yielded(to));
        self.send(to, Request::Absorb(Box::new(whole)));
    }

    fn is_kept(&self, of: &Enrolment) -> bool {
        let plan = self.workflow(of.workflow);
        plan.is_some_and(|plan| plan.on_merge == OnMerge::Keep)
    }

    /// It has not come to a merge.
    pub(super) fn not_merged(&mut self, why: &str) {
        self.change(Change::Merging(None));
        self.refuse(why.to_owned());
    }

    /// The survivor takes what the other record was. Nothing turns true by it
    /// (E2).
    pub(super) fn absorb(&mut self, other: &RecordCell) {
        self.rebased = true;
        self.answer(Answer::Accepted(self.after.id));
        self.change(Change::Merging(None));
        self.change(Change::Absorbed(Box::new(RecordCell {
            enrolments: Default::default(),
            ..other.clone()
        })));
        // Waits look at what has happened to the other one too (W5).
        for (id, _) in other.past.iter() {
            self.touched.traces.insert(id);
        }
        self.tell(What::Merged(other.id));
        self.keep_keys(self.after.id);
        self.absorb_values(other);
        for segment in other.segments.iter() {
            self.member(*segment, true);
        }
        self.absorb_links(other);
        for of in &other.enrolments {
            self.absorb_enrolment(of, other.id);
        }
        for of in other.put_back.values() {
            self.change(Change::PutBack(Box::new(of.clone())));
        }
        self.recall_inside();
    }

    /// The unique values that the record has now lead to it for ever, whose
    /// they were.
    fn keep_keys(&mut self, giver: Uid) {
        for key in self.own_keys() {
            let body = Body::Settle {
                claim: None,
                giver: Some(giver),
                owner: Some(self.after.id),
                keeps: Keeps::Forever,
            };
            self.forward(Address::Key(key), body);
        }
    }

    /// Keeps the most recent value of each property, of equally recent ones
    /// its own; one that is known before one that is not.
    fn absorb_values(&mut self, other: &RecordCell) {
        let object = self.world.object(self.after.object);
        for (property, declared) in object.properties.iter() {
            let Some(theirs) = other.value(property) else {
                continue;
            };
            if declared.unique {
                let body = Body::Settle {
                    claim: None,
                    giver: Some(other.id),
                    owner: Some(self.after.id),
                    keeps: Keeps::Forever,
                };
                let key = self.world.key(self.after.object, property, theirs);
                self.forward(Address::Key(key), body);
            }
            let own = self.after.value(property).cloned();
            let is_later = own.is_none()
                || self.recency(other, property) > self.recency(&self.after, property);
            let same = own.as_ref().is_some_and(|own| compute::equal(own, theirs));
            if is_later && !same {
                self.put_absorbed(property, (own, theirs), other.written_at(property));
            }
        }
    }

    fn put_absorbed(
        &mut self,
        property: PropertyId,
        (old, new): (Option<Value>, &Value),
        at: Timestamp,
    ) {
        self.change(Change::Value(property, Some(new.clone())));
        self.change(Change::Since(property, at));
        if self.after.updated_at != self.world.now {
            self.change(Change::Updated(self.world.now));
        }
        self.touch(property);
        let new = Some(new.clone());
        self.tell(What::Wrote { property, old, new });
    }

    /// How recent a value is. A default that the record has from its birth
    /// was written by nobody: anything that was written is later.
    fn recency(&self, cell: &RecordCell, property: PropertyId) -> Option<Timestamp> {
        let at = cell.written_at(property);
        let born = at == cell.created_at;
        let default = || {
            let prepared = self.world.prepared;
            let default = prepared.default(cell.object, property)?;
            self.now_scope().value(default)
        };
        let is_default = born && cell.value(property) == default().as_ref();
        (!is_default).then_some(at)
    }

    /// Takes over the links of the other record, but for those that a `one`
    /// association has no room for, and those between the two.
    fn absorb_links(&mut self, other: &RecordCell) {
        let between: Vec<Side> = self
            .after
            .ends
            .iter()
            .filter(|end| end.other == other.id)
            .map(|end| end.side)
            .collect();
        for side in between {
            self.change(Change::NoEnd(side, other.id));
            self.tell(What::Unlinked(side, other.id, None));
        }
        let mut taken = Vec::new();
        for end in &other.ends {
            if end.other != self.after.id && end.other != other.id {
                taken.extend(self.absorb_end(end, other.id));
            }
        }
        self.rejoin(&taken, Some(other.id));
    }

    /// Takes an end that there is room for.
    fn absorb_end(&mut self, end: &LinkEnd, from: Uid) -> Option<Tied> {
        let prepared = self.world.prepared;
        let own = self.after.end(end.side, end.other);
        let known = own.is_some();
        let mut labels = own.map(|own| own.labels.clone()).unwrap_or_default();
        labels.extend(end.labels.iter().cloned());
        if let Side::Own(association) = end.side {
            let many = self.world.object(self.after.object).associations[association].many;
            if !many && !known && self.after.links(association).next().is_some() {
                let request = Request::Unlinked {
                    side: hear::opposite(prepared, self.after.object, end.side),
                    other: from,
                    label: None,
                };
                self.send(end.other, request);
                return None;
            }
            self.touched.associations.insert(association);
        }
        if !known {
            self.change(Change::End(end.clone()));
            self.tell(What::Linked(end.side, end.other, None));
        }
        Some(Tied {
            side: end.side,
            other: end.other,
            labels,
        })
    }

    /// Takes an enrolment over with its identity, unless it is inside itself.
    fn absorb_enrolment(&mut self, of: &Enrolment, from: Uid) {
        let program = &self.world.prepared.program;
        let current = program.current(of.workflow);
        let inside = self.is_inside(current, &of.key);
        self.change(Change::Enrolment(Box::new(of.clone())));
        if inside {
            self.leave(of.id, Reason::Merged);
        } else {
            self.tell_step(of.id, of.step(), What::Moved(from));
        }
    }
}
