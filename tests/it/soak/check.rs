//! What must hold of the records, the history, the failures and the requests
//! when all is over. How it came to be is not known here.

use std::collections::{BTreeMap, BTreeSet};

use flow::host::desk::Failed;
use flow::host::view;
use serde_json::Value;

use super::{Sent, email};
use crate::cli_support::Folder;
use crate::http_server::{HttpServer, Received};
use crate::live_support::store;

/// The history, counted.
#[derive(Default)]
struct Told {
    /// How often each kind stands there for each enrolment.
    counts: BTreeMap<(String, String), usize>,
}

impl Told {
    fn read(folder: &Folder) -> Self {
        let bytes = view::whole_history(&store(folder.path())).expect("a history");
        let text = String::from_utf8(bytes).expect("a text");
        let mut told = Told::default();
        for line in text.lines() {
            let line: Value = serde_json::from_str(line).expect("a line of JSON");
            let word = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
            let of = format!("{} {}", word("id"), word("key"));
            *told.counts.entry((word("kind"), of)).or_default() += 1;
        }
        told
    }

    /// The enrolments of which a kind is told; of each once.
    fn once(&self, kind: &str) -> BTreeSet<&str> {
        let all = self.counts.iter().filter(|((other, _), _)| other == kind);
        all.map(|((_, of), count)| {
            assert_eq!(*count, 1, "{kind} of {of} is told {count} times");
            of.as_str()
        })
        .collect()
    }

    /// How many enrolments have this told of them, how often it may be.
    fn any(&self, kind: &str) -> BTreeSet<&str> {
        let all = self.counts.keys().filter(|(other, _)| other == kind);
        all.map(|(_, of)| of.as_str()).collect()
    }
}

fn json(folder: &Folder, arguments: &[&str]) -> Vec<Value> {
    let run = folder.flow(arguments);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let lines = run.out.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

/// Checks it all, and prints the numbers.
pub(super) fn all(
    folder: &Folder,
    (sent, acknowledged): (&Sent, usize),
    (server, kills): (&HttpServer, usize),
) {
    let received = server.received();
    let failures = json(folder, &["failures", "--format", "json"]);
    let failures: BTreeMap<String, Failed> = failures
        .into_iter()
        .map(|line| serde_json::from_value::<Failed>(line).expect("a failure"))
        .map(|failed| (failed.key.clone(), failed))
        .collect();
    let told = Told::read(folder);
    let (asked, done) = (told.once("action"), told.once("done"));
    let put_back = told.any("put_back");
    let late = put_back.intersection(&done).count();
    println!(
        "soak: {} inputs sent, {acknowledged} acknowledged before the end, {} answered as known, \
         {kills} kills, {} requests, {} keys, {} actions done, {late} of {} that were put back, \
         {} failed",
        sent.inputs.len(),
        sent.duplicates,
        received.values().map(|key| key.count).sum::<usize>(),
        received.len(),
        done.len(),
        put_back.len(),
        failures.len(),
    );
    // The path of what was put back has gone on as one that had failed.
    counted(folder, sent, (done.len() - late, failures.len() + late));
    for kind in ["enrolled", "left"] {
        assert_eq!(told.once(kind).len(), sent.inputs.len(), "{kind}");
    }
    assert_eq!(asked.len(), sent.inputs.len(), "each asks for one action");
    assert!(done.is_subset(&asked));
    assert_eq!(asked.len(), done.len() + failures.len());
    requests(&received, &failures, (sent.inputs.len(), done.len()));
    assert!(kills >= 3 && acknowledged > 20 && sent.duplicates > 0);
}

/// Each input counts once for its contact.
fn counted(folder: &Folder, sent: &Sent, (done, failed): (usize, usize)) {
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    for (contact, _) in sent.inputs.values() {
        *expected.entry(email(*contact)).or_default() += 1;
    }
    let records = json(folder, &["records", "--format", "json"]);
    let sum = |property: &str| -> u64 {
        let of = |record: &Value| record["properties"][property].as_u64();
        records.iter().filter_map(of).sum()
    };
    for record in &records {
        let name = record["name"].as_str().expect("a name");
        let hits = record["properties"]["hits"].as_u64().expect("a number");
        assert_eq!(
            hits,
            expected.get(name).copied().unwrap_or_default(),
            "{name}"
        );
    }
    assert_eq!(sum("hits"), sent.inputs.len() as u64);
    assert_eq!(sum("sent"), done as u64);
    assert_eq!(sum("failed"), failed as u64);
}

/// No key has two bodies, no body two keys; what is done was received.
fn requests(
    received: &BTreeMap<String, Received>,
    failures: &BTreeMap<String, Failed>,
    (inputs, done): (usize, usize),
) {
    let mut bodies = BTreeMap::new();
    for (key, received) in received {
        assert_eq!(received.bodies.len(), 1, "{key} came with two bodies");
        for body in &received.bodies {
            let other = bodies.insert(body, key);
            assert_eq!(other, None, "one body came with two keys");
        }
    }
    let good = received
        .iter()
        .filter(|(key, _)| !failures.contains_key(*key));
    let good: Vec<_> = good.collect();
    assert!(good.iter().all(|(_, received)| received.done >= 1));
    assert_eq!(good.len(), done);
    let all: BTreeSet<&String> = received.keys().chain(failures.keys()).collect();
    assert_eq!(all.len(), inputs);
}
