//! A store that this process owns: its lock, its log, its archive. What is done
//! with it is not known here.

use std::path::Path;

use super::archive::Archivist;
use super::durable::{self, Closed, Durable, Opened, Recovered, Site};
use super::program::Loaded;
use super::store::{Failure, Store};
use crate::base::{Timestamp, Uid};
use crate::store::archive;
use crate::store::disk::real::RealDisk;
use crate::store::lock::Lock;
use crate::store::log::Position;

/// A store that this process owns.
pub struct Kept {
    /// The engine and its log.
    pub durable: Durable<RealDisk>,
    /// What was found when it was opened.
    pub recovered: Recovered,
    /// The lock; it is given back when all else is over.
    pub lock: Lock,
}

/// The present second, as the next one to ask for the store reads it.
pub(crate) fn present() -> String {
    let now = Timestamp::now().strftime("%Y-%m-%d %H:%M:%S");
    format!("{now} UTC")
}

impl Kept {
    /// Takes and opens a store. One that is empty begins with `program`, under
    /// an identity, as if it had been loaded at `now`. `root` is the folder of
    /// the project.
    ///
    /// # Errors
    /// If another process has it, or it cannot be read or written.
    pub fn open(
        (store, root): (&Store, &Path),
        program: Option<Loaded>,
        (now, identity): (Timestamp, Uid),
    ) -> Result<Self, Failure> {
        let lock = store.lock(&present())?;
        let dir = store.history();
        let history = Closed {
            through: archive::at_least(&dir)?.unwrap_or(Position::ORIGIN),
            open: Box::new(|| Ok(Box::new(Archivist::open(&dir)?))),
        };
        let site = Site {
            disk: &RealDisk,
            dir: &store.dir,
            root,
        };
        let Opened { durable, recovered } = durable::open(site, program, (now, identity), history)?;
        Ok(Kept {
            durable,
            recovered,
            lock,
        })
    }

    /// Ends it in order: all is on the disk, with a snapshot at the end.
    ///
    /// # Errors
    /// If something cannot be written.
    pub fn close(mut self) -> Result<(), Failure> {
        close(&mut self.durable)?;
        drop(self.lock);
        Ok(())
    }
}

impl Kept {
    /// Ends it in order, and removes all of the log that no snapshot needs; how
    /// many segments.
    ///
    /// # Errors
    /// If something cannot be written or removed.
    pub fn compact(mut self) -> Result<usize, Failure> {
        self.durable.rest()?;
        let oldest = match self.durable.snapshot()? {
            Some(writing) => writing.join().unwrap_or(Ok(Position::ORIGIN))?,
            None => self.durable.oldest_snapshot()?,
        };
        let removed = self.durable.compact(oldest)?;
        drop(self.lock);
        Ok(removed)
    }
}

/// Brings all to the disk, with a snapshot at the end of the log.
///
/// # Errors
/// If something cannot be written.
pub fn close(durable: &mut Durable<RealDisk>) -> Result<(), Failure> {
    durable.rest()?;
    if let Some(writing) = durable.snapshot()? {
        // A thread that has panicked has told of it; the log is whole.
        let oldest = writing.join().unwrap_or(Ok(Position::ORIGIN))?;
        durable.forget(oldest)?;
    }
    Ok(())
}
