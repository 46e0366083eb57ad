//! What is wrong with a store, for programs.

use serde::Serialize;

use super::desk::document;
use crate::host::durable::Unopened;
use crate::store::log::Problem;

/// The version of the form.
const VERSION: u32 = 1;

/// What was found in a store.
pub(in crate::cli) struct Verified<'v> {
    pub(in crate::cli) problems: &'v [Problem],
    /// How many records it comes to, if it can be replayed.
    pub(in crate::cli) records: Option<usize>,
    /// The hash of all decisions.
    pub(in crate::cli) decisions: Option<String>,
    /// Why it cannot be replayed.
    pub(in crate::cli) failure: Option<&'v Unopened>,
}

#[derive(Serialize)]
struct WireVerified {
    version: u32,
    problems: Vec<WireProblem>,
    records: Option<usize>,
    decisions: Option<String>,
    failure: Option<String>,
}

#[derive(Serialize)]
pub(super) struct WireProblem {
    segment: String,
    offset: u64,
    position: u64,
    next: Option<u64>,
    what: String,
    torn: bool,
}

/// As one document.
pub(in crate::cli) fn json(verified: &Verified<'_>) -> String {
    document(&WireVerified {
        version: VERSION,
        problems: problems(verified.problems),
        records: verified.records,
        decisions: verified.decisions.clone(),
        failure: verified.failure.map(ToString::to_string),
    })
}

/// What is wrong with a log.
pub(super) fn problems(problems: &[Problem]) -> Vec<WireProblem> {
    let problems = problems.iter().map(|problem| WireProblem {
        segment: problem.segment.display().to_string(),
        offset: problem.offset,
        position: problem.position.get(),
        next: problem.next.map(|next| next.get()),
        what: problem.what.clone(),
        torn: problem.torn,
    });
    problems.collect()
}
