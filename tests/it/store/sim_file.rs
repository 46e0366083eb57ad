//! What a simulated file holds: what can be read, what is durable, and what has
//! been done to it since the last sync. Names of files are not known here.

use super::chance::Chance;

/// What is written at a time, as far as a loss of power is concerned.
const SECTOR: usize = 512;

/// A file without its name.
#[derive(Debug, Default)]
pub(super) struct SimContent {
    /// What can be read.
    pub(super) seen: Vec<u8>,
    durable: Vec<u8>,
    unsynced: Vec<Change>,
}

/// Something done to a file.
#[derive(Debug)]
enum Change {
    /// At most a sector.
    Write {
        offset: usize,
        bytes: Vec<u8>,
    },
    Cut(usize),
}

impl SimContent {
    /// Writes over what is there and beyond it.
    pub(super) fn write(&mut self, offset: usize, bytes: &[u8]) {
        let (mut offset, mut rest) = (offset, bytes);
        put(&mut self.seen, offset, bytes);
        while !rest.is_empty() {
            let room = SECTOR - offset % SECTOR;
            let (piece, after) = rest.split_at(room.min(rest.len()));
            self.unsynced.push(Change::Write {
                offset,
                bytes: piece.to_vec(),
            });
            offset += piece.len();
            rest = after;
        }
    }

    pub(super) fn truncate(&mut self, size: usize) {
        self.seen.truncate(size);
        self.unsynced.push(Change::Cut(size));
    }

    pub(super) fn sync(&mut self) {
        for change in self.unsynced.drain(..) {
            apply(&mut self.durable, &change);
        }
    }

    /// A sync that fails: what it has not written counts as written from now on.
    pub(super) fn fail_to_sync(&mut self, chance: &mut Chance) {
        for change in self.unsynced.drain(..) {
            if matches!(change, Change::Cut(_)) || chance.percent(30) {
                apply(&mut self.durable, &change);
            }
        }
    }

    /// Keeps of what was not synced what chance lets be kept. A high rate keeps
    /// much.
    pub(super) fn lose_power(&mut self, rate: u64, chance: &mut Chance) {
        let mut left = std::mem::take(&mut self.durable);
        for change in self.unsynced.drain(..) {
            match change {
                _ if chance.percent(rate) => apply(&mut left, &change),
                Change::Write { offset, bytes } if chance.percent(30) => {
                    tear(&mut left, offset, bytes, chance);
                }
                _ => {}
            }
        }
        self.seen.clone_from(&left);
        self.durable = left;
    }
}

/// Writes a part of a sector. What the file is to grow by beyond that part is
/// missing, zero or anything; what was durable before stays as it was.
fn tear(content: &mut Vec<u8>, offset: usize, mut bytes: Vec<u8>, chance: &mut Chance) {
    let end = offset + bytes.len();
    bytes.truncate(chance.below(bytes.len() as u64) as usize);
    put(content, offset, &bytes);
    let grown = end.saturating_sub(content.len());
    match chance.below(3) {
        0 => {}
        1 => content.resize(content.len() + grown, 0),
        _ => content.extend(chance.bytes(grown as u64)),
    }
}

fn apply(content: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Write { offset, bytes } => put(content, *offset, bytes),
        Change::Cut(size) => content.truncate(*size),
    }
}

fn put(content: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    content[offset..end].copy_from_slice(bytes);
}
