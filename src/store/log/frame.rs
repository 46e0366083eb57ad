//! One frame as it stands in a file: a head of 32 bytes and what it holds, under
//! one checksum. Where frames stand and which may be missing is not known here.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | a mark by which a frame is found |
//! | 4 | the checksum (CRC-32) of all that follows, begun with that of the segment |
//! | 4 | how many bytes it holds |
//! | 1 | its kind |
//! | 1 | 1 if it is the last of its batch, else 0 |
//! | 2 | 0 |
//! | 8 | its batch: the position of the first frame of the batch |
//! | 8 | its position |
//!
//! Numbers have their lowest byte first.

use crc32fast::Hasher;

use super::fields::Fields;
use super::position::Position;

/// How many bytes a frame may hold.
pub const MOST_BYTES: usize = 512 * 1024;

/// How many bytes stand before what a frame holds.
pub(super) const HEAD_BYTES: usize = 32;

/// What each frame begins with. It is no text, so that text seldom holds it.
pub(super) const MARK: [u8; 4] = [0xF1, 0x0C, 0xDB, 0x9A];

/// Where the checksum stands in the head, and where what it covers begins.
pub(super) const CHECKSUM_AT: usize = MARK.len();
const COVERED_AT: usize = CHECKSUM_AT + 4;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Kind {
    /// An input, as its source gave it.
    Input = 1,
    /// The hash of what was decided on an input before it.
    Decision = 2,
    /// That an input is left out, and why.
    SetAside = 3,
    /// What the owner of the log wants to find again; the log does not read it.
    Mark = 4,
}

/// The number of the frame that each segment begins with.
pub(super) const SEGMENT_KIND: u8 = 0;

impl Kind {
    /// The kind of a number, if this release knows it.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        match number {
            1 => Some(Kind::Input),
            2 => Some(Kind::Decision),
            3 => Some(Kind::SetAside),
            4 => Some(Kind::Mark),
            _ => None,
        }
    }
}

/// A frame that has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Where it stands in the log.
    pub position: Position,
    /// What it holds, by kind.
    pub kind: Kind,
    /// Whether its batch ends with it.
    pub last: bool,
    /// What it holds.
    pub payload: Vec<u8>,
}

/// What stands before that which a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) checksum: u32,
    pub(super) length: u32,
    pub(super) kind: u8,
    pub(super) last: bool,
    pub(super) batch: u64,
    pub(super) position: u64,
}

impl Head {
    /// Reads what may be a head; nothing if no frame begins like this.
    pub(super) fn read(bytes: &[u8; HEAD_BYTES]) -> Option<Self> {
        let mut fields = Fields(bytes);
        if fields.bytes()? != MARK {
            return None;
        }
        let checksum = fields.u32()?;
        let length = fields.u32()?;
        let kind = fields.u8()?;
        let last = fields.u8()?;
        let zero = fields.u16()?;
        if length as usize > MOST_BYTES || last > 1 || zero != 0 {
            return None;
        }
        Some(Head {
            checksum,
            length,
            kind,
            last: last == 1,
            batch: fields.u64()?,
            position: fields.u64()?,
        })
    }

    /// Its bytes, with the checksum as it stands in it.
    pub(super) fn bytes(&self) -> [u8; HEAD_BYTES] {
        let mut bytes = [0; HEAD_BYTES];
        let fields = [
            u64::from_le_bytes(pair(MARK, self.checksum.to_le_bytes())),
            u64::from(self.length) | u64::from(self.kind) << 32 | u64::from(self.last) << 40,
            self.batch,
            self.position,
        ];
        for (place, field) in bytes.chunks_exact_mut(8).zip(fields) {
            place.copy_from_slice(&field.to_le_bytes());
        }
        bytes
    }

    /// How many bytes the whole frame has.
    pub(super) fn frame_bytes(&self) -> usize {
        HEAD_BYTES + self.length as usize
    }
}

fn pair([a, b, c, d]: [u8; 4], [e, f, g, h]: [u8; 4]) -> [u8; 8] {
    [a, b, c, d, e, f, g, h]
}

/// The checksum of a frame. `seed` is that of the segment: what comes from
/// elsewhere is no frame there.
pub(super) fn checksum(seed: u32, frame: &[u8]) -> u32 {
    let mut hasher = Hasher::new_with_initial(seed);
    hasher.update(frame.get(COVERED_AT..).unwrap_or_default());
    hasher.finalize()
}

/// Writes the checksum into a whole frame.
pub(super) fn seal(seed: u32, frame: &mut [u8]) -> u32 {
    let sum = checksum(seed, frame);
    if let Some(place) = frame.get_mut(CHECKSUM_AT..COVERED_AT) {
        place.copy_from_slice(&sum.to_le_bytes());
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::{HEAD_BYTES, Head, Kind, MARK, MOST_BYTES, checksum, seal};

    const HEAD: Head = Head {
        checksum: 0xAABB_CCDD,
        length: 7,
        kind: Kind::Input as u8,
        last: true,
        batch: 40,
        position: 42,
    };

    #[test]
    fn a_head_is_read_as_it_was_written() {
        assert_eq!(Head::read(&HEAD.bytes()), Some(HEAD));
        assert_eq!(HEAD.bytes()[..4], MARK);
    }

    #[test]
    fn what_no_frame_begins_with_is_none() {
        assert_eq!(Head::read(&[0; HEAD_BYTES]), None);
        let large = Head {
            length: MOST_BYTES as u32 + 1,
            ..HEAD
        };
        assert_eq!(Head::read(&large.bytes()), None);
        for place in [0, 13, 14, 15] {
            let mut bytes = HEAD.bytes();
            bytes[place] ^= 0x80;
            assert_eq!(Head::read(&bytes), None, "{place}");
        }
    }

    #[test]
    fn the_checksum_covers_all_but_itself_and_tells_segments_apart() {
        let mut frame = [HEAD.bytes().as_slice(), b"payload"].concat();
        let sum = seal(1, &mut frame);
        assert_eq!(checksum(1, &frame), sum);
        assert_ne!(checksum(2, &frame), sum);
        for place in 8..frame.len() {
            let mut other = frame.clone();
            other[place] ^= 1;
            assert_ne!(checksum(1, &other), sum, "{place}");
        }
    }

    #[test]
    fn kinds_have_their_numbers() {
        for kind in [Kind::Input, Kind::Decision, Kind::SetAside, Kind::Mark] {
            assert_eq!(Kind::from_number(kind as u8), Some(kind));
        }
        assert_eq!(Kind::from_number(super::SEGMENT_KIND), None);
    }
}
