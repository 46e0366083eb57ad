//! When a schedule comes. What comes again and again goes by wall time: one that
//! does not exist is the next one that does, one that exists twice is the first
//! (D1). Whom it takes is not known here.

use std::iter;

use crate::base::{Cron, Date, Duration, Time, TimeZone, Timestamp, Unit, instant};
use crate::plan::{Every, MonthDay};
use crate::syntax::ast::{DayKind, Nth};

/// How many days are looked at for the next time: what has not come within a
/// hundred years comes no more.
const DAYS: i64 = 36_525;

const MINUTES_OF_DAY: i64 = 1_440;

/// The first time after an instant of what comes again and again.
pub(super) fn next(every: &Every, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    on_days(after, zone, |day, from| match every {
        Every::Clock(step) => Box::new(clock(*step, from)),
        every => Box::new(comes_on(every, day).into_iter()),
    })
}

/// The first time after an instant at which five fields of cron fit.
pub(super) fn next_of_cron(cron: &Cron, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let has = |bits: u64, number: i64| u32::try_from(number).is_ok_and(|n| (bits >> n) & 1 == 1);
    on_days(after, zone, |day, from| {
        if !has(cron.months, day.month().into()) || !fits(cron, day) {
            return Box::new(iter::empty());
        }
        let minutes = (from..MINUTES_OF_DAY).filter(move |minute| {
            has(cron.hours, minute.div_euclid(60)) && has(cron.minutes, minute.rem_euclid(60))
        });
        Box::new(minutes.filter_map(time_of))
    })
}

/// Where both the days of the month and those of the week are limited, either is
/// enough.
fn fits(cron: &Cron, day: Date) -> bool {
    let of_month = (cron.days >> day.day().unsigned_abs()) & 1 == 1;
    let weekday = day.weekday().to_monday_zero_offset().unsigned_abs();
    let of_week = (cron.weekdays >> weekday) & 1 == 1;
    match (cron.by_day, cron.by_weekday) {
        (true, true) => of_month || of_week,
        _ => of_month && of_week,
    }
}

/// Times of a day in their order.
type Times<'t> = Box<dyn Iterator<Item = Time> + 't>;

/// The first of the times of days after an instant. They are asked for from a
/// minute of the day on: what the clocks of that day have shown before does not
/// come after the instant.
fn on_days<'t>(
    after: Timestamp,
    zone: &TimeZone,
    times: impl Fn(Date, i64) -> Times<'t>,
) -> Option<Timestamp> {
    let wall = zone.to_datetime(after);
    let (mut day, mut from) = (
        wall.date(),
        i64::from(wall.hour()) * 60 + i64::from(wall.minute()),
    );
    for _ in 0..DAYS {
        let mut instants = times(day, from).filter_map(|time| instant(day.to_datetime(time), zone));
        if let Some(found) = instants.find(|at| *at > after) {
            return Some(found);
        }
        (day, from) = (day.tomorrow().ok()?, 0);
    }
    None
}

/// So many minutes or hours, counted from the beginning of the day; those from a
/// minute on.
fn clock(step: Duration, from: i64) -> impl Iterator<Item = Time> {
    let minutes = match step.unit {
        Unit::Hour => step.count.saturating_mul(60),
        _ => step.count,
    };
    let minutes = minutes.max(1);
    let first = from.div_euclid(minutes).saturating_mul(minutes);
    let step = usize::try_from(minutes).unwrap_or(usize::MAX);
    (first..MINUTES_OF_DAY).step_by(step).filter_map(time_of)
}

fn time_of(minute: i64) -> Option<Time> {
    let hour = i8::try_from(minute.div_euclid(60)).ok()?;
    Time::new(hour, i8::try_from(minute.rem_euclid(60)).ok()?, 0, 0).ok()
}

/// The time of a day on which it comes. More than one unit is counted from the
/// beginning of Monday, 5 January 1970.
fn comes_on(every: &Every, day: Date) -> Option<Time> {
    let (comes, time) = match every {
        Every::Clock(_) => return None,
        Every::Days(count, time) => (days_since_start(day)?.rem_euclid(*count) == 0, time),
        Every::Weeks(count, days, time) => {
            let week = days_since_start(day)?.div_euclid(7);
            let weekday = day.weekday().to_monday_zero_offset().unsigned_abs();
            (
                week.rem_euclid(*count) == 0 && days.contains(&weekday),
                time,
            )
        }
        Every::Months(count, days, time) => {
            let month = i64::from(day.year()) * 12 + i64::from(day.month()) - 1;
            let since = month - 1970 * 12;
            let fits = days.iter().any(|of| is_month_day(*of, day));
            (since.rem_euclid(*count) == 0 && fits, time)
        }
        Every::Years(count, days, time) => {
            let since = i64::from(day.year()) - 1970;
            let fits = days.iter().any(|of| {
                let last = of.month == 2 && day.days_in_month() == 28;
                let of_month = if last { of.day.min(28) } else { of.day };
                day.month() == of.month && day.day() == of_month
            });
            (since.rem_euclid(*count) == 0 && fits, time)
        }
    };
    comes.then_some(*time)
}

fn days_since_start(day: Date) -> Option<i64> {
    let start = Date::new(1970, 1, 5).ok()?;
    Some(day.duration_since(start).as_hours().div_euclid(24))
}

/// Whether a day is one of a month: a day that the month lacks is its last.
fn is_month_day(of: MonthDay, day: Date) -> bool {
    match of {
        MonthDay::Number(number) => {
            let number = i8::try_from(number).unwrap_or(i8::MAX);
            day.day() == number.min(day.days_in_month())
        }
        MonthDay::Nth(nth, kind) => is_nth(nth, kind, day),
    }
}

/// Whether a day is the first, the second, the last of those of a kind.
fn is_nth(nth: Nth, kind: DayKind, day: Date) -> bool {
    let is_kind = |day: Date| {
        let weekday = day.weekday().to_monday_zero_offset().unsigned_abs();
        match kind {
            DayKind::Any => true,
            DayKind::Weekday => weekday < 5,
            DayKind::Of(wanted) => weekday == wanted,
        }
    };
    let last = day.last_of_month();
    let from = |first: Date, last: Date| {
        let days = first.day()..=last.day();
        let days = days.filter_map(|number| first.with().day(number).build().ok());
        days.filter(|day| is_kind(*day)).count()
    };
    is_kind(day)
        && match nth {
            Nth::From(place) => from(day.first_of_month(), day) == usize::from(place),
            Nth::Last => from(day, last) == 1,
        }
}
