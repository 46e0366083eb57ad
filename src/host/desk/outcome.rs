//! What came of an input, in the words of whoever sent it: from its answer and
//! what was told of it. It decides nothing.

use super::find::candidate;
use super::wire::{Candidate, Outcome};
use crate::base::Uid;
use crate::engine::decision::{Answer, Entry, Reason, What};
use crate::engine::{Effects, Input, InputBody, State};
use crate::model::WorkflowId;

/// What came of an input.
pub(super) fn of(state: &State, input: &Input, effects: &Effects) -> Outcome {
    match &effects.answer {
        Some(Answer::Duplicate) => Outcome::Duplicate,
        Some(Answer::NoRecord(value)) => Outcome::NoRecord {
            value: value.to_string(),
        },
        Some(Answer::Refused(reason)) => Outcome::Refused {
            reason: reason.to_string(),
        },
        Some(Answer::Created(id)) => Outcome::Created {
            record: named(state, *id),
        },
        Some(Answer::Accepted(id)) => accepted(state, input, (*id, &effects.entries)),
        Some(Answer::Released) | None => of_program(state, input),
    }
}

/// What came of an input that a record has taken.
fn accepted(state: &State, input: &Input, (id, entries): (Uid, &[Entry])) -> Outcome {
    let record = named(state, id);
    // Who leaves may have been inside an older version.
    let program = &state.prepared().program;
    let of = |entry: &Entry| entry.workflow.map(|id| program.current(id));
    let about = |workflow: WorkflowId| {
        entries
            .iter()
            .filter(move |entry| entry.record == Some(id) && of(entry) == Some(workflow))
    };
    match input.body {
        InputBody::Enroll(_, workflow) => {
            let mut told = about(workflow).filter_map(|entry| enrolment(&entry.what));
            enrolled(record, name(state, workflow), told.next().flatten())
        }
        InputBody::Unenroll(_, workflow) => {
            let left = |entry: &&Entry| {
                let reason = Reason::Manual;
                matches!(entry.what, What::Left { reason: of, .. } if of == reason)
            };
            Outcome::Unenrolled {
                record,
                workflow: name(state, workflow),
                times: about(workflow).filter(left).count(),
            }
        }
        _ => {
            let refused = entries.iter().find_map(|entry| match &entry.what {
                What::InputRefused(reason) if entry.record == Some(id) => Some(reason),
                _ => None,
            });
            match refused {
                Some(reason) => Outcome::Refused {
                    reason: reason.to_string(),
                },
                None => Outcome::Accepted {
                    record: Some(record),
                },
            }
        }
    }
}

/// Whether an entry tells of an attempt to enrol, and why it came to nothing.
fn enrolment(what: &What) -> Option<Option<Reason>> {
    match what {
        What::Enrolled { .. } => Some(None),
        What::Refused { reason, .. } => Some(Some(*reason)),
        _ => None,
    }
}

fn enrolled(record: Candidate, workflow: String, why_not: Option<Reason>) -> Outcome {
    match why_not {
        None => Outcome::Enrolled { record, workflow },
        Some(reason) => Outcome::NotEnrolled {
            record,
            workflow,
            reason: reason.word().to_owned(),
        },
    }
}

/// What came of an input that is about no record.
fn of_program(state: &State, input: &Input) -> Outcome {
    match input.body {
        InputBody::Publish => Outcome::Published,
        InputBody::Switch(workflow, to) => Outcome::Switched {
            workflow: name(state, workflow),
            to: to.word().to_owned(),
        },
        _ => Outcome::Accepted { record: None },
    }
}

fn name(state: &State, workflow: WorkflowId) -> String {
    let workflows = &state.prepared().program.catalog.workflows;
    workflows[workflow].name.to_string()
}

/// A record by its names; one that is gone by its id.
pub(super) fn named(state: &State, id: Uid) -> Candidate {
    match state.record(id) {
        Some(record) => candidate(state, record),
        None => Candidate {
            object: String::new(),
            name: id.to_string(),
            id: id.to_string(),
        },
    }
}
