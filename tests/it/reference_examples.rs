//! What the model makes of small programs, expected from the rules by hand.

use flow::base::{Decimal, Timestamp};
use flow::model::Value;

use crate::acts::{Act, Trace, What};
use crate::generate::compiled;
use crate::reference::Model;
use crate::support::{SourceFile, assert_none, files, rust_files};

const SCHEMA: &str = "
object contact {
  email: email unique required
  score: number default 0
  city: string
  flag: bool default false
  due: datetime
  companies: many company inverse employees labels (a, b)
}
object company { size: number }
event ping on contact { n: number }
event pong on contact {}
";

/// The nth hour of a day in summer.
fn hour(n: i64) -> Timestamp {
    let start: Timestamp = "2026-06-01T00:00:00Z".parse().expect("an instant");
    Timestamp::from_second(start.as_second() + n * 3_600).expect("an instant")
}

fn number(n: i64) -> Value {
    Value::Number(Decimal::from(n))
}

fn set(record: &str, name: &str, value: Option<Value>) -> Act {
    Act::Set {
        record: record.into(),
        values: vec![(name.into(), value)],
    }
}

fn create(handle: &str, object: &str) -> Act {
    let email = Value::Text(format!("{handle}@example.com").into());
    let values = match object {
        "contact" => vec![("email".into(), email)],
        _ => Vec::new(),
    };
    Act::Create {
        handle: handle.into(),
        object: object.into(),
        values,
    }
}

fn event(name: &str, n: Option<i64>) -> Act {
    Act::Event {
        record: "ada".into(),
        event: name.into(),
        values: n.map(|n| ("n".into(), number(n))).into_iter().collect(),
        occurred_at: None,
        id: None,
    }
}

fn link(label: Option<&str>) -> Act {
    Act::Link {
        record: "ada".into(),
        association: "companies".into(),
        with: "acme".into(),
        label: label.map(str::to_owned),
    }
}

/// Runs acts at their hours after a contact, a company and the publication;
/// answers each line of the trace with its workflow.
#[track_caller]
fn check(workflows: &str, acts: &[(i64, Act)], expected: &[&str]) {
    let text = format!("{SCHEMA}{workflows}");
    let valid = compiled(&text).unwrap_or_else(|why| panic!("{why}"));
    let mut model = Model::new(valid.get());
    let before = [
        create("ada", "contact"),
        create("acme", "company"),
        Act::Publish,
    ];
    let before = before.into_iter().map(|act| (0, act));
    for (at, act) in before.chain(acts.iter().cloned()) {
        model.apply(hour(at), &act);
    }
    model.advance(hour(2_000));
    let told: Vec<String> = model.trace.iter().map(line).collect();
    assert_eq!(told, expected);
}

fn line(trace: &Trace) -> String {
    let what = match &trace.what {
        What::Refused(reason) => format!("refused {reason}"),
        What::Enrolled => "enrolled".to_owned(),
        What::Step { id, outcome } => format!("{id} {outcome}"),
        What::Branch { id, case } => format!("{id} {case}"),
        What::Left(reason) => format!("left {reason}"),
        What::Action { step, arguments } => format!("{step} asks {arguments:?}"),
        What::Result { step, outcome } => format!("{step} answers {outcome}"),
    };
    format!("{} {what}", trace.workflow)
}

#[test]
fn only_a_transition_enrols() {
    // proves: E2
    let score = |at, n| (at, set("ada", "score", Some(number(n))));
    check(
        "workflow w on contact { enroll when score > 5 reenroll always steps {} }",
        &[
            score(1, 3),
            score(2, 7),
            score(3, 8),
            score(4, 1),
            score(5, 9),
        ],
        &[
            "w enrolled",
            "w left completed",
            "w enrolled",
            "w left completed",
        ],
    );
    check(
        "workflow w on contact { enroll when score > 5 steps {} }",
        &[
            (1, create("bob", "contact")),
            (2, set("bob", "score", Some(number(6)))),
        ],
        &["w enrolled", "w left completed"],
    );
}

#[test]
fn what_is_met_a_minute_later_does_not_count() {
    // proves: E3
    check(
        "workflow w on contact { enroll on ping where n > 1 only when flag steps {} }",
        &[
            (1, event("ping", Some(2))),
            (2, set("ada", "flag", Some(Value::Bool(true)))),
            (3, event("ping", Some(1))),
            (4, event("ping", Some(2))),
        ],
        &["w enrolled", "w left completed"],
    );
}

