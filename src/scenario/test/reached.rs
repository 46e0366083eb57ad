//! What a test has come through: steps, and the cases of branches.

use std::collections::BTreeSet;

use super::log::Told;
use crate::base::Name;
use crate::engine::decision::What;

/// Steps and cases, by workflow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reached {
    /// The steps.
    pub steps: BTreeSet<(Name, Name)>,
    /// The cases, by what is told of them.
    pub cases: BTreeSet<(Name, Name, String)>,
}

impl Reached {
    pub(super) fn of(told: &[Told]) -> Self {
        let mut reached = Reached::default();
        for told in told {
            let (Some(workflow), Some(step)) = (&told.workflow, &told.step) else {
                continue;
            };
            let place = (workflow.clone(), step.clone());
            let case = match &told.entry.what {
                What::Branch { case, .. } => Some(case),
                What::WaitEnded(Some(ending)) => Some(&ending.case),
                _ => None,
            };
            if let Some(case) = case {
                let (workflow, step) = place.clone();
                reached.cases.insert((workflow, step, case.to_string()));
            }
            reached.steps.insert(place);
        }
        reached
    }

    /// Together with what another test has come through.
    #[must_use]
    pub fn and(mut self, other: Reached) -> Self {
        self.steps.extend(other.steps);
        self.cases.extend(other.cases);
        self
    }
}
