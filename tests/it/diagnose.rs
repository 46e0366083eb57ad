//! `flow diagnose`: as text and as JSON, now and in the past, beside a running process.

use serde_json::Value;

use crate::cli_support::Folder;
use crate::live_support::Running;

const PROGRAM: &str = r#"object contact {
  email: email unique required
  stage: enum(lead, mql) default lead
  score: number default 0
}

workflow nurture on contact {
  enroll when stage == mql
    and score > 50
  suppress when score > 90

  steps { wait 3000 days }
}
"#;

const REPLAY: &str = r#"{"at": "2026-03-02T08:00:00Z", "create": {"contact": {"email": "ada@x.example", "score": 20}}}
{"at": "2026-03-04T08:00:00Z", "set": {"record": {"contact": {"email": "ada@x.example"}}, "to": {"stage": "mql"}}}
{"at": "2026-03-06T08:00:00Z", "set": {"record": {"contact": {"email": "ada@x.example"}}, "to": {"score": 60}}}
"#;

fn folder() -> Folder {
    let folder = Folder::project(PROGRAM);
    folder.write("r.jsonl", REPLAY.as_bytes());
    let run = folder.flow(&["run", "-r", "r.jsonl"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    folder
}

fn diagnose(folder: &Folder, more: &[&str]) -> String {
    let mut command = folder.command(&["diagnose", "ada@x.example", "nurture"]);
    command.args(more).env("COLUMNS", "60");
    let run = crate::cli_support::run(command);
    assert_eq!(run.code, Some(0), "{}", run.err);
    run.out
}

const PAST: &str = "\
contact ada@x.example does not enrol in `nurture`
  not_matching: no trigger holds, or what must hold for all
      does not
  as of 4 March 2026, 23:59

enroll when stage == mql and score > 50       main.flow:8:15
  false
  true     stage == mql                       main.flow:8:15
           stage = mql, since 4 March 2026, 08:00
  false    score > 50                          main.flow:9:9
           score = 20, since 2 March 2026, 08:00

suppress when score > 90                     main.flow:10:17
  false
           score = 20, since 2 March 2026, 08:00

how it stands
  the workflow is on; the record is not inside, never
      enrolled

it would enrol with
  score = 51
";

// proves: H3
#[test]
fn the_past_is_that_of_the_log() {
    let folder = folder();
    assert_eq!(diagnose(&folder, &["--at", "2026-03-04"]), PAST);
    let first = diagnose(&folder, &["--at", "2026-03-03T00:00:00Z"]);
    assert!(
        first.ends_with("it would enrol with\n  stage = mql\n  score = 51\n"),
        "{first}"
    );
    let early = ["diagnose", "ada@x.example", "nurture", "--at", "2026-03-01"];
    let early = folder.flow(&early);
    assert_eq!(early.code, Some(2));
    assert!(
        early.err.contains("there is no record `ada@x.example`"),
        "{}",
        early.err
    );
}

// proves: H3
#[test]
fn a_program_reads_the_same() {
    let folder = folder();
    let json = |more: &[&str]| -> Value {
        let out = diagnose(&folder, &[&["--format", "json"], more].concat());
        serde_json::from_str(&out).expect("json")
    };
    let now = json(&[]);
    assert_eq!(
        (&now["enrolls"], &now["reason"]),
        (&false.into(), &"already_enrolled".into())
    );
    let term = &now["clauses"][0]["terms"][1];
    assert_eq!(term["holds"], "true");
    assert_eq!(term["read"][0]["since"], "2026-03-06T08:00:00Z");
    let past = json(&["--at", "2026-03-04T12:00:00Z"]);
    assert_eq!(past["at"], "2026-03-04T12:00:00Z");
    assert_eq!(past["change"][0]["set"], "score");
}

// proves: H3
#[test]
fn a_process_that_runs_is_asked() {
    let folder = folder();
    let alone = diagnose(&folder, &["--format", "json"]);
    let running = Running::begin(&folder, &[]);
    let beside = diagnose(&folder, &["--format", "json"]);
    let reasons = [alone, beside].map(|text| {
        let json: Value = serde_json::from_str(&text).expect("json");
        (json["reason"].clone(), json["clauses"].clone())
    });
    assert_eq!(reasons[0], reasons[1]);
    assert_eq!(
        diagnose(&folder, &["--at", "2026-03-04"]),
        PAST,
        "without its lock"
    );
    drop(running);
}

// proves: H3
#[test]
fn what_is_not_there_is_said() {
    let folder = folder();
    let wrong = folder.flow(&["diagnose", "ada@x.example", "nurtur"]);
    assert_eq!(wrong.code, Some(2));
    assert!(
        wrong.err.contains("there is no workflow `nurtur`"),
        "{}",
        wrong.err
    );
    assert!(
        wrong.err.contains("did you mean `nurture`?"),
        "{}",
        wrong.err
    );
    let wrong = folder.flow(&["diagnose", "ada@x.example", "nurture", "--at", "soon"]);
    assert_eq!(wrong.code, Some(2));
    assert!(
        wrong.err.contains("`soon` is neither a moment nor a day"),
        "{}",
        wrong.err
    );
}
