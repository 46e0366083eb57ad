//! The log: what happened, in the order in which it counts, in files that only
//! grow. What an entry means is not known here, nor who owns the folder.
//!
//! A log is a folder of segments; a segment is a header and frames; each frame
//! has a position, and each batch of frames is written at once and synced at
//! once. What a loss of power can do to it:
//!
//! 1. Nothing that [`Log::commit`] has returned for is lost or changed.
//! 2. Of a batch whose commit has not returned, any number of frames may be kept
//!    from the first on, and no other. A frame is whole or absent. So a batch is
//!    not atomic, and its frames have to bear being appended once more.
//! 3. What else is found behind the frames is cut off when the log is next
//!    opened, and said in [`Opened::cut`].
//! 4. A tail is cut only in the last segment, and only if no later batch follows
//!    it: a later batch was written only after the sync of this one, see `tail`.
//!    All else is [`StoreError::BrokenMiddle`], and then nothing is changed.
//! 5. If what was once safe in the last batch of all is damaged later, this looks
//!    like a torn tail: no file can tell.
//! 6. A segment gets its name when its header is durable, after the segment before
//!    was synced; segments are dropped from the oldest on, one sync each. So
//!    segments never have a gap and a header is never torn.
//! 7. After a write or a sync that fails, nothing more is taken: what the disk
//!    holds is not known until the log is opened again.
//! 8. Opening writes the last batch once more over itself and syncs it, since what
//!    a failed sync has lost may still be readable.
//! 9. A crash while the log is opened leaves what can be opened with the same
//!    result.
//! 10. A read that fails is an error and never the end of the log.
//! 11. While a repair is under way a note stands in the folder, and nothing is read
//!     or written before the repair is finished: see `mending`.

mod batch;
mod fields;
mod frame;
mod frames;
mod header;
pub mod payload;
mod position;
mod reader;
mod rebuilt;
mod recover;
mod salvage;
mod segment;
mod stage;
mod tail;
mod verify;
mod window;

use std::path::{Path, PathBuf};

pub use self::frame::{Frame, Kind, MOST_BYTES};
pub use self::frames::Frames;
pub use self::header::{Identity, VERSION};
pub use self::position::Position;
pub use self::reader::FrameRef;
pub use self::salvage::{Salvage, Salvaged};
pub use self::stage::Stretch;
pub use self::verify::Problem;

use self::batch::Batch;
use self::frames::End;
use self::header::Header;
use self::recover::{Recovered, recover};
use self::segment::{Folder, Segment};
use super::disk::{Disk, DiskFile};
use super::error::{StoreError, failed};

/// What the note is called, in the folder of the log, that keeps it from being
/// opened while it is repaired.
pub(super) const NOTE: &str = "mending";

/// How a log is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// After how many bytes a new segment is begun. A batch is never divided, so
    /// a segment may have more.
    pub segment_bytes: u64,
    /// Whose log it is, if it is yet to be begun. One that is there keeps its
    /// store, and its epoch unless this one is later.
    pub identity: Identity,
}

/// What was found when a log was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Whose log it is.
    pub identity: Identity,
    /// The position of the first frame that is still there; that of the next
    /// frame, if there is none.
    pub first: Position,
    /// The position of the frame that comes next.
    pub next: Position,
    /// What was cut off.
    pub cut: Option<Cut>,
}

/// The torn tail that was cut off a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The file.
    pub segment: PathBuf,
    /// From where on, in bytes.
    pub offset: u64,
    /// How many bytes.
    pub bytes: u64,
}

/// A log that is open for writing. Only one may be at a time: see `lock`.
#[derive(Debug)]
pub struct Log<D: Disk> {
    folder: Folder<D>,
    segment_bytes: u64,
    /// The first positions of all segments, in order; the last is the active one.
    segments: Vec<Position>,
    active: Segment<D::File>,
    batch: Batch,
    poisoned: bool,
}

