//! Statements of tests.

use crate::syntax::repair::Draft;

/// What people put between a record of a test and `enrolled in`.
const BEFORE_ENROLLED: &[&[&str]] = &[&["was"], &["got"], &["has", "been"], &["should", "be"], &[]];

/// What people put between `fails` and its status.
const BEFORE_STATUS: &[&[&str]] = &[
    &["with", "status"],
    &["with"],
    &["status"],
    &["as"],
    &["by"],
    &[":"],
];

impl Draft<'_> {
    /// What a test says in other words.
    pub(super) fn statement_of_test(&mut self, place: usize) {
        match self.word(place) {
            "expect" => self.enrolled_otherwise(place),
            "mock" if self.token(place).is_some_and(|token| token.first) => self.mock(place),
            _ => {}
        }
    }

    /// `expect ada enrolled nurture`, `expect ada was enrolled in nurture`.
    fn enrolled_otherwise(&mut self, place: usize) {
        if !self.is_name(place + 1) {
            return;
        }
        let first = place + 2;
        let is_before = |words: &&&[&str]| {
            self.matches_words(first, words, true) && self.word(first + words.len()) == "enrolled"
        };
        let Some(words) = BEFORE_ENROLLED.iter().find(is_before) else {
            return;
        };
        let enrolled = first + words.len();
        let with_in = self.word(enrolled + 1) == "in";
        let last = enrolled + usize::from(with_in);
        if (words.is_empty() && with_in) || !self.is_name(last + 1) {
            return;
        }
        let message = "a record inside a workflow is `enrolled in` it";
        self.written_as((first, last), message, "enrolled in");
        (first..enrolled).for_each(|at| self.alias(at, ""));
    }

    /// `mock charge fails`, `mock charge returns { … }`.
    fn mock(&mut self, place: usize) {
        let mut verb = place + 2;
        while self.word(verb) == "." {
            verb += 2;
        }
        if !self.is_name(place + 1) || !self.same_line(verb) {
            return;
        }
        match self.word(verb) {
            "fails" => self.failure(verb),
            "fail" | "errors" if self.is_digits(verb + 1) || !self.same_line(verb + 1) => {
                self.written_as((verb, verb), "an action of a test `fails`", "fails");
                self.failure(verb);
            }
            "returns" | "return" | "gives" | "responds" | "answers" | "with" | "="
                if self.word(verb + 1) == "{" =>
            {
                self.written_as((verb, verb), "a result stands behind `=>`", "=>");
            }
            "-" if self.word(verb + 1) == ">" && self.adjacent(verb + 1) => {
                self.written_as((verb, verb + 1), "a result stands behind `=>`", "=>");
            }
            "timeout" | "timeouts" => {
                self.written_as((verb, verb), "an action of a test `times out`", "times out");
            }
            _ => {}
        }
    }

    /// `fails`, `fails with 500`.
    fn failure(&mut self, fails: usize) {
        let next = fails + 1;
        if self.is_digits(next) && self.same_line(next) {
            return;
        }
        let is_before = |words: &&&[&str]| {
            self.matches_words(next, words, true) && self.is_digits(next + words.len())
        };
        if let Some(words) = BEFORE_STATUS.iter().find(is_before) {
            let message = "the status stands right behind `fails`";
            return self.too_much(next, next + words.len() - 1, message);
        }
        if self.same_line(next) && !matches!(self.word(next), "times" | "}") {
            return;
        }
        let finding = self.unfit(fails, fails, "with which status it fails is missing");
        let finding = finding.help("after 500 it is tried again, after 400 it is not");
        let ways = ["500", "400"].map(|status| {
            let edit = self.behind(fails, format!(" {status}"));
            (format!("write `fails {status}`"), edit)
        });
        let finding = ways.into_iter().fold(finding, |finding, (title, edit)| {
            finding.fix_all(&title, vec![edit])
        });
        let said = finding.primary.span;
        self.patch.said(said.start as usize, said.end as usize);
        self.patch.insert(said.end as usize, " 500");
        self.report(finding);
    }
}
