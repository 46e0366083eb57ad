//! Compiled workflows for people and programs: text, DOT, Mermaid, JSON.

mod calendar;
pub mod dot;
pub mod json;
pub mod mermaid;
pub mod text;

use super::{GraphEdge, GraphNode, Step, StepKind, Workflow};

/// What a node is called in a drawing.
fn node_label(node: GraphNode, workflow: &Workflow) -> String {
    match node {
        GraphNode::Enroll => "enrolled".to_owned(),
        GraphNode::Completed => "completed".to_owned(),
        GraphNode::Step(place) => workflow
            .steps
            .get(place)
            .map(step_label)
            .unwrap_or_default(),
    }
}

/// The first line of a step, after the name that it was given.
fn step_label(step: &Step) -> String {
    if is_named(step) {
        format!("{}: {}", step.id, step.text)
    } else {
        step.text.clone()
    }
}

/// Whether the id is a name that the source gives.
fn is_named(step: &Step) -> bool {
    let generated = step
        .id
        .as_str()
        .strip_prefix(step.kind.word())
        .and_then(|rest| rest.strip_prefix('_'));
    generated.is_none_or(|number| number.parse::<usize>().is_err())
}

/// All edges by the numbers of their nodes, with what they are called.
fn edges(workflow: &Workflow) -> Vec<(usize, usize, String)> {
    let nodes: Vec<GraphNode> = workflow.graph.nodes().map(|(_, node)| node).collect();
    let label = |from: usize, edge: &GraphEdge| match nodes.get(from) {
        Some(node) => edge_label(edge, *node, workflow),
        None => String::new(),
    };
    workflow
        .graph
        .edges()
        .map(|(from, to, edge)| (from, to, label(from, edge)))
        .collect()
}

/// What an edge is called in a drawing; empty where one thing just follows
/// another.
fn edge_label(edge: &GraphEdge, from: GraphNode, workflow: &Workflow) -> String {
    let step = match from {
        GraphNode::Step(place) => workflow.steps.get(place),
        GraphNode::Enroll | GraphNode::Completed => None,
    };
    match edge {
        GraphEdge::Next => String::new(),
        GraphEdge::Case(number) => step
            .and_then(|step| case_label(step, *number))
            .unwrap_or_default(),
        GraphEdge::Else => "else".into(),
        GraphEdge::NoneMet => "none met".into(),
        GraphEdge::Error => "on error".into(),
        GraphEdge::Skip => "skip".into(),
        GraphEdge::Stop => "stop".into(),
    }
}

fn case_label(step: &Step, number: usize) -> Option<String> {
    let case = step.kind.cases().into_iter().nth(number)?;
    let shown = if case.label.is_empty() {
        case.text.strip_prefix("case ").unwrap_or(case.text)
    } else {
        case.label
    };
    Some(shown.to_owned())
}

/// How a node is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// The beginning, or the end.
    End,
    /// It chooses a way.
    Choice,
    /// It waits.
    Wait,
    /// It acts.
    Action,
}

fn shape(node: GraphNode, workflow: &Workflow) -> Shape {
    let GraphNode::Step(place) = node else {
        return Shape::End;
    };
    match workflow.steps.get(place).map(|step| &step.kind) {
        Some(StepKind::Branch(..) | StepKind::Match(..) | StepKind::Split(_)) => Shape::Choice,
        Some(StepKind::Wait(_) | StepKind::Await(_)) => Shape::Wait,
        _ => Shape::Action,
    }
}

/// A text of at most so many characters.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars()
        .take(most.saturating_sub(1))
        .chain(['…'])
        .collect()
}
