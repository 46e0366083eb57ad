//! The levels of rules: in `flow.toml`, on the command line, and what a denied rule comes to.

use crate::cli_support::{Folder, MANIFEST};

/// A program with two warnings: `unused-event` and `naming`.
const PROGRAM: &str = "\
object contact {
  email: email unique required
  first__name: string
}

event page_viewed on contact {
  url: url
}

workflow greet on contact {
  enroll on created
  steps {
    do send_email { to: email, subject: \"Hi\", text: \"Hello\" }
  }
}
";

const EVENT: &str =
    "main.flow:6:7: LEVEL[F0467]: nothing in the program names the event `page_viewed`";
const NAME: &str = "main.flow:3:3: LEVEL[F0472]: `first__name` has two underscores in a row";

fn folder(tables: &str) -> Folder {
    let manifest = format!("{MANIFEST}{tables}");
    Folder::new(&[("flow.toml", &manifest), ("main.flow", PROGRAM)])
}

/// What `flow check` with arguments prints, and how it ends.
fn check(tables: &str, arguments: &[&str]) -> (Vec<String>, Option<i32>) {
    let arguments = [&["check", "--format", "concise"], arguments].concat();
    let run = folder(tables).flow(&arguments);
    (run.out.lines().map(str::to_owned).collect(), run.code)
}

fn at(level: &str, finding: &str) -> String {
    finding.replace("LEVEL", level)
}

#[test]
fn the_manifest_sets_levels() {
    let both = vec![at("warning", NAME), at("warning", EVENT)];
    assert_eq!(check("", &[]), (both, Some(0)));
    let tables = "[lint]\nunused-event = \"deny\"\nnaming = \"allow\"\n";
    assert_eq!(check(tables, &[]), (vec![at("error", EVENT)], Some(1)));
    let tables = "[lint]\nunused-event = \"warn\"\n";
    let both = vec![at("warning", NAME), at("warning", EVENT)];
    assert_eq!(check(tables, &[]), (both, Some(0)));
}

#[test]
fn the_command_line_wins() {
    let tables = "[lint]\nunused-event = \"deny\"\nnaming = \"allow\"\n";
    let arguments = ["--allow", "unused-event", "--warn", "naming"];
    assert_eq!(
        check(tables, &arguments),
        (vec![at("warning", NAME)], Some(0))
    );
    let arguments = ["--deny", "naming", "--warn", "unused-event"];
    let both = vec![at("error", NAME), at("warning", EVENT)];
    assert_eq!(check(tables, &arguments), (both, Some(1)));
}

#[test]
fn all_warnings_may_be_denied() {
    let both = vec![at("error", NAME), at("error", EVENT)];
    assert_eq!(check("", &["--deny", "warnings"]), (both, Some(1)));
    // What is allowed is no warning, and a rule that is named keeps its level.
    let tables = "[lint]\nunused-event = \"allow\"\n";
    let name = vec![at("error", NAME)];
    assert_eq!(check(tables, &["--deny", "warnings"]), (name, Some(1)));
    let arguments = [
        "--deny",
        "warnings",
        "--warn",
        "naming",
        "--allow",
        "unused-event",
    ];
    assert_eq!(check("", &arguments), (vec![at("warning", NAME)], Some(0)));
}

#[test]
fn what_is_no_rule_is_a_mistake_of_usage() {
    let fails = |arguments: &[&str], message: &str| {
        let run = folder("").flow(&[&["check"], arguments].concat());
        assert_eq!(run.code, Some(2), "{}", run.err);
        assert!(run.err.contains(message), "{}", run.err);
    };
    fails(&["--deny", "unused-evnet"], "did you mean `unused-event`?");
    fails(&["--allow", "F0467"], "did you mean `unused-event`?");
    fails(
        &["--allow", "unknown-property"],
        "`unknown-property` is an error at every level",
    );
    fails(
        &["--allow", "naming", "--deny", "naming"],
        "`naming` is given two levels",
    );
}

#[test]
fn a_run_honours_the_levels_of_the_manifest() {
    let run = |tables: &str| {
        let folder = folder(tables);
        let line = b"{\"at\": \"2026-01-05T09:00:00Z\", \"publish\": true}\n";
        folder.write("one.jsonl", line);
        folder.flow(&["run", "--replay", "one.jsonl", "--dry-run"])
    };
    let warned = run("");
    assert_eq!(warned.code, Some(0), "{}", warned.err);
    assert!(warned.err.contains("2 warnings"), "{}", warned.err);
    let denied = run("[lint]\nnaming = \"deny\"\n");
    assert_eq!(denied.code, Some(1), "{}", denied.err);
    assert!(denied.err.contains("F0472"), "{}", denied.err);
    let allowed = run("[lint]\nnaming = \"allow\"\nunused-event = \"allow\"\n");
    assert_eq!(allowed.code, Some(0), "{}", allowed.err);
    assert!(!allowed.err.contains("warning"), "{}", allowed.err);
}
