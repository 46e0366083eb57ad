//! Waits for events and conditions: their arms, with the blocks that follow.

use super::Lowering;
use super::step::{Place, named};
use crate::plan::{Await, Awaited, Case, Step};
use crate::semantic::hir;

impl Lowering<'_> {
    pub(super) fn awaiting(
        self,
        wait: &hir::Await,
        place: Place<'_>,
        into: &mut Vec<Step>,
    ) -> Await {
        let arms = wait.arms.iter().map(|arm| Case {
            label: String::new(),
            doc: arm.doc.clone(),
            test: self.awaited(arm),
            entry: match &arm.steps {
                Some(steps) => self.inner(steps, place, into),
                None => place.after,
            },
            span: arm.head,
            text: self.text(arm.head),
        });
        Await {
            arms: arms.collect(),
            max: wait.max,
            has_blocks: wait.arms.iter().any(|arm| arm.steps.is_some()),
        }
    }

    fn awaited(self, arm: &hir::Arm) -> Awaited {
        match &arm.until {
            hir::Until::Event(trigger) => {
                let binding = arm.binding.as_ref().map(named);
                Awaited::Event(Box::new(self.trigger(trigger)), binding)
            }
            hir::Until::Holds(condition) => Awaited::Holds(self.condition(condition)),
            hir::Until::Timeout => Awaited::Timeout,
        }
    }
}
