//! `test` blocks: what they are lowered to, what they leave alone, and where a
//! body is no JSON.

use flow::base::Sources;
use flow::compile::compile;
use flow::diagnostic::Code;
use flow::model::Settings;
use flow::plan::Program;
use flow::plan::test::{Act, ClaimKind, Given, Input, Outcome, Test};
use flow::semantic::hir::test::{Because, Count};

use crate::findings::findings;
use crate::graphs;

fn program(text: &str) -> Program {
    let mut sources = Sources::default();
    let id = sources.add("test.flow", text);
    let compiled = compile(&sources, &[id], &Settings::default());
    let found = format!("{:?}", compiled.findings);
    compiled.program.unwrap_or_else(|| panic!("{found}"))
}

fn corpus() -> Program {
    let paths = ["tests/corpus/good/tests.flow".to_owned()];
    graphs::program(&paths, &Settings::default()).0
}

fn named<'p>(program: &'p Program, name: &str) -> &'p Test {
    let mut tests = program.tests().iter();
    tests.find(|test| *test.name == *name).expect("the test")
}

/// The claims of the expectations of a test.
fn claims(test: &Test) -> Vec<&ClaimKind> {
    let acts = test.acts.iter();
    acts.filter_map(|act| match &act.what {
        Act::Expect(claim) => Some(&claim.kind),
        _ => None,
    })
    .collect()
}

#[test]
fn a_test_is_lowered_to_what_can_be_carried_out() {
    let program = corpus();
    let names: Vec<&str> = program.tests().iter().map(|test| &*test.name).collect();
    assert_eq!(
        names,
        [
            "an edited program goes on",
            "everything that a test may say",
            "nothing happens"
        ]
    );
    let test = named(&program, "everything that a test may say");
    let records: Vec<&str> = test
        .records
        .iter()
        .map(|record| record.name.as_str())
        .collect();
    assert_eq!(records, ["acme", "ada", "kim", "bob", "big", "eve"]);
    let given = |what: fn(&Given) -> bool| test.world.iter().filter(|one| what(&one.what)).count();
    assert_eq!(given(|one| matches!(one, Given::Record(..))), 5);
    assert_eq!(given(|one| matches!(one, Given::Link(_))), 3);
    assert_eq!(given(|one| matches!(one, Given::Member(..))), 1);
    assert_eq!(given(|one| matches!(one, Given::Event(..))), 2);
    assert_eq!(test.invariants.len(), 6);
    assert_eq!(test.doc.as_deref(), Some("Every form of a statement."));
    let text: Vec<&str> = test.world.iter().map(|one| one.text.as_str()).collect();
    assert!(
        text.contains(&"given ada in acme.employees label decision_maker"),
        "{text:?}"
    );
}

#[test]
fn acts_keep_their_order_and_their_numbers() {
    let program = corpus();
    let test = named(&program, "everything that a test may say");
    let mocks: Vec<(bool, u32)> = test
        .acts
        .iter()
        .filter_map(|act| match &act.what {
            Act::Mock(mock) => Some((matches!(mock.outcome, Outcome::Answer(_)), mock.times)),
            _ => None,
        })
        .collect();
    let answer = |times| (true, times);
    let failure = |times| (false, times);
    assert_eq!(
        mocks,
        [
            answer(1),
            failure(2),
            failure(3),
            failure(1),
            answer(1),
            answer(1)
        ]
    );
    let bodies: Vec<&str> = test
        .acts
        .iter()
        .filter_map(|act| match &act.what {
            Act::Input(Input::Webhook(_, body)) => Some(&**body),
            _ => None,
        })
        .collect();
    assert_eq!(bodies.len(), 1);
    assert!(bodies[0].starts_with("{ \"id\": 7"), "{bodies:?}");
    let last = test
        .acts
        .iter()
        .rfind(|act| matches!(act.what, Act::Input(_)));
    assert_eq!(
        last.map(|act| act.text.as_str()),
        Some("when nurture is resumed")
    );
}

