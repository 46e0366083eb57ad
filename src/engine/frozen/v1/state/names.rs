//! The table of the names that a block uses, as it is written: each name once,
//! with what it stands in before it. Reading one is not known here.

use std::collections::BTreeMap;

use super::bytes::Writer;
use super::table;
use crate::base::{Fingerprint, Name};
use crate::engine::prepared::{Bound, Prepared};
use crate::engine::record::{CounterId, TraceId};
use crate::model::{
    ActionId, AssociationId, EventId, EventPropertyId, ObjectId, PropertyId, SegmentId, Type,
    WorkflowId,
};

/// What a block names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    Object(ObjectId),
    Property(ObjectId, PropertyId),
    Association(ObjectId, AssociationId),
    Word(Name),
    Segment(SegmentId),
    Workflow(WorkflowId),
    Version(Fingerprint),
    Step(WorkflowId, usize),
    Event(EventId),
    EventProperty(EventId, EventPropertyId),
    Action(ActionId),
    Result(ActionId, usize),
    Counter(CounterId),
    Trace(TraceId),
}

/// The names of a block so far.
pub(super) struct Names<'p> {
    prepared: &'p Prepared,
    table: Writer<'p>,
    count: u64,
    places: BTreeMap<Item, u64>,
    /// The places of properties, which are asked for most, from 1.
    properties: Vec<Vec<u64>>,
}

impl<'p> Names<'p> {
    pub(super) fn new(prepared: &'p Prepared) -> Self {
        Names {
            prepared,
            table: Writer::default(),
            count: 0,
            places: BTreeMap::new(),
            properties: Vec::new(),
        }
    }

    /// The table, before what was written with it.
    pub(super) fn before(self, body: Writer<'p>) -> Vec<u8> {
        let mut block = Writer::default();
        block.number(self.count);
        block.raw(&self.table.into_bytes());
        block.raw(&body.into_bytes());
        block.into_bytes()
    }

    pub(super) fn property(&mut self, object: ObjectId, property: PropertyId) -> u64 {
        let known = self.properties.get(object.index());
        match known.and_then(|list| list.get(property.index())) {
            Some(place) if *place > 0 => place - 1,
            _ => self.new_property(object, property),
        }
    }

    fn new_property(&mut self, object: ObjectId, property: PropertyId) -> u64 {
        let place = self.place(&Item::Property(object, property));
        if self.properties.len() <= object.index() {
            self.properties.resize(object.index() + 1, Vec::new());
        }
        if let Some(list) = self.properties.get_mut(object.index()) {
            if list.len() <= property.index() {
                list.resize(property.index() + 1, 0);
            }
            if let Some(slot) = list.get_mut(property.index()) {
                *slot = place + 1;
            }
        }
        place
    }

    /// The place of an item in the table.
    pub(super) fn place(&mut self, item: &Item) -> u64 {
        if let Some(place) = self.places.get(item) {
            return *place;
        }
        self.add(item);
        let place = self.count;
        self.count += 1;
        self.places.insert(item.clone(), place);
        place
    }

    fn add(&mut self, item: &Item) {
        let catalog = &self.prepared.program.catalog;
        match item {
            Item::Object(id) => self.entry(table::OBJECT, None, &catalog.objects[*id].name),
            Item::Property(object, id) => {
                let property = &catalog.objects[*object].properties[*id];
                let of = self.place(&Item::Object(*object));
                self.entry(table::PROPERTY, Some(of), &property.name);
                self.shape(&property.ty);
            }
            Item::Association(object, id) => {
                let association = &catalog.objects[*object].associations[*id];
                let of = self.place(&Item::Object(*object));
                self.entry(table::ASSOCIATION, Some(of), &association.name);
            }
            Item::Word(word) => self.entry(table::WORD, None, word),
            Item::Segment(id) => self.entry(table::SEGMENT, None, &catalog.segments[*id].name),
            Item::Workflow(id) => {
                self.table.byte(table::WORKFLOW);
                self.table.text(&self.prepared.plan_name(*id));
            }
            Item::Version(version) => {
                self.table.byte(table::VERSION);
                self.table.raw(version.bytes());
            }
            Item::Step(workflow, step) => {
                let plan = self.prepared.workflow(*workflow);
                let step = plan.and_then(|plan| plan.steps.get(*step));
                let of = self.place(&Item::Workflow(*workflow));
                let none = Name::new("");
                self.entry(table::STEP, Some(of), step.map_or(&none, |step| &step.id));
            }
            other => self.add_happening(other),
        }
    }

    /// Events, actions and counters.
    fn add_happening(&mut self, item: &Item) {
        let catalog = &self.prepared.program.catalog;
        match item {
            Item::Event(id) => self.entry(table::EVENT, None, &catalog.events[*id].name),
            Item::EventProperty(event, id) => {
                let property = &catalog.events[*event].properties[*id];
                let of = self.place(&Item::Event(*event));
                self.entry(table::EVENT_PROPERTY, Some(of), &property.name);
                self.shape(&property.ty);
            }
            Item::Action(id) => self.entry(table::ACTION, None, &catalog.actions[*id].name),
            Item::Result(action, place) => {
                let result = catalog.actions[*action].results.get(*place);
                let of = self.place(&Item::Action(*action));
                let none = (Name::new(""), Type::Broken);
                let (name, ty) =
                    result.map_or((&none.0, &none.1), |result| (&result.name, &result.ty));
                self.entry(table::RESULT, Some(of), name);
                self.shape(ty);
            }
            Item::Counter(id) => self.counter(*id),
            Item::Trace(id) => {
                self.table.byte(table::TRACE);
                self.table.text(self.prepared.traces.name(*id));
            }
            // INVARIANT: `add` takes every other one.
            _ => {}
        }
    }

    fn entry(&mut self, kind: u8, of: Option<u64>, name: &Name) {
        self.table.byte(kind);
        if let Some(of) = of {
            self.table.number(of);
        }
        self.table.text(name.as_str());
    }

    fn shape(&mut self, ty: &Type) {
        self.table.byte(table::kind(ty));
        let members: Vec<&str> = table::members(ty)
            .map(|members| members.names().collect())
            .unwrap_or_default();
        self.table.count(members.len());
        for member in members {
            self.table.text(member);
        }
    }

    fn counter(&mut self, id: CounterId) {
        let Some((workflow, trigger)) = table::identity(self.prepared, id) else {
            return self.entry(table::WORD, None, &Name::new(""));
        };
        let of = self.place(&Item::Workflow(workflow));
        self.table.byte(table::COUNTER);
        self.table.number(of);
        self.table.text(trigger.text);
        self.table.count(trigger.nth);
        self.table.byte(match trigger.bound {
            Bound::Fixed => 0,
            Bound::Days => 1,
            Bound::Instants => 2,
        });
    }
}
