//! Replay files: what a line may say, and what is said about a bad one. What
//! the lines do is tested in `run`.

use crate::cli_support::{Folder, Run};

const PROGRAM: &str = r#"
object contact {
  email: email unique required
  city: string
  stage: enum(lead, customer) default lead
  full: string computed "{email}, {city}"
  companies: many company inverse employees labels (billing)
}
object company { domain: string unique }
event seen on contact { url: url }
webhook called on contact {
  id from "$.id"
  match email from "$.who"
  number: string from "$.number"
  verify zoom secret hook
}
segment friends on contact static
segment locals on contact when city == "Oslo"
workflow greet on contact {
  enroll when city is known
  steps { wait 1 day }
}
"#;

const FIRST: &str =
    r#"{"at": "2026-03-02T08:00:00Z", "create": {"contact": {"email": "ada@example.com"}}}"#;

/// Runs a replay whose second line is the one in question.
fn second(line: &str) -> (Folder, Run) {
    let folder = Folder::with_secret(PROGRAM, "hook");
    folder.write("r.jsonl", format!("{FIRST}\n{line}\n").as_bytes());
    folder.write("list.csv", b"email,city\n");
    folder.write("twice.csv", b"E-Mail,email\n");
    folder.write("other.csv", b"shoe size\n38\n");
    let run = folder.flow(&["run", "-r", "r.jsonl"]);
    (folder, run)
}

