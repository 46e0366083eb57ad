//! The ids that were seen and are held in memory no more, in files. A file is
//! written aside, synced and renamed, so that it is whole or not there, and never
//! changed. Which files count, what the ids are of and when they are put here is
//! not known here.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | a mark |
//! | 4 | the version of the format |
//! | 16 | whose store it is |
//! | 8 | how many ids there are |
//! | 8 | until when the last of them is remembered |
//! | 4 | the checksum (CRC-32) of all that stands before |
//! | 64 for each 34 ids | the filter |
//! | 12 for each 256 ids | the first 8 bytes of the first of them, the checksum of all |
//! | 24 for each id | the id, and until when it is remembered; in the order of ids |
//!
//! Numbers have their lowest byte first, moments are microseconds since 1970. A
//! file is called by the hash of all that stands before its ids, whose checksums
//! stand there. Filter and blocks are held in memory: just below two bytes for an
//! id.

mod file;
mod filter;

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use self::file::{IdFile, form};
use super::disk::{Disk, DiskFile};
use super::error::{StoreError, failed};
use crate::base::{Timestamp, Uid};

/// What the files end in.
const ENDING: &str = ".ids";

/// What stands in the place of a file that was lost, by its name.
const LOST: &str = ".lost";

/// What a file is called while it is written.
const PART: &str = "seen.part";

/// How many ids a file takes at most, where not more come at once.
const MOST: u64 = 1 << 20;

/// A file goes into the next one if it holds at most so many times as many.
const TIMES: u64 = 4;

/// An id, and until when it is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id {
    /// The id.
    pub id: Uid,
    /// Until when.
    pub until: Timestamp,
}

/// The files that count.
#[derive(Debug)]
pub struct Seen<D: Disk> {
    disk: D,
    dir: PathBuf,
    store: [u8; 16],
    files: Vec<IdFile<D::File>>,
    /// Those that are known to be lost: their ids are forgotten.
    lost: Vec<Uid>,
}

/// What a writing has come to: nothing has changed before it counts.
#[derive(Debug)]
pub struct Written<F> {
    file: Option<IdFile<F>>,
    instead_of: Vec<Uid>,
}

impl<F> Written<F> {
    /// The new file.
    #[must_use]
    pub fn file(&self) -> Option<Uid> {
        self.file.as_ref().map(|file| file.name)
    }

    /// Those that count no more: the new one holds what they held.
    #[must_use]
    pub fn instead_of(&self) -> &[Uid] {
        &self.instead_of
    }
}

impl<D: Disk> Seen<D> {
    /// Opens those of a folder that count, the oldest first.
    ///
    /// # Errors
    /// If one of them is missing, damaged or of a later format.
    pub fn open(
        disk: D,
        (dir, store): (&Path, [u8; 16]),
        names: &[Uid],
    ) -> Result<Self, StoreError> {
        let mut seen = Seen {
            disk,
            dir: dir.to_owned(),
            store,
            files: Vec::new(),
            lost: Vec::new(),
        };
        for name in names {
            match seen.file(*name) {
                Err(StoreError::BrokenIds { .. }) if seen.is_lost(*name)? => seen.lost.push(*name),
                file => seen.files.push(file?),
            }
        }
        Ok(seen)
    }

