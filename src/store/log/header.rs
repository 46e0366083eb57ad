//! What a segment begins with: a frame that says of which format, store and
//! epoch it is, and which segment comes before it. Files are not known here.

use super::fields::Fields;
use super::frame::{HEAD_BYTES, Head, SEGMENT_KIND, checksum, seal};
use super::position::Position;

/// The format that is written, and the latest that is read.
///
/// The first frame keeps its layout, and the version its place in it, in every
/// format to come: so a release can tell what it does not know from what is
/// damaged.
pub const VERSION: u32 = 1;

const CONTENT_BYTES: usize = 4 + 16 + 8 + 8 + 8;

/// How many bytes the first frame has.
pub(super) const HEADER_BYTES: usize = HEAD_BYTES + CONTENT_BYTES;

/// Whose log it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The store, by a number that no other one has.
    pub store: [u8; 16],
    /// How often the store was restored, copied or forked.
    pub epoch: u64,
}

/// What a segment says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) identity: Identity,
    /// The position of its first frame.
    pub(super) first: Position,
    /// The segment before it.
    pub(super) previous: Previous,
}

/// What a segment says of the one before it, so that a missing or shortened
/// one is found without reading it. The first of all has none: zeroes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Previous {
    /// The position of its first frame.
    pub(super) first: Position,
    /// How many bytes it has.
    pub(super) bytes: u64,
}

/// What the bytes at the head of a segment are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// A header, and the checksum that those of its frames begin with.
    Whole { header: Header, seed: u32 },
    /// The header of a later format.
    Newer(u32),
    /// No header.
    Broken,
}

impl Header {
    /// The first frame of the segment and the checksum that those of the frames
    /// after it begin with.
    pub(super) fn to_frame(self) -> (Vec<u8>, u32) {
        let head = Head {
            checksum: 0,
            length: CONTENT_BYTES as u32,
            kind: SEGMENT_KIND,
            last: true,
            batch: self.first.get(),
            position: self.first.get(),
        };
        let mut frame = head.bytes().to_vec();
        frame.extend(VERSION.to_le_bytes());
        frame.extend(self.identity.store);
        frame.extend(self.identity.epoch.to_le_bytes());
        frame.extend(self.previous.first.get().to_le_bytes());
        frame.extend(self.previous.bytes.to_le_bytes());
        let seed = seal(0, &mut frame);
        (frame, seed)
    }
}

/// Reads the first frame from the head of a segment.
pub(super) fn read(bytes: &[u8]) -> Reading {
    whole(bytes).unwrap_or(Reading::Broken)
}

fn whole(bytes: &[u8]) -> Option<Reading> {
    let head = Head::read(bytes.first_chunk()?)?;
    let frame = bytes.get(..head.frame_bytes())?;
    let seed = checksum(0, frame);
    if head.kind != SEGMENT_KIND || seed != head.checksum {
        return None;
    }
    let mut fields = Fields(frame.get(HEAD_BYTES..)?);
    let version = fields.u32()?;
    if version > VERSION {
        return Some(Reading::Newer(version));
    }
    let header = content(head.position, fields)?;
    Some(Reading::Whole { header, seed })
}

fn content(position: u64, mut fields: Fields<'_>) -> Option<Header> {
    let header = Header {
        identity: Identity {
            store: fields.bytes()?,
            epoch: fields.u64()?,
        },
        first: Position::new(position),
        previous: Previous {
            first: Position::new(fields.u64()?),
            bytes: fields.u64()?,
        },
    };
    fields.rest().is_empty().then_some(header)
}

#[cfg(test)]
mod tests {
    use super::{HEADER_BYTES, Header, Identity, Position, Previous, Reading, read, seal};

    const HEADER: Header = Header {
        identity: Identity {
            store: [7; 16],
            epoch: 3,
        },
        first: Position::new(11),
        previous: Previous {
            first: Position::new(5),
            bytes: 640,
        },
    };

    #[test]
    fn a_header_is_read_as_it_was_written() {
        let (frame, seed) = HEADER.to_frame();
        assert_eq!(frame.len(), HEADER_BYTES);
        let whole = Reading::Whole {
            header: HEADER,
            seed,
        };
        assert_eq!(read(&frame), whole);
        for length in 0..frame.len() {
            assert_eq!(read(&frame[..length]), Reading::Broken, "{length}");
        }
    }

    #[test]
    fn a_later_format_is_told_from_damage() {
        let (mut frame, _) = HEADER.to_frame();
        frame[32] = 9;
        assert_eq!(read(&frame), Reading::Broken);
        seal(0, &mut frame);
        assert_eq!(read(&frame), Reading::Newer(9));
    }
}
