//! Damage to a log that was safe: each byte changed, files shortened, lengthened,
//! removed. It is said, or it looks like a torn tail, which only the end of the
//! last segment can; it is never passed over.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use flow::store::StoreError;
use flow::store::log::{self, Cut, Frame, Kind, Log, Position};

use super::model::{DIR, options};
use super::sim_disk::SimDisk;

type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A log of some segments, and where in the last one the last batch begins.
struct Sound {
    files: Files,
    frames: Vec<Frame>,
    last: PathBuf,
    last_batch: usize,
}

/// What is found in a log.
#[derive(Debug)]
enum Found {
    Damage {
        segment: PathBuf,
        offset: u64,
    },
    Frames {
        frames: Vec<Frame>,
        cut: Option<Cut>,
    },
}

fn sound() -> Sound {
    let disk = SimDisk::new(1);
    let (mut log, _) = Log::open(disk.clone(), Path::new(DIR), options(300)).expect("opened");
    let mut before = disk.files();
    for batch in 0..8_u8 {
        before = disk.files();
        for frame in 0..3 {
            let payload = [batch, frame].repeat(10 * usize::from(frame));
            log.append(Kind::Input, &payload).expect("appended");
        }
        log.commit().expect("committed");
    }
    let frames = log.frames(Position::ORIGIN).collect::<Result<_, _>>();
    let files = disk.files();
    let last = files.keys().next_back().expect("a segment").clone();
    Sound {
        last_batch: before[&last].len(),
        frames: frames.expect("sound"),
        files,
        last,
    }
}

fn found(disk: &SimDisk) -> Found {
    let outcome = Log::open(disk.clone(), Path::new(DIR), options(300));
    let outcome = outcome.and_then(|(log, opened)| {
        let frames = log.frames(Position::ORIGIN).collect::<Result<_, _>>()?;
        let cut = opened.cut;
        Ok(Found::Frames { frames, cut })
    });
    match outcome {
        Ok(found) => found,
        Err(StoreError::BrokenMiddle {
            segment, offset, ..
        }) => Found::Damage { segment, offset },
        Err(other) => panic!("{other}"),
    }
}

/// Whether damage is said to be in a segment, no later than at a byte, and
/// nothing was changed on disk.
fn assert_said(files: &Files, path: &Path, byte: usize) {
    let disk = SimDisk::holding(files);
    let problems = log::verify(disk.clone(), Path::new(DIR)).expect("it can be read");
    let (segment, offset) = match found(&disk) {
        Found::Damage { segment, offset } => (segment, offset),
        other => panic!("{} {byte}: {other:?}", path.display()),
    };
    // A segment of another size is known by what the one after it says.
    assert!(segment.as_path() >= path, "{}", segment.display());
    assert!(segment != path || offset <= byte as u64, "{offset} {byte}");
    assert_eq!(disk.files(), *files, "{} {byte}", path.display());
    assert!(problems.iter().any(|problem| !problem.torn), "{problems:?}");
}

/// Whether damage looks like a torn tail.
fn assert_cut(sound: &Sound, files: &Files) {
    let disk = SimDisk::holding(files);
    let problems = log::verify(disk.clone(), Path::new(DIR)).expect("it can be read");
    assert!(
        matches!(problems.as_slice(), [problem] if problem.torn),
        "{problems:?}"
    );
    let Found::Frames { frames, cut } = found(&disk) else {
        panic!("a torn tail is no damage")
    };
    assert_eq!(cut.map(|cut| cut.segment), Some(sound.last.clone()));
    assert!(sound.frames.starts_with(&frames));
}

#[test]
fn each_byte_is_guarded() {
    let sound = sound();
    assert!(sound.files.len() > 3, "{}", sound.files.len());
    assert!(sound.last_batch > 100, "{}", sound.last_batch);
    for (path, bytes) in &sound.files {
        for place in 0..bytes.len() {
            let mut files = sound.files.clone();
            files.get_mut(path).expect("it is there")[place] ^= 1 << (place % 8);
            if *path == sound.last && place >= sound.last_batch {
                assert_cut(&sound, &files);
            } else {
                assert_said(&files, path, place);
            }
        }
    }
}

