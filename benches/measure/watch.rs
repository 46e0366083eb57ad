//! The time that a measurement takes: that of the processor, as others may use
//! the machine too.

use std::time::{Duration, Instant};

/// Measures the time that the first thread of this process has the processor
/// for. Where the system does not tell, it is all time.
pub(crate) struct Watch {
    on: Option<u64>,
    at: Instant,
}

impl Watch {
    pub(crate) fn begin() -> Self {
        Watch {
            on: on_processor(),
            at: Instant::now(),
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        match (self.on, on_processor()) {
            (Some(begin), Some(end)) => Duration::from_nanos(end.saturating_sub(begin)),
            _ => self.at.elapsed(),
        }
    }
}

/// How long the first thread of this process has had the processor, in
/// nanoseconds.
fn on_processor() -> Option<u64> {
    // What is told is of the last time that it was given away.
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok()
}
