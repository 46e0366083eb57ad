//! The lock of a store: one run at a time writes into it. What is written is
//! not known here.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process;

use super::{Failure, failure};

/// How often a lock is tried for that goes away while it is taken.
const PATIENCE: usize = 10;

/// A store that is taken, until this is dropped or the process ends.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    /// Takes the lock of a folder.
    pub(super) fn take(dir: &Path) -> Result<Self, Failure> {
        let path = dir.join("lock");
        for _ in 0..PATIENCE {
            let lock = Lock::attempt(dir, &path)?;
            if lock.stands() {
                return Ok(lock);
            }
        }
        Err(busy(dir, &path))
    }

    fn attempt(dir: &Path, path: &Path) -> Result<Self, Failure> {
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false);
        let mut file = options.open(path).map_err(failure(path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(busy(dir, path)),
            Err(TryLockError::Error(error)) => return Err(failure(path)(error)),
        }
        let number = process::id().to_string();
        file.set_len(0)
            .and_then(|()| file.write_all(number.as_bytes()))
            .map_err(failure(path))?;
        let path = path.to_owned();
        Ok(Lock { path, file })
    }

    /// Whether the file that is locked is still the one of that name: the run
    /// before removes it when it ends. A system that lets nobody read what is
    /// locked lets nobody remove it either.
    fn stands(&self) -> bool {
        match fs::read_to_string(&self.path) {
            Ok(text) => text == process::id().to_string(),
            Err(error) => error.kind() != ErrorKind::NotFound,
        }
    }
}

impl Drop for Lock {
    /// The file goes away first, so that nobody finds one that is not locked.
    fn drop(&mut self) {
        if self.stands() {
            let _ = fs::remove_file(&self.path);
        }
        let _ = self.file.unlock();
    }
}

fn busy(dir: &Path, path: &Path) -> Failure {
    let text = fs::read_to_string(path).ok();
    Failure::Busy {
        dir: dir.to_owned(),
        process: text.and_then(|text| text.trim().parse().ok()),
    }
}