#[test]
fn only_the_last_segment_may_be_short() {
    let sound = sound();
    for (path, bytes) in sound.files.iter().filter(|(path, _)| **path != sound.last) {
        for size in 0..bytes.len() {
            let mut files = sound.files.clone();
            files.insert(path.clone(), bytes[..size].to_vec());
            assert_said(&files, path, size);
        }
    }
    let bytes = &sound.files[&sound.last];
    for size in sound.last_batch..bytes.len() {
        let mut files = sound.files.clone();
        files.insert(sound.last.clone(), bytes[..size].to_vec());
        let Found::Frames { frames, .. } = found(&SimDisk::holding(&files)) else {
            panic!("a torn tail is no damage")
        };
        assert!(sound.frames.starts_with(&frames) && frames.len() < sound.frames.len());
        assert!(frames.len() >= sound.frames.len() - 3);
    }
}

#[test]
fn only_the_last_segment_may_be_long() {
    let sound = sound();
    for (path, bytes) in &sound.files {
        let mut files = sound.files.clone();
        let longer = [bytes.as_slice(), b"what the disk held before"].concat();
        files.insert(path.clone(), longer);
        if *path == sound.last {
            assert_cut(&sound, &files);
        } else {
            assert_said(&files, path, bytes.len());
        }
    }
}

#[test]
fn a_missing_segment_is_said() {
    let sound = sound();
    let paths: Vec<&PathBuf> = sound.files.keys().collect();
    for path in &paths[1..paths.len() - 1] {
        let mut files = sound.files.clone();
        files.remove(*path);
        assert_said(&files, path, 0);
    }
}

#[test]
fn a_segment_of_another_store_is_said() {
    let sound = sound();
    let mut other = options(300);
    other.identity.store = *b"a different name";
    let disk = SimDisk::new(1);
    let (mut log, _) = Log::open(disk.clone(), Path::new(DIR), other).expect("opened");
    for frame in &sound.frames {
        log.append(frame.kind, &frame.payload).expect("appended");
        if frame.last {
            log.commit().expect("committed");
        }
    }
    let strangers = disk.files();
    assert_eq!(
        strangers.keys().collect::<Vec<_>>(),
        sound.files.keys().collect::<Vec<_>>()
    );
    for (path, bytes) in strangers {
        let mut files = sound.files.clone();
        files.insert(path.clone(), bytes);
        assert_said(&files, &path, usize::MAX);
    }
}

/// Changes the last frame but keeps its checksum right: what a fault of a
/// release does, and no disk.
fn with_last_frame(change: impl FnOnce(&mut [u8])) -> Files {
    let mut files = sound().files;
    let bytes = files.last_entry().expect("a segment").into_mut();
    let seed = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
    // The last frame holds 40 bytes.
    let at = bytes.len() - 72;
    let frame = &mut bytes[at..];
    change(frame);
    let mut hasher = crc32fast::Hasher::new_with_initial(seed);
    hasher.update(&frame[8..]);
    frame[4..8].copy_from_slice(&hasher.finalize().to_le_bytes());
    files
}

#[test]
fn an_unknown_kind_is_never_cut() {
    let files = with_last_frame(|frame| frame[12] = 9);
    let sound = sound();
    assert_said(&files, &sound.last, usize::MAX);
}

#[test]
fn a_frame_of_another_place_or_batch_is_none() {
    let sound = sound();
    assert_cut(&sound, &with_last_frame(|frame| frame[24] -= 1));
    assert_cut(&sound, &with_last_frame(|frame| frame[16] -= 3));
}

/// What opening alone says of a log whose frames nobody reads.
fn opening(files: &Files) -> String {
    let outcome = Log::open(SimDisk::holding(files), Path::new(DIR), options(300));
    outcome.expect_err("it is damaged").to_string()
}

