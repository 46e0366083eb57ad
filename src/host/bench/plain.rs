//! What the log is measured against: a plain file that takes the same bytes in
//! the same batches, each synced.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::load::{Draws, Load};
use crate::base::Timestamp;
use crate::engine::frozen::v1::event::Event as Frozen;

/// So many inputs as the log keeps them.
#[must_use]
pub fn frozen(load: &Load, draws: Draws, count: usize) -> Vec<Vec<u8>> {
    let at = Timestamp::UNIX_EPOCH;
    let draws = draws.take(count);
    draws
        .map(|draw| Frozen::freeze(load.prepared(), at, None, &load.event(draw)).bytes())
        .collect()
}

/// Writes inputs in batches, as far as both go; how many, and how long it took.
///
/// # Errors
/// What the system says.
pub fn plain(path: &Path, inputs: &[Vec<u8>], batches: &[usize]) -> io::Result<(usize, Duration)> {
    let mut file = File::create(path)?;
    let begun = Instant::now();
    let (mut rest, mut bytes) = (inputs, Vec::new());
    for size in batches {
        let Some((batch, after)) = rest.split_at_checked(*size) else {
            break;
        };
        bytes.clear();
        for input in batch {
            bytes.extend_from_slice(input);
        }
        file.write_all(&bytes)?;
        file.sync_data()?;
        rest = after;
    }
    Ok((inputs.len() - rest.len(), begun.elapsed()))
}