    /// Whether it is known that a file is lost, and that its ids are forgotten.
    fn is_lost(&self, name: Uid) -> Result<bool, StoreError> {
        let path = lost(&self.dir, name);
        match self.disk.open(&path) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(failed(&path)(error)),
        }
    }

    fn file(&self, name: Uid) -> Result<IdFile<D::File>, StoreError> {
        IdFile::open(&self.disk, path(&self.dir, name), (name, self.store))
    }

    /// Whether no id is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether an id is remembered now. One that is not there costs a look at
    /// the filter of each file, and seldom a read.
    ///
    /// # Errors
    /// If a file cannot be read, or is damaged.
    pub fn holds(&mut self, id: Uid, now: Timestamp) -> Result<bool, StoreError> {
        // What comes twice most often comes soon again.
        for file in self.files.iter_mut().rev() {
            if file.holds(id, now)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether there is a file all of whose ids are forgotten by now.
    #[must_use]
    pub fn has_old(&self, now: Timestamp) -> bool {
        !self.lost.is_empty() || self.files.iter().any(|file| file.is_over(now))
    }

    /// Writes ids, which are in order, into a new file, with those of the files
    /// before it that are small. It is durable when this returns.
    ///
    /// # Errors
    /// If it cannot be written, or a file before it not be read.
    pub fn write(&mut self, ids: Vec<Id>, now: Timestamp) -> Result<Written<D::File>, StoreError> {
        let small = if ids.is_empty() { 0 } else { self.small(&ids) };
        let rest = self.files.len().saturating_sub(small);
        let (mut all, mut instead_of) = (Vec::new(), self.lost.clone());
        for (place, file) in self.files.iter_mut().enumerate() {
            if file.is_over(now) {
                instead_of.push(file.name);
            } else if place >= rest {
                instead_of.push(file.name);
                all.append(&mut file.all(now)?);
            }
        }
        all.extend(ids);
        if all.is_empty() {
            let file = None;
            return Ok(Written { file, instead_of });
        }
        // Of an id that was forgotten and has come again the later time counts.
        all.sort();
        all.reverse();
        all.dedup_by_key(|id| id.id);
        all.reverse();
        let file = Some(self.put(&all)?);
        Ok(Written { file, instead_of })
    }

    /// How many of the last files go into the next one, so that there are few
    /// and an id is seldom written again.
    fn small(&self, ids: &[Id]) -> usize {
        let mut sum = ids.len() as u64;
        let files = self.files.iter().rev();
        let small = files.take_while(|file| {
            let fits = file.count <= sum.saturating_mul(TIMES) && file.count + sum <= MOST;
            sum += file.count;
            fits
        });
        small.count()
    }

    fn put(&self, ids: &[Id]) -> Result<IdFile<D::File>, StoreError> {
        let (name, bytes) = form(self.store, ids);
        self.disk
            .create_dir_all(&self.dir)
            .map_err(failed(&self.dir))?;
        let (path, part) = (path(&self.dir, name), self.dir.join(PART));
        // What an interrupted run has left is in the way.
        let _ = self.disk.remove(&part);
        let mut file = self.disk.create_new(&part).map_err(failed(&part))?;
        file.append(&bytes)
            .and_then(|()| file.sync())
            .map_err(failed(&part))?;
        drop(file);
        self.disk.rename(&part, &path).map_err(failed(&path))?;
        self.disk.sync_dir(&self.dir).map_err(failed(&self.dir))?;
        self.file(name)
    }

    /// What was written counts from now on.
    pub fn take(&mut self, written: Written<D::File>) {
        let gone: BTreeSet<Uid> = written.instead_of.into_iter().collect();
        self.files.retain(|file| !gone.contains(&file.name));
        self.lost.retain(|name| !gone.contains(name));
        self.files.extend(written.file);
    }

    /// Removes the files that are needed no more.
    ///
    /// # Errors
    /// If the system does not let them be removed.
    pub fn remove(&self, needed: impl Fn(Uid) -> bool) -> Result<(), StoreError> {
        let names = match self.disk.list(&self.dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            names => names.map_err(failed(&self.dir))?,
        };
        for name in names {
            let stem = name.strip_suffix(ENDING).or(name.strip_suffix(LOST));
            if stem.and_then(Uid::parse).is_some_and(|name| !needed(name)) {
                let path = self.dir.join(&name);
                self.disk.remove(&path).map_err(failed(&path))?;
            }
        }
        Ok(())
    }

    /// Reads all of the files.
    ///
    /// # Errors
    /// If one of them cannot be read, or is damaged.
    pub fn verify(&mut self) -> Result<(), StoreError> {
        for file in &mut self.files {
            file.all(Timestamp::MIN)?;
        }
        Ok(())
    }
}

/// Where a file is.
#[must_use]
pub fn path(dir: &Path, name: Uid) -> PathBuf {
    dir.join(format!("{name}{ENDING}"))
}

/// Where it stands that a file is lost.
#[must_use]
pub fn lost(dir: &Path, name: Uid) -> PathBuf {
    dir.join(format!("{name}{LOST}"))
}

/// Notes in a folder that a file is lost: whoever opens the files there does
/// without it. It is durable when this returns.
///
/// # Errors
/// If it cannot be written.
pub fn note_lost<D: Disk>(disk: &D, dir: &Path, name: Uid) -> Result<(), StoreError> {
    disk.create_dir_all(dir).map_err(failed(dir))?;
    let path = lost(dir, name);
    // What an interrupted run has left is in the way.
    let _ = disk.remove(&path);
    let mut file = disk.create_new(&path).map_err(failed(&path))?;
    file.sync()
        .and_then(|()| disk.sync_dir(dir))
        .map_err(failed(&path))
}

/// What is wrong with a file.
fn broken(path: &Path, what: &'static str) -> StoreError {
    StoreError::BrokenIds {
        path: path.to_owned(),
        what,
    }
}
