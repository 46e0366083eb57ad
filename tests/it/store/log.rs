//! What the log promises while nothing goes wrong, and what it says of what it
//! does not take.

use std::collections::BTreeMap;
use std::path::Path;

use flow::store::StoreError;
use flow::store::log::{self, Frame, Kind, Log, MOST_BYTES, Opened, Position};

use super::model::{DIR, options};
use super::sim_disk::{Fault, SimDisk};

fn open(disk: &SimDisk, segment_bytes: u64) -> (Log<SimDisk>, Opened) {
    Log::open(disk.clone(), Path::new(DIR), options(segment_bytes)).expect("opened")
}

fn append(log: &mut Log<SimDisk>, count: u8) -> Position {
    for number in 0..count {
        log.append(Kind::Input, &[number; 40]).expect("appended");
    }
    log.commit().expect("committed")
}

fn positions(frames: impl Iterator<Item = Result<Frame, StoreError>>) -> Vec<u64> {
    let frames = frames.map(|frame| frame.expect("sound").position.get());
    frames.collect()
}

#[test]
fn a_log_begins_empty() {
    let (mut log, opened) = open(&SimDisk::new(0), 1000);
    assert_eq!(opened.first, Position::FIRST);
    assert_eq!(opened.next, Position::FIRST);
    assert_eq!(opened.cut, None);
    assert_eq!(log.commit().expect("nothing to do"), Position::ORIGIN);
    assert!(positions(log.frames(Position::FIRST)).is_empty());
}

#[test]
fn a_batch_is_one_write_and_one_sync() {
    let disk = SimDisk::new(0);
    let (mut log, _) = open(&disk, 1000);
    disk.plan(Fault::Never);
    append(&mut log, 100);
    assert_eq!(disk.calls(), 2);
    disk.plan(Fault::Never);
    log.commit().expect("nothing to do");
    assert_eq!(disk.calls(), 0);
}

#[test]
fn only_what_is_committed_can_be_read() {
    let (mut log, _) = open(&SimDisk::new(0), 1000);
    append(&mut log, 2);
    log.append(Kind::Mark, b"later").expect("appended");
    assert_eq!(positions(log.frames(Position::FIRST)), [1, 2]);
    assert_eq!(log.durable(), Position::new(2));
    assert_eq!(log.next(), Position::new(4));
}

#[test]
fn frames_are_read_from_a_position_on_across_segments() {
    let (mut log, _) = open(&SimDisk::new(0), 200);
    for _ in 0..5 {
        append(&mut log, 4);
    }
    for from in 1..=21 {
        let expected: Vec<u64> = (from..=20).collect();
        assert_eq!(positions(log.frames(Position::new(from))), expected);
    }
    let last: Vec<bool> = log
        .frames(Position::new(17))
        .map(|frame| frame.expect("sound").last)
        .collect();
    assert_eq!(last, [false, false, false, true]);
}

#[test]
fn too_large_an_entry_leaves_the_log_as_it_was() {
    let disk = SimDisk::new(0);
    let (mut log, _) = open(&disk, 1000);
    let error = log.append(Kind::Input, &vec![0; MOST_BYTES + 1]);
    assert!(matches!(error, Err(StoreError::TooLarge { .. })));
    let largest = vec![7; MOST_BYTES];
    log.append(Kind::Input, &largest).expect("appended");
    log.commit().expect("committed");
    let (log, _) = open(&disk, 1000);
    let frame = log.frames(Position::FIRST).next().expect("a frame");
    assert!(frame.expect("sound").payload == largest);
}

#[test]
fn what_is_dropped_is_gone_and_said() {
    let disk = SimDisk::new(0);
    let (mut log, _) = open(&disk, 200);
    for _ in 0..5 {
        append(&mut log, 4);
    }
    assert_eq!(log.drop_before(Position::new(10)).expect("dropped"), 2);
    assert_eq!(log.first(), Position::new(9));
    assert_eq!(log.drop_before(Position::new(12)).expect("nothing"), 0);
    let first = log.frames(Position::new(8)).next().expect("an error");
    assert_eq!(
        first.expect_err("it is gone").to_string(),
        "`/store/log` begins at position 9, so position 8 is no longer there: ask for a later \
         one, or look in the history"
    );
    assert_eq!(log.drop_before(Position::new(1000)).expect("dropped"), 2);
    assert_eq!(positions(log.frames(Position::ORIGIN)), [17, 18, 19, 20]);
    let (mut log, opened) = open(&disk, 200);
    assert_eq!(opened.first, Position::new(17));
    assert_eq!(append(&mut log, 1), Position::new(21));
}

#[test]
fn files_with_other_names_are_none_of_ours() {
    let disk = SimDisk::new(0);
    let (mut log, _) = open(&disk, 200);
    append(&mut log, 4);
    for name in ["next.part", "notes.txt", "00000000000000000099.log.bak"] {
        disk.put(&Path::new(DIR).join(name), b"something");
    }
    let (mut log, opened) = open(&disk, 200);
    assert_eq!(opened.next, Position::new(5));
    // `next.part` is in the way of the segment that begins now.
    append(&mut log, 4);
    assert_eq!(positions(log.frames(Position::ORIGIN)).len(), 8);
    assert_eq!(disk.files().len(), 4);
}

