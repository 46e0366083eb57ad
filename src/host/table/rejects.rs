//! The rows of one import that did not go in, written as they come. Which these
//! are is decided elsewhere.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use crate::connector::csv::write as write_sheet;
use crate::host::import::Reject;
use crate::host::run::rejects::{file, free};
use crate::host::store::{Failure, Store, Unfinished, failure};

/// The file of the rows that did not go in.
#[derive(Debug)]
pub struct Rejects {
    path: PathBuf,
    headers: Vec<String>,
    file: Option<Unfinished>,
    count: usize,
}

impl Rejects {
    /// That of an import of a name, whose columns have headers.
    ///
    /// # Errors
    /// If the system does not let it be looked for.
    pub fn new(store: &Store, import: &str, headers: Vec<String>) -> Result<Self, Failure> {
        let name = free(store, import, std::iter::empty())?;
        Ok(Rejects {
            path: file(store, &name),
            headers,
            file: None,
            count: 0,
        })
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Adds a row.
    ///
    /// # Errors
    /// If the system does not let it be written.
    pub fn add(&mut self, reject: &Reject) -> Result<(), Failure> {
        self.count += 1;
        let file = match self.file.take() {
            Some(file) => file,
            None => {
                let mut file = Unfinished::create(&self.path)?;
                let head = ["line".to_owned(), "reason".to_owned()];
                let head = head.into_iter().chain(self.headers.iter().cloned());
                file.write(&write_sheet(&[head.collect()]))?;
                file
            }
        };
        let file = self.file.insert(file);
        let head = [reject.number.to_string(), reject.reason.clone()];
        let row = head.into_iter().chain(reject.cells.iter().cloned());
        file.write(&write_sheet(&[row.collect()]))
    }

    /// Puts the file in the place of the one that an earlier run of the import
    /// has left; where it is, if there is one.
    ///
    /// # Errors
    /// If the system does not let it be written.
    pub fn finish(self) -> Result<Option<PathBuf>, Failure> {
        if let Some(file) = self.file {
            file.finish()?;
            return Ok(Some(self.path));
        }
        // By its name it is one of ours, as `free` has found.
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failure(&self.path)(error)),
            _ => Ok(None),
        }
    }
}
