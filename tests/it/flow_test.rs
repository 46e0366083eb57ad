//! `flow test` as its users see it: what it says of tests that pass, fail, do
//! not compile or cannot be played.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use crate::cli_support::{Folder, MANIFEST, Run};

const PROGRAM: &str = r#"
object contact {
  email: email unique required
  score: number default 0
  city: string
}
event ping on contact { n: number }
message hi(place: string required) on contact { subject: "Hi", text: "from {place}" }
workflow nurture on contact {
  enroll on ping
  suppress when score > 50
  steps {
    wait 2 days
    do send_email { to: email, message: hi, place: city ?? "nowhere" }
  }
}
"#;

/// A project with the body of one test about ada, who is there already.
fn project(body: &str) -> Folder {
    let head = "test \"it\" {\n  at 2026-01-05T09:00\n  \
                given contact ada { email: \"ada@example.com\" }\n";
    Folder::project(&format!("{PROGRAM}{head}{body}\n}}\n"))
}

fn play(body: &str) -> Run {
    project(body).flow(&["test"])
}

/// The text of a test that fails.
#[track_caller]
fn fails(body: &str, expected: &[&str]) {
    let run = play(body);
    assert_eq!(run.code, Some(1), "{body}\n{}{}", run.out, run.err);
    for text in expected {
        assert!(run.out.contains(text), "no `{text}` in\n{}", run.out);
    }
}

#[track_caller]
fn passes(body: &str) {
    let run = play(body);
    assert_eq!(run.code, Some(0), "{body}\n{}{}", run.out, run.err);
}

#[test]
fn what_passes_is_listed_and_counted() {
    let run = play("  when ada does ping\n  expect ada enrolled in nurture");
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert_eq!(run.out, "main.flow\n  passed   it\n");
    let reached = "reached 1 of 2 steps; `--coverage` lists the others";
    assert_eq!(run.err, format!("1 test: 1 passed\n{reached}\n"));
}

#[test]
fn a_failure_tells_the_nearest_miss_and_the_trace() {
    let body = "  when ada does ping\n  advance 5 minutes\n  when ada sets score = 60\n  \
                expect ada enrolled in nurture";
    fails(
        body,
        &[
            "failed   it",
            "F0704",
            "`expect ada enrolled in nurture` does not hold",
            "`ada` enrolled in `nurture` at 2026-01-05 09:00, left at 2026-01-05",
            "09:05: suppressed",
            "what happened to `ada`:",
            "enrolled by event ping",
            "score = 60 (was 0)",
        ],
    );
}

#[test]
fn each_claim_says_what_was_found() {
    fails(
        "  expect ada.score > 3 and ada.city == \"Oslo\"",
        &["`ada.score` is 0"],
    );
    fails(
        "  expect ada.city == \"Oslo\"",
        &["`ada.city` is unknown", "which is not true"],
    );
    fails(
        "  expect ada enrolled in nurture",
        &[
            "nothing asked to enroll `ada` in `nurture`",
            "`enroll on ping`: no `ping` has happened",
        ],
    );
    fails(
        "  when ada does ping\n  expect ada enrolled in nurture 2 times",
        &["it was enrolled once: at 2026-01-05 09:00"],
    );
    fails(
        "  when ada does ping\n  expect ada not in nurture",
        &["`ada` is in `nurture` since 2026-01-05 09:00, at `wait_1` until"],
    );
    fails(
        "  when ada does ping\n  advance 2 days\n  expect ada not in nurture because suppressed",
        &[
            "the reason is not `suppressed`",
            "left at 2026-01-07 09:00: completed",
        ],
    );
    fails(
        "  when ada does ping\n  expect ada waiting at do_1",
        &["`ada` waits at `wait_1` until 2026-01-07 09:00"],
    );
    fails(
        "  when ada does ping\n  expect ada waiting at wait_1 until 2026-01-08T09:00",
        &["`ada` waits at `wait_1` until 2026-01-07 09:00"],
    );
    fails(
        "  when ada does ping\n  advance 2 days\n  expect ada path nurture [wait_1]",
        &["it has finished [wait_1, do_1]"],
    );
    fails("  expect sent send_email", &["no `send_email` was sent"]);
    fails(
        "  when ada does ping\n  advance 2 days\n  expect sent send_email { place: \"Oslo\" }",
        &["of 1 `send_email`, 0 are so", "`place`", "\"nowhere\""],
    );
    fails(
        "  when ada does ping\n  advance 2 days\n  expect nothing else sent",
        &["2026-01-07 09:00 for `ada`: send_email {"],
    );
}

