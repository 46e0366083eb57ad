//! One file of ids, and what of it is held in memory: its filter, and where each
//! block of ids begins. See the table in `seen`.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crc32fast::hash;

use super::filter::{Filter, bytes_of, halves};
use super::{Id, broken};
use crate::base::{Timestamp, Uid};
use crate::store::disk::{Disk, DiskFile, read_exact_at};
use crate::store::error::{StoreError, failed};

/// What each file begins with.
const MARK: [u8; 8] = *b"flowseen";

/// The version of the format.
const VERSION: u32 = 1;

/// How many bytes stand before the filter.
const HEAD_BYTES: usize = 48;

/// How many ids a block has.
const BLOCK: u64 = 256;

/// How many bytes are held of a block.
const BLOCK_BYTES: u64 = 12;

/// How many bytes an id has, with the moment until which it is remembered.
const ID_BYTES: u64 = 24;

/// A block of ids: how the first begins, and the checksum of all.
#[derive(Debug, Clone, Copy)]
struct Block {
    first: u64,
    sum: u32,
}

/// A file of ids, open for reading.
#[derive(Debug)]
pub(super) struct IdFile<F> {
    /// The hash of all that stands before its ids, by which it is called.
    pub(super) name: Uid,
    /// How many ids it holds.
    pub(super) count: u64,
    /// When the last of them is forgotten.
    last: i64,
    path: PathBuf,
    file: F,
    filter: Filter,
    blocks: Vec<Block>,
}

/// The bytes of a file of ids, which are in order, and its name.
pub(super) fn form(store: [u8; 16], ids: &[Id]) -> (Uid, Vec<u8>) {
    let mut body = Vec::with_capacity(ids.len() * ID_BYTES as usize);
    for id in ids {
        body.extend_from_slice(id.id.bytes());
        body.extend_from_slice(&id.until.as_microsecond().to_le_bytes());
    }
    let last = ids.iter().map(|id| id.until.as_microsecond()).max();
    let mut bytes = MARK.to_vec();
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&store);
    bytes.extend_from_slice(&(ids.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&last.unwrap_or(i64::MIN).to_le_bytes());
    let sum = hash(&bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    Filter::of(ids.iter().map(|id| id.id)).write(&mut bytes);
    let blocks = body.chunks((BLOCK * ID_BYTES) as usize);
    for (block, ids) in blocks.zip(ids.chunks(BLOCK as usize)) {
        let first = ids.first().map_or(0, |id| halves(id.id).0);
        bytes.extend_from_slice(&first.to_le_bytes());
        bytes.extend_from_slice(&hash(block).to_le_bytes());
    }
    let name = Uid::of(&[&bytes]);
    bytes.append(&mut body);
    (name, bytes)
}

impl<F: DiskFile> IdFile<F> {
    /// Opens the file of a name.
    ///
    /// # Errors
    /// If it is not there, not whole, of a later format or another store, or
    /// cannot be read.
    pub(super) fn open<D: Disk<File = F>>(
        disk: &D,
        path: PathBuf,
        (name, store): (Uid, [u8; 16]),
    ) -> Result<Self, StoreError> {
        let mut file = match disk.open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(broken(&path, "it is not there"));
            }
            file => file.map_err(failed(&path))?,
        };
        let head = read(&mut file, &path, (0, HEAD_BYTES as u64))?;
        let head = Head::read(&head, &path)?;
        let size = file.size().map_err(failed(&path))?;
        if head.store != store || Some(size) != head.bytes() {
            return Err(broken(&path, "it is another file"));
        }
        let before = read(&mut file, &path, (0, head.ids_at()))?;
        if Uid::of(&[&before]) != name {
            return Err(broken(&path, "its filter is another one"));
        }
        let (_, rest) = before.split_at_checked(HEAD_BYTES).unwrap_or_default();
        let filter = usize::try_from(bytes_of(head.count)).unwrap_or(usize::MAX);
        let (filter, blocks) = rest.split_at_checked(filter).unwrap_or_default();
        let blocks = blocks.chunks_exact(BLOCK_BYTES as usize);
        Ok(IdFile {
            name,
            count: head.count,
            last: head.last,
            path,
            file,
            filter: Filter::read(filter),
            blocks: blocks.filter_map(Block::read).collect(),
        })
    }

    /// Whether all of its ids are forgotten by now.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.last < now.as_microsecond()
    }

    /// Whether an id is remembered now. It costs a read of one block where the
    /// filter does not know better.
    ///
    /// # Errors
    /// If the block cannot be read, or is damaged.
    pub(super) fn holds(&mut self, id: Uid, now: Timestamp) -> Result<bool, StoreError> {
        if !self.filter.may_hold(id) || self.is_over(now) {
            return Ok(false);
        }
        let (half, _) = halves(id);
        let behind = self.blocks.partition_point(|block| block.first < half);
        // The block before may end in ids that begin as this one does.
        let mut place = behind.saturating_sub(1);
        while self
            .blocks
            .get(place)
            .is_some_and(|block| block.first <= half)
        {
            let ids = self.block(place)?;
            if let Ok(found) = ids.binary_search_by_key(&id, |id| id.id)
                && let Some(found) = ids.get(found)
            {
                return Ok(now <= found.until);
            }
            place += 1;
        }
        Ok(false)
    }

    /// All of its ids that are remembered now, in order.
    ///
    /// # Errors
    /// If it cannot be read, or is damaged.
    pub(super) fn all(&mut self, now: Timestamp) -> Result<Vec<Id>, StoreError> {
        let mut all = Vec::with_capacity(usize::try_from(self.count).unwrap_or(0));
        for place in 0..self.blocks.len() {
            let ids = self.block(place)?.into_iter();
            all.extend(ids.filter(|id| now <= id.until));
        }
        Ok(all)
    }

    fn block(&mut self, place: usize) -> Result<Vec<Id>, StoreError> {
        let first = place as u64 * BLOCK;
        let count = self.count.saturating_sub(first).min(BLOCK);
        let from = ids_at(self.count) + first * ID_BYTES;
        let bytes = read(&mut self.file, &self.path, (from, count * ID_BYTES))?;
        let sum = self.blocks.get(place).map(|block| block.sum);
        if sum != Some(hash(&bytes)) {
            return Err(broken(&self.path, "a block of ids is another one"));
        }
        let ids = bytes.chunks_exact(ID_BYTES as usize);
        Ok(ids.filter_map(Id::read).collect())
    }
}

