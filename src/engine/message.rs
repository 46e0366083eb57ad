//! What is delivered: to which cell, and what it asks there. What is done
//! about it is decided elsewhere.

mod attempt;
mod request;
mod writer;

pub use self::attempt::{Again, Attempt, Outcome};
pub use self::request::{Request, Write, WriteOp, labels};
pub use self::writer::{Answered, Made, Writer};

use std::sync::Arc;

use crate::base::{Timestamp, Uid};
use crate::model::{ObjectId, PropertyId, WorkflowId};

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
    pub(super) fn is_wake(&self) -> bool {
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
        /// Whether it was seen, though it is held in memory no more.
        repeated: bool,
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

impl Switching {
    /// The switch of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let all = [
            Switching::On,
            Switching::Off,
            Switching::Pause,
            Switching::Resume,
        ];
        all.into_iter().find(|one| one.word() == word)
    }

    /// The word of the switch.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Switching::On => "on",
            Switching::Off => "off",
            Switching::Pause => "paused",
            Switching::Resume => "resumed",
        }
    }
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
