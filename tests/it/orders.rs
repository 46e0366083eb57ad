//! The example with its messages delivered late and in other orders: the same
//! records and the same outbox in the end.

use std::collections::BTreeMap;
use std::fs;
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

use crate::support::{is_long, repo_root};

/// What a run of the example leaves behind: its records and its outbox.
fn left(order: Order) -> BTreeMap<String, Vec<u8>> {
    let folder = repo_root().join("examples/webinar");
    let project = project::load(&folder).expect("the example can be read");
    let (program, _) = Loaded::compile(&project).expect("the example has no mistake");
    let text = fs::read_to_string(folder.join("two-weeks.jsonl")).expect("the replay is there");
    let mut sources = Sources::default();
    let id = sources.add("two-weeks.jsonl".to_owned(), text);
    let replay = replay::read((id, sources.get(id)), &program.prepared, &folder);
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

/// Two rows of the table are one contact, whose address they spell in upper and
/// lower case. Both come in one instant: who is first depends on the order.
fn spelled_alike(left: BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    let alike = left.into_iter();
    alike
        .map(|(name, bytes)| (name, bytes.to_ascii_lowercase()))
        .collect()
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

/// proves: I2, I5, A1
#[test]
fn other_orders_leave_the_same_records_and_the_same_outbox() {
    let sent = spelled_alike(left(Order::Sent));
    assert!(sent.len() > 200, "{} files", sent.len());
    let seeds = if is_long() { 50 } else { 3 };
    for seed in 1..=seeds {
        let other = spelled_alike(left(Order::Seeded(seed)));
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
