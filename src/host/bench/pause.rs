//! How long a snapshot holds up what comes.

use std::time::{Duration, Instant};

use super::burst::end;
use super::load::{Draws, Load};
use super::{Broken, take};
use crate::host::durable::{Durable, Writing};
use crate::store::disk::real::RealDisk;

/// How many inputs come together.
const TOGETHER: usize = 100;

/// How many batches are taken before the snapshot, to compare with.
const BEFORE: usize = 200;

/// What a snapshot has cost.
#[derive(Debug, Default)]
pub struct Pause {
    /// How long the call took that begins it.
    pub call: Duration,
    /// The slowest batch of a hundred inputs without a snapshot.
    pub before: Duration,
    /// The slowest one while it was written.
    pub during: Duration,
    /// The median of each.
    pub medians: (Duration, Duration),
    /// How long it took to be written.
    pub written: Duration,
}

/// Takes a snapshot while inputs come.
///
/// # Errors
/// If the store does not go on.
pub fn pause(
    durable: &mut Durable<RealDisk>,
    load: &Load,
    mut draws: Draws,
) -> Result<Pause, Broken> {
    let mut batch = |durable: &mut Durable<RealDisk>| {
        let draws = draws.by_ref().take(TOGETHER);
        let events = draws.map(|draw| load.event(draw)).collect();
        let begun = Instant::now();
        take(durable, events)?;
        Ok::<Duration, Broken>(begun.elapsed())
    };
    let mut before = Vec::with_capacity(BEFORE);
    for _ in 0..BEFORE {
        before.push(batch(durable)?);
    }
    let begun = Instant::now();
    let writing = durable.snapshot()?;
    let call = begun.elapsed();
    let mut during = Vec::new();
    while writing
        .as_ref()
        .is_some_and(|writing| !Writing::is_finished(writing))
    {
        during.push(batch(durable)?);
    }
    let written = begun.elapsed();
    end(writing)?;
    before.sort_unstable();
    during.sort_unstable();
    let last = |times: &[Duration]| times.last().copied().unwrap_or_default();
    let median = |times: &[Duration]| times.get(times.len() / 2).copied().unwrap_or_default();
    Ok(Pause {
        call,
        before: last(&before),
        during: last(&during),
        medians: (median(&before), median(&during)),
        written,
    })
}
