//! When a calendar is open: the stretches of time around a moment, and business
//! time, which passes only inside them or only on working days (W1, D4). What
//! waits for them is not known here.

use super::calendar::{Closed, Opening};
use crate::base::{
    Date, Duration, SignedDuration, Time, TimeZone, Timestamp, Unit, YearlyDate, day_of, instant,
    seconds_of, shift, shift_date, start_of_day,
};

/// The most days that are looked at; what is not open for so long never is.
const DAYS: usize = 40 * 366;

/// The first day of the week that has no business, 0 is Monday.
const SATURDAY: i8 = 5;

/// Hours and closed days in a zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Timetable {
    /// The zone of days and times of day (D1).
    pub zone: TimeZone,
    open: Vec<(Opening, Option<Duration>)>,
    closed: Vec<Closed>,
}

/// Whether something may be done at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opens {
    /// Now.
    Now,
    /// From this moment on, spread over so long a stretch.
    At(Timestamp, Option<Duration>),
    /// Never.
    Never,
}

/// Some time in one piece; its end does not belong to it.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    start: Timestamp,
    end: Timestamp,
    spread: Option<Duration>,
}

impl Timetable {
    /// Monday to Friday, 09:00 to 17:00.
    #[must_use]
    pub fn usual(zone: TimeZone, closed: Vec<Closed>) -> Self {
        let opening = Opening {
            days: vec![0, 1, 2, 3, 4],
            from: Time::constant(9, 0, 0, 0),
            to: Some(Time::constant(17, 0, 0, 0)),
        };
        Timetable::new(zone, vec![(opening, None)], closed)
    }

    /// All days from midnight to midnight, but for some.
    #[must_use]
    pub fn daily(zone: TimeZone, closed: Vec<Closed>) -> Self {
        let opening = Opening {
            days: vec![0, 1, 2, 3, 4, 5, 6],
            from: Time::midnight(),
            to: None,
        };
        Timetable::new(zone, vec![(opening, None)], closed)
    }

    /// These hours, but for some days.
    #[must_use]
    pub fn new(
        zone: TimeZone,
        open: Vec<(Opening, Option<Duration>)>,
        closed: Vec<Closed>,
    ) -> Self {
        Timetable { zone, open, closed }
    }

    /// When it is open, from a moment on, by the wall times of a zone.
    #[must_use]
    pub fn opens(&self, at: Timestamp, zone: &TimeZone) -> Opens {
        let mut stretches = self.from(at, zone);
        match stretches.next() {
            Some(stretch) if stretch.start <= at => Opens::Now,
            Some(stretch) => Opens::At(stretch.start, stretch.spread),
            None => Opens::Never,
        }
    }

    /// A moment moved by an amount of time: by business time as D4 says, by any
    /// other as the calendar of the zone does.
    #[must_use]
    pub fn shift(&self, at: Timestamp, by: Duration, back: bool) -> Option<Timestamp> {
        if !by.business {
            return shift(at, by, back, &self.zone);
        }
        if by.unit < Unit::Day {
            let plain = Duration {
                business: false,
                ..by
            };
            let seconds = seconds_of(plain)?;
            let length = SignedDuration::from_secs(seconds.checked_abs()?);
            return self.pass(at, length, back != (seconds < 0));
        }
        let wall = self.zone.to_datetime(at);
        let day = self.shift_day(wall.date(), by, back)?;
        instant(day.to_datetime(wall.time()), &self.zone)
    }

    /// A day moved by an amount of time; by business days weekends and closed days
    /// do not count, and it never ends on one. `None` for shorter units.
    #[must_use]
    pub fn shift_day(&self, day: Date, by: Duration, back: bool) -> Option<Date> {
        if !by.business {
            return shift_date(day, by, back);
        }
        if by.unit != Unit::Day || by.count.unsigned_abs() > DAYS as u64 {
            return None;
        }
        let back = back != (by.count < 0);
        let next = |day: Date| match back {
            true => day.yesterday().ok(),
            false => day.tomorrow().ok(),
        };
        let (mut day, mut left) = (day, by.count.unsigned_abs());
        for _ in 0..DAYS {
            if left == 0 && self.is_working(day) {
                return Some(day);
            }
            day = next(day)?;
            if self.is_working(day) {
                left = left.saturating_sub(1);
            }
        }
        None
    }

