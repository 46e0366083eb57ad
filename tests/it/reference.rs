//! A naive model of what programs mean, written from the rules alone: it computes
//! everything anew at each delivery. A property test compares the engine with it.
//!
//! [`Model::input`] and its kin take outside inputs, [`Model::advance`] lets time
//! pass. What random programs and the examples never use is not modelled.

mod caused;
mod choose;
mod copy;
mod deliver;
mod enrol;
mod eval;
mod hours;
mod late;
mod make;
mod merge;
mod past;
mod records;
mod schedule;
mod shut_out;
mod split;
mod waits;
mod wakes;
mod went;
mod world;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use flow::base::{Timestamp, Uid};
use flow::model::{ObjectId, PropertyId, SegmentId, Value};
use flow::semantic::hir::{Await, EventSource, FieldSource, Program, Step, Wait};

use crate::acts::{Ids, Trace};
use crate::reference::past::Bygone;
use crate::reference::records::{Absent, Gone};

pub(crate) struct Model<'p> {
    pub(crate) program: &'p Program,
    pub(crate) now: Timestamp,
    pub(crate) records: BTreeMap<String, Record>,
    /// The records that are deleted, or led to another one.
    pub(crate) gone: BTreeMap<String, Gone>,
    /// The unique values that lead to a record for ever, with it.
    led: Vec<(ObjectId, PropertyId, Value, String)>,
    /// The records that another one is being merged into.
    merging: BTreeSet<String>,
    pub(crate) enrolments: BTreeMap<u64, Enrolment<'p>>,
    /// Who has ever been inside: workflow, record, key.
    ever: BTreeSet<(usize, String, String)>,
    published: bool,
    pub(crate) off: BTreeSet<usize>,
    pub(crate) paused: BTreeSet<usize>,
    started: BTreeSet<usize>,
    /// The inputs that had an id: by kind and id.
    seen: BTreeSet<(String, String)>,
    /// When own triggers occurred: by workflow, trigger and record (E14).
    counters: BTreeMap<(usize, usize, String), Vec<Timestamp>>,
    /// How long the chain of the delivery at hand is; 0 outside (I5).
    chain: u32,
    /// The input that the delivery at hand goes back to; 0 outside (I5).
    root: u64,
    caused: caused::Caused,
    queue: VecDeque<Message<'p>>,
    /// What waits for links and claims under way, by what they are about.
    under_way: BTreeMap<String, VecDeque<Message<'p>>>,
    begun: usize,
    /// Actions to be carried out: who asks, and the line that told.
    actions: VecDeque<(u64, Trace)>,
    /// When actions were carried out that are capped: by action and record (A9).
    sent: BTreeMap<(String, String), Vec<Timestamp>>,
    /// The workflows in which a delivery has begun or ended enrolments, and why
    /// they ended.
    went: Vec<(usize, Option<&'static str>)>,
    /// What the passing of time alone can turn.
    pub(crate) time: wakes::Time<'p>,
    late: late::Late,
    /// Since when the paths count that go on now (I8).
    since: Option<Timestamp>,
    /// The workflow that looks at a record: its zone counts (D1).
    looks: Option<usize>,
    /// When records enrolled in workflows (E17).
    enrolled: Vec<(usize, Timestamp)>,
    /// The ids of what is to come (B3, I2).
    pub(crate) ids: Ids,
    pub(crate) trace: Vec<Trace>,
}

/// A record, or what another has heard of it.
#[derive(Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) handle: String,
    pub(crate) object: ObjectId,
    /// The stored properties that are known, the built-in ones too.
    values: BTreeMap<PropertyId, Value>,
    /// When values were written; those that nobody wrote are left out (L4).
    written: BTreeMap<PropertyId, Timestamp>,
    pub(crate) ends: Vec<End>,
    /// Which ends there ever were, without and with label (N2).
    ever: BTreeSet<(String, Option<String>)>,
    past: Vec<Bygone>,
    segments: BTreeSet<SegmentId>,
    /// What became of it in workflows, as conditions see it.
    went: BTreeSet<(&'static str, usize)>,
}

#[derive(Clone, PartialEq, Default)]
pub(crate) struct End {
    /// The association; `<OBJECT.NAME` for the far end of one without inverse.
    pub(crate) name: String,
    pub(crate) other: String,
    pub(crate) labels: BTreeSet<String>,
    heard: Option<Rc<Record>>,
}

#[derive(Clone, PartialEq)]
pub(crate) struct Occurrence {
    pub(crate) source: EventSource,
    pub(crate) occurred: Timestamp,
    /// What expressions can read of it.
    pub(crate) fields: BTreeMap<FieldSource, Option<Value>>,
}

/// One traversal of a workflow. Its number tells the order of births.
#[derive(Default)]
pub(crate) struct Enrolment<'p> {
    pub(crate) record: String,
    pub(crate) workflow: usize,
    pub(crate) key: String,
    event: Option<Occurrence>,
    /// The steps to come, the next one last.
    rest: Vec<&'p Step>,
    step: Option<&'p Step>,
    bound: Vec<usize>,
    /// Occurrences that waits have bound.
    met: Vec<(usize, Occurrence)>,
    /// When which wait has let the path through (W5).
    passed: BTreeMap<&'p str, Timestamp>,
    /// Whether a loop has come back to the wait that it is at (W5).
    again: bool,
    /// By which splits are drawn (B3).
    id: Option<Uid>,
    /// The records that its steps have made, as they were then.
    made: Vec<(usize, Record)>,
    state: State<'p>,
    failure: Option<Failure>,
}

/// What an enrolment waits for.
#[derive(Clone, Default)]
pub(crate) enum State<'p> {
    #[default]
    Going,
    /// So many answers; since when its path counts.
    Parked(usize, Timestamp),
    /// An instant; since when, and the `until` that may change it.
    Waiting(Timestamp, Timestamp, Option<&'p Wait>),
    /// An event or a condition, until an instant at most.
    Awaiting(&'p Await, Option<Timestamp>),
    /// The hours (W2).
    Held(Timestamp),
    Acting,
}

/// Why a step has failed: a status, and what is told.
pub(crate) type Failure = (Option<u16>, String);

/// A delivery to come, and what it does with its record.
type Message<'p> = (Delivery, Body<'p>);

type Body<'p> = Box<dyn FnOnce(&mut Model<'p>, &mut Delivery) + 'p>;

#[derive(Default)]
pub(crate) struct Delivery {
    pub(crate) to: String,
    chain: u32,
    /// The input that it goes back to.
    root: u64,
    /// The record before; there is none at its birth.
    before: Option<Record>,
    /// The instant before, where time alone may have turned something (E12).
    earlier: Option<Timestamp>,
    /// When that was due which brings it, where it may be late (I8).
    due: Option<Timestamp>,
    /// Whether a schedule brings it.
    called: bool,
    pub(crate) event: Option<Occurrence>,
    /// The enrolment that waits for this to be done, and why it could not be.
    asker: Option<u64>,
    failure: Option<Failure>,
    begun: Vec<u64>,
    /// The workflows that it has enrolled the record in (E1).
    took: Vec<usize>,
    /// Whether workflows are considered anew, as others have taken it in or out.
    again: bool,
    /// Whom it concerns that the record is deleted.
    absent: Option<Absent>,
    /// Whether it is for a deleted record.
    revives: bool,
    /// The workflow by which the record comes into being (E15).
    maker: Option<usize>,
    /// Whether nothing turns true by it (E2).
    rebased: bool,
}
