//! Schedules, day by day, and date triggers (D3, I8).

use std::collections::BTreeSet;
use std::iter::successors;

use flow::base::{Cron, Date, DateTime, Time, TimeZone, Timestamp, Unit};
use flow::base::{day_of, instant, shift, shift_date, start_of_day};
use flow::model::Value;
use flow::semantic::hir::{DateTrigger, Every, MonthDay, Timing};
use flow::syntax::ast::{DayKind, Nth};

use crate::reference::eval::Env;
use crate::reference::waits::falls_on;
use crate::reference::{Delivery, Model, Record};

/// What more than one unit is counted from: a Monday.
const FIRST: Date = Date::constant(1970, 1, 5);

impl Model<'_> {
    /// The next time of a schedule, up to an instant.
    pub(super) fn next_schedule(&self, to: Timestamp) -> Option<Timestamp> {
        self.next_times(to).map(|(_, at)| at).min()
    }

    /// The next time of each schedule, by workflow and place, up to an instant.
    pub(super) fn next_times(
        &self,
        to: Timestamp,
    ) -> impl Iterator<Item = ((usize, usize), Timestamp)> {
        let began = self.now > Timestamp::UNIX_EPOCH;
        let workflows = self.program.workflows.iter().enumerate();
        let places = workflows.map(|(at, workflow)| (at, 0..workflow.schedules.len()));
        let all = places.filter(move |_| began);
        let all = all.flat_map(|(at, places)| places.map(move |place| (at, place)));
        all.filter_map(move |of| Some((of, self.next_time(of.0, of.1, to)?)))
    }

    pub(super) fn next_time(&self, at: usize, place: usize, to: Timestamp) -> Option<Timestamp> {
        let (zone, seen) = (self.zone_of(at), self.seen());
        let timing = &self.workflow(at).schedules[place].timing;
        let last = day_of(to, zone);
        let days = successors(Some(day_of(seen, zone)), |day| day.tomorrow().ok());
        let days = days.take_while(|day| *day <= last);
        let mut times = days.flat_map(|day| self.times(timing, day, zone));
        times.find(|time| *time > seen && *time <= to)
    }

    /// The times of a schedule on a day.
    fn times(&self, timing: &Timing, day: Date, zone: &TimeZone) -> BTreeSet<Timestamp> {
        let walls = match timing {
            Timing::Once(moment) => {
                let any = self.records.values().next();
                let env = any.map(|any| self.env(any));
                let moment = env.and_then(|env| Env { zone, ..env }.eval(moment));
                return match moment {
                    Some(Value::Datetime(at)) => BTreeSet::from([at]),
                    Some(Value::Date(day)) => start_of_day(day, zone).into_iter().collect(),
                    _ => BTreeSet::new(),
                };
            }
            Timing::Every(every) => walls(every, day),
            Timing::Cron(cron) => cron_walls(cron, day),
        };
        let times = walls.into_iter().filter_map(|wall| instant(wall, zone));
        times.collect()
    }

    /// A schedule takes all for whom its condition holds when they are reached.
    pub(super) fn call_up(&mut self, (at, place, due): (usize, usize, Timestamp)) {
        if self.is_off(at) || self.paused.contains(&at) || !self.published {
            return;
        }
        let object = self.workflow(at).object;
        let records = self.records.values();
        let records = records.filter(|record| record.object == object);
        let mut handles: Vec<String> = records.map(|record| record.handle.clone()).collect();
        handles.sort_by_key(|handle| (self.uid(handle).partition(1024), self.uid(handle)));
        for handle in handles {
            self.send(&handle, move |model, to| {
                to.due = Some(due);
                model.called_up(at, place, to);
            });
        }
    }

    fn called_up(&mut self, at: usize, place: usize, to: &mut Delivery) {
        let workflow = self.workflow(at);
        let mut env = self.after(to);
        env.zone = self.zone_of(at);
        let asks = env.permits(&workflow.schedules[place].when);
        if asks && env.permits(&workflow.only) {
            (self.looks, to.called) = (Some(at), true);
            self.decide(at, (String::new(), None, true), to);
            self.looks = None;
        }
    }

    /// The next moment of a date trigger of a record, up to an instant.
    pub(super) fn next_date(&self, record: &Record, to: Timestamp) -> Option<Timestamp> {
        let workflows = self.program.workflows.iter().enumerate();
        let own = workflows.filter(|(_, workflow)| workflow.object == record.object);
        let moments = own.flat_map(|(at, workflow)| {
            let dates = workflow.dates.iter();
            dates.flat_map(move |date| self.moments(at, date, record, to))
        });
        moments.filter(|at| *at > self.seen() && *at <= to).min()
    }

    /// When a date trigger comes, once or every year from its own on (D3).
    fn moments(&self, at: usize, date: &DateTrigger, of: &Record, to: Timestamp) -> Vec<Timestamp> {
        let zone = self.zone_of(at);
        let value = of.values.get(&date.property);
        let wall = match value {
            None => return Vec::new(),
            Some(Value::Date(day)) => day.to_datetime(Time::midnight()),
            Some(Value::Datetime(at)) if !date.yearly => {
                return moved(date, *at, zone).into_iter().collect();
            }
            Some(Value::Datetime(at)) => zone.to_datetime(*at),
            Some(other) => panic!("no moment: {other:?}"),
        };
        let (day, time) = (wall.date(), wall.time());
        let years = match date.yearly {
            true => day.year()..=day_of(to, zone).year() + 1,
            false => day.year()..=day.year(),
        };
        let in_year = |year: i16| {
            let day = Date::new(year, day.month(), day.day());
            day.unwrap_or_else(|_| Date::constant(year, 2, 28))
        };
        let days = years.map(in_year);
        let moments = days.filter_map(|day| match (date.offset, value) {
            (Some((by, back)), Some(Value::Date(_))) => {
                let at = date.at.unwrap_or(Time::midnight());
                instant(shift_date(day, by, back)?.to_datetime(at), zone)
            }
            _ => moved(date, instant(day.to_datetime(time), zone)?, zone),
        });
        moments.collect()
    }

    /// The date trigger of a workflow that comes now; whether it comes every year.
    pub(super) fn dated(&self, at: usize, delivery: &Delivery) -> Option<bool> {
        let due = delivery.earlier.and(delivery.due)?;
        let env = self.after(delivery);
        let mut dates = self.workflow(at).dates.iter();
        let comes = |date: &&DateTrigger| {
            let of = |of: &Env<'_>| self.moments(at, date, of.this, self.now).contains(&due);
            self.by_time(delivery).iter().all(of) && env.permits(&date.when)
        };
        dates.find(comes).map(|date| date.yearly)
    }

    /// Whether the moment of a date trigger is too old to be made up for (I8).
    pub(super) fn is_missed(&self, at: usize, delivery: &Delivery) -> bool {
        let dated = self.dated(at, delivery).and(delivery.due);
        dated.is_some_and(|due| self.is_too_old(due))
    }
}

