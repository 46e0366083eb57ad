//! `flow test`: which tests hold, and what was found where one does not.

mod covered;
mod explored;
mod failed;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use self::covered::Covered;
use super::args::{DataFormat, TestArguments};
use super::check::count;
use super::exit::{Exit, Failure};
use super::output::junit::junit;
use super::output::{Output, test as wire};
use super::run::{unreadable, wrong};
use crate::host::changes::Changes;
use crate::host::test::{Outcome, Suite, coverage, play_all, suites};
use crate::plan::test::Test;
use crate::scenario::test::Verdict;

/// Plays tests and prints what came of them.
pub(super) fn run(arguments: &TestArguments, output: &Output) -> Result<Exit, Failure> {
    arguments.paths.iter().try_for_each(|path| exists(path))?;
    match arguments.watch {
        true => watch(arguments, output),
        false => once(&load(arguments)?, arguments, output),
    }
}

fn load(arguments: &TestArguments) -> Result<Vec<Suite>, Failure> {
    let mut all: Vec<Suite> = Vec::new();
    for path in &arguments.paths {
        all.extend(suites(path, arguments.env.as_deref())?);
    }
    Ok(all)
}

/// Plays them at each change until the process is ended.
fn watch(arguments: &TestArguments, output: &Output) -> Result<Exit, Failure> {
    let first = load(arguments)?;
    let roots = first.iter().map(|suite| suite.project.root.as_path());
    // A literate file stands in no project.
    let files = arguments.paths.iter().map(PathBuf::as_path);
    let files = files.filter(|path| path.is_file());
    let paths: BTreeSet<&Path> = roots.chain(files).collect();
    let stores: Vec<&Path> = first
        .iter()
        .map(|suite| suite.project.store.as_path())
        .collect();
    let paths: Vec<&Path> = paths.into_iter().collect();
    let changes = Changes::of(&paths, &stores).map_err(|error| Failure {
        exit: Exit::Environment,
        message: format!("the sources cannot be watched: {error}"),
        help: Some("play them without `--watch`".into()),
    })?;
    let mut last = Exit::Fine;
    while changes.next() {
        // What was seen may be half of a change; then more is to come.
        match load(arguments).and_then(|all| once(&all, arguments, output)) {
            Ok(exit) => last = exit,
            Err(failure) => output.failure(&failure),
        }
        output.talk("waiting for changes; Ctrl-C ends it\n");
    }
    Ok(last)
}

fn once(all: &[Suite], arguments: &TestArguments, output: &Output) -> Result<Exit, Failure> {
    let mut broken = 0;
    for suite in all.iter().filter(|suite| suite.program.is_none()) {
        output.findings(&suite.findings, &suite.project.sources);
        broken += 1;
    }
    let chosen = chosen(all, &arguments.filter);
    if chosen.is_empty() && broken == 0 && !arguments.filter.is_empty() {
        let message = "no test has such a name".to_owned();
        return Err(wrong(message, "`flow test` without `--filter` lists all"));
    }
    let outcomes = play_all(&chosen);
    let covered: Vec<Covered<'_>> = all
        .iter()
        .map(|suite| (suite, coverage::coverage(suite, &outcomes)))
        .collect();
    write(arguments, &outcomes, &covered)?;
    let explored = explored::all(&outcomes, arguments);
    let wanted = arguments.coverage.then_some(covered.as_slice());
    let broken_ones = explored.iter().flat_map(|explored| &explored.broken);
    output.data(&match arguments.format {
        DataFormat::Json => wire::json(&outcomes, wanted, broken_ones),
        DataFormat::Text => {
            let style = output.data_style();
            let listed = wanted.map(covered::text).unwrap_or_default();
            let broken = explored.as_ref().map(|explored| explored.text(style));
            text(&outcomes, output) + &listed + &broken.unwrap_or_default()
        }
    })?;
    output.talk(summary(&outcomes, broken));
    let passed = broken == 0 && outcomes.iter().all(|outcome| word(outcome) == PASSED);
    if passed && arguments.filter.is_empty() && !outcomes.is_empty() {
        output.talk(reached(&covered));
    }
    if let Some(explored) = &explored {
        output.talk(explored.summary());
    }
    let held = explored.is_none_or(|explored| explored.broken.is_empty());
    Ok(match passed && held {
        true => Exit::Fine,
        false => Exit::Findings,
    })
}

/// Writes the files that are asked for.
fn write(
    arguments: &TestArguments,
    outcomes: &[Outcome<'_>],
    covered: &[Covered<'_>],
) -> Result<(), Failure> {
    let put = |path: &Path, text: String| {
        fs::write(path, text).map_err(|error| Failure {
            exit: Exit::Environment,
            message: format!("`{}` cannot be written: {error}", path.display()),
            help: None,
        })
    };
    if let Some(path) = &arguments.junit {
        put(path, junit(outcomes))?;
    }
    if let Some(path) = &arguments.lcov {
        put(path, covered::lcov(covered))?;
    }
    Ok(())
}

/// `reached 14 of 16 steps, 5 of 6 cases`.
fn reached(covered: &[Covered<'_>]) -> String {
    let places = covered.iter().flat_map(|(_, places)| places);
    let missed = places.clone().any(|place| place.tests == 0);
    let more = match missed {
        true => "; `--coverage` lists the others",
        false => "",
    };
    format!("reached {}{more}", covered::shares(places))
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
        None => NOT_RUN,
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
