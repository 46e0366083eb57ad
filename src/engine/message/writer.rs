//! The steps that ask another record for something, and what it answers. How the
//! enrolment goes on is decided elsewhere.

use std::sync::Arc;

use super::{Body, Request};
use crate::base::{Name, Uid};
use crate::model::{AssociationId, Value, WorkflowId};

/// Whom a written record answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Writer {
    /// The enrolled record.
    pub record: Uid,
    /// Its enrolment.
    pub enrolment: Uid,
    /// The workflow.
    pub workflow: WorkflowId,
    /// The step that writes, by place.
    pub step: usize,
}

impl Writer {
    /// What tells its enrolment of an answer.
    #[must_use]
    pub fn reply(self, answer: Answered) -> Body {
        Body::Request(Box::new(Request::Reply {
            enrolment: self.enrolment,
            answer,
        }))
    }
}

/// A step that makes a record, and what it is linked with at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The step.
    pub writer: Writer,
    /// The new record's own links.
    pub links: Vec<(AssociationId, Uid)>,
    /// The association of the enrolled record that leads to it, with a label.
    pub link: Option<(AssociationId, Option<Name>)>,
}

impl Made {
    /// How many answers the step waits for.
    #[must_use]
    pub fn answers(&self) -> usize {
        1 + self.links.len() + usize::from(self.link.is_some())
    }
}

/// What a record answers a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Answered {
    /// It is done.
    Done,
    /// It is done: the record was made, with what is read of it by place.
    Made(Arc<[Option<Value>]>),
    /// There is nothing to be done, for this reason.
    Skipped(Arc<str>),
    /// It was refused, for this reason (A10).
    Refused(Arc<str>),
}
