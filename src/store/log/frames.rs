//! All frames from a position on, through all segments. Nothing is changed on
//! disk, and what a frame holds is not known here.

use std::path::PathBuf;

use super::frame::Frame;
use super::position::Position;
use super::reader::{Flaw, FrameRef, Reader, Step};
use super::segment::Folder;
use super::tail::{Tail, judge};
use crate::store::disk::Disk;
use crate::store::error::{StoreError, failed};

/// The frames of a log, in order. After an error there are no more.
///
/// This holds nothing of the log it comes from: it shows what was durable when
/// it was made, and may be carried to another thread. A segment that is dropped
/// in the meantime is an error when it comes to it.
#[derive(Debug)]
pub struct Frames<D: Disk> {
    folder: Folder<D>,
    /// The segments yet to be read, the last one first.
    segments: Vec<Position>,
    from: Position,
    end: End,
    current: Option<Current<D>>,
    /// The epoch of the segment that was read last.
    epoch: u64,
    /// The position after the segment that was read before.
    reached: Option<Position>,
    over: bool,
}

/// Where the last segment ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// After so many bytes, all of which are good.
    At(u64),
    /// With the file, whose tail may be in the making.
    Open,
}

#[derive(Debug)]
struct Current<D: Disk> {
    path: PathBuf,
    reader: Reader<D::File>,
}

impl<D: Disk> Frames<D> {
    /// Those from a position on; from the origin, all that are there.
    pub(super) fn new(
        folder: Folder<D>,
        mut segments: Vec<Position>,
        from: Position,
        end: End,
    ) -> Self {
        let begin = segments.iter().rposition(|first| *first <= from);
        segments.drain(..begin.unwrap_or(0));
        segments.reverse();
        Frames {
            folder,
            segments,
            from,
            end,
            current: None,
            epoch: 0,
            reached: None,
            over: false,
        }
    }

    /// The epoch in which the frame was taken that was read last.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The position after the last frame, once all have been read; nothing if
    /// there is no segment.
    #[must_use]
    pub fn end(&self) -> Option<Position> {
        self.reached
    }

    /// The next frame, as it stands in the buffer: what the iterator gives,
    /// without a copy.
    ///
    /// # Errors
    /// If a frame is damaged or missing, if the first one asked for has been
    /// dropped, or if the system does not let a segment be read.
    pub fn read(&mut self) -> Result<Option<FrameRef<'_>>, StoreError> {
        let step = if self.over { Ok(false) } else { self.step() };
        if !matches!(step, Ok(true)) {
            self.over = true;
            self.current = None;
        }
        step?;
        match &mut self.current {
            Some(current) => current.reader.frame().map_err(failed(&current.path)),
            None => Ok(None),
        }
    }

    /// Goes to the next frame that was asked for.
    fn step(&mut self) -> Result<bool, StoreError> {
        loop {
            let Some(current) = &mut self.current else {
                if self.open_next()? {
                    continue;
                }
                return Ok(false);
            };
            match current.reader.step().map_err(failed(&current.path))? {
                Step::Frame { .. } if current.reader.expected() <= self.from => {}
                Step::Frame { .. } => return Ok(true),
                Step::End => {
                    self.reached = Some(current.reader.expected());
                    self.current = None;
                }
                Step::Flaw(flaw) => return self.flawed(flaw),
            }
        }
    }

    /// Opens the next segment, if there is one.
    fn open_next(&mut self) -> Result<bool, StoreError> {
        let Some(first) = self.segments.pop() else {
            return Ok(false);
        };
        self.joins(first)?;
        let mut segment = self.folder.open(first)?;
        if let (true, End::At(size)) = (self.segments.is_empty(), self.end) {
            segment.size = size;
        }
        self.epoch = segment.header.identity.epoch;
        self.current = Some(Current {
            path: segment.path.clone(),
            reader: Reader::new(segment),
        });
        Ok(true)
    }

    /// Whether a segment begins where the one before has ended.
    fn joins(&self, first: Position) -> Result<(), StoreError> {
        match self.reached {
            Some(reached) if reached != first => Err(StoreError::BrokenMiddle {
                segment: self.folder.path(first),
                offset: 0,
                position: reached.get(),
                what: "the segment before ends elsewhere",
            }),
            None if self.from != Position::ORIGIN && self.from < first => {
                Err(StoreError::Dropped {
                    dir: self.folder.dir.clone(),
                    asked: self.from.get(),
                    first: first.get(),
                })
            }
            _ => Ok(()),
        }
    }

    /// A tail in the making is the end; anything else is damage.
    fn flawed(&mut self, flaw: Flaw) -> Result<bool, StoreError> {
        let Some(current) = &mut self.current else {
            return Ok(false);
        };
        let error = current.reader.damage(&current.path, flaw);
        let reached = current.reader.expected();
        if self.end == End::Open && self.segments.is_empty() {
            let tail = judge(&mut current.reader, flaw).map_err(failed(&current.path))?;
            if tail == Tail::Torn {
                self.reached = Some(reached);
                return Ok(false);
            }
        }
        Err(error)
    }
}

impl<D: Disk> Iterator for Frames<D> {
    type Item = Result<Frame, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let frame = self.read().transpose()?;
        Some(frame.map(|frame| frame.to_frame()))
    }
}
