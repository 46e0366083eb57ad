//! Hours of a week, closed days and zones: what a calendar holds. It does not
//! work out when a moment is inside.

use crate::base::{Date, Name, Time, TimeZone, YearlyDate};

/// The head of a calendar.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// Its name.
    pub name: Name,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
}

/// When a calendar is open, and when it is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hours {
    /// When it is open.
    pub open: Vec<Opening>,
    /// Days on which it is not.
    pub closed: Vec<Closed>,
    /// Its zone; `None` is the project's.
    pub zone: Option<Zone>,
}

/// A stretch of time on some days of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The days on which it begins, 0 is Monday.
    pub days: Vec<u8>,
    /// Its start, which belongs to it.
    pub from: Time,
    /// Its end, which does not; `None` is midnight. Where it is before the
    /// start, it is on the next day.
    pub to: Option<Time>,
}

impl Opening {
    /// How many seconds it lasts, where every hour has 60 minutes.
    #[must_use]
    pub fn seconds(&self) -> i64 {
        let (from, to) = (second_of(self.from), self.to.map_or(DAY, second_of));
        if to > from {
            to - from
        } else {
            DAY + to - from
        }
    }

    /// Its starts and ends in seconds from the beginning of Monday. One that
    /// goes on after Sunday ends after the week does.
    pub fn stretches(&self) -> impl Iterator<Item = (i64, i64)> {
        let (from, length) = (second_of(self.from), self.seconds());
        self.days.iter().map(move |day| {
            let start = i64::from(*day) * DAY + from;
            (start, start + length)
        })
    }
}

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Seconds of a week.
pub const WEEK: i64 = 7 * DAY;

fn second_of(time: Time) -> i64 {
    i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second())
}

/// Days on which a calendar is closed, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// Once.
    Dates(Date, Date),
    /// Every year; may go on after the end of the year.
    Yearly(YearlyDate, YearlyDate),
}

/// A zone with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// Its IANA name.
    pub name: Box<str>,
    /// What it does.
    pub zone: TimeZone,
}
