//! Putting failed actions back (A4): which are meant by a key or by how it
//! begins, and why one cannot be put back. What follows when one is, is decided
//! by the engine.

use std::sync::Arc;

use super::find::PREFIX;
use super::outcome::named;
use super::wire::{Outcome, Reply, Words};
use crate::base::{Name, Timestamp};
use crate::engine::decision::{Action, Answer, Asked, Call};
use crate::engine::frozen::v1::call;
use crate::engine::frozen::v1::event::Event as Frozen;
use crate::engine::message::Attempt;
use crate::engine::put_back::Retry;
use crate::engine::{Effects, Event, State};
use crate::host::durable::Core;
use crate::host::failed::Failed;
use crate::model::{WorkflowId, written};
use crate::plan::StepKind;
use crate::store::disk::Disk;
use crate::store::log::MOST_BYTES;

/// How many keys are named where several are meant.
const LISTED: usize = 10;

/// What puts the actions back that are named; without names, all that can be.
///
/// # Errors
/// Which of them is none, or cannot be put back; then none is.
pub(super) fn events<D: Disk>(
    core: &Core<D>,
    keys: &[String],
    by: Option<&str>,
) -> Result<Vec<Event>, Reply> {
    let all = core.ledger().failures.iter();
    if keys.is_empty() {
        let events = all.filter_map(|failed| event(core.state(), failed, by).ok());
        return Ok(events.collect());
    }
    let mut chosen: Vec<&Failed> = Vec::new();
    for key in keys {
        let failed = one(core, key)?;
        if chosen.iter().all(|other| other.key != failed.key) {
            chosen.push(failed);
        }
    }
    let events = chosen.into_iter().map(|failed| {
        event(core.state(), failed, by).map_err(|why| {
            let key = failed.key;
            Reply::refused(format!("`{key}` cannot be put back: {why}"))
        })
    });
    events.collect()
}

/// Why a failure cannot be put back; `None` where it can.
pub(super) fn why_not(state: &State, failed: &Failed) -> Option<String> {
    event(state, failed, None).err()
}

/// What came of putting actions back. Of all, those that cannot be are told too.
pub(super) fn outcomes<D: Disk>(
    core: &Core<D>,
    keys: &[String],
    effects: &[Effects],
) -> Vec<Outcome> {
    let state = core.state();
    let mut outcomes: Vec<Outcome> = effects.iter().map(|one| outcome(state, one)).collect();
    if keys.is_empty() {
        let left = core.ledger().failures.iter();
        outcomes.extend(left.filter_map(|failed| {
            Some(Outcome::NotPutBack {
                key: failed.key.to_string(),
                reason: why_not(state, failed)?,
            })
        }));
    }
    outcomes
}

fn outcome(state: &State, effects: &Effects) -> Outcome {
    // What came due at the same time has been decided before.
    match (&effects.answer, effects.actions.last()) {
        (Some(Answer::Refused(reason)), _) => Outcome::Refused {
            reason: reason.to_string(),
        },
        (Some(Answer::NoRecord(value)), _) => Outcome::NoRecord {
            value: value.to_string(),
        },
        (Some(Answer::Accepted(_)), Some(action)) => put_back(state, action),
        _ => Outcome::Duplicate,
    }
}

fn put_back(state: &State, action: &Action) -> Outcome {
    let prepared = state.prepared();
    let workflow = prepared.workflow(action.workflow);
    let step = workflow.and_then(|workflow| workflow.steps.get(action.step));
    Outcome::PutBack {
        key: action.key.to_string(),
        record: named(state, action.record),
        workflow: workflow.map_or_else(String::new, |workflow| workflow.name().to_string()),
        step: step.map_or_else(String::new, |step| step.id.to_string()),
        action: prepared.program.catalog.actions[action.request.action]
            .called()
            .to_owned(),
        attempt: action.attempt,
    }
}

