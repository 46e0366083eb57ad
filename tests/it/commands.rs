//! The commands that tell a store what happens and ask it, on a store that no
//! process runs. What the desk answers is tested in `desk`, what goes beside a
//! running process in `socket`.

use std::fs;

use serde_json::Value;

use crate::cli_support::{Folder, MANIFEST, Run};
use crate::desk::PROGRAM;

fn fine(run: Run) -> String {
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    run.out
}

/// What a command says when it ends with 2.
fn wrong(run: Run) -> String {
    assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{}", run.err);
    run.err
}

/// A store with one contact.
fn begun() -> Folder {
    let folder = Folder::project(PROGRAM);
    let run = folder.flow(&["create", "contact", "email=ada@x.example", "score=2"]);
    assert_eq!(run.err, "the store `.flow` begins with this program\n");
    assert!(fine(run).starts_with("created contact ada@x.example, id "));
    folder
}

#[test]
fn the_first_order_begins_the_store() {
    let folder = begun();
    let again = folder.flow(&["create", "contact", "email=b@x.example"]);
    assert_eq!(again.err, "");
    // Two stores of one project are two.
    let other = begun();
    let ids = |folder: &Folder| {
        let out = fine(folder.flow(&["records", "--format", "json"]));
        let line: Value = serde_json::from_str(out.lines().next().expect("a line")).expect("json");
        line["id"].as_str().expect("an id").to_owned()
    };
    assert_ne!(ids(&folder), ids(&other));
}

#[test]
fn a_program_with_errors_begins_nothing() {
    let folder = Folder::project("object contact { email: emial }\n");
    let run = folder.flow(&["create", "contact", "email=ada@x.example"]);
    assert_eq!((run.code, run.out.as_str()), (Some(1), ""));
    assert!(run.err.contains("emial"), "{}", run.err);
    assert!(!folder.path().join(".flow").exists());
}

#[test]
fn an_order_says_what_came_of_it() {
    let folder = begun();
    let ada = "ada@x.example";
    let send = |more: &[&str]| {
        let first = ["send", "visited", "--record", ada, "--with", "page=/a=b"];
        folder.flow(&[&first, more].concat())
    };
    assert_eq!(
        fine(send(&["--id", "7"])),
        "accepted for contact ada@x.example\n"
    );
    assert_eq!(
        fine(send(&["--id", "7"])),
        "accepted before: nothing was done\n"
    );
    let enroll = folder.flow(&["enroll", ada, "once"]);
    assert_eq!(enroll.code, Some(1), "{}", enroll.err);
    assert_eq!(
        enroll.out,
        "contact ada@x.example is not enrolled in once: already_enrolled\n"
    );
    let unenroll = || fine(folder.flow(&["unenroll", ada, "once"]));
    assert_eq!(unenroll(), "contact ada@x.example is taken out of once\n");
    assert_eq!(unenroll(), "contact ada@x.example was not inside once\n");
    assert_eq!(fine(folder.flow(&["pause", "once"])), "once is paused\n");
    let status = fine(folder.flow(&["status"]));
    assert!(
        status.contains("once      paused  0       1         1\n"),
        "{status}"
    );
    assert_eq!(fine(folder.flow(&["resume", "once"])), "once is resumed\n");
    let json = fine(folder.flow(&["set", ada, "city=", "score=7", "--format", "json"]));
    let json: Value = serde_json::from_str(&json).expect("one object");
    assert_eq!(
        (&json["outcome"], &json["record"]["name"]),
        (&"accepted".into(), &ada.into())
    );
    let records = fine(folder.flow(&["records", "--format", "json"]));
    let record: Value = serde_json::from_str(&records).expect("one record");
    assert_eq!(record["properties"]["score"], 7);
    assert!(record["properties"].get("city").is_none());
    let twice = folder.flow(&["create", "contact", "email=ada@x.example"]);
    assert_eq!(twice.code, Some(1));
    assert!(twice.out.starts_with("refused: "), "{}", twice.out);
}

