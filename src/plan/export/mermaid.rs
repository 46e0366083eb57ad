//! A workflow in the language of Mermaid, which git hosts draw in reviews.

use std::fmt::Write;

use super::{Shape, edges, node_label, shape, shortened};
use crate::plan::{Program, Workflow};

/// The longest text in a node.
const LABEL: usize = 60;

/// Renders a workflow as a `flowchart`.
#[must_use]
pub fn render(program: &Program, workflow: &Workflow) -> String {
    let object = &program.catalog.objects[workflow.object].name;
    let mut out = format!(
        "---\ntitle: {} on {object}\n---\nflowchart TD\n",
        workflow.name()
    );
    for (number, node) in workflow.graph.nodes() {
        let label = escaped(&shortened(&node_label(node, workflow), LABEL));
        let (open, close) = drawn(shape(node, workflow));
        let _ = writeln!(out, "  n{number}{open}\"{label}\"{close}");
    }
    for (from, to, label) in edges(workflow) {
        let label = shortened(&label, LABEL);
        let label = if label.is_empty() {
            String::new()
        } else {
            format!("|\"{}\"|", escaped(&label))
        };
        let _ = writeln!(out, "  n{from} -->{label} n{to}");
    }
    out
}

fn drawn(shape: Shape) -> (&'static str, &'static str) {
    match shape {
        Shape::End => ("([", "])"),
        Shape::Choice => ("{", "}"),
        Shape::Wait => ("(", ")"),
        Shape::Action => ("[", "]"),
    }
}

/// Mermaid reads entities by name or number between `#` and `;`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '`' => out.push_str("#96;"),
            '\n' => out.push(' '),
            _ => out.push(c),
        }
    }
    out
}
