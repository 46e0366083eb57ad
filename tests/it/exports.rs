//! A store written out as one SQLite file: names and values that are odd, the
//! queries of the documents, files that are there already.

use std::fs;
use std::path::PathBuf;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

use crate::cli_support::{Folder, Run};
use crate::support::read;

const PROGRAM: &str = "\
object contact {
  email: email unique required
  full_name: string
  score: number
  vip: bool
  born: date
  seen: datetime
  stage: enum(lead, customer) default lead
  tags: set(red, green)
  select: string
  company: one links
}

object links {
  name: string unique required
}

object history {
  label: string unique required
}

segment rich on contact when score > 10

workflow greet on contact {
  enroll when vip == true

  steps {
    wait 1 day
    set full_name = \"greeted\"
  }
}
";

fn fine(run: Run) -> String {
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    run.out
}

fn begun() -> Folder {
    let folder = Folder::project(PROGRAM);
    fine(folder.flow(&["create", "links", "name=Acme \"& Sons\"; DROP TABLE"]));
    for line in [
        "email=ada@x.example;full_name=O'Hara \"Ada\" ☃;score=1.5;vip=true;born=1990-02-03",
        "email=bo@x.example;score=1234567890123.4567;vip=false;seen=2026-03-02T08:00:00Z",
        "email=cy@x.example;score=9007199254740993;select=*",
        "email=dy@x.example",
    ] {
        let values: Vec<&str> = line.split(';').collect();
        fine(folder.flow(&[&["create", "contact"], values.as_slice()].concat()));
    }
    fine(folder.flow(&["set", "ada@x.example", "tags=green;red"]));
    folder
}

fn open(folder: &Folder, name: &str) -> Connection {
    let path: PathBuf = folder.path().join(name);
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("a file")
}

/// The rows of a query, with `|` between cells.
fn rows(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection
        .prepare(sql)
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    let count = statement.column_count();
    let mut found = statement.query([]).expect("rows");
    let mut rows = Vec::new();
    while let Some(row) = found.next().expect("a row") {
        let cells = (0..count).map(|place| match row.get(place).expect("a cell") {
            Value::Null => "null".to_owned(),
            Value::Integer(number) => number.to_string(),
            Value::Real(number) => format!("{number:?}"),
            Value::Text(text) => format!("'{text}'"),
            Value::Blob(_) => "blob".to_owned(),
        });
        rows.push(cells.collect::<Vec<_>>().join("|"));
    }
    rows
}

#[test]
fn a_file_holds_all_of_a_store_by_kind() {
    let folder = begun();
    let run = folder.flow(&["store", "export", "--format", "sqlite", "out.db"]);
    assert_eq!(
        (run.code, run.err.as_str()),
        (Some(0), "wrote 5 records into `out.db`\n")
    );
    let file = open(&folder, "out.db");
    let ask = |sql: &str| rows(&file, sql);
    assert_eq!(
        ask(
            "SELECT email, full_name, score, vip, born, seen, stage, tags, \"select\" FROM contact ORDER BY email"
        ),
        [
            "'ada@x.example'|'O'Hara \"Ada\" ☃'|1.5|1|'1990-02-03'|null|'lead'|'red;green'|null",
            "'bo@x.example'|null|'1234567890123.4567'|0|null|'2026-03-02T08:00:00Z'|'lead'|null|null",
            "'cy@x.example'|null|9007199254740993|null|null|null|'lead'|null|'*'",
            "'dy@x.example'|null|null|null|null|null|'lead'|null|null",
        ]
    );
    // An object keeps its name, and our own table of that name gets a number.
    assert_eq!(
        ask("SELECT name FROM links"),
        ["'Acme \"& Sons\"; DROP TABLE'"]
    );
    assert_eq!(ask("SELECT count(*) FROM links_2"), ["0"]);
    assert_eq!(ask("SELECT count(*) FROM history"), ["0"]);
    let told = "SELECT kind FROM history_2 h JOIN contact c ON c.id = h.id \
                WHERE c.email = 'dy@x.example' ORDER BY h.position LIMIT 1";
    assert_eq!(ask(told), ["'created'"]);
    let entry = "SELECT count(*) FROM history_2 WHERE json_valid(entry) AND at = json_extract(entry, '$.at')";
    assert_eq!(ask(entry), ask("SELECT count(*) FROM history_2"));
    assert_eq!(
        ask("SELECT name, workflow, step FROM enrolments"),
        ["'ada@x.example'|'greet'|'wait_1'"]
    );
    assert_eq!(ask("SELECT DISTINCT segment FROM segments"), ["'rich'"]);
    assert_eq!(ask("SELECT count(*) FROM failures"), ["0"]);
    assert_eq!(
        ask("SELECT value FROM meta WHERE key IN ('version', 'objects') ORDER BY key"),
        ["'contact;history;links'", "'1'"]
    );
    assert_eq!(ask("PRAGMA integrity_check"), ["'ok'"]);
    assert_eq!(ask("PRAGMA journal_mode"), ["'delete'"]);
}

#[test]
fn a_file_that_is_there_is_replaced_only_where_that_is_said() {
    let folder = begun();
    folder.write("out.db", b"mine");
    let export = |more: &[&str]| {
        let words = ["store", "export", "--format", "sqlite", "out.db"];
        folder.flow(&[words.as_slice(), more].concat())
    };
    let refused = export(&[]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(
        refused.err.contains("`out.db` is there already"),
        "{}",
        refused.err
    );
    assert_eq!(
        fs::read(folder.path().join("out.db")).expect("a file"),
        b"mine"
    );
    fine(export(&["--replace"]));
    assert_eq!(
        rows(&open(&folder, "out.db"), "SELECT count(*) FROM contact"),
        ["4"]
    );
    let nowhere = folder.flow(&["store", "export", "--format", "sqlite", "no/such/out.db"]);
    assert_eq!(nowhere.code, Some(3), "{}", nowhere.err);
    let other = folder.flow(&["store", "export", "--format", "csv", "out", "--replace"]);
    assert_eq!(other.code, Some(2), "{}", other.err);
    let left = fs::read_dir(folder.path()).expect("a folder").flatten();
    let part = left.filter(|entry| entry.file_name().to_string_lossy().contains(".part"));
    assert_eq!(part.count(), 0);
}

#[test]
fn the_queries_of_the_documents_work() {
    let folder = Folder::example("webinar");
    fine(folder.flow(&["run", "--replay", "two-weeks.jsonl"]));
    fine(folder.flow(&["store", "export", "--format", "sqlite", "out.db"]));
    let file = open(&folder, "out.db");
    let text = read("docs/running.md");
    let queries: Vec<&str> = text.split("```sql\n").skip(1).collect();
    assert!(!queries.is_empty());
    for query in queries {
        let (sql, _) = query.split_once("```").expect("an end");
        assert!(!rows(&file, sql).is_empty(), "{sql}");
    }
    // Each link has found its other end.
    let lost = "SELECT count(*) FROM links WHERE with_id IS NULL";
    assert_eq!(rows(&file, lost), ["0"]);
    assert_ne!(rows(&file, "SELECT count(*) FROM links"), ["0"]);
}
