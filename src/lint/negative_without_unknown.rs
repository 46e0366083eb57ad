//! `negative-without-unknown`: a negative condition on a property that may be
//! unknown leaves out who has no value (N1).

use super::found::Found;
use crate::base::Span;
use crate::diagnostic::{Code, Finding, Findings};
use crate::plan::{Condition, Expression, Node, NodeId};
use crate::syntax::ast::Comparison;

pub(super) fn check(found: &mut Found<'_>) {
    let segments = found.program.segment_conditions();
    segments.for_each(|condition| whole(condition, &mut found.findings));
    found.in_workflows(|workflow, findings| {
        let conditions = workflow.conditions().into_iter();
        conditions.for_each(|condition| whole(condition, findings));
    });
}

fn whole(condition: &Condition, findings: &mut Findings) {
    let expression = &condition.expression;
    if let Some(root) = expression.root() {
        judge(expression, root, findings);
    }
}

/// Looks at a part of a condition. What is below `or unknown` is never unknown.
fn judge(expression: &Expression, part: NodeId, findings: &mut Findings) {
    let Some(node) = expression.node(part) else {
        return;
    };
    if is_negative(expression, node) {
        if let Some(span) = expression.span(part).filter(|_| may_lack(expression, part)) {
            findings.push(finding(span));
        }
        return;
    }
    match node {
        Node::OrUnknown(_) => {}
        Node::And(_) | Node::Or(_) | Node::Not(_) | Node::Quantified(..) | Node::Aggregate(..) => {
            for child in node.children() {
                judge(expression, child, findings);
            }
        }
        _ => {}
    }
}

/// A single condition that is true where something is not so.
fn is_negative(expression: &Expression, node: &Node) -> bool {
    match node {
        Node::Compare(Comparison::NotEqual, ..)
        | Node::In(_, _, true)
        | Node::Between(_, _, _, true)
        | Node::TextTest(_, _, _, true)
        | Node::SetTest(_, _, _, true)
        | Node::Matches(_, _, true) => true,
        Node::Not(inner) => expression
            .node(*inner)
            .is_some_and(|node| is_single(node) || matches!(node, Node::Property(..))),
        _ => false,
    }
}

/// A single condition about values.
fn is_single(node: &Node) -> bool {
    matches!(
        node,
        Node::Compare(..)
            | Node::In(..)
            | Node::Between(..)
            | Node::TextTest(..)
            | Node::SetTest(..)
            | Node::Matches(..)
    )
}

/// Whether it may be unknown because a property of a record is.
fn may_lack(expression: &Expression, part: NodeId) -> bool {
    if expression.is_known(part) {
        return false;
    }
    let Some(node) = expression.node(part) else {
        return false;
    };
    match node {
        Node::Property(..) => true,
        Node::Not(_) | Node::Folded(_) | Node::Convert(..) => any_part_lacks(expression, node),
        _ if is_single(node) => any_part_lacks(expression, node),
        _ => false,
    }
}

fn any_part_lacks(expression: &Expression, node: &Node) -> bool {
    let mut children = node.children().into_iter();
    children.any(|child| may_lack(expression, child))
}

fn finding(span: Span) -> Finding {
    Finding::new(Code::NegativeWithoutUnknown, span, "this leaves out who has no value")
        .label("not true where the value is unknown")
        .help("write `or unknown` after it to take them too, or `… is known and` before it to leave them out on purpose")
}
