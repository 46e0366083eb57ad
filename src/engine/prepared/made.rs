//! Records that steps make: by which link they are seen, and what their
//! workflow reads of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{PropertyId, WorkflowId};
use crate::plan::{Create, Expression, Hop, Node, Program, Root, StepKind, Workflow};

/// The properties that workflows read of the records that their steps make, by
/// workflow and step.
pub(super) type ReadOfMade = BTreeMap<(WorkflowId, usize), BTreeSet<PropertyId>>;

pub(super) fn read(program: &Program) -> ReadOfMade {
    let mut all = ReadOfMade::new();
    for (id, plan) in program.plans().enumerate() {
        for (step, create) in steps(plan) {
            let Some((place, _)) = &create.binding else {
                continue;
            };
            let size = program.catalog.objects[create.object].properties.len();
            let expressions = plan.expressions().into_iter();
            let read = expressions.flat_map(|expression| of_place(expression, *place));
            let read = read.filter(|property| property.index() < size);
            all.insert((WorkflowId::at(id), step), read.collect());
        }
    }
    all
}

/// The links by which a workflow sees the records that it makes, by the places
/// of their names.
pub(super) fn links(plan: &Workflow) -> BTreeMap<usize, Hop> {
    let links = steps(plan).filter_map(|(_, create)| {
        let hop = Hop {
            object: plan.object,
            association: create.link.as_ref()?.0,
        };
        Some((create.binding.as_ref()?.0, hop))
    });
    links.collect()
}

fn steps(plan: &Workflow) -> impl Iterator<Item = (usize, &Create)> {
    let steps = plan.steps.iter().enumerate();
    steps.filter_map(|(place, step)| match &step.kind {
        StepKind::Create(create) => Some((place, &**create)),
        _ => None,
    })
}

/// What an expression reads of the record of a name itself.
fn of_place(expression: &Expression, place: usize) -> Vec<PropertyId> {
    let nodes = expression.nodes().filter_map(|(_, node, _)| match node {
        Node::Property(way, property) if way.root == Root::Bound(place) && way.hops.is_empty() => {
            Some(*property)
        }
        _ => None,
    });
    nodes.collect()
}
