//! The clock of the machine, as the log holds it.

use crate::base::Timestamp;

/// The present instant in whole microseconds: what is finer is not kept, and
/// would decide otherwise when the log is read again.
#[must_use]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}
