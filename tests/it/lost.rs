//! Inputs that a repair takes out of the log, with the real binary: they stand
//! as lines, and what they say is there again when these are sent.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::cli_support::{Folder, Run};

const PROGRAM: &str = "\
object contact {
  email: email unique required
  number: number unique
  city: string
  score: number default 0
  born: date
  seen: datetime
  vip: bool
  stage: enum(lead, buyer \"A buyer\")
  likes: set(sport, film \"The films\")
  hits: number default 0
  total: number default 0
  companies: many company labels (billing, decision_maker)
  boss: one contact
}

object company { domain: string unique }

event seen_page on contact {
  page: url
  times: number
  kind: enum(first, later)
}

webhook order on contact {
  id from \"$.id\"
  match email from \"$.customer.email\"
  total: number from \"$.cents\" then value / 100
  state: enum(paid, open) from \"$.state\" default open
  verify none
}

webhook plain on contact {
  match number from \"$['the number']\"
  note: string from \"$.lines[0].note\"
  verify none
}

segment friends on contact static

workflow count on contact {
  enroll on seen_page per event.id
  steps { set hits += event.times ?? 1 }
}

workflow sum on contact {
  enroll on order per event.id
  steps { set total += event.total }
}

workflow by_hand on contact {
  steps { set city = \"by hand\" wait 100 days }
}
";

/// One of each kind, and of each kind of value.
const LINES: &str = r#"
{"create": {"contact": {"email": "ada@x.example", "number": 7.50, "city": "a \"city\"\n; of two", "born": "1990-02-28", "seen": "2026-01-02T03:04:05.123456Z", "vip": true, "stage": "buyer", "likes": "sport;film"}}, "by": "a form"}
{"create": {"contact": {"email": "bo@x.example", "likes": "film", "score": 12345678901234567890.12345678}}}
{"create": {"contact": {"email": "cy@x.example", "number": 9}}}
{"create": {"contact": {"email": "di@x.example"}}}
{"create": {"company": {"domain": "acme.example"}}}
{"row": {"import": "fair", "values": {"contact": {"email": "ev@x.example", "vip": false}}}, "id": "row-1"}
{"row": {"import": "fair", "values": {"contact": {"email": "bo@x.example", "city": "Oslo"}}}, "id": "row-2"}
{"set": {"record": {"contact": {"email": "ADA@x.example"}}, "to": {"score": -3, "vip": null, "likes": "film"}}, "occurred_at": "2026-01-01T00:00:00Z"}
{"link": {"record": {"contact": {"email": "ada@x.example"}}, "as": "companies", "with": {"company": {"domain": "acme.example"}}, "label": "billing"}}
{"link": {"record": {"contact": {"email": "bo@x.example"}}, "as": "companies", "with": {"company": {"domain": "acme.example"}}}}
{"link": {"record": {"contact": {"number": 7.5}}, "as": "boss", "with": {"contact": {"email": "bo@x.example"}}}}
{"unlink": {"record": {"contact": {"email": "bo@x.example"}}, "as": "companies", "with": {"company": {"domain": "acme.example"}}}}
{"event": {"record": {"contact": {"email": "ada@x.example"}}, "name": "seen_page", "with": {"page": "https://x.example/?a=b", "times": 2, "kind": "later"}}, "id": "page-1"}
{"event": {"record": {"contact": {"email": "ada@x.example"}}, "name": "seen_page"}}
{"webhook": {"name": "order", "body": {"id": 71, "customer": {"email": "ada@x.example"}, "cents": 1999, "state": "paid", "more": [1, 2]}}}
{"webhook": {"name": "order", "body": {"id": "72", "customer": {"email": "ada@x.example"}, "cents": "250", "state": "odd"}}}
{"webhook": {"name": "plain", "body": {"the number": 7.5, "lines": [{"note": "hello"}]}}}
{"webhook": {"name": "plain", "body": {"the number": 7.5, "lines": [{"note": ["a", {"b": null}]}]}}}
{"enroll": {"record": {"contact": {"email": "bo@x.example"}}, "workflow": "by_hand"}}
{"enroll": {"record": {"contact": {"email": "cy@x.example"}}, "workflow": "by_hand"}}
{"unenroll": {"record": {"contact": {"email": "cy@x.example"}}, "workflow": "by_hand"}}
{"add": {"record": {"contact": {"email": "ada@x.example"}}, "segment": "friends"}}
{"add": {"record": {"contact": {"email": "bo@x.example"}}, "segment": "friends"}}
{"remove": {"record": {"contact": {"email": "bo@x.example"}}, "segment": "friends"}}
{"delete": {"record": {"contact": {"email": "cy@x.example"}}}}
{"delete": {"record": {"contact": {"email": "di@x.example"}}}}
{"restore": {"record": {"contact": {"email": "di@x.example"}}}}
{"merge": {"record": {"contact": {"email": "ev@x.example"}}, "into": {"contact": {"email": "ada@x.example"}}}}
{"pause": {"workflow": "by_hand"}}
{"off": {"workflow": "sum"}}
{"resume": {"workflow": "by_hand"}}
{"on": {"workflow": "sum"}}
{"publish": true}
"#;

fn fine(run: Run) -> String {
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    run.out
}

/// The records without what another acceptance makes otherwise.
fn records(folder: &Folder) -> Vec<Value> {
    let text = fine(folder.flow(&["records", "--format", "json"]));
    let lines = text.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).expect("a record");
        let map = line.as_object_mut().expect("an object");
        for key in ["id", "created_at", "updated_at"] {
            map.remove(key);
        }
        // It waits from the moment on at which it is enrolled.
        for inside in map["inside"].as_array_mut().expect("a list") {
            inside.as_object_mut().expect("an object").remove("until");
        }
        line
    });
    lines.collect()
}

