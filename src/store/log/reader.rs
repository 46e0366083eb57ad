//! The frames of one segment, one after the other, and what is wrong where they
//! end before the file does. What is to be done about it is not known here.

use std::io;
use std::path::Path;

use super::frame::{Frame, HEAD_BYTES, Head, Kind, MARK, checksum};
use super::header::HEADER_BYTES;
use super::position::Position;
use super::segment::Segment;
use super::window::Window;
use crate::store::disk::DiskFile;
use crate::store::error::StoreError;

/// A place between two frames of a segment.
#[derive(Debug)]
pub(super) struct Reader<F> {
    window: Window<F>,
    seed: u32,
    /// The position of the frame that comes next.
    expected: Position,
    /// The batch of the frame before, where the batch does not end with it.
    batch: Option<u64>,
    /// How many bytes the frame has that was read last; it stays in the window
    /// until the next one is asked for.
    read: usize,
}

/// A frame as it stands in the buffer.
#[derive(Debug, Clone, Copy)]
pub struct FrameRef<'r> {
    /// Where it stands in the log.
    pub position: Position,
    /// What it holds, by kind.
    pub kind: Kind,
    /// Whether its batch ends with it.
    pub last: bool,
    /// What it holds.
    pub payload: &'r [u8],
}

impl FrameRef<'_> {
    /// The same, outliving the buffer.
    #[must_use]
    pub fn to_frame(&self) -> Frame {
        Frame {
            position: self.position,
            kind: self.kind,
            last: self.last,
            payload: self.payload.to_vec(),
        }
    }
}

/// What comes next in a segment.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// A frame, with the first position of its batch.
    Frame { batch: u64 },
    /// Nothing: the file ends here.
    End,
    /// Something that is no frame of this place.
    Flaw(Flaw),
}

/// Why there is no frame where one is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) what: &'static str,
    /// Whether no crash explains it.
    pub(super) certain: bool,
}

impl Flaw {
    const fn torn(what: &'static str) -> Self {
        Flaw {
            what,
            certain: false,
        }
    }
}

impl<F: DiskFile> Reader<F> {
    /// At the first frame of a segment. What stands beyond its size does not
    /// count.
    pub(super) fn new(segment: Segment<F>) -> Self {
        let mut reader = Reader {
            window: Window::new(segment.file, segment.size),
            seed: segment.seed,
            expected: segment.header.first,
            batch: None,
            read: 0,
        };
        reader.read = HEADER_BYTES;
        reader
    }

    /// The position of the frame that comes next.
    pub(super) fn expected(&self) -> Position {
        self.expected
    }

    /// Where in the file that frame begins, in bytes.
    pub(super) fn offset(&self) -> u64 {
        self.window.offset() + self.read as u64
    }

    /// The error that a flaw at this place is, in the segment of a path.
    pub(super) fn damage(&self, path: &Path, flaw: Flaw) -> StoreError {
        StoreError::BrokenMiddle {
            segment: path.to_owned(),
            offset: self.offset(),
            position: self.expected.get(),
            what: flaw.what,
        }
    }

    /// Goes to the next frame, which [`Reader::frame`] then gives.
    pub(super) fn step(&mut self) -> io::Result<Step> {
        self.settle()?;
        if self.window.left() == 0 {
            return Ok(Step::End);
        }
        let head = match self.head()? {
            Ok(head) => head,
            Err(flaw) => return Ok(Step::Flaw(flaw)),
        };
        self.read = head.frame_bytes();
        self.expected = self.expected.next();
        self.batch = (!head.last).then_some(head.batch);
        Ok(Step::Frame { batch: head.batch })
    }

    /// The frame that the last step went to.
    pub(super) fn frame(&mut self) -> io::Result<Option<FrameRef<'_>>> {
        let length = self.read;
        let bytes = self.window.peek(length)?;
        Ok(bytes.get(..length).and_then(view))
    }

    /// Leaves behind what was read. The header, too, has to be in the window
    /// before the window can go on.
    fn settle(&mut self) -> io::Result<()> {
        self.window.peek(self.read)?;
        self.window.advance(self.read);
        self.read = 0;
        Ok(())
    }

    /// The head of the frame at this place, if it is the one that is due.
    fn head(&mut self) -> io::Result<Result<Head, Flaw>> {
        let left = self.window.left();
        let bytes = self.window.peek(HEAD_BYTES)?;
        let Some(head) = bytes.first_chunk().and_then(Head::read) else {
            return Ok(Err(Flaw::torn("no frame begins there")));
        };
        if head.frame_bytes() as u64 > left {
            return Ok(Err(Flaw::torn("the frame is not all there")));
        }
        let bytes = self.window.peek(head.frame_bytes())?;
        let frame = bytes.get(..head.frame_bytes()).unwrap_or_default();
        if checksum(self.seed, frame) != head.checksum {
            return Ok(Err(Flaw::torn("the frame does not match its checksum")));
        }
        Ok(self.in_order(&head).map_or(Ok(head), Err))
    }

    /// What is wrong with a whole frame at this place.
    fn in_order(&self, head: &Head) -> Option<Flaw> {
        if head.position != self.expected.get() {
            return Some(Flaw::torn("the frame is that of another place"));
        }
        if head.batch != head.position && Some(head.batch) != self.batch {
            return Some(Flaw::torn("the frame is that of another batch"));
        }
        Kind::from_number(head.kind).is_none().then_some(Flaw {
            what: "the frame is of a kind that this release does not know",
            certain: true,
        })
    }

    /// Looks from here on, after a flaw, for a whole frame of whatever place,
    /// and goes to where it begins. Afterwards the reader takes it for the one
    /// that is due.
    pub(super) fn find(&mut self, wanted: impl Fn(&Head) -> bool) -> io::Result<Option<Head>> {
        self.settle()?;
        while self.window.seek(&MARK, HEAD_BYTES)? {
            if let Some(head) = self.any_head()?.filter(|head| wanted(head)) {
                self.expected = Position::new(head.position);
                self.batch = Some(head.batch);
                return Ok(Some(head));
            }
            self.window.advance(1);
        }
        Ok(None)
    }

    /// Goes back to a place in the file, to look from there on.
    pub(super) fn return_to(&mut self, offset: u64) {
        self.window.go_to(offset);
        self.read = 0;
    }

    fn any_head(&mut self) -> io::Result<Option<Head>> {
        let bytes = self.window.peek(HEAD_BYTES)?;
        let Some(head) = bytes.first_chunk().and_then(Head::read) else {
            return Ok(None);
        };
        let bytes = self.window.peek(head.frame_bytes())?;
        let whole = bytes.get(..head.frame_bytes());
        let sound = whole.is_some_and(|frame| checksum(self.seed, frame) == head.checksum);
        Ok(sound.then_some(head))
    }
}

fn view(frame: &[u8]) -> Option<FrameRef<'_>> {
    let (head, payload) = frame.split_first_chunk()?;
    let head = Head::read(head)?;
    Some(FrameRef {
        position: Position::new(head.position),
        kind: Kind::from_number(head.kind)?,
        last: head.last,
        payload,
    })
}
