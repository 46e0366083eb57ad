//! A naive model of what programs mean when they run, written from the rules
//! alone: it recomputes everything at each delivery, over plain data. A
//! property test compares the engine with it. It knows nothing of the engine.
//!
//! [`Model::apply`] takes an outside input, [`Model::advance`] lets time pass;
//! [`Model::trace`] tells what happened, the other readers how things stand.
//! What random programs and the examples never use is not modelled.

mod deliver;
mod enrol;
mod eval;
mod world;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use flow::base::Timestamp;
use flow::model::{EventPropertyId, ObjectId, PropertyId, SegmentId, Value};
use flow::semantic::hir::{EventSource, Program, Step, Wait};

use crate::acts::Trace;
use crate::support::{SourceFile, assert_none, files};

/// The reference model.
pub(crate) struct Model<'p> {
    program: &'p Program,
    now: Timestamp,
    records: BTreeMap<String, Record>,
    enrolments: BTreeMap<u64, Enrolment<'p>>,
    /// Who has ever been inside: workflow, record, key.
    ever: BTreeSet<(usize, String, String)>,
    published: bool,
    off: BTreeSet<usize>,
    paused: BTreeSet<usize>,
    /// The workflows that have been on.
    started: BTreeSet<usize>,
    /// The events that had an id: by name and id.
    seen: BTreeSet<(String, String)>,
    queue: VecDeque<Message<'p>>,
    /// Actions that wait to be carried out: who asks, and the line that told.
    actions: VecDeque<(u64, Trace)>,
    trace: Vec<Trace>,
}

/// A record, or what another has heard of it.
#[derive(Clone, PartialEq)]
struct Record {
    handle: String,
    object: ObjectId,
    /// The stored properties that are known.
    values: BTreeMap<PropertyId, Value>,
    created: Timestamp,
    updated: Timestamp,
    /// In the order in which they were linked.
    ends: Vec<End>,
    /// Which ends there ever were, without and with label (N2).
    ever: BTreeSet<(String, Option<String>)>,
    /// The static segments that it is in.
    segments: BTreeSet<SegmentId>,
    /// When refined triggers occurred: by workflow and trigger (E14).
    counters: BTreeMap<(usize, usize), Vec<Timestamp>>,
}

/// One end of a link.
#[derive(Clone, PartialEq)]
struct End {
    /// The association; `<OBJECT.NAME` for the far end of one without inverse.
    name: String,
    other: String,
    labels: BTreeSet<String>,
    /// The other record as last heard.
    heard: Option<Box<Record>>,
}

/// Something that happened to a record.
#[derive(Clone)]
struct Occurrence {
    source: EventSource,
    occurred: Timestamp,
    /// The properties of a declared event.
    values: BTreeMap<EventPropertyId, Value>,
    /// Before and after a change.
    old: Option<Value>,
    new: Option<Value>,
    /// Of a failed action.
    status: Option<Value>,
}

/// One traversal of a workflow. Its number tells the order of births.
struct Enrolment<'p> {
    record: String,
    workflow: usize,
    key: String,
    event: Option<Occurrence>,
    /// The steps to come, the next one last.
    rest: Vec<&'p Step>,
    /// The step that it is in.
    step: Option<&'p Step>,
    /// The bindings that have answered.
    bound: Vec<usize>,
    state: State<'p>,
    /// Why the step at hand has failed, if it has.
    failure: Option<Failure>,
}

/// What an enrolment waits for.
#[derive(Clone)]
enum State<'p> {
    /// Nothing: it is going.
    Going,
    /// So many answers.
    Parked(usize),
    /// An instant; since when, and the `until` that may change it.
    Waiting(Timestamp, Timestamp, Option<&'p Wait>),
    /// The result of an action.
    Acting,
    /// An action that was due while the workflow was paused.
    Postponed(Timestamp, Trace),
}

/// Why a step has failed: a status, and what is told.
type Failure = (Option<u16>, String);

/// The enrolment that waits for an answer.
type Ticket = Option<u64>;

/// What a message does with its record.
type Body<'p> = Box<dyn FnOnce(&mut Model<'p>, &mut Delivery<'p>) + 'p>;

/// Something on its way to a record, and what it does there.
struct Message<'p> {
    to: String,
    chain: u32,
    body: Body<'p>,
}

/// A message that has come to its record.
struct Delivery<'p> {
    to: String,
    chain: u32,
    /// The record before; there is none at its birth.
    before: Option<Record>,
    occurrences: Vec<Occurrence>,
    cause: Cause,
    /// An answer, sent after others have heard of the change.
    reply: Option<Message<'p>>,
    /// The enrolment whose step is over, and whether that has failed.
    done: Option<(u64, Option<Failure>)>,
}

/// Why workflows are considered; all but a change concern one.
#[derive(Clone, Copy)]
enum Cause {
    Change,
    Request(usize),
    Existing(usize),
    Manual(usize),
}

const LINES: usize = 1_992;

#[test]
fn the_model_is_small_and_knows_nothing_of_the_engine() {
    let mut paths = files("tests/it/reference");
    paths.push("tests/it/reference.rs".to_owned());
    let sources: Vec<SourceFile> = paths.iter().map(|path| SourceFile::on_disk(path)).collect();
    let lines: usize = sources.iter().map(|file| file.text.lines().count()).sum();
    assert!(
        lines <= LINES,
        "the model has {lines} lines, at most {LINES}"
    );
    let allowed = ["base", "model", "semantic", "syntax::ast"];
    let mut violations = Vec::new();
    for file in &sources {
        // Not as one text, which would be found here.
        let paths = file.text.split(concat!("flow", "::")).skip(1);
        let foreign = paths.filter(|path| !allowed.iter().any(|module| path.starts_with(module)));
        violations.extend(foreign.map(|path| format!("{} names {path:.20}", file.path)));
    }
    assert_none("the model is independent", &violations);
}
