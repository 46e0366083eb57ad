//! The disk of the machine does what the trait says, and the log works on it.

use std::io::ErrorKind;

use flow::store::disk::real::RealDisk;
use flow::store::disk::{Disk, DiskFile, read_exact_at};
use flow::store::log::{self, Kind, Log, Position};
use tempfile::tempdir;

use super::model::options;

#[test]
fn files_are_made_listed_renamed_and_removed() {
    let dir = tempdir().expect("a folder");
    let inner = dir.path().join("one/two/three");
    for _ in 0..2 {
        RealDisk.create_dir_all(&inner).expect("made");
    }
    for name in ["b", "a", "c"] {
        RealDisk.create_new(&inner.join(name)).expect("made");
    }
    let again = RealDisk.create_new(&inner.join("a")).map(drop);
    let error = again.expect_err("it is there");
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    RealDisk
        .rename(&inner.join("c"), &inner.join("b"))
        .expect("renamed");
    RealDisk.remove(&inner.join("a")).expect("removed");
    RealDisk.sync_dir(&inner).expect("synced");
    assert_eq!(RealDisk.list(&inner).expect("listed"), ["b"]);
    assert_eq!(
        RealDisk.list(&dir.path().join("one")).expect("listed"),
        [""; 0]
    );
    assert!(RealDisk.open(&inner.join("a")).is_err());
    assert!(RealDisk.open_to_write(&inner.join("a")).is_err());
}

#[test]
fn a_file_is_written_at_its_end_and_over_itself() {
    let dir = tempdir().expect("a folder");
    let path = dir.path().join("file");
    let mut file = RealDisk.create_new(&path).expect("made");
    file.append(b"0123456789").expect("written");
    file.overwrite(2, b"ab").expect("written");
    file.append(b"xyz").expect("written");
    file.truncate(12).expect("cut");
    file.sync().expect("synced");
    let mut file = RealDisk.open_to_write(&path).expect("opened");
    file.append(b"!").expect("written");
    let mut bytes = [0; 13];
    read_exact_at(&mut file, 0, &mut bytes).expect("read");
    assert_eq!(&bytes, b"01ab456789xy!");
    assert_eq!(file.size().expect("known"), 13);
    assert_eq!(file.read_at(13, &mut bytes).expect("read"), 0);
    let beyond = read_exact_at(&mut file, 1, &mut bytes);
    let error = beyond.expect_err("too short");
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
}

#[test]
fn the_log_outlives_its_process() {
    let dir = tempdir().expect("a folder");
    let path = dir.path().join("store/log");
    for round in 0..4_u64 {
        let (mut log, opened) = Log::open(RealDisk, &path, options(2000)).expect("opened");
        assert_eq!(opened.next.get(), 1 + round * 50);
        for number in 0..50 {
            log.append(Kind::Input, &[number; 60]).expect("appended");
        }
        log.commit().expect("committed");
        log.append(Kind::Input, b"lost").expect("appended");
    }
    assert!(log::verify(RealDisk, &path).expect("read").is_empty());
    let frames = log::frames(RealDisk, &path, Position::new(2)).expect("listed");
    for (index, frame) in frames.enumerate() {
        let frame = frame.expect("sound");
        assert_eq!(frame.position.get(), index as u64 + 2);
        assert_eq!(frame.payload, [((index + 1) % 50) as u8; 60]);
    }
    let (mut log, _) = Log::open(RealDisk, &path, options(2000)).expect("opened");
    assert!(log.drop_before(Position::new(120)).expect("dropped") > 0);
}