#[test]
fn what_is_asked_of_the_outside_waits() {
    let program = PROGRAM.replace("wait 1 day", "set score = 1");
    let folder = Folder::project(&program);
    fine(folder.flow(&["create", "contact", "email=ada@x.example"]));
    let run = folder.flow(&["send", "visited", "-r", "ada@x.example"]);
    assert_eq!(run.err, "1 action waits for `flow run`\n");
    let status = fine(folder.flow(&["status"]));
    assert!(
        status.contains("actions   1 waiting, 0 failed for good\n"),
        "{status}"
    );
    let json: Value = serde_json::from_str(&fine(folder.flow(&["status", "--format", "json"])))
        .expect("a document");
    assert_eq!(
        (&json["pending"], &json["published"]),
        (&1.into(), &true.into())
    );
}

// size: one case for each kind of name
#[test]
fn wrong_names_have_near_ones() {
    let folder = begun();
    let ada = "ada@x.example";
    for (arguments, message, help) in [
        (
            &["enroll", ada, "onze"] as &[&str],
            "there is no workflow `onze`",
            "did you mean `once`?",
        ),
        (
            &["enroll", "ada@x.exampel", "once"],
            "there is no record `ada@x.exampel`",
            "did you mean `ada@x.example`?",
        ),
        (
            &["set", ada, "citty=Oslo"],
            "there is no property `citty` of `contact`",
            "did you mean `city`?",
        ),
        (
            &["set", ada, "score=high"],
            "`score`: `high` is no number",
            "",
        ),
        (
            &["set", ada, "city"],
            "`city` says no value",
            "write it like `city=VALUE`",
        ),
        (
            &["set", ada, "city=a", "city=b"],
            "`city` is given twice",
            "give it once",
        ),
        (
            &["set", ada, "email="],
            "`email` is required: it takes no `null`",
            "",
        ),
        (
            &["create", "contcat"],
            "there is no object `contcat`",
            "did you mean `contact`?",
        ),
        (&["create", "contact"], "a new `contact` needs `email`", ""),
        (
            &["send", "visit", "-r", ada],
            "there is no event `visit`",
            "did you mean `visited`?",
        ),
        (
            &["send", "visited", "-r", ada, "--at", "today"],
            "`today` is no moment",
            "write it in RFC 3339",
        ),
        (
            &["pause", "onc"],
            "there is no workflow `onc`",
            "did you mean `once`?",
        ),
        (
            &["retry", "0be9f867"],
            "no action that has failed has the key `0be9f867`",
            "`flow failures` lists them with their keys",
        ),
    ] {
        let said = wrong(folder.flow(arguments));
        assert!(
            said.starts_with(&format!("error: {message}\n")),
            "{arguments:?}: {said}"
        );
        assert!(said.contains(help), "{arguments:?}: {said}");
    }
}

#[test]
fn an_event_may_have_occurred_before() {
    let folder = begun();
    let send = |at: &str| folder.flow(&["send", "visited", "-r", "ada@x.example", "--at", at]);
    fine(send("2020-03-02T08:00:00Z"));
    let ahead = send("9000-03-02T08:00:00Z");
    assert_eq!(ahead.code, Some(1));
    assert_eq!(
        ahead.out,
        "refused: it occurred more than five minutes ahead of now\n"
    );
}

