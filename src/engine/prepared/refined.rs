//! The triggers that count: which occurrences, and within which bounds.

use crate::base::Unit;
use crate::model::{EventId, WorkflowId};
use crate::plan::{EventTrigger, Expression, Node, Program, Refinement};
use crate::semantic::hir::EventSource;

/// An event trigger with a refinement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Refined {
    /// The event, where it is a declared one.
    pub(in crate::engine) event: Option<EventId>,
    /// The workflow.
    pub(in crate::engine) workflow: WorkflowId,
    /// The place among the event triggers of the workflow.
    pub(in crate::engine) trigger: usize,
    /// How its bounds move.
    pub(in crate::engine) bound: Bound,
}

/// How the bounds of a refinement move with time (E14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Bound {
    /// Not at all.
    Fixed,
    /// From day to day.
    Days,
    /// At any instant.
    Instants,
}

/// The refined triggers of a program, in the order of workflows and text.
pub(super) fn of(program: &Program) -> Vec<Refined> {
    let workflows = program.catalog.workflows.ids().zip(program.workflows());
    workflows
        .flat_map(|(workflow, plan)| {
            let triggers = plan.events.iter().enumerate();
            let refined = triggers.filter(|(_, trigger)| !trigger.refinements.is_empty());
            refined.map(move |(place, trigger)| Refined {
                event: declared(trigger),
                workflow,
                trigger: place,
                bound: bound(&trigger.refinements),
            })
        })
        .collect()
}

fn declared(trigger: &EventTrigger) -> Option<EventId> {
    match trigger.event {
        EventSource::Declared(event) => Some(event),
        _ => None,
    }
}

/// How the bounds of refinements move.
pub(super) fn bound(refinements: &[Refinement]) -> Bound {
    let bounds = refinements.iter().map(|refinement| match refinement {
        Refinement::AtLeast(_) | Refinement::AtMost(_) | Refinement::Exactly(_) => Bound::Fixed,
        Refinement::Within(_, amount, _) => by_unit(amount.unit),
        Refinement::Between(low, high) => wider(of_point(low), of_point(high)),
        Refinement::Before(point) | Refinement::After(point) => of_point(point),
    });
    bounds.fold(Bound::Fixed, wider)
}

fn of_point(point: &Expression) -> Bound {
    let moving = point.nodes().map(|(_, node, _)| match node {
        Node::Now => Bound::Instants,
        Node::Today => Bound::Days,
        Node::Relative(amount, _) => by_unit(amount.unit),
        _ => Bound::Fixed,
    });
    moving.fold(Bound::Fixed, wider)
}

fn by_unit(unit: Unit) -> Bound {
    match unit {
        Unit::Second | Unit::Minute | Unit::Hour => Bound::Instants,
        Unit::Day | Unit::Week | Unit::Month | Unit::Year => Bound::Days,
    }
}

fn wider(one: Bound, other: Bound) -> Bound {
    match (one, other) {
        (Bound::Instants, _) | (_, Bound::Instants) => Bound::Instants,
        (Bound::Days, _) | (_, Bound::Days) => Bound::Days,
        _ => Bound::Fixed,
    }
}
