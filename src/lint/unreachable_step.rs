//! `unreachable-step`: a step that no path reaches.

use std::collections::BTreeSet;

use super::found::Found;
use super::places::keyword;
use crate::diagnostic::{Code, Finding};
use crate::plan::{Step, Workflow};

pub(super) fn check(found: &mut Found<'_>) {
    found.in_workflows(|workflow, findings| {
        let mut missed: BTreeSet<usize> = workflow.graph.unreachable().into_iter().collect();
        while let Some(first) = missed.pop_first() {
            take_reached(workflow, first, &mut missed);
            if let Some(step) = workflow.steps.get(first) {
                findings.push(finding(step, before(workflow, first)));
            }
        }
    });
}

/// Takes out what follows a step: one finding speaks for all of it.
fn take_reached(workflow: &Workflow, first: usize, missed: &mut BTreeSet<usize>) {
    // The nodes of the graph begin with where a record enrols.
    let mut open = vec![first + 1];
    while let Some(from) = open.pop() {
        let next = workflow
            .graph
            .edges()
            .filter(|(source, ..)| *source == from);
        for (_, target, _) in next {
            let place = target.checked_sub(1);
            if place.is_some_and(|place| missed.remove(&place)) {
                open.push(target);
            }
        }
    }
}

/// The step before it in its block.
fn before(workflow: &Workflow, place: usize) -> Option<&Step> {
    let depth = workflow.steps.get(place)?.depth;
    let earlier = workflow.steps.get(..place)?.iter().rev();
    let mut outside = earlier.take_while(|step| step.depth >= depth);
    outside.find(|step| step.depth == depth)
}

fn finding(step: &Step, before: Option<&Step>) -> Finding {
    let finding = Finding::new(
        Code::UnreachableStep,
        keyword(step),
        "no path reaches this step",
    )
    .help("delete it, or mend what ends the path before it");
    match before {
        Some(before) => finding.also(keyword(before), "no path goes on after this"),
        None => finding,
    }
}
