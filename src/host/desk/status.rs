//! How things stand: the program, the records, the workflows, what failed. It
//! changes nothing.

use std::collections::BTreeMap;

use super::retry;
use super::wire::{Failed, Hello, Status, VersionStatus, WorkflowStatus};
use crate::base::Timestamp;
use crate::engine::State;
use crate::host::durable::Core;
use crate::host::look::title;
use crate::host::older;
use crate::host::run;
use crate::host::tally::{Flow, Tally};
use crate::model::WorkflowId;
use crate::plan::Workflow;
use crate::store::disk::Disk;

/// Which program runs.
pub(super) fn hello<D: Disk>(core: &Core<D>) -> Hello {
    Hello {
        program: core.program().written.to_string(),
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
    let inside = older::inside(state);
    let now = Some(state.now()).filter(|now| *now > Timestamp::MIN);
    Status {
        program: core.program().written.to_string(),
        published: state.is_published(),
        now: now.map(|now| now.to_string()),
        next: core.next_deadline().map(|next| next.to_string()),
        records: run::objects(state),
        segments: run::segments(state),
        workflows: workflows
            .map(|workflow| {
                let flow = tally.flows.get(workflow.name().as_str());
                let versions = versions(state, &inside, workflow);
                one(
                    state,
                    (workflow, versions),
                    flow.cloned().unwrap_or_default(),
                )
            })
            .collect(),
        pending: core.pending().len(),
        failures: core.ledger().failures.len(),
        decisions: core.ledger().hash.to_string(),
        position: core.position().get(),
    }
}

/// How many are inside each version of a workflow, the one that enrols first;
/// nothing where there is no other.
fn versions(
    state: &State,
    inside: &BTreeMap<WorkflowId, u64>,
    workflow: &Workflow,
) -> Vec<VersionStatus> {
    let program = &state.prepared().program;
    let id = program.catalog.workflow(workflow.name());
    let versions = id.into_iter().flat_map(|id| program.versions(id));
    let versions: Vec<VersionStatus> = versions
        .filter_map(|id| {
            let some = inside.get(&id).copied().unwrap_or_default();
            let shown = some > 0 || program.current(id) == id;
            Some(VersionStatus {
                version: program.plan(id).filter(|_| shown)?.version.short(),
                inside: usize::try_from(some).unwrap_or(usize::MAX),
            })
        })
        .collect();
    if versions.len() > 1 {
        versions
    } else {
        Vec::new()
    }
}

fn one(
    state: &State,
    (workflow, versions): (&Workflow, Vec<VersionStatus>),
    flow: Flow,
) -> WorkflowStatus {
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
        versions,
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