fn moved(date: &DateTrigger, from: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let at = match date.offset {
        Some((by, back)) => shift(from, by, back, zone)?,
        None => from,
    };
    match date.at {
        Some(time) => instant(day_of(at, zone).to_datetime(time), zone),
        None => Some(at),
    }
}

fn days_since(day: Date) -> i64 {
    let days = FIRST.until(day).expect("a span").get_days();
    i64::from(days)
}

/// The wall times of a day.
fn walls(every: &Every, day: Date) -> Vec<DateTime> {
    let months = i64::from(day.year() - 1970) * 12 + i64::from(day.month()) - 1;
    let place = day.weekday().to_monday_zero_offset();
    let (comes, time) = match every {
        Every::Clock(by) => {
            let minutes = by.count * if by.unit == Unit::Hour { 60 } else { 1 };
            let all = (0..24 * 60).filter(|minute| minute % minutes == 0);
            return all.map(|minute| wall(day, minute)).collect();
        }
        Every::Days(n, time) => (days_since(day) % n == 0, time),
        Every::Weeks(n, days, time) => {
            let mut days = days.iter();
            let today = days.any(|own| i8::try_from(*own) == Ok(place));
            (today && days_since(day).div_euclid(7) % n == 0, time)
        }
        Every::Months(n, days, time) => (
            months % n == 0 && days.iter().any(|own| is_it(*own, day)),
            time,
        ),
        Every::Years(n, days, time) => {
            let comes = days.iter().any(|own| falls_on(*own, day));
            (comes && i64::from(day.year() - 1970) % n == 0, time)
        }
    };
    comes.then(|| day.to_datetime(*time)).into_iter().collect()
}

fn wall(day: Date, minute: i64) -> DateTime {
    let part = |value: i64| i8::try_from(value).expect("it is small");
    day.at(part(minute / 60), part(minute % 60), 0, 0)
}

fn is_it(own: MonthDay, day: Date) -> bool {
    match own {
        MonthDay::Number(number) => {
            let number = i8::try_from(number).expect("it is small");
            day.day() == number.min(day.days_in_month())
        }
        MonthDay::Nth(nth, kind) => {
            let all = successors(Some(day.first_of_month()), |day| day.tomorrow().ok());
            let month = all.take_while(|other| other.month() == day.month());
            let fits: Vec<Date> = month.filter(|day| is_kind(kind, *day)).collect();
            let found = match nth {
                Nth::From(place) => fits.get(usize::from(place) - 1),
                Nth::Last => fits.last(),
            };
            found == Some(&day)
        }
    }
}

fn is_kind(kind: DayKind, day: Date) -> bool {
    let place = day.weekday().to_monday_zero_offset();
    match kind {
        DayKind::Any => true,
        DayKind::Weekday => place < 5,
        DayKind::Of(own) => i8::try_from(own) == Ok(place),
    }
}

fn cron_walls(cron: &Cron, day: Date) -> Vec<DateTime> {
    let has = |set: u64, value: i64| set >> value & 1 == 1;
    let weekday = i64::from(day.weekday().to_monday_zero_offset());
    let by_day = has(cron.days, i64::from(day.day()));
    let by_weekday = has(cron.weekdays, weekday);
    let comes = match cron.by_day && cron.by_weekday {
        true => by_day || by_weekday,
        false => by_day && by_weekday,
    };
    if !comes || !has(cron.months, i64::from(day.month())) {
        return Vec::new();
    }
    let fits = |minute: &i64| has(cron.hours, minute / 60) && has(cron.minutes, minute % 60);
    let minutes = (0..24 * 60).filter(fits);
    minutes.map(|minute| wall(day, minute)).collect()
}
