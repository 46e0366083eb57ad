//! A test that failed, for people: the statement, what was found, and what
//! happened to the records that it speaks of.

use crate::cli::history;
use crate::diagnostic::render::pretty::{self, Style};
use crate::diagnostic::{Code, Finding, Findings};
use crate::host::test::trace::{Trace, trace};
use crate::host::test::{Outcome, Suite};
use crate::scenario::test::{Failure, Verdict};

/// How many entries of a history are shown.
const SHOWN: usize = 30;

/// What is to be said of a test; nothing where it passed.
pub(super) fn text(outcome: &Outcome<'_>, style: Style) -> String {
    let suite = outcome.suite;
    let name = suite.name(outcome.test);
    match outcome
        .played
        .as_ref()
        .map(|played| (played, &played.verdict))
    {
        Some((_, Verdict::Passed)) => String::new(),
        Some((played, Verdict::Failed(failure))) => {
            let places = failure.about.iter();
            let traces = places.filter_map(|place| trace(suite, played, *place));
            let traces: String = traces.map(|trace| told(suite, trace, style)).collect();
            let drawn = drawn(suite, finding(failure), style);
            format!("\nin \"{name}\":\n{drawn}{traces}")
        }
        None => {
            let first = suite.unrun.iter().next();
            let drawn = first.map(|finding| drawn(suite, finding.clone(), style));
            format!("\nnot played: \"{name}\"\n{}", drawn.unwrap_or_default())
        }
    }
}

fn drawn(suite: &Suite, finding: Finding, style: Style) -> String {
    let mut findings = Findings::default();
    findings.push(finding);
    pretty::render(&findings, &suite.project.sources, style)
}

/// A failure as a finding: what was found is its label, or its help where it is
/// more than a line.
pub(in crate::cli) fn finding(failure: &Failure) -> Finding {
    let finding = Finding::new(Code::TestFailed, failure.span, failure.message.as_str());
    match failure.found.as_slice() {
        [] => finding,
        [one] => finding.label(one.as_str()),
        more => finding.help(more.join("\n")),
    }
}

/// What happened to a record, the latest of it.
fn told(suite: &Suite, mut trace: Trace, style: Style) -> String {
    let left_out = trace.told.len().saturating_sub(SHOWN);
    trace.told.drain(..left_out);
    let zone = &suite.project.settings.zone;
    let history = history::text(&trace.record, &trace.told, (zone, style.width));
    let more = match left_out {
        0 => String::new(),
        n => format!(", without the first {n} entries"),
    };
    let lines = history.lines().filter(|line| !line.starts_with("id "));
    let lines = lines.map(|line| format!("  {line}").trim_end().to_owned() + "\n");
    format!(
        "what happened to `{}`{more}:\n{}",
        trace.role,
        lines.collect::<String>()
    )
}
