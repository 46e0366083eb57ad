//! `flow check`: what is wrong with a project.

use super::args::{CheckArguments, CheckFormat};
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::compile::compile;
use crate::diagnostic::render::{concise, json, pretty};
use crate::diagnostic::{Findings, Level};
use crate::project;

/// Checks a project and prints its findings.
pub(super) fn run(arguments: &CheckArguments, output: &Output) -> Result<Exit, Failure> {
    let project = project::load(&arguments.project.dir)?;
    let compilation = compile(&project.sources, &project.files, &project.settings);
    let mut findings = project.findings;
    findings.append(compilation.findings);
    let findings = findings.sorted();
    let text = match arguments.format {
        CheckFormat::Pretty => pretty::render(&findings, &project.sources, output.data_style()),
        CheckFormat::Concise => concise::render(&findings, &project.sources),
        CheckFormat::Json => json::render(&findings, &project.sources),
    };
    output.data(&text)?;
    if arguments.format != CheckFormat::Json {
        if project.files.is_empty() {
            output.note("the project has no `.flow` file");
        }
        let program = compilation.program.filter(|_| !findings.has_errors());
        let workflows = program.map(|program| program.workflows().len());
        output.talk(summary(project.files.len(), workflows, &findings));
    }
    Ok(if findings.has_errors() {
        Exit::Findings
    } else {
        Exit::Fine
    })
}

/// `checked 9 files, 5 workflows: 1 warning`. The workflows are known only
/// where there is no error.
fn summary(files: usize, workflows: Option<usize>, findings: &Findings) -> String {
    let done: Vec<String> = [
        Some(count(files, "file")),
        workflows.map(|n| count(n, "workflow")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let levels = [(Level::Error, "error"), (Level::Warning, "warning")];
    let found: Vec<String> = levels
        .into_iter()
        .map(|(level, word)| (findings.count(level), word))
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| count(number, word))
        .collect();
    let found = if found.is_empty() {
        "no findings".to_owned()
    } else {
        found.join(", ")
    };
    format!("checked {}: {found}", done.join(", "))
}

/// `1 file`, `2 files`.
pub(super) fn count(number: usize, word: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {word}{plural}")
}
