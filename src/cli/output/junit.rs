//! What came of tests as JUnit XML, which services that build and test read.

use std::fmt::Write;

use crate::host::test::Outcome;
use crate::scenario::test::Verdict;

/// One document: a suite for each file.
pub(in crate::cli) fn junit(outcomes: &[Outcome<'_>]) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let (failures, skipped) = counts(outcomes);
    let all = outcomes.len();
    // Writing to a text does not fail.
    let _ = writeln!(
        text,
        "<testsuites name=\"flow\" tests=\"{all}\" failures=\"{failures}\" skipped=\"{skipped}\">"
    );
    let same = |a: &Outcome<'_>, b: &Outcome<'_>| a.suite.file(a.test) == b.suite.file(b.test);
    for own in outcomes.chunk_by(same) {
        suite(own, &mut text);
    }
    text.push_str("</testsuites>\n");
    text
}

fn counts(outcomes: &[Outcome<'_>]) -> (usize, usize) {
    let failed = |outcome: &&Outcome<'_>| matches!(verdict(outcome), Some(Verdict::Failed(_)));
    let skipped = |outcome: &&Outcome<'_>| verdict(outcome).is_none();
    let (all, rest) = (outcomes.iter(), outcomes.iter());
    (all.filter(failed).count(), rest.filter(skipped).count())
}

fn verdict<'o>(outcome: &'o Outcome<'_>) -> Option<&'o Verdict> {
    outcome.played.as_ref().map(|played| &played.verdict)
}

fn suite(outcomes: &[Outcome<'_>], text: &mut String) {
    let Some(first) = outcomes.first() else {
        return;
    };
    let file = escaped(first.suite.file(first.test));
    let (failures, skipped) = counts(outcomes);
    let all = outcomes.len();
    let _ = writeln!(
        text,
        "  <testsuite name=\"{file}\" tests=\"{all}\" failures=\"{failures}\" skipped=\"{skipped}\">"
    );
    for outcome in outcomes {
        case(outcome, &file, text);
    }
    text.push_str("  </testsuite>\n");
}

fn case(outcome: &Outcome<'_>, file: &str, text: &mut String) {
    let name = escaped(&outcome.suite.name(outcome.test));
    let head = format!("    <testcase name=\"{name}\" classname=\"{file}\"");
    let inner = match verdict(outcome) {
        Some(Verdict::Passed) => None,
        Some(Verdict::Failed(failure)) => {
            let at = outcome.suite.places.of(failure.span);
            let found = escaped(&failure.found.join("\n"));
            let message = escaped(&failure.message);
            Some(format!(
                "<failure message=\"{message}\">{at}\n{found}</failure>"
            ))
        }
        None => Some("<skipped message=\"the project holds a placeholder\"/>".to_owned()),
    };
    let _ = match inner {
        None => writeln!(text, "{head}/>"),
        Some(inner) => writeln!(text, "{head}>\n      {inner}\n    </testcase>"),
    };
}

/// A text as XML holds it; what XML cannot hold is left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}
