//! Measurements of a store at work: a generated program, a seeded load, and
//! what it costs to take it in durably. What is printed of it, and what other
//! stores do beside it, is not known here.

mod burst;
mod import;
mod load;
mod pause;
mod plain;
mod table;

pub use self::burst::{BATCH, Burst, burst};
pub use self::import::{import, sheet};
pub use self::load::{Change, Draw, Draws, Load, grow};
pub use self::pause::{Pause, pause};
pub use self::plain::{frozen, plain};
pub use self::table::{head, line};

use std::fmt;
use std::fs;
use std::path::Path;

use super::durable::Durable;
use super::store::Failure;
use crate::base::Timestamp;
use crate::engine::Event;
use crate::store::StoreError;
use crate::store::disk::real::RealDisk;

/// Why a measurement has come to nothing.
#[derive(Debug)]
pub enum Broken {
    /// The store does not go on.
    Store(Failure),
    /// Something has come of the load that should not.
    Load(String),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::Store(failure) => failure.fmt(f),
            Broken::Load(why) => write!(f, "the load went wrong: {why}"),
        }
    }
}

impl std::error::Error for Broken {}

impl From<Failure> for Broken {
    fn from(failure: Failure) -> Self {
        Broken::Store(failure)
    }
}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Broken::Store(error.into())
    }
}

/// Takes events at the present instant, as the live loop does.
fn take(durable: &mut Durable<RealDisk>, events: Vec<Event>) -> Result<(), Broken> {
    let now = now(durable);
    let events = events.into_iter().map(|event| (now, event)).collect();
    for taken in durable.accept(events)? {
        taken?;
    }
    Ok(())
}

/// The present instant, which never runs back (I7).
fn now(durable: &Durable<RealDisk>) -> Timestamp {
    let now = Timestamp::now();
    let now = Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now);
    now.max(durable.core().state().now())
}

/// How many bytes the files of a folder have, those below it too.
#[must_use]
pub fn bytes(dir: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(dir) else {
        return fs::metadata(dir).map_or(0, |file| file.len());
    };
    let entries = entries.flatten();
    entries.map(|entry| bytes(&entry.path())).sum()
}
