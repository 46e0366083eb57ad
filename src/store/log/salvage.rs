//! All frames of a log that can be read, whatever is broken between them. What
//! is kept of them is not known here, and nothing is changed on disk.

use super::frame::Frame;
use super::position::Position;
use super::reader::{Flaw, Reader, Step};
use super::rebuilt;
use super::segment::Folder;
use super::verify::go_on;
use crate::store::disk::Disk;
use crate::store::error::{StoreError, failed};

/// A frame that was found, and the epoch in which it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvaged {
    /// The epoch of its segment.
    pub epoch: u64,
    /// The frame.
    pub frame: Frame,
}

/// The frames of a log that can be read, in order, each position once. Where
/// one does not follow the one before, something is broken between them.
#[derive(Debug)]
pub struct Salvage<D: Disk> {
    folder: Folder<D>,
    /// The segments yet to be read, the last one first.
    segments: Vec<Position>,
    /// Whose log it is; that of the first segment, if nobody says.
    store: Option<[u8; 16]>,
    epoch: u64,
    /// The least position that may come next.
    next: Position,
    current: Option<Current<D>>,
}

#[derive(Debug)]
struct Current<D: Disk> {
    reader: Reader<D::File>,
    path: std::path::PathBuf,
    /// The position that is the next segment's.
    until: Option<Position>,
}

impl<D: Disk> Salvage<D> {
    pub(super) fn new(
        folder: Folder<D>,
        mut segments: Vec<Position>,
        store: Option<[u8; 16]>,
    ) -> Self {
        segments.reverse();
        Salvage {
            folder,
            segments,
            store,
            epoch: 0,
            next: Position::FIRST,
            current: None,
        }
    }

    /// Whose log it is, as far as its segments have told.
    #[must_use]
    pub fn store(&self) -> Option<[u8; 16]> {
        self.store
    }

    /// The epoch of the segment that was read last.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    fn read(&mut self) -> Result<Option<Salvaged>, StoreError> {
        loop {
            let Some(current) = &mut self.current else {
                if self.open_next()? {
                    continue;
                }
                return Ok(None);
            };
            match current.reader.step().map_err(failed(&current.path))? {
                Step::End => self.current = None,
                Step::Flaw(flaw) => self.skip(flaw)?,
                Step::Frame { .. } => {
                    if let Some(found) = self.frame()? {
                        return Ok(Some(found));
                    }
                }
            }
        }
    }

    /// The frame that was just read, if its position is due or later.
    fn frame(&mut self) -> Result<Option<Salvaged>, StoreError> {
        let Some(current) = &mut self.current else {
            return Ok(None);
        };
        let frame = current.reader.frame().map_err(failed(&current.path))?;
        let Some(frame) = frame.map(|frame| frame.to_frame()) else {
            return Ok(None);
        };
        if current.until.is_some_and(|until| frame.position >= until) {
            // What the next segment holds stands there.
            self.current = None;
            return Ok(None);
        }
        if frame.position < self.next {
            return Ok(None);
        }
        self.next = frame.position.next();
        let epoch = self.epoch;
        Ok(Some(Salvaged { epoch, frame }))
    }

    /// Goes on behind a flaw.
    fn skip(&mut self, flaw: Flaw) -> Result<(), StoreError> {
        let Some(current) = &mut self.current else {
            return Ok(());
        };
        if flaw.certain {
            return Err(current.reader.damage(&current.path, flaw));
        }
        let last = self.segments.is_empty();
        let found = go_on(&mut current.reader, flaw, last).map_err(failed(&current.path))?;
        if found.position().is_none() {
            self.current = None;
        }
        Ok(())
    }

    /// Opens the next segment that is one of this log.
    fn open_next(&mut self) -> Result<bool, StoreError> {
        while let Some(first) = self.segments.pop() {
            let segment = match self.folder.open(first) {
                Err(StoreError::BrokenMiddle { .. }) => {
                    match rebuilt::open(&self.folder, first, self.store)? {
                        Some(segment) => segment,
                        None => continue,
                    }
                }
                segment => segment?,
            };
            let identity = segment.header.identity;
            let ours = self.store.is_none_or(|store| store == identity.store);
            if !ours || identity.epoch < self.epoch {
                continue;
            }
            self.store = Some(identity.store);
            self.epoch = identity.epoch;
            self.current = Some(Current {
                path: segment.path.clone(),
                reader: Reader::new(segment),
                until: self.segments.last().copied(),
            });
            return Ok(true);
        }
        Ok(false)
    }
}

impl<D: Disk> Iterator for Salvage<D> {
    type Item = Result<Salvaged, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}
