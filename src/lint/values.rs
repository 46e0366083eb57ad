//! Values that stand in a plan, and how they compare.

use crate::model::{Value, compute};
use crate::plan::{Expression, Node};
use crate::syntax::ast::Comparison;

/// The value of a literal.
pub(super) fn constant(expression: &Expression) -> Option<&Value> {
    match expression.node(expression.root()?)? {
        Node::Constant(value) => Some(value),
        _ => None,
    }
}

/// Whether a comparison of two values holds; `None` where they have no order.
pub(super) fn compared(op: Comparison, one: &Value, other: &Value) -> Option<bool> {
    let order = compute::compare(one, other);
    Some(match op {
        Comparison::Equal => compute::equal(one, other),
        Comparison::NotEqual => !compute::equal(one, other),
        Comparison::Less => order?.is_lt(),
        Comparison::LessEqual => order?.is_le(),
        Comparison::Greater => order?.is_gt(),
        Comparison::GreaterEqual => order?.is_ge(),
    })
}
