//! Actions that were put back after they had failed for good (A4): each is
//! carried out by itself, beside the enrolments of its record. What is decided
//! about them is not known here.

use std::sync::Arc;

use super::call::Call;
use super::decision::{Action, Asked};
use super::message::Attempt;
use crate::base::{Timestamp, Uid};
use crate::model::WorkflowId;

/// An action that failed for good, as it is put back.
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    /// The last attempt that was made of it, and whose it is.
    pub asked: Asked,
    /// What is asked, as it was rendered (A1).
    pub request: Arc<Call>,
    /// The key of the enrolment that asked for it; empty where it had none (E16).
    pub per: Arc<str>,
    /// Who puts it back, where that is known (H1).
    pub by: Option<Arc<str>>,
}

/// An action that was put back and has not ended.
#[derive(Debug, Clone, PartialEq)]
pub struct PutBack {
    /// Its idempotency key, that of before (A1).
    pub key: Uid,
    /// The enrolment that asked for it, which does not wait for it.
    pub enrolment: Uid,
    /// The key of that enrolment; empty where it had none (E16).
    pub per: Arc<str>,
    /// The workflow.
    pub workflow: WorkflowId,
    /// The step, by place; `None` where an edit has taken it away.
    pub step: Option<usize>,
    /// How many attempts were made before it was put back: its retries count
    /// anew (A3).
    pub before: u32,
    /// Which attempt, counted on.
    pub attempt: u32,
    /// What was rendered, once (A1).
    pub request: Arc<Call>,
    /// When the next attempt is due; `None` while one is under way.
    pub retry: Option<Timestamp>,
}

impl PutBack {
    /// Why one is withdrawn whose workflow the program has no more.
    pub const REMOVED: &str = "workflow_removed";

    /// The attempt that it stands at.
    #[must_use]
    pub fn attempt(&self) -> Attempt {
        Attempt {
            enrolment: self.enrolment,
            workflow: self.workflow,
            step: self.step.unwrap_or(usize::MAX),
            action: self.key,
            number: self.attempt,
        }
    }

    /// The key of its enrolment as it is told.
    #[must_use]
    pub(super) fn entry_key(&self) -> Option<Arc<str>> {
        Some(self.per.clone()).filter(|key| !key.is_empty())
    }

    /// What is asked of the outside, for a record, as decided at a moment.
    #[must_use]
    pub fn action(&self, record: Uid, decided_at: Timestamp) -> Action {
        Action {
            key: self.key,
            record,
            enrolment: self.enrolment,
            workflow: self.workflow,
            step: self.step.unwrap_or(usize::MAX),
            attempt: self.attempt,
            decided_at,
            request: self.request.clone(),
        }
    }
}
