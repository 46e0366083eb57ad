//! What conditions ask of the past.

use super::{EventSource, Expr, Refinement};
use crate::base::Duration;
use crate::model::{SegmentId, WorkflowId};
use crate::syntax::ast::EdgeKind;

pub use crate::syntax::ast::WorkflowTest;

/// A condition on what has happened. It is about the record of the innermost
/// `where` where the flag `member` is set, else about `this`.
#[derive(Debug, Clone)]
pub enum Past {
    /// `happened EVENT`.
    Happened(Box<Happened>),
    /// `x was ever v`, `x was ever in LIST`.
    Was {
        /// The property.
        value: Expr,
        /// What it was: a value of its type, or a list of such.
        other: Expr,
        /// Whether it was never that.
        never: bool,
    },
    /// `x changed within PERIOD`.
    Changed {
        /// The property.
        value: Expr,
        /// The period around now; counted units, or one calendar unit.
        period: (EdgeKind, Duration, bool),
        /// Whether it has not changed then.
        negated: bool,
    },
    /// `active in W` and its kin.
    Workflow {
        /// What is asked.
        test: WorkflowTest,
        /// The workflow.
        workflow: WorkflowId,
        /// Of whom.
        member: bool,
    },
    /// `imported from "…"`.
    Imported {
        /// The name of the import.
        name: Box<str>,
        /// Who.
        member: bool,
    },
    /// `in segment NAME`, of the record of the innermost `where`.
    InSegment(SegmentId),
}

/// `happened EVENT where C at least 3 times`.
#[derive(Debug, Clone)]
pub struct Happened {
    /// A declared event, or `action_failed`.
    pub event: EventSource,
    /// What must hold of the occurrence.
    pub filter: Option<Expr>,
    /// How often, or when (E14).
    pub refinements: Vec<Refinement>,
    /// To whom.
    pub member: bool,
}

impl Past {
    /// What the condition is called.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Past::Happened(_) => "happened",
            Past::Was { never: false, .. } => "was ever",
            Past::Was { .. } => "was never",
            Past::Changed { .. } => "changed within",
            Past::Workflow { test, .. } => test.words(),
            Past::Imported { .. } => "imported from",
            Past::InSegment(_) => "in segment inside the `where` of an association",
        }
    }

    /// Whether it turns true or false as time passes (E12).
    #[must_use]
    pub fn moves(&self) -> bool {
        match self {
            Past::Changed { .. } => true,
            Past::Happened(happened) => {
                let mut refinements = happened.refinements.iter();
                refinements.any(Refinement::moves)
            }
            _ => false,
        }
    }

    /// The expressions that it is made of, but for the filter of a `happened`,
    /// which is about occurrences.
    #[must_use]
    pub fn children(&self) -> Vec<&Expr> {
        match self {
            Past::Was { value, other, .. } => vec![value, other],
            Past::Changed { value, .. } => vec![value],
            _ => Vec::new(),
        }
    }
}
