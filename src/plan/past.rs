//! What compiled conditions ask of the past. How it is answered is not known
//! here.

use std::sync::Arc;

use super::{Condition, NodeId, Refinement};
use crate::base::Duration;
use crate::model::{ObjectId, PropertyId, SegmentId, WorkflowId};
use crate::semantic::hir::{EventSource, WorkflowTest};
use crate::syntax::ast::EdgeKind;

/// A condition on what has happened. It is about the record of the innermost
/// `where` where the flag `member` is set, else about the record at hand.
#[derive(Debug, Clone, PartialEq)]
pub enum Past {
    /// Whether an event happened so often (E14).
    Happened(Box<Happened>),
    /// Whether a property ever had a value, or one of a list.
    Was {
        /// The property, as it stands in the expression.
        value: NodeId,
        /// Which it is.
        property: (ObjectId, PropertyId),
        /// What it was: a value of its type, or a list of such.
        other: NodeId,
        /// Whether it was never that.
        never: bool,
    },
    /// Whether the last change of a property lies in a period: counted units,
    /// or one calendar unit.
    Changed {
        /// The property, as it stands in the expression.
        value: NodeId,
        /// Which it is.
        property: (ObjectId, PropertyId),
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
#[derive(Debug, Clone)]
pub struct Happened {
    /// Which event.
    pub event: EventSource,
    /// What must hold of the occurrence; it reads nothing else.
    pub filter: Option<Condition>,
    /// How often, or when.
    pub refinements: Vec<Refinement>,
    /// To whom.
    pub member: bool,
    /// Its text, white space folded: with the values in it, it tells what was
    /// counted for it from all else.
    pub text: Arc<str>,
}

/// They are the same if they ask the same.
impl PartialEq for Happened {
    fn eq(&self, other: &Self) -> bool {
        let asks = |of: &Self| (of.event.clone(), of.member, of.refinements.clone());
        asks(self) == asks(other) && self.filter == other.filter
    }
}
