//! A workflow in the language of Graphviz.

use std::fmt::Write;

use super::{Shape, edges, node_label, shape, shortened};
use crate::plan::{Program, Workflow};

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
        let _ = writeln!(
            out,
            "  n{number} [label={label}{}];",
            drawn(shape(node, workflow))
        );
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

fn drawn(shape: Shape) -> &'static str {
    match shape {
        Shape::End => ", shape=oval",
        Shape::Choice => ", shape=diamond",
        Shape::Wait => ", style=rounded",
        Shape::Action => "",
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
