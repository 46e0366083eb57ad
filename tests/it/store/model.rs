//! What a log must hold, kept beside it in plain vectors: what is acknowledged,
//! and what may be there or not. How the log does it is not known here.

use std::path::Path;

use flow::store::log::{self, Frame, Identity, Kind, Log, Opened, Options, Position};
use flow::store::{StoreError, log::MOST_BYTES};

use super::chance::Chance;
use super::sim_disk::SimDisk;

/// Where the log of each test is.
pub(super) const DIR: &str = "/store/log";

/// An entry, as it was appended.
pub(super) type Entry = (Kind, Vec<u8>);

/// What the log must hold.
#[derive(Debug, Default)]
pub(super) struct Model {
    /// The entries from position 1 on that have been acknowledged.
    pub(super) kept: Vec<Entry>,
    /// What was appended after them: some of it, from the first on, may be kept.
    pub(super) maybe: Vec<Entry>,
    /// Before which position the log was asked to drop.
    pub(super) dropped: u64,
}

/// What is wrong with a log, or the error that the disk has caused.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The log does not do what it must.
    Wrong(String),
    /// The disk failed, and the log said so.
    Disk,
}

pub(super) fn options(segment_bytes: u64) -> Options {
    Options {
        segment_bytes,
        identity: Identity {
            store: *b"the store's name",
            epoch: 1,
        },
    }
}

/// An error is right if the disk has failed; and whatever the disk does, it
/// must not look like damage.
pub(super) fn blame<T>(disk: &SimDisk, outcome: Result<T, StoreError>) -> Result<T, Trouble> {
    outcome.map_err(|error| match error {
        StoreError::Io { .. } | StoreError::Full { .. } if disk.struck() => Trouble::Disk,
        other => Trouble::Wrong(other.to_string()),
    })
}

pub(super) fn ensure(holds: bool, what: impl FnOnce() -> String) -> Result<(), Trouble> {
    if holds {
        return Ok(());
    }
    Err(Trouble::Wrong(what()))
}

impl Model {
    /// Opens the log and takes in what was found. From now on it must stay.
    pub(super) fn open(
        &mut self,
        disk: &SimDisk,
        options: Options,
    ) -> Result<Log<SimDisk>, Trouble> {
        let (log, opened) = blame(disk, Log::open(disk.clone(), Path::new(DIR), options))?;
        self.settle(&opened)?;
        let frames = log.frames(Position::ORIGIN);
        let frames: Result<Vec<Frame>, StoreError> = frames.collect();
        self.compare(opened.first, &blame(disk, frames)?)?;
        let problems = blame(disk, log::verify(disk.clone(), Path::new(DIR)))?;
        ensure(problems.is_empty(), || format!("verify says {problems:?}"))?;
        Ok(log)
    }

    fn settle(&mut self, opened: &Opened) -> Result<(), Trouble> {
        let (kept, maybe) = (self.kept.len(), self.maybe.len());
        let found = (opened.next.get() as usize).saturating_sub(1);
        ensure(kept <= found && found <= kept + maybe, || {
            format!("{found} frames found, {kept} acknowledged, {maybe} appended")
        })?;
        let first = opened.first.get();
        ensure(first <= self.dropped.max(1), || {
            format!("begins at {first}, dropped before {}", self.dropped)
        })?;
        self.maybe.truncate(found - kept);
        self.kept.append(&mut self.maybe);
        Ok(())
    }

    /// Whether frames are what was appended, from a position to the end.
    pub(super) fn compare(&self, first: Position, frames: &[Frame]) -> Result<(), Trouble> {
        let expected = &self.kept[first.before().get() as usize..];
        ensure(expected.len() == frames.len(), || {
            format!("{} frames, not {}", frames.len(), expected.len())
        })?;
        for (index, (frame, (kind, payload))) in frames.iter().zip(expected).enumerate() {
            let position = first.get() + index as u64;
            let same = frame.position.get() == position
                && frame.kind == *kind
                && frame.payload == *payload;
            ensure(same, || format!("another frame at position {position}"))?;
        }
        Ok(())
    }

    /// What the log holds is acknowledged.
    pub(super) fn commit(&mut self) {
        self.kept.append(&mut self.maybe);
    }
}

/// An entry by chance: mostly small, sometimes larger than a segment.
pub(super) fn entry(chance: &mut Chance) -> Entry {
    let kind = Kind::from_number(1 + chance.below(4) as u8).unwrap_or(Kind::Mark);
    let most = match chance.below(200) {
        0 => 20_000,
        1..20 => 2_000,
        _ => 150,
    };
    let count = chance.below(most).min(MOST_BYTES as u64);
    (kind, chance.bytes(count))
}
