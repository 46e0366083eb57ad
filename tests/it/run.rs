//! `flow run` as its users meet it: what a run leaves behind, what it says, and
//! that equal runs are equal. What a bad line is, is tested in `replay`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::cli_support::{Folder, MANIFEST, PROGRAM, Run, run};

const TWO_WEEKS: &[&str] = &["run", "--replay", "two-weeks.jsonl"];

/// All files below a folder, with what they hold.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            let inner = files(&path).into_iter();
            found.extend(inner.map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            found.insert(name, fs::read(&path).expect("a file"));
        }
    }
    found
}

fn left(folder: &Folder) -> BTreeMap<String, Vec<u8>> {
    files(&folder.path().join(".flow"))
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.out).expect("a document")
}

/// A project with a replay of some lines.
fn project(lines: &[&str]) -> Folder {
    let folder = Folder::new(&[("flow.toml", MANIFEST), ("main.flow", PROGRAM)]);
    folder.write("replay.jsonl", lines.join("\n").as_bytes());
    folder
}

// proves: I9
#[test]
fn the_example_runs_and_comes_to_what_its_readme_tells() {
    let folder = Folder::example("webinar");
    let run = folder.flow(&[TWO_WEEKS, &["--format", "json"]].concat());
    assert_eq!(run.code, Some(0), "{}", run.err);
    let report = json(&run);
    assert_eq!(report["records"]["contact"], 200);
    assert_eq!(report["inputs"]["duplicates"], 5);
    let flows = &report["workflows"];
    assert_eq!(flows["register"]["enrolled"], 117);
    assert_eq!(flows["follow_up"]["left"]["completed"], 107);
    assert_eq!(flows["follow_up"]["left"]["suppressed"], 1);
    assert_eq!(flows["follow_up"]["left"]["goal_met"], 1);
    assert_eq!(flows["follow_up"]["refused"]["suppressed"], 6);
    assert_eq!(flows["follow_up"]["refused"]["goal_met"], 1);
    assert_eq!(flows["hand_over"]["enrolled"], 8);
    assert_eq!(flows["hand_over"]["refused"]["workflow_off"], 3);
    assert_eq!(flows["hand_over"]["refused"]["enrolled_before"], 1);
    assert_eq!(flows["regulars"]["enrolled"], 6);
    let reminders = report["actions"]
        .as_array()
        .expect("actions")
        .iter()
        .find(|action| action["message"] == "reminder")
        .expect("reminders");
    assert_eq!(
        (&reminders["done"], &reminders["failed"]),
        (&114.into(), &0.into())
    );
    assert_eq!(
        left(&folder)
            .keys()
            .filter(|name| name.ends_with(".eml"))
            .count(),
        233
    );
}

