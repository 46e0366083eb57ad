//! What of a program turns by the passing of time alone (E12): the conditions
//! whose turning counts, and the date triggers. When it turns is not known here.

use super::Prepared;
use super::reads::{Segments, Sources};
use super::things::{Thing, Things, Touched};
use crate::model::{ObjectId, SegmentId, WorkflowId};
use crate::plan::{Condition, EventTrigger, Expression, Node, Past, Reenroll, StepKind, Workflow};
use crate::semantic::hir::EventSource;

/// What turns with time, by object.
#[derive(Debug, Default)]
pub(in crate::engine) struct Timely {
    objects: Vec<OfObject>,
}

/// What turns with time for the records of an object.
#[derive(Debug, Default)]
pub(in crate::engine) struct OfObject {
    /// The workflows, older versions too.
    pub(in crate::engine) plans: Vec<OfPlan>,
    /// What it is read from.
    things: Things,
    /// Whether some of it counts for those inside alone.
    of_inside: bool,
}

/// What turns with time in one version of a workflow.
#[derive(Debug)]
pub(in crate::engine) struct OfPlan {
    /// The version.
    pub(in crate::engine) id: WorkflowId,
    /// The workflow.
    pub(in crate::engine) of: WorkflowId,
    /// What turns.
    pub(in crate::engine) parts: Vec<Part>,
}

/// One thing that turns with time, by its place in the workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Part {
    /// A filter trigger.
    Filter(usize),
    /// A `reenroll when`.
    Again(usize),
    /// A segment whose joining or leaving is an event.
    Segment(SegmentId),
    /// A segment that a wait waits to be joined or left (W3).
    Awaited(SegmentId),
    /// A date trigger.
    Date(usize),
    /// A `suppress`.
    Suppress(usize),
    /// An `unenroll when`.
    Unenroll(usize),
    /// The goal.
    Goal,
}

impl Part {
    /// The condition that turns; `None` for a date trigger.
    fn condition<'p>(self, segments: &'p Segments, plan: &'p Workflow) -> Option<&'p Condition> {
        match self {
            Part::Filter(place) => plan.filters.get(place),
            Part::Again(place) => match plan.reenroll.get(place)? {
                Reenroll::When(condition) => Some(condition),
                _ => None,
            },
            Part::Segment(segment) | Part::Awaited(segment) => segments.get(&segment),
            Part::Suppress(place) => plan.suppress.get(place),
            Part::Unenroll(place) => plan.unenroll.get(place),
            Part::Goal => plan.goal.as_ref(),
            Part::Date(_) => None,
        }
    }
}

impl OfPlan {
    /// Whether a part counts only for records that are inside.
    pub(in crate::engine) fn needs_inside(&self, part: Part) -> bool {
        let of_inside = matches!(
            part,
            Part::Awaited(_) | Part::Suppress(_) | Part::Unenroll(_) | Part::Goal
        );
        self.id != self.of || of_inside
    }
}

impl OfObject {
    /// Whether what turns may turn at another time now.
    pub(in crate::engine) fn concerns(&self, touched: &Touched, has_moved: bool) -> bool {
        touched.created || (has_moved && self.of_inside) || self.things.are_touched(touched)
    }

    fn add(&mut self, sources: Sources<'_>, (of, plan): (OfPlan, &Workflow)) {
        for part in &of.parts {
            self.of_inside |= of.needs_inside(*part);
            if let Part::Date(place) = part
                && let Some(trigger) = plan.dates.get(*place)
            {
                self.things.add(Thing::Property(trigger.property));
            }
            if let Some(condition) = part.condition(sources.segments, plan) {
                self.things.add_expression(sources, &condition.expression);
            }
        }
        self.plans.push(of);
    }
}

impl Timely {
    pub(super) fn of(sources: Sources<'_>) -> Self {
        let catalog = &sources.program.catalog;
        let mut timely = Timely {
            objects: (0..catalog.objects.len())
                .map(|_| OfObject::default())
                .collect(),
        };
        for id in catalog.workflows.ids() {
            for version in sources.program.versions(id) {
                timely.add(sources, (id, version));
            }
        }
        timely
    }

