//! Date triggers: when the moment of a record comes, once or every year (D3).

use super::decision::What;
use super::draft::Draft;
use super::evaluate::{Scope, just_before};
use crate::base::{Date, Span, Time, Timestamp, day_of, instant};
use crate::model::{Timetable, Value, WorkflowId};
use crate::plan::{DateTrigger, Workflow};

/// How many years are looked at for the next anniversary.
const YEARS: i16 = 4;

/// The first moment of a date trigger after an instant.
pub(super) fn next(
    scope: &Scope<'_>,
    trigger: &DateTrigger,
    after: Timestamp,
) -> Option<Timestamp> {
    let timetable = scope.timetable;
    let zone = &timetable.zone;
    let value = scope.own(trigger.property)?;
    let comes = |value: &Value| moment(trigger, value, timetable).filter(|at| *at > after);
    if !trigger.yearly {
        return comes(&value);
    }
    let (first, time) = match &value {
        Value::Date(day) => (*day, None),
        Value::Datetime(at) => {
            let wall = zone.to_datetime(*at);
            (wall.date(), Some(wall.time()))
        }
        _ => return None,
    };
    let back = match trigger.offset {
        Some((by, back)) => timetable.shift(after, by, !back)?,
        None => after,
    };
    let year = day_of(back, zone)
        .year()
        .saturating_sub(1)
        .max(first.year());
    let years = (year..).take(YEARS.unsigned_abs().into());
    let days = years.filter_map(|year| anniversary(first, year));
    let values = days.filter_map(|day| match time {
        None => Some(Value::Date(day)),
        Some(time) => instant(day.to_datetime(time), zone).map(Value::Datetime),
    });
    values.filter_map(|value| comes(&value)).min()
}

/// The day of a year on which a date comes again: 28 February for the 29th in a
/// year without one.
fn anniversary(first: Date, year: i16) -> Option<Date> {
    let day = Date::new(year, first.month(), first.day());
    day.or_else(|_| Date::new(year, first.month(), first.day().saturating_sub(1)))
        .ok()
}

/// The moment of a value: moved, and at a time of the day.
fn moment(trigger: &DateTrigger, value: &Value, timetable: &Timetable) -> Option<Timestamp> {
    let zone = &timetable.zone;
    let day = match value {
        Value::Date(day) => match trigger.offset {
            Some((by, back)) => timetable.shift_day(*day, by, back)?,
            None => *day,
        },
        Value::Datetime(at) => {
            let at = match trigger.offset {
                Some((by, back)) => timetable.shift(*at, by, back)?,
                None => *at,
            };
            if trigger.at.is_none() {
                return Some(at);
            }
            day_of(at, zone)
        }
        _ => return None,
    };
    let time = trigger.at.unwrap_or(Time::midnight());
    instant(day.to_datetime(time), zone)
}

impl<'w> Draft<'w> {
    /// Whether the moment for which the record is woken is too old to be made
    /// up for (I8); then it is told.
    pub(super) fn is_missed(&mut self, id: WorkflowId, span: Span) -> bool {
        let (now, due) = (self.world.now, self.begins());
        let catch_up = self.world.prepared.program.settings.catch_up;
        let age = now.as_microsecond().saturating_sub(due.as_microsecond());
        let is_missed = age >= catch_up.saturating_mul(1_000_000);
        if is_missed && now > due {
            self.tell_of(id, span, What::Missed { due, times: 1 });
        }
        is_missed && now > due
    }

    /// The date trigger whose moment has come, if the record is woken for it
    /// and its condition holds. What follows from an enrolment of that moment
    /// does not bring it once more.
    pub(super) fn date_comes(&self, plan: &'w Workflow) -> Option<&'w DateTrigger> {
        let due = self.woken.filter(|_| self.touched.time)?;
        let before = just_before(due);
        let scope = self.now_scope();
        let unlooked = self.unlooked_scope();
        plan.dates.iter().find(|trigger| {
            let comes = |scope: &Scope<'_>| next(scope, trigger, before) == Some(due);
            comes(&scope)
                && unlooked.as_ref().is_none_or(comes)
                && trigger.when.as_ref().is_none_or(|when| self.is(when))
        })
    }
}
