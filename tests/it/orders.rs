//! The example with its messages delivered late and in other orders: the same
//! records and the same outbox in the end.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use flow::base::Sources;
use flow::compile::compile;
use flow::engine::{Order, Prepared};
use flow::host::look::Places;
use flow::host::replay;
use flow::host::run::{Options, run};
use flow::host::store::Store;
use flow::project;

use crate::support::{is_long, repo_root};

/// What a run of the example leaves behind: its records and its outbox.
fn left(order: Order) -> BTreeMap<String, Vec<u8>> {
    let folder = repo_root().join("examples/webinar");
    let project = project::load(&folder).expect("the example can be read");
    let compiled = compile(&project.sources, &project.files, &project.settings);
    let program = compiled.program.expect("the example has no mistake");
    let prepared = Arc::new(Prepared::new(program));
    let text = fs::read_to_string(folder.join("two-weeks.jsonl")).expect("the replay is there");
    let mut sources = Sources::default();
    let id = sources.add("two-weeks.jsonl".to_owned(), text);
    let replay = replay::read((id, sources.get(id)), &prepared, &folder);
    let Ok(replay) = replay else {
        panic!("the replay has no bad line");
    };
    let target = tempfile::tempdir().expect("a folder");
    let store = || Store {
        dir: target.path().join(".flow"),
    };
    let options = Options {
        until: None,
        order,
        store: Some(store()),
        places: Places::new(project.sources.clone(), &project.root),
    };
    if run(prepared, replay, options, &mut |_| {}).is_err() {
        panic!("the run can write");
    }
    let mut files = files(&store().outbox().dir);
    let records = fs::read(store().records()).expect("the records");
    files.insert("records".to_owned(), records);
    files
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let files = entries.map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        (name, fs::read(entry.path()).expect("a file"))
    });
    files.collect()
}

/// proves: I2, I5, A1
#[test]
fn other_orders_leave_the_same_records_and_the_same_outbox() {
    let sent = left(Order::Sent);
    assert!(sent.len() > 200, "{} files", sent.len());
    let seeds = if is_long() { 50 } else { 3 };
    for seed in 1..=seeds {
        let other = left(Order::Seeded(seed));
        let differ = sent
            .iter()
            .filter(|(name, bytes)| other.get(*name) != Some(bytes));
        let differ: Vec<&String> = differ.map(|(name, _)| name).collect();
        assert!(
            differ.is_empty() && other.len() == sent.len(),
            "seed {seed}: {differ:?}"
        );
    }
}