/// Damages the first input behind a position, and leaves no snapshot.
fn lose(folder: &Folder, kept: usize) {
    let store = folder.path().join(".flow");
    fs::remove_dir_all(store.join("snapshots")).expect("removed");
    let path = store.join("log/00000000000000000001.log");
    let mut bytes = fs::read(&path).expect("a segment");
    let (mut at, mut inputs) = (76, 0);
    // A frame has a head of 32 bytes, with its length and its kind.
    while inputs <= kept {
        inputs += usize::from(bytes[at + 12] == 1);
        if inputs > kept {
            break;
        }
        let length = u32::from_le_bytes(bytes[at + 8..at + 12].try_into().expect("four"));
        at += 32 + length as usize;
    }
    // The checksum alone: what it holds can be read by nobody.
    bytes[at + 4] ^= 1;
    fs::write(path, bytes).expect("written");
}

/// Repairs a store, and gives the file of the lines and what was said.
fn repaired(folder: &Folder) -> (PathBuf, String) {
    let run = folder.flow(&["store", "repair", "--yes"]);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    let there = fs::read_dir(folder.path().join(".flow")).expect("a store");
    let mut aside = there.flatten().filter(|entry| {
        let name = entry.file_name();
        name.to_string_lossy().starts_with("broken-")
    });
    let aside = aside.next().expect("what was set aside").path();
    (aside.join("lost.jsonl"), run.err)
}

// proves: I3
#[test]
fn what_a_repair_has_lost_is_sent_again() {
    let folder = Folder::project(PROGRAM);
    // The load, the publication, this one: then one that is lost for good.
    fine(folder.flow(&["create", "contact", "email=first@x.example"]));
    fine(folder.flow(&["create", "contact", "email=gone@x.example"]));
    folder.write("all.jsonl", LINES.as_bytes());
    let taken = folder.flow(&["take", "all.jsonl"]);
    let due = "33 lines taken in, 0 that came before, 0 that did not go in\n";
    assert_eq!((taken.out.as_str(), taken.err.as_str()), ("", due));
    let mut before = records(&folder);
    before.retain(|record| record["name"] != "gone@x.example");
    lose(&folder, 3);
    let (file, said) = repaired(&folder);
    let lines = fs::read_to_string(&file).expect("lines");
    assert_eq!(lines.lines().count(), 33, "{lines}");
    assert!(
        said.contains("33 inputs that can be read and do not stay are lines in `")
            && !said.contains("are no lines"),
        "{said}"
    );
    assert_eq!(records(&folder).len(), 1);
    let file = file.to_string_lossy().into_owned();
    fine(folder.flow(&["take", &file]));
    assert_eq!(records(&folder), before);
    // Who sent it and when it happened is known, and nothing counts twice.
    let told = fine(folder.flow(&["history", "ada@x.example", "--format", "json"]));
    assert!(told.contains("a form"), "{told}");
    assert!(lines.contains("\"occurred_at\":\"2026-01-01T00:00:00Z\""));
    let again = folder.flow(&["take", &file]);
    assert!(
        again.err.starts_with("0 lines taken in, 33 that came"),
        "{}",
        again.err
    );
    assert_eq!((again.code, records(&folder)), (Some(0), before));
    fine(folder.flow(&["store", "verify"]));
}

