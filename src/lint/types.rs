//! What a plan says of the types of its values, as far as rules ask.

use crate::model::{ObjectId, Type};
use crate::plan::{Expression, Node, Program, Root, StepKind, Way, Workflow};
use crate::semantic::hir::FieldSource;

/// Whether something in the program runs at all. Without a workflow it is a
/// model of records that others use.
pub(super) fn has_workflow(program: &Program) -> bool {
    !program.workflows().is_empty()
}

/// The type of a property, a property of the occurrence or a result; `None`
/// for what is put together.
pub(super) fn type_of<'p>(
    (program, workflow): (&'p Program, &Workflow),
    expression: &Expression,
) -> Option<&'p Type> {
    match expression.node(expression.root()?)? {
        Node::Property(way, property) => {
            let object = end((program, workflow.object), way)?;
            Some(&program.catalog.objects[object].properties[*property].ty)
        }
        Node::Event(sources) => match sources.first()? {
            FieldSource::Property(event, property) => {
                Some(&program.catalog.events[*event].properties[*property].ty)
            }
            FieldSource::Old(object, property) | FieldSource::New(object, property) => {
                Some(&program.catalog.objects[*object].properties[*property].ty)
            }
            _ => None,
        },
        Node::Binding(place, Some(result)) => result_type((program, workflow), *place, *result),
        _ => None,
    }
}

/// The object at the end of a way from the enrolled record.
fn end((program, object): (&Program, ObjectId), way: &Way) -> Option<ObjectId> {
    match way.hops.last() {
        Some(hop) => {
            let owner = &program.catalog.objects[hop.object];
            Some(owner.associations[hop.association].object)
        }
        None => match &way.root {
            Root::This => Some(object),
            Root::Chosen(choice) => Some(choice.from.object),
            Root::Member | Root::Bound(_) => None,
        },
    }
}

fn result_type<'p>(
    (program, workflow): (&'p Program, &Workflow),
    binding: usize,
    result: usize,
) -> Option<&'p Type> {
    let actions = workflow.steps.iter().filter_map(|step| match &step.kind {
        StepKind::Do(action) => Some(action),
        _ => None,
    });
    let mut bound = actions
        .filter(|action| (action.binding.as_ref()).is_some_and(|(place, _)| *place == binding));
    let action = bound.next()?.action;
    let results = &program.catalog.actions[action].results;
    results.get(result).map(|result| &result.ty)
}