/// The only failure whose key is so, or begins so.
fn one<'c, D: Disk>(core: &'c Core<D>, named: &str) -> Result<&'c Failed, Reply> {
    let key = named.trim().to_lowercase();
    let all = || core.ledger().failures.iter();
    if let Some(found) = all().find(|failed| failed.key.to_string() == key) {
        return Ok(found);
    }
    let begins = |text: String| text.starts_with(&key);
    if key.len() < PREFIX {
        return Err(refused(
            format!("`{named}` is too short for the beginning of a key"),
            format!("say at least {PREFIX} digits of it"),
        ));
    }
    let found: Vec<&Failed> = all()
        .filter(|failed| begins(failed.key.to_string()))
        .collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] if is_under_way(core, begins) => Err(refused(
            format!("`{named}` is under way already"),
            "`flow failures` lists it again if it fails for good".into(),
        )),
        [] => Err(refused(
            format!("no action that has failed has the key `{named}`"),
            "`flow failures` lists them with their keys".into(),
        )),
        several => {
            let names = several.iter().take(LISTED);
            let names: Vec<String> = names.map(|failed| format!("`{}`", failed.key)).collect();
            let more = if several.len() > LISTED { ", …" } else { "" };
            Err(refused(
                format!("{} keys begin with `{named}`", several.len()),
                format!("say which: {}{more}", names.join(", ")),
            ))
        }
    }
}

fn is_under_way<D: Disk>(core: &Core<D>, begins: impl Fn(String) -> bool) -> bool {
    let mut pending = core.pending().iter();
    pending.any(|open| begins(open.action.key.to_string()))
}

fn refused(message: String, help: String) -> Reply {
    Reply::Refused(Words {
        message,
        help: Some(help),
    })
}

/// What puts a failed action back, or why it cannot be.
fn event(state: &State, failed: &Failed, by: Option<&str>) -> Result<Event, String> {
    let prepared = state.prepared();
    let request = match &failed.call {
        Some(call) => call::thaw(prepared, call).ok_or_else(|| {
            format!(
                "the program has no action `{}` any more",
                written(call.action())
            )
        })?,
        None if failed.workflow.is_empty() => {
            return Err("it is an input, which stays set aside".into());
        }
        None if failed.attempts == 0 => return Err("nothing was asked for".into()),
        None => return Err("what it had asked was not kept".into()),
    };
    if state.record(failed.record).is_none() {
        return Err("its record is gone".into());
    }
    let name = &failed.workflow;
    let found = prepared.program.catalog.workflow(&Name::new(name));
    let workflow = found.ok_or_else(|| format!("the program has no workflow `{name}` any more"))?;
    let plan = prepared.workflow(workflow);
    if state.switch(workflow).off || plan.is_some_and(|plan| plan.off) {
        return Err(format!("`{name}` is off"));
    }
    let event = Event::Retry(Box::new(Retry {
        asked: asked(state, failed, (workflow, &request)),
        request: Arc::new(request),
        per: failed.per.as_str().into(),
        by: by.map(Arc::from),
    }));
    match Frozen::freeze(prepared, Timestamp::MAX, None, &event).bytes() {
        bytes if bytes.len() > MOST_BYTES => Err("what it asks is too large for the log".into()),
        _ => Ok(event),
    }
}

/// The last attempt of it, at its step if that asks for the same action still.
fn asked(state: &State, failed: &Failed, (workflow, call): (WorkflowId, &Call)) -> Asked {
    let prepared = state.prepared();
    let actions = &prepared.program.catalog.actions;
    let called = actions[call.action].called();
    let steps = prepared.workflow(workflow);
    let steps = steps.map(|plan| plan.steps.as_slice()).unwrap_or_default();
    let step = steps.iter().position(|step| {
        let same =
            matches!(&step.kind, StepKind::Do(own) if actions[own.action].called() == called);
        same && step.id.as_str() == failed.step
    });
    Asked {
        record: failed.record,
        action: call.action,
        attempt: Attempt {
            enrolment: failed.enrolment,
            workflow,
            step: step.unwrap_or(usize::MAX),
            action: failed.key,
            number: failed.attempts,
        },
    }
}
