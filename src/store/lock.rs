//! The lock of a store: one process at a time owns it. What the store holds is
//! not known here.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::Path;
use std::process;

use super::error::{StoreError, failed};

/// What the file of the lock is called.
const NAME: &str = "lock";

/// A store that is owned, until this is dropped or the process ends.
///
/// The system gives the lock back when the process ends, in whatever way, so
/// what a dead process leaves behind is no obstacle. The file stays: were it
/// removed, one process could lock the old file and another one the new.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// Takes the store in a folder that is there. `since` is the present time
    /// as the next one to ask is to read it.
    ///
    /// # Errors
    /// If another process owns the store, or the system does not let the file
    /// be written.
    pub fn take(dir: &Path, since: &str) -> Result<Self, StoreError> {
        let path = dir.join(NAME);
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(&path).map_err(failed(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(dir, &path)),
            Err(TryLockError::Error(error)) => return Err(failed(&path)(error)),
        }
        sign(&mut file, since).map_err(failed(&path))?;
        Ok(Lock { file })
    }
}

impl Drop for Lock {
    /// The name goes first, so that nobody reads that of a process that is gone
    /// while the next one signs.
    fn drop(&mut self) {
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

/// Writes down who owns the store. This is for people to read: the lock holds
/// without it.
fn sign(file: &mut File, since: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.write_all(format!("{} {since}\n", process::id()).as_bytes())
}

fn held(dir: &Path, path: &Path) -> StoreError {
    let text = fs::read_to_string(path).unwrap_or_default();
    let (pid, since) = match text.trim().split_once(' ') {
        Some((pid, since)) => (pid, Some(since.to_owned())),
        None => (text.trim(), None),
    };
    StoreError::Held {
        dir: dir.to_owned(),
        pid: pid.parse().ok(),
        since,
    }
}
