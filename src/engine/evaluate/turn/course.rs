//! How a value goes on from the present.

use crate::base::Timestamp;

/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000;

/// More than any day or change of clocks makes of a day.
pub(super) const SLACK: i64 = DAY + DAY / 4;

/// What is known of a value from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Course {
    /// Until when; `None`: for ever.
    pub(super) until: Option<Timestamp>,
    /// How it moves until then; `None`: it stays as it is.
    pub(super) moves: Option<Moves>,
}

/// How a value moves: never back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moves {
    /// It becomes less, not more.
    pub(super) falling: bool,
    /// It changes with a new day only.
    pub(super) daily: bool,
    /// How far from the present it is at any time, at least and at most, in
    /// microseconds; of a date all of its day. `None` where it is no moment.
    pub(super) band: Option<(i64, i64)>,
}

impl Course {
    /// It never changes.
    pub(super) const STILL: Course = Course::until(None);

    /// It stays until an instant.
    pub(super) const fn until(until: Option<Timestamp>) -> Self {
        Course { until, moves: None }
    }

    /// The present, so many microseconds away.
    pub(super) fn exactly(distance: i64) -> Self {
        Course::rising(false, Some((distance, distance)))
    }

    /// The present day.
    pub(super) fn today() -> Self {
        Course::rising(true, Some((-SLACK, SLACK)))
    }

    /// A moment that moves on.
    pub(super) fn rising(daily: bool, band: Option<(i64, i64)>) -> Self {
        let moves = Moves {
            falling: false,
            daily,
            band,
        };
        Course {
            until: None,
            moves: Some(moves),
        }
    }

    /// Whether it does not move.
    pub(super) fn is_still(self) -> bool {
        self.moves.is_none()
    }

    /// How far from the present it is, where that never changes.
    pub(super) fn distance(self) -> Option<i64> {
        let (low, high) = self.moves?.band?;
        (low == high).then_some(low)
    }

    /// What is known until an instant too.
    pub(super) fn cut(self, until: Option<Timestamp>) -> Self {
        Course {
            until: earlier(self.until, until),
            ..self
        }
    }

    /// The negative of it.
    pub(super) fn turned(self) -> Self {
        let turned = |moves: Moves| Moves {
            falling: !moves.falling,
            band: None,
            ..moves
        };
        Course {
            moves: self.moves.map(turned),
            ..self
        }
    }

    /// Something that follows it and is no moment near it.
    pub(super) fn loose(self) -> Self {
        let loose = |moves: Moves| Moves {
            band: None,
            ..moves
        };
        Course {
            moves: self.moves.map(loose),
            ..self
        }
    }

    /// Something that follows the day of it.
    pub(super) fn by_day(self) -> Self {
        let daily = self.distance() == Some(0);
        let by_day = |moves: Moves| Moves {
            daily: moves.daily || daily,
            band: None,
            ..moves
        };
        Course {
            moves: self.moves.map(by_day),
            ..self
        }
    }

    /// A moment near it, at least and at most so far from it.
    pub(super) fn away(self, (low, high): (i64, i64)) -> Self {
        let away = |moves: Moves| Moves {
            band: moves
                .band
                .map(|band| (band.0.saturating_add(low), band.1.saturating_add(high))),
            ..moves
        };
        Course {
            moves: self.moves.map(away),
            ..self
        }
    }

    /// What two make together where each of them moves it on: a sum, the
    /// greatest; `None` where they move apart.
    pub(super) fn joined(self, other: Course) -> Option<Course> {
        let moves = match (self.moves, other.moves) {
            (Some(one), Some(other)) if one.falling == other.falling => Some(Moves {
                daily: one.daily && other.daily,
                ..one
            }),
            (Some(_), Some(_)) => return None,
            (one, other) => one.or(other),
        };
        let until = earlier(self.until, other.until);
        Some(Course { until, moves }.loose())
    }
}

/// The earlier of two instants; `None` is never.
pub(super) fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// The later of two instants; `None` is never.
pub(super) fn later(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.zip(other).map(|(one, other)| one.max(other))
}
