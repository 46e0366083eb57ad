//! The values of constants, worked out once.

use super::Prepared;
use crate::base::{Timestamp, Uid};
use crate::engine::evaluate::{Notes, Scope, folded};
use crate::engine::record::RecordCell;
use crate::model::{ObjectId, Value};
use crate::plan::{Expression, Node, NodeId};

/// Evaluates each constant after those that it names.
pub(super) fn settle(prepared: &mut Prepared) {
    // A constant reads no record: any will do.
    let nobody = RecordCell::new(Uid::of(&[]), ObjectId::at(0), 0, Timestamp::UNIX_EPOCH);
    for place in order(prepared) {
        let value = evaluate(prepared, &nobody, place);
        if let Some(slot) = prepared.constants.get_mut(place) {
            *slot = value;
        }
    }
}

fn evaluate(prepared: &Prepared, nobody: &RecordCell, place: usize) -> Option<Value> {
    let expression = prepared.program.constants.get(place)?;
    let notes = Notes::default();
    Scope::of(prepared, nobody, Timestamp::UNIX_EPOCH, &notes).value(expression)
}

/// The places of all constants, each after those that it names. They name
/// each other without a circle.
fn order(prepared: &Prepared) -> Vec<usize> {
    let mut order = Vec::new();
    let mut seen = vec![false; prepared.program.constants.len()];
    for place in 0..seen.len() {
        visit(prepared, place, &mut seen, &mut order);
    }
    order
}

/// Adds what a constant names, then itself; a chain is at most 100 long.
fn visit(prepared: &Prepared, place: usize, seen: &mut [bool], order: &mut Vec<usize>) {
    let Some(expression) = prepared.program.constants.get(place) else {
        return;
    };
    match seen.get_mut(place) {
        Some(seen) if !*seen => *seen = true,
        _ => return,
    }
    for (_, node, _) in expression.nodes() {
        if let Node::Named(constant) = node {
            visit(prepared, constant.index(), seen, order);
        }
    }
    order.push(place);
}

/// The value of a node that reads nothing but constants.
pub(super) fn known(
    constants: &[Option<Value>],
    expression: &Expression,
    node: NodeId,
) -> Option<Value> {
    let known = |node: NodeId| known(constants, expression, node);
    match expression.node(node)? {
        Node::Constant(value) => Some(value.clone()),
        Node::Named(constant) => constants.get(constant.index())?.clone(),
        Node::Folded(inner) => Some(folded(known(*inner)?)),
        Node::List(items) => {
            let items = items.iter().map(|item| known(*item));
            items.collect::<Option<_>>().map(Value::List)
        }
        _ => None,
    }
}
