//! The things of a record by which changes and those whom they concern find each
//! other: what a delivery touches, and what an expression or an event looks at.
//! Who looks is not known here.

use std::collections::{BTreeMap, BTreeSet};

use super::reads::{Leaf, Sources, reads};
use crate::engine::kept::TraceId;
use crate::model::{AssociationId, EventId, PropertyId, SegmentId};
use crate::plan::Expression;
use crate::semantic::hir::EventSource;

/// What one delivery has changed, or brought, of a record.
#[derive(Debug, Clone, Default)]
pub(in crate::engine) struct Touched {
    /// The record has come into being.
    pub(in crate::engine) created: bool,
    /// Its properties, computed ones too.
    pub(in crate::engine) properties: BTreeSet<PropertyId>,
    /// Its associations: links, labels or values heard.
    pub(in crate::engine) associations: BTreeSet<AssociationId>,
    /// Its static segments.
    pub(in crate::engine) segments: BTreeSet<SegmentId>,
    /// What conditions read of its past.
    pub(in crate::engine) traces: BTreeSet<TraceId>,
    /// An event.
    pub(in crate::engine) event: Option<EventSource>,
    /// Only time has passed: no condition sees anything else.
    pub(in crate::engine) time: bool,
}

impl Touched {
    /// Whether anything happened that a condition could see, but for the passing
    /// of time.
    #[must_use]
    pub(in crate::engine) fn is_empty(&self) -> bool {
        !self.created
            && self.properties.is_empty()
            && self.associations.is_empty()
            && self.segments.is_empty()
            && self.traces.is_empty()
            && self.event.is_none()
    }

    /// Takes in what else was changed.
    pub(in crate::engine) fn add(&mut self, other: Touched) {
        self.created |= other.created;
        self.time |= other.time;
        self.properties.extend(other.properties);
        self.associations.extend(other.associations);
        self.segments.extend(other.segments);
        self.traces.extend(other.traces);
        self.event = self.event.take().or(other.event);
    }

    /// What is touched of a record that was there before.
    pub(super) fn things(&self) -> impl Iterator<Item = Thing> {
        let properties = self.properties.iter().copied().map(Thing::Property);
        let associations = self.associations.iter().copied();
        let segments = self.segments.iter().copied().map(Thing::Segment);
        let traces = self.traces.iter().copied().map(Thing::Trace);
        let event = match self.event {
            Some(EventSource::Declared(event)) => Some(Thing::Event(event)),
            Some(EventSource::ActionFailed) => Some(Thing::Failed),
            _ => None,
        };
        let things = properties.chain(associations.map(Thing::Association));
        things.chain(segments).chain(traces).chain(event)
    }
}

/// One thing that can be touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    /// That the record comes into being.
    Created,
    /// A property.
    Property(PropertyId),
    /// The links of an association, and what lies behind them.
    Association(AssociationId),
    /// Membership of a static segment.
    Segment(SegmentId),
    /// Something of its past.
    Trace(TraceId),
    /// A declared event.
    Event(EventId),
    /// The event that an action has failed.
    Failed,
}

/// The things that something looks at, and how often at each.
#[derive(Debug, Default)]
pub(super) struct Things {
    times: BTreeMap<Thing, u32>,
}

impl Things {
    /// Adds a thing.
    pub(super) fn add(&mut self, thing: Thing) {
        *self.times.entry(thing).or_default() += 1;
    }

    /// Adds all that an expression reads.
    pub(super) fn add_expression(&mut self, sources: Sources<'_>, expression: &Expression) {
        for read in reads(sources, expression) {
            match (read.way.first(), read.leaf) {
                (Some(hop), _) => self.add(Thing::Association(hop.association)),
                (None, Leaf::Property(property)) => self.add(Thing::Property(property)),
                (None, Leaf::Links(_, association)) => self.add(Thing::Association(association)),
                (None, Leaf::Trace(id)) => self.add(Thing::Trace(id)),
                (None, Leaf::Segment(segment)) => self.add_segment(sources, segment),
                (None, Leaf::Record) => {}
            }
        }
    }

    /// Adds what an event trigger listens to.
    pub(super) fn add_event(&mut self, sources: Sources<'_>, event: &EventSource) {
        match event {
            EventSource::Declared(event) => self.add(Thing::Event(*event)),
            EventSource::ActionFailed => self.add(Thing::Failed),
            EventSource::Created => self.add(Thing::Created),
            // The condition of the trigger may read it too.
            EventSource::Changed(property) => {
                self.add(Thing::Property(*property));
                self.add(Thing::Property(*property));
            }
            EventSource::Joined(segment) | EventSource::Left(segment) => {
                self.add_segment(sources, *segment);
                self.add(Thing::Created);
            }
        }
    }

    /// Membership of a segment with a condition is all that this one reads.
    fn add_segment(&mut self, sources: Sources<'_>, segment: SegmentId) {
        match sources.segments.get(&segment) {
            None => self.add(Thing::Segment(segment)),
            Some(condition) => self.add_expression(sources, &condition.expression),
        }
    }

    /// All of them, with how often each is looked at.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Thing, u32)> {
        self.times.iter().map(|(thing, times)| (*thing, *times))
    }

    /// Whether one of them is touched, of a record that was there before.
    pub(super) fn are_touched(&self, touched: &Touched) -> bool {
        touched
            .things()
            .any(|thing| self.times.contains_key(&thing))
    }
}
