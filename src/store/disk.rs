//! The seam to the file system: the few calls that the store is built of, so
//! that a test can put a disk in its place that loses what was not synced. What
//! is written is not known here.

pub mod real;

use std::fmt;
use std::io;
use std::path::Path;

/// A file system. Clones are handles of the same one.
///
/// Nothing of what is created, renamed or removed outlives a loss of power for
/// certain before [`Disk::sync_dir`] has returned.
pub trait Disk: Clone + fmt::Debug {
    /// An open file.
    type File: DiskFile;

    /// Makes a folder and all above it that are missing. They are durable when
    /// this returns.
    ///
    /// # Errors
    /// What the system says.
    fn create_dir_all(&self, dir: &Path) -> io::Result<()>;

    /// The names of the files in a folder, in order.
    ///
    /// # Errors
    /// What the system says.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;

    /// Opens a file that is there for reading alone.
    ///
    /// # Errors
    /// What the system says.
    fn open(&self, path: &Path) -> io::Result<Self::File>;

    /// Opens a file that is there for reading and writing.
    ///
    /// # Errors
    /// What the system says.
    fn open_to_write(&self, path: &Path) -> io::Result<Self::File>;

    /// Makes a file that is not there yet, for reading and writing.
    ///
    /// # Errors
    /// What the system says; that the file is there, among others.
    fn create_new(&self, path: &Path) -> io::Result<Self::File>;

    /// Gives a file another name, in the place of what bore it.
    ///
    /// # Errors
    /// What the system says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// What the system says.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes durable which files a folder holds, not what they hold.
    ///
    /// # Errors
    /// What the system says.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
}

/// An open file.
///
/// Nothing of what is written or cut off is durable for certain before
/// [`DiskFile::sync`] has returned, and until then a loss of power may keep any
/// part of it. After a sync that fails, what was written since the one before
/// may be lost though it can still be read, and no later sync brings it back.
pub trait DiskFile: fmt::Debug {
    /// How many bytes the file has.
    ///
    /// # Errors
    /// What the system says.
    fn size(&self) -> io::Result<u64>;

    /// Reads from an offset in bytes, and says how many bytes were read: none
    /// at the end of the file.
    ///
    /// # Errors
    /// What the system says.
    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> io::Result<usize>;

    /// Writes at the end. A part may have been written when this fails.
    ///
    /// # Errors
    /// What the system says.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Writes over what stands at an offset in bytes.
    ///
    /// # Errors
    /// What the system says.
    fn overwrite(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts off all from a length in bytes.
    ///
    /// # Errors
    /// What the system says.
    fn truncate(&mut self, size: u64) -> io::Result<()>;

    /// Makes durable what the file holds.
    ///
    /// # Errors
    /// What the system says.
    fn sync(&mut self) -> io::Result<()>;
}

/// Reads from an offset in bytes until a buffer is full.
///
/// # Errors
/// What the system says, and that the file ends before.
pub fn read_exact_at<F: DiskFile>(file: &mut F, offset: u64, into: &mut [u8]) -> io::Result<()> {
    let (mut offset, mut rest) = (offset, into);
    while !rest.is_empty() {
        let count = file.read_at(offset, rest)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        offset += count as u64;
        rest = rest.get_mut(count..).unwrap_or_default();
    }
    Ok(())
}
