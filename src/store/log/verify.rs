//! All that is wrong with a log, for the operator to read. Nothing is changed on
//! disk, and nothing is mended here.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::frame::Head;
use super::position::Position;
use super::reader::{Flaw, Reader, Step};
use super::rebuilt;
use super::recover::check_chain;
use super::segment::Folder;
use super::tail::{Tail, judge};
use crate::store::disk::{Disk, DiskFile};
use crate::store::error::{StoreError, failed};

/// Something that is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub segment: PathBuf,
    /// Where in the file, in bytes.
    pub offset: u64,
    /// The position that is due there.
    pub position: Position,
    /// The position of the next frame that can be read in the same file.
    pub next: Option<Position>,
    /// What is wrong.
    pub what: String,
    /// Whether this is a torn tail, which is cut when the store is next opened
    /// for writing; anything else has to be mended.
    pub torn: bool,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let segment = self.segment.display();
        let (offset, position) = (self.offset, self.position);
        write!(
            f,
            "`{segment}`, byte {offset}, position {position}: {}",
            self.what
        )?;
        match self.next {
            Some(next) => write!(f, "; goes on with position {next}"),
            None if self.torn => f.write_str("; the next start cuts it off"),
            None => Ok(()),
        }
    }
}

/// Reads all segments in a folder and says what is wrong.
pub(super) fn verify<D: Disk>(folder: &Folder<D>) -> Result<Vec<Problem>, StoreError> {
    let segments = folder.segments()?;
    let mut problems = Vec::new();
    push(&mut problems, check_chain(folder, &segments))?;
    let mut reached = None;
    for (index, first) in segments.iter().enumerate() {
        if reached.is_some_and(|reached| reached != *first) {
            problems.push(missing(folder, *first, reached));
        }
        let last = index + 1 == segments.len();
        reached = segment(folder, *first, last, &mut problems)?;
    }
    Ok(problems)
}

/// Takes in what is wrong, once, unless the system does not let it be looked at.
fn push(problems: &mut Vec<Problem>, outcome: Result<(), StoreError>) -> Result<(), StoreError> {
    let problem = match outcome {
        Err(StoreError::BrokenMiddle {
            segment,
            offset,
            position,
            what,
        }) => Problem {
            segment,
            offset,
            position: Position::new(position),
            next: None,
            what: what.to_owned(),
            torn: false,
        },
        other => return other,
    };
    if !problems.contains(&problem) {
        problems.push(problem);
    }
    Ok(())
}

fn missing<D: Disk>(folder: &Folder<D>, first: Position, due: Option<Position>) -> Problem {
    Problem {
        segment: folder.path(first),
        offset: 0,
        position: due.unwrap_or(first),
        next: Some(first),
        what: "the segment before ends elsewhere".to_owned(),
        torn: false,
    }
}

/// Reads one segment, and says which position comes after it, if that is known.
fn segment<D: Disk>(
    folder: &Folder<D>,
    first: Position,
    last: bool,
    problems: &mut Vec<Problem>,
) -> Result<Option<Position>, StoreError> {
    let segment = match folder.open(first) {
        Ok(segment) => segment,
        Err(error) => {
            push(problems, Err(error))?;
            let Some(segment) = rebuilt::open(folder, first, None)? else {
                return Ok(None);
            };
            // What stands behind the header can be read without it.
            let told = problems.iter_mut();
            let told = told.filter(|problem| problem.segment == segment.path);
            told.for_each(|problem| problem.next = Some(first));
            segment
        }
    };
    let path = segment.path.clone();
    let mut reader = Reader::new(segment);
    loop {
        let flaw = match reader.step().map_err(failed(&path))? {
            Step::Frame { .. } => continue,
            Step::End => return Ok(Some(reader.expected())),
            Step::Flaw(flaw) => flaw,
        };
        push(problems, Err(reader.damage(&path, flaw)))?;
        let found = go_on(&mut reader, flaw, last).map_err(failed(&path))?;
        if let Some(problem) = problems.last_mut() {
            problem.torn = found == Found::Torn;
            problem.next = found.position();
        }
        if found.position().is_none() {
            return Ok(None);
        }
    }
}

/// What follows a flaw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing that counts.
    Torn,
    /// No frame that could be read.
    Nothing,
    /// A frame.
    Frame(Position),
}

impl Found {
    /// That of the frame.
    pub(super) fn position(self) -> Option<Position> {
        match self {
            Found::Frame(position) => Some(position),
            Found::Torn | Found::Nothing => None,
        }
    }
}

/// Goes to the next frame that can be read.
pub(super) fn go_on<F: DiskFile>(
    reader: &mut Reader<F>,
    flaw: Flaw,
    last: bool,
) -> io::Result<Found> {
    let due = reader.expected().get();
    let at = reader.offset();
    if last && judge(reader, flaw)? == Tail::Torn {
        return Ok(Found::Torn);
    }
    reader.return_to(at);
    let later = |head: &Head| head.position > due && head.batch <= head.position;
    let found = reader.find(later)?;
    Ok(found.map_or(Found::Nothing, |head| {
        Found::Frame(Position::new(head.position))
    }))
}