    fn add(&mut self, sources: Sources<'_>, (of, id): (WorkflowId, WorkflowId)) {
        let Some(plan) = sources.program.plan(id) else {
            return;
        };
        let object = self.objects.get_mut(plan.object.index());
        let parts = parts(sources, plan, of == id);
        if let Some(object) = object.filter(|_| !parts.is_empty()) {
            object.add(sources, (OfPlan { id, of, parts }, plan));
        }
    }
}

/// What turns with time in a workflow, or in an older version of one, from which
/// records only leave (V3).
fn parts(sources: Sources<'_>, plan: &Workflow, is_current: bool) -> Vec<Part> {
    let all = |count: usize, part: fn(usize) -> Part| (0..count).map(part);
    let entering = all(plan.reenroll.len(), Part::Again)
        .chain(all(plan.dates.len(), Part::Date))
        .filter(|_| is_current);
    let filters = all(plan.filters.len(), Part::Filter);
    let filters = filters.filter(|_| is_current || plan.unenroll_on_leaving);
    let leaving = all(plan.suppress.len(), Part::Suppress)
        .chain(all(plan.unenroll.len(), Part::Unenroll))
        .chain(plan.goal.iter().map(|_| Part::Goal));
    let followed = followed(plan, is_current).map(Part::Segment);
    let awaited = awaited(plan).map(Part::Awaited);
    let found = entering.chain(filters).chain(leaving);
    let found = found.chain(followed).chain(awaited);
    let turns = |part: &Part| match part.condition(sources.segments, plan) {
        Some(condition) => sources.moves(&condition.expression),
        None => matches!(part, Part::Date(_)),
    };
    found.filter(turns).collect()
}

/// The segments whose joining or leaving is an event of a workflow.
fn followed(plan: &Workflow, is_current: bool) -> impl Iterator<Item = SegmentId> {
    let again = plan.reenroll.iter().filter_map(|reenroll| match reenroll {
        Reenroll::On(trigger) => Some(&**trigger),
        _ => None,
    });
    let entering = plan.events.iter().chain(again).filter(move |_| is_current);
    entering.chain(&plan.unenroll_on).filter_map(segment)
}

/// The segments whose joining or leaving a wait of a workflow waits for.
fn awaited(plan: &Workflow) -> impl Iterator<Item = SegmentId> {
    let waits = plan.steps.iter().filter_map(|step| match &step.kind {
        StepKind::Await(wait) => Some(wait.triggers()),
        _ => None,
    });
    waits.flatten().filter_map(segment)
}

/// The segment whose joining or leaving an event is.
fn segment(trigger: &EventTrigger) -> Option<SegmentId> {
    match trigger.event {
        EventSource::Joined(segment) | EventSource::Left(segment) => Some(segment),
        _ => None,
    }
}

impl Sources<'_> {
    /// Whether time alone can change the value of an expression.
    fn moves(self, expression: &Expression) -> bool {
        let mut parts = expression.with_inner().into_iter();
        parts.any(|part| part.nodes().any(|(_, node, _)| self.node(node)))
    }

    fn node(self, node: &Node) -> bool {
        match node {
            Node::Now | Node::Today | Node::Relative(..) | Node::Within(..) => true,
            Node::InSegment(segment) => self.segment(*segment),
            Node::Past(past) => match &**past {
                Past::InSegment(segment) => self.segment(*segment),
                past => self.traces.moves(past),
            },
            _ => false,
        }
    }

    fn segment(self, segment: SegmentId) -> bool {
        let condition = self.segments.get(&segment);
        condition.is_some_and(|condition| self.moves(&condition.expression))
    }
}

impl Prepared {
    /// What turns with time for the records of an object.
    pub(in crate::engine) fn timely(&self, object: ObjectId) -> Option<&OfObject> {
        let of = self.timely.objects.get(object.index());
        of.filter(|of| !of.plans.is_empty())
    }

    /// The condition of a part of a workflow.
    pub(in crate::engine) fn turning<'p>(
        &'p self,
        plan: &'p Workflow,
        part: Part,
    ) -> Option<&'p Condition> {
        part.condition(&self.segments, plan)
    }

    /// Whether time alone can change the value of an expression.
    pub(in crate::engine) fn moves(&self, expression: &Expression) -> bool {
        self.sources().moves(expression)
    }
}
