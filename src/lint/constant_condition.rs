//! `constant-condition`: a condition, or a part of one, that is always true or
//! always false. One with a declared constant may change with it.

use super::found::Found;
use super::values::compared;
use crate::base::Span;
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::{Value, compute};
use crate::plan::{Condition, Expression, Node, NodeId};
use crate::syntax::ast::Comparison;

pub(super) fn check(found: &mut Found<'_>) {
    // `when true` of a segment is everybody, and says so.
    let segments = found.program.segments.iter();
    let segments = segments.map(|segment| &segment.condition);
    let segments = segments.filter(|condition| !is_everybody(condition));
    judge(
        segments.flat_map(Condition::with_inner),
        &mut found.findings,
    );
    found.in_workflows(|workflow, findings| judge(workflow.conditions(), findings));
}

fn judge<'p>(conditions: impl IntoIterator<Item = &'p Condition>, findings: &mut Findings) {
    for condition in conditions {
        let expression = &condition.expression;
        if let Some(id) = expression.root() {
            Part { expression, id }.judge(findings);
        }
    }
}

fn is_everybody(condition: &Condition) -> bool {
    let root = condition.expression.root();
    let node = root.and_then(|root| condition.expression.node(root));
    matches!(node, Some(Node::Constant(Value::Bool(true))))
}

/// How many terms of a chain are compared with each other.
const MOST_TERMS: usize = 256;

/// A part of a condition.
#[derive(Clone, Copy)]
struct Part<'e> {
    expression: &'e Expression,
    id: NodeId,
}

impl<'e> Part<'e> {
    fn of(self, id: NodeId) -> Self {
        Part { id, ..self }
    }

    fn node(self) -> Option<&'e Node> {
        self.expression.node(self.id)
    }

    /// The smallest parts that do not change.
    fn judge(self, findings: &mut Findings) {
        let Some(node) = self.node() else {
            return;
        };
        let found = findings.len();
        if holds_conditions(node) {
            for child in node.children() {
                self.of(child).judge(findings);
            }
        }
        if findings.len() > found {
            return;
        }
        if let (Some(reason), Some(span)) = (self.reason(node), self.expression.span(self.id)) {
            findings.push(reason.finding(span));
        }
    }

    fn reason(self, node: &Node) -> Option<Reason> {
        match node {
            Node::Constant(Value::Bool(truth)) => Some(Reason::Always(*truth)),
            Node::Compare(op, a, b) => self.compared(*op, *a, *b),
            Node::In(value, list, negated) => {
                let value = self.of(*value).constant()?;
                let Some(Node::List(items)) = self.of(*list).node() else {
                    return None;
                };
                let items: Option<Vec<_>> =
                    items.iter().map(|item| self.of(*item).constant()).collect();
                let any = items?.iter().any(|item| compute::equal(item, value));
                Some(Reason::Always(any != *negated))
            }
            Node::And(terms) => self
                .clash(terms, Comparison::Equal)
                .map(|()| Reason::TwoValues),
            Node::Or(terms) => self
                .clash(terms, Comparison::NotEqual)
                .map(|()| Reason::EitherOf),
            _ => None,
        }
    }

    fn constant(self) -> Option<&'e Value> {
        match self.node()? {
            Node::Constant(value) => Some(value),
            Node::Folded(inner) => self.of(*inner).constant(),
            _ => None,
        }
    }

    fn compared(self, op: Comparison, a: NodeId, b: NodeId) -> Option<Reason> {
        if let (Some(one), Some(other)) = (self.of(a).constant(), self.of(b).constant()) {
            return compared(op, one, other).map(Reason::Always);
        }
        let property = matches!(self.of(a).node()?, Node::Property(..) | Node::Folded(_));
        let same = property && self.expression.is_same(a, (self.expression, b));
        same.then_some(Reason::Itself)
    }

    /// Whether two of the terms compare one value with two constants that are
    /// not the same.
    fn clash(self, terms: &[NodeId], op: Comparison) -> Option<()> {
        let sides: Vec<(NodeId, &Value)> = terms
            .iter()
            .filter_map(|term| match self.of(*term).node()? {
                Node::Compare(given, a, b) if *given == op => Some((*a, self.of(*b).constant()?)),
                _ => None,
            })
            .take(MOST_TERMS)
            .collect();
        let clash = sides.iter().enumerate().any(|(place, (value, first))| {
            let mut others = sides.iter().skip(place + 1);
            others.any(|(other, second)| {
                !compute::equal(first, second)
                    && self.expression.is_same(*value, (self.expression, *other))
            })
        });
        clash.then_some(())
    }
}

/// Whether the parts of a node are conditions themselves.
fn holds_conditions(node: &Node) -> bool {
    matches!(
        node,
        Node::And(_)
            | Node::Or(_)
            | Node::Not(_)
            | Node::OrUnknown(_)
            | Node::Quantified(..)
            | Node::Aggregate(..)
    )
}

/// Why a condition does not change.
enum Reason {
    /// Its values stand in it.
    Always(bool),
    /// A value is compared with itself.
    Itself,
    /// One value is to equal two.
    TwoValues,
    /// One value is not to equal either of two.
    EitherOf,
}

impl Reason {
    fn finding(&self, span: Span) -> Finding {
        let (message, help) = match self {
            Reason::Always(true) => ("this is always true", "leave it out, or compare a property"),
            Reason::Always(false) => ("this is never true", "leave it out, or compare a property"),
            Reason::Itself => (
                "this compares a value with itself",
                "compare it with another one",
            ),
            Reason::TwoValues => (
                "no value can equal both",
                "write `or` for one of the two, or `in (…)`",
            ),
            Reason::EitherOf => (
                "every value differs from one of the two",
                "write `and` for neither of them, or `not in (…)`",
            ),
        };
        Finding::new(Code::ConstantCondition, span, message).help(help)
    }
}
