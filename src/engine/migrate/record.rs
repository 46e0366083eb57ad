//! Records: values, links, memberships and counts, each by its name.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Migration;
use crate::base::Name;
use crate::engine::evaluate::{Notes, Scope};
use crate::engine::hear;
use crate::engine::heard::{Heard, LinkEnd, Side};
use crate::engine::record::{Gone, RecordCell, Tied};
use crate::model::{AssociationId, ObjectId, Value};

impl Migration<'_> {
    /// What a record is in the new program; `None` where its object is gone.
    pub(super) fn record(&mut self, old: &RecordCell) -> Option<RecordCell> {
        let catalog = &self.old.program.catalog;
        let Some(object) = self.names.object(old.object).map(|object| object.id) else {
            let name = catalog.objects[old.object].name.to_string();
            self.tally.lost("object", name);
            for of in &old.enrolments {
                self.ends(old, of);
            }
            for of in old.put_back.values() {
                self.withdraw(old, of);
            }
            return None;
        };
        let size = self.new.program.catalog.objects[object].properties.len();
        let mut cell = RecordCell::new(old.id, object, size, old.created_at);
        cell.updated_at = old.updated_at;
        self.values(old, &mut cell);
        self.links(old, &mut cell);
        self.counts(old, &mut cell);
        self.put_back(old, &mut cell);
        self.sent(old, &mut cell);
        cell.enrolments.reserve_exact(old.enrolments.len());
        for of in &old.enrolments {
            let moved = self.enrolment(old, of);
            cell.enrolments.extend(moved);
        }
        cell.enrolments
            .sort_by(|one, other| (one.workflow, &one.key).cmp(&(other.workflow, &other.key)));
        self.past(old, &mut cell);
        self.gone(old, &mut cell);
        cell.merged = old.merged.clone();
        Some(cell)
    }

    /// How it is gone, and what it was linked with.
    fn gone(&mut self, old: &RecordCell, cell: &mut RecordCell) {
        cell.gone = old.gone.clone();
        let Some(Gone::Deleted { links, .. }) = cell.gone.as_deref_mut() else {
            return;
        };
        let mut kept = Vec::with_capacity(links.len());
        for link in std::mem::take(links) {
            let Some(side) = self.side(old.object, link.side) else {
                let name = self.side_name(old.object, link.side);
                self.tally.lost("association", name);
                continue;
            };
            let of = ((old.object, link.side), (cell.object, side));
            let labels = self.labels(of.0, of.1, &link.labels);
            kept.push(Tied {
                side,
                labels,
                ..link
            });
        }
        *links = kept;
    }

    fn values(&mut self, old: &RecordCell, cell: &mut RecordCell) {
        let declared = &self.old.program.catalog.objects[old.object];
        for ((id, property), value) in declared.properties.iter().zip(old.values.iter()) {
            let Some(value) = value else { continue };
            let name = || format!("{}.{}", declared.name, property.name);
            let object = self.names.object(old.object);
            let Some(to) = object.and_then(|object| object.property(id)) else {
                self.tally.lost("property", name());
                continue;
            };
            let (new, lost) = to.cast(value);
            if let Some(slot) = cell.slot(to.id) {
                *slot = new;
            }
            cell.note_written(to.id, old.written_at(id));
            if lost {
                self.tally.lost("member", name());
            }
        }
        self.defaults(cell);
    }

    /// Gives the record the defaults of properties that are new: its type says
    /// that they are always known.
    fn defaults(&self, cell: &mut RecordCell) {
        for (object, property) in &self.news.default {
            if *object != cell.object {
                continue;
            }
            let default = self.new.default(cell.object, *property);
            let notes = Notes::default();
            let scope = Scope::of(self.new, cell, self.now, &notes);
            let value: Option<Value> = default.and_then(|default| scope.value(default));
            if let Some(slot) = cell.slot(*property) {
                *slot = value;
            }
        }
    }

    fn links(&mut self, old: &RecordCell, cell: &mut RecordCell) {
        for end in &old.ends {
            let Some(side) = self.side(old.object, end.side) else {
                let name = self.side_name(old.object, end.side);
                self.tally.lost("association", name);
                continue;
            };
            let labels = self.labels((old.object, end.side), (cell.object, side), &end.labels);
            cell.ends.push(Arc::new(LinkEnd {
                side,
                other: end.other,
                labels,
                heard: Heard::nothing(end.other),
            }));
        }
        for (association, label) in old.ever.iter() {
            let object = self.names.object(old.object);
            let to = object.and_then(|object| object.association(*association));
            let Some(to) = to else { continue };
            let declared = &self.new.program.catalog.objects[cell.object].associations[to];
            let known = |label: &Name| declared.labels.contains(label);
            if label.as_ref().is_none_or(known) {
                cell.ever.insert((to, label.clone()));
            }
        }
    }

    /// From which side the link is seen in the new program. A name for the
    /// other direction may have come or gone.
    fn side(&self, object: ObjectId, side: Side) -> Option<Side> {
        match side {
            Side::Own(association) => {
                let of = self.names.object(object)?;
                if let Some(id) = of.association(association) {
                    return Some(Side::Own(id));
                }
                let declared = &self.old.program.catalog.objects[object].associations[association];
                match hear::opposite(self.old, object, side) {
                    Side::Own(far) => self.seen_from(declared.object, far),
                    Side::Back(..) => None,
                }
            }
            Side::Back(far, association) => self.seen_from(far, association),
        }
    }

    /// The side opposite to an association of the record at the other end.
    fn seen_from(&self, far: ObjectId, association: AssociationId) -> Option<Side> {
        let of = self.names.object(far)?;
        let id = of.association(association)?;
        Some(hear::opposite(self.new, of.id, Side::Own(id)))
    }

    fn side_name(&self, object: ObjectId, side: Side) -> String {
        let (object, association) = match side {
            Side::Own(association) => (object, association),
            Side::Back(object, association) => (object, association),
        };
        let declared = &self.old.program.catalog.objects[object];
        format!(
            "{}.{}",
            declared.name, declared.associations[association].name
        )
    }

    fn labels(
        &mut self,
        (object, old): (ObjectId, Side),
        (here, side): (ObjectId, Side),
        labels: &BTreeSet<Name>,
    ) -> BTreeSet<Name> {
        let (owner, association) = match side {
            Side::Own(association) => (here, association),
            Side::Back(owner, association) => (owner, association),
        };
        let declared = &self.new.program.catalog.objects[owner].associations[association];
        let mut kept = BTreeSet::new();
        for label in labels {
            if declared.labels.contains(label) {
                kept.insert(label.clone());
            } else {
                let name = format!("{}[{label}]", self.side_name(object, old));
                self.tally.lost("label", name);
            }
        }
        kept
    }

    /// Memberships, how often it was inside, what was counted.
    fn counts(&mut self, old: &RecordCell, cell: &mut RecordCell) {
        let catalog = &self.old.program.catalog;
        for segment in old.segments.iter() {
            match self.names.segment(*segment) {
                Some(to) => drop(cell.segments.insert(to)),
                None => {
                    let name = catalog.segments[*segment].name.to_string();
                    self.tally.lost("segment", name);
                }
            }
        }
        let mut gone = BTreeSet::new();
        for (workflow, key, times) in old.been.iter() {
            match self.names.workflow(workflow) {
                Some(to) => cell.been.set(to, key, times),
                None => drop(gone.insert(workflow)),
            }
        }
        for workflow in gone {
            let name = catalog.workflows[workflow].name.to_string();
            self.tally.lost("workflow", name);
        }
        for (id, counter) in old.counters.iter() {
            match self.names.counter(*id) {
                Some(to) => drop(cell.counters.insert(to, counter.clone())),
                None => self.count_lost(*id),
            }
        }
    }

    /// What counts for caps that there still are (A9).
    fn sent(&self, old: &RecordCell, cell: &mut RecordCell) {
        for (action, sent) in old.sent.iter() {
            let to = self.names.action(*action).map(|action| action.id);
            if let Some(to) = to.filter(|to| self.new.caps.contains_key(to)) {
                cell.sent.insert(to, sent.clone());
            }
        }
    }

    fn count_lost(&mut self, id: crate::engine::record::CounterId) {
        let refined = self.old.refined.get(id as usize);
        let plan = refined.and_then(|refined| self.old.workflow(refined.workflow));
        // With its workflow, what it has counted goes too.
        let stays = refined.is_some_and(|refined| self.names.workflow(refined.workflow).is_some());
        if let (Some(plan), true) = (plan, stays) {
            self.tally.lost("count of", plan.name().to_string());
        }
    }
}
