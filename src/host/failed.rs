//! The actions that failed for good (A4), as they can be put back. What is
//! asked of them is not known here.

use std::collections::{BTreeMap, VecDeque};

use crate::base::{Timestamp, Uid};
use crate::engine::Prepared;
use crate::engine::decision::{Action, Entry, What};
use crate::plan::StepKind;

/// How many are kept; then the oldest are forgotten.
const MOST: usize = 10_000;

/// The actions that failed for good, in the order in which they did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Failures {
    list: VecDeque<Failed>,
    /// The keys of the actions under way, by enrolment and step.
    under_way: BTreeMap<(Uid, usize), Uid>,
    /// Where the last attempt of an action has just failed: its step is told
    /// to have failed next.
    last: Option<(Uid, usize)>,
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
    /// The name of the workflow.
    pub workflow: String,
    /// The name of the step.
    pub step: String,
    /// The name of the action, else the word of the step.
    pub action: String,
    /// What went wrong.
    pub error: String,
    /// When.
    pub at: Timestamp,
    /// How many attempts were made.
    pub attempts: u32,
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
            workflow: String::new(),
            step: String::new(),
            action: "input".to_owned(),
            error: format!("set aside: the engine failed on the input at position {position}"),
            at: at.unwrap_or(Timestamp::MIN),
            attempts: 1,
        });
    }

    /// Takes in an entry of the history.
    pub(super) fn told(&mut self, prepared: &Prepared, entry: &Entry) {
        let (Some(enrolment), Some(step)) = (entry.enrolment, entry.step) else {
            return;
        };
        let last = self.last.take();
        match &entry.what {
            What::AttemptFailed {
                attempt,
                error,
                retry: None,
                ..
            } => {
                let key = self.under_way.remove(&(enrolment, step));
                self.add(prepared, entry, (key, *attempt, error));
                self.last = Some((enrolment, step));
            }
            What::Failed(error) if last != Some((enrolment, step)) => {
                self.add(prepared, entry, (None, 0, error));
            }
            What::Done(_) | What::Withdrawn(_) => {
                self.under_way.remove(&(enrolment, step));
            }
            _ => {}
        }
    }

    /// Takes in what is asked of the outside.
    pub(super) fn asked(&mut self, actions: &[Action]) {
        for action in actions {
            self.under_way
                .insert((action.enrolment, action.step), action.key);
        }
    }

    fn add(
        &mut self,
        prepared: &Prepared,
        entry: &Entry,
        (key, attempts, error): (Option<Uid>, u32, &str),
    ) {
        let workflow = entry.workflow.and_then(|id| prepared.workflow(id));
        let step = entry.step.zip(workflow);
        let step = step.and_then(|(place, workflow)| workflow.steps.get(place));
        let (Some(enrolment), Some(record)) = (entry.enrolment, entry.record) else {
            return;
        };
        let (Some(workflow), Some(step)) = (workflow, step) else {
            return;
        };
        let name = step.id.as_str();
        let at = entry.at.as_microsecond().to_le_bytes();
        let action = match &step.kind {
            StepKind::Do(action) => {
                let actions = &prepared.program.catalog.actions;
                actions[action.action].name.as_str()
            }
            other => other.word(),
        };
        self.list.push_back(Failed {
            key: key.unwrap_or_else(|| Uid::of(&[enrolment.bytes(), name.as_bytes(), &at])),
            record,
            enrolment,
            workflow: workflow.name().to_string(),
            step: name.to_owned(),
            action: action.to_owned(),
            error: error.to_owned(),
            at: entry.at,
            attempts,
        });
        if self.list.len() > MOST {
            self.list.pop_front();
        }
    }
}
