//! The questions and orders that can be put to a store, and what they are
//! answered, as data and as JSON: names, texts and numbers, nothing of a
//! program. What is done about them is not known here.

mod cell;
mod diagnosis;
mod line;
pub mod table;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::cell::Cell;
pub use self::diagnosis::{
    DiagnosedChange, DiagnosedClause, DiagnosedRead, DiagnosedStanding, DiagnosedTerm, Diagnosis,
};
pub use self::line::{Line, Order};
use crate::host::replay::kept::Record;

/// What can be put to a store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ask {
    /// Which program runs, and whether it was published.
    Hello,
    /// The program that runs, as one piece.
    Program,
    /// The records, by object, then name.
    Records {
        /// Of this object only.
        #[serde(default)]
        object: Option<String>,
        /// Those for which this holds only.
        #[serde(default)]
        condition: Option<String>,
        /// Those after this one only.
        #[serde(default)]
        after: Option<Candidate>,
    },
    /// The records that go by a unique value, `object:value`, an id, or how an
    /// id begins.
    Find {
        /// How it is called.
        record: String,
    },
    /// What happened to a record.
    History {
        /// Its id.
        record: String,
        /// What this workflow did only.
        #[serde(default)]
        workflow: Option<String>,
    },
    /// Why a record is, or is not, enrolled in a workflow (H3).
    Diagnose {
        /// Its id.
        record: String,
        /// The workflow.
        workflow: String,
    },
    /// How things stand.
    Status,
    /// The actions that failed for good.
    Failures,
    /// Takes inputs: all of them, or none.
    Take {
        /// As the lines of a replay, but without `at`.
        inputs: Vec<Line>,
    },
    /// Takes rows of a table: those that can be read.
    Import(Batch),
    /// Puts failed actions back.
    Retry {
        /// Their keys, or how these begin; all that can be where none is named.
        actions: Vec<String>,
        /// Who puts them back.
        #[serde(default)]
        by: Option<String>,
    },
}

impl Ask {
    /// Whether it changes nothing.
    #[must_use]
    pub fn reads(&self) -> bool {
        !matches!(self, Ask::Take { .. } | Ask::Import(_) | Ask::Retry { .. })
    }
}

/// Rows of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// The name of the import: within it an id counts once.
    pub name: String,
    /// What the rows are.
    pub object: String,
    /// Who imports.
    #[serde(default)]
    pub by: Option<String>,
    /// The properties that are written, one for each cell.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<BatchRow>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchRow {
    /// By which it counts once.
    pub id: String,
    /// As many as there are columns; null and what is empty write nothing.
    pub cells: Vec<Cell>,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub enum Reply {
    /// Which program runs.
    Hello(Hello),
    /// The program that runs.
    Program {
        /// The hash of its texts.
        hash: String,
        /// Its texts as one piece, in base64.
        packed: String,
    },
    /// Records.
    Records {
        /// In order.
        records: Vec<Record>,
        /// Whether there are more after them.
        more: bool,
    },
    /// The records that go by a name.
    Found {
        /// Which.
        candidates: Vec<Candidate>,
        /// What was likely meant, where there is none.
        near: Option<String>,
    },
    /// What happened to a record.
    History {
        /// The entries, each as one JSON object.
        lines: Vec<String>,
    },
    /// Why a record is, or is not, enrolled in a workflow.
    Diagnosis(Box<Diagnosis>),
    /// How things stand.
    Status(Box<Status>),
    /// The actions that failed for good, in order.
    Failures {
        /// Which.
        failures: Vec<Failed>,
    },
    /// What came of inputs.
    Taken {
        /// Of each of them.
        outcomes: Vec<Outcome>,
        /// How many actions they asked for.
        actions: usize,
    },
    /// What came of rows.
    Imported(Imported),
    /// The condition is none of the program.
    Unclear {
        /// What is wrong with it.
        findings: Vec<Doubt>,
    },
    /// It names something that is not there, or asks for what cannot be.
    Refused(Words),
    /// The system does not let it be read or written.
    Failed(Words),
}

impl Reply {
    /// That the process which is asked ends before it can answer.
    #[must_use]
    pub fn ending() -> Self {
        Reply::Failed(Words {
            message: "the process is ending".into(),
            help: Some("try again when it has ended".into()),
        })
    }

    /// A refusal in words.
    #[must_use]
    pub fn refused(message: impl Into<String>) -> Self {
        Reply::Refused(Words {
            message: message.into(),
            help: None,
        })
    }
}

/// A sentence, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// In lower case, without a period.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// Which program runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The hash of its texts.
    pub program: String,
    /// Whether it was published.
    pub published: bool,
    /// How many actions wait to be carried out.
    pub pending: usize,
}

