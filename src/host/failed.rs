//! The actions that failed for good (A4), with what was asked, so that they can
//! be put back. Who puts them back is not known here.

use std::collections::VecDeque;
use std::sync::Arc;

use super::ledger::About;
use crate::base::{Timestamp, Uid};
use crate::engine::Prepared;
use crate::engine::decision::{Action, Entry, What};
use crate::engine::frozen::v1::call::{self, Call};
use crate::plan::StepKind;

/// How many are kept; then the oldest are forgotten.
const MOST: usize = 10_000;

/// The actions that failed for good, in the order in which they did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Failures {
    list: VecDeque<Failed>,
    /// Where the last attempt of an action has just failed: its step is told
    /// to have failed next.
    last: Option<(Uid, Option<usize>)>,
}

/// An action that failed for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Its idempotency key; that of what was never asked for (A10) is made
    /// from its place and its time.
    pub key: Uid,
    /// The enrolled record.
    pub record: Uid,
    /// Its enrolment.
    pub enrolment: Uid,
    /// The key of that; empty where it had none (E16), and where it had left.
    pub per: String,
    /// The name of the workflow.
    pub workflow: String,
    /// The name of the step; empty where an edit has taken it away.
    pub step: String,
    /// The name of the action, else the word of the step.
    pub action: String,
    /// What went wrong.
    pub error: String,
    /// When.
    pub at: Timestamp,
    /// How many attempts were made.
    pub attempts: u32,
    /// What was asked; `None` where nothing was, and where that was not kept.
    pub call: Option<Arc<Call>>,
}

impl FromIterator<Failed> for Failures {
    fn from_iter<T: IntoIterator<Item = Failed>>(all: T) -> Self {
        Failures {
            list: all.into_iter().collect(),
            ..Failures::default()
        }
    }
}

impl Failures {
    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Failed> {
        self.list.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Takes in an input that is left out (A5).
    pub(super) fn set_aside(&mut self, position: u64, at: Option<Timestamp>) {
        let nobody = Uid::of(&[]);
        self.list.push_back(Failed {
            key: Uid::of(&[b"aside", &position.to_le_bytes()]),
            record: nobody,
            enrolment: nobody,
            per: String::new(),
            workflow: String::new(),
            step: String::new(),
            action: "input".to_owned(),
            error: format!("set aside: the engine failed on the input at position {position}"),
            at: at.unwrap_or(Timestamp::MIN),
            attempts: 1,
            call: None,
        });
    }

    /// Takes in an entry of the history. `about` is the action that the event
    /// was about which has led to it.
    pub(super) fn told(&mut self, prepared: &Prepared, entry: &Entry, about: Option<&About>) {
        let Some(enrolment) = entry.enrolment else {
            return;
        };
        let (place, last) = ((enrolment, entry.step), self.last.take());
        let (action, put_back) = match about {
            Some(About::Attempt(action, put_back)) => (Some(action), *put_back),
            _ => (None, false),
        };
        match &entry.what {
            What::AttemptFailed {
                attempt,
                error,
                retry: None,
                ..
            } => {
                self.add((prepared, entry), action, (*attempt, error));
                // The step of what was put back has failed long ago.
                self.last = (!put_back).then_some(place);
            }
            What::Failed(error) if last != Some(place) => {
                self.add((prepared, entry), None, (0, error));
            }
            What::Withdrawn(why) if put_back => {
                let made = action.map_or(0, |action| action.attempt.saturating_sub(1));
                let error = format!("withdrawn: {why}");
                self.add((prepared, entry), action, (made, &error));
            }
            _ => {}
        }
    }

    /// Takes off an action that was put back.
    pub(super) fn put_back(&mut self, key: Uid) {
        self.list.retain(|failed| failed.key != key);
    }

    fn add(
        &mut self,
        (prepared, entry): (&Prepared, &Entry),
        asked: Option<&Action>,
        (attempts, error): (u32, &str),
    ) {
        let (Some(enrolment), Some(record)) = (entry.enrolment, entry.record) else {
            return;
        };
        let Some(workflow) = entry.workflow.and_then(|id| prepared.workflow(id)) else {
            return;
        };
        let step = entry.step.and_then(|place| workflow.steps.get(place));
        let name = step.map_or("", |step| step.id.as_str());
        let at = entry.at.as_microsecond().to_le_bytes();
        let own = || Uid::of(&[enrolment.bytes(), name.as_bytes(), &at]);
        let actions = &prepared.program.catalog.actions;
        let action = match (asked, step.map(|step| &step.kind)) {
            (Some(asked), _) => actions[asked.request.action].called(),
            (None, Some(StepKind::Do(action))) => actions[action.action].called(),
            (None, other) => other.map_or("", StepKind::word),
        };
        self.list.push_back(Failed {
            key: asked.map_or_else(own, |asked| asked.key),
            record,
            enrolment,
            per: entry.key.as_deref().unwrap_or_default().to_owned(),
            workflow: workflow.name().to_string(),
            step: name.to_owned(),
            action: action.to_owned(),
            error: error.to_owned(),
            at: entry.at,
            attempts,
            call: asked.map(|asked| Arc::new(call::freeze(prepared, &asked.request))),
        });
        if self.list.len() > MOST {
            self.list.pop_front();
        }
    }
}
