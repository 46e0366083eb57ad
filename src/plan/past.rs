//! What compiled conditions ask of the past. This version does not run them:
//! they are unknown.

use super::{Condition, NodeId, Refinement};
use crate::base::Duration;
use crate::model::{SegmentId, WorkflowId};
use crate::semantic::hir::{EventSource, WorkflowTest};
use crate::syntax::ast::EdgeKind;

/// A condition on what has happened. It is about the record of the innermost
/// `where` where the flag `member` is set, else about the record at hand.
#[derive(Debug, Clone, PartialEq)]
pub enum Past {
    /// Whether an event happened so often (E14).
    Happened(Box<Happened>),
    /// Whether a property ever had a value, or one of a list; never where the
    /// flag is set.
    Was(NodeId, NodeId, bool),
    /// Whether the last change of a property lies in a period: counted units,
    /// or one calendar unit.
    Changed {
        /// The property.
        value: NodeId,
        /// The period.
        period: (EdgeKind, Duration, bool),
        /// Whether it must not lie there.
        negated: bool,
    },
    /// What was of a record in a workflow.
    Workflow {
        /// What is asked.
        test: WorkflowTest,
        /// The workflow.
        workflow: WorkflowId,
        /// Of whom.
        member: bool,
    },
    /// Whether an import created or touched the record.
    Imported {
        /// The name of the import.
        name: Box<str>,
        /// Who.
        member: bool,
    },
    /// Membership of the record of the innermost `where`.
    InSegment(SegmentId),
}

/// An event in the past of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Happened {
    /// Which event.
    pub event: EventSource,
    /// What must hold of the occurrence; it reads nothing else.
    pub filter: Option<Condition>,
    /// How often, or when.
    pub refinements: Vec<Refinement>,
    /// To whom.
    pub member: bool,
}
