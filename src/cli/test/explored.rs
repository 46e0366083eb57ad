//! `flow test --explore`: what must hold at every moment, over histories that
//! nobody wrote; one that breaks it is printed as a test to paste.

use super::super::args::TestArguments;
use super::{PASSED, failed, word};
use crate::cli::check::count;
use crate::diagnostic::Findings;
use crate::diagnostic::render::pretty::{self, Style};
use crate::host::test::{Outcome, explore};
use crate::scenario::test::Counterexample;

/// What has come of exploring.
pub(super) struct Explored<'o> {
    /// How many tests were explored.
    tests: usize,
    /// How many histories of each, and from which seed on.
    histories: (u64, u64),
    /// What broke.
    pub(super) broken: Vec<(&'o Outcome<'o>, Counterexample)>,
}

/// Explores the tests that have passed and say something of every moment;
/// `None` where it is not asked for.
pub(super) fn all<'o>(
    outcomes: &'o [Outcome<'o>],
    arguments: &TestArguments,
) -> Option<Explored<'o>> {
    let histories = (arguments.explore?, arguments.seed);
    let asked = outcomes.iter();
    let asked = asked.filter(|of| word(of) == PASSED && !of.test.invariants.is_empty());
    let asked: Vec<&Outcome<'_>> = asked.collect();
    let broken = asked.iter().filter_map(|outcome| {
        let found = explore((outcome.suite, outcome.test), histories)?;
        Some((*outcome, found))
    });
    Some(Explored {
        tests: asked.len(),
        histories,
        broken: broken.collect(),
    })
}

impl Explored<'_> {
    /// What broke, for people.
    pub(super) fn text(&self, style: Style) -> String {
        let broken = self.broken.iter();
        let texts = broken.map(|(outcome, found)| {
            let mut findings = Findings::default();
            findings.push(failed::finding(&found.failure));
            let drawn = pretty::render(&findings, &outcome.suite.project.sources, style);
            let name = outcome.suite.name(outcome.test);
            let (seed, text) = (found.seed, &found.text);
            format!(
                "\nexploring \"{name}\", with seed {seed}:\n{drawn}this test shows it:\n\n{text}"
            )
        });
        texts.collect()
    }

    /// What came of it, in a line.
    pub(super) fn summary(&self) -> String {
        let (histories, seed) = self.histories;
        let tests = count(self.tests, "test");
        match (self.tests, self.broken.len()) {
            (0, _) => "no test that passed has an `always` or a `never` to explore".to_owned(),
            (_, 0) => {
                format!("explored {tests} in {histories} histories each: all held (seed {seed})")
            }
            (_, broken) => format!("explored {tests}: {broken} broken (seed {seed})"),
        }
    }
}
