//! Records: their values, link ends with what was heard, memberships and
//! counters. Enrolments stand apart.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::names::Item;
use super::table::Shape;
use super::{FreezeError, Freezing, ThawError, Thawing};
use crate::base::{Name, Uid};
use crate::engine::heard::{Heard, HeardLinks, LinkEnd, Side};
use crate::engine::record::{Counter, RecordCell};
use crate::model::{AssociationId, ObjectId};

/// For how many enrolments room is made before any of them is read.
const AT_ONCE: usize = 16;

/// How deep what was heard may lie behind links.
const DEEPEST: u8 = 16;

impl<'p> Freezing<'p> {
    pub(super) fn record(&mut self, cell: &'p RecordCell) -> Result<(), FreezeError> {
        if !cell.is_settled() {
            return Err(FreezeError::UnderWay(cell.id));
        }
        self.put(&Item::Object(cell.object));
        self.out.id(cell.id);
        self.out.moment(cell.created_at);
        self.out.moment(cell.updated_at);
        self.values(cell);
        self.out.count(cell.ends.len());
        for end in &cell.ends {
            self.end(cell.object, end);
        }
        self.out.count(cell.ever.len());
        for (association, label) in cell.ever.iter() {
            self.put(&Item::Association(cell.object, *association));
            self.optional_word(label.as_ref());
        }
        self.out.count(cell.segments.len());
        for segment in cell.segments.iter() {
            self.put(&Item::Segment(*segment));
        }
        self.out.count(cell.enrolments.len());
        for enrolment in &cell.enrolments {
            self.enrolment(cell.object, enrolment);
        }
        self.out.count(cell.been.iter().len());
        for (workflow, key, times) in cell.been.iter() {
            self.put(&Item::Workflow(workflow));
            self.out.text(key);
            self.out.number(u64::from(times));
        }
        self.out.count(cell.counters.len());
        for (id, counter) in cell.counters.iter() {
            self.put(&Item::Counter(*id));
            self.counter(counter);
        }
        Ok(())
    }

    fn values(&mut self, cell: &'p RecordCell) {
        let object = &self.prepared.program.catalog.objects[cell.object];
        let known = cell.values.iter().flatten().count();
        self.out.count(known);
        for ((id, property), value) in object.properties.iter().zip(cell.values.iter()) {
            if value.is_some() {
                let place = self.names.property(cell.object, id);
                self.out.number(place);
                self.out.value(value.as_ref(), &property.ty);
            }
        }
    }

    fn end(&mut self, object: ObjectId, end: &'p LinkEnd) {
        let (back, of, association) = match end.side {
            Side::Own(association) => (false, object, association),
            Side::Back(other, association) => (true, other, association),
        };
        self.out.flag(back);
        self.put(&Item::Association(of, association));
        self.out.id(end.other);
        self.labels(&end.labels);
        let far = match end.side {
            Side::Own(association) => self.far(object, association),
            Side::Back(other, _) => other,
        };
        self.heard(far, &end.heard, Some(end.other));
    }

    fn far(&self, object: ObjectId, association: AssociationId) -> ObjectId {
        self.prepared.program.catalog.objects[object].associations[association].object
    }

    /// What was heard of a record, which most often is the one at the end.
    fn heard(&mut self, object: ObjectId, heard: &'p Heard, of: Option<Uid>) {
        if let Some(of) = of {
            self.out.flag(of == heard.record);
        }
        if of != Some(heard.record) {
            self.out.id(heard.record);
        }
        self.out.count(heard.values.len());
        for (property, value) in &heard.values {
            let place = self.names.property(object, *property);
            self.out.number(place);
            let declared = &self.prepared.program.catalog.objects[object];
            let ty = &declared.properties[*property].ty;
            self.out.value(Some(value), ty);
        }
        self.out.count(heard.links.len());
        for links in &heard.links {
            self.put(&Item::Association(object, links.association));
            self.out.count(links.ever.len());
            for label in &links.ever {
                self.optional_word(label.as_ref());
            }
            let far = self.far(object, links.association);
            self.out.count(links.members.len());
            for (labels, member) in &links.members {
                self.labels(labels);
                self.heard(far, member, None);
            }
        }
    }

    pub(super) fn labels(&mut self, labels: &BTreeSet<Name>) {
        self.out.count(labels.len());
        for label in labels {
            self.put(&Item::Word(label.clone()));
        }
    }

    pub(super) fn counter(&mut self, counter: &Counter) {
        self.out.number(counter.total);
        self.out.count(counter.days.len());
        for (day, count) in &counter.days {
            self.out.date(*day);
            self.out.number(u64::from(*count));
        }
        self.out.count(counter.instants.len());
        for (at, count) in &counter.instants {
            self.out.moment(*at);
            self.out.number(u64::from(*count));
        }
    }
}

