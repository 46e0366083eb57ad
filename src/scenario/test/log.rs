//! What a test has seen so far: entries of the history and actions that were
//! sent, in names, so that they outlive an edited program.

use std::sync::Arc;

use crate::base::{Name, Timestamp, Uid};
use crate::engine::Prepared;
use crate::engine::decision::{Call, Entry, Rendered, What};

/// An entry of the history.
#[derive(Debug, Clone)]
pub struct Told {
    /// The entry, as the program told it that ran then.
    pub entry: Entry,
    /// Its workflow.
    pub workflow: Option<Name>,
    /// Its step.
    pub step: Option<Name>,
    /// Whether an edited program told it, whose texts are not those of the
    /// test.
    pub edited: bool,
}

/// An action whose first attempt has left.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    /// When.
    pub(super) at: Timestamp,
    /// By enrolments of which record.
    pub(super) record: Uid,
    /// Which action.
    pub(super) action: Name,
    /// What was asked.
    pub(super) call: Arc<Call>,
    /// The parameters of its message.
    pub(super) parameters: Vec<(Name, Rendered)>,
    /// Whether an expectation has named it.
    pub(super) named: bool,
}

/// All of it, in order.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) told: Vec<Told>,
    pub(super) sent: Vec<Sent>,
    /// How much had been told when something last came in.
    pub(super) since: usize,
    /// Whether the program was edited.
    pub(super) edited: bool,
}

impl Log {
    /// Notes an entry of a program.
    pub(super) fn note(&mut self, prepared: &Prepared, entry: &Entry) {
        let workflow = entry.workflow.and_then(|id| prepared.workflow(id));
        let step = entry.step.and_then(|step| workflow?.steps.get(step));
        self.told.push(Told {
            entry: entry.clone(),
            workflow: workflow.map(|workflow| workflow.name().clone()),
            step: step.map(|step| step.id.clone()),
            edited: self.edited,
        });
    }

    /// What was told of a record in a workflow.
    pub(super) fn of<'l>(
        &'l self,
        record: Uid,
        workflow: &'l Name,
    ) -> impl DoubleEndedIterator<Item = &'l Told> {
        self.told.iter().filter(move |told| {
            told.entry.record == Some(record) && told.workflow.as_ref() == Some(workflow)
        })
    }
}

impl Told {
    /// The word of a refusal, or of a leaving.
    pub(super) fn reason(&self) -> Option<&'static str> {
        match &self.entry.what {
            What::Refused { reason, .. } | What::Left { reason, .. } => Some(reason.word()),
            _ => None,
        }
    }

    /// Whether it is the beginning of an enrolment.
    pub(super) fn enrolls(&self) -> bool {
        matches!(self.entry.what, What::Enrolled { .. })
    }

    /// Whether something has failed.
    pub(super) fn fails(&self) -> bool {
        matches!(self.entry.what, What::Failed(_))
    }

    /// Whether a step has been finished by it.
    pub(super) fn finishes(&self) -> bool {
        match &self.entry.what {
            What::Step
            | What::Branch { .. }
            | What::WaitEnded(_)
            | What::Done(_)
            | What::Failed(_) => true,
            // A wait that there was no reason for has ended as others do.
            What::Skipped(why) => !matches!(&**why, "passed_over" | "workflow_off"),
            _ => false,
        }
    }
}