// proves: I9, A1, H1
#[test]
fn equal_runs_leave_equal_files_wherever_they_start() {
    let here = Folder::example("webinar");
    assert_eq!(here.flow(TWO_WEEKS).code, Some(0));
    let first = left(&here);
    assert_eq!(here.flow(TWO_WEEKS).code, Some(0));
    assert!(left(&here) == first, "a second run differs");

    let there = Folder::example("webinar");
    let project = there.path().to_string_lossy().into_owned();
    let replay = format!("{project}/two-weeks.jsonl");
    let elsewhere = Folder::new(&[]);
    let run = elsewhere.flow(&["run", &project, "--replay", &replay]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(left(&there) == first, "a run from elsewhere differs");
    assert!(files(elsewhere.path()).is_empty());
}

#[test]
fn the_summary_fits_narrow_terminals() {
    let folder = Folder::example("webinar");
    for (columns, most) in [("60", 60), ("80", 80), ("200", 80)] {
        let mut command = folder.command(TWO_WEEKS);
        command.env("COLUMNS", columns);
        let run = run(command);
        let widest = run.out.lines().map(|line| line.chars().count()).max();
        assert!(widest.is_some_and(|width| width <= most), "{}", run.out);
        assert!(run.out.lines().count() <= 45, "{}", run.out);
    }
}

// proves: A6
#[test]
fn a_dry_run_writes_nothing_and_shows_what_it_would_send() {
    let folder = Folder::example("webinar");
    let run = folder.flow(&[TWO_WEEKS, &["--dry-run"]].concat());
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    assert!(!folder.path().join(".flow").exists());
    let sent = "2026-03-05 17:00:00  create_task to kim@webinars.example: Call Ada Lindqvist";
    assert!(run.out.contains(sent), "{}", run.out);
    assert_eq!(
        run.out
            .lines()
            .filter(|line| line.contains("  send_email to "))
            .count(),
        227
    );
}

#[test]
fn the_clock_stops_where_it_is_told() {
    let folder = Folder::example("webinar");
    let until = |time: &str| {
        let run = folder.flow(&[TWO_WEEKS, &["--format", "json", "--until", time]].concat());
        assert_eq!(run.code, Some(0), "{}", run.err);
        json(&run)
    };
    let day = until("2026-03-05");
    assert_eq!(day["to"], "2026-03-05T22:59:59.999999Z");
    assert!(day["later"].as_u64().is_some_and(|later| later > 0));
    assert!(day["next"].is_string() && day["workflows"]["follow_up"]["inside"] != 0);
    assert_eq!(until("2026-03-05T12:00:00Z")["to"], "2026-03-05T12:00:00Z");
    assert_eq!(until("2026-05-01")["later"], 0);
    for (time, said) in [
        ("soon", "`soon` is neither a moment nor a day"),
        ("2020-01-01", "`--until` is before the first line"),
    ] {
        let run = folder.flow(&[TWO_WEEKS, &["--until", time]].concat());
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
        assert!(run.err.contains(said), "{}", run.err);
    }
}

// proves: I8
#[test]
fn waits_go_on_after_the_last_line_if_the_clock_does() {
    let program = PROGRAM.replace("set city = \"Oslo\"", "wait 1 day\n    set city = \"Oslo\"");
    let folder = Folder::project(&program);
    let line = r#"{"at": "2026-03-02T08:00:00Z", "create": {"contact": {"email": "ada@example.com", "city": "Bergen"}}}"#;
    folder.write("r.jsonl", line.as_bytes());
    let run = folder.flow(&["run", "-r", "r.jsonl"]);
    assert!(
        run.out
            .contains("waiting   1 enrolment, the next wakes 3 March 2026, 08:00"),
        "{}",
        run.out
    );
    assert!(run.out.contains("--until 2026-03-03"), "{}", run.out);
    let run = folder.flow(&["run", "-r", "r.jsonl", "--until", "2026-03-03"]);
    assert!(
        run.out.contains("completed 1") && !run.out.contains("waiting"),
        "{}",
        run.out
    );
}

// proves: I3, X5
#[test]
fn an_import_goes_in_once_and_its_bad_rows_do_not() {
    let import = |at: &str| {
        format!(
            "{{\"at\": \"2026-03-02T{at}:00Z\", \"import\": {{\"name\": \"Spring / fair\", \
             \"object\": \"contact\", \"file\": \"list.csv\", \"map\": {{\"Mail\": \"email\"}}}}}}"
        )
    };
    let lines = [import("08:00"), import("09:00")];
    let folder = project(&[&lines[0], &lines[1]]);
    let list = "Mail,City,Shoe size\n\
                ada@example.com,Oslo,38\n\
                bob(at)example.com,Bergen,44\n\
                ADA@example.com,Bodø,38\n\
                cy@example.com,Oslo\n\
                ,Hamar,40\n\
                dee@example.com,,41\n";
    folder.write("list.csv", list.as_bytes());
    let run = folder.flow(&["run", "-r", "replay.jsonl"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let rejects = fs::read_to_string(folder.path().join(".flow/rejects/spring---fair.csv"));
    assert_eq!(
        rejects.expect("rejects"),
        "line,reason,Mail,City,Shoe size\n\
         3,`email`: `bob(at)example.com` is no email address,bob(at)example.com,Bergen,44\n\
         5,it has 2 cells where the header has 3: a cell that holds the separator needs quotes around it,\"cy@example.com,Oslo\"\n\
         6,required: `email` must have a value,,Hamar,40\n"
    );
    let records = folder.flow(&["records", "--format", "json"]).out;
    assert_eq!(records.lines().count(), 2, "{records}");
    let ada: Value = serde_json::from_str(records.lines().next().expect("ada")).expect("json");
    assert_eq!(
        ada["updated_at"], "2026-03-02T08:00:00Z",
        "the second import changed something"
    );
    assert!(
        run.out.contains("no property for `Shoe size`"),
        "{}",
        run.out
    );
}

#[test]
fn another_replay_or_program_needs_a_fresh_store() {
    let folder = Folder::example("webinar");
    assert_eq!(folder.flow(TWO_WEEKS).code, Some(0));
    folder.write(
        "one.jsonl",
        br#"{"at": "2026-03-02T08:00:00Z", "publish": true}"#,
    );
    let before = left(&folder);
    let other = folder.flow(&["run", "-r", "one.jsonl"]);
    assert_eq!((other.code, other.out.as_str()), (Some(2), ""));
    assert!(other.err.contains("another replay"), "{}", other.err);
    assert!(other.err.contains("`--fresh` begins anew"), "{}", other.err);
    assert!(left(&folder) == before, "nothing has changed");
    let fresh = folder.flow(&["run", "-r", "one.jsonl", "--fresh"]);
    assert_eq!(fresh.code, Some(0), "{}", fresh.err);
    assert!(left(&folder).keys().all(|name| !name.ends_with(".eml")));

    folder.write("more.flow", b"object thing { name: string }\n");
    let edited = folder.flow(&["run", "-r", "one.jsonl"]);
    assert_eq!((edited.code, edited.out.as_str()), (Some(2), ""));
    assert!(
        edited.err.contains("the program is another"),
        "{}",
        edited.err
    );
}

#[test]
fn a_second_run_changes_nothing_and_says_so() {
    let folder = Folder::example("webinar");
    let first = folder.flow(TWO_WEEKS);
    assert_eq!(first.code, Some(0), "{}", first.err);
    let before = left(&folder);
    let second = folder.flow(TWO_WEEKS);
    let said = "Nothing new: the store has taken all of this replay before.\n";
    assert!(second.out.contains(said), "{}", second.out);
    assert_eq!(second.out.replace(said, ""), first.out);
    assert!(left(&folder) == before);
}

#[test]
fn a_program_with_errors_is_not_run() {
    let folder = Folder::project(&PROGRAM.replace("set city", "set emial"));
    folder.write(
        "r.jsonl",
        br#"{"at": "2026-03-02T08:00:00Z", "publish": true}"#,
    );
    let run = folder.flow(&["run", "-r", "r.jsonl"]);
    assert_eq!((run.code, run.out.as_str()), (Some(1), ""));
    assert!(run.err.contains("F0202") && !folder.path().join(".flow").exists());
}

#[test]
fn wrong_usage_ends_with_2() {
    let folder = project(&["", "  "]);
    for (arguments, said) in [
        (
            &["run", "-r", "nix.jsonl"] as &[&str],
            "there is no `nix.jsonl`",
        ),
        (&["run", "--dry-run"], "--replay <FILE>"),
        (&["run", "-r", "replay.jsonl"], "holds no line"),
    ] {
        let run = folder.flow(arguments);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(run.err.contains(said), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn a_store_that_cannot_be_written_ends_with_3() {
    let folder = Folder::example("webinar");
    folder.write(".flow", b"in the way");
    let run = folder.flow(TWO_WEEKS);
    assert_eq!((run.code, run.out.as_str()), (Some(3), ""), "{}", run.err);
    assert!(run.err.starts_with("error: cannot write `"), "{}", run.err);
    assert!(
        run.err.contains("it is a file, not a folder"),
        "{}",
        run.err
    );
}

const NOTHING: &[u8] = br#"{"at": "2026-03-02T08:00:00Z", "publish": true}"#;

#[test]
fn a_store_that_another_run_writes_to_is_refused() {
    let folder = project(&[]);
    folder.write("r.jsonl", NOTHING);
    folder.write(".flow/lock", std::process::id().to_string().as_bytes());
    let path = folder.path().join(".flow/lock");
    let lock = fs::File::open(path).expect("the lock");
    lock.try_lock().expect("it is free");
    let run = folder.flow(&["run", "-r", "r.jsonl"]);
    assert_eq!((run.code, run.out.as_str()), (Some(3), ""), "{}", run.err);
    let said = format!(
        "error: another run (process {}) is writing to `.flow`: wait until it is over, or end it\n",
        std::process::id()
    );
    assert!(run.err.replace('\\', "/").starts_with(&said), "{}", run.err);
    let dry = folder.flow(&["run", "-r", "r.jsonl", "--dry-run"]);
    assert_eq!(dry.code, Some(0), "a dry run writes nothing: {}", dry.err);
    lock.unlock().expect("it was locked");
    assert_eq!(folder.flow(&["run", "-r", "r.jsonl"]).code, Some(0));
}

#[test]
fn of_runs_at_once_one_is_kept_whole() {
    let folder = Folder::example("webinar");
    assert_eq!(folder.flow(TWO_WEEKS).code, Some(0));
    let alone = left(&folder);
    let runs: Vec<_> = (0..4)
        .map(|_| folder.command(TWO_WEEKS))
        .map(|mut command| command.stdout(std::process::Stdio::null()).spawn())
        .collect();
    let codes: Vec<Option<i32>> = runs
        .into_iter()
        .map(|run| run.expect("a process").wait().expect("its end").code())
        .collect();
    assert!(codes.contains(&Some(0)), "{codes:?}");
    assert!(
        codes.iter().all(|code| matches!(code, Some(0 | 3))),
        "{codes:?}"
    );
    assert!(left(&folder) == alone, "the store is damaged");
}

#[test]
fn a_fresh_run_leaves_what_is_not_of_a_run() {
    let folder = Folder::example("webinar");
    folder.write("one.jsonl", NOTHING);
    assert_eq!(folder.flow(TWO_WEEKS).code, Some(0));
    folder.write(".flow/outbox/notes.txt", b"mine");
    folder.write(".flow/rejects/mine.csv", b"name,age\n");
    let fresh = folder.flow(&["run", "-r", "one.jsonl", "--fresh"]);
    assert_eq!(fresh.code, Some(0), "{}", fresh.err);
    let mut names: Vec<String> = left(&folder).into_keys().collect();
    names.retain(|name| name.starts_with("outbox") || name.starts_with("rejects"));
    assert_eq!(names, ["outbox/notes.txt", "rejects/mine.csv"]);
}

#[test]
fn a_store_among_the_texts_of_a_program_is_refused() {
    for path in [".", "workflows", "./workflows/.."] {
        let manifest = format!("{MANIFEST}\n[store]\npath = \"{path}\"\n");
        let folder = Folder::new(&[("flow.toml", &manifest), ("workflows/main.flow", PROGRAM)]);
        folder.write("r.jsonl", NOTHING);
        let before = files(folder.path());
        let run = folder.flow(&["run", "-r", "r.jsonl"]);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{}", run.err);
        assert!(run.err.starts_with("error: the store `"), "{}", run.err);
        assert!(files(folder.path()) == before);
    }
}

#[test]
fn rejects_of_imports_whose_names_are_alike_stand_apart() {
    let import = |name: &str, file: &str| {
        format!(
            r#"{{"at": "2026-03-02T08:00:00Z", "import": {{"name": "{name}", "object": "contact", "file": "{file}"}}}}"#
        )
    };
    let lines = [
        import("Fair!", "a.csv"),
        import("fair", "b.csv"),
        import("fair", "c.csv"),
    ];
    let folder = project(&lines.each_ref().map(String::as_str));
    folder.write("a.csv", b"email\nnobody\n");
    folder.write("b.csv", b"email,city\nbob@example.com,Oslo,x\n");
    folder.write("c.csv", b"email,city\n\nnobody,Oslo\n");
    folder.write(".flow/rejects/old.csv", b"line,reason,email\n");
    let run = folder.flow(&["run", "-r", "replay.jsonl"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let left = left(&folder);
    let rejects = |name: &str| String::from_utf8_lossy(&left[name]).into_owned();
    assert!(!left.contains_key("rejects/old.csv"));
    assert!(rejects("rejects/fair.csv").contains("nobody"));
    let second = rejects("rejects/fair-2.csv");
    assert!(second.contains("\"bob@example.com,Oslo,x\""), "{second}");
    assert!(run.out.contains("b.csv line 2"), "{}", run.out);
    assert!(run.out.contains("c.csv line 3"), "{}", run.out);
    assert!(run.out.contains(", 1 row\n"), "{}", run.out);
}
