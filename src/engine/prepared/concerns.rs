//! Which workflows a change concerns: what makes the cost of an input depend
//! on those that can be meant, not on all.

use std::collections::{BTreeMap, BTreeSet};

use super::reads::{Leaf, reads};
use crate::model::{AssociationId, EventId, ObjectId, PropertyId, SegmentId, WorkflowId};
use crate::plan::{Condition, EventTrigger, Expression, Program, Reenroll, Workflow};
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
    /// An event.
    pub(in crate::engine) event: Option<EventSource>,
}

impl Touched {
    /// Whether anything happened that a condition could see.
    #[must_use]
    pub(in crate::engine) fn is_empty(&self) -> bool {
        !self.created
            && self.properties.is_empty()
            && self.associations.is_empty()
            && self.segments.is_empty()
            && self.event.is_none()
    }
}

/// The workflows of an object, by what concerns them. Each list is in the
/// order of names.
#[derive(Debug, Default)]
struct OfObject {
    all: Vec<usize>,
    created: Vec<usize>,
    properties: BTreeMap<PropertyId, Vec<usize>>,
    associations: BTreeMap<AssociationId, Vec<usize>>,
    segments: BTreeMap<SegmentId, Vec<usize>>,
    events: BTreeMap<EventId, Vec<usize>>,
    failed: Vec<usize>,
    /// Segments whose conditions were read for the workflow at hand.
    read: BTreeSet<(usize, SegmentId)>,
    /// Computed properties by what they are computed from.
    derived: BTreeMap<PropertyId, BTreeSet<PropertyId>>,
}

/// Which workflows a change concerns.
#[derive(Debug)]
pub(in crate::engine) struct Concerns {
    objects: Vec<OfObject>,
}

impl Concerns {
    pub(super) fn of(program: &Program) -> Self {
        let objects = program.catalog.objects.len();
        let mut concerns = Concerns {
            objects: (0..objects).map(|_| OfObject::default()).collect(),
        };
        for (place, object) in concerns.objects.iter_mut().enumerate() {
            object.derive(program, place);
        }
        for (place, workflow) in program.workflows().iter().enumerate() {
            if let Some(object) = concerns.objects.get_mut(workflow.object.index()) {
                object.all.push(place);
                object.add(program, (place, workflow));
                let older = program.versions(WorkflowId::at(place)).skip(1);
                for plan in older.filter_map(|id| program.plan(id)) {
                    object.add_older(program, (place, plan));
                }
            }
        }
        concerns
    }