#[test]
fn a_later_format_is_said_and_left_alone() {
    let disk = SimDisk::new(0);
    open(&disk, 200);
    let files: BTreeMap<_, _> = disk.files();
    let (path, mut bytes) = files.into_iter().next().expect("a segment");
    bytes[32] = 2;
    let sum = crc32fast::hash(&bytes[8..]);
    bytes[4..8].copy_from_slice(&sum.to_le_bytes());
    disk.put(&path, &bytes);
    let error = Log::open(disk, Path::new(DIR), options(200)).expect_err("it is newer");
    assert_eq!(
        error.to_string(),
        "`/store/log/00000000000000000001.log` is of format 2, and this release reads up to \
         format 1: run the release that wrote it, or a later one"
    );
}

#[test]
fn a_later_epoch_begins_a_segment() {
    let disk = SimDisk::new(0);
    let (mut log, _) = open(&disk, 10_000);
    append(&mut log, 3);
    let mut later = options(10_000);
    later.identity.epoch = 4;
    for _ in 0..2 {
        let (_, opened) = Log::open(disk.clone(), Path::new(DIR), later).expect("opened");
        assert_eq!(opened.identity.epoch, 4);
        assert_eq!(opened.next, Position::new(4));
        assert_eq!(disk.files().len(), 2);
    }
    // The last segment is still without a frame: it is replaced.
    later.identity.epoch = 5;
    let (mut log, opened) = Log::open(disk.clone(), Path::new(DIR), later).expect("opened");
    assert_eq!(opened.identity.epoch, 5);
    assert_eq!(disk.files().len(), 2);
    append(&mut log, 1);
    disk.crash(3);
    let (log, opened) = open(&disk, 10_000);
    assert_eq!(opened.identity.epoch, 5);
    assert_eq!(positions(log.frames(Position::ORIGIN)), [1, 2, 3, 4]);
}

#[test]
fn a_torn_tail_is_cut_and_said() {
    let disk = SimDisk::new(0);
    let (mut log, _) = open(&disk, 10_000);
    append(&mut log, 3);
    let (path, bytes) = disk.files().pop_first().expect("a segment");
    disk.put(&path, &bytes[..bytes.len() - 10]);
    let reader = log::frames(disk.clone(), Path::new(DIR), Position::ORIGIN).expect("listed");
    assert_eq!(positions(reader), [1, 2]);
    let problems = log::verify(disk.clone(), Path::new(DIR)).expect("read");
    assert_eq!(
        problems[0].to_string(),
        "`/store/log/00000000000000000001.log`, byte 220, position 3: the frame is not all \
         there; the next start cuts it off"
    );
    let (_, opened) = open(&disk, 10_000);
    let cut = opened.cut.expect("something was cut");
    assert_eq!((cut.segment, cut.offset, cut.bytes), (path, 220, 62));
    let (_, opened) = open(&disk, 10_000);
    assert_eq!(opened.cut, None);
}

#[test]
fn a_full_disk_is_said_and_then_nothing_is_taken() {
    let disk = SimDisk::new(0);
    let (mut log, _) = open(&disk, 10_000);
    append(&mut log, 1);
    disk.plan(Fault::Full(100));
    for _ in 0..3 {
        log.append(Kind::Input, &[0; 40]).expect("appended");
    }
    let error = log.commit().expect_err("no room");
    assert_eq!(
        error.to_string(),
        "`/store/log/00000000000000000001.log` cannot be written, for the disk is full: make \
         space and start again"
    );
    let error = log.append(Kind::Input, b"more").expect_err("nothing more");
    assert_eq!(
        error.to_string(),
        "`/store/log` takes nothing more since a write or a sync failed: see to the disk and \
         start again"
    );
    assert!(log.drop_before(Position::new(9)).is_err());
    // What had been committed can be read nevertheless.
    assert_eq!(positions(log.frames(Position::ORIGIN)), [1]);
}

#[test]
fn a_read_that_fails_is_no_end() {
    let disk = SimDisk::new(0);
    let (mut log, _) = open(&disk, 10_000);
    append(&mut log, 3);
    disk.plan(Fault::Never);
    let (_, opened) = open(&disk, 10_000);
    let calls = disk.calls();
    for call in 1..=calls {
        disk.plan(Fault::Error(call));
        let error = Log::open(disk.clone(), Path::new(DIR), options(10_000));
        assert!(matches!(error, Err(StoreError::Io { .. })), "{call}");
        disk.plan(Fault::Never);
        assert_eq!(open(&disk, 10_000).1, opened);
    }
}

#[test]
fn an_entry_that_looks_like_a_later_batch_proves_nothing() {
    let disk = SimDisk::new(0);
    let (mut log, _) = open(&disk, 10_000);
    append(&mut log, 3);
    // The file of another log, as an entry of this one.
    let other = SimDisk::new(0);
    let mut foreign = options(10_000);
    foreign.identity.store = *b"a different name";
    let (mut stranger, _) = Log::open(other.clone(), Path::new(DIR), foreign).expect("opened");
    append(&mut stranger, 3);
    append(&mut stranger, 30);
    let (path, bytes) = other.files().pop_first().expect("a segment");
    log.append(Kind::Input, &bytes).expect("appended");
    log.commit().expect("committed");
    let mut bytes = disk.files()[&path].clone();
    bytes.pop();
    disk.put(&path, &bytes);
    let (_, opened) = open(&disk, 10_000);
    assert_eq!(opened.next, Position::new(4));
    assert!(opened.cut.is_some());
}
