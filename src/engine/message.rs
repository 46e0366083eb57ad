//! What is delivered: to which cell, and what it asks there. What is done
//! about it is decided elsewhere.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::call::Call;
use super::decision::Reason;
use super::enrolment::Occurrence;
use super::heard::{Heard, Side};
use super::record::{RecordCell, Slot};
use crate::base::{Name, Timestamp, Uid};
use crate::model::{AssociationId, ObjectId, PropertyId, SegmentId, Value, WorkflowId};
use crate::syntax::ast::SetOp;

/// A cell: the unit that a decision sees and changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Address {
    /// What holds for all: the program and its switches. A barrier.
    Program,
    /// A record.
    Record(Uid),
    /// The owner of a unique value.
    Key(Key),
    /// An id of an outside input, by the hash of its kind and text (I3).
    Seen(Uid),
}

/// A value of a unique property; texts are in lower case where the property is
/// compared so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Whose property.
    pub object: ObjectId,
    /// Which.
    pub property: PropertyId,
    /// The value, spelled.
    pub value: Arc<str>,
    /// The identity of its cell: a hash of names, so that it does not change
    /// with the program.
    pub cell: Uid,
}

/// One delivered thing: an outside input, a due timer or a message.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Its identity; that of what it causes is derived from it.
    pub id: Uid,
    /// The outside input, timer or result that it goes back to.
    pub root: Uid,
    /// How many causes led to it, itself included (I5).
    pub chain: u32,
    /// The cell that sent it; `None` for an outside input.
    pub from: Option<Address>,
    /// The cell that it is for.
    pub to: Address,
    /// When it happened, where its source says so (I7).
    pub occurred_at: Option<Timestamp>,
    /// Who or what sent the outside input (I1).
    pub by: Option<Arc<str>>,
    /// What the record must be, where an outside input names it by its id.
    pub object: Option<ObjectId>,
    /// What it asks.
    pub body: Body,
}

impl Delivery {
    /// Whether it only looks at what time has turned (E12).
    #[must_use]
    pub fn is_wake(&self) -> bool {
        matches!(&self.body, Body::Request(request) if matches!(**request, Request::Wake { .. }))
    }
}

/// What a delivery asks of its cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Publishes the program: turns workflows on (E9).
    Publish,
    /// The operator's switch of a workflow (E17).
    Switch(WorkflowId, Switching),
    /// A breaker has refused (E17): its alert is raised.
    OverLimit(WorkflowId),
    /// Lets an input in whose id was not seen before (I3).
    Admit {
        /// How many seconds the id is remembered.
        seconds: i64,
        /// The next cell.
        to: Address,
        /// The input.
        then: Box<Body>,
    },
    /// Finds the records that an input names by unique values.
    Resolve {
        /// Those that are still to be found; the first by the cell at hand.
        keys: Vec<Target>,
        /// Those that are found.
        found: Vec<Uid>,
        /// What the first record is asked.
        then: Box<Request>,
    },
    /// Claims unique values for a record.
    Claim(Box<Claim>),
    /// Ends a claim: the value belongs to this record, or to none.
    Settle {
        /// The claim; `None` where the owner gives the value up.
        claim: Option<Uid>,
        /// The record that gives the value up; nobody else's is touched.
        giver: Option<Uid>,
        /// The owner from now on.
        owner: Option<Uid>,
        /// What is kept besides.
        keeps: Keeps,
    },
    /// Lets a schedule go on whose time has come.
    Schedule,
    /// Asks a record for something.
    Request(Box<Request>),
}

/// What is kept of the owner of a unique value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// Nothing.
    Nothing,
    /// Whose it was before it was deleted.
    Former,
    /// That it leads to this owner for ever (L4).
    Forever,
}

/// How a record is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// By its identity, with what it is.
    Id(ObjectId, Uid),
    /// By a unique value.
    Key(Key),
}

/// What an operator does to a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switching {
    /// On, if its source says so too.
    On,
    /// Off: L5.
    Off,
    /// Paused: everything inside stays where it is.
    Pause,
    /// No longer paused.
    Resume,
}

