//! The files of the log: their names, how one comes into being and how one is
//! opened. What stands in them after the header is not known here.
//!
//! A file is named by the position of its first frame. It gets this name when
//! its header is durable, so a crash leaves no segment with half a header, and
//! one that has half a header is damaged.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::NOTE;
use super::header::{self, Header, Previous, Reading};
use super::position::Position;
use crate::store::disk::{Disk, DiskFile, read_exact_at};
use crate::store::error::{StoreError, failed};

/// How many digits a name has: those of the largest position.
const DIGITS: usize = 20;

const ENDING: &str = ".log";

/// What the next segment is called while it is made.
const UNFINISHED: &str = "next.part";

/// As much of a file as is read for its header; that of a later format may be
/// longer than ours.
const HEADER_ROOM: u64 = 4096;

/// The folder of a log.
#[derive(Debug, Clone)]
pub(super) struct Folder<D> {
    pub(super) disk: D,
    pub(super) dir: PathBuf,
}

/// An open segment.
#[derive(Debug)]
pub(super) struct Segment<F> {
    pub(super) path: PathBuf,
    pub(super) file: F,
    pub(super) header: Header,
    /// What the checksums of its frames begin with.
    pub(super) seed: u32,
    /// How many bytes it has.
    pub(super) size: u64,
}

impl<F> Segment<F> {
    /// Whether it holds anything after its header.
    pub(super) fn has_frames(&self) -> bool {
        self.size > header::HEADER_BYTES as u64
    }

    /// What the segment after it says of it.
    pub(super) fn as_previous(&self) -> Previous {
        Previous {
            first: self.header.first,
            bytes: self.size,
        }
    }
}

impl<D: Disk> Folder<D> {
    /// Where the segment is that begins at a position.
    pub(super) fn path(&self, first: Position) -> PathBuf {
        self.dir.join(format!("{:0DIGITS$}{ENDING}", first.get()))
    }

    /// The first positions of all segments, in order. Files with other names
    /// are none of ours.
    pub(super) fn segments(&self) -> Result<Vec<Position>, StoreError> {
        let names = self.disk.list(&self.dir).map_err(failed(&self.dir))?;
        let mut found: Vec<Position> = names.iter().filter_map(|name| first_of(name)).collect();
        found.sort_unstable();
        Ok(found)
    }

    /// The same; none where there is no folder.
    pub(super) fn listed(&self) -> Result<Vec<Position>, StoreError> {
        match self.segments() {
            Err(StoreError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
                Ok(Vec::new())
            }
            segments => segments,
        }
    }

    /// Refuses a log whose repair was interrupted.
    pub(super) fn mended(&self) -> Result<(), StoreError> {
        let note = self.dir.join(NOTE);
        match self.disk.open(&note) {
            Ok(_) => Err(StoreError::Mending {
                dir: self.dir.clone(),
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(failed(&note)(error)),
        }
    }

    /// Makes a segment, which is durable when this returns. One without a frame
    /// that has its name is replaced.
    pub(super) fn create(&self, header: Header) -> Result<Segment<D::File>, StoreError> {
        let path = self.path(header.first);
        let unfinished = self.dir.join(UNFINISHED);
        let mut file = self.fresh(&unfinished).map_err(failed(&unfinished))?;
        let (frame, seed) = header.to_frame();
        file.append(&frame)
            .and_then(|()| file.sync())
            .and_then(|()| self.disk.rename(&unfinished, &path))
            .map_err(failed(&path))?;
        self.sync()?;
        let size = frame.len() as u64;
        Ok(Segment {
            path,
            file,
            header,
            seed,
            size,
        })
    }

    /// An empty file, in the place of what a crash may have left.
    fn fresh(&self, path: &Path) -> io::Result<D::File> {
        match self.disk.create_new(path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                self.disk.remove(path)?;
                self.disk.create_new(path)
            }
            done => done,
        }
    }

    /// Makes durable which segments there are.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        self.disk.sync_dir(&self.dir).map_err(failed(&self.dir))
    }

    /// Opens a segment for reading.
    pub(super) fn open(&self, first: Position) -> Result<Segment<D::File>, StoreError> {
        let path = self.path(first);
        let file = self.disk.open(&path).map_err(failed(&path))?;
        opened(path, file, first)
    }

    /// Opens a segment for reading and writing.
    pub(super) fn open_to_write(&self, first: Position) -> Result<Segment<D::File>, StoreError> {
        let path = self.path(first);
        let file = self.disk.open_to_write(&path).map_err(failed(&path))?;
        opened(path, file, first)
    }
}

fn opened<F: DiskFile>(
    path: PathBuf,
    mut file: F,
    first: Position,
) -> Result<Segment<F>, StoreError> {
    let (size, head) = head_of(&mut file).map_err(failed(&path))?;
    match header::read(&head) {
        Reading::Whole { header, seed } if header.first == first => Ok(Segment {
            path,
            file,
            header,
            seed,
            size,
        }),
        Reading::Whole { .. } => Err(no_header(path, first, "its name is another one's")),
        Reading::Newer(found) => Err(StoreError::Newer {
            path,
            found,
            known: header::VERSION,
        }),
        Reading::Broken => Err(no_header(path, first, "its header is damaged")),
    }
}

fn head_of<F: DiskFile>(file: &mut F) -> io::Result<(u64, Vec<u8>)> {
    let size = file.size()?;
    let mut head = vec![0; size.min(HEADER_ROOM) as usize];
    read_exact_at(file, 0, &mut head)?;
    Ok((size, head))
}

fn no_header(segment: PathBuf, first: Position, what: &'static str) -> StoreError {
    StoreError::BrokenMiddle {
        segment,
        offset: 0,
        position: first.get(),
        what,
    }
}

/// The first position that a file name speaks of, if it is that of a segment.
fn first_of(name: &str) -> Option<Position> {
    let digits = name.strip_suffix(ENDING)?;
    if digits.len() != DIGITS || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let number = digits.parse().ok().filter(|number| *number > 0)?;
    Some(Position::new(number))
}

#[cfg(test)]
mod tests {
    use super::{Position, first_of};

    #[test]
    fn only_a_segment_is_named_like_one() {
        let name = "00000000000000000042.log";
        assert_eq!(first_of(name), Some(Position::new(42)));
        for other in [
            "00000000000000000000.log",
            "0000000000000000042.log",
            "000000000000000000042.log",
            "+0000000000000000042.log",
            "00000000000000000042.log.bak",
            "99999999999999999999.log",
            "next.part",
        ] {
            assert_eq!(first_of(other), None, "{other}");
        }
    }
}
