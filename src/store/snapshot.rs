//! Snapshots: what had come of the log up to a position, in parts. One is
//! written aside, synced and renamed, so that it is whole or not there. What
//! the parts hold is not known here.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | a mark |
//! | 4 | the version of the format |
//! | 16 | whose store it is |
//! | 8 | the position up to which the log has been taken in |
//! | 4 | how many parts there are |
//! | 4 | the checksum (CRC-32) of all that stands before |
//!
//! Each part follows as its length in 4 bytes, its checksum in 4, and its
//! bytes. Numbers have their lowest byte first.

use std::path::{Path, PathBuf};

use crc32fast::hash;

use super::disk::{Disk, DiskFile};
use super::error::{StoreError, failed};
use super::log::Position;

/// What each snapshot begins with.
const MARK: [u8; 8] = *b"flowsnap";

/// The version of the format.
const VERSION: u32 = 1;

/// How many bytes stand before the parts.
const HEAD_BYTES: usize = 44;

/// What the files end in.
const ENDING: &str = ".state";

/// What a file ends in while it is written.
const PART: &str = ".part";

/// How many snapshots are kept: with two, one that cannot be read is no loss.
const KEPT: usize = 2;

/// How much is gathered before it is written, in bytes.
const GATHERED: usize = 1 << 20;

/// A snapshot that was read.
#[derive(Debug)]
pub struct Snapshot {
    /// Whose store it is.
    pub store: [u8; 16],
    /// The position up to which the log has been taken in.
    pub position: Position,
    /// Its parts, in order.
    pub parts: Vec<Vec<u8>>,
}

/// The snapshots of a store.
#[derive(Debug, Clone)]
pub struct Snapshots<D> {
    disk: D,
    dir: PathBuf,
}

impl<D: Disk> Snapshots<D> {
    /// Those in a folder.
    pub fn new(disk: D, dir: &Path) -> Self {
        let dir = dir.to_owned();
        Snapshots { disk, dir }
    }

    /// The positions of all that are there, in order; they may be broken.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn positions(&self) -> Result<Vec<Position>, StoreError> {
        let names = match self.disk.list(&self.dir) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            names => names.map_err(failed(&self.dir))?,
        };
        let numbers = names.iter().filter_map(|name| {
            let number = name.strip_suffix(ENDING)?.parse().ok()?;
            Some(Position::new(number))
        });
        Ok(numbers.collect())
    }

    /// Writes one, and removes those that are no longer needed. Returns the
    /// position of the oldest that stays: the log before it is not needed any
    /// more.
    ///
    /// # Errors
    /// If it cannot be written; then all that was there still is.
    pub fn write(
        &self,
        (store, position): ([u8; 16], Position),
        count: usize,
        parts: impl Iterator<Item = Vec<u8>>,
    ) -> Result<Position, StoreError> {
        self.disk
            .create_dir_all(&self.dir)
            .map_err(failed(&self.dir))?;
        let path = self.path(position);
        let mut part = path.as_os_str().to_owned();
        part.push(PART);
        let part = PathBuf::from(part);
        // What an interrupted run has left is in the way.
        let _ = self.disk.remove(&part);
        self.fill(&part, head(store, position, count), parts)?;
        self.disk.rename(&part, &path).map_err(failed(&path))?;
        self.disk.sync_dir(&self.dir).map_err(failed(&self.dir))?;
        self.forget(position)
    }

    fn fill(
        &self,
        path: &Path,
        head: Vec<u8>,
        parts: impl Iterator<Item = Vec<u8>>,
    ) -> Result<(), StoreError> {
        let mut file = self.disk.create_new(path).map_err(failed(path))?;
        let mut bytes = head;
        for part in parts {
            let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.extend_from_slice(&hash(&part).to_le_bytes());
            bytes.extend_from_slice(&part);
            if bytes.len() >= GATHERED {
                file.append(&bytes).map_err(failed(path))?;
                bytes.clear();
            }
        }
        file.append(&bytes).map_err(failed(path))?;
        file.sync().map_err(failed(path))
    }

    /// Removes what is older than the two latest.
    fn forget(&self, latest: Position) -> Result<Position, StoreError> {
        let mut there = self.positions()?;
        there.retain(|position| *position <= latest);
        let spare = there.len().saturating_sub(KEPT);
        for position in there.drain(..spare) {
            let path = self.path(position);
            self.disk.remove(&path).map_err(failed(&path))?;
        }
        Ok(there.first().copied().unwrap_or(latest))
    }

    /// Reads the snapshot of a position; `None` where it is broken.
    ///
    /// # Errors
    /// If the file cannot be read, or a later release has written it.
    pub fn read(&self, position: Position) -> Result<Option<Snapshot>, StoreError> {
        let path = self.path(position);
        let mut file = self.disk.open(&path).map_err(failed(&path))?;
        let size = file.size().map_err(failed(&path))?;
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(usize::MAX)];
        super::disk::read_exact_at(&mut file, 0, &mut bytes).map_err(failed(&path))?;
        let Some(found) = version(&bytes) else {
            return Ok(None);
        };
        if found > VERSION {
            return Err(StoreError::Newer {
                path,
                found,
                known: VERSION,
            });
        }
        Ok(read(&bytes).filter(|snapshot| snapshot.position == position))
    }

    /// Where the snapshot of a position is.
    #[must_use]
    pub fn path(&self, position: Position) -> PathBuf {
        self.dir.join(format!("{:020}{ENDING}", position.get()))
    }
}

fn head(store: [u8; 16], position: Position, count: usize) -> Vec<u8> {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    let mut head = MARK.to_vec();
    head.extend_from_slice(&VERSION.to_le_bytes());
    head.extend_from_slice(&store);
    head.extend_from_slice(&position.get().to_le_bytes());
    head.extend_from_slice(&count.to_le_bytes());
    let sum = hash(&head);
    head.extend_from_slice(&sum.to_le_bytes());
    head
}

/// The version of a snapshot whose head is whole.
fn version(bytes: &[u8]) -> Option<u32> {
    let (head, _) = bytes.split_at_checked(HEAD_BYTES)?;
    let mut fields = Fields(head);
    let whole = fields.take::<8>()? == MARK;
    let version = u32::from_le_bytes(fields.take()?);
    let (covered, sum) = head.split_at_checked(HEAD_BYTES - 4)?;
    let sum = u32::from_le_bytes(sum.try_into().ok()?);
    (whole && hash(covered) == sum).then_some(version)
}

fn read(bytes: &[u8]) -> Option<Snapshot> {
    let mut fields = Fields(bytes);
    fields.take::<12>()?;
    let store = fields.take()?;
    let position = Position::new(u64::from_le_bytes(fields.take()?));
    let count = u32::from_le_bytes(fields.take()?);
    fields.take::<4>()?;
    let mut parts = Vec::new();
    for _ in 0..count {
        let length = u32::from_le_bytes(fields.take()?);
        let sum = u32::from_le_bytes(fields.take()?);
        let part = fields.bytes(usize::try_from(length).ok()?)?;
        if hash(part) != sum {
            return None;
        }
        parts.push(part.to_vec());
    }
    fields.0.is_empty().then_some(Snapshot {
        store,
        position,
        parts,
    })
}

/// Bytes that are read from the front.
struct Fields<'b>(&'b [u8]);

impl<'b> Fields<'b> {
    fn bytes(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }
}
