//! The model's side of the comparison: acts become calls of the model, and what
//! it holds is read as the engine's side reads the engine.

use std::collections::{BTreeMap, BTreeSet};

use flow::base::{Name, Timestamp};
use flow::model::compute::spell;
use flow::model::{ObjectId, PropertyId, SegmentId, Value};
use flow::semantic::hir::{EventSource, FieldSource};

use crate::acts::Act;
use crate::reference::{Model, Occurrence};

/// Properties with their new values.
type Changes = Vec<(PropertyId, Option<Value>)>;

impl Model<'_> {
    /// Fires what is due, then applies an act; one that names what there is not
    /// changes nothing.
    pub(crate) fn apply(&mut self, at: Timestamp, act: &Act) {
        if let Act::StandStill = act {
            return self.stand_still(at);
        }
        self.advance(at);
        self.act(&self.resolved(act));
        self.settle();
    }

    /// The act about the records that its names lead to (L4).
    fn resolved(&self, act: &Act) -> Act {
        let mut act = act.clone();
        let (one, other) = match &mut act {
            Act::Set { record, .. }
            | Act::Event { record, .. }
            | Act::Enroll { record, .. }
            | Act::Unenroll { record, .. }
            | Act::Add { record, .. }
            | Act::Remove { record, .. }
            | Act::Delete(record)
            | Act::Restore(record) => (Some(record), None),
            Act::Link { record, with, .. } | Act::Unlink { record, with, .. } => {
                (Some(record), Some(with))
            }
            Act::Merge { from, into } => (Some(from), Some(into)),
            _ => (None, None),
        };
        for name in one.into_iter().chain(other) {
            *name = self.leads(name);
        }
        act
    }

    // size: one match over all acts
    fn act(&mut self, act: &Act) -> Option<()> {
        match act {
            Act::Publish => self.publish(),
            Act::StandStill => {}
            Act::Delete(name) => self.input(name, |model, at| model.delete(at)),
            Act::Restore(name) => self.restore(name),
            Act::Merge { from, into } => {
                let there = self.records.contains_key(from) || self.gone.contains_key(from);
                let from = there.then(|| from.clone())?;
                self.input(into, move |model, at| model.merge(at, from));
            }
            Act::Pause(name) => self.paused.extend(self.find(name)),
            Act::Resume(name) => self.resume(self.find(name)?),
            Act::Off(name) => self.off.extend(self.find(name)),
            Act::On(name) => self.on(self.find(name)?),
            Act::Create {
                handle,
                object,
                values,
            } => {
                let object = self.program.catalog.object(&Name::new(object))?;
                let values = self.given(object, values)?;
                self.create(handle, (object, &values), None);
            }
            Act::Import {
                import,
                handle,
                values,
            } => {
                let object = self.program.catalog.object(&Name::new("contact"))?;
                let values = self.given(object, values)?;
                self.import(import, handle, (object, values));
            }
            Act::Set { record, values } => {
                let changes = self.named(self.records.get(record)?.object, values)?;
                self.change(record, changes, None);
            }
            Act::Link {
                record,
                association,
                with,
                label,
            } => {
                self.fits(record, association, with)?;
                let tie = self.tie(record, association, with.clone(), label.clone());
                let (name, with) = (association.clone(), with.clone());
                self.input(record, move |model, at| {
                    let slot = model.slot(&at.to, &name, &with);
                    model.in_turn(at, &slot, move |model, at| model.link(at, tie));
                });
            }
            Act::Unlink {
                record,
                association,
                with,
                label,
            } => {
                self.fits(record, association, with)?;
                let tie = self.tie(record, association, with.clone(), label.clone());
                let (name, with) = (association.clone(), with.clone());
                self.input(record, move |model, at| {
                    let slot = model.slot(&at.to, &name, &with);
                    model.in_turn(at, &slot, move |model, at| model.unlink(at, tie));
                });
            }
            Act::Event {
                record,
                event,
                values,
                occurred_at,
                id,
            } => {
                let occurred = occurred_at.unwrap_or(self.now);
                let occurrence = self.occurrence((record, event), values, occurred)?;
                let id = id.clone().map(|id| (event.clone(), id));
                self.event(record, occurrence, id);
            }
            Act::Enroll { record, workflow } => {
                let workflow = self.find(workflow)?;
                self.input(record, move |model, at| model.request(workflow, at));
            }
            Act::Unenroll { record, workflow } => {
                let workflow = self.find(workflow)?;
                self.input(record, move |model, at| {
                    model.leave_all(workflow, at, "manual")
                });
            }
            Act::Add { record, segment } => {
                let segment = self.find_segment(record, segment)?;
                self.input(record, move |model, at| model.member(at, segment, true));
            }
            Act::Remove { record, segment } => {
                let segment = self.find_segment(record, segment)?;
                self.input(record, move |model, at| model.member(at, segment, false));
            }
        }
        Some(())
    }

    fn find(&self, name: &str) -> Option<usize> {
        let found = self.program.catalog.workflow(&Name::new(name));
        found.map(|id| id.index())
    }

    fn find_segment(&self, record: &str, name: &str) -> Option<SegmentId> {
        let id = self.program.catalog.segment(&Name::new(name))?;
        let segment = &self.program.catalog.segments[id];
        (segment.fixed && self.records.get(record)?.object == segment.object).then_some(id)
    }

    /// Whether a record has an association that may lead to another.
    fn fits(&self, record: &str, association: &str, with: &str) -> Option<()> {
        let object = self.records.get(record)?.object;
        let declared = &self.program.catalog.objects[object];
        let id = declared.association(association)?;
        let fits = self.records.get(with)?.object == declared.associations[id].object;
        fits.then_some(())
    }

    fn named(&self, object: ObjectId, values: &[(String, Option<Value>)]) -> Option<Changes> {
        let object = &self.program.catalog.objects[object];
        let values = values.iter();
        let values = values.map(|(name, value)| Some((object.property(name)?, value.clone())));
        values.collect()
    }

    fn given(&self, object: ObjectId, values: &[(String, Value)]) -> Option<Changes> {
        let values = values.iter().cloned();
        let values = values.map(|(name, value)| (name, Some(value)));
        self.named(object, &values.collect::<Vec<_>>())
    }

    fn occurrence(
        &self,
        (record, event): (&str, &str),
        values: &[(String, Value)],
        occurred: Timestamp,
    ) -> Option<Occurrence> {
        let id = self.program.catalog.event(&Name::new(event))?;
        let declared = &self.program.catalog.events[id];
        let field = |(name, value): &(String, Value)| {
            let source = FieldSource::Property(id, declared.property(name)?);
            Some((source, Some(value.clone())))
        };
        let occurrence = Occurrence {
            source: EventSource::Declared(id),
            occurred,
            fields: values.iter().map(field).collect::<Option<_>>()?,
        };
        let record = self.records.get(record);
        let fits = record.is_none_or(|record| record.object == declared.object);
        fits.then_some(occurrence)
    }

    /// All properties but `id`, as programs write values.
    pub(crate) fn values(&self) -> BTreeMap<(String, String), Option<String>> {
        let mut values = BTreeMap::new();
        for record in self.records.values() {
            let env = self.env(record);
            let object = &self.program.catalog.objects[record.object];
            for (id, property) in object.properties.iter().skip(1) {
                let value = env.property(record, id);
                let spelled = value.map(|value| spell(&value, &property.ty, env.zone()));
                values.insert((record.handle.clone(), property.name.to_string()), spelled);
            }
        }
        values
    }

    /// Record, association, other record, labels.
    pub(crate) fn links(&self) -> BTreeSet<(String, String, String, Vec<String>)> {
        let mut links = BTreeSet::new();
        for record in self.records.values() {
            for end in record.ends.iter().filter(|end| !end.name.starts_with('<')) {
                let (record, name, other) = (&record.handle, &end.name, &end.other);
                let labels = end.labels.iter().cloned().collect();
                links.insert((record.clone(), name.clone(), other.clone(), labels));
            }
        }
        links
    }

    /// Who is inside, and at which step: record, workflow, key, step.
    pub(crate) fn inside(&self) -> BTreeSet<(String, String, String, String)> {
        let inside = self.enrolments.values().map(|inside| {
            let workflow = self.workflow(inside.workflow).name.to_string();
            let (record, key) = (inside.record.clone(), inside.key.clone());
            (record, workflow, key, inside.step_name())
        });
        inside.collect()
    }

    /// Who is in which segment, static and active: record, segment.
    pub(crate) fn segments(&self) -> BTreeSet<(String, String)> {
        let mut members = BTreeSet::new();
        for (id, segment) in self.program.catalog.segments.iter() {
            for record in self.records.values() {
                if record.object == segment.object && self.env(record).inside(id) {
                    members.insert((record.handle.clone(), segment.name.to_string()));
                }
            }
        }
        members
    }
}
