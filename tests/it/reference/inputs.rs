//! What comes in from outside. An input that is refused changes nothing.

use flow::base::Name;
use flow::model::{ObjectId, PropertyId, SegmentId, Value, form_of};
use flow::semantic::hir::{EventSource, ExprKind};

use crate::acts::Act;
use crate::reference::eval::same;
use crate::reference::record::{Tie, uid};
use crate::reference::{Cause, Message, Model, Occurrence, Record};

/// Properties with their new values.
type Changes = Vec<(PropertyId, Option<Value>)>;

impl<'p> Model<'p> {
    // size: one match over all acts
    pub(super) fn input(&mut self, act: &Act) -> Option<()> {
        let message = match act {
            Act::Publish => return self.publish(),
            Act::Pause(name) => {
                let at = self.find_workflow(name)?;
                return self.paused.insert(at).then_some(());
            }
            Act::Resume(name) => {
                let at = self.find_workflow(name)?;
                return self.paused.remove(&at).then_some(());
            }
            Act::Off(name) => {
                let at = self.find_workflow(name)?;
                return self.off.insert(at).then_some(());
            }
            Act::On(name) => {
                let at = self.find_workflow(name)?;
                self.off.remove(&at);
                return self.published.then(|| self.start(at));
            }
            Act::Create {
                handle,
                object,
                values,
            } => {
                let record = self.born(handle, object, values)?;
                Message::new(handle, 1, move |model, at| {
                    model.records.insert(at.to.clone(), record);
                })
            }
            Act::Set { record, values } => {
                let changes = self.changes(self.records.get(record)?, values)?;
                Message::new(record, 1, move |model, at| {
                    for (id, value) in changes {
                        model.put(&at.to, id, value);
                    }
                })
            }
            Act::Link {
                record,
                association,
                with,
                label,
            } => {
                let mut tie = self.association(record, association, with)?;
                tie.label.clone_from(label);
                let with = with.clone();
                Message::new(record, 1, move |model, at| model.link(at, tie, with, None))
            }
            Act::Unlink {
                record,
                association,
                with,
                label,
            } => {
                let mut tie = self.association(record, association, with)?;
                tie.label.clone_from(label);
                let with = with.clone();
                Message::new(record, 1, move |model, at| model.unlink(at, tie, &with))
            }
            Act::Event { record, .. } => {
                let occurrence = self.occurrence(act)?;
                Message::new(record, 1, |_, at| at.occurrences.push(occurrence))
            }
            Act::Enroll { record, workflow } => {
                let workflow = self.find_workflow(workflow)?;
                Message::new(record, 1, move |_, at| at.cause = Cause::Request(workflow))
            }
            Act::Unenroll { record, workflow } => {
                let workflow = self.find_workflow(workflow)?;
                Message::new(record, 1, move |_, at| at.cause = Cause::Manual(workflow))
            }
            Act::Add { record, segment } => {
                let segment = self.find_segment(record, segment)?;
                Message::new(record, 1, move |model, at| {
                    model.record(&at.to).segments.insert(segment);
                })
            }
            Act::Remove { record, segment } => {
                let segment = self.find_segment(record, segment)?;
                Message::new(record, 1, move |model, at| {
                    model.record(&at.to).segments.remove(&segment);
                })
            }
        };
        let there = self.records.contains_key(&message.to) || matches!(act, Act::Create { .. });
        there.then(|| self.deliver(message))
    }

    fn find_workflow(&self, name: &str) -> Option<usize> {
        let found = self.program.catalog.workflow(&Name::new(name));
        found.map(|id| id.index())
    }

    fn find_segment(&self, record: &str, name: &str) -> Option<SegmentId> {
        let id = self.program.catalog.segment(&Name::new(name))?;
        let segment = &self.program.catalog.segments[id];
        (segment.fixed && self.records.get(record)?.object == segment.object).then_some(id)
    }

    fn association(&self, record: &str, name: &str, with: &str) -> Option<Tie> {
        let record = self.records.get(record)?;
        let object = &self.program.catalog.objects[record.object];
        let id = object.association(name)?;
        let fits = self.records.get(with)?.object == object.associations[id].object;
        fits.then(|| self.tie(record.object, name))
    }