#[test]
fn what_must_hold_at_every_moment_is_asked_at_each() {
    let body = "  when ada does ping\n  advance 7 days\n  when ada sets score = 60\n  \
                when ada sets score = 0";
    fails(
        &format!("  always ada.score < 50\n{body}"),
        &[
            "`always ada.score < 50` does not hold at 2026-01-12 09:00",
            "`ada.score` is 60",
        ],
    );
    fails(
        &format!("  never sent send_email\n{body}"),
        &["`never sent send_email`, and it does at 2026-01-07 09:00"],
    );
    // Time alone breaks it, between two things that happen.
    fails(
        "  never now > 2026-01-06T12:00\n  advance 2 days",
        &["and it does at 2026-01-06 12:00"],
    );
    passes(&format!(
        "  always ada.score < 61\n  never sent log\n{body}"
    ));
}

#[test]
fn mocks_serve_attempts_in_their_order() {
    let failing = "  mock send_email fails 503 times 2\n  mock send_email => {}\n  \
                   when ada does ping\n  advance 2 days\n  expect ada waiting at do_1\n  \
                   advance 1 hour\n  expect ada not in nurture because completed\n  \
                   expect sent send_email once";
    passes(failing);
    let last = "  mock send_email times out times 2\n  when ada does ping\n  advance 2 days\n  \
                advance 1 day\n  expect ada waiting at do_1";
    passes(last);
}

#[test]
fn a_world_that_cannot_be_fails() {
    fails(
        "  given contact eve { email: lower(\"Ada@example.com\") }",
        &[
            "the world cannot be as `given contact eve",
            "another contact has this `email`",
        ],
    );
}

#[test]
fn sources_with_mistakes_are_findings() {
    let run = play("  expect ada.scor == 1");
    assert_eq!(run.code, Some(1));
    assert!(run.err.contains("F0202"), "{}", run.err);
    assert!(
        run.err.contains("1 program that cannot be compiled"),
        "{}",
        run.err
    );
}

