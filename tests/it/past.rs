//! `flow history` and `flow records`: what a run left, shown to people and to
//! programs. What a run does is tested in `run`.

use serde_json::Value;

use crate::cli_support::{Folder, run};

/// The example after its two weeks.
fn ran() -> Folder {
    let folder = Folder::example("webinar");
    let run = folder.flow(&["run", "--replay", "two-weeks.jsonl"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    folder
}

// proves: H1
#[test]
fn a_history_tells_what_happened_to_whom_and_where_it_is_written() {
    let folder = ran();
    let run = folder.flow(&["history", "ada@fjordsoft.example"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    for part in [
        "contact Ada@Fjordsoft.example\nid ",
        "\nThursday, 5 March 2026\n",
        "  13:00:00  register        hour_before: goes on",
        "workflows/register.flow:14:18",
        "branch_1: takes `Saw more than half`",
        "attended_minutes = 59",
        "not enrolled by condition: enrolled_before",
        "joins the segment `regulars`",
    ] {
        assert!(run.out.contains(part), "no {part:?} in\n{}", run.out);
    }
    assert!(run.out.lines().all(|line| line.chars().count() <= 100));
    let upper = folder.flow(&["history", "ADA@FJORDSOFT.EXAMPLE"]).out;
    assert_eq!(upper, run.out);
}

#[test]
fn a_history_is_lines_of_json_for_programs() {
    let folder = ran();
    let run = folder.flow(&[
        "history",
        "nora@kodeverk.example",
        "-w",
        "follow_up",
        "--format",
        "json",
    ]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let entries: Vec<Value> = run
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("json"))
        .collect();
    let last = entries.last().expect("entries");
    assert_eq!(
        (&last["kind"], &last["reason"]),
        (&"left".into(), &"suppressed".into())
    );
    assert_eq!(last["record"], "contact nora@kodeverk.example");
    let first = run.out.lines().next().expect("a line");
    let id = entries[0]["id"].as_str().expect("an id");
    let head = format!(
        "{{\"at\":\"2026-03-04T07:31:00Z\",\"kind\":\"enrolled\",\"record\":\"contact nora@kodeverk.example\",\"id\":\"{id}\",\"workflow\":\"follow_up\",\"version\":\""
    );
    assert!(first.starts_with(&head), "{first}");
    let by_id = folder.flow(&["history", &id[..8], "-w", "follow_up", "--format", "json"]);
    assert_eq!(by_id.out, run.out);
}

#[test]
fn who_is_not_there_has_a_near_name() {
    let folder = ran();
    for (arguments, said) in [
        (
            &["history", "ada@fjordsoft.exampel"] as &[&str],
            "did you mean `Ada@Fjordsoft.example`?",
        ),
        (&["history", "zzz"], "`flow records` lists all records"),
        (
            &["history", "ada@fjordsoft.example", "-w", "folow_up"],
            "did you mean `follow_up`?",
        ),
        (
            &["records", "--object", "contcat"],
            "did you mean `contact`?",
        ),
    ] {
        let run = folder.flow(arguments);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(run.err.contains(said), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn before_the_first_run_there_is_help() {
    let folder = Folder::example("webinar");
    for arguments in [&["history", "ada"] as &[&str], &["records"]] {
        let run = folder.flow(arguments);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
        assert_eq!(
            run.err,
            "error: nothing was run yet\nhelp: `flow run` begins; `flow run --replay FILE` runs what happened before\n"
        );
    }
}

#[test]
fn a_value_of_several_records_is_told_apart_by_the_object() {
    let folder = Folder::project("object a { n: string unique }\nobject b { n: string unique }\n");
    let line = |object: &str| {
        format!(
            "{{\"at\": \"2026-03-02T08:00:00Z\", \"create\": {{\"{object}\": {{\"n\": \"same\"}}}}}}\n"
        )
    };
    folder.write("r.jsonl", [line("a"), line("b")].concat().as_bytes());
    let run = folder.flow(&["run", "-r", "r.jsonl"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let both = folder.flow(&["history", "same"]);
    assert_eq!(both.code, Some(2));
    assert!(
        both.err.contains("say which: `a:same`, `b:same`"),
        "{}",
        both.err
    );
    let one = folder.flow(&["history", "b:same"]);
    assert!(one.out.starts_with("b same\n"), "{}{}", one.out, one.err);
    folder.write(".flow/history/2026-03.sqlite", b"no database");
    let damaged = folder.flow(&["history", "b:same"]);
    assert_eq!(damaged.code, Some(3), "{}", damaged.out);
    assert!(
        damaged.err.contains("2026-03.sqlite` is"),
        "{}",
        damaged.err
    );
}

#[test]
fn records_are_a_table_or_lines() {
    let folder = ran();
    let mut command = folder.command(&["records"]);
    command.env("COLUMNS", "60");
    let table = run(command).out;
    assert!(table.starts_with("company (11) "), "{table}");
    assert!(
        table.lines().all(|line| line.chars().count() <= 60),
        "{table}"
    );
    let run = folder.flow(&["records", "--object", "contact", "--format", "json"]);
    assert_eq!(run.out.lines().count(), 200);
    let maja = run
        .out
        .lines()
        .find(|line| line.contains("\"maja@torget.example\""));
    let maja: Value = serde_json::from_str(maja.expect("maja")).expect("json");
    assert_eq!(maja["properties"]["city"], "Bodø");
    assert_eq!(maja["links"][0]["with"], "torget.example");
}
