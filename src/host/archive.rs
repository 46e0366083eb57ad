//! The archive of the history, filled behind the log by a thread of its own, so
//! that no input waits for it. What is told is decided elsewhere.

mod backlog;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use self::backlog::{Backlog, Leaving};
use super::durable::{History, Securing};
use super::telling::Told;
use crate::store::StoreError;
use crate::store::archive::{Archive, ArchiveReader, Row};
use crate::store::log::Position;

/// How many batches may wait for the thread; then inputs wait.
const WAITING: usize = 1_024;

/// How many rows are put into one transaction, if so many come in time: pages
/// of the index are changed by many of them.
const TRANSACTION: usize = 20_000;

/// How long rows wait for others: pages of the index are written once for many.
const PATIENCE: Duration = Duration::from_millis(200);

/// What the thread is asked for.
enum Work {
    /// To take what was told; it then has everything up to the position.
    Told(Vec<Told>, Position),
    /// To make sure that all survives, and to say so.
    Secure(SyncSender<()>),
}

/// Fills the archive.
#[derive(Debug)]
pub struct Archivist {
    dir: PathBuf,
    through: Position,
    work: Option<SyncSender<Work>>,
    backlog: Arc<Backlog>,
    thread: Option<JoinHandle<()>>,
    failure: Arc<Mutex<Option<StoreError>>>,
}

impl Archivist {
    /// Opens the archive in a folder.
    ///
    /// # Errors
    /// If it cannot be read or written.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let archive = Archive::open(dir)?;
        let through = archive.through().unwrap_or(Position::ORIGIN);
        let failure = Arc::new(Mutex::new(None));
        let (work, coming) = sync_channel(WAITING);
        let noted = failure.clone();
        let backlog = Arc::new(Backlog::default());
        let waiting = Leaving(backlog.clone());
        let thread = thread::spawn(move || {
            if let Err(error) = fill(archive, &coming, &waiting.0) {
                *noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            }
        });
        Ok(Archivist {
            dir: dir.to_owned(),
            through,
            work: Some(work),
            backlog,
            thread: Some(thread),
            failure,
        })
    }
}

/// What was put into words and not into the archive yet.
#[derive(Default)]
struct Gathered {
    rows: Vec<Row>,
    through: Option<Position>,
    since: Option<Instant>,
}

impl Gathered {
    fn add(&mut self, told: &[Told], through: Position) {
        self.rows.extend(told.iter().flat_map(Told::rows));
        self.through = Some(through);
        self.since.get_or_insert_with(Instant::now);
    }

    /// How long it may wait for more.
    fn patience(&self) -> Option<Duration> {
        let since = self.since?;
        Some(PATIENCE.saturating_sub(since.elapsed()))
    }

    fn put(&mut self, archive: &mut Archive) -> Result<(), StoreError> {
        if let Some(through) = self.through.take() {
            archive.append(&self.rows, through)?;
        }
        self.rows.clear();
        self.since = None;
        Ok(())
    }
}

/// Does what is asked until nobody asks any more.
fn fill(
    mut archive: Archive,
    coming: &Receiver<Work>,
    backlog: &Backlog,
) -> Result<(), StoreError> {
    let mut gathered = Gathered::default();
    loop {
        let next = match gathered.patience() {
            Some(patience) => coming.recv_timeout(patience),
            None => coming.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match next {
            Ok(Work::Told(told, through)) => {
                gathered.add(&told, through);
                backlog.done(told.len());
                if gathered.rows.len() >= TRANSACTION {
                    gathered.put(&mut archive)?;
                }
            }
            Ok(Work::Secure(done)) => {
                gathered.put(&mut archive)?;
                archive.sync()?;
                // Who asked may have gone.
                let _ = done.send(());
            }
            Err(RecvTimeoutError::Timeout) => gathered.put(&mut archive)?,
            Err(RecvTimeoutError::Disconnected) => {
                gathered.put(&mut archive)?;
                return archive.sync();
            }
        }
    }
}

impl History for Archivist {
    fn through(&self) -> Position {
        self.through
    }

    fn take(&mut self, told: Vec<Told>, through: Position) -> Result<(), StoreError> {
        self.backlog.add(told.len());
        let work = Work::Told(told, through);
        match self.work.as_ref().map(|thread| thread.send(work)) {
            Some(Ok(())) => Ok(()),
            // The thread has gone: it says why, once.
            _ => taken(&self.failure).map_or(Ok(()), Err),
        }
    }

    fn secure(&mut self) -> Result<(), StoreError> {
        self.securing()()
    }

    fn read(&mut self, take: &mut dyn FnMut(&Row)) -> Result<(), StoreError> {
        self.secure()?;
        for row in ArchiveReader::open(&self.dir)?.all() {
            take(&row?);
        }
        Ok(())
    }

    fn securing(&self) -> Securing {
        let (work, failure) = (self.work.clone(), self.failure.clone());
        Box::new(move || {
            let (done, answer) = sync_channel(1);
            let asked = work.map(|thread| thread.send(Work::Secure(done)));
            match asked {
                Some(Ok(())) if answer.recv().is_ok() => Ok(()),
                _ => taken(&failure).map_or(Ok(()), Err),
            }
        })
    }
}

/// Why the thread has gone, once.
fn taken(failure: &Mutex<Option<StoreError>>) -> Option<StoreError> {
    let mut failure = failure.lock().unwrap_or_else(PoisonError::into_inner);
    failure.take()
}

impl Drop for Archivist {
    /// What was taken is put in before the process goes on.
    fn drop(&mut self) {
        self.work = None;
        if let Some(thread) = self.thread.take() {
            // A thread that has panicked has told of it.
            let _ = thread.join();
        }
    }
}
