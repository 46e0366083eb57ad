//! What a decision holds: the difference that it makes to its cell, what it
//! sends, what it asks of the outside, and what is told of it.

use std::sync::Arc;

pub use super::call::{Call, Rendered, RenderedMessage};
use super::enrolment::Enrolment;
use super::message::{Address, Attempt, Claim, Delivery, Request, Switching};
use super::put_back::PutBack;
use super::rate::Rate;
use super::record::{Counter, CounterId, Kept, LinkEnd, RecordCell, Side, Slot, Tied, TraceId};
use super::schedule::{Cursor, ScheduleId};
use crate::base::{Name, Span, Timestamp, Uid};
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

/// One entry of the history (H1).
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Of which record; `None` where there is none.
    pub record: Option<Uid>,
    /// By which enrolment, of which workflow.
    pub workflow: Option<WorkflowId>,
    /// The identity of the enrolment.
    pub enrolment: Option<Uid>,
    /// The key of the enrolment, where it has one (E16).
    pub key: Option<Arc<str>>,
    /// At which step, by place.
    pub step: Option<usize>,
    /// The text that decided.
    pub span: Option<Span>,
    /// Who or what sent the outside input, where its source says so (I1).
    pub by: Option<Arc<str>>,
    /// What happened.
    pub what: What,
    /// What was unknown though it was computed from known values (N4).
    pub notes: Vec<String>,
}

impl Entry {
    /// An entry of an input that reached no record.
    #[must_use]
    pub fn of_input(at: Timestamp, what: What) -> Self {
        Entry {
            at,
            record: None,
            workflow: None,
            enrolment: None,
            key: None,
            step: None,
            span: None,
            by: None,
            what,
            notes: Vec::new(),
        }
    }
}

/// What an entry tells.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The program was published.
    Published,
    /// A workflow was turned on, off, paused or resumed.
    Switched(Switching),
    /// An input was seen before.
    Duplicate,
    /// An input names no record: by which value, and what it asked.
    NoRecord(Arc<str>, Arc<str>),
    /// An input or a write was refused.
    InputRefused(Arc<str>),
    /// The record came into being.
    Created(Option<Arc<str>>),
    /// A property was written.
    Wrote {
        /// Which.
        property: PropertyId,
        /// Its value before.
        old: Option<Value>,
        /// Its value after.
        new: Option<Value>,
    },
    /// An import has touched the record.
    Imported(Arc<str>),
    /// The record is linked with another.
    Linked(Side, Uid, Option<Name>),
    /// The record is no longer linked with another.
    Unlinked(Side, Uid, Option<Name>),
    /// The record has joined or left a segment.
    Member(SegmentId, bool),
    /// An event occurred.
    Occurred(Arc<super::enrolment::Occurrence>),
    /// Something asked for an enrolment and was refused.
    Refused {
        /// Under which key.
        key: Arc<str>,
        /// Why (E5).
        reason: Reason,
        /// What asked.
        cause: Arc<str>,
    },
    /// The record was enrolled.
    Enrolled {
        /// Under which key.
        key: Arc<str>,
        /// What asked.
        cause: Arc<str>,
    },
    /// A step was done.
    Step,
    /// A step was skipped.
    Skipped(Arc<str>),
    /// A step failed (A10).
    Failed(Arc<str>),
    /// A branch was taken.
    Branch {
        /// Its label, or its text; `none_met` where none was true (B1).
        case: Arc<str>,
        /// The values that were read.
        read: Vec<(String, String)>,
    },
    /// A wait has begun: until when, at most; `None`: forever.
    WaitBegan(Option<Timestamp>),
    /// A wait has ended; of one that can end in several ways, how.
    WaitEnded(Option<Box<Ending>>),
    /// A wait was computed anew (W4).
    WaitMoved(Timestamp),
    /// An action waits for the hours to open (W2).
    Held(Timestamp),
    /// An action was decided.
    Asked(Arc<Call>),
    /// An action that had failed for good was put back (A4).
    PutBack(Arc<Call>),
    /// An alert was raised (E17, H4), in words.
    Alert(Arc<str>),
    /// An attempt was withdrawn (A8).
    Withdrawn(Arc<str>),
    /// An attempt has succeeded.
    Done(u32),
    /// An attempt has failed; whether another follows.
    AttemptFailed {
        /// Which attempt.
        attempt: u32,
        /// The status of the answer.
        status: Option<u16>,
        /// What went wrong.
        error: Arc<str>,
        /// When the next one is due.
        retry: Option<Timestamp>,
    },
    /// The enrolment has ended.
    Left {
        /// Under which key.
        key: Arc<str>,
        /// Why.
        reason: Reason,
    },
    /// The record was deleted.
    Deleted,
    /// The record was restored.
    Restored,
    /// Another record was merged into this one.
    Merged(Uid),
    /// The record was merged into another one.
    MergedInto(Uid),
    /// The enrolment of a record that was merged goes on here (L4).
    Moved(Uid),
    /// Times at which a workflow would have enrolled came while the program
    /// stood still, and are too old to be made up for (I8).
    Missed {
        /// The last of them.
        due: Timestamp,
        /// How many there were.
        times: u64,
    },
}

