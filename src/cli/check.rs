//! `flow check`: what is wrong with a project, and how its sources would be without what can be
//! mended unread.

mod diff;
mod fix;
mod levels;

use super::args::{CheckArguments, CheckFormat, LevelArguments};
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::compile::compile;
use crate::diagnostic::render::{concise, github, json, pretty, sarif};
use crate::diagnostic::{Findings, Level};
use crate::plan::Program;
use crate::project::Project;

/// Checks a project and prints its findings.
pub(super) fn run(arguments: &CheckArguments, output: &Output) -> Result<Exit, Failure> {
    let project = arguments.project.place().load()?;
    let checked = Checked::of(project, &arguments.levels)?;
    if arguments.diff {
        return diff::run(checked, arguments, output);
    }
    let checked = match arguments.fix {
        true => fix::run(checked, arguments, output)?,
        false => checked,
    };
    print(&checked, arguments, output)?;
    Ok(checked.exit())
}

/// A project with what is wrong with it.
struct Checked {
    project: Project,
    findings: Findings,
    program: Option<Program>,
}

impl Checked {
    /// Checks a project under the levels of the command line.
    fn of(mut project: Project, levels: &LevelArguments) -> Result<Self, Failure> {
        levels::set(&mut project.settings.lints, levels)?;
        let compilation = compile(&project.sources, &project.files, &project.settings);
        let mut findings = project.findings.clone();
        findings.append(compilation.findings);
        if let Some(program) = &compilation.program {
            findings.append(project.missing_programs(program));
        }
        let findings = findings.sorted();
        Ok(Checked {
            program: compilation.program.filter(|_| !findings.has_errors()),
            project,
            findings,
        })
    }

    fn exit(&self) -> Exit {
        match self.findings.has_errors() {
            true => Exit::Findings,
            false => Exit::Fine,
        }
    }
}

fn print(checked: &Checked, arguments: &CheckArguments, output: &Output) -> Result<(), Failure> {
    let (project, all) = (&checked.project, &checked.findings);
    let most = arguments.max_findings.unwrap_or(usize::MAX);
    let shown = all.first(most);
    let sources = &project.sources;
    output.data(&match arguments.format {
        CheckFormat::Pretty => pretty::render(&shown, sources, output.data_style()),
        CheckFormat::Concise => concise::render(&shown, sources),
        CheckFormat::Json => json::render(&shown, sources),
        CheckFormat::Sarif => sarif::render(&shown, sources),
        CheckFormat::Github => github::render(&shown, sources),
    })?;
    if all.len() > shown.len() {
        let hidden = all.len() - shown.len();
        output.note(format!("{} more not shown", count(hidden, "finding")));
    }
    if matches!(arguments.format, CheckFormat::Json | CheckFormat::Sarif) {
        return Ok(());
    }
    if project.files.is_empty() {
        output.note("the project has no `.flow` file");
    }
    let workflows = checked.program.as_ref();
    let workflows = workflows.map(|program| program.workflows().len());
    output.talk(summary(project.files.len(), workflows, all));
    Ok(())
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
