//! The folder that a run leaves behind: history, records, rejects and the
//! outbox. Each file is whole or not there. What stands in them is not known
//! here.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::connector::outbox::Outbox;

/// What a file ends in while it is written.
const UNFINISHED: &str = "part";

/// The folder of a store.
#[derive(Debug, Clone)]
pub struct Store {
    /// The folder. It comes into being with its first file.
    pub dir: PathBuf,
}

/// Why something cannot be read or written.
#[derive(Debug)]
pub struct Failure {
    /// What.
    pub path: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot write `{}`: {}", self.path.display(), self.source)
    }
}

impl std::error::Error for Failure {}

impl Store {
    /// Where the history is.
    #[must_use]
    pub fn history(&self) -> PathBuf {
        self.dir.join("history.jsonl")
    }

    /// Where the records are.
    #[must_use]
    pub fn records(&self) -> PathBuf {
        self.dir.join("records.jsonl")
    }

    /// Where the rejects of imports are.
    #[must_use]
    pub fn rejects(&self) -> PathBuf {
        self.dir.join("rejects")
    }

    /// Where actions are carried out into.
    #[must_use]
    pub fn outbox(&self) -> Outbox {
        Outbox {
            dir: self.dir.join("outbox"),
        }
    }

    /// Writes a file at once.
    ///
    /// # Errors
    /// If the system does not let it be written.
    pub fn put(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        let mut file = Unfinished::create(path)?;
        file.write(bytes)?;
        file.finish()
    }

    /// Removes the rejects of earlier runs.
    ///
    /// # Errors
    /// If the system does not let a file be removed.
    pub fn forget_rejects(&self, kept: &[PathBuf]) -> Result<(), Failure> {
        let dir = self.rejects();
        let entries = match fs::read_dir(&dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(failure(&dir))?,
        };
        for entry in entries {
            let path = entry.map_err(failure(&dir))?.path();
            let ours = path.extension().is_some_and(|ending| ending == "csv");
            if ours && !kept.contains(&path) {
                fs::remove_file(&path).map_err(failure(&path))?;
            }
        }
        Ok(())
    }
}

/// A file that replaces another one when it is finished.
#[derive(Debug)]
pub struct Unfinished {
    path: PathBuf,
    part: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Unfinished {
    /// Begins a file.
    ///
    /// # Errors
    /// If the system does not let it be written.
    pub fn create(path: &Path) -> Result<Self, Failure> {
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir).map_err(failure(dir))?;
        }
        let mut part = path.as_os_str().to_owned();
        part.push(".");
        part.push(UNFINISHED);
        let part = PathBuf::from(part);
        let file = File::create(&part).map_err(failure(path))?;
        Ok(Unfinished {
            path: path.to_owned(),
            part,
            file: Some(BufWriter::new(file)),
        })
    }

    /// Adds to it.
    ///
    /// # Errors
    /// If the system does not let it be written.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        match &mut self.file {
            Some(file) => file.write_all(bytes).map_err(failure(&self.path)),
            None => Ok(()),
        }
    }

    /// Puts it in the place of the one before.
    ///
    /// # Errors
    /// If the system does not let it be written.
    pub fn finish(mut self) -> Result<(), Failure> {
        let Some(file) = self.file.take() else {
            return Ok(());
        };
        let fail = failure(&self.path);
        let written = file.into_inner().map_err(io::IntoInnerError::into_error);
        written
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&self.part, &self.path))
            .map_err(|error| {
                let _ = fs::remove_file(&self.part);
                fail(error)
            })
    }
}

impl Drop for Unfinished {
    /// What was not finished is taken away, if the system lets it.
    fn drop(&mut self) {
        if self.file.take().is_some() {
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// Names the path that an error is about.
pub(super) fn failure(path: &Path) -> impl Fn(io::Error) -> Failure + use<> {
    let path = path.to_owned();
    move |source| Failure {
        path: path.clone(),
        source,
    }
}