/// How a wait for an event or a condition has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// Its case, `met`, or `timeout`.
    pub case: Arc<str>,
    /// The values that were read.
    pub read: Vec<(String, String)>,
}

/// Why a record was not enrolled (E5), or left (L6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A chain of more than 100 causes (I5).
    ChainTooLong,
    /// Turned off (L5).
    WorkflowOff,
    /// Paused (E17).
    WorkflowPaused,
    /// A `suppress` holds (E6, L2).
    Suppressed,
    /// The `goal` holds (L3).
    GoalMet,
    /// It is inside already (E7).
    AlreadyEnrolled,
    /// It was inside before, and there is no `reenroll`.
    EnrolledBefore,
    /// It was inside before, and no `reenroll` fired (E8).
    NoReenrollTrigger,
    /// It went through.
    Completed,
    /// An `unenroll` turned true.
    UnenrollCondition,
    /// No filter trigger holds any longer (L1).
    Leaving,
    /// A person took it out.
    Manual,
    /// Its step is gone, and no later one is left (V2).
    StepRemoved,
    /// There is no such record (E4).
    NoRecord,
    /// A step of this workflow has made the record (E15).
    SelfCreated,
    /// No trigger holds.
    NotMatching,
    /// More than may enrol in a window (E17).
    OverLimit,
    /// The record was deleted (L4).
    Deleted,
    /// The record was merged into another one (L4).
    Merged,
    /// It was enrolled in a workflow that shuts this one out (E11).
    Exclusive,
    /// A step of another workflow took it out.
    ByWorkflow,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Reason; 21] = [
        Reason::ChainTooLong,
        Reason::WorkflowOff,
        Reason::WorkflowPaused,
        Reason::Suppressed,
        Reason::GoalMet,
        Reason::AlreadyEnrolled,
        Reason::EnrolledBefore,
        Reason::NoReenrollTrigger,
        Reason::Completed,
        Reason::UnenrollCondition,
        Reason::Leaving,
        Reason::Manual,
        Reason::StepRemoved,
        Reason::NoRecord,
        Reason::SelfCreated,
        Reason::NotMatching,
        Reason::OverLimit,
        Reason::Deleted,
        Reason::Merged,
        Reason::Exclusive,
        Reason::ByWorkflow,
    ];

    /// The reason of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Reason::ALL.into_iter().find(|reason| reason.word() == word)
    }

    /// The word that is shown and kept.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Reason::ChainTooLong => "chain_too_long",
            Reason::WorkflowOff => "workflow_off",
            Reason::WorkflowPaused => "workflow_paused",
            Reason::Suppressed => "suppressed",
            Reason::GoalMet => "goal_met",
            Reason::AlreadyEnrolled => "already_enrolled",
            Reason::EnrolledBefore => "enrolled_before",
            Reason::NoReenrollTrigger => "no_reenroll_trigger",
            Reason::Completed => "completed",
            Reason::UnenrollCondition => "unenroll_condition",
            Reason::Leaving => "leaving",
            Reason::Manual => "manual",
            Reason::StepRemoved => "step_removed",
            Reason::NoRecord => "no_record",
            Reason::SelfCreated => "self_created",
            Reason::NotMatching => "not_matching",
            Reason::OverLimit => "over_limit",
            Reason::Deleted => "deleted",
            Reason::Merged => "merged",
            Reason::Exclusive => "exclusive",
            Reason::ByWorkflow => "by_workflow",
        }
    }
}