#[test]
fn tests_are_chosen_by_path_and_by_name() {
    let test = |name: &str, claim: &str| {
        format!("test \"{name}\" {{\n  at 2026-01-05T09:00\n  expect {claim}\n}}\n")
    };
    let folder = Folder::new(&[
        ("flow.toml", MANIFEST),
        ("main.flow", PROGRAM),
        ("tests/one.flow", &test("first", "1 == 1")),
        ("tests/two.flow", &test("second", "1 == 2")),
    ]);
    let codes = |arguments: &[&str]| folder.flow(arguments).code;
    assert_eq!(codes(&["test"]), Some(1));
    assert_eq!(codes(&["test", "tests/one.flow"]), Some(0));
    assert_eq!(codes(&["test", "tests"]), Some(1));
    assert_eq!(codes(&["test", "--filter", "first"]), Some(0));
    assert_eq!(codes(&["test", "--filter", "two.flow"]), Some(1));
    assert_eq!(codes(&["test", "--filter", "third"]), Some(2));
    assert_eq!(codes(&["test", "nowhere"]), Some(2));
    let json = folder.flow(&["test", "--format", "json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(json["passed"], 1);
    assert_eq!(json["failed"], 1);
    assert_eq!(json["tests"][1]["failure"]["line"], 3);
}

#[test]
fn a_program_that_cannot_run_is_not_passed() {
    let program = "object contact { email: email unique required }\n\
                   workflow w on contact {\n  steps { todo \"write to them\" }\n}\n\
                   test \"it\" {\n  at 2026-01-05T09:00\n}\n";
    let run = Folder::project(program).flow(&["test"]);
    assert_eq!(run.code, Some(1), "{}{}", run.out, run.err);
    assert!(run.out.contains("not run  it"), "{}", run.out);
    let why = "a placeholder cannot run: write to them";
    assert!(run.out.contains(why), "{}", run.out);
    assert_eq!(run.err, "1 test: 1 not run\n");
}

#[test]
fn literate_files_are_programs_by_section() {
    let shared = "# Title\n\n```flow\nobject contact { email: email unique required }\n```\n";
    let section = |title: &str, claim: &str| {
        format!(
            "\n## {title}\n\nWords.\n\n```flow\ntest \"it\" {{\n  at 2026-01-05T09:00\n  \
             given contact ada {{ email: \"ada@example.com\" }}\n  expect {claim}\n}}\n```\n"
        )
    };
    let text = format!(
        "{shared}{}{}",
        section("One", "ada.email is known"),
        section("Two", "ada.email is unknown")
    );
    let folder = Folder::new(&[("spec.md", &text)]);
    let run = folder.flow(&["test", "spec.md"]);
    assert_eq!(run.code, Some(1), "{}{}", run.out, run.err);
    assert!(run.out.contains("passed   One: it"), "{}", run.out);
    assert!(run.out.contains("failed   Two: it"), "{}", run.out);
    // Places are those of the file.
    assert!(run.out.contains("spec.md:27:3"), "{}", run.out);
}

/// A branch of which one case is reached.
const BRANCHING: &str = r#"object contact { email: email unique required, score: number default 0 }
event ping on contact {}
workflow sort_out on contact {
  enroll on ping
  steps {
    branch {
      case "Hot" when score > 50 {
        set score = 100
      }
      else { set score = 1 }
    }
  }
}
test "cold" {
  at 2026-01-05T09:00
  given contact ada { email: "ada@example.com" }
  when ada does ping
  expect ada.score == 1
}
test "a <failing> one" {
  at 2026-01-05T09:00
  expect 1 == 2
}
"#;

#[test]
fn what_no_test_has_reached_is_listed() {
    let folder = Folder::project(BRANCHING);
    let run = folder.flow(&["test", "--coverage", "--lcov", "out.info"]);
    let listed = "sort_out: 2 of 3 steps, 1 of 2 cases\n  \
                  not reached  main.flow:7:7  branch_1: Hot\n  \
                  not reached  main.flow:8:9  set_1\n";
    assert!(run.out.ends_with(listed), "{}", run.out);
    let lcov = std::fs::read_to_string(folder.path().join("out.info")).expect("it is written");
    assert_eq!(
        lcov,
        "TN:\nSF:main.flow\nBRDA:7,0,0,0\nBRDA:6,0,1,1\nBRF:2\nBRH:1\n\
         DA:6,1\nDA:8,0\nDA:10,1\nLF:3\nLH:2\nend_of_record\n"
    );
    let json = folder.flow(&["test", "--coverage", "--format", "json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(json["coverage"][1]["case"], "Hot");
    assert_eq!(json["coverage"][1]["tests"], 0);
}

#[test]
fn junit_has_a_suite_for_each_file() {
    let folder = Folder::project(BRANCHING);
    folder.flow(&["test", "--junit", "out.xml"]);
    let xml = std::fs::read_to_string(folder.path().join("out.xml")).expect("it is written");
    let expected = "<testsuite name=\"main.flow\" tests=\"2\" failures=\"1\" skipped=\"0\">";
    assert!(xml.contains(expected), "{xml}");
    assert!(xml.contains("name=\"a &lt;failing&gt; one\""), "{xml}");
    assert!(xml.contains("`expect 1 == 2` does not hold"), "{xml}");
}

#[test]
fn a_folder_without_a_project_is_no_edition() {
    let run = play("  when program is \"nowhere\"");
    assert_eq!(run.code, Some(1), "{}{}", run.out, run.err);
    assert!(
        run.out.contains("`nowhere` has no `flow.toml`"),
        "{}",
        run.out
    );
}

/// What must hold at every moment breaks only where somebody enrols by hand.
const EXPLORED: &str = r#"
test "never Bergen" {
  at 2026-01-05T09:00
  given contact ada { email: "ada@example.com" }
  given contact bob { email: "bob@example.com" }
  never ada.note == "low"
}
test "never of another kind" {
  at 2026-01-05T09:00
  given contact ada { email: "ada@example.com" }
  never ada.note == "high and low"
}
"#;

const LOYAL: &str = r#"object contact {
  email: email unique required
  score: number default 0
  note: string computed if(score > 100, "high", if(mark, "low", "none"))
  mark: bool default false
}
workflow loyal on contact {
  enroll when score > 100
  steps {
    wait 3 days
    branch { case when score < 42 { set mark = true } }
  }
}
"#;

#[test]
fn generated_histories_give_a_test_to_paste() {
    let folder = Folder::project(&format!("{LOYAL}{EXPLORED}"));
    let run = folder.flow(&["test", "--explore", "300"]);
    assert_eq!(run.code, Some(1), "{}{}", run.out, run.err);
    assert!(
        run.err.contains("explored 2 tests: 1 broken (seed 1)"),
        "{}",
        run.err
    );
    assert!(
        run.out.contains("exploring \"never Bergen\", with seed"),
        "{}",
        run.out
    );
    let again = folder.flow(&["test", "--explore", "300"]);
    let json = folder
        .flow(&["test", "--explore", "300", "--format", "json"])
        .out;
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    let test = json["explored"][0]["test"].as_str().expect("a test");
    assert!(run.out.ends_with(test), "{test}");
    assert_eq!(run.out, again.out, "a seed gives the same histories");
    // What is printed is a test that fails.
    let (_, pasted) = run
        .out
        .split_once("this test shows it:\n\n")
        .expect("a test");
    assert!(
        !pasted.contains("bob"),
        "it is not as short as it can be:\n{pasted}"
    );
    let folder = Folder::project(&format!("{LOYAL}{pasted}"));
    let run = folder.flow(&["test"]);
    assert_eq!(run.code, Some(1), "{}{}", run.out, run.err);
    assert!(
        run.out.contains("failed   never Bergen, broken"),
        "{}{}",
        run.out,
        run.err
    );
}

#[test]
fn what_holds_holds_in_generated_histories() {
    let folder = Folder::project(&format!("{LOYAL}{EXPLORED}"));
    let run = folder.flow(&["test", "--explore", "100", "--filter", "another"]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    let held = "explored 1 test in 100 histories each: all held (seed 1)";
    assert!(run.err.contains(held), "{}", run.err);
}

#[test]
fn a_watch_plays_them_again_when_a_source_is_saved() {
    let folder = project("  expect ada.score == 0");
    let mut command = folder.command(&["test", "--watch"]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it runs");
    let (told, coming) = channel();
    let stderr = child.stderr.take().expect("it is piped");
    thread::spawn(move || {
        let lines = BufReader::new(stderr).lines().map_while(Result::ok);
        lines.for_each(|line| drop(told.send(line)));
    });
    let wait_for = |wanted: &str| {
        let patience = Duration::from_secs(60);
        let mut lines = std::iter::from_fn(|| coming.recv_timeout(patience).ok());
        lines.any(|line| line == wanted)
    };
    let passed = wait_for("1 test: 1 passed");
    let text = std::fs::read_to_string(folder.path().join("main.flow")).expect("the source");
    folder.write(
        "main.flow",
        text.replace("ada.score == 0", "ada.score == 1").as_bytes(),
    );
    let failed = wait_for("1 test: 1 failed");
    child.kill().expect("it can be ended");
    child.wait().expect("it ends");
    assert!(passed, "it plays them at first");
    assert!(failed, "it plays them again");
}

#[test]
fn generated_histories_edit_the_program_too() {
    let program = |note: &str| {
        format!(
            "object contact {{ email: email unique required, note: string }}\n\
             event ping on contact {{}}\n\
             workflow drip on contact {{\n  enroll on ping\n  steps {{ set note = \"{note}\" }}\n}}\n"
        )
    };
    let test = "test \"never new\" {\n  at 2026-01-05T09:00\n  \
                given contact ada { email: \"ada@example.com\" }\n  \
                when program is \"next\"\n  never ada.note == \"new\"\n}\n";
    let with = |test: &str| {
        let main = format!("{}{test}", program("old"));
        Folder::new(&[
            ("flow.toml", MANIFEST),
            ("main.flow", &main),
            ("next/flow.toml", MANIFEST),
            ("next/main.flow", &program("new")),
        ])
    };
    let run = with(test).flow(&["test", "--explore", "200"]);
    assert_eq!(run.code, Some(1), "{}{}", run.out, run.err);
    let (_, pasted) = run
        .out
        .split_once("this test shows it:\n\n")
        .expect("a test");
    assert!(pasted.contains("  when program is \"next\"\n"), "{pasted}");
    let run = with(pasted).flow(&["test"]);
    assert!(
        run.out.contains("failed   never new, broken"),
        "{}{}",
        run.out,
        run.err
    );
}
