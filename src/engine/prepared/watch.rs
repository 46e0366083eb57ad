//! What waits for events and conditions watch: which deliveries can end them.
//! Whether one does is not known here.

use std::collections::{BTreeMap, BTreeSet};

use super::reads::Sources;
use super::things::{Things, Touched};
use crate::model::WorkflowId;
use crate::plan::{Await, Awaited, StepKind};
use crate::semantic::hir::EventSource;

/// The waits of a program with what each of them watches.
#[derive(Debug, Default)]
pub(in crate::engine) struct Watches {
    steps: BTreeMap<(WorkflowId, usize), Things>,
    /// Those that wait for a segment to be joined or left, which time alone may
    /// bring (E12).
    following: BTreeSet<(WorkflowId, usize)>,
}

impl Watches {
    pub(super) fn of(sources: Sources<'_>) -> Self {
        let program = sources.program;
        let mut watches = Watches::default();
        for (id, plan) in program.plans().enumerate() {
            for (place, step) in plan.steps.iter().enumerate() {
                if let StepKind::Await(wait) = &step.kind {
                    let watched = watched(sources, wait);
                    let step = (WorkflowId::at(id), place);
                    watches.steps.insert(step, watched);
                    watches.following.extend(follows(wait).then_some(step));
                }
            }
        }
        watches
    }

    /// Whether what a delivery has touched can end a wait.
    #[must_use]
    pub(in crate::engine) fn concern(
        &self,
        (workflow, step): (WorkflowId, usize),
        touched: &Touched,
    ) -> bool {
        let step = (workflow, step);
        let watched = self.steps.get(&step);
        watched.is_some_and(|watched| watched.are_touched(touched))
            || touched.time && self.following.contains(&step)
    }
}

fn follows(wait: &Await) -> bool {
    let is_segment =
        |event: &EventSource| matches!(event, EventSource::Joined(_) | EventSource::Left(_));
    let mut triggers = wait.triggers();
    triggers.any(|trigger| is_segment(&trigger.event))
}

fn watched(sources: Sources<'_>, wait: &Await) -> Things {
    let mut things = Things::default();
    for arm in &wait.arms {
        match &arm.test {
            Awaited::Event(trigger, _) => things.add_event(sources, &trigger.event),
            Awaited::Holds(condition) => things.add_expression(sources, &condition.expression),
            Awaited::Timeout => {}
        }
    }
    things
}
