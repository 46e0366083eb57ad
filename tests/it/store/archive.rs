//! The archive of the history: what comes in is found again, once and in order,
//! by the process that writes and by others.

use std::fs;
use std::path::Path;

use flow::store::StoreError;
use flow::store::archive::{Archive, ArchiveReader, Month, Row};
use flow::store::log::Position;
use rusqlite::Connection;
use tempfile::tempdir;

/// Midnight before the first of December 2026, in microseconds.
pub(super) const DECEMBER: i64 = 1_796_083_200_000_000;

/// A row with a record of its own for each ten positions.
pub(super) fn row(position: u64, ordinal: u32, at: i64) -> Row {
    Row {
        position: Position::new(position),
        ordinal,
        at,
        record: (ordinal < 2).then_some([(position % 10) as u8; 16]),
        object: (ordinal < 2).then(|| "contact".to_owned()),
        workflows: format!("welcome,follow_up_{ordinal}"),
        kinds: "enrolled,step".to_owned(),
        entries: format!("entries of {position} and {ordinal}; ")
            .repeat(3)
            .into_bytes(),
    }
}

fn position(number: u64) -> Option<Position> {
    Some(Position::new(number))
}

fn open(dir: &Path) -> Archive {
    Archive::open(dir).expect("opened")
}

fn all(archive: &Archive) -> Vec<Row> {
    let rows: Result<_, StoreError> = archive.all().collect();
    rows.expect("sound")
}

#[test]
fn rows_are_found_as_they_came_in() {
    let dir = tempdir().expect("a folder");
    let dir = dir.path().join("history");
    let mut archive = open(&dir);
    assert_eq!(archive.through(), None);
    let rows: Vec<Row> = (1..=1000).map(|n| row(n, 0, DECEMBER + n as i64)).collect();
    archive.append(&rows, Position::new(1000)).expect("in");
    archive.sync().expect("synced");
    assert_eq!(archive.through(), position(1000));
    assert!(all(&archive) == rows);
    drop(archive);
    let archive = open(&dir);
    assert_eq!(archive.through(), position(1000));
    let of_record = archive.of_record([7; 16]).expect("read");
    assert_eq!(of_record.len(), 100);
    assert!(of_record.iter().all(|row| row.position.get() % 10 == 7));
    assert!(of_record.is_sorted_by_key(|row| row.position));
}

#[test]
fn what_comes_in_twice_is_there_once() {
    let dir = tempdir().expect("a folder");
    let mut archive = open(dir.path());
    let rows: Vec<Row> = (1..=50).map(|n| row(n, 1, DECEMBER)).collect();
    archive.append(&rows, Position::new(50)).expect("in");
    archive.append(&rows[20..], Position::new(50)).expect("in");
    archive.append(&rows[..5], Position::new(5)).expect("in");
    assert_eq!(archive.through(), position(50));
    assert!(all(&archive) == rows);
    assert_eq!(open(dir.path()).through(), position(50));
}

#[test]
fn months_are_files_and_are_read_as_one() {
    let dir = tempdir().expect("a folder");
    let mut archive = open(dir.path());
    // Every third input is said to be from before.
    let at = |n: u64| DECEMBER + if n.is_multiple_of(3) { -1 } else { n as i64 };
    let rows: Vec<Row> = (1..=2000)
        .flat_map(|n| [row(n, 0, at(n)), row(n, 2, at(n))])
        .collect();
    for chunk in rows.chunks(500) {
        let through = chunk[chunk.len() - 1].position;
        archive.append(chunk, through).expect("in");
    }
    let months: Vec<String> = archive.months().map(|month| month.to_string()).collect();
    assert_eq!(months, ["2026-11", "2026-12"]);
    assert!(all(&archive) == rows);
    let of_record = archive.of_record([3; 16]).expect("read");
    assert_eq!(of_record.len(), 200);
    assert!(of_record.is_sorted_by_key(|row| row.position));
    assert!(dir.path().join("2026-11.sqlite").exists());
}

#[test]
fn inputs_without_a_row_count_as_in() {
    let dir = tempdir().expect("a folder");
    let mut archive = open(dir.path());
    archive.append(&[], Position::new(3)).expect("nothing");
    assert_eq!(archive.through(), None);
    archive
        .append(&[row(4, 0, DECEMBER)], Position::new(9))
        .expect("in");
    archive.append(&[], Position::new(12)).expect("in");
    assert_eq!(open(dir.path()).through(), position(12));
}

#[test]
fn a_month_that_is_dropped_is_gone_and_through_stays() {
    let dir = tempdir().expect("a folder");
    let mut archive = open(dir.path());
    let rows = [row(1, 0, DECEMBER - 1), row(2, 0, DECEMBER)];
    archive.append(&rows, Position::new(2)).expect("in");
    let [november, december] = [11, 12].map(|month| Month::new(2026, month).expect("a month"));
    archive.drop_month(november).expect("dropped");
    archive.drop_month(november).expect("it is gone");
    assert!(all(&archive) == rows[1..]);
    assert!(!dir.path().join("2026-11.sqlite").exists());
    archive.drop_month(december).expect("dropped");
    assert!(all(&archive).is_empty());
    drop(archive);
    let mut archive = open(dir.path());
    assert_eq!(archive.through(), position(2));
    archive
        .append(&[row(3, 0, DECEMBER)], Position::new(3))
        .expect("in");
    assert_eq!(all(&archive).len(), 1);
}

#[test]
fn others_read_while_one_writes() {
    let dir = tempdir().expect("a folder");
    let missing = ArchiveReader::open(&dir.path().join("missing")).expect("empty");
    assert_eq!(missing.through().expect("read"), None);
    let mut archive = open(dir.path());
    archive
        .append(&[row(1, 0, DECEMBER)], Position::new(1))
        .expect("in");
    let reader = ArchiveReader::open(dir.path()).expect("opened");
    assert_eq!(reader.all().count(), 1);
    let mut half_read = reader.all();
    half_read.next().expect("a row").expect("sound");
    archive
        .append(&[row(2, 0, DECEMBER)], Position::new(2))
        .expect("in");
    archive.sync().expect("synced");
    assert_eq!(reader.through().expect("read"), position(2));
    assert_eq!(reader.of_record([2; 16]).expect("read").len(), 1);
    drop(archive);
    assert_eq!(reader.all().count(), 2);
}

#[test]
fn a_later_format_and_damage_are_said() {
    let dir = tempdir().expect("a folder");
    let path = dir.path().join("2026-12.sqlite");
    drop(Archive::open(dir.path()).expect("opened"));
    let connection = Connection::open(&path).expect("opened");
    connection
        .execute_batch("PRAGMA user_version = 3")
        .expect("set");
    drop(connection);
    for error in [
        Archive::open(dir.path()).map(drop),
        ArchiveReader::open(dir.path()).map(drop),
    ] {
        assert_eq!(
            error.expect_err("it is newer").to_string(),
            format!(
                "`{}` is of format 3, and this release reads up to format 2: run the release \
                 that wrote it, or a later one",
                path.display()
            )
        );
    }
    fs::write(&path, "no database at all, but a text of some length").expect("written");
    let error = Archive::open(dir.path()).expect_err("it is damaged");
    assert!(matches!(error, StoreError::BrokenHistory { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("bring the file back from a backup")
    );
}

#[test]
fn other_files_are_none_of_ours() {
    let dir = tempdir().expect("a folder");
    fs::write(dir.path().join("notes.sqlite"), "mine").expect("written");
    assert_eq!(open(dir.path()).months().count(), 0);
}
