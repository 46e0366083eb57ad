//! How a log is opened: the chain of its segments is checked, a torn tail is
//! cut, and what the last run may have left unsynced is made durable. The middle
//! of the segments is not read here; who reads the frames finds what is damaged
//! there.

use std::io;

use super::header::{Header, Identity, Previous};
use super::position::Position;
use super::reader::{Flaw, Reader, Step};
use super::segment::{Folder, Segment};
use super::tail::{Tail, judge};
use super::{Cut, Options};
use crate::store::disk::{Disk, DiskFile, read_exact_at};
use crate::store::error::{StoreError, failed};

/// A log that can be written to.
pub(super) struct Recovered<F> {
    /// The first positions of all segments, in order.
    pub(super) segments: Vec<Position>,
    /// The last of them.
    pub(super) active: Segment<F>,
    /// The position of the frame that comes next.
    pub(super) next: Position,
    /// What was cut off.
    pub(super) cut: Option<Cut>,
}

/// Opens the log in a folder, or begins it.
pub(super) fn recover<D: Disk>(
    folder: &Folder<D>,
    options: &Options,
) -> Result<Recovered<D::File>, StoreError> {
    let made = folder.disk.create_dir_all(&folder.dir);
    made.map_err(failed(&folder.dir))?;
    let segments = folder.segments()?;
    folder.sync()?;
    let Some(last) = segments.last() else {
        return begin(folder, options.identity);
    };
    check_chain(folder, &segments)?;
    let mut recovered = finish(folder, *last)?;
    recovered.segments = segments;
    raise_epoch(folder, options.identity.epoch, &mut recovered)?;
    Ok(recovered)
}

fn begin<D: Disk>(
    folder: &Folder<D>,
    identity: Identity,
) -> Result<Recovered<D::File>, StoreError> {
    let active = folder.create(Header {
        identity,
        first: Position::FIRST,
        previous: Previous::default(),
    })?;
    Ok(Recovered {
        segments: vec![Position::FIRST],
        active,
        next: Position::FIRST,
        cut: None,
    })
}

/// Whether no segment is missing, shortened or that of another store, as far
/// as their headers tell.
pub(super) fn check_chain<D: Disk>(
    folder: &Folder<D>,
    segments: &[Position],
) -> Result<(), StoreError> {
    let mut before: Option<(Header, u64)> = None;
    for first in segments {
        let segment = folder.open(*first)?;
        let wrong = before.and_then(|(header, bytes)| unlinked(&header, bytes, &segment.header));
        if let Some(what) = wrong {
            return Err(StoreError::BrokenMiddle {
                segment: segment.path,
                offset: 0,
                position: first.get(),
                what,
            });
        }
        before = Some((segment.header, segment.size));
    }
    Ok(())
}

/// What is wrong between two segments, the first of which has so many bytes.
fn unlinked(before: &Header, bytes: u64, header: &Header) -> Option<&'static str> {
    if header.identity.store != before.identity.store {
        return Some("the segment is that of another store");
    }
    if header.identity.epoch < before.identity.epoch {
        return Some("the segment is that of an earlier copy of the store");
    }
    if header.previous.first != before.first {
        return Some("the segment before is missing");
    }
    (header.previous.bytes != bytes).then_some("the segment before has another size than it had")
}

/// The last segment up to where its frames end.
struct Scan {
    next: Position,
    /// Where the last batch begins, in bytes; where the frames end, if there is none.
    last_batch: u64,
    /// Where the frames end, in bytes.
    end: u64,
}

/// Opens the last segment for writing. Nothing is changed before it is clear
/// that it may be.
fn finish<D: Disk>(folder: &Folder<D>, last: Position) -> Result<Recovered<D::File>, StoreError> {
    let scan = scan(folder, last)?;
    let mut active = folder.open_to_write(last)?;
    let bytes = active.size.saturating_sub(scan.end);
    settle(&mut active, &scan).map_err(failed(&active.path))?;
    let cut = (bytes > 0).then(|| Cut {
        segment: active.path.clone(),
        offset: scan.end,
        bytes,
    });
    Ok(Recovered {
        segments: Vec::new(),
        active,
        next: scan.next,
        cut,
    })
}

fn scan<D: Disk>(folder: &Folder<D>, last: Position) -> Result<Scan, StoreError> {
    let segment = folder.open(last)?;
    let path = segment.path.clone();
    let mut reader = Reader::new(segment);
    let (scan, flaw) = frames(&mut reader).map_err(failed(&path))?;
    if let Some(flaw) = flaw {
        let error = reader.damage(&path, flaw);
        if judge(&mut reader, flaw).map_err(failed(&path))? == Tail::Damaged {
            return Err(error);
        }
    }
    Ok(scan)
}

/// Reads to the end of the frames, and says why it is not that of the file.
fn frames<F: DiskFile>(reader: &mut Reader<F>) -> io::Result<(Scan, Option<Flaw>)> {
    let mut last_batch = (None, reader.offset());
    loop {
        let at = reader.offset();
        let flaw = match reader.step()? {
            Step::Frame { batch } if last_batch.0 == Some(batch) => continue,
            Step::Frame { batch } => {
                last_batch = (Some(batch), at);
                continue;
            }
            Step::End => None,
            Step::Flaw(flaw) => Some(flaw),
        };
        let scan = Scan {
            next: reader.expected(),
            last_batch: last_batch.1,
            end: at,
        };
        return Ok((scan, flaw));
    }
}

/// Cuts off what follows the frames, and makes them durable.
///
/// The last batch is written again over itself: if the sync of the last run
/// failed, the system may show what it holds though the disk does not, and
/// would sync it no more. All before it had been synced.
fn settle<F: DiskFile>(active: &mut Segment<F>, scan: &Scan) -> io::Result<()> {
    if active.size > scan.end {
        active.file.truncate(scan.end)?;
        active.size = scan.end;
    }
    let mut batch = vec![0; scan.end.saturating_sub(scan.last_batch) as usize];
    read_exact_at(&mut active.file, scan.last_batch, &mut batch)?;
    active.file.overwrite(scan.last_batch, &batch)?;
    active.file.sync()
}

/// Begins a new segment where the store has become another copy since.
fn raise_epoch<D: Disk>(
    folder: &Folder<D>,
    epoch: u64,
    recovered: &mut Recovered<D::File>,
) -> Result<(), StoreError> {
    let active = &recovered.active;
    if active.header.identity.epoch >= epoch {
        return Ok(());
    }
    let mut header = active.header;
    header.identity.epoch = epoch;
    if active.has_frames() {
        header.first = recovered.next;
        header.previous = active.as_previous();
        recovered.segments.push(recovered.next);
    }
    recovered.active = folder.create(header)?;
    Ok(())
}
