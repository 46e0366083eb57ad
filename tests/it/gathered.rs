//! What new conditions ask of the past is gathered from the archive when their
//! program is loaded, and stands in the log from then on (V6).

use serde_json::Value;

use crate::cli_support::Folder;
use crate::live_support::Running;

const OBJECTS: &str = "
object contact { email: email unique required, city: string, stage: enum(lead, customer) default lead }
event visited on contact { page: string }
workflow course on contact { enroll on visited where page == \"start\" steps {} }
";

const SEGMENTS: &str = "
segment readers on contact when happened visited where (page == \"pricing\") at least 2 times
segment movers on contact when city was ever \"Oslo\"
segment done on contact when completed in course
segment strangers on contact when not happened visited
workflow asks on contact { enroll on visited only when city changed within last 7 days and stage not changed within last 7 days steps {} }
";

fn fine(folder: &Folder, arguments: &[&str]) -> String {
    let run = folder.flow(arguments);
    assert_eq!(run.code, Some(0), "{arguments:?}: {}{}", run.out, run.err);
    run.out
}

fn segments(folder: &Folder, who: &str) -> Vec<String> {
    let out = fine(
        folder,
        &["records", "--object", "contact", "--format", "json"],
    );
    let records = out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("json"));
    let mut records = records.filter(|record| record["name"] == who);
    let segments = records.next().expect("it is there")["segments"].clone();
    serde_json::from_value(segments).expect("a list")
}

/// proves: V6
#[test]
fn what_was_told_is_gathered_and_kept() {
    let folder = Folder::project(OBJECTS);
    let (ada, bob) = ("ada@acme.example", "bob@acme.example");
    fine(
        &folder,
        &["create", "contact", &format!("email={ada}"), "city=Oslo"],
    );
    fine(
        &folder,
        &["create", "contact", &format!("email={bob}"), "city=Rome"],
    );
    for page in ["page=start", "page=pricing", "page=pricing"] {
        fine(
            &folder,
            &["send", "visited", "--record", ada, "--with", page],
        );
    }
    fine(&folder, &["set", ada, "city=Bergen"]);
    folder.write("more.flow", SEGMENTS.as_bytes());
    let mut running = Running::begin(&folder, &[]);
    let there = |folder: &Folder| (segments(folder, ada), segments(folder, bob));
    let ada_is: Vec<String> = ["done", "movers", "readers"].map(String::from).into();
    let all = (ada_is, vec!["strangers".to_owned()]);
    assert_eq!(there(&folder), all, "{:#?}", running.said());
    running.signal("INT");
    running.ends();
    // It is in the log: what comes of it is the same.
    assert_eq!(there(&folder), all);
    let mut running = Running::begin(&folder, &[]);
    fine(
        &folder,
        &["send", "visited", "--record", bob, "--with", "page=pricing"],
    );
    assert_eq!(
        (there(&folder).0, segments(&folder, bob)),
        (all.0, Vec::new())
    );
    running.signal("INT");
    running.ends();
}