#[test]
fn a_condition_chooses_records() {
    let folder = begun();
    fine(folder.flow(&["create", "contact", "email=b@x.example", "score=9"]));
    let records = |condition: &str| {
        folder.flow(&[
            "records", "-o", "contact", "--where", condition, "--format", "json",
        ])
    };
    let chosen = fine(records("score > 5"));
    assert_eq!(chosen.lines().count(), 1);
    assert!(chosen.contains("b@x.example"), "{chosen}");
    let none = records("score > 50");
    assert_eq!((none.code, none.out.as_str()), (Some(0), ""));
    let said = wrong(records("scoer > 5"));
    for part in [
        "unknown-property",
        "[--where:1:1]",
        "scoer > 5",
        "did you mean `score`?",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let said = wrong(folder.flow(&["records", "--where", "score > 5"]));
    assert!(said.contains("name it by `--object`"), "{said}");
    let said = wrong(records("score >"));
    assert!(said.contains("--where:1"), "{said}");
}

#[test]
fn another_program_in_the_folder_is_noted() {
    let folder = begun();
    folder.write(
        "main.flow",
        PROGRAM.replace("workflow aim", "workflow aims").as_bytes(),
    );
    let run = folder.flow(&["pause", "aim"]);
    assert!(
        run.err.starts_with("note: the store runs another program"),
        "{}",
        run.err
    );
    assert_eq!(fine(run), "aim is paused\n");
}

const TABLE: &str = "\
E-mail,City,Score,Shoe
ada@x.example,Oslo,3,41
b@x.example,Bergen,7,42
c@x.example,Bergen,many,43
,Bergen,4,44
";

fn import(folder: &Folder, more: &[&str]) -> Run {
    let first = [
        "import",
        "people.csv",
        "-o",
        "contact",
        "--map",
        "E-mail=email",
    ];
    folder.flow(&[&first, more].concat())
}

// proves: X5
#[test]
fn an_import_can_be_run_again() {
    let folder = begun();
    folder.write("people.csv", TABLE.as_bytes());
    let dry = import(&folder, &["--dry-run"]);
    assert_eq!(dry.code, Some(1));
    assert_eq!(
        dry.out,
        "people.csv: 4 rows: 2 can be read, 2 rejected\n  line 4: `score`: `many` is no number\n  line 5: required: `email` must have a value\nleft out: `Shoe`\n"
    );
    assert!(!folder.path().join(".flow/rejects").exists());
    let first = import(&folder, &[]);
    assert_eq!(first.code, Some(1), "{}", first.err);
    let head = "people.csv: 4 rows: 1 created, 1 updated, 2 rejected\n";
    assert!(first.out.starts_with(head), "{}", first.out);
    let path = folder.path().join(".flow/rejects/people-csv.csv");
    let rejects = fs::read_to_string(&path).expect("rejects");
    let mut lines = rejects.lines();
    assert_eq!(lines.next(), Some("line,reason,E-mail,City,Score,Shoe"));
    assert_eq!(
        lines.next(),
        Some("4,`score`: `many` is no number,c@x.example,Bergen,many,43")
    );
    assert!(
        lines.next().is_some_and(|line| line.starts_with("5,")),
        "{rejects}"
    );
    let again = import(&folder, &[]);
    let head = "people.csv: 4 rows: 2 there already, 2 rejected\n";
    assert!(again.out.starts_with(head), "{}", again.out);
    assert!(fine(folder.flow(&["records"])).contains("contact (2)"));
    // Mended, it leaves no rejects behind.
    folder.write(
        "people.csv",
        b"E-mail,City,Score,Shoe\nb@x.example,Bergen,7,42\n",
    );
    assert_eq!(
        fine(import(&folder, &[])),
        "people.csv: 1 row: 1 there already\nleft out: `Shoe`\n"
    );
    assert!(!path.exists());
}

// proves: X5
#[test]
fn lines_of_json_are_imported() {
    let folder = begun();
    let lines = "\
{\"email\": \"ada@x.example\", \"score\": 5.5, \"shoe\": 41}

{\"email\": \"b@x.example\", \"E_Mail\": \"x\", \"city\": null}
{\"shoe\": 1}
[1]
{\"email\": \"c@x.example\", \"score\": [1]}
";
    folder.write("people.jsonl", lines.as_bytes());
    let import = || {
        let run = folder.flow(&[
            "import",
            "people.jsonl",
            "-o",
            "contact",
            "--format",
            "json",
        ]);
        assert_eq!(run.code, Some(1), "{}", run.err);
        serde_json::from_str::<Value>(&run.out).expect("a document")
    };
    let first = import();
    for (key, number) in [("rows", 5), ("created", 1), ("updated", 1), ("rejected", 3)] {
        assert_eq!(first[key], number, "{first}");
    }
    assert_eq!(first["left_out"][0], "E_Mail");
    let again = import();
    assert_eq!(
        (&again["before"], &again["rejected"]),
        (&2.into(), &3.into())
    );
    let rejects = fs::read_to_string(folder.path().join(".flow/rejects/people-jsonl.csv"));
    let rejects = rejects.expect("rejects");
    assert!(
        rejects.contains("4,none of its keys is a property of contact,"),
        "{rejects}"
    );
    assert!(rejects.contains("5,it is no JSON object,[1]"), "{rejects}");
}

#[test]
fn an_import_of_many_rows_comes_in_batches() {
    let folder = begun();
    let rows = (0..2_500).map(|number| format!("p{number}@x.example,{number}\n"));
    folder.write(
        "people.csv",
        ("email,score\n".to_owned() + &rows.collect::<String>()).as_bytes(),
    );
    let run = || fine(folder.flow(&["import", "people.csv", "-o", "contact"]));
    assert_eq!(run(), "people.csv: 2500 rows: 2500 created\n");
    assert_eq!(run(), "people.csv: 2500 rows: 2500 there already\n");
    // Another name is another import.
    let other = folder.flow(&["import", "people.csv", "-o", "contact", "-n", "spring"]);
    assert_eq!(fine(other), "spring: 2500 rows: 2500 updated\n");
}

#[test]
fn what_cannot_be_imported_is_said() {
    let folder = begun();
    folder.write("people.csv", TABLE.as_bytes());
    folder.write("people.xml", b"<a/>");
    folder.write("empty.csv", b"");
    for (arguments, said) in [
        (
            &["people.xml", "-o", "contact"] as &[&str],
            "neither CSV nor JSONL",
        ),
        (&["no.csv", "-o", "contact"], "there is no `no.csv`"),
        (&["empty.csv", "-o", "contact"], "the file is empty"),
        (&["people.csv", "-o", "contcat"], "did you mean `contact`?"),
        (
            &["people.csv", "-o", "contact", "-m", "E-mail"],
            "maps to no property",
        ),
        (
            &["people.csv", "-o", "contact", "-m", "Mail=email"],
            "it has no column `Mail`",
        ),
        (
            &["people.csv", "-o", "contact", "-m", "E-mail=emial"],
            "did you mean `email`?",
        ),
    ] {
        let run = folder.flow(&[&["import"], arguments].concat());
        let err = wrong(run);
        assert!(err.contains(said), "{arguments:?}: {err}");
    }
}

#[test]
fn a_new_project_runs() {
    let folder = Folder::new(&[]);
    let run = folder.flow(&["init", "welcome"]);
    let commands = fine(run);
    assert_eq!(commands.lines().count(), 3);
    for command in commands.lines() {
        let words: Vec<&str> = command.split_whitespace().skip(1).collect();
        let run = folder.flow(&words);
        assert_eq!(run.code, Some(0), "{command}: {}", run.err);
        assert!(!run.err.contains("warning"), "{command}: {}", run.err);
    }
    let again = wrong(folder.flow(&["init", "welcome"]));
    assert!(again.contains("is there already"), "{again}");
    let here = folder.flow(&["init"]);
    assert_eq!(fine(here).lines().next(), Some("flow check"));
}

#[test]
fn shells_and_manuals_are_served() {
    let folder = Folder::new(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = fine(folder.flow(&["completions", shell]));
        assert!(script.contains("unenroll"), "{shell}");
    }
    let page = fine(folder.flow(&["man"]));
    assert!(page.contains(".TH flow 1"), "{page}");
    let run = folder.flow(&["man", "pages"]);
    assert!(run.err.starts_with("wrote "), "{}", run.err);
    for page in ["flow.1", "flow-import.1", "flow-store-verify.1"] {
        assert!(folder.path().join("pages").join(page).is_file(), "{page}");
    }
}

#[test]
fn a_store_is_verified_copied_and_brought_back() {
    let folder = begun();
    let before = fine(folder.flow(&["records", "--format", "json"]));
    let verify = fine(folder.flow(&["store", "verify", "--format", "json"]));
    let verify: Value = serde_json::from_str(&verify).expect("a document");
    assert_eq!(
        (&verify["records"], &verify["failure"]),
        (&1.into(), &Value::Null)
    );
    fine(folder.flow(&["store", "backup", "copy"]));
    let again = wrong(folder.flow(&["store", "backup", "copy"]));
    assert!(again.contains("`copy` holds something"), "{again}");
    let within = wrong(folder.flow(&["store", "backup", ".flow/copy"]));
    assert!(within.contains("within the store"), "{within}");
    let full = wrong(folder.flow(&["store", "restore", "copy"]));
    assert!(full.contains("is not empty"), "{full}");
    let none = wrong(folder.flow(&["store", "restore", "."]));
    assert!(none.contains("holds no copy"), "{none}");
    fs::remove_dir_all(folder.path().join(".flow")).expect("removed");
    fine(folder.flow(&["store", "restore", "copy"]));
    assert_eq!(fine(folder.flow(&["records", "--format", "json"])), before);
    // A hole in the middle of the log is found, and no copy is made of it.
    fine(folder.flow(&["set", "ada@x.example", "city=Oslo"]));
    fine(folder.flow(&["set", "ada@x.example", "city=Bergen"]));
    let log = fs::read_dir(folder.path().join(".flow/log")).expect("a log");
    let path = log
        .map(|entry| entry.expect("an entry").path())
        .next()
        .expect("a segment");
    let mut bytes = fs::read(&path).expect("a segment");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(&path, bytes).expect("written");
    let broken = folder.flow(&["store", "verify"]);
    assert_eq!(broken.code, Some(1), "{}{}", broken.out, broken.err);
    assert!(broken.out.contains("position"), "{}", broken.out);
    let copy = folder.flow(&["store", "backup", "other"]);
    assert_eq!(copy.code, Some(3), "{}", copy.err);
}

#[test]
fn an_export_can_be_imported() {
    let folder = begun();
    fine(folder.flow(&[
        "create",
        "contact",
        "email=b@x.example",
        "city=Oslo, at sea",
    ]));
    fine(folder.flow(&["store", "export", "--format", "csv", "out"]));
    let contacts = fs::read_to_string(folder.path().join("out/contact.csv")).expect("a table");
    assert!(
        contacts.starts_with("id,created_at,updated_at,email,city,score\n"),
        "{contacts}"
    );
    assert!(contacts.contains("\"Oslo, at sea\""), "{contacts}");
    let other = Folder::new(&[("flow.toml", MANIFEST), ("main.flow", PROGRAM)]);
    other.write("contact.csv", contacts.as_bytes());
    let run = other.flow(&["import", "contact.csv", "-o", "contact"]);
    assert!(fine(run).starts_with("contact.csv: 2 rows: 2 created\n"));
}

#[test]
fn before_the_first_order_there_is_nothing_to_see() {
    let folder = Folder::project(PROGRAM);
    for arguments in [
        &["status"] as &[&str],
        &["failures"],
        &["store", "verify"],
        &["store", "backup", "copy"],
        &["store", "export", "--format", "csv", "out"],
    ] {
        let said = wrong(folder.flow(arguments));
        assert!(
            said.starts_with("error: nothing was run yet\n"),
            "{arguments:?}: {said}"
        );
    }
    assert!(!folder.path().join("out").exists());
}
