//! `flow test`: which tests hold, and what was found where one does not.

mod failed;

use std::path::Path;

use super::args::{DataFormat, TestArguments};
use super::check::count;
use super::exit::{Exit, Failure};
use super::output::{Output, test as wire};
use super::run::{unreadable, wrong};
use crate::host::test::{Outcome, Suite, play_all, suites};
use crate::plan::test::Test;
use crate::scenario::test::Verdict;

/// Plays tests and prints what came of them.
pub(super) fn run(arguments: &TestArguments, output: &Output) -> Result<Exit, Failure> {
    let mut all: Vec<Suite> = Vec::new();
    for path in &arguments.paths {
        exists(path)?;
        all.extend(suites(path, arguments.env.as_deref())?);
    }
    let mut broken = 0;
    for suite in all.iter().filter(|suite| suite.program.is_none()) {
        output.findings(&suite.findings, &suite.project.sources);
        broken += 1;
    }
    let chosen = chosen(&all, &arguments.filter);
    if chosen.is_empty() && broken == 0 && !arguments.filter.is_empty() {
        let message = "no test has such a name".to_owned();
        return Err(wrong(message, "`flow test` without `--filter` lists all"));
    }
    let outcomes = play_all(&chosen);
    let text = match arguments.format {
        DataFormat::Json => wire::json(&outcomes),
        DataFormat::Text => text(&outcomes, output),
    };
    output.data(&text)?;
    output.talk(summary(&outcomes, broken));
    let passed = outcomes.iter().all(|outcome| word(outcome) == PASSED);
    Ok(match passed && broken == 0 {
        true => Exit::Fine,
        false => Exit::Findings,
    })
}

fn exists(path: &Path) -> Result<(), Failure> {
    match path.metadata() {
        Err(error) => Err(unreadable(path, &error)),
        Ok(_) => Ok(()),
    }
}

/// The tests whose names, or whose files, hold one of the texts.
fn chosen<'s>(all: &'s [Suite], filter: &[String]) -> Vec<(&'s Suite, &'s Test)> {
    let tests = all.iter();
    let tests = tests.flat_map(|suite| suite.tests().into_iter().map(move |test| (suite, test)));
    let wanted = tests.filter(|(suite, test)| {
        let (name, file) = (suite.name(test), suite.file(test));
        let holds = |text: &String| name.contains(text) || file.contains(text);
        filter.is_empty() || filter.iter().any(holds)
    });
    wanted.collect()
}

const PASSED: &str = "passed";
const FAILED: &str = "failed";
const NOT_RUN: &str = "not run";

/// How a test has ended, in a word.
pub(super) fn word(outcome: &Outcome<'_>) -> &'static str {
    match outcome.played.as_ref().map(|played| &played.verdict) {
        Some(Verdict::Passed) => PASSED,
        Some(Verdict::Failed(_)) => FAILED,
        Some(Verdict::NotRun(_)) | None => NOT_RUN,
    }
}

/// A line for each test, by file; then what is wrong with those that failed.
fn text(outcomes: &[Outcome<'_>], output: &Output) -> String {
    let mut text = String::new();
    let mut file = "";
    for outcome in outcomes {
        let own = outcome.suite.file(outcome.test);
        if own != file {
            let gap = if file.is_empty() { "" } else { "\n" };
            text += &format!("{gap}{own}\n");
            file = own;
        }
        let name = outcome.suite.name(outcome.test);
        text += &format!("  {:8} {name}\n", word(outcome));
    }
    for outcome in outcomes {
        text += &failed::text(outcome, output.data_style());
    }
    text
}

/// `3 tests: 2 passed, 1 failed`.
fn summary(outcomes: &[Outcome<'_>], broken: usize) -> String {
    let number = |wanted: &str| {
        let all = outcomes.iter();
        all.filter(|outcome| word(outcome) == wanted).count()
    };
    let counts = [PASSED, FAILED, NOT_RUN].map(|wanted| (number(wanted), wanted));
    let parts = counts.iter().filter(|(number, _)| *number > 0);
    let mut parts: Vec<String> = parts
        .map(|(number, wanted)| format!("{number} {wanted}"))
        .collect();
    if broken > 0 {
        parts.push(format!(
            "{} that cannot be compiled",
            count(broken, "program")
        ));
    }
    let tests = count(outcomes.len(), "test");
    match parts.is_empty() {
        true => tests,
        false => format!("{tests}: {}", parts.join(", ")),
    }
}
