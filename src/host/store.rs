//! The folder of a store: where its parts are, the rejects and the outbox.
//! Each of these files is whole or not there. What stands in them, and how
//! the log is written, is not known here.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::durable::Unopened;
use crate::connector::outbox::Outbox;
use crate::store::StoreError;
use crate::store::lock::Lock;

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
pub enum Failure {
    /// The system does not let it be.
    Write {
        /// What.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The store says so.
    Store(StoreError),
    /// The store cannot be continued from.
    Unopened(Unopened),
    /// What carries actions out cannot be set up.
    Outside(String),
    /// The store has taken in another replay.
    OtherReplay,
    /// The store has run its replay on another program.
    OtherProgram,
    /// The process that runs the store cannot be asked.
    Silent {
        /// Its socket.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Write { path, source } if source.kind() == ErrorKind::NotADirectory => {
                let path = path.display();
                write!(f, "cannot write `{path}`: it is a file, not a folder")
            }
            Failure::Write { path, source } => {
                write!(f, "cannot write `{}`: {source}", path.display())
            }
            Failure::Store(error) => error.fmt(f),
            Failure::Unopened(error) => error.fmt(f),
            Failure::Silent { path, why } => write!(
                f,
                "the process that runs the store does not answer at `{}`: {why}",
                path.display()
            ),
            Failure::Outside(why) => write!(f, "actions cannot be carried out: {why}"),
            Failure::OtherProgram => f.write_str(
                "the program is another than the one on which the store has run this replay",
            ),
            Failure::OtherReplay => f.write_str(
                "the store has taken in another replay, or this one as it was before an edit",
            ),
        }
    }
}

impl std::error::Error for Failure {}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Failure::Store(error)
    }
}

impl From<Unopened> for Failure {
    fn from(error: Unopened) -> Self {
        match error {
            Unopened::Store(error) => Failure::Store(error),
            other => Failure::Unopened(other),
        }
    }
}

impl Store {
    /// The archive of the history.
    #[must_use]
    pub fn history(&self) -> PathBuf {
        self.dir.join("history")
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

    /// Takes the store for this process. `since` is the present time in words.
    ///
    /// # Errors
    /// If another process has it, or the system does not let it be written.
    pub fn lock(&self, since: &str) -> Result<Lock, Failure> {
        for dir in [self.dir.clone(), self.outbox().dir] {
            if dir.exists() && !dir.is_dir() {
                return Err(failure(&dir)(ErrorKind::NotADirectory.into()));
            }
        }
        fs::create_dir_all(&self.dir).map_err(failure(&self.dir))?;
        Ok(Lock::take(&self.dir, since)?)
    }

    /// Whether something was ever kept here.
    #[must_use]
    pub fn is_begun(&self) -> bool {
        self.dir.join("log").is_dir()
    }

    /// Removes all that was kept. The outbox keeps what is not of a run.
    ///
    /// # Errors
    /// If the system does not let it be removed.
    pub fn clear(&self) -> Result<(), Failure> {
        // The log goes last: without it nothing else counts.
        let outbox = self.outbox();
        outbox.clear().map_err(failure(&outbox.dir))?;
        for part in ["snapshots", "history", "programs", "seen", "log"] {
            let dir = self.dir.join(part);
            match fs::remove_dir_all(&dir) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                done => done.map_err(failure(&dir))?,
            }
        }
        Ok(())
    }

    /// Removes the rejects of earlier runs: the tables that begin with `head`.
    ///
    /// # Errors
    /// If the system does not let a file be removed.
    pub fn forget_rejects(&self, kept: &[PathBuf], head: &[u8]) -> Result<(), Failure> {
        for path in self.tables()? {
            if !kept.contains(&path) && begins(&path, head).map_err(failure(&path))? {
                fs::remove_file(&path).map_err(failure(&path))?;
            }
        }
        Ok(())
    }

    /// The tables among the rejects, finished or not, in order.
    ///
    /// # Errors
    /// If the system does not let the folder be read.
    fn tables(&self) -> Result<Vec<PathBuf>, Failure> {
        let dir = self.rejects();
        let entries = match fs::read_dir(&dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failure(&dir))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry.map_err(failure(&dir))?.path();
            let name = path.to_string_lossy().into_owned();
            let name = name.strip_suffix(".part").unwrap_or(&name);
            if name.ends_with(".csv") && path.is_file() {
                found.push(path);
            }
        }
        found.sort();
        Ok(found)
    }

    /// Whether a file of the rejects is not of a run.
    ///
    /// # Errors
    /// If the system does not let it be read.
    pub fn is_foreign(&self, path: &Path, head: &[u8]) -> Result<bool, Failure> {
        Ok(path.exists() && !begins(path, head).map_err(failure(path))?)
    }
}

/// Whether a file begins with some bytes.
fn begins(path: &Path, head: &[u8]) -> io::Result<bool> {
    if !path.is_file() {
        return Ok(false);
    }
    let mut start = Vec::new();
    let file = File::open(path)?;
    file.take(head.len() as u64).read_to_end(&mut start)?;
    Ok(start == head)
}

/// What a file is called while it is written.
fn unfinished(path: &Path) -> PathBuf {
    let mut part = path.as_os_str().to_owned();
    part.push(".");
    part.push(UNFINISHED);
    PathBuf::from(part)
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
        let part = unfinished(path);
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
    move |source| Failure::Write {
        path: path.clone(),
        source,
    }
}
