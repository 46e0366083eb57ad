//! What a record is asked for. What it does about it is decided elsewhere.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Answered, Attempt, Key, Made, Outcome, Writer};
use crate::base::{Name, Timestamp, Uid};
use crate::engine::call::Call;
use crate::engine::decision::Reason;
use crate::engine::enrolment::Occurrence;
use crate::engine::heard::{Heard, Side};
use crate::engine::record::{RecordCell, Slot};
use crate::model::{AssociationId, ObjectId, PropertyId, SegmentId, Value, WorkflowId};
use crate::syntax::ast::SetOp;

/// What a record is asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// To come into being.
    Create {
        /// What it is.
        object: ObjectId,
        /// Its first values.
        values: Vec<Write>,
        /// The import that brings it.
        import: Option<Arc<str>>,
        /// The step that makes it.
        made: Option<Box<Made>>,
    },
    /// To take values.
    Write {
        /// The values.
        values: Vec<Write>,
        /// The import that brings them.
        import: Option<Arc<str>>,
        /// The step that writes them.
        writer: Option<Writer>,
    },
    /// To carry out what waited for a claim.
    Claimed {
        /// The claim.
        claim: Uid,
        /// The values that are its own now.
        keys: Vec<Key>,
        /// The property whose value another record has.
        refused: Option<PropertyId>,
        /// What waited.
        then: Box<Request>,
    },
    /// To link itself with a record; `None` frees a `one` association.
    Link {
        /// The association.
        association: AssociationId,
        /// The other record.
        other: Option<Uid>,
        /// The label of the link.
        label: Option<Name>,
        /// The step that links.
        writer: Option<Writer>,
    },
    /// To unlink itself from a record, or to take a label away.
    Unlink {
        /// The association.
        association: AssociationId,
        /// The other record.
        other: Uid,
        /// The label; the whole link where there is none.
        label: Option<Name>,
        /// The step that unlinks.
        writer: Option<Writer>,
    },
    /// To say that it is the record that a step means by its identity.
    Find {
        /// What the asked record must be.
        object: ObjectId,
        /// What the record of the step is asked then.
        then: Box<Request>,
    },
    /// To take the other end of a link.
    Offer {
        /// What the asked record must be.
        object: ObjectId,
        /// From which side the asked record sees it.
        side: Side,
        /// The label.
        label: Option<Name>,
        /// What the asking record lets it know.
        heard: Heard,
        /// The step that links.
        writer: Option<Writer>,
    },
    /// To take its own end of a link: the other one stands.
    Accept {
        /// From which side the asked record sees it.
        side: Side,
        /// The label.
        label: Option<Name>,
        /// What the other record lets it know.
        heard: Heard,
        /// What it was let know by the offer.
        offered: Heard,
        /// The step that links.
        writer: Option<Writer>,
    },
    /// To note that there is no other end: no such record is there.
    Declined {
        /// From which side the asked record would have seen it.
        side: Side,
        /// The other record.
        other: Uid,
        /// The step that links.
        writer: Option<Writer>,
    },
    /// To carry out what waited for a link under way.
    InTurn(Slot, Box<Request>),
    /// To write what waited for a claim under way.
    AfterClaim(Uid, Box<Request>),
    /// To drop its end of a link, or a label of it.
    Unlinked {
        /// From which side the asked record sees it.
        side: Side,
        /// The other record.
        other: Uid,
        /// The label; the whole link where there is none.
        label: Option<Name>,
    },
    /// To note changed values of a linked record (E13): for each link with it,
    /// from which side the asked record sees it, and the values.
    Hear(Vec<(Side, Heard)>),
    /// To take its end of a link with a record that was restored, or that
    /// another one was merged into.
    Rejoin {
        /// From which side the asked record sees it.
        side: Side,
        /// From which side the asking record does.
        back: Side,
        /// The record that was merged, whose end it was.
        instead_of: Option<Uid>,
        /// The asked record as the asking one knows it: it may be another's by now.
        known_as: Uid,
        /// The labels.
        labels: BTreeSet<Name>,
        /// What the asking record lets it know.
        heard: Heard,
    },
    /// To note what a record is like that has taken its end, and as which it was
    /// asked: nothing turns true by it (E2).
    HeardAgain(Side, Heard, Uid),
    /// To be deleted, by a step where there is one.
    Delete(Option<Writer>),
    /// To be there again.
    Restore,
    /// To take another record in (L4).
    Merge(Uid),
    /// To give all that it is to another record.
    Yield {
        /// To which.
        to: Uid,
        /// What that one is.
        object: ObjectId,
    },
    /// To take what a record was that has yielded.
    Absorb(Box<RecordCell>),
    /// To note that it has not come to a merge, and why.
    NotMerged(Arc<str>),
    /// To have an event.
    Event(Arc<Occurrence>),
    /// To enrol (E6).
    Enroll {
        /// In which workflow.
        workflow: WorkflowId,
        /// The step that asks; a person where there is none.
        writer: Option<Writer>,
    },
    /// To enrol if a filter trigger holds, as the workflow is turned on (E9).
    EnrollExisting(WorkflowId),
    /// To leave a workflow.
    Unenroll {
        /// Which; all but that of the step where there is none.
        workflow: Option<WorkflowId>,
        /// The step that asks; a person where there is none.
        writer: Option<Writer>,
    },
    /// To join or leave a static segment.
    Member {
        /// Which.
        segment: SegmentId,
        /// Whether it joins.
        joins: bool,
        /// The step that asks.
        writer: Option<Writer>,
    },
    /// To let an enrolment go on: a written record has answered.
    Reply {
        /// Which enrolment.
        enrolment: Uid,
        /// What the record has answered.
        answer: Answered,
    },
    /// To let an enrolment, or an action that was put back, go on: its time has
    /// come.
    Due {
        /// Which enrolment, or which action by its key.
        enrolment: Uid,
        /// The time.
        due: Timestamp,
    },
    /// To look at what time alone has turned by then (E12).
    Wake {
        /// The time.
        due: Timestamp,
    },
    /// To enrol, if the condition of a schedule holds whose time has come.
    Scheduled {
        /// In which workflow.
        workflow: WorkflowId,
        /// Which of its schedules.
        schedule: usize,
        /// The time.
        due: Timestamp,
    },
    /// To judge again whether an attempt may begin (A8).
    Attempt(Attempt),
    /// To note what came of an attempt.
    Finished(Attempt, Outcome),
    /// To put an action back: its last attempt, what was rendered, and the key of
    /// its enrolment (A4).
    Retry(Attempt, Arc<Call>, Arc<str>),
    /// To see what became of its own enrolments: which began, and which ended
    /// why.
    Went(Vec<(WorkflowId, Option<Reason>)>),
}