#[test]
fn lines_that_go_nowhere_are_told() {
    let folder = Folder::project(PROGRAM);
    fine(folder.flow(&["create", "contact", "email=ada@x.example"]));
    let lines = concat!(
        "{\"create\": {\"contact\": {\"email\": \"bo@x.example\"}}}\n",
        "\n",
        "{\"create\": {\"contact\": {\"email\": \"ada@x.example\"}}}\n",
        "{\"set\": {\"record\": {\"contact\": {\"id\": \"0be9f867b24f123814ae8c43f9ef4c51\"}}, \"to\": {\"city\": \"x\"}}}\n",
        "{\"set\": {\"record\": {\"contact\": {\"email\": \"bo@x.example\"}}, \"to\": {\"town\": \"x\"}}}\n",
        "nothing\n",
        "{\"at\": \"2026-01-01T00:00:00Z\", \"publish\": true}\n",
        "{\"webhook\": {\"name\": \"order\", \"read\": {\"fields\": {\"sum\": 1}, \"body\": \"0be9f867b24f123814ae8c43f9ef4c51\"}}}\n",
        "{\"set\": {\"record\": {\"contact\": {\"email\": \"bo@x.example\"}}, \"to\": {\"city\": \"Moss\"}}}",
    );
    folder.write("some.jsonl", lines.as_bytes());
    let run = folder.flow(&["take", "some.jsonl"]);
    assert_eq!(run.code, Some(1), "{}", run.err);
    let due = "2 lines taken in, 0 that came before, 6 that did not go in\n";
    assert_eq!(run.err, due);
    let mut said: Vec<&str> = run.out.lines().collect();
    said.sort_unstable();
    let begin = [
        "line 3: refused: ",
        "line 4: refused: there is no record",
        "line 5: there is no property `town`",
        "line 6: the line is no JSON object",
        "line 7: an order takes no `at`",
        "line 8: `read` is not what this webhook reads",
    ];
    assert_eq!(said.len(), begin.len(), "{said:?}");
    assert!(
        said.iter()
            .zip(begin)
            .all(|(said, begin)| said.starts_with(begin)),
        "{said:#?}"
    );
    let json = fine(folder.flow(&["records", "--format", "json"]));
    assert!(json.contains("Moss"), "{json}");
    let json = folder.flow(&["take", "some.jsonl", "--format", "json"]);
    let lines: Vec<Value> = json
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    assert!(lines.iter().any(|line| line["line"] == 6), "{}", json.out);
    let none = folder.flow(&["take", "nowhere.jsonl"]);
    assert_eq!(none.code, Some(2), "{}", none.err);
}

#[test]
fn lines_are_those_of_the_program_that_took_them() {
    let folder = Folder::project(PROGRAM);
    fine(folder.flow(&["create", "contact", "email=ada@x.example"]));
    fine(folder.flow(&["create", "contact", "email=bo@x.example"]));
    // Another program takes what only it has.
    folder.write(
        "main.flow",
        PROGRAM
            .replace("city: string", "city: string\n  town: string")
            .as_bytes(),
    );
    fine(folder.flow(&["run", "--once"]));
    fine(folder.flow(&["create", "contact", "email=cy@x.example", "town=Moss"]));
    lose(&folder, 3);
    let (file, _) = repaired(&folder);
    let lines = fs::read_to_string(&file).expect("lines");
    assert!(lines.contains("\"town\":\"Moss\""), "{lines}");
    // The program of the time is back, and lacks it; the one of the folder has it.
    let file = file.to_string_lossy().into_owned();
    assert_eq!(folder.flow(&["take", &file]).code, Some(1));
    fine(folder.flow(&["run", "--once"]));
    fine(folder.flow(&["take", &file]));
    let json = fine(folder.flow(&["records", "--format", "json"]));
    assert!(json.contains("Moss"), "{json}");
}