#[test]
fn claims_name_workflows_steps_and_reasons() {
    let program = corpus();
    let test = named(&program, "everything that a test may say");
    let claims = claims(test);
    let waiting: Vec<(Vec<String>, String)> = claims
        .iter()
        .filter_map(|claim| match claim {
            ClaimKind::Waiting(waiting) => Some((
                waiting.workflows.iter().map(ToString::to_string).collect(),
                waiting.step.to_string(),
            )),
            _ => None,
        })
        .collect();
    let at = |workflow: &str, step: &str| (vec![workflow.to_owned()], step.to_owned());
    assert_eq!(
        waiting,
        [
            at("nurture", "greet"),
            at("nurture", "wait_1"),
            at("nurture", "thank")
        ]
    );
    let reasons = claims.iter().filter_map(|claim| match claim {
        ClaimKind::NotIn(_, _, because) => Some(*because),
        _ => None,
    });
    assert_eq!(
        reasons.collect::<Vec<_>>(),
        [None, Some(Because::GoalMet), Some(Because::WorkflowOff)]
    );
    let counts = claims.iter().filter_map(|claim| match claim {
        ClaimKind::Sent(sent) => Some(sent.count),
        _ => None,
    });
    assert_eq!(
        counts.collect::<Vec<_>>(),
        [
            Count::AtLeast(1),
            Count::Exactly(1),
            Count::Exactly(2),
            Count::AtLeast(3),
            Count::Exactly(1),
            Count::AtLeast(1),
            Count::AtLeast(2),
            Count::AtMost(3)
        ]
    );
}

#[test]
fn an_edited_program_may_have_more_steps_and_workflows() {
    let program = corpus();
    let claims = claims(named(&program, "an edited program goes on"));
    assert!(matches!(&claims[0], ClaimKind::Waiting(waiting) if waiting.workflows.is_empty()));
}

/// proves: V1
#[test]
fn tests_are_no_part_of_a_version() {
    let base = "object contact { email: email unique required, deals: many deal inverse contacts }\n\
                object deal { amount: number }\n\
                workflow w on contact { enroll on created steps { wait 1 day } }\n";
    let test = "test \"a test\" {\n  at 2026-01-05T09:00\n  given contact ada { email: \"a@example.com\" }\n  \
                expect first(ada.deals by amount).amount == 3\n  expect ada enrolled in w\n}\n";
    let (with, without) = (program(&format!("{base}{test}")), program(base));
    assert_eq!(with.tests().len(), 1);
    assert_eq!(with.workflows().len(), 1);
    assert_eq!(with.workflows()[0].version, without.workflows()[0].version);
}

#[test]
fn a_body_that_is_no_json_is_found_at_its_place() {
    let base = "object contact { email: email unique required }\n\
                webhook paid on contact { match email from \"$.email\" verify none }\n";
    for (body, expected) in [
        ("{}", None),
        (
            " [1, -0.5e+3, \"\\u00e9\\n\", true, null, {\"a\": []}] ",
            None,
        ),
        ("{\"a\": 01}", Some("1")),
        ("{\"a\": 1.}", Some("}")),
        ("{\"a\" 1}", Some("1")),
        ("{\"a\": 1,}", Some("}")),
        ("{a: 1}", Some("a")),
        ("['a']", Some("'")),
        ("[1 2]", Some("2")),
        ("{} x", Some("x")),
        ("[\"\\x\"]", Some("\\")),
        ("[\"\\u00g1\"]", Some("\\")),
        ("", Some("")),
        ("[", Some("")),
        ("nul", Some("n")),
    ] {
        let text = format!(
            "{base}test \"t\" {{\n  at 2026-01-05\n  when webhook paid receives r\"\"\"{body}\"\"\"\n}}\n"
        );
        let (found, sources) = findings(&text);
        let found: Vec<(Code, &str)> = found
            .iter()
            .map(|one| {
                let span = one.primary.span;
                (one.code, sources.get(span.source).slice(span))
            })
            .collect();
        let expected: Vec<(Code, &str)> =
            expected.map(|at| (Code::BadJson, at)).into_iter().collect();
        assert_eq!(found, expected, "{body}");
    }
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let text = format!(
        "{base}test \"t\" {{\n  at 2026-01-05\n  when webhook paid receives r\"\"\"{deep}\"\"\"\n}}\n"
    );
    assert_eq!(findings(&text).0.iter().count(), 1);
}
