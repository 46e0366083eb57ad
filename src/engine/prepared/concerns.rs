//! Which workflows a change concerns: what makes the cost of an input depend
//! on those that can be meant, not on all. Those that can enrol the record are
//! looked up by what must hold for it; those that it is inside are few.

use std::collections::{BTreeMap, BTreeSet};

use super::bucket::{Bucket, Sight, put};
use super::guard::{Guard, Guards};
use super::reads::{Leaf, Sources, reads};
use crate::engine::kept::TraceId;
use crate::model::{AssociationId, EventId, ObjectId, PropertyId, SegmentId, WorkflowId};
use crate::plan::{EventTrigger, Expression, Reenroll, Workflow};
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
}

/// Something for each thing that can concern a workflow.
#[derive(Debug, Default)]
struct Lists<T> {
    created: T,
    properties: BTreeMap<PropertyId, T>,
    associations: BTreeMap<AssociationId, T>,
    segments: BTreeMap<SegmentId, T>,
    traces: BTreeMap<TraceId, T>,
    events: BTreeMap<EventId, T>,
    failed: T,
}

impl<T: Default> Lists<T> {
    /// The list of one thing.
    fn of(&mut self, thing: Thing) -> &mut T {
        match thing {
            Thing::Created => &mut self.created,
            Thing::Property(property) => self.properties.entry(property).or_default(),
            Thing::Association(association) => self.associations.entry(association).or_default(),
            Thing::Segment(segment) => self.segments.entry(segment).or_default(),
            Thing::Trace(id) => self.traces.entry(id).or_default(),
            Thing::Event(event) => self.events.entry(event).or_default(),
            Thing::Failed => &mut self.failed,
        }
    }

    /// The lists of all that was touched.
    fn touched<'l>(&'l self, touched: &'l Touched) -> impl Iterator<Item = &'l T> {
        let created = touched.created.then_some(&self.created);
        let rest = (!touched.created).then(|| {
            let properties = touched.properties.iter();
            let properties = properties.filter_map(|id| self.properties.get(id));
            let associations = touched.associations.iter();
            let associations = associations.filter_map(|id| self.associations.get(id));
            let segments = touched.segments.iter();
            let segments = segments.filter_map(|id| self.segments.get(id));
            let traces = touched.traces.iter();
            let traces = traces.filter_map(|id| self.traces.get(id));
            let event = match &touched.event {
                Some(EventSource::Declared(event)) => self.events.get(event),
                Some(EventSource::ActionFailed) => Some(&self.failed),
                _ => None,
            };
            let things = properties.chain(associations).chain(segments);
            things.chain(traces).chain(event)
        });
        created.into_iter().chain(rest.into_iter().flatten())
    }
}

/// One thing that can concern a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Created,
    Property(PropertyId),
    Association(AssociationId),
    Segment(SegmentId),
    Trace(TraceId),
    Event(EventId),
    Failed,
}

/// How often something reads each thing.
type Things = BTreeMap<Thing, u32>;

/// The workflows of an object, by what concerns them, by their places.
#[derive(Debug, Default)]
struct OfObject {
    all: Vec<usize>,
    /// Those that can enrol.
    enrolling: Lists<Bucket>,
    /// Those that can let go whom they hold. Each list is in the order of
    /// names.
    leaving: Lists<Vec<usize>>,
    /// Computed properties by what they are computed from.
    derived: BTreeMap<PropertyId, BTreeSet<PropertyId>>,
}

/// Which workflows a change concerns.
#[derive(Debug, Default)]
pub(in crate::engine) struct Concerns {
    objects: Vec<OfObject>,
    /// All workflows of the object are considered, whatever has changed.
    naive: bool,
}

impl Concerns {
    pub(super) fn of(guards: Guards<'_>) -> Self {
        let program = guards.sources.program;
        let objects = program.catalog.objects.len();
        let mut concerns = Concerns {
            objects: (0..objects).map(|_| OfObject::default()).collect(),
            naive: false,
        };
        for (place, object) in concerns.objects.iter_mut().enumerate() {
            object.derive(guards.sources, place);
        }
        for (place, workflow) in program.workflows().iter().enumerate() {
            if let Some(object) = concerns.objects.get_mut(workflow.object.index()) {
                object.all.push(place);
                object.enrolling(guards, (place, workflow));
                let versions = program.versions(WorkflowId::at(place));
                for plan in versions.filter_map(|id| program.plan(id)) {
                    object.leaving(guards, (place, plan));
                }
            }
        }
        concerns
    }

    /// The same without its index.
    pub(super) fn naive(self) -> Self {
        Concerns {
            naive: true,
            ..self
        }
    }

