//! The programs that were ever loaded, each under the hash of its texts. What
//! stands in them is not known here.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::disk::{Disk, DiskFile, read_exact_at};
use super::error::{StoreError, failed};

/// What the files end in.
const ENDING: &str = ".program";

/// The programs of a store.
#[derive(Debug, Clone)]
pub struct Programs<D> {
    disk: D,
    dir: PathBuf,
    /// One that is known though it is not there.
    spare: Option<(String, Vec<u8>)>,
}

impl<D: Disk> Programs<D> {
    /// Those in a folder.
    pub fn new(disk: D, dir: &Path) -> Self {
        let dir = dir.to_owned();
        Programs {
            disk,
            dir,
            spare: None,
        }
    }

    /// The same, with one more that is not on the disk.
    #[must_use]
    pub fn with_spare(self, name: &str, bytes: Vec<u8>) -> Self {
        let spare = Some((name.to_owned(), bytes));
        Programs { spare, ..self }
    }

    /// Keeps a program; it is durable when this returns.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        if self.get(name)?.is_some_and(|found| found == bytes) {
            // A run whose last call failed may have left it, for now.
            return self.disk.sync_dir(&self.dir).map_err(failed(&self.dir));
        }
        self.disk
            .create_dir_all(&self.dir)
            .map_err(failed(&self.dir))?;
        let path = self.path(name);
        let part = self.dir.join(format!("{name}{ENDING}.part"));
        // What an interrupted run has left is in the way.
        let _ = self.disk.remove(&part);
        let mut file = self.disk.create_new(&part).map_err(failed(&part))?;
        file.append(bytes)
            .and_then(|()| file.sync())
            .map_err(failed(&part))?;
        self.disk.rename(&part, &path).map_err(failed(&path))?;
        self.disk.sync_dir(&self.dir).map_err(failed(&self.dir))
    }

    /// Reads a program; `None` where there is none of that name.
    ///
    /// # Errors
    /// If it is there and cannot be read.
    pub fn get(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some((_, bytes)) = self.spare.as_ref().filter(|(spare, _)| spare == name) {
            return Ok(Some(bytes.clone()));
        }
        let path = self.path(name);
        let mut file = match self.disk.open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => file.map_err(failed(&path))?,
        };
        let size = file.size().map_err(failed(&path))?;
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(usize::MAX)];
        read_exact_at(&mut file, 0, &mut bytes).map_err(failed(&path))?;
        Ok(Some(bytes))
    }

    /// Where a program is.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}{ENDING}"))
    }
}
