//! The functions of days and instants.

use super::print::written;
use super::read::{read_as, read_datetime};
use super::{Computed, Flaw, period_end, period_start};
use crate::base::{
    Date, DateTime, Decimal, Time, TimeZone, Timestamp, day_of, end_of_day, instant, start_of_day,
};
use crate::model::{PeriodUnit, Value};

/// A day, or the day of an instant, at a time of day; `24:00` is the start of
/// the next day.
///
/// # Errors
/// Why the result is unknown.
pub fn at(day: &Value, time: &Value, zone: &TimeZone) -> Computed {
    let (Some(day), Value::Time(time)) = (date_of(day, zone), time) else {
        return Err(Flaw::Unreadable);
    };
    let at = match time {
        Some(time) => instant(day.to_datetime(*time), zone),
        None => day
            .tomorrow()
            .ok()
            .and_then(|next| start_of_day(next, zone)),
    };
    datetime(at)
}

/// The functions of moments; `None` where the name is none of them.
pub(super) fn call(name: &str, arguments: &[&Value], zone: &TimeZone) -> Option<Computed> {
    use Value::{Datetime, Text};
    Some(match (name, arguments) {
        ("start_of" | "end_of", [Text(unit), moment]) => {
            period(unit, moment, name == "start_of", zone)
        }
        ("days_between", [from, to]) => days_between(from, to, zone),
        ("minutes_between", [from, to]) => minutes_between(from, to, zone),
        ("parse_datetime", [Text(text)]) => read(read_datetime(text, zone)),
        ("parse_datetime", [Text(text), Text(format)]) => read(read_as(text, format, zone)),
        ("format_datetime", [moment, Text(format)]) => match written(moment, format, zone) {
            Some(text) => Ok(Some(Text(text.into()))),
            None => Err(Flaw::Unreadable),
        },
        ("unix_timestamp", [Datetime(at)]) => number(at.as_microsecond().div_euclid(1_000_000)),
        ("date", [Datetime(at)]) => Ok(Some(Value::Date(day_of(*at, zone)))),
        ("time", [Datetime(at)]) => Ok(Some(Value::Time(Some(zone.to_datetime(*at).time())))),
        (_, [moment]) => return part(name, wall_of(moment, zone)?),
        _ => return None,
    })
}

/// The parts of a moment in the zone.
fn part(name: &str, wall: DateTime) -> Option<Computed> {
    Some(match name {
        "year" => number(i64::from(wall.year())),
        "month" => number(i64::from(wall.month())),
        "day" => number(i64::from(wall.day())),
        "hour" => number(i64::from(wall.hour())),
        "weekday" => {
            let place = wall.weekday().to_monday_zero_offset();
            Ok(usize::try_from(place).ok().map(Value::Member))
        }
        _ => return None,
    })
}

/// The start of the period that a moment is in, or its end: the last day for a
/// date, the last microsecond for an instant.
fn period(unit: &str, moment: &Value, start: bool, zone: &TimeZone) -> Computed {
    let unit = PeriodUnit::ALL.iter().find(|(word, _)| *word == unit);
    let (Some((_, unit)), Some(day)) = (unit, date_of(moment, zone)) else {
        return Err(Flaw::Unreadable);
    };
    let bound = if start {
        period_start(day, *unit)
    } else {
        period_end(day, *unit)
    };
    let bound = bound.ok_or(Flaw::Overflow)?;
    match (moment, start) {
        (Value::Date(_), _) => Ok(Some(Value::Date(bound))),
        (_, true) => datetime(start_of_day(bound, zone)),
        (_, false) => datetime(end_of_day(bound, zone)),
    }
}

/// The calendar days from one moment to the other, negative if it is earlier.
fn days_between(from: &Value, to: &Value, zone: &TimeZone) -> Computed {
    let (Some(from), Some(to)) = (date_of(from, zone), date_of(to, zone)) else {
        return Err(Flaw::Unreadable);
    };
    number(to.duration_since(from).as_hours() / 24)
}

/// The whole minutes from one moment to the other, cut toward zero; a day
/// counts from its start.
fn minutes_between(from: &Value, to: &Value, zone: &TimeZone) -> Computed {
    let (Some(from), Some(to)) = (start_of(from, zone), start_of(to, zone)) else {
        return Err(Flaw::Unreadable);
    };
    number(to.duration_since(from).as_mins())
}

fn start_of(moment: &Value, zone: &TimeZone) -> Option<Timestamp> {
    match moment {
        Value::Datetime(at) => Some(*at),
        Value::Date(day) => start_of_day(*day, zone),
        _ => None,
    }
}

fn date_of(moment: &Value, zone: &TimeZone) -> Option<Date> {
    wall_of(moment, zone).map(DateTime::date)
}

/// What calendar and clock show; midnight for a day.
fn wall_of(moment: &Value, zone: &TimeZone) -> Option<DateTime> {
    match moment {
        Value::Datetime(at) => Some(zone.to_datetime(*at)),
        Value::Date(day) => Some(day.to_datetime(Time::midnight())),
        _ => None,
    }
}

fn datetime(at: Option<Timestamp>) -> Computed {
    at.map(|at| Some(Value::Datetime(at))).ok_or(Flaw::Overflow)
}

fn read(at: Option<Timestamp>) -> Computed {
    at.map(|at| Some(Value::Datetime(at)))
        .ok_or(Flaw::Unreadable)
}

fn number(number: i64) -> Computed {
    Ok(Some(Value::Number(Decimal::from(number))))
}
