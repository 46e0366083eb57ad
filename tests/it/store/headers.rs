//! Damaged headers of segments: what stands behind them is found all the same,
//! in its epoch; what is of another store is not taken for it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use flow::store::log::{self, Kind, Log, Position, Salvaged};

use super::model::{DIR, options};
use super::sim_disk::SimDisk;

type Files = BTreeMap<PathBuf, Vec<u8>>;

/// How many bytes a header has.
const HEADER: usize = 76;

/// A log in three epochs, each of some segments.
fn lived(disk: &SimDisk, store: u8, batches: u8) {
    for epoch in [2, 5, 5_000_000_000] {
        let mut options = options(300);
        options.identity.store = [store; 16];
        options.identity.epoch = epoch;
        let (mut log, _) = Log::open(disk.clone(), Path::new(DIR), options).expect("opened");
        for batch in 0..batches {
            for frame in 0..3 {
                let payload = [store, batch, frame].repeat(10 * usize::from(frame));
                log.append(Kind::Input, &payload).expect("appended");
            }
            log.commit().expect("committed");
        }
    }
}

fn sound() -> Files {
    let disk = SimDisk::new(1);
    lived(&disk, 7, 6);
    let files = disk.files();
    assert!(files.len() > 6, "{}", files.len());
    files
}

fn salvaged(files: &Files) -> Vec<Salvaged> {
    let disk = SimDisk::holding(files);
    let all = log::salvage(disk.clone(), Path::new(DIR), None).expect("listed");
    let all = all.collect::<Result<_, _>>().expect("read");
    assert_eq!(disk.files(), *files);
    all
}

/// What is said of a log, in words.
fn said(files: &Files) -> Vec<String> {
    let problems = log::verify(SimDisk::holding(files), Path::new(DIR)).expect("read");
    problems.iter().map(ToString::to_string).collect()
}

fn first_of(path: &Path) -> Position {
    let name = path.file_stem().expect("a name").to_string_lossy();
    Position::new(name.parse().expect("a number"))
}

#[test]
fn behind_a_damaged_header_everything_is_found() {
    let sound = sound();
    let all = salvaged(&sound);
    for path in sound.keys() {
        let damages = (0..HEADER).map(|byte| byte..byte + 1);
        // All of it, and the parts that name the store, the epoch, the one before.
        let parts = [0..HEADER, 4..8, 32..76, 36..52, 52..60, 60..76, 0..32];
        for part in damages.chain(parts) {
            let mut files = sound.clone();
            let bytes = files.get_mut(path).expect("it is there");
            bytes[part.clone()]
                .iter_mut()
                .for_each(|byte| *byte ^= 0x5A);
            assert_eq!(salvaged(&files), all, "{} {part:?}", path.display());
            let first = first_of(path);
            let due = format!(
                "`{}`, byte 0, position {first}: its header is damaged; goes on with position {first}",
                path.display()
            );
            assert_eq!(said(&files), [due]);
        }
    }
}

#[test]
fn what_is_lost_with_the_header_is_all_that_is_lost() {
    let sound = sound();
    let all = salvaged(&sound);
    for path in sound.keys() {
        let first = first_of(path);
        let mut files = sound.clone();
        // The first frame holds nothing, the second 30 bytes.
        files.get_mut(path).expect("it is there")[..HEADER + 32 + 40].fill(0);
        let left = salvaged(&files);
        let lost: Vec<Position> = all
            .iter()
            .filter(|found| !left.contains(found))
            .map(|found| found.frame.position)
            .collect();
        assert_eq!(lost, [first, first.next()], "{}", path.display());
        assert_eq!(said(&files).len(), 2, "{:?}", said(&files));
    }
}

#[test]
fn all_headers_may_be_gone() {
    let mut files = sound();
    let all = salvaged(&files);
    for bytes in files.values_mut() {
        bytes[..HEADER].fill(0);
    }
    let frames = |of: &[Salvaged]| -> Vec<_> { of.iter().map(|one| one.frame.clone()).collect() };
    assert_eq!(frames(&salvaged(&files)), frames(&all));
}

#[test]
fn frames_of_another_store_are_none_of_this_one() {
    let sound = sound();
    let disk = SimDisk::new(2);
    lived(&disk, 9, 6);
    let others = disk.files();
    for (path, bytes) in &others {
        let all = salvaged(&sound);
        let mut files = sound.clone();
        let mut bytes = bytes.clone();
        // Its header still says whose it is.
        bytes[60] ^= 1;
        files.insert(path.clone(), bytes);
        let left = salvaged(&files);
        assert!(left.len() < all.len(), "{}", path.display());
        // The first one says whose log it is.
        if first_of(path) > Position::FIRST {
            assert!(left.iter().all(|found| all.contains(found)));
        }
    }
}

#[test]
fn a_single_frame_alone_proves_nothing() {
    let disk = SimDisk::new(1);
    let (mut log, _) = Log::open(disk.clone(), Path::new(DIR), options(300)).expect("opened");
    log.append(Kind::Input, b"alone").expect("appended");
    log.commit().expect("committed");
    let mut files = disk.files();
    let bytes = files.values_mut().next().expect("a segment");
    bytes[4..HEADER].fill(0);
    assert_eq!(salvaged(&files), []);
    assert_eq!(said(&files).len(), 1);
    // Two that are of one segment do.
    log.append(Kind::Input, b"second").expect("appended");
    log.commit().expect("committed");
    let mut files = disk.files();
    files.values_mut().for_each(|bytes| bytes[..HEADER].fill(0));
    assert_eq!(salvaged(&files).len(), 2);
    // Of different segments they do not.
    let bytes = files.values_mut().next().expect("a segment");
    let last = bytes.last_mut().expect("a byte");
    *last ^= 1;
    assert_eq!(salvaged(&files), []);
}