#[test]
fn opening_finds_what_headers_tell() {
    let sound = sound();
    let paths: Vec<&PathBuf> = sound.files.keys().collect();
    let mut missing = sound.files.clone();
    missing.remove(paths[1]);
    assert!(opening(&missing).contains("the segment before is missing"));
    let mut short = sound.files.clone();
    short.get_mut(paths[1]).expect("it is there").pop();
    assert!(opening(&short).contains("the segment before has another size than it had"));
    let mut renamed = Files::new();
    let name = Path::new(DIR).join("00000000000000000002.log");
    renamed.insert(name, sound.files[paths[0]].clone());
    assert!(opening(&renamed).contains("its name is another one's"));
}

#[test]
fn a_segment_of_an_earlier_copy_is_said() {
    let disk = SimDisk::new(1);
    for epoch in [7, 9] {
        let mut options = options(300);
        options.identity.epoch = epoch;
        let (mut log, _) = Log::open(disk.clone(), Path::new(DIR), options).expect("opened");
        log.append(Kind::Mark, b"mark").expect("appended");
        log.commit().expect("committed");
    }
    let mut files = disk.files();
    let last = files.last_entry().expect("a segment").into_mut();
    // The epoch stands after the head, the version and the store.
    last[32 + 4 + 16] = 6;
    let sum = crc32fast::hash(&last[8..76]);
    last[4..8].copy_from_slice(&sum.to_le_bytes());
    assert!(opening(&files).contains("the segment is that of an earlier copy of the store"));
}

#[test]
fn a_reader_in_another_process_finds_a_gap() {
    let sound = sound();
    let mut files = sound.files.clone();
    let path = sound.files.keys().nth(1).expect("a second segment");
    files.remove(path);
    let frames = log::frames(SimDisk::holding(&files), Path::new(DIR), Position::ORIGIN);
    let outcome: Result<Vec<Frame>, _> = frames.expect("listed").collect();
    let error = outcome.expect_err("a gap").to_string();
    assert!(
        error.contains("the segment before ends elsewhere"),
        "{error}"
    );
}

#[test]
fn a_segment_that_shrinks_while_it_is_read_is_an_error() {
    let sound = sound();
    let disk = SimDisk::holding(&sound.files);
    let (log, _) = Log::open(disk.clone(), Path::new(DIR), options(300)).expect("opened");
    let bytes = &sound.files[&sound.last];
    disk.put(&sound.last, &bytes[..sound.last_batch]);
    let outcome: Result<Vec<Frame>, _> = log.frames(Position::ORIGIN).collect();
    assert!(matches!(outcome, Err(StoreError::Io { .. })), "{outcome:?}");
}

#[test]
fn verify_says_how_far_the_damage_reaches() {
    let sound = sound();
    let (path, bytes) = sound.files.iter().nth(1).expect("a second segment");
    let mut files = sound.files.clone();
    let first = log::frames(SimDisk::holding(&files), Path::new(DIR), Position::ORIGIN)
        .expect("listed")
        .filter_map(Result::ok)
        .map(|frame| frame.position)
        .find(|position| path.ends_with(format!("{:020}.log", position.get())))
        .expect("it begins the segment");
    // The header has 76 bytes; the first frame there holds nothing.
    files.get_mut(path).expect("it is there")[76 + 32 + 32 + 5] ^= 1;
    let problems = log::verify(SimDisk::holding(&files), Path::new(DIR)).expect("read");
    let [problem] = problems.as_slice() else {
        panic!("{problems:?}")
    };
    assert_eq!(problem.offset, 76 + 32);
    assert_eq!(problem.position, first.next());
    assert_eq!(problem.next, Some(first.next().next()));
    assert_eq!(
        problem.to_string(),
        format!(
            "`{}`, byte 108, position {}: the frame does not match its checksum; goes on with position {}",
            path.display(),
            first.next(),
            first.next().next()
        )
    );
    assert!(bytes.len() > 200);
}
