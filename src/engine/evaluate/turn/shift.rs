//! How moments near the present go on: `N units ago`, `now + 3 days`,
//! `today at 09:00`.

use super::super::{Evaluation, View};
use super::course::{Course, DAY, SLACK, earlier};
use super::search::just_after;
use crate::base::{Duration, Timestamp, Unit, day_of, seconds_of, start_of_day};
use crate::model::Value;
use crate::plan::NodeId;

/// The last day that every month has.
const SHORTEST_MONTH: i8 = 28;

impl<'s> Evaluation<'s, '_> {
    /// `N units ago` or `from now` as a value.
    pub(super) fn relative(self, amount: Duration, ahead: bool) -> Course {
        let now = Value::Datetime(self.scope.now);
        self.shifted((Course::exactly(0), Some(now)), (amount, !ahead))
            .unwrap_or_else(|| Course::until(self.next_minute()))
    }

    /// The same as a bound: the start or the end of a day (D2).
    pub(super) fn day_bound(self, amount: Duration, ahead: bool) -> Course {
        if amount.unit < Unit::Day {
            return self.relative(amount, ahead);
        }
        match distances(amount, !ahead) {
            Some(band) => Course::rising(true, Some(band)).away((-SLACK, SLACK)),
            None => Course::until(self.midnight(self.scope.now)),
        }
    }

    /// A moment that moves on, and an amount by which it is moved; `None` where
    /// nothing is known of that.
    pub(super) fn shifted(
        self,
        (course, moment): (Course, Option<Value>),
        (by, back): (Duration, bool),
    ) -> Option<Course> {
        let band = distances(by, back)?;
        match moment? {
            // A day moves by whole days, and the later one stays the later.
            Value::Date(_) => Some(course.away(band).away((-DAY, DAY))),
            Value::Datetime(_) if by.unit < Unit::Day => Some(course.away(band)),
            Value::Datetime(at) => {
                let distance = course.distance()?;
                let until = self.smooth(at, by.unit)?;
                let until = until.as_microsecond().checked_sub(distance)?;
                let until = Timestamp::from_microsecond(until).ok();
                Some(course.away(band).cut(until))
            }
            _ => None,
        }
    }

    /// Until when the wall time of a moment only goes on, and each month has
    /// the day.
    fn smooth(self, at: Timestamp, unit: Unit) -> Option<Timestamp> {
        let change = self.next_change(at);
        if unit <= Unit::Week {
            return change.or(Some(Timestamp::MAX));
        }
        let zone = self.scope.zone();
        let day = day_of(at, zone);
        let next = if day.day() <= SHORTEST_MONTH {
            let last = day.with().day(SHORTEST_MONTH).build().ok()?;
            start_of_day(last.tomorrow().ok()?, zone)
        } else {
            self.midnight(at)
        };
        earlier(change, next)
    }

    /// The next change of the clocks.
    pub(super) fn next_change(self, at: Timestamp) -> Option<Timestamp> {
        let zone = self.scope.zone();
        zone.following(at).next().map(|change| change.timestamp())
    }

    /// The start of the day after that of a moment.
    pub(super) fn midnight(self, at: Timestamp) -> Option<Timestamp> {
        let zone = self.scope.zone();
        let next = start_of_day(day_of(at, zone).tomorrow().ok()?, zone)?;
        Some(next.max(just_after(at)))
    }

    /// `DAY at TIME`.
    pub(super) fn at_course(
        self,
        (day, time): (NodeId, NodeId),
        member: Option<View<'s>>,
    ) -> Course {
        let (of_day, of_time) = (self.course(day, member), self.course(time, member));
        if !of_time.is_still() {
            return Course::until(self.all_settled([day, time], member));
        }
        let band = of_day.moves.and_then(|moves| moves.band);
        let mut course = of_day.by_day();
        if let Some(moves) = &mut course.moves {
            moves.band = band;
        }
        course.away((-SLACK, SLACK)).cut(of_time.until)
    }
}

/// How far an amount moves a moment, at least and at most, in microseconds;
/// `None` for business time.
fn distances(by: Duration, back: bool) -> Option<(i64, i64)> {
    if by.business {
        return None;
    }
    let (low, high) = match by.unit {
        Unit::Second | Unit::Minute | Unit::Hour => {
            let exact = seconds_of(by)?.checked_mul(1_000_000)?;
            (exact, exact)
        }
        Unit::Day => days(by.count, (1, 1), 1)?,
        Unit::Week => days(by.count, (7, 7), 1)?,
        Unit::Month => days(by.count, (30, 31), 6)?,
        Unit::Year => days(by.count, (365, 366), 6)?,
    };
    Some(match back {
        true => (high.saturating_neg(), low.saturating_neg()),
        false => (low, high),
    })
}

/// So many times so many days, give or take a few.
fn days(count: i64, (short, long): (i64, i64), slack: i64) -> Option<(i64, i64)> {
    let (one, other) = (count.checked_mul(short)?, count.checked_mul(long)?);
    let low = one.min(other).checked_sub(slack)?.checked_mul(DAY)?;
    let high = one.max(other).checked_add(slack)?.checked_mul(DAY)?;
    Some((low, high))
}
