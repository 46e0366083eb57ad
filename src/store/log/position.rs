//! Where a frame stands in the log. What a frame holds is not known here.

use std::fmt;

/// The number of a frame: the first has 1, each the next one. It never changes
/// and is never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position(u64);

impl Position {
    /// Before the first frame.
    pub const ORIGIN: Position = Position(0);
    /// That of the first frame of all.
    pub const FIRST: Position = Position(1);

    /// The position of a number.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Position(number)
    }

    /// Its number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The one after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Position(self.0.saturating_add(1))
    }

    /// The one before it; that of the origin is the origin.
    #[must_use]
    pub const fn before(self) -> Self {
        Position(self.0.saturating_sub(1))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
