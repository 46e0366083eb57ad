//! The frames that wait for the next commit, as the bytes that will be written.
//! When they are written is not known here.

use super::frame::{self, HEAD_BYTES, Head, Kind};
use super::position::Position;

/// A batch in the making.
#[derive(Debug)]
pub(super) struct Batch {
    first: Position,
    next: Position,
    bytes: Vec<u8>,
    /// Where the last frame begins.
    last_at: usize,
}

impl Batch {
    /// One without a frame, the first of which will have this position.
    pub(super) fn new(first: Position) -> Self {
        Batch {
            first,
            next: first,
            bytes: Vec::new(),
            last_at: 0,
        }
    }

    /// The position of its first frame.
    pub(super) fn first(&self) -> Position {
        self.first
    }

    /// The position of the frame that comes next.
    pub(super) fn next(&self) -> Position {
        self.next
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Takes in a frame, which holds no more than it may.
    pub(super) fn push(&mut self, kind: Kind, payload: &[u8]) -> Position {
        let position = self.next;
        let head = Head {
            checksum: 0,
            length: payload.len() as u32,
            kind: kind as u8,
            last: false,
            batch: self.first.get(),
            position: position.get(),
        };
        self.last_at = self.bytes.len();
        self.bytes.extend_from_slice(&head.bytes());
        self.bytes.extend_from_slice(payload);
        self.next = position.next();
        position
    }

    /// The bytes to write. Only now it is known which frame is the last one,
    /// and which segment they will stand in.
    pub(super) fn seal(&mut self, seed: u32) -> &[u8] {
        if let Some(last) = self.bytes.get_mut(self.last_at + LAST_AT) {
            *last = 1;
        }
        let mut rest = self.bytes.as_mut_slice();
        while let Some(length) = frame_at(rest) {
            let Some((frame, after)) = rest.split_at_mut_checked(length) else {
                break;
            };
            frame::seal(seed, frame);
            rest = after;
        }
        &self.bytes
    }

    /// Forgets what has been written. The room is kept for the next batch.
    pub(super) fn clear(&mut self) {
        self.first = self.next;
        self.bytes.clear();
        self.last_at = 0;
    }
}

/// Where the head says that a frame is the last of its batch.
const LAST_AT: usize = 13;

fn frame_at(bytes: &[u8]) -> Option<usize> {
    let head: &[u8; HEAD_BYTES] = bytes.first_chunk()?;
    Head::read(head).map(|head| head.frame_bytes())
}
