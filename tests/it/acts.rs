//! What happens to a model from outside, what it tells of itself, and the
//! carrier of actions that the model and the engine share in tests.

use std::collections::{BTreeMap, VecDeque};

use flow::base::{Timestamp, Uid};
use flow::model::Value;

/// What the engine has given ids that the model cannot give: it knows no causes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ids {
    /// Of enrolments, by record, workflow and key.
    pub(crate) enrolments: BTreeMap<(String, String, String), VecDeque<Uid>>,
    /// Of the records that steps create, by name.
    pub(crate) records: BTreeMap<String, Uid>,
}

/// An outside input. Records are named by handles: the id of the input that
/// created them.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    Publish,
    /// The program has stood still up to here.
    StandStill,
    Create {
        handle: String,
        object: String,
        values: Vec<(String, Value)>,
    },
    /// A row of an import: for the contact that has its unique value, or for a new one.
    Import {
        import: String,
        handle: String,
        values: Vec<(String, Value)>,
    },
    Set {
        record: String,
        values: Vec<(String, Option<Value>)>,
    },
    Link {
        record: String,
        association: String,
        with: String,
        label: Option<String>,
    },
    Unlink {
        record: String,
        association: String,
        with: String,
        label: Option<String>,
    },
    Event {
        record: String,
        event: String,
        values: Vec<(String, Value)>,
        occurred_at: Option<Timestamp>,
        id: Option<String>,
    },
    Enroll {
        record: String,
        workflow: String,
    },
    Unenroll {
        record: String,
        workflow: String,
    },
    Add {
        record: String,
        segment: String,
    },
    Remove {
        record: String,
        segment: String,
    },
    Delete(String),
    Restore(String),
    /// A record is merged into another one, which survives.
    Merge {
        from: String,
        into: String,
    },
    Pause(String),
    Resume(String),
    On(String),
    Off(String),
}

/// One line of what a workflow did with a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Trace {
    pub(crate) record: String,
    pub(crate) workflow: String,
    pub(crate) key: String,
    pub(crate) what: What,
}

/// What a line tells.
///
/// A `Step` is told when it is over: `done`, `skipped` (no target, or passed
/// over by `skip`), `skipped: workflow_off`, `failed: REASON`; a wait tells
/// `waits INSTANT` when it begins or its moment changes, `past` or `unknown`
/// where it does not wait. A `Branch` tells the number of the case from 1,
/// `else` or `none_met`. An `Action` is told when it is decided, a `Result`
/// for each attempt: `ok`, the error, `withdrawn` or
/// `missing_argument: NAME` (which has no `Action`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    Refused(&'static str),
    Enrolled,
    Step { id: String, outcome: String },
    Branch { id: String, case: String },
    Left(&'static str),
    Action { step: String, arguments: Arguments },
    Result { step: String, outcome: String },
}

impl What {
    pub(crate) fn step(id: &str, outcome: &str) -> Self {
        let (id, outcome) = (id.to_owned(), outcome.to_owned());
        What::Step { id, outcome }
    }

    pub(crate) fn result(step: &str, outcome: &str) -> Self {
        let (step, outcome) = (step.to_owned(), outcome.to_owned());
        What::Result { step, outcome }
    }
}

/// Names with spelled values, in the order of the text; unknown ones are left
/// out.
pub(crate) type Arguments = Vec<(String, String)>;

/// Carries an action out: it fails if an argument speaks of failing.
pub(crate) fn outcome(
    _action: &str,
    arguments: &[(String, String)],
) -> Result<(), (Option<u16>, String)> {
    if arguments.iter().any(|(_, value)| value.contains("fail")) {
        return Err((Some(400), "refused".to_owned()));
    }
    Ok(())
}
