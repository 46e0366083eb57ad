//! A segment whose header is damaged, opened all the same where its frames are
//! sound. What is read of it is decided by those who read on.
//!
//! The checksums of the frames begin with that of the header, so each frame tells
//! what this was: a checksum with its frame can be run backwards. Where two tell
//! the same, or one tells what the header itself or one that fits there has, the
//! frames are those of this segment. The header is then put together of what it
//! still says and of what the segments around it say; what has the same checksum
//! is the header that was written.

use std::io;

use super::fields::Fields;
use super::frame::{CHECKSUM_AT, HEAD_BYTES, Head, Kind, checksum};
use super::header::{HEADER_BYTES, Header, Identity, Previous};
use super::position::Position;
use super::segment::{Folder, Segment};
use super::window::Window;
use crate::store::disk::{Disk, DiskFile, read_exact_at};
use crate::store::error::{StoreError, failed};

/// How many frames are asked at most.
const ASKED: usize = 64;

/// The polynomial of the checksum, its bits in the order in which it is used.
const POLYNOMIAL: u32 = 0xEDB8_8320;

/// What is known of a header from elsewhere.
#[derive(Debug, Default)]
struct Around {
    stores: Vec<[u8; 16]>,
    epochs: Vec<u64>,
    previous: Vec<Previous>,
}

/// Opens a segment whose header is damaged; nothing where its frames do not say
/// what they were checked with. `store` says whose log it is, if that is known.
pub(super) fn open<D: Disk>(
    folder: &Folder<D>,
    first: Position,
    store: Option<[u8; 16]>,
) -> Result<Option<Segment<D::File>>, StoreError> {
    let path = folder.path(first);
    let mut file = folder.disk.open(&path).map_err(failed(&path))?;
    let (size, head) = head_of(&mut file).map_err(failed(&path))?;
    let mut around = around(folder, first, store)?;
    let stored = around.take(&head);
    let headers: Vec<(Header, u32)> = around
        .headers(first)
        .map(|header| (header, header.to_frame().1))
        .collect();
    let known: Vec<u32> = headers
        .iter()
        .map(|(_, seed)| *seed)
        .chain(stored)
        .collect();
    let mut window = Window::new(file, size);
    let Some(seed) = told(&mut window, first, known).map_err(failed(&path))? else {
        return Ok(None);
    };
    let whole = headers.iter().find(|(_, own)| *own == seed);
    let header = whole.map_or_else(|| around.likely(first), |(header, _)| *header);
    Ok(Some(Segment {
        file: folder.disk.open(&path).map_err(failed(&path))?,
        path,
        header,
        seed,
        size,
    }))
}

fn head_of<F: DiskFile>(file: &mut F) -> io::Result<(u64, Vec<u8>)> {
    let size = file.size()?;
    let mut head = vec![0; size.min(HEADER_BYTES as u64) as usize];
    read_exact_at(file, 0, &mut head)?;
    Ok((size, head))
}

/// What the segments before and behind say, as far as they can be read.
fn around<D: Disk>(
    folder: &Folder<D>,
    first: Position,
    store: Option<[u8; 16]>,
) -> Result<Around, StoreError> {
    let mut around = Around {
        stores: store.into_iter().collect(),
        ..Around::default()
    };
    let segments = folder.listed()?;
    let before = segments.iter().rfind(|other| **other < first);
    let behind = segments.iter().find(|other| **other > first);
    for other in before.into_iter().chain(behind) {
        let Ok(segment) = folder.open(*other) else {
            continue;
        };
        around.stores.push(segment.header.identity.store);
        around.epochs.push(segment.header.identity.epoch);
        if *other < first {
            around.previous.push(segment.as_previous());
        }
    }
    if first == Position::FIRST {
        around.previous.push(Previous::default());
    }
    Ok(around)
}

