//! Declared actions from the command line: what a replay writes and a dry run shows, requests and
//! programs that are really carried out.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::cli_support::{Folder, MANIFEST};
use crate::http_server::{HttpServer, Reply};
use crate::live_support::{Running, until};

const ADA: &[&str] = &["create", "contact", "email=ada@x.example", "city=Oslo"];

const REPLAY: &str = r#"{"at": "2026-03-02T08:00:00Z", "create": {"contact": {"email": "ada@x.example", "city": "Oslo"}}}
"#;

fn posting(url: &str) -> String {
    format!(
        "object contact {{ email: email unique required, city: string, note: string }}
action chat.post(room: string required) -> {{ id: string, count: number }}
  via http {{
    url: \"{url}/{{room}}\"
    headers: {{ \"X-Key\": secret(chat) }}
    json: {{ at: room }}
    result: {{ id: \"$.data.id\", count: \"$.list[1]\" }}
    connection: chat
  }}
workflow post on contact {{
  enroll on created
  steps {{
    do chat.post {{ room: city }} as posted
    set note = \"{{posted.id ?? \"no id\"}} {{posted.count ?? 0}}\"
  }}
}}
"
    )
}

fn manifest(url: &str) -> String {
    format!(
        "{MANIFEST}
[secrets]
chat = {{ env = \"A_SECRET\" }}

[connections.chat]
kind = \"http\"
url = \"{url}\"
retry_first = \"1 second\"
retry_most = \"1 second\"
"
    )
}

fn grading(run: &str, more: &str) -> Folder {
    let program = format!(
        "object contact {{ email: email unique required, city: string, grade: enum(a, b), note: string }}
action grade(total: number, city: string) -> {{ grade: enum(a, b), note: string, odd: number }}
  via command {{ run: {run}{more} }}
workflow grade_all on contact {{
  enroll on created
  steps {{
    do grade {{ total: 7, city: city }} as graded on error {{ set note = \"failed\" stop }}
    set grade = graded.grade ?? a
    set note = graded.note ?? \"no note\"
  }}
}}
"
    );
    let manifest = format!("{MANIFEST}\n[secrets]\ngrader = {{ env = \"A_SECRET\" }}\n");
    Folder::new(&[("flow.toml", &manifest), ("main.flow", &program)])
}

/// Creates Ada, and waits until her note is there.
fn note(folder: &Folder) -> String {
    let created = folder.flow(ADA);
    assert_eq!(created.code, Some(0), "{}", created.err);
    let mut note = String::new();
    let noted = until(|| {
        let records = folder.flow(&["records", "--format", "json"]).out;
        let found = records.split_once("\"note\":\"");
        let found = found.and_then(|(_, rest)| rest.split_once('"'));
        note = found.map(|(note, _)| note.to_owned()).unwrap_or_default();
        !note.is_empty()
    });
    assert!(noted, "{}", folder.flow(&["history", "ada@x.example"]).out);
    note
}

// proves: A6
#[test]
fn nothing_leaves_in_a_replay() {
    let server = HttpServer::scripted([]);
    let url = server.url("");
    let folder = Folder::new(&[
        ("flow.toml", &manifest(&url)),
        ("main.flow", &posting(&url)),
    ]);
    folder.write("r.jsonl", REPLAY.as_bytes());
    let dry = folder.flow(&["run", "-r", "r.jsonl", "--dry-run"]);
    assert_eq!(dry.code, Some(0), "{}", dry.err);
    let shown = format!("chat.post to {url}/Oslo: {{\"room\":\"Oslo\"}}");
    assert!(dry.out.contains(&shown), "no {shown:?} in\n{}", dry.out);
    let dry = folder.flow(&["run", "-r", "r.jsonl", "--dry-run", "--format", "json"]);
    let report: Value = serde_json::from_str(&dry.out).expect("json");
    assert_eq!(
        report["sent"][0]["sends"]["headers"]["X-Key"],
        "secret(chat)"
    );
    let run = folder.flow(&["run", "-r", "r.jsonl"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let outbox = fs::read_dir(folder.path().join(".flow/outbox")).expect("an outbox");
    let paths: Vec<_> = outbox.map(|file| file.expect("a file").path()).collect();
    assert_eq!(paths.len(), 1);
    let text = fs::read_to_string(&paths[0]).expect("text");
    let file: Value = serde_json::from_str(&text).expect("json");
    assert_eq!(
        (
            &file["sent"],
            &file["arguments"]["room"],
            &file["sends"]["json"]["at"]
        ),
        (&false.into(), &"Oslo".into(), &"Oslo".into())
    );
    assert!(server.asked().is_empty());
    let records = folder.flow(&["records", "--format", "json"]).out;
    assert!(records.contains("no id 0"), "{records}");
}

// proves: A1, A2, A3
#[test]
fn a_request_goes_out_and_its_results_come_back() {
    let answer = r#"{"data": {"id": 17}, "list": [1, 2.50]}"#;
    let server = HttpServer::scripted([Reply::status(503), Reply::status(200).body(answer)]);
    let url = server.url("");
    let folder = Folder::new(&[
        ("flow.toml", &manifest(&url)),
        ("main.flow", &posting(&url)),
    ]);
    let mut command = folder.command(&["run"]);
    command.env("A_SECRET", "s3cret");
    let _running = Running::of(command, &folder);
    assert_eq!(note(&folder), "17 2.5");
    let asked = server.asked();
    assert_eq!(
        asked.len(),
        2,
        "the connection says to ask again after a second"
    );
    assert_eq!(asked[0].key(), asked[1].key());
    assert_eq!(asked[1].target, "/Oslo");
    assert_eq!(asked[1].header("x-key"), Some("s3cret"));
    assert_eq!(asked[1].text(), r#"{"at":"Oslo"}"#);
}

const SCRIPT: &str = r#"read -r line
case "$line" in *'"total":7'*) ;; *) exit 9 ;; esac
[ -n "$FLOW_IDEMPOTENCY_KEY" ] || exit 8
[ "$FLOW_ATTEMPT" = 1 ] || exit 7
[ -z "$A_SECRET" ] || exit 6
echo "{\"grade\": \"b\", \"odd\": \"odd\", \"note\": \"$1 $WHERE $KEY\"}"
"#;

// proves: A1, A2
#[test]
fn a_program_of_the_project_is_run() {
    let more = ", env: { WHERE: \"in {city}\", KEY: secret(grader) }";
    let folder = grading(r#"["sh", "grade.sh", "{city};exit"]"#, more);
    folder.write("grade.sh", SCRIPT.as_bytes());
    let mut command = folder.command(&["run"]);
    command.env("A_SECRET", "s3cret");
    let _running = Running::of(command, &folder);
    assert_eq!(note(&folder), "Oslo;exit in Oslo s3cret");
    let records = folder.flow(&["records", "--format", "json"]).out;
    assert!(records.contains("\"grade\":\"b\""), "{records}");
}

/// What the history says of a program that fails.
fn failure(folder: &Folder) -> String {
    let _running = Running::begin(folder, &[]);
    assert_eq!(note(folder), "failed");
    folder.flow(&["history", "ada@x.example"]).out
}

// proves: A4
#[test]
fn a_program_that_fails_says_why() {
    let folder = grading(
        r#"["sh", "-c", "echo first >&2; echo last words >&2; exit 3"]"#,
        "",
    );
    let history = failure(&folder);
    assert!(
        history.contains("it ended with code 3: last words"),
        "{history}"
    );
}

// proves: A3
#[test]
fn a_program_that_takes_too_long_or_too_much_is_ended() {
    let run = r#"["sh", "-c", "sleep 600 & sleep 600"]"#;
    let folder = grading(run, ", timeout: 1 second");
    let mut running = Running::begin(&folder, &[]);
    assert_eq!(folder.flow(ADA).code, Some(0));
    let history = || folder.flow(&["history", "ada@x.example"]).out;
    let ended = until(|| history().contains("it did not end within 1 s"));
    assert!(ended, "{}", history());
    running.signal("INT");
    assert_eq!(running.ends().0, Some(0));
    if !cfg!(target_os = "linux") {
        return;
    }
    let run = r#"["sh", "-c", "x=xxxxxxxxxxxxxxxx; while :; do x=$x$x; done"]"#;
    let folder = grading(run, ", memory: 16 MB");
    let _running = Running::begin(&folder, &[]);
    assert_eq!(folder.flow(ADA).code, Some(0));
    let history = || folder.flow(&["history", "ada@x.example"]).out;
    let ended = until(|| history().contains("it took more memory than 16 MB"));
    assert!(ended, "{}", history());
}

// proves: A1
#[test]
fn a_program_under_way_ends_with_the_process() {
    let folder = grading(r#"["sh", "-c", "echo $$ > pid; sleep 600"]"#, "");
    let mut running = Running::begin(&folder, &[]);
    assert_eq!(folder.flow(ADA).code, Some(0));
    let pid = || fs::read_to_string(folder.path().join("pid")).unwrap_or_default();
    assert!(until(|| pid().ends_with('\n')), "it does not run");
    running.signal("INT");
    let (code, took) = running.ends();
    assert_eq!(code, Some(0), "{:?}", running.said());
    assert!(took < Duration::from_secs(20), "it took {took:?}");
    let mut looks = Command::new("kill");
    let there = looks.args(["-0", pid().trim()]).stderr(Stdio::null());
    assert!(!there.status().expect("kill").success(), "it runs on");
}

// proves: A6
#[test]
fn what_is_built_in_and_not_carried_out_is_refused_only_where_it_would_leave() {
    let manifest = MANIFEST.replace("[project]", "[project]\nuse = [\"crm\", \"zoom\"]");
    let program = "workflow register on contact {
  enroll on created
  steps { do zoom.add_registrant { webinar_id: \"7\" } }
}
";
    let folder = Folder::new(&[("flow.toml", &manifest), ("main.flow", program)]);
    let replay =
        r#"{"at": "2026-03-02T08:00:00Z", "create": {"contact": {"email": "ada@x.example"}}}"#;
    folder.write("r.jsonl", replay.as_bytes());
    let dry = folder.flow(&["run", "-r", "r.jsonl", "--dry-run"]);
    assert_eq!(dry.code, Some(0), "{}", dry.err);
    assert!(dry.out.contains("zoom.add_registrant"), "{}", dry.out);
    let live = folder.flow(&["run", "--once"]);
    assert_eq!(live.code, Some(1), "{}", live.err);
    let said = "`do zoom.add_registrant` is not carried out yet";
    assert!(
        live.err.contains(said) || live.out.contains(said),
        "{}",
        live.err
    );
}