fn read<F: DiskFile>(
    file: &mut F,
    path: &Path,
    (from, count): (u64, u64),
) -> Result<Vec<u8>, StoreError> {
    let mut bytes = vec![0; usize::try_from(count).unwrap_or(usize::MAX)];
    match read_exact_at(file, from, &mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) if ends(&error) => Err(broken(path, "it ends before it should")),
        Err(error) => Err(failed(path)(error)),
    }
}

fn ends(error: &io::Error) -> bool {
    error.kind() == ErrorKind::UnexpectedEof
}

/// Where the ids begin in a file of so many.
fn ids_at(count: u64) -> u64 {
    HEAD_BYTES as u64 + bytes_of(count) + count.div_ceil(BLOCK) * BLOCK_BYTES
}

/// What a file begins with.
struct Head {
    store: [u8; 16],
    count: u64,
    last: i64,
}

impl Head {
    fn read(bytes: &[u8], path: &Path) -> Result<Self, StoreError> {
        let damaged = || broken(path, "its head is damaged");
        let (covered, sum) = bytes.split_last_chunk().ok_or_else(damaged)?;
        if hash(covered) != u32::from_le_bytes(*sum) {
            return Err(damaged());
        }
        let mut rest = covered;
        let mark: [u8; 8] = field(&mut rest).ok_or_else(damaged)?;
        let version = field(&mut rest).map(u32::from_le_bytes);
        let version = version.ok_or_else(damaged)?;
        if mark == MARK && version > VERSION {
            return Err(StoreError::Newer {
                path: path.to_owned(),
                found: version,
                known: VERSION,
            });
        }
        let head = || {
            Some(Head {
                store: field(&mut rest)?,
                count: field(&mut rest).map(u64::from_le_bytes)?,
                last: field(&mut rest).map(i64::from_le_bytes)?,
            })
        };
        Some(head)
            .filter(|_| mark == MARK)
            .and_then(|mut head| head())
            .ok_or_else(damaged)
    }

    fn ids_at(&self) -> u64 {
        ids_at(self.count)
    }

    /// How many bytes the whole file has.
    fn bytes(&self) -> Option<u64> {
        // A count that no file has is damage.
        let small = self.count < u64::from(u32::MAX);
        small.then(|| self.ids_at() + self.count * ID_BYTES)
    }
}

impl Block {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        Some(Block {
            first: field(&mut rest).map(u64::from_le_bytes)?,
            sum: field(&mut rest).map(u32::from_le_bytes)?,
        })
    }
}

impl Id {
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        Some(Id {
            id: Uid::from_bytes(field(&mut rest)?),
            until: Timestamp::from_microsecond(field(&mut rest).map(i64::from_le_bytes)?).ok()?,
        })
    }
}

/// The next bytes.
fn field<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(*head)
}
