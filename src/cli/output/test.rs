//! What came of tests, for programs. The form changes only together with the
//! number `version`.

use serde::Serialize;

use crate::host::test::coverage::Place;
use crate::host::test::{Outcome, Suite};
use crate::scenario::test::{Counterexample, Verdict};

/// The version of the form.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct WireTests<'t> {
    version: u32,
    passed: usize,
    failed: usize,
    not_run: usize,
    tests: Vec<WireTest<'t>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Vec<WirePlace<'t>>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    explored: Vec<WireBroken<'t>>,
}

#[derive(Serialize)]
struct WireBroken<'t> {
    name: String,
    seed: u64,
    message: &'t str,
    test: &'t str,
}

#[derive(Serialize)]
struct WirePlace<'t> {
    workflow: &'t str,
    step: &'t str,
    case: Option<&'t str>,
    at: String,
    tests: usize,
}

#[derive(Serialize)]
struct WireTest<'t> {
    name: String,
    file: &'t str,
    line: usize,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<WireFailure<'t>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_run: Vec<String>,
}

#[derive(Serialize)]
struct WireFailure<'t> {
    message: &'t str,
    at: String,
    line: usize,
    column: usize,
    found: &'t [String],
}

/// What came of tests, as one JSON document, indented.
pub(in crate::cli) fn json<'t>(
    outcomes: &'t [Outcome<'t>],
    covered: Option<&[(&Suite, Vec<Place>)]>,
    broken: impl Iterator<Item = &'t (&'t Outcome<'t>, Counterexample)>,
) -> String {
    let tests: Vec<WireTest<'_>> = outcomes.iter().map(test).collect();
    let number = |wanted: &str| tests.iter().filter(|test| test.outcome == wanted).count();
    let document = WireTests {
        version: VERSION,
        passed: number("passed"),
        failed: number("failed"),
        not_run: number("not_run"),
        tests,
        coverage: covered.map(|all| all.iter().flat_map(places).collect()),
        explored: broken.map(one_broken).collect(),
    };
    // It fails for maps with keys that are no strings, and there is no map.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn one_broken<'t>((outcome, found): &'t (&Outcome<'t>, Counterexample)) -> WireBroken<'t> {
    WireBroken {
        name: outcome.suite.name(outcome.test),
        seed: found.seed,
        message: &found.failure.message,
        test: &found.text,
    }
}

fn places<'t>((suite, places): &'t (&Suite, Vec<Place>)) -> impl Iterator<Item = WirePlace<'t>> {
    places.iter().map(|place| WirePlace {
        workflow: place.workflow.as_str(),
        step: place.step.as_str(),
        case: place.case.as_deref(),
        at: suite.places.of(place.span),
        tests: place.tests,
    })
}

fn test<'t>(outcome: &'t Outcome<'_>) -> WireTest<'t> {
    let (suite, test) = (outcome.suite, outcome.test);
    let source = suite.project.sources.get(test.span.source);
    let verdict = outcome.played.as_ref().map(|played| &played.verdict);
    let failure = verdict.and_then(|verdict| match verdict {
        Verdict::Failed(failure) => Some(failure),
        _ => None,
    });
    let unrun = suite.unrun.iter().map(|finding| finding.message.clone());
    WireTest {
        name: suite.name(test),
        file: suite.file(test),
        line: source.position(test.span.start).line,
        outcome: match verdict {
            Some(Verdict::Passed) => "passed",
            Some(Verdict::Failed(_)) => "failed",
            None => "not_run",
        },
        failure: failure.map(|failure| {
            let at = suite.project.sources.get(failure.span.source);
            let at = at.position(failure.span.start);
            WireFailure {
                message: &failure.message,
                at: failure.at.to_string(),
                line: at.line,
                column: at.column,
                found: &failure.found,
            }
        }),
        not_run: match verdict {
            None => unrun.collect(),
            Some(_) => Vec::new(),
        },
    }
}
