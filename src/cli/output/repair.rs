//! What can be kept of a broken store, for programs.

use serde::Serialize;

use super::desk::document;
use super::verify::{WireProblem, problems};
use crate::host::repair::{Aside, Diagnosis, Part, Plan};

/// The version of the form.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct WireRepair {
    version: u32,
    /// `sound`, `broken`, `hopeless` or `interrupted`.
    found: &'static str,
    records: Option<usize>,
    decisions: Option<String>,
    why: Option<String>,
    problems: Vec<WireProblem>,
    kept: Option<WireKept>,
    lost: Option<WirePart>,
    before: Option<WirePart>,
    snapshots: Vec<WireSnapshot>,
    program: Option<String>,
    /// The files of ids that cannot be read.
    ids: Vec<String>,
}

#[derive(Serialize)]
struct WireKept {
    first: u64,
    last: u64,
    inputs: u64,
    snapshot: Option<u64>,
}

#[derive(Serialize)]
struct WirePart {
    positions: u64,
    readable: u64,
    inputs: u64,
}

#[derive(Serialize)]
struct WireSnapshot {
    position: u64,
    why: &'static str,
}

/// As one document.
pub(in crate::cli) fn json(found: &Diagnosis) -> String {
    let empty = |found| WireRepair {
        version: VERSION,
        found,
        records: None,
        decisions: None,
        why: None,
        problems: Vec::new(),
        kept: None,
        lost: None,
        before: None,
        snapshots: Vec::new(),
        program: None,
        ids: Vec::new(),
    };
    document(&match found {
        Diagnosis::Sound(records) => WireRepair {
            records: Some(*records),
            ..empty("sound")
        },
        Diagnosis::Interrupted(_) => empty("interrupted"),
        Diagnosis::Hopeless(why) => WireRepair {
            why: Some(why.to_string()),
            ..empty("hopeless")
        },
        Diagnosis::Broken(plan) => broken(plan, empty("broken")),
    })
}

fn broken(plan: &Plan, empty: WireRepair) -> WireRepair {
    let snapshots = plan.snapshots.iter().map(|(position, why)| WireSnapshot {
        position: position.get(),
        why: match why {
            Aside::Unreadable => "unreadable",
            Aside::Later => "later",
            Aside::Earlier => "earlier",
        },
    });
    let comes_to = plan.comes_to.as_ref();
    WireRepair {
        records: comes_to.map(|(records, _)| *records),
        decisions: comes_to.map(|(_, decisions)| decisions.clone()),
        problems: problems(&plan.problems),
        kept: Some(WireKept {
            first: plan.kept.first.get(),
            last: plan.kept.last.get(),
            inputs: plan.inputs,
            snapshot: plan.snapshot.map(|snapshot| snapshot.get()),
        }),
        lost: Some(part(plan.lost)),
        before: Some(part(plan.before)),
        snapshots: snapshots.collect(),
        program: plan.program.as_ref().map(|program| program.name.clone()),
        ids: plan.ids.iter().map(ToString::to_string).collect(),
        ..empty
    }
}

fn part(part: Part) -> WirePart {
    WirePart {
        positions: part.positions,
        readable: part.readable,
        inputs: part.inputs,
    }
}
