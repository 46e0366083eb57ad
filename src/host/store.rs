//! The folder that a run leaves behind: history, records, rejects and the
//! outbox. Each file is whole or not there. What stands in them is not known
//! here.

mod lock;

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

pub use self::lock::Lock;
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
pub enum Failure {
    /// The system does not let it be.
    Write {
        /// What.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another run has the lock.
    Busy {
        /// The folder of the store.
        dir: PathBuf,
        /// The number of the process, where it says so.
        process: Option<u32>,
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
            Failure::Busy { dir, process } => {
                let process = process.map(|number| format!(" (process {number})"));
                let process = process.unwrap_or_default();
                let dir = dir.display();
                write!(f, "another run{process} is writing to `{dir}`")
            }
        }
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

    /// Where a run carries its actions out into until it is over.
    #[must_use]
    pub fn unfinished_outbox(&self) -> Outbox {
        Outbox {
            dir: self.dir.join("outbox.part"),
        }
    }

    /// Where the outbox of the run before stands while the new one takes its
    /// place.
    fn former_outbox(&self) -> Outbox {
        Outbox {
            dir: self.dir.join("outbox.old.part"),
        }
    }

    /// Takes the store for a run that writes, and removes what an interrupted
    /// run has left unfinished.
    ///
    /// # Errors
    /// If another run has it, or the system does not let it be written.
    pub fn lock(&self) -> Result<Lock, Failure> {
        if fs::metadata(&self.dir).is_ok_and(|found| !found.is_dir()) {
            return Err(failure(&self.dir)(ErrorKind::NotADirectory.into()));
        }
        fs::create_dir_all(&self.dir).map_err(failure(&self.dir))?;
        let lock = Lock::take(&self.dir)?;
        for dir in [self.outbox().dir, self.unfinished_outbox().dir] {
            if dir.exists() && !dir.is_dir() {
                return Err(failure(&dir)(ErrorKind::NotADirectory.into()));
            }
        }
        self.recover()?;
        Ok(lock)
    }

    /// Removes what an interrupted run has left unfinished.
    fn recover(&self) -> Result<(), Failure> {
        for path in [self.history(), self.records()] {
            let part = unfinished(&path);
            remove(&part).map_err(failure(&part))?;
        }
        let part = self.unfinished_outbox();
        part.clear().map_err(failure(&part.dir))?;
        let (outbox, former) = (self.outbox(), self.former_outbox());
        if !former.dir.exists() {
            return Ok(());
        }
        if outbox.dir.exists() {
            return self.forget_former();
        }
        fs::rename(&former.dir, &outbox.dir).map_err(failure(&outbox.dir))
    }

    /// Puts the outbox of this run in the place of the one before. What others
    /// have put there stays.
    ///
    /// # Errors
    /// If the system does not let it be written.
    pub fn swap_outbox(&self) -> Result<(), Failure> {
        let (outbox, former) = (self.outbox(), self.former_outbox());
        let part = self.unfinished_outbox();
        if outbox.dir.exists() {
            fs::rename(&outbox.dir, &former.dir).map_err(failure(&outbox.dir))?;
        }
        if part.dir.exists() {
            fs::rename(&part.dir, &outbox.dir).map_err(failure(&outbox.dir))?;
        }
        if former.dir.exists() {
            self.forget_former()?;
        }
        Ok(())
    }

    /// Removes the outbox of the run before, but for what is not of a run.
    fn forget_former(&self) -> Result<(), Failure> {
        let (outbox, former) = (self.outbox(), self.former_outbox());
        former
            .hand_over(&outbox)
            .and_then(|()| former.clear())
            .map_err(failure(&outbox.dir))
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

/// Removes a file, if there is one.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => done,
    }
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

    /// Brings all of it to the disk, so that little is left that can fail.
    ///
    /// # Errors
    /// If the system does not let it be written.
    pub fn settle(&mut self) -> Result<(), Failure> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        file.flush()
            .and_then(|()| file.get_ref().sync_all())
            .map_err(failure(&self.path))
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
