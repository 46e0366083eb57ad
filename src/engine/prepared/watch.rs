//! What waits for events and conditions watch: which deliveries can end them.
//! Whether one does is not known here.

use std::collections::BTreeMap;

use super::reads::Sources;
use super::things::{Things, Touched};
use crate::model::WorkflowId;
use crate::plan::{Await, Awaited, StepKind};

/// The waits of a program with what each of them watches.
#[derive(Debug, Default)]
pub(in crate::engine) struct Watches {
    steps: BTreeMap<(WorkflowId, usize), Things>,
}

impl Watches {
    pub(super) fn of(sources: Sources<'_>) -> Self {
        let program = sources.program;
        let mut steps = BTreeMap::new();
        for (id, plan) in program.plans().enumerate() {
            for (place, step) in plan.steps.iter().enumerate() {
                if let StepKind::Await(wait) = &step.kind {
                    let watched = watched(sources, wait);
                    steps.insert((WorkflowId::at(id), place), watched);
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
        let watched = self.steps.get(&(workflow, step));
        watched.is_some_and(|watched| watched.are_touched(touched))
    }
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