    /// The workflows that can enrol a record, in the order of names (I6).
    #[must_use]
    pub(in crate::engine) fn enrolling(
        &self,
        object: ObjectId,
        touched: &Touched,
        sight: &impl Sight,
    ) -> Vec<usize> {
        let mut places = Vec::new();
        match self.objects.get(object.index()) {
            Some(of) if self.naive => return of.all.clone(),
            Some(of) => {
                for bucket in of.enrolling.touched(touched) {
                    bucket.find(sight, &mut places);
                }
            }
            None => {}
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Whether a workflow can let go whom it holds.
    #[must_use]
    pub(in crate::engine) fn lets_go(
        &self,
        object: ObjectId,
        touched: &Touched,
        workflow: usize,
    ) -> bool {
        let of = self.objects.get(object.index());
        self.naive
            || of.is_some_and(|of| {
                let mut lists = of.leaving.touched(touched);
                lists.any(|list| list.binary_search(&workflow).is_ok())
            })
    }

    /// The computed properties that change with a stored one.
    #[must_use]
    pub(in crate::engine) fn derived(
        &self,
        object: ObjectId,
        property: PropertyId,
    ) -> Option<&BTreeSet<PropertyId>> {
        self.objects.get(object.index())?.derived.get(&property)
    }
}

impl OfObject {
    /// Which computed properties each stored one is part of, through others
    /// too.
    fn derive(&mut self, sources: Sources<'_>, object: usize) {
        let Some(plan) = sources.program.objects.get(object) else {
            return;
        };
        let direct: BTreeMap<PropertyId, Vec<PropertyId>> = plan
            .computed
            .iter()
            .map(|(property, expression)| (*property, own_properties(sources, expression)))
            .collect();
        for computed in direct.keys() {
            let mut open = vec![*computed];
            let mut seen = BTreeSet::new();
            while let Some(part) = open.pop() {
                for from in direct.get(&part).into_iter().flatten() {
                    if seen.insert(*from) {
                        self.derived.entry(*from).or_default().insert(*computed);
                        open.push(*from);
                    }
                }
            }
        }
    }

    /// What can enrol a record in a workflow.
    fn enrolling(&mut self, guards: Guards<'_>, (place, workflow): (usize, &Workflow)) {
        let (mut conditions, mut triggers) = (Vec::new(), Vec::new());
        conditions.extend(&workflow.filters);
        triggers.extend(&workflow.events);
        for reenroll in &workflow.reenroll {
            match reenroll {
                Reenroll::Always => {}
                Reenroll::On(trigger) => triggers.push(trigger),
                Reenroll::When(condition) => conditions.push(condition),
            }
        }
        for condition in conditions {
            let mut things = read(guards, &condition.expression);
            things.insert(Thing::Created, 1);
            self.index(place, &guards.condition(condition), &things);
        }
        for trigger in triggers {
            let guard = guards.trigger(workflow.object, trigger);
            self.index(place, &guard, &occurring(guards, trigger));
        }
    }

    fn index(&mut self, place: usize, guard: &Guard, things: &Things) {
        for (thing, times) in things {
            let alone = match thing {
                Thing::Property(property) if *times == 1 => Some(*property),
                _ => None,
            };
            self.enrolling.of(*thing).add(place, guard, alone);
        }
    }

    /// What can take a record out of a version of a workflow (V3).
    fn leaving(&mut self, guards: Guards<'_>, (place, workflow): (usize, &Workflow)) {
        let leaving = workflow
            .filters
            .iter()
            .filter(|_| workflow.unenroll_on_leaving);
        let conditions = leaving
            .chain(&workflow.suppress)
            .chain(&workflow.unenroll)
            .chain(&workflow.goal);
        let mut things = Things::new();
        for condition in conditions {
            things.extend(read(guards, &condition.expression));
        }
        for trigger in &workflow.unenroll_on {
            things.extend(occurring(guards, trigger));
        }
        for thing in things.keys() {
            put(self.leaving.of(*thing), place);
        }
    }
}

/// What an event trigger listens to.
fn occurring(guards: Guards<'_>, trigger: &EventTrigger) -> Things {
    let mut things = Things::new();
    match &trigger.event {
        EventSource::Declared(event) => things.insert(Thing::Event(*event), 1),
        EventSource::ActionFailed => things.insert(Thing::Failed, 1),
        EventSource::Created => things.insert(Thing::Created, 1),
        // Its filter may read the property too.
        EventSource::Changed(property) => things.insert(Thing::Property(*property), 2),
        EventSource::Joined(segment) | EventSource::Left(segment) => {
            in_segment(guards, *segment, &mut things);
            things.insert(Thing::Created, 1)
        }
    };
    things
}

fn in_segment(guards: Guards<'_>, segment: SegmentId, things: &mut Things) {
    match guards.segments.get(&segment) {
        None => *things.entry(Thing::Segment(segment)).or_default() += 1,
        Some(condition) => {
            for (thing, times) in read(guards, &condition.expression) {
                *things.entry(thing).or_default() += times;
            }
        }
    }
}

/// What an expression reads, through segments too.
fn read(guards: Guards<'_>, expression: &Expression) -> Things {
    let mut things = Things::new();
    for read in reads(guards.sources, expression) {
        let thing = match (read.way.first(), read.leaf) {
            (Some(hop), _) => Thing::Association(hop.association),
            (None, Leaf::Property(property)) => Thing::Property(property),
            (None, Leaf::Links(_, association)) => Thing::Association(association),
            (None, Leaf::Trace(id)) => Thing::Trace(id),
            (None, Leaf::Segment(segment)) => {
                in_segment(guards, segment, &mut things);
                continue;
            }
            (None, Leaf::Record) => continue,
        };
        *things.entry(thing).or_default() += 1;
    }
    things
}

fn own_properties(sources: Sources<'_>, expression: &Expression) -> Vec<PropertyId> {
    let reads = reads(sources, expression).into_iter();
    reads
        .filter_map(|read| match (read.way.as_slice(), read.leaf) {
            ([], Leaf::Property(property)) => Some(property),
            _ => None,
        })
        .collect()
}