impl<D: Disk> Log<D> {
    /// Opens the log in a folder, or begins one if there is none.
    ///
    /// # Errors
    /// If the log is damaged, of a later format, or cannot be read or written.
    pub fn open(disk: D, dir: &Path, options: Options) -> Result<(Self, Opened), StoreError> {
        let folder = folder(disk, dir);
        folder.mended()?;
        let Recovered {
            segments,
            active,
            next,
            cut,
        } = recover(&folder, &options)?;
        let opened = Opened {
            identity: active.header.identity,
            first: segments.first().copied().unwrap_or(next),
            next,
            cut,
        };
        let log = Log {
            folder,
            segment_bytes: options.segment_bytes,
            segments,
            active,
            batch: Batch::new(next),
            poisoned: false,
        };
        Ok((log, opened))
    }

    /// Takes in a frame, which is durable once [`Log::commit`] has returned.
    ///
    /// # Errors
    /// If it holds too much, which leaves the log as it was, or if an earlier
    /// write or sync failed.
    pub fn append(&mut self, kind: Kind, payload: &[u8]) -> Result<Position, StoreError> {
        self.sound()?;
        if payload.len() > MOST_BYTES {
            return Err(StoreError::TooLarge {
                bytes: payload.len(),
                most: MOST_BYTES,
            });
        }
        Ok(self.batch.push(kind, payload))
    }

    /// Makes durable all that was appended, with one write and one sync, and
    /// says up to which position the log is now durable.
    ///
    /// # Errors
    /// If the system does not let it be written or synced. Then nothing is known
    /// of what was appended since the last commit, and every later call fails.
    pub fn commit(&mut self) -> Result<Position, StoreError> {
        self.sound()?;
        if !self.batch.is_empty() {
            let written = self.write();
            self.kept(written)?;
            self.batch.clear();
        }
        Ok(self.durable())
    }

    /// Up to which position the log is durable.
    #[must_use]
    pub fn durable(&self) -> Position {
        self.batch.first().before()
    }

    /// The position of the frame that is appended next.
    #[must_use]
    pub fn next(&self) -> Position {
        self.batch.next()
    }

    /// The position of the first frame that is still there; that of the next
    /// commit's first frame, if there is none.
    #[must_use]
    pub fn first(&self) -> Position {
        self.segments.first().copied().unwrap_or_default()
    }

    /// The durable frames from a position on; from the origin, all that are
    /// there. One that has been dropped is an error of the first frame.
    #[must_use]
    pub fn frames(&self, from: Position) -> Frames<D> {
        let end = End::At(self.active.size);
        Frames::new(self.folder.clone(), self.segments.clone(), from, end)
    }

    /// Deletes the segments all of whose frames stand before a position, and
    /// says how many. The active one stays.
    ///
    /// # Errors
    /// If the system does not let them be deleted; then every later call fails.
    pub fn drop_before(&mut self, position: Position) -> Result<usize, StoreError> {
        self.sound()?;
        let after = self.segments.iter().skip(1);
        let count = after.take_while(|next| **next <= position).count();
        for _ in 0..count {
            let dropped = self.drop_oldest();
            self.kept(dropped)?;
        }
        Ok(count)
    }

    fn sound(&self) -> Result<(), StoreError> {
        if self.poisoned {
            let dir = self.folder.dir.clone();
            return Err(StoreError::Poisoned { dir });
        }
        Ok(())
    }

    /// Remembers that the disk has failed.
    fn kept(&mut self, outcome: Result<(), StoreError>) -> Result<(), StoreError> {
        self.poisoned = outcome.is_err();
        outcome
    }

    fn write(&mut self) -> Result<(), StoreError> {
        if self.active.has_frames() && self.active.size >= self.segment_bytes {
            self.roll()?;
        }
        let bytes = self.batch.seal(self.active.seed);
        let Segment { path, file, .. } = &mut self.active;
        file.append(bytes)
            .and_then(|()| file.sync())
            .map_err(failed(path))?;
        self.active.size += bytes.len() as u64;
        Ok(())
    }

    /// Begins a new segment. The one before was synced by its last commit.
    fn roll(&mut self) -> Result<(), StoreError> {
        self.active = self.folder.create(Header {
            identity: self.active.header.identity,
            first: self.batch.first(),
            previous: self.active.as_previous(),
        })?;
        self.segments.push(self.batch.first());
        Ok(())
    }

