//! `self-trigger`: a workflow that enrols a record again by what it writes
//! itself.

use super::found::Found;
use super::places::{keyword, whole};
use super::values::{compared, constant};
use crate::base::Span;
use crate::diagnostic::{Code, Finding};
use crate::model::{PropertyId, SegmentId, Value, compute};
use crate::plan::{
    Condition, EventTrigger, Expression, Node, NodeId, Records, Reenroll, Root, Step, StepKind,
    TargetProperty, Workflow,
};
use crate::semantic::hir::EventSource;
use crate::syntax::ast::SetOp;

pub(super) fn check(found: &mut Found<'_>) {
    found.in_workflows(|workflow, findings| {
        let writes: Vec<Write<'_>> = workflow.steps.iter().filter_map(write).collect();
        let listeners = listeners(workflow);
        for write in &writes {
            let heard = listeners
                .iter()
                .find_map(|listener| listener.hears(write, &writes));
            if let Some(place) = heard {
                findings.push(finding(write.step, place));
            }
        }
    });
}

/// What a step writes of the enrolled record.
struct Write<'p> {
    step: &'p Step,
    what: What<'p>,
}

#[derive(Clone, Copy)]
enum What<'p> {
    Property(PropertyId, New<'p>),
    Joins(SegmentId),
    Leaves(SegmentId),
}

/// What a property holds afterwards.
#[derive(Clone, Copy)]
enum New<'p> {
    Value(&'p Value),
    Unknown,
    Anything,
}

fn write(step: &Step) -> Option<Write<'_>> {
    let what = match &step.kind {
        StepKind::Set(Records::This, TargetProperty::Property(property), op, value) => {
            let constant = constant(value).filter(|_| *op == SetOp::Assign);
            What::Property(*property, constant.map_or(New::Anything, New::Value))
        }
        StepKind::Clear(Records::This, TargetProperty::Property(property)) => {
            What::Property(*property, New::Unknown)
        }
        StepKind::Copy(copy) => match (&copy.records, copy.property) {
            (Records::This, TargetProperty::Property(property)) => {
                What::Property(property, New::Anything)
            }
            _ => return None,
        },
        StepKind::Add(segment, Records::This) => What::Joins(*segment),
        StepKind::Remove(segment, Records::This) => What::Leaves(*segment),
        _ => return None,
    };
    Some(Write { step, what })
}

/// What enrols a record that has been in before.
enum Listener<'p> {
    Event(&'p EventTrigger),
    Filter(&'p Condition),
}

fn listeners(workflow: &Workflow) -> Vec<Listener<'_>> {
    let mut all = Vec::new();
    for reenroll in &workflow.reenroll {
        match reenroll {
            Reenroll::Always => {
                all.extend(workflow.events.iter().map(Listener::Event));
                all.extend(workflow.filters.iter().map(Listener::Filter));
            }
            Reenroll::On(trigger) => all.push(Listener::Event(trigger)),
            Reenroll::When(condition) => all.push(Listener::Filter(condition)),
        }
    }
    all
}

impl Listener<'_> {
    /// Where it stands, if a write can set it off.
    fn hears(&self, write: &Write<'_>, all: &[Write<'_>]) -> Option<Span> {
        match self {
            Listener::Event(trigger) => is_occurrence(trigger, write.what).then_some(trigger.span),
            // It must turn true: another step must have made it false before.
            Listener::Filter(condition) => {
                let turns = makes(condition, write.what) == Some(true)
                    && all
                        .iter()
                        .any(|write| makes(condition, write.what) == Some(false));
                turns.then(|| whole(&condition.expression)).flatten()
            }
        }
    }
}

fn is_occurrence(trigger: &EventTrigger, what: What<'_>) -> bool {
    match (&trigger.event, what) {
        (EventSource::Changed(changed), What::Property(property, new)) => {
            let to = trigger.to.as_ref().and_then(constant);
            *changed == property
                && match (to, new) {
                    (Some(to), New::Value(new)) => compute::equal(to, new),
                    (Some(_), New::Unknown) => false,
                    _ => true,
                }
        }
        (EventSource::Joined(segment), What::Joins(other))
        | (EventSource::Left(segment), What::Leaves(other)) => *segment == other,
        _ => false,
    }
}

/// Whether a condition is surely true, or surely not, for what a write alone
/// decides of it.
fn makes(condition: &Condition, what: What<'_>) -> Option<bool> {
    let What::Property(property, new) = what else {
        return None;
    };
    let expression = &condition.expression;
    let root = expression.root()?;
    let terms = match expression.node(root)? {
        Node::And(terms) => terms.to_vec(),
        _ => vec![root],
    };
    let decided: Vec<bool> = terms
        .iter()
        .filter_map(|term| truth(expression, *term, (property, new)))
        .collect();
    match decided.contains(&false) {
        true => Some(false),
        false => (!decided.is_empty()).then_some(true),
    }
}

/// Whether a single condition is true with the new value.
fn truth(
    expression: &Expression,
    term: NodeId,
    (property, new): (PropertyId, New<'_>),
) -> Option<bool> {
    let is_it = |id: NodeId| match expression.node(id) {
        Some(Node::Property(way, read)) => {
            way.root == Root::This && way.hops.is_empty() && *read == property
        }
        _ => false,
    };
    match (expression.node(term)?, new) {
        (Node::Known(value, unknown), New::Value(_)) if is_it(*value) => Some(!unknown),
        (Node::Known(value, unknown), New::Unknown) if is_it(*value) => Some(*unknown),
        (Node::Property(..), New::Value(Value::Bool(truth))) if is_it(term) => Some(*truth),
        (Node::Not(inner), New::Value(Value::Bool(truth))) if is_it(*inner) => Some(!truth),
        (Node::Compare(_, value, _), New::Unknown) if is_it(*value) => Some(false),
        (Node::Compare(op, value, other), New::Value(new)) if is_it(*value) => {
            let Some(Node::Constant(other)) = expression.node(*other) else {
                return None;
            };
            compared(*op, new, other)
        }
        _ => None,
    }
}

fn finding(step: &Step, listener: Span) -> Finding {
    let message = "this can enrol the same record again";
    Finding::new(Code::SelfTrigger, keyword(step), message)
        .also(listener, "this listens to it")
        .help("narrow the trigger, or write what it does not listen to")
}
