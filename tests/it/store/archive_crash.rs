//! The archive after a loss of power: what SQLite had not put away yet is cut
//! short, each month for itself. What `through` claims is there, and filling in
//! the rest gives what there would have been.

use std::fs;
use std::path::Path;

use flow::store::StoreError;
use flow::store::archive::{Archive, Row};
use flow::store::log::Position;
use tempfile::tempdir;

use super::archive::{DECEMBER, row};
use super::chance::Chance;

const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// How many inputs there are; each has one row or two.
const INPUTS: u64 = 300;

/// The history as it would be without a crash. Times go back and forth around
/// two ends of months.
fn history(chance: &mut Chance) -> Vec<Row> {
    let mut rows = Vec::new();
    for position in 1..=INPUTS {
        let days = position.cast_signed() / 5 + chance.below(6).cast_signed();
        for ordinal in 0..=(chance.below(2) as u32) {
            rows.push(row(position, ordinal, DECEMBER - 10 * DAY + days * DAY));
        }
    }
    rows
}

/// The rows of the positions after one, up to another.
fn between(rows: &[Row], after: u64, through: u64) -> Vec<Row> {
    let wanted = |row: &&Row| (after + 1..=through).contains(&row.position.get());
    rows.iter().filter(wanted).cloned().collect()
}

/// Fills in the history from where it ends, up to where chance ends it, and says
/// what is durable for certain.
fn fill(archive: &mut Archive, rows: &[Row], chance: &mut Chance) -> u64 {
    let mut at = archive.through().unwrap_or_default().get();
    let mut durable = 0;
    for _ in 0..chance.below(12) {
        let through = (at + 1 + chance.below(20)).min(INPUTS);
        let batch = between(rows, at, through);
        archive.append(&batch, Position::new(through)).expect("in");
        at = through;
        if chance.percent(20) {
            archive.sync().expect("synced");
            durable = at;
        }
    }
    durable
}

/// How many bytes of what waits SQLite has synced: it does so before it puts
/// them into the file of the month, and keeps count of that in a third file.
fn synced_for_certain(waiting: &Path) -> usize {
    let counts = waiting.to_string_lossy().replace("-wal", "-shm");
    let counts = fs::read(counts).unwrap_or_default();
    let Some(put_away) = counts.get(96..).and_then(<[u8]>::first_chunk) else {
        return 0;
    };
    match u32::from_ne_bytes(*put_away) as usize {
        0 => 0,
        pages => 32 + pages * (24 + 4096),
    }
}

/// Copies a folder as a loss of power may leave it.
fn lose_power(from: &Path, to: &Path, chance: &mut Chance) {
    fs::create_dir(to).expect("made");
    for entry in fs::read_dir(from).expect("listed") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name");
        let mut bytes = fs::read(&path).expect("read");
        if path.to_string_lossy().ends_with("-shm") {
            continue;
        }
        if path.to_string_lossy().ends_with("-wal") && chance.percent(70) {
            let kept = synced_for_certain(&path).min(bytes.len());
            let more = chance.below((bytes.len() - kept) as u64 + 1);
            bytes.truncate(kept + more as usize);
        }
        fs::write(to.join(name), bytes).expect("written");
    }
}

fn check(archive: &Archive, rows: &[Row], durable: u64) {
    let through = archive.through().unwrap_or_default().get();
    assert!(through >= durable, "{through} {durable}");
    let found: Result<Vec<Row>, StoreError> = archive.all().collect();
    let found = found.expect("sound");
    assert!(between(&found, 0, through) == between(rows, 0, through));
}

/// Copies a folder as it is, but for what waits for some months.
fn copy_without(from: &Path, to: &Path, ending: &str) {
    fs::create_dir(to).expect("made");
    for entry in fs::read_dir(from).expect("listed") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        if !name.ends_with(ending) && !name.ends_with("-shm") {
            fs::copy(&path, to.join(&*name)).expect("copied");
        }
    }
}

#[test]
fn what_the_process_before_left_unsynced_is_synced_before_a_later_month() {
    let dir = tempdir().expect("a folder");
    let [first, second, third] = ["1", "2", "3"].map(|name| dir.path().join(name));
    let mut killed = Archive::open(&first).expect("opened");
    let rows = [row(1, 0, DECEMBER - DAY), row(2, 0, DECEMBER)];
    killed.append(&rows[..1], Position::new(1)).expect("in");
    copy_without(&first, &second, "nothing");
    let mut archive = Archive::open(&second).expect("opened");
    assert_eq!(archive.through(), Some(Position::new(1)));
    archive.append(&rows[1..], Position::new(2)).expect("in");
    copy_without(&second, &third, "2026-11.sqlite-wal");
    check(&Archive::open(&third).expect("opened"), &rows, 2);
}

#[test]
fn through_claims_no_more_than_all_months_hold() {
    for seed in 0..6 {
        let dir = tempdir().expect("a folder");
        let mut chance = Chance::new(seed);
        let rows = history(&mut chance);
        let mut durable = 0;
        for generation in 0..6 {
            let path = dir.path().join(generation.to_string());
            let mut archive = Archive::open(&path).expect("opened");
            check(&archive, &rows, durable);
            let before = archive.through().unwrap_or_default().get();
            durable = fill(&mut archive, &rows, &mut chance).max(durable.min(before));
            let next = dir.path().join((generation + 1).to_string());
            lose_power(&path, &next, &mut chance);
        }
        let mut archive = Archive::open(&dir.path().join("6")).expect("opened");
        check(&archive, &rows, durable);
        let through = archive.through().unwrap_or_default().get();
        let rest = between(&rows, through, INPUTS);
        archive.append(&rest, Position::new(INPUTS)).expect("in");
        check(&archive, &rows, INPUTS);
        assert_eq!(archive.all().count(), rows.len());
    }
}
