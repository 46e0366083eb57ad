//! Workflows as JSON, for programs.

use serde::Serialize;

use super::calendar::{self, CalendarWire};
use super::{case_label, edges, node_label};
use crate::plan::{Clause, GraphNode, Program, Workflow};

/// The form of the document; it grows when a reader would have to change.
const VERSION: u32 = 2;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    workflows: Vec<WorkflowWire<'a>>,
    calendars: Vec<CalendarWire<'a>>,
}

#[derive(Serialize)]
struct WorkflowWire<'a> {
    name: &'a str,
    object: &'a str,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    doc: Option<&'a str>,
    off: bool,
    /// The template that it is made of, with the arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    made_of: Option<&'a str>,
    clauses: Vec<ClauseWire<'a>>,
    steps: Vec<StepWire<'a>>,
    nodes: Vec<NodeWire>,
    edges: Vec<EdgeWire>,
}

#[derive(Serialize)]
struct ClauseWire<'a> {
    kind: &'static str,
    text: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<PartWire<'a>>,
}

#[derive(Serialize)]
struct PartWire<'a> {
    name: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
struct StepWire<'a> {
    id: &'a str,
    kind: &'static str,
    text: &'a str,
    depth: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    doc: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cases: Vec<String>,
}

#[derive(Serialize)]
struct NodeWire {
    id: usize,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<String>,
    label: String,
}

#[derive(Serialize)]
struct EdgeWire {
    from: usize,
    to: usize,
    #[serde(skip_serializing_if = "String::is_empty")]
    label: String,
}

/// Renders workflows as one document, with a line end after it.
#[must_use]
pub fn render(program: &Program, workflows: &[&Workflow]) -> String {
    let workflows = workflows
        .iter()
        .map(|workflow| wire(program, workflow))
        .collect();
    let document = Document {
        version: VERSION,
        workflows,
        calendars: calendar::all(program),
    };
    // These types hold nothing that JSON cannot.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn wire<'a>(program: &'a Program, workflow: &'a Workflow) -> WorkflowWire<'a> {
    WorkflowWire {
        name: workflow.name().as_str(),
        object: program.catalog.objects[workflow.object].name.as_str(),
        version: workflow.version.to_string(),
        title: workflow.title.as_deref(),
        doc: workflow.doc.as_deref(),
        off: workflow.off,
        made_of: workflow.made.as_ref().map(|made| made.call.as_str()),
        clauses: workflow.clauses.iter().map(clause).collect(),
        steps: workflow.steps.iter().map(step).collect(),
        nodes: workflow
            .graph
            .nodes()
            .map(|(id, node)| node_wire(id, node, workflow))
            .collect(),
        edges: edges(workflow)
            .into_iter()
            .map(|(from, to, label)| EdgeWire { from, to, label })
            .collect(),
    }
}

fn clause(clause: &Clause) -> ClauseWire<'_> {
    let parts = clause.parts.iter();
    ClauseWire {
        kind: clause.kind,
        text: &clause.text,
        parts: parts.map(|(name, text)| PartWire { name, text }).collect(),
    }
}

fn step(step: &crate::plan::Step) -> StepWire<'_> {
    let count = step.kind.cases().len();
    StepWire {
        id: step.id.as_str(),
        kind: step.kind.word(),
        text: &step.text,
        depth: step.depth,
        doc: step.doc.as_deref(),
        cases: (0..count)
            .filter_map(|number| case_label(step, number))
            .collect(),
    }
}

fn node_wire(id: usize, node: GraphNode, workflow: &Workflow) -> NodeWire {
    let (kind, step) = match node {
        GraphNode::Enroll => ("enroll", None),
        GraphNode::Completed => ("completed", None),
        GraphNode::Step(place) => (
            "step",
            workflow.steps.get(place).map(|step| step.id.to_string()),
        ),
    };
    NodeWire {
        id,
        kind,
        step,
        label: node_label(node, workflow),
    }
}