/// A claim of unique values on its way from key to key.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Its identity.
    pub id: Uid,
    /// The values, in the order in which they are claimed.
    pub keys: Vec<Key>,
    /// Who owned the values asked so far.
    pub owners: Vec<Option<Uid>>,
    /// For whom.
    pub claimant: Claimant,
    /// What is asked of the record once the values are its own.
    pub then: Request,
    /// What came for the record meanwhile, about the same properties.
    pub waiting: Vec<Request>,
}

impl Claim {
    /// The properties for which other writes wait: those of its values, and of
    /// what waits already.
    pub fn properties(&self) -> impl Iterator<Item = PropertyId> {
        let waiting = self.waiting.iter().flat_map(Request::writes);
        let waiting = waiting.map(|write| write.property);
        self.keys.iter().map(|key| key.property).chain(waiting)
    }
}

/// For whom unique values are claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claimant {
    /// A new record: no value may be taken.
    New(Uid),
    /// The record that has one of the values, else a new one (X5).
    Either(Uid),
    /// An existing record.
    Record(Uid),
}

/// Whom a written record answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Writer {
    /// The enrolled record.
    pub record: Uid,
    /// Its enrolment.
    pub enrolment: Uid,
    /// The workflow.
    pub workflow: WorkflowId,
    /// The step that writes, by place.
    pub step: usize,
}

impl Writer {
    /// What tells its enrolment of an answer.
    #[must_use]
    pub fn reply(self, answer: Answered) -> Body {
        Body::Request(Box::new(Request::Reply {
            enrolment: self.enrolment,
            answer,
        }))
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
        /// The labels.
        labels: BTreeSet<Name>,
        /// What the asking record lets it know.
        heard: Heard,
    },
    /// To note what a record is like that has taken its end: nothing turns
    /// true by it (E2).
    HeardAgain(Side, Heard),
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

/// A step that makes a record, and what it is linked with at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The step.
    pub writer: Writer,
    /// The new record's own links.
    pub links: Vec<(AssociationId, Uid)>,
    /// The association of the enrolled record that leads to it, with a label.
    pub link: Option<(AssociationId, Option<Name>)>,
}

impl Made {
    /// How many answers the step waits for.
    #[must_use]
    pub fn answers(&self) -> usize {
        1 + self.links.len() + usize::from(self.link.is_some())
    }
}

/// What a record answers a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Answered {
    /// It is done.
    Done,
    /// It is done: the record was made, with what is read of it by place.
    Made(Arc<[Option<Value>]>),
    /// There is nothing to be done, for this reason.
    Skipped(Arc<str>),
    /// It was refused, for this reason (A10).
    Refused(Arc<str>),
}

/// One attempt of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// The enrolment that asked for it.
    pub enrolment: Uid,
    /// Its workflow.
    pub workflow: WorkflowId,
    /// Its step, by place.
    pub step: usize,
    /// The idempotency key.
    pub action: Uid,
    /// Which attempt, from 1.
    pub number: u32,
}

/// What came of an attempt of an action.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It succeeded; results by place, unknown where `None`.
    Done(Vec<Option<Value>>),
    /// It failed.
    Failed {
        /// The status of the answer.
        status: Option<u16>,
        /// What went wrong, in a few words.
        error: Arc<str>,
        /// Whether it may be tried again.
        again: Again,
    },
}

/// Whether a failed attempt may be followed by another (A3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Again {
    /// As the step says, else as rule A3 does.
    #[default]
    Usual,
    /// Not before so many seconds: the service asked to be left alone.
    After(u32),
    /// It would not help.
    Never,
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
            | Request::AfterClaim(_, then) => then.writer(),
            _ => None,
        }
    }
}

/// The labels of a link that has one label, or none.
#[must_use]
pub fn labels(label: Option<&Name>) -> BTreeSet<Name> {
    label.into_iter().cloned().collect()
}

impl Request {
    /// Names the other record, once it is found.
    pub(super) fn point_at(&mut self, record: Uid) {
        match self {
            Request::Link { other, .. } => *other = Some(record),
            Request::Unlink { other, .. } | Request::Merge(other) => *other = record,
            _ => {}
        }
    }
}