    /// The moment after, or before, which so much time has passed in the hours.
    fn pass(&self, at: Timestamp, length: SignedDuration, back: bool) -> Option<Timestamp> {
        if length.is_zero() {
            return Some(at);
        }
        let mut left = length;
        let mut ends = |from: Timestamp, to: Timestamp| {
            let whole = to.duration_since(from);
            if whole < left {
                left = left.saturating_sub(whole);
                return None;
            }
            match back {
                true => to.checked_sub(left).ok(),
                false => from.checked_add(left).ok(),
            }
        };
        if back {
            let mut before = self.before(at);
            before.find_map(|stretch| ends(stretch.start, stretch.end.min(at)))
        } else {
            let mut after = self.from(at, &self.zone);
            after.find_map(|stretch| ends(stretch.start.max(at), stretch.end))
        }
    }

    /// The stretches that end after a moment, in order.
    fn from<'t>(&'t self, at: Timestamp, zone: &'t TimeZone) -> impl Iterator<Item = Stretch> + 't {
        let today = day_of(at, zone);
        let first = today.yesterday().unwrap_or(today);
        let days = std::iter::successors(Some(first), |day| day.tomorrow().ok());
        let all = days.take(DAYS).flat_map(|day| self.on(day, zone));
        all.filter(move |stretch| stretch.end > at)
    }

    /// The stretches that begin before a moment, the last first.
    fn before(&self, at: Timestamp) -> impl Iterator<Item = Stretch> + '_ {
        let today = day_of(at, &self.zone);
        let days = std::iter::successors(Some(today), |day| day.yesterday().ok());
        let all = days.take(DAYS);
        let all = all.flat_map(|day| self.on(day, &self.zone).into_iter().rev());
        all.filter(move |stretch| stretch.start < at)
    }

    /// The stretches that begin on a day, in order. None begins on a closed day,
    /// and what goes on over midnight ends there before one.
    fn on(&self, day: Date, zone: &TimeZone) -> Vec<Stretch> {
        if self.is_closed(day) {
            return Vec::new();
        }
        let weekday = u8::try_from(day.weekday().to_monday_zero_offset()).unwrap_or_default();
        let open = self.open.iter();
        let open = open.filter(|(opening, _)| opening.days.contains(&weekday));
        let mut all: Vec<Stretch> = open
            .filter_map(|(opening, spread)| {
                Some(Stretch {
                    start: instant(day.to_datetime(opening.from), zone)?,
                    end: self.end(day, opening, zone)?,
                    spread: *spread,
                })
            })
            .filter(|stretch| stretch.start < stretch.end)
            .collect();
        all.sort_by_key(|stretch| stretch.start);
        all
    }

    fn end(&self, day: Date, opening: &Opening, zone: &TimeZone) -> Option<Timestamp> {
        let tomorrow = day.tomorrow().ok()?;
        match opening.to {
            Some(to) if to > opening.from => instant(day.to_datetime(to), zone),
            Some(to) if !self.is_closed(tomorrow) => instant(tomorrow.to_datetime(to), zone),
            _ => start_of_day(tomorrow, zone),
        }
    }

    /// Whether a day is one of business, whatever the hours say.
    fn is_working(&self, day: Date) -> bool {
        day.weekday().to_monday_zero_offset() < SATURDAY && !self.is_closed(day)
    }

    fn is_closed(&self, day: Date) -> bool {
        self.closed.iter().any(|closed| match closed {
            Closed::Dates(first, last) => (*first..=*last).contains(&day),
            Closed::Yearly(first, last) => {
                let of = (day.month(), day.day());
                let (first, last) = (of_year(*first, day), of_year(*last, day));
                match first <= last {
                    true => (first..=last).contains(&of),
                    false => of >= first || of <= last,
                }
            }
        })
    }
}

/// A day of every year in the year of another: 29 February is the 28th where
/// there is none (D3).
fn of_year(date: YearlyDate, day: Date) -> (i8, i8) {
    match (date.month, date.day) {
        (2, 29) if !day.in_leap_year() => (2, 28),
        date => date,
    }
}