impl Thawing<'_, '_> {
    pub(super) fn record(&mut self) -> Result<RecordCell, ThawError> {
        let object = self.table.object(&mut self.from)?;
        let id = self.from.id()?;
        let created_at = self.from.moment()?;
        let declared = &self.prepared.program.catalog.objects[object];
        let mut cell = RecordCell::new(id, object, declared.properties.len(), created_at);
        cell.updated_at = self.from.moment()?;
        self.values(&mut cell)?;
        for _ in 0..self.from.count()? {
            let end = self.end(object)?;
            cell.ends.push(Arc::new(end));
        }
        for _ in 0..self.from.count()? {
            let association = self.own_association(object)?;
            cell.ever.insert((association, self.optional_word()?));
        }
        for _ in 0..self.from.count()? {
            cell.segments.insert(self.table.segment(&mut self.from)?);
        }
        let count = self.from.count()?;
        cell.enrolments.reserve_exact(count.min(AT_ONCE));
        for _ in 0..count {
            let enrolment = self.enrolment(object)?;
            cell.enrolments.push(enrolment);
        }
        cell.enrolments
            .sort_by(|one, other| (one.workflow, &one.key).cmp(&(other.workflow, &other.key)));
        for _ in 0..self.from.count()? {
            let workflow = self.table.workflow(&mut self.from)?;
            let key = self.key()?;
            cell.been.set(workflow, &key, self.from.small()?);
        }
        for _ in 0..self.from.count()? {
            let id = self.table.counter(&mut self.from)?;
            cell.counters.insert(id, self.counter()?);
        }
        Ok(cell)
    }

    fn values(&mut self, cell: &mut RecordCell) -> Result<(), ThawError> {
        for _ in 0..self.from.count()? {
            let (object, property, shape) = self.table.property(&mut self.from)?;
            let value = self.from.value(shape)?;
            let own = object == cell.object;
            match cell.slot(property) {
                Some(slot) if own => *slot = value,
                _ => return Err(ThawError::other()),
            }
        }
        Ok(())
    }

    fn end(&mut self, object: ObjectId) -> Result<LinkEnd, ThawError> {
        let back = self.from.flag()?;
        let (of, association) = self.table.association(&mut self.from)?;
        let far = self.far(of, association);
        // Seen from behind, the association leads here.
        let (side, here, there) = if back {
            (Side::Back(of, association), far, of)
        } else {
            (Side::Own(association), of, far)
        };
        if here != object {
            return Err(ThawError::other());
        }
        let other = self.from.id()?;
        let labels = self.labels()?;
        let record = if self.from.flag()? {
            other
        } else {
            self.from.id()?
        };
        Ok(LinkEnd {
            side,
            other,
            labels,
            heard: self.heard(there, record, DEEPEST)?,
        })
    }

    fn far(&self, object: ObjectId, association: AssociationId) -> ObjectId {
        self.prepared.program.catalog.objects[object].associations[association].object
    }

    fn heard(&mut self, object: ObjectId, record: Uid, deep: u8) -> Result<Heard, ThawError> {
        let mut heard = Heard::nothing(record);
        for _ in 0..self.from.count()? {
            let (of, property, shape) = self.table.property(&mut self.from)?;
            let value = self.from.value(shape)?;
            if of != object {
                return Err(ThawError::other());
            }
            heard.values.extend(value.map(|value| (property, value)));
        }
        // Values are looked up by halving.
        heard.values.sort_by_key(|(property, _)| *property);
        let deep = deep.checked_sub(1).ok_or_else(ThawError::deep)?;
        for _ in 0..self.from.count()? {
            let links = self.heard_links(object, deep)?;
            heard.links.push(links);
        }
        heard.links.sort_by_key(|links| links.association);
        Ok(heard)
    }

    fn heard_links(&mut self, object: ObjectId, deep: u8) -> Result<HeardLinks, ThawError> {
        let association = self.own_association(object)?;
        let mut links = HeardLinks {
            association,
            ever: BTreeSet::new(),
            members: Vec::new(),
        };
        for _ in 0..self.from.count()? {
            links.ever.insert(self.optional_word()?);
        }
        let far = self.far(object, association);
        for _ in 0..self.from.count()? {
            let labels = self.labels()?;
            let record = self.from.id()?;
            links.members.push((labels, self.heard(far, record, deep)?));
        }
        Ok(links)
    }

    fn own_association(&mut self, object: ObjectId) -> Result<AssociationId, ThawError> {
        match self.table.association(&mut self.from)? {
            (of, association) if of == object => Ok(association),
            _ => Err(ThawError::other()),
        }
    }

    pub(super) fn labels(&mut self) -> Result<BTreeSet<Name>, ThawError> {
        let count = self.from.count()?;
        (0..count)
            .map(|_| self.table.word(&mut self.from).cloned())
            .collect()
    }

    pub(super) fn counter(&mut self) -> Result<Counter, ThawError> {
        let mut counter = Counter {
            total: self.from.number()?,
            days: BTreeMap::new(),
            instants: BTreeMap::new(),
        };
        for _ in 0..self.from.count()? {
            counter.days.insert(self.from.date()?, self.from.small()?);
        }
        for _ in 0..self.from.count()? {
            let at = self.from.moment()?;
            counter.instants.insert(at, self.from.small()?);
        }
        Ok(counter)
    }

    /// A value whose type has no members.
    pub(super) fn plain(&mut self) -> Result<Option<crate::model::Value>, ThawError> {
        self.from.value(&Shape::default())
    }
}
