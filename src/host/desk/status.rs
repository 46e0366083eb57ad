//! How things stand: the program, the records, the workflows, what failed. It
//! changes nothing.

use super::retry;
use super::wire::{Failed, Hello, Status, WorkflowStatus};
use crate::base::Timestamp;
use crate::engine::State;
use crate::host::durable::Core;
use crate::host::look::title;
use crate::host::run;
use crate::host::tally::{Flow, Tally};
use crate::plan::Workflow;
use crate::store::disk::Disk;

/// Which program runs.
pub(super) fn hello<D: Disk>(core: &Core<D>) -> Hello {
    Hello {
        program: core.program().hash.to_string(),
        published: core.state().is_published(),
        pending: core.pending().len(),
    }
}

/// How things stand.
pub(super) fn status<D: Disk>(core: &Core<D>) -> Status {
    let state = core.state();
    let mut tally: Tally = core.ledger().tally.clone();
    tally.settle(state);
    let catalog = &state.prepared().program.catalog;
    let ids = catalog.workflows.ids();
    let workflows = ids.filter_map(|id| state.prepared().workflow(id));
    let now = Some(state.now()).filter(|now| *now > Timestamp::MIN);
    Status {
        program: core.program().hash.to_string(),
        published: state.is_published(),
        now: now.map(|now| now.to_string()),
        next: core.next_deadline().map(|next| next.to_string()),
        records: run::objects(state),
        segments: run::segments(state),
        workflows: workflows
            .map(|workflow| {
                let flow = tally.flows.get(workflow.name().as_str());
                one(state, workflow, flow.cloned().unwrap_or_default())
            })
            .collect(),
        pending: core.pending().len(),
        failures: core.ledger().failures.len(),
        decisions: core.ledger().hash.to_string(),
        position: core.position().get(),
    }
}

fn one(state: &State, workflow: &Workflow, flow: Flow) -> WorkflowStatus {
    let catalog = &state.prepared().program.catalog;
    let switch = catalog.workflow(workflow.name());
    let switch = switch.map(|id| state.switch(id)).unwrap_or_default();
    let word = match (workflow.off || switch.off, switch.paused) {
        (true, _) => "off",
        (false, true) => "paused",
        (false, false) => "on",
    };
    WorkflowStatus {
        name: workflow.name().to_string(),
        switch: word.to_owned(),
        enrolled: flow.enrolled,
        inside: flow.inside,
        left: flow.left.values().sum(),
    }
}

/// The actions that failed for good.
pub(super) fn failures<D: Disk>(core: &Core<D>) -> Vec<Failed> {
    let all = core.ledger().failures.iter().map(|failed| Failed {
        key: failed.key.to_string(),
        at: failed.at.to_string(),
        record: title(core.state(), failed.record),
        id: failed.record.to_string(),
        workflow: failed.workflow.clone(),
        step: failed.step.clone(),
        action: failed.action.clone(),
        error: failed.error.clone(),
        attempts: failed.attempts,
        stays: retry::why_not(core.state(), failed),
    });
    all.collect()
}
