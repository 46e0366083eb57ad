//! The action graph of a workflow.

use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use super::{Next, Step, StepKind};

/// What can happen in a workflow, as a directed graph: where it begins, its
/// steps, where it ends.
#[derive(Debug, Clone, Default)]
pub struct ActionGraph {
    graph: DiGraph<GraphNode, GraphEdge>,
}

/// A node of an action graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GraphNode {
    /// A record enrols.
    Enroll,
    /// A step, by its place in the workflow.
    Step(usize),
    /// The enrolment is completed.
    Completed,
}

/// Why one node follows another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GraphEdge {
    /// It is the next.
    Next,
    /// A case is taken; its number, from 0.
    Case(usize),
    /// No case was true.
    Else,
    /// No case was true, and there is no `else`.
    NoneMet,
    /// The action has failed for good.
    Error,
    /// The moment is past or unknown: the next step is skipped.
    Skip,
    /// The moment is past or unknown: the enrolment ends.
    Stop,
}

impl ActionGraph {
    /// The graph of a workflow's steps.
    pub(super) fn of(steps: &[Step], entry: Next) -> Self {
        let mut graph = DiGraph::new();
        let enroll = graph.add_node(GraphNode::Enroll);
        let places: Vec<NodeIndex> = (0..steps.len())
            .map(|place| graph.add_node(GraphNode::Step(place)))
            .collect();
        let completed = graph.add_node(GraphNode::Completed);
        let node = |next: Next| match next {
            Next::Step(place) => places.get(place).copied().unwrap_or(completed),
            Next::End => completed,
        };
        graph.add_edge(enroll, node(entry), GraphEdge::Next);
        for (step, from) in steps.iter().zip(&places) {
            for (next, edge) in ways_on(step, steps) {
                graph.add_edge(*from, node(next), edge);
            }
        }
        ActionGraph { graph }
    }

    /// All nodes, numbered from 0: where it begins, the steps in the order of
    /// the text, where it ends.
    pub fn nodes(&self) -> impl Iterator<Item = (usize, GraphNode)> {
        self.graph.node_weights().copied().enumerate()
    }

    /// All edges by the numbers of their nodes, in the order of the text.
    pub fn edges(&self) -> impl Iterator<Item = (usize, usize, &GraphEdge)> {
        self.graph
            .edge_references()
            .map(|edge| (edge.source().index(), edge.target().index(), edge.weight()))
    }

    /// The steps that no path reaches, by place.
    #[must_use]
    pub fn unreachable(&self) -> Vec<usize> {
        let mut reached = vec![false; self.graph.node_count()];
        let mut walk = petgraph::visit::Dfs::new(&self.graph, NodeIndex::new(0));
        while let Some(node) = walk.next(&self.graph) {
            if let Some(flag) = reached.get_mut(node.index()) {
                *flag = true;
            }
        }
        let missed = self.nodes().zip(reached).filter(|(_, reached)| !reached);
        missed
            .filter_map(|((_, node), _)| match node {
                GraphNode::Step(place) => Some(place),
                GraphNode::Enroll | GraphNode::Completed => None,
            })
            .collect()
    }
}

/// Where an enrolment may go on after a step.
fn ways_on(step: &Step, steps: &[Step]) -> Vec<(Next, GraphEdge)> {
    let follows = (step.next, GraphEdge::Next);
    match &step.kind {
        StepKind::Stop | StepKind::Delete => vec![(Next::End, GraphEdge::Next)],
        StepKind::Branch(_, otherwise) | StepKind::Match(_, _, otherwise) => {
            let mut ways = cases(step);
            ways.push(match otherwise {
                Some(entry) => (*entry, GraphEdge::Else),
                None => (step.next, GraphEdge::NoneMet),
            });
            ways
        }
        StepKind::Await(wait) if wait.has_blocks => cases(step),
        StepKind::Split(shares) if !shares.is_empty() => cases(step),
        StepKind::Goto(target) => vec![(*target, GraphEdge::Next)],
        StepKind::Do(action) => {
            let error = action.on_error.map(|entry| (entry, GraphEdge::Error));
            std::iter::once(follows).chain(error).collect()
        }
        StepKind::Wait(super::Wait::Until { past, unknown, .. }) => {
            use crate::syntax::ast::PastAction;
            let mut ways = vec![follows];
            if [*past, *unknown].contains(&PastAction::Skip) {
                ways.push((skipped(step.next, steps), GraphEdge::Skip));
            }
            if [*past, *unknown].contains(&PastAction::Stop) {
                ways.push((Next::End, GraphEdge::Stop));
            }
            ways
        }
        _ => vec![follows],
    }
}

/// The ways into the cases of a step.
fn cases(step: &Step) -> Vec<(Next, GraphEdge)> {
    let cases = step.kind.cases().into_iter().enumerate();
    cases
        .map(|(place, case)| (case.next, GraphEdge::Case(place)))
        .collect()
}

/// What follows the step that is skipped.
fn skipped(next: Next, steps: &[Step]) -> Next {
    match next {
        Next::Step(place) => steps.get(place).map_or(Next::End, |step| step.next),
        Next::End => Next::End,
    }
}
