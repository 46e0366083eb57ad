//! Copies of a store: its log, programs, snapshots, history and ids. The log only
//! grows, and what is in it is all that counts, so that a copy of its files in
//! their order is one of an earlier moment, also while it is written to; a torn
//! end is cut when the copy is opened. The history is copied by SQLite.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::repair::epoch;
use super::store::{Failure, Store, failure};
use crate::base::Timestamp;
use crate::store::archive;
use crate::store::disk::real::RealDisk;
use crate::store::log::{self, Position};

/// What a folder of files that are copied is called.
const LOG: &str = "log";
const SNAPSHOTS: &str = "snapshots";
const PROGRAMS: &str = "programs";
const HISTORY: &str = "history";
const IDS: &str = "seen";

/// How often it is begun anew where the log loses its beginning meanwhile.
const TRIES: usize = 5;

/// What was copied.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// How many files.
    pub files: usize,
    /// How many bytes.
    pub bytes: u64,
    /// Whether the history is among them.
    pub history: bool,
}

/// Copies a store into a folder that is empty. The process that runs it may go
/// on.
///
/// # Errors
/// If something cannot be read or written.
pub fn backup(store: &Store, to: &Path) -> Result<Copied, Failure> {
    let mut copied = Copied::default();
    for part in [LOG, SNAPSHOTS, PROGRAMS] {
        let dir = to.join(part);
        fs::create_dir_all(&dir).map_err(failure(&dir))?;
    }
    for _ in 0..TRIES {
        let first = files(&store.dir.join(LOG))?.into_iter().next();
        // A snapshot speaks of what is in the history and in the log, and the
        // history of what is in the log: so they go in this order. A program is
        // there before the log names it, so that it goes last. So is a file of ids,
        // but what the log names may be needed no more when it is copied: so they
        // go twice, and none is copied that is there.
        copied = Copied::default();
        copied.ids(store, to)?;
        copied.folder(&store.dir.join(SNAPSHOTS), &to.join(SNAPSHOTS))?;
        copied.history(&store.history(), &to.join(HISTORY))?;
        for part in [LOG, PROGRAMS] {
            copied.folder(&store.dir.join(part), &to.join(part))?;
        }
        copied.ids(store, to)?;
        if files(&store.dir.join(LOG))?.into_iter().next() == first {
            break;
        }
        for part in [IDS, SNAPSHOTS, HISTORY, LOG] {
            empty(&to.join(part))?;
        }
    }
    Ok(copied)
}

/// Copies a store back, into one that is not begun. Nothing counts before its
/// log is there as a whole. It goes on in another epoch, `now`: what comes from
/// here on gets other ids than what came after the copy was made.
///
/// # Errors
/// If something cannot be read or written.
pub fn restore(from: &Path, store: &Store, now: Timestamp) -> Result<Copied, Failure> {
    let mut copied = Copied::default();
    if from.join(IDS).is_dir() {
        copied.folder(&from.join(IDS), &store.dir.join(IDS))?;
    }
    for part in [PROGRAMS, SNAPSHOTS, HISTORY] {
        // Without a history all of it is told again, from the beginning.
        if part != SNAPSHOTS || !untold(from)? {
            copied.folder(&from.join(part), &store.dir.join(part))?;
        }
    }
    let aside = store.dir.join("log.part");
    copied.folder(&from.join(LOG), &aside)?;
    log::begin_epoch(RealDisk, &aside, epoch(0, now))?;
    let log = store.dir.join(LOG);
    fs::rename(&aside, &log).map_err(failure(&log))?;
    sync(&store.dir)?;
    copied.history = from.join(HISTORY).is_dir();
    Ok(copied)
}

/// Whether a copy has no history, and a log that tells all of it.
fn untold(copy: &Path) -> Result<bool, Failure> {
    let segments = log::segments(RealDisk, &copy.join(LOG))?;
    let whole = segments
        .first()
        .is_some_and(|(first, _)| *first == Position::FIRST);
    Ok(whole && !copy.join(HISTORY).is_dir())
}

/// What is wrong with the log of a store or of a copy.
///
/// # Errors
/// If it cannot be read.
pub fn problems(dir: &Path) -> Result<Vec<log::Problem>, Failure> {
    Ok(log::verify(RealDisk, &dir.join(LOG))?)
}

/// Whether a folder holds a store.
#[must_use]
pub fn is_store(dir: &Path) -> bool {
    dir.join(LOG).is_dir()
}

impl Copied {
    /// Copies the files of a folder, in order; one that is gone meanwhile is
    /// left out.
    fn folder(&mut self, from: &Path, to: &Path) -> Result<(), Failure> {
        self.files(&files(from)?, (from, to))
    }

    fn files(&mut self, files: &[PathBuf], (from, to): (&Path, &Path)) -> Result<(), Failure> {
        fs::create_dir_all(to).map_err(failure(to))?;
        for name in files {
            let (from, to) = (from.join(name), to.join(name));
            match copy(&from, &to) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(failure(&to)(error)),
                Ok(bytes) => {
                    self.files += 1;
                    self.bytes += bytes;
                }
            }
        }
        sync(to)
    }
}

impl Copied {
    /// Copies the files of ids that are not there yet. What is there is whole: it
    /// is called by what it holds.
    fn ids(&mut self, store: &Store, to: &Path) -> Result<(), Failure> {
        let (from, to) = (store.dir.join(IDS), to.join(IDS));
        let there = files(&to)?;
        let mut new = files(&from)?;
        new.retain(|name| !there.contains(name));
        if new.is_empty() {
            return Ok(());
        }
        self.files(&new, (&from, &to))
    }

    /// Copies the history as it is at one moment.
    fn history(&mut self, from: &Path, to: &Path) -> Result<(), Failure> {
        if !from.is_dir() {
            return Ok(());
        }
        archive::copy(from, to)?;
        for name in files(to)? {
            let path = to.join(name);
            self.bytes += fs::metadata(&path).map_err(failure(&path))?.len();
            self.files += 1;
        }
        self.history = true;
        Ok(())
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<u64> {
    let mut from = File::open(from)?;
    let mut to = File::create(to)?;
    let bytes = io::copy(&mut from, &mut to)?;
    to.sync_all()?;
    Ok(bytes)
}

fn sync(dir: &Path) -> Result<(), Failure> {
    let synced = File::open(dir).and_then(|dir| dir.sync_all());
    synced.map_err(failure(dir))
}

/// The names of the files in a folder that are finished, in order; none where
/// there is no folder.
fn files(dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failure(dir))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failure(dir))?;
        let name = PathBuf::from(entry.file_name());
        let unfinished = name
            .extension()
            .is_some_and(|ending| ending == "part" || ending == "new");
        if entry.path().is_file() && !unfinished {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn empty(dir: &Path) -> Result<(), Failure> {
    for name in files(dir)? {
        let path = dir.join(name);
        fs::remove_file(&path).map_err(failure(&path))?;
    }
    Ok(())
}
