//! What conditions ask of the past, as written.

use super::{EventTrigger, Expr, Ident, Period, Plain, RefinementKind};

/// A condition on what has happened.
#[derive(Debug, Clone)]
pub enum Past {
    /// `happened EVENT [where C] [refinement …]`.
    Happened(EventTrigger),
    /// `x was ever v`, `x was never in LIST`.
    Was {
        /// The property.
        value: Expr,
        /// Whether it says `never`.
        never: bool,
        /// Whether it says `in`.
        list: bool,
        /// What it was, or the list.
        other: Expr,
    },
    /// `x changed within PERIOD`; `not changed` where the flag is set.
    Changed(Expr, Period, bool),
    /// `active in W` and its kin.
    Workflow(WorkflowTest, Ident),
    /// `imported from "…"`.
    Imported(Plain),
}

/// What is asked of a record and a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkflowTest {
    /// `active in`.
    Active,
    /// `completed in`.
    Completed,
    /// `met goal of`.
    MetGoal,
    /// `ever enrolled in`.
    EverEnrolled,
}

impl WorkflowTest {
    /// The words of the condition.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            WorkflowTest::Active => "active in",
            WorkflowTest::Completed => "completed in",
            WorkflowTest::MetGoal => "met goal of",
            WorkflowTest::EverEnrolled => "ever enrolled in",
        }
    }
}

impl Past {
    /// Whether it follows a value, as a comparison does.
    #[must_use]
    pub fn is_postfix(&self) -> bool {
        matches!(self, Past::Was { .. } | Past::Changed(..))
    }

    /// The expressions that it is made of.
    #[must_use]
    pub fn children(&self) -> Vec<&Expr> {
        match self {
            Past::Happened(trigger) => {
                let refinements = trigger.refinements.iter();
                let points = refinements.flat_map(|refinement| match &refinement.kind {
                    RefinementKind::Between(low, high) => vec![low, high],
                    RefinementKind::Before(point) | RefinementKind::After(point) => vec![point],
                    _ => Vec::new(),
                });
                trigger.filter.iter().chain(points).collect()
            }
            Past::Was { value, other, .. } => vec![value, other],
            Past::Changed(value, ..) => vec![value],
            Past::Workflow(..) | Past::Imported(_) => Vec::new(),
        }
    }
}