    fn publish(&mut self) -> Option<()> {
        (!self.published).then_some(())?;
        self.published = true;
        (0..self.program.workflows.len()).for_each(|at| self.start(at));
        Some(())
    }

    /// At the first turn-on those who match may enrol (E9).
    fn start(&mut self, at: usize) {
        let workflow = self.workflow(at);
        if self.is_off(at) || !self.started.insert(at) || !workflow.existing {
            return;
        }
        let records = self.records.values();
        let records = records.filter(|record| record.object == workflow.object);
        let mut handles: Vec<String> = records.map(|record| record.handle.clone()).collect();
        handles.sort_by_key(|handle| (uid(handle).partition(1024), uid(handle)));
        for handle in handles {
            self.send(&handle, 1, move |_, delivery| {
                delivery.cause = Cause::Existing(at);
            });
        }
    }

    fn born(&self, handle: &str, object: &str, values: &[(String, Value)]) -> Option<Record> {
        let object = self.program.catalog.object(&Name::new(object))?;
        (!self.records.contains_key(handle)).then_some(())?;
        let mut record = Record::new(handle, object, self.now);
        let given = values.iter();
        let given = given.map(|(name, value)| (name.clone(), Some(value.clone())));
        let given = self.changes(&record, &given.collect::<Vec<_>>())?;
        for (id, property) in self.program.catalog.objects[object].properties.iter() {
            let given = given.iter().find(|(given, _)| *given == id);
            let value = given.map_or_else(|| self.default(object, id), |(_, value)| value.clone());
            (value.is_some() || !property.required).then_some(())?;
            value.map(|value| record.values.insert(id, value));
        }
        Some(record)
    }

    pub(super) fn default(&self, object: ObjectId, property: PropertyId) -> Option<Value> {
        let mut defaults = self.program.objects[object.index()].defaults.iter();
        let (_, expr) = defaults.find(|(id, _)| *id == property)?;
        let ExprKind::Literal(value) = &expr.kind else {
            panic!("not modelled: {expr:?}");
        };
        Some(value.clone())
    }

    /// Values from outside: all good, or none is taken.
    fn changes(&self, record: &Record, values: &[(String, Option<Value>)]) -> Option<Changes> {
        let object = &self.program.catalog.objects[record.object];
        let changes = values.iter().map(|(name, value)| {
            let id = object.property(name)?;
            let property = &object.properties[id];
            let good = self.refused(record, id, value.as_ref()).is_none();
            (!property.builtin && !property.computed && good).then(|| (id, value.clone()))
        });
        changes.collect()
    }

    /// Why a record cannot have a value.
    pub(super) fn refused(
        &self,
        record: &Record,
        id: PropertyId,
        value: Option<&Value>,
    ) -> Option<&'static str> {
        let property = &self.program.catalog.objects[record.object].properties[id];
        let Some(value) = value else {
            return property.required.then_some("required");
        };
        if let Value::Text(text) = value
            && form_of(&property.ty, text).is_err()
        {
            return Some("wrong_form");
        }
        let taken = self.records.values().any(|other| {
            let held = other.values.get(&id);
            let held = held.is_some_and(|held| same(held, value, &property.ty));
            held && other.object == record.object && other.handle != record.handle
        });
        (property.unique && taken).then_some("not_unique")
    }

    /// An event that is not known yet, at most five minutes ahead.
    fn occurrence(&mut self, act: &Act) -> Option<Occurrence> {
        let Act::Event {
            record,
            event,
            values,
            occurred_at,
            id,
        } = act
        else {
            return None;
        };
        let source = self.program.catalog.event(&Name::new(event))?;
        let declared = &self.program.catalog.events[source];
        (self.records.get(record)?.object == declared.object).then_some(())?;
        let mut occurrence = Occurrence::new(EventSource::Declared(source), self.now);
        occurrence.occurred = occurred_at.unwrap_or(self.now);
        let ahead = occurrence.occurred.as_second() - self.now.as_second();
        (ahead <= 5 * 60).then_some(())?;
        for (name, value) in values {
            let property = declared.property(name)?;
            occurrence.values.insert(property, value.clone());
        }
        let new = id.as_ref().is_none_or(|id| {
            let key = (event.clone(), id.clone());
            self.seen.insert(key)
        });
        new.then_some(occurrence)
    }
}