#[test]
fn a_second_cause_is_dropped() {
    // proves: E7
    check(
        "workflow w on contact { enroll on ping reenroll always steps { wait 1 day } }",
        &[
            (0, event("ping", None)),
            (1, event("ping", None)),
            (30, event("ping", None)),
        ],
        &[
            "w enrolled",
            "w wait_1 waits 2026-06-02T00:00:00Z",
            "w refused already_enrolled",
            "w left completed",
            "w enrolled",
            "w wait_1 waits 2026-06-03T06:00:00Z",
            "w left completed",
        ],
    );
}

#[test]
fn who_was_in_before_needs_a_reenroll_trigger() {
    // proves: E8
    let (ping, pong) = (
        |at| (at, event("ping", None)),
        |at| (at, event("pong", None)),
    );
    check(
        "workflow w on contact { enroll on ping reenroll on pong steps {} }",
        &[pong(1), ping(2), ping(3), pong(4)],
        &[
            "w enrolled",
            "w left completed",
            "w refused no_reenroll_trigger",
            "w enrolled",
            "w left completed",
        ],
    );
    check(
        "workflow w on contact { enroll on ping steps {} }",
        &[ping(2), ping(3)],
        &[
            "w enrolled",
            "w left completed",
            "w refused enrolled_before",
        ],
    );
    let request = Act::Enroll {
        record: "ada".into(),
        workflow: "w".into(),
    };
    check(
        "workflow w on contact { enroll on ping reenroll on pong steps {} }",
        &[ping(2), (3, request)],
        &[
            "w enrolled",
            "w left completed",
            "w enrolled",
            "w left completed",
        ],
    );
}

#[test]
fn others_are_considered_before_the_writer_goes_on() {
    // proves: I5
    check(
        "workflow a on contact { enroll on ping steps { set score = 3 set city = \"{score}\" } }
         workflow b on contact { enroll on changed score steps { set flag = true } }",
        &[(1, event("ping", None))],
        &[
            "a enrolled",
            "b enrolled",
            "a set_1 done",
            "a set_2 done",
            "a left completed",
            "b set_1 done",
            "b left completed",
        ],
    );
    check(
        "workflow a on contact { enroll on ping steps { set companies.size += 1 do log { text: \"{sum(companies.size)}\" } } }
         workflow b on contact { enroll when sum(companies.size) > 4 steps {} }",
        &[
            (0, set("acme", "size", Some(number(4)))),
            (0, link(None)),
            (1, event("ping", None)),
        ],
        &[
            "a enrolled",
            "b enrolled",
            "b left completed",
            "a set_1 done",
            "a do_1 asks [(\"text\", \"5\")]",
            "a do_1 answers ok",
            "a left completed",
        ],
    );
}

#[test]
fn a_chain_that_goes_round_ends() {
    // proves: I5
    let text = format!(
        "{SCHEMA}
         workflow a on contact {{ enroll on changed score reenroll always steps {{ set due = now + 1 hour set flag = not flag }} }}
         workflow b on contact {{ enroll on changed flag reenroll always steps {{ set score += 1 }} }}"
    );
    let valid = compiled(&text).unwrap_or_else(|why| panic!("{why}"));
    let mut model = Model::new(valid.get());
    let start = set("ada", "score", Some(number(1)));
    for act in [create("ada", "contact"), Act::Publish, start] {
        model.apply(hour(1), &act);
    }
    let last = model.trace.iter().rev().find_map(|line| match line.what {
        What::Refused(reason) => Some(reason),
        _ => None,
    });
    assert_eq!(last, Some("chain_too_long"));
    assert!(model.inside().is_empty());
    // Chain 1 enrols `a`, whose second write has chain 3 and enrols `b`, whose
    // write has chain 4: the score is written at 4, 7, … 100, and the flag at
    // 102 enrols nobody.
    let ada = |name: &str| model.values()[&("ada".to_owned(), name.to_owned())].clone();
    assert_eq!(ada("score"), Some("34".to_owned()));
}

#[test]
fn suppression_takes_out_in_the_middle_of_a_wait() {
    // proves: L2
    let flag = |at, flag| (at, set("ada", "flag", Some(Value::Bool(flag))));
    check(
        "workflow w on contact { enroll on ping suppress when flag steps { wait 1 day } }",
        &[(0, event("ping", None)), flag(1, true), flag(2, false)],
        &[
            "w enrolled",
            "w wait_1 waits 2026-06-02T00:00:00Z",
            "w left suppressed",
        ],
    );
}