impl Request {
    /// What it writes.
    #[must_use]
    pub fn writes(&self) -> &[Write] {
        match self {
            Request::Create { values, .. } | Request::Write { values, .. } => values,
            _ => &[],
        }
    }

    /// The step that makes the record, where one does.
    #[must_use]
    pub fn made(&self) -> Option<&Made> {
        match self {
            Request::Create { made, .. } => made.as_deref(),
            Request::Claimed { then, .. } => then.made(),
            _ => None,
        }
    }

    /// The step that waits for the answer.
    #[must_use]
    pub fn writer(&self) -> Option<Writer> {
        match self {
            Request::Write { writer, .. }
            | Request::Link { writer, .. }
            | Request::Unlink { writer, .. }
            | Request::Unenroll { writer, .. }
            | Request::Offer { writer, .. }
            | Request::Accept { writer, .. }
            | Request::Declined { writer, .. }
            | Request::Enroll { writer, .. }
            | Request::Member { writer, .. } => *writer,
            Request::Delete(writer) => *writer,
            Request::Create { .. } => self.made().map(|made| made.writer),
            Request::Claimed { then, .. }
            | Request::InTurn(_, then)
            | Request::AfterClaim(_, then)
            | Request::Find { then, .. } => then.writer(),
            _ => None,
        }
    }

    /// Names the other record, once it is found.
    pub(in crate::engine) fn point_at(&mut self, record: Uid) {
        match self {
            Request::Link { other, .. } => *other = Some(record),
            Request::Unlink { other, .. } | Request::Merge(other) => *other = record,
            _ => {}
        }
    }
}

/// One write of a property.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// Which property.
    pub property: PropertyId,
    /// How.
    pub op: WriteOp,
    /// The operand; unknown where `None`.
    pub value: Option<Value>,
}

/// How a property is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteOp {
    /// By `=`, `+=` or `-=`.
    Set(SetOp),
    /// Back to its default, or unknown.
    Clear,
}

/// The labels of a link that has one label, or none.
#[must_use]
pub fn labels(label: Option<&Name>) -> BTreeSet<Name> {
    label.into_iter().cloned().collect()
}
