//! `flow test --explore`: what must hold at every moment, over histories that
//! nobody wrote; one that breaks it is printed as a test to paste.

use super::super::args::TestArguments;
use super::super::exit::Failure;
use super::super::output::Output;
use super::{PASSED, failed, word};
use crate::cli::check::count;
use crate::diagnostic::Findings;
use crate::diagnostic::render::pretty;
use crate::host::test::{Outcome, explore};

/// Explores the tests that have passed and say something of every moment;
/// whether all held.
pub(super) fn run(
    outcomes: &[Outcome<'_>],
    arguments: &TestArguments,
    output: &Output,
) -> Result<bool, Failure> {
    let Some(histories) = arguments.explore else {
        return Ok(true);
    };
    let asked = outcomes.iter();
    let asked = asked.filter(|of| word(of) == PASSED && !of.test.invariants.is_empty());
    let asked: Vec<&Outcome<'_>> = asked.collect();
    let mut broken = 0;
    for outcome in &asked {
        let found = explore((outcome.suite, outcome.test), (histories, arguments.seed));
        let Some(found) = found else { continue };
        broken += 1;
        let mut findings = Findings::default();
        findings.push(failed::finding(&found.failure));
        let sources = &outcome.suite.project.sources;
        let drawn = pretty::render(&findings, sources, output.data_style());
        let name = outcome.suite.name(outcome.test);
        let head = format!("\nexploring \"{name}\", with seed {}:", found.seed);
        output.data(&format!(
            "{head}\n{drawn}this test shows it:\n\n{}",
            found.text
        ))?;
    }
    let tests = count(asked.len(), "test");
    let seed = arguments.seed;
    output.talk(match (asked.len(), broken) {
        (0, _) => "no test that passed has an `always` or a `never` to explore".to_owned(),
        (_, 0) => format!("explored {tests} in {histories} histories each: all held (seed {seed})"),
        (_, broken) => format!("explored {tests}: {broken} broken (seed {seed})"),
    });
    Ok(broken == 0)
}