/// That a line is a finding at its place, and that nothing is run.
fn bad(code: &str, line: &str, said: &[&str]) {
    let line = format!(r#"{{"at": "2026-03-02T09:00:00Z", {line}}}"#);
    bad_line(code, &line, said);
}

fn bad_line(code: &str, line: &str, said: &[&str]) {
    let (folder, run) = second(line);
    assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{line}");
    for said in [code, "r.jsonl:2:", "1 bad line: nothing was run"]
        .iter()
        .chain(said)
    {
        assert!(
            run.err.contains(said),
            "no {said:?} for {line}:\n{}",
            run.err
        );
    }
    assert!(!folder.path().join(".flow").exists(), "{line}");
}

#[test]
fn lines_that_are_none_are_found() {
    let code = "F0701";
    bad_line(code, "no json", &["the line is no JSON"]);
    bad_line(code, "[]", &["the line is no JSON object"]);
    bad_line(code, r#"{"publish": true}"#, &["the line has no `at`"]);
    bad_line(
        code,
        r#"{"at": "soon", "publish": true}"#,
        &["`soon` is no moment"],
    );
    for (at, said) in [
        ("2026-03-02T09:00:60Z", "is no moment"),
        ("-002026-03-02T09:00:00Z", "is no moment"),
        ("9999-12-31T23:00:00Z", "later than 9999-12-30"),
    ] {
        let line = format!(r#"{{"at": "{at}", "publish": true}}"#);
        bad_line(code, &line, &[said]);
    }
    let early = r#"{"at": "2026-03-01T08:00:00Z", "publish": true}"#;
    bad_line(code, early, &["earlier than the one before"]);
    bad(code, r#""publihs": true"#, &["did you mean `publish`?"]);
    bad(code, r#""by": "ada""#, &["does not say what happens"]);
    bad(code, r#""by": 1, "publish": true"#, &["`by` takes a text"]);
    bad(code, r#""publish": false"#, &["`publish` takes `true`"]);
    bad(
        code,
        r#""publish": true, "on": {}"#,
        &["both `publish` and `on`"],
    );
    bad(code, r#""pause": {}"#, &["`pause` has no `workflow`"]);
    bad(
        code,
        r#""pause": {"workflow": "greet", "why": 1}"#,
        &["`pause` has no key `why`"],
    );
}

#[test]
fn values_that_do_not_fit_are_found() {
    let code = "F0701";
    bad(
        code,
        r#""create": {"contact": {"email": "ada"}}"#,
        &["`ada` is no email address"],
    );
    bad(
        code,
        r#""create": {"contact": {"city": "Oslo"}}"#,
        &["needs `email`"],
    );
    bad(
        code,
        r#""create": {"contact": {"full": "x"}}"#,
        &["computed and cannot be written"],
    );
    bad(
        code,
        r#""create": {"contact": {"id": "x"}}"#,
        &["built in and cannot be written"],
    );
    let ada = r#"{"contact": {"email": "ada@example.com"}}"#;
    bad(
        code,
        &format!(r#""set": {{"record": {ada}, "to": {{"stage": "mql"}}}}"#),
        &["no member of lead, customer"],
    );
    bad(
        code,
        &format!(r#""event": {{"record": {ada}, "name": "seen", "with": {{"url": "x"}}}}"#),
        &["`url`: `x` is"],
    );
    bad(
        code,
        &format!(r#""add": {{"record": {ada}, "segment": "locals"}}"#),
        &["follows a condition"],
    );
    bad(
        code,
        r#""enroll": {"record": {"contact": {"city": "Oslo"}}, "workflow": "greet"}"#,
        &["`city` is not unique"],
    );
    bad(
        code,
        r#""enroll": {"record": {"contact": {"id": "12"}}, "workflow": "greet"}"#,
        &["32 hexadecimal digits"],
    );
    bad(
        code,
        r#""enroll": {"record": {"company": {"domain": "a"}}, "workflow": "greet"}"#,
        &["belongs to `contact`"],
    );
    bad(
        code,
        &format!(r#""link": {{"record": {ada}, "as": "companies", "with": {ada}}}"#),
        &["leads to `company`"],
    );
}

#[test]
fn a_required_property_takes_no_null() {
    let ada = r#"{"contact": {"email": "ada@example.com"}}"#;
    bad(
        "F0701",
        &format!(r#""set": {{"record": {ada}, "to": {{"email": null}}}}"#),
        &["`email` is required"],
    );
}

#[test]
fn names_that_the_program_lacks_are_found() {
    let code = "F0702";
    let ada = r#"{"contact": {"email": "ada@example.com"}}"#;
    let acme = r#"{"company": {"domain": "acme.example"}}"#;
    bad(
        code,
        r#""create": {"contcat": {}}"#,
        &["did you mean `contact`?"],
    );
    bad(
        code,
        r#""create": {"contact": {"emial": "a"}}"#,
        &["did you mean `email`?", "r.jsonl:2:"],
    );
    bad(
        code,
        r#""webhook": {"name": "caled", "body": {}}"#,
        &["did you mean `called`?"],
    );
    bad(
        code,
        r#""webhook": {"name": "seen", "body": {}}"#,
        &["no webhook feeds"],
    );
    bad(
        code,
        &format!(r#""event": {{"record": {ada}, "name": "sen"}}"#),
        &["there is no event `sen`"],
    );
    bad(
        code,
        &format!(r#""event": {{"record": {ada}, "name": "seen", "with": {{"ulr": "x"}}}}"#),
        &["no property `ulr` of `seen`"],
    );
    bad(
        code,
        &format!(r#""enroll": {{"record": {ada}, "workflow": "gret"}}"#),
        &["did you mean `greet`?"],
    );
    bad(
        code,
        &format!(r#""remove": {{"record": {ada}, "segment": "freinds"}}"#),
        &["did you mean `friends`?"],
    );
    bad(
        code,
        &format!(r#""link": {{"record": {ada}, "as": "compnies", "with": {acme}}}"#),
        &["did you mean `companies`?"],
    );
    bad(
        code,
        &format!(
            r#""unlink": {{"record": {ada}, "as": "companies", "with": {acme}, "label": "biling"}}"#
        ),
        &[
            "there is no label `biling` of `companies`",
            "did you mean `billing`?",
        ],
    );
}

// proves: X5
#[test]
fn tables_that_cannot_be_imported_are_found() {
    let code = "F0703";
    let import = |file: &str, map: &str| {
        format!(
            r#""import": {{"name": "x", "object": "contact", "file": "{file}", "map": {{{map}}}}}"#
        )
    };
    bad(code, &import("nix.csv", ""), &["there is no such file"]);
    bad(
        code,
        &import("twice.csv", r#""E-Mail": "email""#),
        &["both mean `email`"],
    );
    bad(
        code,
        &import("other.csv", ""),
        &["no column is a property of contact"],
    );
    bad(
        code,
        &import("list.csv", r#""Email": "email""#),
        &["it has no column `Email`: did you mean `email`?"],
    );
    bad(
        "F0702",
        &import("list.csv", r#""email": "emial""#),
        &["did you mean `email`?"],
    );
    bad(
        "F0701",
        &import("list.csv", r#""email": "full""#),
        &["computed"],
    );
}

#[test]
fn all_bad_lines_are_told_of_and_the_first_fifty_are_shown() {
    let folder = Folder::with_secret(PROGRAM, "hook");
    folder.write("r.jsonl", "{}\n".repeat(60).as_bytes());
    let run = folder.flow(&["run", "-r", "r.jsonl"]);
    assert_eq!(run.code, Some(2));
    assert_eq!(run.err.matches("F0701").count(), 50);
    assert!(
        run.err
            .ends_with("60 bad lines, of which 10 are not shown: nothing was run\n"),
        "{}",
        run.err
    );
}

// proves: I3, X6
#[test]
fn what_may_stand_in_a_replay_does() {
    let lines = [
        "\u{feff}",
        r#"{"at": "2026-03-02T08:00:00Z", "publish": true}"#,
        r#"{"at": "2026-03-02T08:00:00Z", "create": {"contact": {"email": "ada@example.com", "city": null}}}"#,
        "",
        r#"{"at": "2026-03-02T09:00:00+01:00", "create": {"company": {"domain": "acme.example"}}, "by": "kim"}"#,
        r#"{"at": "2026-03-02T08:01:00Z", "link": {"record": {"contact": {"email": "ADA@example.com"}}, "as": "companies", "with": {"company": {"domain": "acme.example"}}, "label": "billing"}}"#,
        r#"{"at": "2026-03-02T08:02:00Z", "webhook": {"name": "called", "body": {"id": "7", "who": "ada@example.com", "number": 12345678901234567890.50}}}"#,
        r#"{"at": "2026-03-02T08:02:00Z", "webhook": {"name": "called", "body": {"id": "7", "who": "ada@example.com"}}}"#,
        r#"{"at": "2026-03-02T08:02:01Z", "webhook": {"name": "called", "body": {"who": ""}}}"#,
        r#"{"at": "2026-03-02T08:02:02Z", "webhook": {"name": "called", "body": {"who": "bob@example.com"}}}"#,
        r#"{"at": "2026-03-02T08:02:03Z", "webhook": {"name": "called", "body": { "who":"bob@example.com" }}}"#,
        r#"{"at": "2026-03-02T08:03:00Z", "occurred_at": "2026-03-01T08:03:00Z", "id": "e1", "event": {"record": {"contact": {"email": "ada@example.com"}}, "name": "seen", "with": {"url": "https://example.com/"}}}"#,
        r#"{"at": "2026-03-02T08:04:00Z", "add": {"record": {"contact": {"email": "ada@example.com"}}, "segment": "friends"}}"#,
        r#"{"at": "2026-03-02T08:05:00Z", "enroll": {"record": {"contact": {"email": "ada@example.com"}}, "workflow": "greet"}}"#,
        r#"{"at": "2026-03-02T08:06:00Z", "pause": {"workflow": "greet"}}"#,
        r#"{"at": "2026-03-02T08:07:00Z", "resume": {"workflow": "greet"}}"#,
        r#"{"at": "2026-03-02T08:08:00Z", "unenroll": {"record": {"contact": {"email": "ada@example.com"}}, "workflow": "greet"}}"#,
        r#"{"at": "2026-03-02T08:09:00Z", "off": {"workflow": "greet"}}"#,
        r#"{"at": "2026-03-02T08:10:00Z", "on": {"workflow": "greet"}}"#,
        r#"{"at": "2026-03-02T08:11:00Z", "unlink": {"record": {"contact": {"email": "ada@example.com"}}, "as": "companies", "with": {"company": {"domain": "acme.example"}}}}"#,
        r#"{"at": "2026-03-02T08:12:00Z", "remove": {"record": {"contact": {"email": "ada@example.com"}}, "segment": "friends"}}"#,
        r#"{"at": "2026-03-02T08:13:00Z", "set": {"record": {"contact": {"email": "ada@example.com"}}, "to": {"city": "Oslo", "stage": "customer"}}}"#,
    ];
    let folder = Folder::with_secret(PROGRAM, "hook");
    // The mark stands before the first line; lines may end as on Windows.
    folder.write(
        "r.jsonl",
        lines.join("\r\n").replacen("\r\n", "", 1).as_bytes(),
    );
    let run = folder.flow(&["run", "-r", "r.jsonl", "--format", "json"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let report: serde_json::Value = serde_json::from_str(&run.out).expect("json");
    let inputs = &report["inputs"];
    assert_eq!(
        (&inputs["duplicates"], &inputs["no_record"]),
        (&2.into(), &2.into()),
        "{inputs}"
    );
    let history = folder
        .flow(&["history", "ada@example.com", "--format", "json"])
        .out;
    assert!(
        history.contains("number: 12345678901234567890.50"),
        "{history}"
    );
    assert!(
        history.contains("\"occurred_at\":\"2026-03-01T08:03:00Z\""),
        "{history}"
    );
    assert_eq!(history.matches("\"kind\":\"left\"").count(), 1, "{history}");
}
