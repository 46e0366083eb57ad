//! The rule by which the end of a log is judged: was it cut short by a crash,
//! or is something damaged that had been safe? What is done then is not known
//! here.
//!
//! A batch is written only after the one before it has been synced, and each
//! frame says at which position its batch begins. So if a frame is missing at a
//! position and after it there is a whole frame whose batch begins later than
//! that, then what is missing had been synced: the log is damaged. If there is
//! none, then all that follows is of a batch that may never have been synced:
//! the tail is torn, and nothing in it was acknowledged, unless the disk lost it
//! since, which nobody can tell.

use std::io;

use super::reader::{Flaw, Reader};
use crate::store::disk::DiskFile;

/// What the frames of the last segment end with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail {
    /// What a crash may leave behind.
    Torn,
    /// What no crash leaves behind.
    Damaged,
}

/// Judges what follows from the flaw in the last segment that the reader stands
/// before. The reader goes on in doing so.
pub(super) fn judge<F: DiskFile>(reader: &mut Reader<F>, flaw: Flaw) -> io::Result<Tail> {
    if flaw.certain {
        return Ok(Tail::Damaged);
    }
    // INVARIANT: when a frame was written, all before its batch had been synced.
    let missing = reader.expected().get();
    let proof = reader.find(|head| head.batch > missing && head.batch <= head.position)?;
    Ok(match proof {
        Some(_) => Tail::Damaged,
        None => Tail::Torn,
    })
}
