//! The example with its messages delivered late and in other orders: the same
//! records and the same outbox in the end.

use std::collections::BTreeMap;
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

use flow::base::Sources;
use flow::connector::outbox::Outbox;
use flow::engine::Order;
use flow::host::carry::Carry;
use flow::host::memory::Memory;
use flow::host::program::Loaded;
use flow::host::replay;
use flow::host::run::{records, run};
use flow::project;
use flow::scenario::Machine;
use tempfile::TempDir;

use crate::stores::copy;
use crate::support::{is_long, repo_root};

/// The example without the row that spells an address of another row otherwise.
/// Both come in one instant: which of them creates the contact, and so its
/// identity, depends on the order.
fn without_the_double() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&repo_root().join("examples/webinar"), folder.path());
    let table = folder.path().join("contacts.csv");
    let text = fs::read_to_string(&table).expect("it is there");
    let rows = text.split_inclusive('\n');
    let rows: String = rows.filter(|row| !row.starts_with("Ada@")).collect();
    assert!(rows.len() < text.len(), "there is such a row");
    fs::write(&table, rows).expect("it can be written");
    folder
}

/// What a run of an example leaves behind: its records and its outbox.
fn left(folder: &Path, order: Order) -> BTreeMap<String, Vec<u8>> {
    let project = project::load(folder).expect("the example can be read");
    let (program, _) = Loaded::compile(&project).expect("the example has no mistake");
    let text = fs::read_to_string(folder.join("two-weeks.jsonl")).expect("the replay is there");
    let mut sources = Sources::default();
    let id = sources.add("two-weeks.jsonl".to_owned(), text);
    let replay = replay::read((id, sources.get(id)), &program.prepared, folder);
    let Ok(replay) = replay else {
        panic!("the replay has no bad line");
    };
    let target = tempfile::tempdir().expect("a folder");
    let outbox = Outbox {
        dir: target.path().join("outbox"),
    };
    let carry = Carry::new(Some(outbox.clone()));
    let machine = Memory::new(program.prepared, order);
    let Ok((_, machine)) = run(machine, carry, (replay, None), &mut |_| {}) else {
        panic!("the run can write");
    };
    let mut files = files(&outbox.dir);
    files.insert("records".to_owned(), records(machine.state()));
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

/// The first lines that differ, of each file.
fn first(sent: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) -> String {
    let lines = sent.iter().filter_map(|(name, bytes)| {
        let (own, other) = (String::from_utf8_lossy(bytes), other.get(name)?);
        let other = String::from_utf8_lossy(other);
        let mut pairs = own.lines().zip(other.lines());
        let (own, other) = pairs.find(|(own, other)| own != other)?;
        Some(format!("{name}\n  sent:  {own}\n  other: {other}"))
    });
    lines.collect::<Vec<String>>().join("\n")
}

fn compare(folder: &Path, seeds: RangeInclusive<u64>) {
    let sent = left(folder, Order::Sent);
    assert!(sent.len() > 200, "{} files", sent.len());
    for seed in seeds {
        let other = left(folder, Order::Seeded(seed));
        let differ = sent
            .iter()
            .filter(|(name, bytes)| other.get(*name) != Some(bytes));
        let differ: Vec<&String> = differ.map(|(name, _)| name).collect();
        assert!(
            differ.is_empty() && other.len() == sent.len(),
            "seed {seed}: {differ:?}\n{}",
            first(&sent, &other)
        );
    }
}

/// proves: I2, I5, A1
#[test]
fn other_orders_leave_the_same_records_and_the_same_outbox() {
    compare(&repo_root().join("examples/webinar"), 1..=3);
    if is_long() {
        compare(without_the_double().path(), 1..=50);
    }
}