    /// Deletes the first segment. The sync comes before the next one goes, so
    /// that a crash leaves no gap.
    fn drop_oldest(&mut self) -> Result<(), StoreError> {
        let path = self.folder.path(self.first());
        self.folder.disk.remove(&path).map_err(failed(&path))?;
        self.folder.sync()?;
        self.segments.remove(0);
        Ok(())
    }
}

/// The frames of a log that another process may be writing, from a position on;
/// from the origin, all that are there. A tail in the making is the end.
///
/// # Errors
/// If the folder cannot be read.
pub fn frames<D: Disk>(disk: D, dir: &Path, from: Position) -> Result<Frames<D>, StoreError> {
    let folder = folder(disk, dir);
    folder.mended()?;
    let segments = folder.segments()?;
    Ok(Frames::new(folder, segments, from, End::Open))
}

/// Reads a whole log, which may be open, and says all that is wrong with it.
/// Nothing is changed on disk.
///
/// # Errors
/// If it is of a later format or cannot be read.
pub fn verify<D: Disk>(disk: D, dir: &Path) -> Result<Vec<Problem>, StoreError> {
    let folder = folder(disk, dir);
    folder.mended()?;
    verify::verify(&folder)
}

/// Whether nothing was ever taken into the log in a folder. Nothing is changed
/// on disk.
///
/// # Errors
/// If it is damaged or cannot be read.
pub fn is_empty<D: Disk>(disk: D, dir: &Path) -> Result<bool, StoreError> {
    let folder = folder(disk, dir);
    folder.mended()?;
    let segments = folder.listed()?;
    match segments.as_slice() {
        [] => Ok(true),
        [Position::FIRST] => {
            let mut frames = Frames::new(folder, segments, Position::FIRST, End::Open);
            Ok(frames.read()?.is_none())
        }
        _ => Ok(false),
    }
}

/// The first positions of the segments of the log in a folder, in order; none
/// where there is no folder. They may be damaged.
///
/// # Errors
/// If the folder cannot be read.
pub fn segments<D: Disk>(disk: D, dir: &Path) -> Result<Vec<(Position, PathBuf)>, StoreError> {
    let folder = folder(disk, dir);
    let segments = folder.listed()?;
    let named = segments.into_iter();
    Ok(named.map(|first| (first, folder.path(first))).collect())
}

/// All frames of the log in a folder that can be read, whatever is broken
/// between them. `store` says whose log it is, if that is known.
///
/// # Errors
/// If the folder cannot be read.
pub fn salvage<D: Disk>(
    disk: D,
    dir: &Path,
    store: Option<[u8; 16]>,
) -> Result<Salvage<D>, StoreError> {
    let segments = segments(disk.clone(), dir)?;
    let segments = segments.into_iter().map(|(first, _)| first).collect();
    Ok(Salvage::new(folder(disk, dir), segments, store))
}

/// Writes what is kept of a log into another folder. The log is as it was.
///
/// # Errors
/// If it cannot be read, or the copy cannot be written.
pub fn stage<D: Disk>(
    (disk, dir): (D, &Path),
    to: &Path,
    kept: Stretch,
    segment_bytes: u64,
) -> Result<(), StoreError> {
    stage::stage(&folder(disk, dir), to, (kept, segment_bytes))
}

/// Begins a later epoch of the log in a folder; nothing if there is none.
///
/// # Errors
/// If it cannot be opened.
pub fn begin_epoch<D: Disk>(disk: D, dir: &Path, at_least: u64) -> Result<(), StoreError> {
    if is_empty(disk.clone(), dir)? {
        return Ok(());
    }
    let mut options = Options {
        segment_bytes: u64::MAX,
        identity: Identity {
            store: [0; 16],
            epoch: 0,
        },
    };
    let (_, opened) = Log::open(disk.clone(), dir, options)?;
    options.identity.epoch = at_least.max(opened.identity.epoch.saturating_add(1));
    Log::open(disk, dir, options).map(drop)
}

fn folder<D>(disk: D, dir: &Path) -> Folder<D> {
    let dir = dir.to_owned();
    Folder { disk, dir }
}
