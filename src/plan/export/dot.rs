//! A workflow in the language of Graphviz.

use std::fmt::Write;

use super::{edges, node_label, shortened};
use crate::plan::{GraphNode, Program, StepKind, Workflow};

/// The longest text in a node.
const LABEL: usize = 60;

/// Renders a workflow as a `digraph`.
#[must_use]
pub fn render(program: &Program, workflow: &Workflow) -> String {
    let object = &program.catalog.objects[workflow.object].name;
    let mut out = format!("digraph {} {{\n", quoted(workflow.name().as_str()));
    let title = format!("{} on {object}", workflow.name());
    let _ = writeln!(
        out,
        "  label={};\n  node [shape=box, fontname=\"sans-serif\"];",
        quoted(&title)
    );
    for (number, node) in workflow.graph.nodes() {
        let label = quoted(&shortened(&node_label(node, workflow), LABEL));
        let _ = writeln!(out, "  n{number} [label={label}{}];", shape(node, workflow));
    }
    for (from, to, label) in edges(workflow) {
        let label = shortened(&label, LABEL);
        let label = if label.is_empty() {
            String::new()
        } else {
            format!(" [label={}]", quoted(&label))
        };
        let _ = writeln!(out, "  n{from} -> n{to}{label};");
    }
    out.push_str("}\n");
    out
}

fn shape(node: GraphNode, workflow: &Workflow) -> &'static str {
    let GraphNode::Step(place) = node else {
        return ", shape=oval";
    };
    match workflow.steps.get(place).map(|step| &step.kind) {
        Some(StepKind::Branch(..) | StepKind::Match(..)) => ", shape=diamond",
        Some(StepKind::Wait(_)) => ", style=rounded",
        _ => "",
    }
}

fn quoted(text: &str) -> String {
    format!(
        "\"{}\"",
        text.replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n")
    )
}
