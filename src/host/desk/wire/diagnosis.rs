//! A diagnosis as data: why a record is, or is not, enrolled in a workflow.

use serde::{Deserialize, Serialize};

use super::Candidate;

/// What is known of a record and a workflow at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// The record.
    pub record: Candidate,
    /// The workflow.
    pub workflow: String,
    /// The instant.
    pub at: String,
    /// Whether it would be enrolled once a trigger fires.
    pub enrolls: bool,
    /// Why not, in the words of the rules; `enrolled` where nothing keeps it out.
    pub reason: String,
    /// Its clauses, in the order of the text.
    pub clauses: Vec<DiagnosedClause>,
    /// How workflow and record stand.
    pub standing: DiagnosedStanding,
    /// The smallest change of the record that would turn the answer; empty where none was found.
    pub change: Vec<DiagnosedChange>,
}

/// A clause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiagnosedClause {
    /// What it is for: `filter`, `event`, `time`, `only`, `suppress`, `goal`, `reenroll`.
    pub role: String,
    /// As it is written, on one line.
    pub text: String,
    /// Where it stands.
    pub source: String,
    /// `true`, `false` or `unknown`.
    pub holds: String,
    /// Whether it waits for an event or a time besides.
    pub waits: bool,
    /// The terms of its condition.
    pub terms: Vec<DiagnosedTerm>,
}

/// A term of a condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiagnosedTerm {
    /// As it is written, on one line.
    pub text: String,
    /// Where it stands.
    pub source: String,
    /// `true`, `false`, `unknown`, or `event` where it is about an event that is not there.
    pub holds: String,
    /// What it has read.
    pub read: Vec<DiagnosedRead>,
}

/// A value that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiagnosedRead {
    /// Where.
    pub path: String,
    /// What stood there.
    pub value: String,
    /// When it was written, as far as the history says.
    pub since: Option<String>,
}

/// How a workflow and a record stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiagnosedStanding {
    /// Whether the workflow enrols.
    pub on: bool,
    /// Whether it is paused.
    pub paused: bool,
    /// Whether only a person or another workflow enrols.
    pub manual: bool,
    /// Under how many keys the record is inside.
    pub inside: usize,
    /// How often it was enrolled.
    pub times: u32,
    /// How many a breaker has let in within its window, and how many it lets in.
    pub breaker: Option<(u64, u64)>,
}

/// A change of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiagnosedChange {
    /// What gets another value: a property, or `segment NAME`.
    pub set: String,
    /// The value; cleared, or left, where there is none.
    pub to: Option<String>,
}
