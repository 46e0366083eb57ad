//! An enrolment: one traversal of one workflow by one record and key.

use std::sync::Arc;

use super::call::Call;
use crate::base::{Fingerprint, Timestamp, Uid};
use crate::model::{ObjectId, PropertyId, Value, WorkflowId};
use crate::plan::Next;
use crate::semantic::hir::{EventSource, FieldSource};

/// A record inside a workflow.
#[derive(Debug, Clone, PartialEq)]
pub struct Enrolment {
    /// Its identity: a hash of its cause, workflow, record and key (A1).
    pub id: Uid,
    /// The workflow.
    pub workflow: WorkflowId,
    /// The version of the workflow that it is on (V1).
    pub version: Fingerprint,
    /// Its key; empty where there is none (E16).
    pub key: Arc<str>,
    /// The occurrence that enrolled the record.
    pub occurrence: Option<Arc<Occurrence>>,
    /// Where it stands.
    pub stage: Stage,
    /// What steps have bound names to, by place; `None` before they do.
    pub bindings: Vec<Option<Kept>>,
    /// How many actions it has asked for: part of their keys (A1).
    pub visits: u32,
    /// The waits that its path has come past, where it may come back to them.
    pub passed: Option<Box<Passed>>,
}

/// The waits that have let a path through at one instant. A loop that comes
/// back to one of them at that instant waits for something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// When.
    pub at: Timestamp,
    /// The waits, by place.
    pub steps: Vec<usize>,
}

/// What a name means that a step has bound.
#[derive(Debug, Clone, PartialEq)]
pub enum Kept {
    /// What an action has answered, by place.
    Answer(Arc<[Option<Value>]>),
    /// The occurrence that a wait has ended with.
    Occurrence(Arc<Occurrence>),
    /// The record that a step has made, by the places of its properties: who it
    /// is, and what the workflow reads of it.
    Record(Arc<[Option<Value>]>),
}

/// Where an enrolment stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// It goes on at the next moment: just begun, or held by a pause (E17).
    Ready {
        /// The step that a pause holds it at; `None` before the first.
        at: Option<usize>,
        /// Where it goes on.
        next: Next,
        /// When it could have gone on.
        due: Timestamp,
    },
    /// It waits.
    Waiting {
        /// At which step.
        step: usize,
        /// Since when (W4).
        began: Timestamp,
        /// Until when.
        due: Timestamp,
    },
    /// It waits for an event or a condition (W3, W5).
    Awaiting {
        /// At which step.
        step: usize,
        /// Since when.
        began: Timestamp,
        /// Until when at most; `None`: forever.
        until: Option<Timestamp>,
        /// When a condition of it can turn by the passing of time alone.
        turn: Option<Timestamp>,
    },
    /// It waits for the answers of the records that a step has written (I5).
    Writing {
        /// At which step.
        step: usize,
        /// How many have not answered.
        open: usize,
        /// Why the first of those that refused did.
        failure: Option<Arc<str>>,
        /// The moment from which its path counts (I8).
        from: Timestamp,
    },
    /// It waits for the result of an action (A2).
    Acting {
        /// At which step.
        step: usize,
        /// The idempotency key.
        action: Uid,
        /// Which attempt, from 1.
        attempt: u32,
        /// What was rendered, once (A1).
        request: Arc<Call>,
        /// When the next attempt is due; `None` while one is under way.
        retry: Option<Timestamp>,
    },
    /// It waits for the result of an action whose step an edit has taken away
    /// (A8). There are no further attempts.
    Finishing {
        /// The idempotency key.
        action: Uid,
        /// Which attempt, from 1.
        attempt: u32,
        /// What was rendered, once (A1).
        request: Arc<Call>,
        /// Where it goes on; `None` where no step is left for it.
        then: Option<Next>,
    },
}

impl Enrolment {
    /// Whether a wait has let it through at an instant.
    #[must_use]
    pub(super) fn has_passed(&self, step: usize, at: Timestamp) -> bool {
        let passed = self.passed.as_ref();
        passed.is_some_and(|passed| passed.at == at && passed.steps.contains(&step))
    }

    /// Notes that a wait has let it through.
    pub fn pass(&mut self, step: usize, at: Timestamp) {
        let mut steps = match self.passed.take() {
            Some(passed) if passed.at == at => passed.steps,
            _ => Vec::new(),
        };
        steps.push(step);
        self.passed = Some(Box::new(Passed { at, steps }));
    }

    /// When it wakes by itself.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        match &self.stage {
            Stage::Ready { due, .. } | Stage::Waiting { due, .. } => Some(*due),
            Stage::Awaiting { until, turn, .. } => until.iter().chain(turn).min().copied(),
            Stage::Acting { retry, .. } => *retry,
            Stage::Writing { .. } | Stage::Finishing { .. } => None,
        }
    }

    /// Until when it stays where it stands, if nothing comes before; a condition
    /// may let it go on earlier.
    #[must_use]
    pub fn until(&self) -> Option<Timestamp> {
        match &self.stage {
            Stage::Awaiting { until, .. } => *until,
            _ => self.due(),
        }
    }

    /// The step that it stands at; `None` before the first.
    #[must_use]
    pub fn step(&self) -> Option<usize> {
        match &self.stage {
            Stage::Ready { at, .. } => *at,
            Stage::Waiting { step, .. }
            | Stage::Awaiting { step, .. }
            | Stage::Writing { step, .. }
            | Stage::Acting { step, .. } => Some(*step),
            Stage::Finishing { .. } => None,
        }
    }
}

/// Something that happened to a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurrence {
    /// What.
    pub event: EventSource,
    /// Its identity.
    pub id: Arc<str>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Its properties by place; of a change the old and the new value; of a
    /// failed action the action, the status and the error.
    pub values: Vec<Option<Value>>,
}

impl Occurrence {
    /// The property that an expression names, if this occurrence has it.
    #[must_use]
    pub fn field(&self, object: ObjectId, sources: &[FieldSource]) -> Option<Value> {
        sources
            .iter()
            .find_map(|source| self.source(object, *source))?
    }

    /// `None` where the source is another event's; an unknown value is there.
    #[expect(
        clippy::option_option,
        reason = "another event's property and an unknown one differ"
    )]
    fn source(&self, object: ObjectId, source: FieldSource) -> Option<Option<Value>> {
        let place = match (source, &self.event) {
            (FieldSource::Occurrence(0), _) => {
                return Some(Some(Value::Datetime(self.occurred_at)));
            }
            (FieldSource::Occurrence(1), _) => {
                return Some(Some(Value::Datetime(self.accepted_at)));
            }
            (FieldSource::Occurrence(_), _) => {
                return Some(Some(Value::Text(self.id.clone().into())));
            }
            (FieldSource::Property(event, property), EventSource::Declared(own))
                if event == *own =>
            {
                property.index()
            }
            (FieldSource::Old(owner, property), EventSource::Changed(own)) => {
                is_change((owner, property), (object, *own)).then_some(0)?
            }
            (FieldSource::New(owner, property), EventSource::Changed(own)) => {
                is_change((owner, property), (object, *own)).then_some(1)?
            }
            (FieldSource::ActionFailed(place), EventSource::ActionFailed) => place,
            _ => return None,
        };
        Some(self.values.get(place).cloned().flatten())
    }
}

fn is_change(read: (ObjectId, PropertyId), own: (ObjectId, PropertyId)) -> bool {
    read == own
}
