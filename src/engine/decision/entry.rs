//! What is told of a decision (H1). How it is put into words is not known here.

use std::sync::Arc;

use super::{Answer, Reason};
use crate::base::{Name, Span, Timestamp, Uid};
use crate::engine::call::Call;
use crate::engine::enrolment::Occurrence;
use crate::engine::message::Switching;
use crate::engine::record::Side;
use crate::model::{PropertyId, SegmentId, Value, WorkflowId};

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
    pub(in crate::engine) fn of_input(at: Timestamp, what: What) -> Self {
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
    Occurred(Arc<Occurrence>),
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

impl What {
    /// The answer to the input of which it tells; `None` where it tells of
    /// something else.
    pub(in crate::engine) fn answer(&self) -> Option<Answer> {
        match self {
            What::Duplicate => Some(Answer::Duplicate),
            What::NoRecord(value, _) => Some(Answer::NoRecord(value.clone())),
            What::InputRefused(reason) => Some(Answer::Refused(reason.clone())),
            _ => None,
        }
    }
}
