//! What a decision holds: the difference that it makes to its cell, what it
//! sends, what it asks of the outside, and what is told of it.

mod entry;
mod reason;

pub use self::entry::{Ending, Entry, What};
pub use self::reason::Reason;
pub use super::call::{Call, Rendered, RenderedMessage};

use std::sync::Arc;

use super::enrolment::Enrolment;
use super::message::{Address, Attempt, Claim, Delivery, Request, Switching};
use super::put_back::PutBack;
use super::rate::Rate;
use super::record::{Counter, CounterId, Kept, LinkEnd, RecordCell, Side, Slot, Tied, TraceId};
use super::schedule::{Cursor, ScheduleId};
use crate::base::{Name, Timestamp, Uid};
use crate::model::{ActionId, AssociationId, ObjectId, PropertyId, SegmentId, Value, WorkflowId};

/// What one delivery comes to. It is a plain value: `evolve` carries it out.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The cell that it is about.
    pub cell: Address,
    /// What the record is, where the cell is one.
    pub object: Option<ObjectId>,
    /// The difference, in order.
    pub changes: Vec<Change>,
    /// What is told of it (H1), in order.
    pub entries: Vec<Entry>,
    /// What it sends, in order.
    pub messages: Vec<Delivery>,
    /// What is asked of the outside, in order.
    pub actions: Vec<Action>,
    /// What the sender of the outside input is told.
    pub answer: Option<Answer>,
    /// When time alone next turns something for the record. It follows from the
    /// record, so that it is no part of what a decision is known by.
    pub wake: Wake,
}

impl Decision {
    /// Whether nothing comes of it.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let silent = self.entries.is_empty() && self.messages.is_empty();
        silent && self.changes.is_empty() && self.actions.is_empty()
    }
}

/// When a record is next looked at because time has passed (E12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wake {
    /// When it was.
    #[default]
    Stands,
    /// Then.
    At(Timestamp),
    /// Never.
    Never,
}

impl Decision {
    /// A decision that does nothing yet.
    #[must_use]
    pub fn about(cell: Address) -> Self {
        Decision {
            cell,
            object: None,
            changes: Vec::new(),
            entries: Vec::new(),
            messages: Vec::new(),
            actions: Vec::new(),
            answer: None,
            wake: Wake::Stands,
        }
    }
}

/// One difference to a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The program is published.
    Published,
    /// A workflow is turned on for the first time.
    TurnedOn(WorkflowId),
    /// A switch is set.
    Switched(WorkflowId, Switching),
    /// An id was seen; it is remembered until then.
    Seen(Timestamp),
    /// A unique value has this owner.
    Owner(Option<Uid>),
    /// A unique value is reserved for a claim.
    Reserved(Option<Uid>),
    /// A delivery waits for the end of a claim; none does after `None`.
    Waits(Option<Box<Delivery>>),
    /// The record comes into being.
    Created {
        /// What it is.
        object: ObjectId,
        /// How many properties it has.
        properties: usize,
        /// When.
        at: Timestamp,
    },
    /// A property has this value.
    Value(PropertyId, Option<Value>),
    /// The record was updated.
    Updated(Timestamp),
    /// An end of a link is as it stands here.
    End(LinkEnd),
    /// An end of a link is gone.
    NoEnd(Side, Uid),
    /// An association, or a label of it, has had a link.
    Ever(AssociationId, Option<Name>),
    /// Membership of a static segment.
    Member(SegmentId, bool),
    /// An enrolment is as it stands here.
    Enrolment(Box<Enrolment>),
    /// An enrolment has begun, under this identity.
    Been(WorkflowId, Arc<str>),
    /// An enrolment has ended.
    Left(Uid),
    /// An action that was put back is as it stands here.
    PutBack(Box<PutBack>),
    /// An action that was put back has ended.
    PutBackOver(Uid),
    /// When an action has reached the record, and by which keys, as far as it
    /// counts for its cap (A9).
    Sent(ActionId, Vec<(Timestamp, Uid)>),
    /// A workflow that counts its enrolments has one more (E17, H4).
    Counted(WorkflowId),
    /// What a workflow has counted is as it stands here.
    Rate(WorkflowId, Arc<Rate>),
    /// A counter is as it stands here.
    Counter(CounterId, Counter),
    /// A write waits for a claim.
    Claiming(Box<Claim>),
    /// The claim is over.
    ClaimOver(Uid),
    /// A schedule stands there (I8).
    Schedule(ScheduleId, Cursor),
    /// A link is under way, and these wait for its end; it is over after
    /// `None`.
    Linking(Slot, Option<Vec<Request>>),
    /// Something past is kept as it stands here, or no longer.
    Kept(TraceId, Option<Kept>),
    /// A unique value was this record's, which is deleted.
    Former(Option<Uid>),
    /// A unique value leads to its owner for ever.
    Forever,
    /// A property has its value since then.
    Since(PropertyId, Timestamp),
    /// The record is deleted; what it was linked with.
    Deleted(Vec<Tied>),
    /// The record is there again.
    Restored,
    /// The record is merged into this one.
    Yielded(Uid),
    /// A record is being merged into this one; it is over after `None`.
    Merging(Option<Uid>),
    /// A record was merged into this one: its counts and its identity.
    Absorbed(Box<RecordCell>),
}

/// What the sender of an outside input is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A record was created.
    Created(Uid),
    /// It was accepted, for this record.
    Accepted(Uid),
    /// Its id was seen before: nothing was done (I3).
    Duplicate,
    /// No record has the value that it names (E4).
    NoRecord(Arc<str>),
    /// It was refused, for a reason in words.
    Refused(Arc<str>),
    /// The attempt may begin.
    Released,
}

/// An action that is to be carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// The idempotency key, the same for all attempts (A1).
    pub key: Uid,
    /// The enrolled record.
    pub record: Uid,
    /// Its enrolment.
    pub enrolment: Uid,
    /// The workflow.
    pub workflow: WorkflowId,
    /// The step, by place.
    pub step: usize,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// When it was decided.
    pub decided_at: Timestamp,
    /// What is asked.
    pub request: Arc<Call>,
}

impl Action {
    /// The attempt that it asks for.
    #[must_use]
    pub fn attempt(&self) -> Asked {
        Asked {
            record: self.record,
            action: self.request.action,
            attempt: Attempt {
                enrolment: self.enrolment,
                workflow: self.workflow,
                step: self.step,
                action: self.key,
                number: self.attempt,
            },
        }
    }
}

/// An attempt of an action, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// The enrolled record.
    pub record: Uid,
    /// Which action.
    pub action: ActionId,
    /// Which attempt.
    pub attempt: Attempt,
}
