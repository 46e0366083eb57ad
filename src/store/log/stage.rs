//! A log written anew beside the one that is there, of the frames of it that
//! are kept. When it takes the place of that one is not known here.

use std::path::Path;

use super::batch::Batch;
use super::frame::Frame;
use super::header::{Header, Identity, Previous};
use super::position::Position;
use super::salvage::{Salvage, Salvaged};
use super::segment::{Folder, Segment};
use crate::store::disk::{Disk, DiskFile};
use crate::store::error::{StoreError, failed};

/// What of a log is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The first position that is kept.
    pub first: Position,
    /// The last one; the one before the first, if there is none.
    pub last: Position,
    /// The segments that begin before stay as they are, and those from here on
    /// are written anew.
    pub anew: Position,
    /// Whose log it is, and the epoch in which it goes on.
    pub identity: Identity,
}

/// Writes the kept part of a log from `anew` on into another folder, with an
/// empty segment behind it in which it goes on. All is durable when this
/// returns, and the log itself is as it was.
pub(super) fn stage<D: Disk>(
    log: &Folder<D>,
    to: &Path,
    (kept, segment_bytes): (Stretch, u64),
) -> Result<(), StoreError> {
    let folder = Folder {
        disk: log.disk.clone(),
        dir: to.to_owned(),
    };
    let made = folder.disk.create_dir_all(to);
    made.map_err(failed(to))?;
    let mut writer = Writer {
        folder,
        segment_bytes,
        store: kept.identity.store,
        previous: previous(log, kept)?,
        active: None,
        batch: Batch::new(kept.first.max(kept.anew)),
    };
    let store = Some(kept.identity.store);
    for found in Salvage::new(log.clone(), log.listed()?, store) {
        let Salvaged { epoch, frame } = found?;
        if frame.position > kept.last {
            break;
        }
        if frame.position >= kept.first.max(kept.anew) {
            writer.put(epoch, &frame)?;
        }
    }
    writer.end(kept.identity.epoch, kept.last.next())
}

/// What the first segment that is written says of the one before it.
fn previous<D: Disk>(log: &Folder<D>, kept: Stretch) -> Result<Previous, StoreError> {
    let segments = log.listed()?;
    let before = segments.iter().rev().find(|first| **first < kept.anew);
    if let Some(before) = before.filter(|_| kept.anew > kept.first) {
        return Ok(log.open(*before)?.as_previous());
    }
    match log.open(kept.anew) {
        Ok(segment) if segments.first() == Some(&kept.anew) => Ok(segment.header.previous),
        _ => Ok(Previous::default()),
    }
}

struct Writer<D: Disk> {
    folder: Folder<D>,
    segment_bytes: u64,
    store: [u8; 16],
    previous: Previous,
    active: Option<Segment<D::File>>,
    batch: Batch,
}

impl<D: Disk> Writer<D> {
    fn put(&mut self, epoch: u64, frame: &Frame) -> Result<(), StoreError> {
        let full = |segment: &Segment<D::File>| {
            segment.size >= self.segment_bytes && segment.has_frames() && self.batch.is_empty()
        };
        let goes_on = self
            .active
            .as_ref()
            .is_some_and(|segment| segment.header.identity.epoch == epoch && !full(segment));
        if !goes_on {
            self.roll(epoch, frame.position)?;
        }
        self.batch.push(frame.kind, &frame.payload);
        if frame.last {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        let Some(Segment {
            path,
            file,
            seed,
            size,
            ..
        }) = &mut self.active
        else {
            return Ok(());
        };
        let bytes = self.batch.seal(*seed);
        file.append(bytes).map_err(failed(path))?;
        *size += bytes.len() as u64;
        self.batch.clear();
        Ok(())
    }

    /// Ends the segment that is written, and begins the one of a position.
    fn roll(&mut self, epoch: u64, first: Position) -> Result<(), StoreError> {
        self.flush()?;
        if let Some(segment) = &mut self.active {
            segment.file.sync().map_err(failed(&segment.path))?;
            self.previous = segment.as_previous();
        }
        let identity = Identity {
            store: self.store,
            epoch,
        };
        let header = Header {
            identity,
            first,
            previous: self.previous,
        };
        self.active = Some(self.folder.create(header)?);
        Ok(())
    }

    fn end(mut self, epoch: u64, next: Position) -> Result<(), StoreError> {
        self.roll(epoch, next)
    }
}