/// A record by its names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Candidate {
    /// What it is.
    pub object: String,
    /// Its unique value, else its id.
    pub name: String,
    /// Its identity.
    pub id: String,
}

/// How things stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The hash of the program's texts.
    pub program: String,
    /// Whether it was published.
    pub published: bool,
    /// The last instant that the store has seen.
    pub now: Option<String>,
    /// When the next timer is due.
    pub next: Option<String>,
    /// How many records there are, by object.
    pub records: BTreeMap<String, usize>,
    /// How many are in each segment.
    pub segments: BTreeMap<String, usize>,
    /// The workflows, by name.
    pub workflows: Vec<WorkflowStatus>,
    /// How many actions wait to be carried out.
    pub pending: usize,
    /// How many actions have failed for good.
    pub failures: usize,
    /// The hash of all decisions.
    pub decisions: String,
    /// The position of what was decided last.
    #[serde(default)]
    pub position: u64,
}

/// How a workflow stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkflowStatus {
    /// Its name.
    pub name: String,
    /// `on`, `off` or `paused`.
    pub switch: String,
    /// How many were enrolled.
    pub enrolled: usize,
    /// How many are inside.
    pub inside: usize,
    /// How many left.
    pub left: usize,
    /// Where some are inside an older version (V3): each version, the one that
    /// enrols first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<VersionStatus>,
}

/// How many are inside a version of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionStatus {
    /// The version, as people are shown it.
    pub version: String,
    /// How many.
    pub inside: usize,
}

/// An action that failed for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// Its idempotency key.
    pub key: String,
    /// When it failed.
    pub at: String,
    /// For which record, as people call it.
    pub record: String,
    /// The id of the record.
    pub id: String,
    /// Of which workflow.
    pub workflow: String,
    /// At which step.
    pub step: String,
    /// Which action.
    pub action: String,
    /// What went wrong.
    pub error: String,
    /// How many attempts were made.
    pub attempts: u32,
    /// Why it cannot be put back; nothing where it can.
    #[serde(default)]
    pub stays: Option<String>,
}

/// What came of an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// A record was created.
    Created {
        /// Which.
        record: Candidate,
    },
    /// It was accepted.
    Accepted {
        /// For which record, where it is for one.
        record: Option<Candidate>,
    },
    /// The record was enrolled.
    Enrolled {
        /// Which.
        record: Candidate,
        /// In which workflow.
        workflow: String,
    },
    /// The record was not enrolled (E5).
    NotEnrolled {
        /// Which.
        record: Candidate,
        /// In which workflow.
        workflow: String,
        /// Why not.
        reason: String,
    },
    /// The record was taken out.
    Unenrolled {
        /// Which.
        record: Candidate,
        /// Of which workflow.
        workflow: String,
        /// How many times it was inside.
        times: usize,
    },
    /// A workflow is switched.
    Switched {
        /// Which.
        workflow: String,
        /// `on`, `off`, `paused` or `resumed`.
        to: String,
    },
    /// The program was published.
    Published,
    /// An action that had failed for good is put back (A4).
    PutBack {
        /// Its idempotency key.
        key: String,
        /// For which record.
        record: Candidate,
        /// Of which workflow.
        workflow: String,
        /// At which step; empty where an edit has taken it away.
        step: String,
        /// Which action.
        action: String,
        /// Which attempt follows.
        attempt: u32,
    },
    /// An action that has failed for good cannot be put back.
    NotPutBack {
        /// Its idempotency key.
        key: String,
        /// Why.
        reason: String,
    },
    /// Its id was seen before, or the action is under way: nothing was done
    /// (I3).
    Duplicate,
    /// No record has the value that it names (E4).
    NoRecord {
        /// Which value.
        value: String,
    },
    /// It was refused.
    Refused {
        /// Why.
        reason: String,
    },
}

/// What came of rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// How many created a record.
    pub created: usize,
    /// How many updated one.
    pub updated: usize,
    /// How many had gone in before.
    pub before: usize,
    /// Those that did not go in, by place from 0, and why.
    pub rejects: Vec<(usize, String)>,
    /// How many actions they asked for.
    pub actions: usize,
}

/// What is wrong with a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// The number of the finding.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// Where it begins in the condition, in bytes.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// A few words about the place.
    pub label: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// Anything of it as bytes.
pub(in crate::host) fn bytes(of: &impl Serialize) -> Vec<u8> {
    // The keys of its maps are texts.
    serde_json::to_vec(of).unwrap_or_default()
}

/// A question or an order that was read.
///
/// # Errors
/// Why the bytes are none, in words.
pub(in crate::host) fn ask(bytes: &[u8]) -> Result<Ask, String> {
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

/// An answer that was read.
///
/// # Errors
/// Why the bytes are none, in words.
pub(in crate::host) fn reply(bytes: &[u8]) -> Result<Reply, String> {
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}
