//! The attempts of actions, and what comes of them. When one is tried again is
//! decided elsewhere.

use std::sync::Arc;

use crate::base::Uid;
use crate::model::{Value, WorkflowId};

/// One attempt of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// The enrolment that asked for it.
    pub enrolment: Uid,
    /// Its workflow.
    pub workflow: WorkflowId,
    /// Its step, by place.
    pub step: usize,
    /// The idempotency key.
    pub action: Uid,
    /// Which attempt, from 1.
    pub number: u32,
}

/// What came of an attempt of an action.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It succeeded; results by place, unknown where `None`.
    Done(Vec<Option<Value>>),
    /// It failed.
    Failed {
        /// The status of the answer.
        status: Option<u16>,
        /// What went wrong, in a few words.
        error: Arc<str>,
        /// Whether it may be tried again.
        again: Again,
    },
}

/// Whether a failed attempt may be followed by another (A3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Again {
    /// As the step says, else as rule A3 does.
    #[default]
    Usual,
    /// Not before so many seconds: the service asked to be left alone.
    After(u32),
    /// It would not help.
    Never,
}