impl Around {
    /// Takes in what the damaged header itself still says, and gives the
    /// checksum that stands in it.
    fn take(&mut self, head: &[u8]) -> Option<u32> {
        let stored = Fields(head.get(CHECKSUM_AT..)?).u32()?;
        // The version comes first, and has its place in every format.
        let mut fields = Fields(head.get(HEAD_BYTES + 4..)?);
        self.stores.extend(fields.bytes());
        self.epochs.extend(fields.u64());
        let previous = fields.u64().zip(fields.u64());
        self.previous
            .extend(previous.map(|(first, bytes)| Previous {
                first: Position::new(first),
                bytes,
            }));
        Some(stored)
    }

    /// All headers that fit there.
    fn headers(&self, first: Position) -> impl Iterator<Item = Header> {
        let stores = self.stores.iter();
        stores.flat_map(move |store| {
            self.epochs.iter().flat_map(move |epoch| {
                self.previous.iter().map(move |previous| Header {
                    identity: Identity {
                        store: *store,
                        epoch: *epoch,
                    },
                    first,
                    previous: *previous,
                })
            })
        })
    }

    /// The header that is likely where none can be proven.
    fn likely(&self, first: Position) -> Header {
        Header {
            identity: Identity {
                store: self.stores.first().copied().unwrap_or_default(),
                epoch: self.epochs.first().copied().unwrap_or_default(),
            },
            first,
            previous: self.previous.first().copied().unwrap_or_default(),
        }
    }
}

/// What the checksums of the frames begin with, where two agree on it: two
/// frames, or one and something that is known.
fn told<F: DiskFile>(
    window: &mut Window<F>,
    first: Position,
    mut known: Vec<u32>,
) -> io::Result<Option<u32>> {
    window.go_to(1);
    for _ in 0..ASKED {
        if !window.seek(&super::frame::MARK, HEAD_BYTES)? {
            return Ok(None);
        }
        if let Some(seed) = seed_of_next(window, first)? {
            if known.contains(&seed) {
                return Ok(Some(seed));
            }
            known.push(seed);
        }
        window.advance(1);
    }
    Ok(None)
}

/// What the checksum of the frame at this place began with, if there is one.
fn seed_of_next<F: DiskFile>(window: &mut Window<F>, first: Position) -> io::Result<Option<u32>> {
    let left = window.left();
    let head = window.peek(HEAD_BYTES)?.first_chunk().and_then(Head::read);
    let may_be = |head: &Head| {
        let placed = head.position >= first.get() && head.batch <= head.position;
        placed && Kind::from_number(head.kind).is_some() && head.frame_bytes() as u64 <= left
    };
    let Some(head) = head.filter(may_be) else {
        return Ok(None);
    };
    let bytes = window.peek(head.frame_bytes())?;
    Ok(bytes
        .get(..head.frame_bytes())
        .map(|frame| back(&head, frame)))
}

/// With which checksum that of a frame began.
fn back(head: &Head, frame: &[u8]) -> u32 {
    let covered = frame.len().saturating_sub(CHECKSUM_AT + 4);
    let mut rest = head.checksum ^ checksum(0, frame);
    for _ in 0..covered * 8 {
        rest = if rest >> 31 == 1 {
            (rest ^ POLYNOMIAL) << 1 | 1
        } else {
            rest << 1
        };
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::{Head, Kind, back};
    use crate::store::log::frame::seal;

    #[test]
    fn a_frame_tells_with_what_its_checksum_began() {
        for (seed, length) in [(0, 0), (1, 1), (0xDEAD_BEEF, 37), (u32::MAX, 4_000)] {
            let head = Head {
                checksum: 0,
                length,
                kind: Kind::Input as u8,
                last: true,
                batch: 4,
                position: 5,
            };
            let payload = (0..length).map(|byte| byte as u8);
            let mut frame: Vec<u8> = head.bytes().into_iter().chain(payload).collect();
            let checksum = seal(seed, &mut frame);
            assert_eq!(back(&Head { checksum, ..head }, &frame), seed);
        }
    }
}
