//! What waits for events and conditions watch: which deliveries can end them.
//! Whether one does is not known here.

use std::collections::{BTreeMap, BTreeSet};

use super::concerns::Touched;
use super::reads::{Leaf, Sources, reads};
use crate::engine::kept::TraceId;
use crate::model::{AssociationId, PropertyId, SegmentId, WorkflowId};
use crate::plan::{Await, Awaited, Expression, StepKind};
use crate::semantic::hir::EventSource;

/// The waits of a program with what each of them watches.
#[derive(Debug, Default)]
pub(in crate::engine) struct Watches {
    steps: BTreeMap<(WorkflowId, usize), Watch>,
}

/// What one wait watches.
#[derive(Debug, Default)]
struct Watch {
    events: Vec<EventSource>,
    properties: BTreeSet<PropertyId>,
    associations: BTreeSet<AssociationId>,
    segments: BTreeSet<SegmentId>,
    traces: BTreeSet<TraceId>,
    /// Segments whose conditions are watched already.
    read: BTreeSet<SegmentId>,
}

impl Watches {
    pub(super) fn of(sources: Sources<'_>) -> Self {
        let program = sources.program;
        let mut steps = BTreeMap::new();
        for (id, plan) in program.plans().enumerate() {
            for (place, step) in plan.steps.iter().enumerate() {
                if let StepKind::Await(wait) = &step.kind {
                    let watch = Watch::of(sources, wait);
                    steps.insert((WorkflowId::at(id), place), watch);
                }
            }
        }
        Watches { steps }
    }

    /// Whether what a delivery has touched can end a wait.
    #[must_use]
    pub(in crate::engine) fn concern(
        &self,
        (workflow, step): (WorkflowId, usize),
        touched: &Touched,
    ) -> bool {
        let watch = self.steps.get(&(workflow, step));
        watch.is_some_and(|watch| watch.is_touched(touched))
    }
}

impl Watch {
    fn of(sources: Sources<'_>, wait: &Await) -> Self {
        let mut watch = Watch::default();
        for arm in &wait.arms {
            match &arm.test {
                Awaited::Event(trigger, _) => watch.event(sources, &trigger.event),
                Awaited::Holds(condition) => watch.condition(sources, &condition.expression),
                Awaited::Timeout => {}
            }
        }
        watch
    }

    fn event(&mut self, sources: Sources<'_>, event: &EventSource) {
        match event {
            EventSource::Declared(_) | EventSource::ActionFailed => self.events.push(event.clone()),
            EventSource::Changed(property) => {
                self.properties.insert(*property);
            }
            EventSource::Joined(segment) | EventSource::Left(segment) => {
                self.segment(sources, *segment);
            }
            // A record that waits was created before.
            EventSource::Created => {}
        }
    }

    fn segment(&mut self, sources: Sources<'_>, segment: SegmentId) {
        if !self.read.insert(segment) {
            return;
        }
        let mut plans = sources.program.segments.iter();
        match plans.find(|plan| plan.segment == segment) {
            Some(plan) => self.condition(sources, &plan.condition.expression),
            None => {
                self.segments.insert(segment);
            }
        }
    }

    fn condition(&mut self, sources: Sources<'_>, expression: &Expression) {
        for read in reads(sources, expression) {
            match (read.way.first(), read.leaf) {
                (Some(hop), _) => {
                    self.associations.insert(hop.association);
                }
                (None, Leaf::Property(property)) => {
                    self.properties.insert(property);
                }
                (None, Leaf::Links(_, association)) => {
                    self.associations.insert(association);
                }
                (None, Leaf::Trace(id)) => {
                    self.traces.insert(id);
                }
                (None, Leaf::Segment(segment)) => self.segment(sources, segment),
                (None, Leaf::Record) => {}
            }
        }
    }

    fn is_touched(&self, touched: &Touched) -> bool {
        let event = touched.event.as_ref();
        event.is_some_and(|event| self.events.contains(event))
            || !self.properties.is_disjoint(&touched.properties)
            || !self.associations.is_disjoint(&touched.associations)
            || !self.segments.is_disjoint(&touched.segments)
            || !self.traces.is_disjoint(&touched.traces)
    }
}
