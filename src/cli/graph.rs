//! `flow graph`: the workflows of a project as graphs.

use super::args::{GraphArguments, GraphFormat};
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::base::nearest;
use crate::compile::compile;
use crate::plan::export::{dot, json, mermaid, text};
use crate::plan::{Program, Workflow};

/// Prints the graphs of a project, or its findings where it has errors. A
/// warning that the project denies keeps it from running, not from being drawn.
pub(super) fn run(arguments: &GraphArguments, output: &Output) -> Result<Exit, Failure> {
    let project = arguments.project.place().load()?;
    let compilation = compile(&project.sources, &project.files, &project.settings);
    let mut findings = project.findings;
    let sound = !findings.has_errors();
    findings.append(compilation.findings);
    let program = match compilation.program {
        Some(program) if sound => program,
        _ => {
            output.findings(&findings.sorted(), &project.sources);
            return Ok(Exit::Findings);
        }
    };
    let workflows = chosen(&program, &arguments.workflow)?;
    if workflows.is_empty() {
        output.note("the project has no workflow");
    }
    output.data(&render(&program, &workflows, arguments.format))?;
    Ok(Exit::Fine)
}

/// The workflows of the names, in the order of the names; all without names.
fn chosen<'a>(program: &'a Program, names: &[String]) -> Result<Vec<&'a Workflow>, Failure> {
    let all = program.workflows();
    if names.is_empty() {
        return Ok(all.iter().collect());
    }
    let find = |name: &String| {
        let found = all.iter().find(|workflow| workflow.name().as_str() == name);
        found.ok_or_else(|| {
            let meant = nearest(name, all.iter().map(|workflow| workflow.name().as_str()));
            let message = format!("there is no workflow `{name}`");
            Failure::unknown(
                message,
                meant,
                "`flow graph` without `--workflow` shows all",
            )
        })
    };
    names.iter().map(find).collect()
}

fn render(program: &Program, workflows: &[&Workflow], format: GraphFormat) -> String {
    let one: fn(&Program, &Workflow) -> String = match format {
        GraphFormat::Text => text::render,
        GraphFormat::Dot => dot::render,
        GraphFormat::Mermaid => mermaid::render,
        GraphFormat::Json => return json::render(program, workflows),
    };
    let graphs: Vec<String> = workflows
        .iter()
        .map(|workflow| one(program, workflow))
        .collect();
    graphs.join("\n")
}
