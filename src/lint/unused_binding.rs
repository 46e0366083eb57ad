//! `unused-binding`: a name bound by `as` or `let` that nothing reads.

use std::collections::BTreeSet;

use super::places::keyword;
use crate::diagnostic::{Code, Finding, Findings};
use crate::plan::{Node, Program, StepKind, Workflow};

pub(super) fn check(program: &Program, findings: &mut Findings) {
    for workflow in program.workflows() {
        for source in workflow.sources.iter().filter(|source| !source.used) {
            let message = format!("nothing reads `{}`", source.name);
            findings.push(
                Finding::new(Code::UnusedBinding, source.place, message)
                    .help("leave the `let` out"),
            );
        }
        let read = read(workflow);
        for step in &workflow.steps {
            let StepKind::Do(action) = &step.kind else {
                continue;
            };
            let unread = action
                .binding
                .as_ref()
                .filter(|(place, _)| !read.contains(place));
            if let Some((_, name)) = unread {
                let message = format!("nothing reads `{name}`");
                findings.push(
                    Finding::new(Code::UnusedBinding, keyword(step), message)
                        .help(format!("leave `as {name}` out")),
                );
            }
        }
    }
}

/// The names that are read, by their places.
fn read(workflow: &Workflow) -> BTreeSet<usize> {
    let expressions = workflow.expressions();
    let nodes = expressions.iter().flat_map(|expression| expression.nodes());
    nodes
        .filter_map(|(_, node, _)| match node {
            Node::Binding(place, _) => Some(*place),
            _ => None,
        })
        .collect()
}
