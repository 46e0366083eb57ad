//! The live loop: inputs, timers and results are put into the log in batches,
//! what is asked of the outside is carried out, and answers go back. It runs
//! on one thread; who sends to it runs on others.

mod batch;
mod courier;
mod errand;
mod listen;
mod means;
mod request;
mod results;
pub mod signal;
pub mod watch;

pub use self::means::{Allowed, Means};
pub use self::request::Secrets;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel};
use std::time::{Duration, Instant};

use self::courier::{Courier, Way};
use self::listen::Ear;
use super::clock;
use super::desk::{Ask, Reply};
use super::durable::{Durable, Writing};
use super::keep::{self, Kept};
use super::program::Loaded;
use super::store::{Failure, Store};
use crate::base::{Sources, Timestamp, Uid};
use crate::diagnostic::Findings;
use crate::engine::Migrated;
use crate::engine::message::Outcome;
use crate::store::disk::real::RealDisk;

/// Something that comes to the loop.
pub enum Happening {
    /// Somebody asks, and waits for the answer.
    Ask(Ask, SyncSender<Reply>),
    /// An attempt has ended: of which action, which attempt, what came of it.
    Finished(Uid, u32, Outcome),
    /// The sources have changed: this is what has come of them.
    Program(Box<Loaded>),
    /// The sources have changed, and have mistakes.
    Mistakes(Box<Mistakes>),
    /// The sources cannot be read, and why.
    Unreadable(String),
    /// The process is asked to end.
    Stop,
}

/// Sources with mistakes, and what is wrong with them.
#[derive(Debug)]
pub struct Mistakes {
    /// The texts.
    pub sources: Sources,
    /// What is wrong.
    pub findings: Findings,
}

/// What the loop tells while it runs.
#[derive(Debug)]
pub enum News {
    /// The sources have mistakes: what ran before runs on (V5).
    Mistakes(Box<Mistakes>),
    /// The sources cannot be read, and why: what ran before runs on.
    Unreadable(String),
    /// Another program runs from now on: what has changed, in words, and what
    /// has become of those inside.
    Loaded(Vec<String>, Box<Migrated>),
    /// The program would take something away: what ran before runs on (V5).
    Refused(String),
    /// The program does not go with what is there, and why: what ran before
    /// runs on.
    Unfit(String),
    /// The sources are again those of the program that runs.
    Unchanged,
    /// It is about to end; so many attempts are on their way.
    Stopping(usize),
}

/// How many things are taken into one batch.
const BATCH: usize = 1_024;

/// How long the loop sleeps at most: clocks are set.
const NAP: Duration = Duration::from_secs(1);

/// How long attempts on their way are waited for at the end.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many events are taken between two snapshots.
const SNAPSHOT: u64 = 200_000;

/// The way to a loop.
pub type Door = Sender<Happening>;

/// A loop and the way to it.
pub struct Live {
    durable: Durable<RealDisk>,
    store: Store,
    means: Arc<Means>,
    courier: Courier,
    coming: Receiver<Happening>,
    /// The attempts on their way.
    ways: BTreeSet<Way>,
    /// How many may be on their way at once; it grows after the beginning.
    most: usize,
    grown: Instant,
    /// The snapshot that is being written, and where the last one was begun.
    writing: Option<Writing>,
    snapshot: u64,
    ear: Option<Ear>,
    lock: crate::store::lock::Lock,
}

impl Live {
    /// Prepares a loop on a store, and listens at its socket.
    ///
    /// # Errors
    /// If the socket or the transport cannot be set up.
    pub fn new(kept: Kept, store: Store, means: Means) -> Result<(Self, Door), Failure> {
        let (door, coming) = channel();
        let means = Arc::new(means);
        let courier = Courier::begin(means.clone(), door.clone()).map_err(Failure::Outside)?;
        let ear = Ear::open(&store, door.clone())?;
        let snapshot = kept.durable.position().get();
        let live = Live {
            durable: kept.durable,
            store,
            means,
            courier,
            coming,
            ways: BTreeSet::new(),
            most: 4,
            grown: Instant::now(),
            writing: None,
            snapshot,
            ear: Some(ear),
            lock: kept.lock,
        };
        Ok((live, door))
    }

    /// Runs until it is asked to stop; with `once`, until nothing is due and
    /// nothing on its way.
    ///
    /// # Errors
    /// If the store cannot be written: then nothing more is taken.
    pub fn run(mut self, once: bool, told: &mut dyn FnMut(News)) -> Result<(), Failure> {
        self.catch_up()?;
        loop {
            let Some(first) = self.next(once)? else { break };
            if self.batch(first, told)? {
                break;
            }
        }
        self.end(told)
    }

    /// Fires what came due while the store was closed, and begins what was on
    /// its way (I8, A1).
    fn catch_up(&mut self) -> Result<(), Failure> {
        self.wake()?;
        self.send_out()
    }

    /// The next thing that comes; `None` where there is nothing to do any
    /// more.
    fn next(&mut self, once: bool) -> Result<Option<Option<Happening>>, Failure> {
        let idle = self.ways.is_empty() && self.durable.core().pending().is_empty();
        let due = self.until_due();
        if once && idle && due.is_none_or(|due| !due.is_zero()) {
            return Ok(None);
        }
        match self.coming.recv_timeout(due.unwrap_or(NAP).min(NAP)) {
            Ok(happening) => Ok(Some(Some(happening))),
            Err(RecvTimeoutError::Timeout) => Ok(Some(None)),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
        }
    }

    /// How long it is until the next timer.
    fn until_due(&self) -> Option<Duration> {
        let due = self.durable.core().next_deadline()?;
        let wait = due.duration_since(self.now());
        Some(Duration::try_from(wait).unwrap_or(Duration::ZERO))
    }

    /// The present instant, which never runs back (I7).
    fn now(&self) -> Timestamp {
        let now = clock::now();
        now.max(self.durable.core().state().now())
    }

    /// Ends in order: what is on its way may come back, all is kept.
    fn end(mut self, told: &mut dyn FnMut(News)) -> Result<(), Failure> {
        self.ear = None;
        told(News::Stopping(self.ways.len()));
        let end = Instant::now() + PATIENCE;
        while !self.ways.is_empty() {
            let left = end.saturating_duration_since(Instant::now());
            match self.coming.recv_timeout(left) {
                Ok(Happening::Finished(key, number, outcome)) => {
                    self.finished(vec![(key, number, outcome)])?;
                }
                Ok(Happening::Ask(_, reply)) => {
                    let _ = reply.send(Reply::ending());
                }
                Ok(_) => {}
                Err(_) => break,
            }
        }
        self.courier.stop();
        if let Some(writing) = self.writing.take() {
            // A thread that has panicked has told of it; the log is whole.
            let _ = writing.join();
        }
        keep::close(&mut self.durable)?;
        drop(self.lock);
        Ok(())
    }
}