#[test]
fn a_goal_converts() {
    // proves: L3
    check(
        "workflow w on contact { enroll on ping reenroll always goal when score > 5 steps { wait 1 day } }",
        &[
            (0, event("ping", None)),
            (1, set("ada", "score", Some(number(6)))),
            (2, event("ping", None)),
        ],
        &[
            "w enrolled",
            "w wait_1 waits 2026-06-02T00:00:00Z",
            "w left goal_met",
            "w refused goal_met",
        ],
    );
}

#[test]
fn a_moment_is_computed_anew() {
    // proves: W4
    let due = |at, n: i64| (at, set("ada", "due", Some(Value::Datetime(hour(n)))));
    let steps = "steps { wait until due if past skip set flag = true set score = 1 }";
    check(
        &format!("workflow w on contact {{ enroll on ping {steps} }}"),
        &[due(0, 48), (1, event("ping", None)), due(2, 72), due(3, 2)],
        &[
            "w enrolled",
            "w wait_1 waits 2026-06-03T00:00:00Z",
            "w wait_1 waits 2026-06-04T00:00:00Z",
            "w wait_1 past",
            "w set_1 skipped",
            "w set_2 done",
            "w left completed",
        ],
    );
    check(
        "workflow w on contact { enroll on ping steps { wait until due if unknown stop } }",
        &[
            due(0, 48),
            (1, event("ping", None)),
            (2, set("ada", "due", None)),
        ],
        &[
            "w enrolled",
            "w wait_1 waits 2026-06-03T00:00:00Z",
            "w wait_1 unknown",
            "w left completed",
        ],
    );
}

#[test]
fn unknown_is_not_different() {
    // proves: N1
    let city = |at, city: &str| (at, set("ada", "city", Some(Value::Text(city.into()))));
    check(
        "workflow a on contact { enroll when city != \"Dublin\" steps {} }
         workflow b on contact { enroll when city != \"Dublin\" or unknown existing enroll steps {} }",
        &[city(1, "Dublin"), city(2, "Oslo")],
        &[
            "b enrolled",
            "b left completed",
            "a enrolled",
            "b refused enrolled_before",
            "a left completed",
        ],
    );
}

#[test]
fn the_first_true_case_is_taken() {
    // proves: B1
    let branch = "branch { case when score > 8 { set flag = true } case when score > 5 { set city = \"x\" } }";
    check(
        &format!("workflow w on contact {{ enroll on ping reenroll always steps {{ {branch} }} }}"),
        &[
            (0, event("ping", None)),
            (1, set("ada", "score", Some(number(9)))),
            (1, event("ping", None)),
        ],
        &[
            "w enrolled",
            "w branch_1 none_met",
            "w left completed",
            "w enrolled",
            "w branch_1 1",
            "w set_1 done",
            "w left completed",
        ],
    );
}

/// How many lines the engine has at least for each of the model, its frozen forms
/// aside: the model follows the engine's rules, and there are many.
const TIMES: usize = 5;

#[test]
fn the_model_is_small_and_knows_nothing_of_the_engine() {
    let mut paths = files("tests/it/reference");
    paths.push("tests/it/reference.rs".to_owned());
    let sources: Vec<SourceFile> = paths.iter().map(|path| SourceFile::on_disk(path)).collect();
    let lines = |files: &[SourceFile]| -> usize {
        let lines = files.iter().map(|file| file.text.lines().count());
        lines.sum()
    };
    let engine = rust_files(&["src/engine"]).into_iter();
    let engine = engine.filter(|file| !file.path.contains("frozen"));
    let (own, engine) = (lines(&sources), lines(&engine.collect::<Vec<_>>()));
    assert!(
        own * TIMES <= engine,
        "the model has {own} lines, the engine {engine}"
    );
    let allowed = ["base", "model", "semantic", "syntax::ast"];
    let mut violations = Vec::new();
    for file in &sources {
        // Not as one text, which would be found here.
        let paths = file.text.split(concat!("flow", "::")).skip(1);
        let foreign = paths.filter(|path| !allowed.iter().any(|module| path.starts_with(module)));
        violations.extend(foreign.map(|path| format!("{} names {path:.20}", file.path)));
    }
    assert_none("the model is independent", &violations);
}
