//! What holds for all: publishing the program, switching workflows, alerts. A
//! barrier for all partitions.

use std::sync::Arc;

use crate::engine::alert::Alerting;
use crate::engine::decision::{Change, Decision, Entry, What};
use crate::engine::draft::follow_up;
use crate::engine::message::{Address, Body, Delivery, Request, Switching};
use crate::engine::record::RecordCell;
use crate::engine::world::World;
use crate::model::WorkflowId;

/// Decides about the program. Records are read to find those that a workflow
/// takes as it is turned on for the first time (E9).
pub(in crate::engine) fn decide<'r>(
    world: World<'_>,
    records: impl Iterator<Item = &'r RecordCell> + Clone,
    delivery: &Delivery,
) -> Decision {
    let mut decision = Decision::about(Address::Program);
    let mut first = Vec::new();
    let by = delivery.by.as_ref();
    match &delivery.body {
        Body::Publish => {
            tell(world, &mut decision, by, (None, What::Published));
            decision.changes.push(Change::Published);
            let workflows = world.prepared.program.catalog.workflows.ids();
            first.extend(workflows.filter(|id| !world.switch(*id).off));
        }
        Body::Switch(workflow, switching) => {
            let what = What::Switched(*switching);
            tell(world, &mut decision, by, (Some(*workflow), what));
            decision
                .changes
                .push(Change::Switched(*workflow, *switching));
            if *switching == Switching::On && world.published {
                first.push(*workflow);
            }
        }
        Body::OverLimit(workflow) => {
            alerting(world, delivery, &mut decision).over_limit(*workflow);
        }
        Body::Request(request) => alerting(world, delivery, &mut decision).asked(request),
        _ => return decision,
    }
    if matches!(delivery.body, Body::Publish) {
        alerting(world, delivery, &mut decision).begin();
    }
    for workflow in first {
        let Some(plan) = world.prepared.workflow(workflow) else {
            continue;
        };
        if plan.off || world.switch(workflow).turned_on {
            continue;
        }
        decision.changes.push(Change::TurnedOn(workflow));
        if plan.existing {
            let of_object = records.clone().filter(|cell| cell.object == plan.object);
            for cell in of_object {
                existing(&mut decision, delivery, (cell, workflow));
            }
        }
    }
    decision
}

fn alerting<'w, 'd>(
    world: World<'w>,
    delivery: &'d Delivery,
    decision: &'d mut Decision,
) -> Alerting<'w, 'd> {
    Alerting {
        world,
        delivery,
        decision,
    }
}

fn existing(
    decision: &mut Decision,
    delivery: &Delivery,
    (cell, workflow): (&RecordCell, WorkflowId),
) {
    let to = Address::Record(cell.id);
    let body = Body::Request(Box::new(Request::EnrollExisting(workflow)));
    let ordinal = decision.messages.len();
    // A publication begins a chain for each record, which goes back to no other.
    let mut message = follow_up(delivery, ordinal, (to, 1, body));
    message.root = message.id;
    decision.messages.push(message);
}

fn tell(
    world: World<'_>,
    decision: &mut Decision,
    by: Option<&Arc<str>>,
    (workflow, what): (Option<WorkflowId>, What),
) {
    decision.entries.push(Entry {
        workflow,
        by: by.cloned(),
        ..Entry::of_input(world.now, what)
    });
}