    /// The workflows that something concerns, in the order of names (I6).
    #[must_use]
    pub(in crate::engine) fn concerned(&self, object: ObjectId, touched: &Touched) -> Vec<usize> {
        let Some(of) = self.objects.get(object.index()) else {
            return Vec::new();
        };
        if touched.created {
            return of.created.clone();
        }
        let mut lists: Vec<&Vec<usize>> = Vec::new();
        lists.extend(
            touched
                .properties
                .iter()
                .filter_map(|p| of.properties.get(p)),
        );
        lists.extend(
            touched
                .associations
                .iter()
                .filter_map(|a| of.associations.get(a)),
        );
        lists.extend(touched.segments.iter().filter_map(|s| of.segments.get(s)));
        match &touched.event {
            Some(EventSource::Declared(event)) => lists.extend(of.events.get(event)),
            Some(EventSource::ActionFailed) => lists.push(&of.failed),
            _ => {}
        }
        match lists.as_slice() {
            [] => Vec::new(),
            [only] => (*only).clone(),
            _ => {
                let all: BTreeSet<usize> = lists.into_iter().flatten().copied().collect();
                all.into_iter().collect()
            }
        }
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
    fn derive(&mut self, program: &Program, object: usize) {
        let Some(plan) = program.objects.get(object) else {
            return;
        };
        let direct: BTreeMap<PropertyId, Vec<PropertyId>> = plan
            .computed
            .iter()
            .map(|(property, expression)| (*property, own_properties(expression)))
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

    fn add(&mut self, program: &Program, (place, workflow): (usize, &Workflow)) {
        let mut whenever = false;
        for condition in transitions(workflow) {
            whenever = true;
            self.read(program, place, &condition.expression);
        }
        let triggers = workflow.events.iter().chain(&workflow.unenroll_on);
        let again = workflow
            .reenroll
            .iter()
            .filter_map(|reenroll| match reenroll {
                Reenroll::On(trigger) => Some(&**trigger),
                _ => None,
            });
        for trigger in triggers.chain(again) {
            whenever |= self.trigger(program, place, trigger);
        }
        if whenever {
            put(&mut self.created, place);
        }
    }

    /// What takes those out who are inside an older version (V3).
    fn add_older(&mut self, program: &Program, (place, workflow): (usize, &Workflow)) {
        let leaving = workflow
            .filters
            .iter()
            .filter(|_| workflow.unenroll_on_leaving);
        let conditions = leaving
            .chain(&workflow.suppress)
            .chain(&workflow.unenroll)
            .chain(&workflow.goal);
        for condition in conditions {
            self.read(program, place, &condition.expression);
        }
        for trigger in &workflow.unenroll_on {
            self.trigger(program, place, trigger);
        }
    }

    /// Notes an event; returns whether a creation may be the event.
    fn trigger(&mut self, program: &Program, place: usize, trigger: &EventTrigger) -> bool {
        match &trigger.event {
            EventSource::Declared(event) => put(self.events.entry(*event).or_default(), place),
            EventSource::ActionFailed => put(&mut self.failed, place),
            EventSource::Created => return true,
            EventSource::Changed(property) => {
                put(self.properties.entry(*property).or_default(), place);
            }
            EventSource::Joined(segment) | EventSource::Left(segment) => {
                self.segment(program, place, *segment);
                return true;
            }
        }
        false
    }

    fn segment(&mut self, program: &Program, place: usize, segment: SegmentId) {
        if !self.read.insert((place, segment)) {
            return;
        }
        let plan = program.segments.iter().find(|plan| plan.segment == segment);
        match plan {
            Some(plan) => self.read(program, place, &plan.condition.expression),
            None => put(self.segments.entry(segment).or_default(), place),
        }
    }

    fn read(&mut self, program: &Program, place: usize, expression: &Expression) {
        for read in reads(expression) {
            match (read.way.first(), read.leaf) {
                (Some(hop), _) => {
                    put(self.associations.entry(hop.association).or_default(), place);
                }
                (None, Leaf::Property(property)) => {
                    put(self.properties.entry(property).or_default(), place);
                }
                (None, Leaf::Links(_, association)) => {
                    put(self.associations.entry(association).or_default(), place);
                }
                (None, Leaf::Segment(segment)) => self.segment(program, place, segment),
                (None, Leaf::Record) => {}
            }
        }
    }
}

/// The conditions whose turning true counts.
fn transitions(workflow: &Workflow) -> impl Iterator<Item = &Condition> {
    let again = workflow
        .reenroll
        .iter()
        .filter_map(|reenroll| match reenroll {
            Reenroll::When(condition) => Some(condition),
            _ => None,
        });
    workflow
        .filters
        .iter()
        .chain(&workflow.suppress)
        .chain(&workflow.unenroll)
        .chain(&workflow.goal)
        .chain(again)
}

fn own_properties(expression: &Expression) -> Vec<PropertyId> {
    let reads = reads(expression).into_iter();
    reads
        .filter_map(|read| match (read.way.as_slice(), read.leaf) {
            ([], Leaf::Property(property)) => Some(property),
            _ => None,
        })
        .collect()
}

/// Adds a place to an ascending list, once.
fn put(list: &mut Vec<usize>, place: usize) {
    if list.last() != Some(&place) {
        list.push(place);
    }
}
