//! The hours of a workflow, minute by minute (W1, W2), and business time (D4).

use flow::base::{Date, Duration, Time, TimeZone, Timestamp, Unit, day_of, instant, zone};
use flow::model::{Closed, Opening, Value};
use flow::semantic::hir::{Step, StepKind};

use crate::reference::split::lot;
use crate::reference::waits::falls_on;
use crate::reference::{Delivery, Enrolment, Model, Record, State};

/// Seconds of a minute.
const MINUTE: i64 = 60;

/// When a workflow may act.
pub(super) struct Hours<'p> {
    /// With the stretch over which what was held is spread.
    open: Vec<(&'p Opening, Option<Duration>)>,
    closed: Vec<&'p Closed>,
    zone: TimeZone,
}

impl<'p> Model<'p> {
    /// The zone of a workflow: its own, else its calendar's, else the project's.
    pub(super) fn zone_of(&self, workflow: usize) -> &'p TimeZone {
        let hours = self.workflow(workflow).hours.as_ref();
        let calendar = hours.and_then(|hours| hours.calendar);
        let calendar =
            calendar.and_then(|(id, _)| self.program.calendars[id.index()].zone.as_ref());
        let own = hours.and_then(|hours| hours.zone.as_ref());
        own.or(calendar)
            .map_or(&self.program.settings.zone, |zone| &zone.zone)
    }

    fn hours(&self, workflow: usize) -> Hours<'p> {
        let mut hours = Hours {
            open: Vec::new(),
            closed: Vec::new(),
            zone: self.zone_of(workflow).clone(),
        };
        if let Some(own) = &self.workflow(workflow).hours {
            if let Some((id, spread)) = own.calendar {
                let calendar = &self.program.calendars[id.index()];
                let open = calendar.open.iter().map(|open| (open, spread));
                hours.open.extend(open);
                hours.closed.extend(&calendar.closed);
            }
            let open = own.open.iter().map(|(open, spread)| (open, *spread));
            hours.open.extend(open);
            hours.closed.extend(&own.closed);
        }
        hours
    }

    /// Holds an action that is reached outside the hours (W2).
    pub(super) fn holds_back(&mut self, id: u64, step: &'p Step) -> bool {
        let inside = &self.enrolments[&id];
        let hours = self.hours_for(inside);
        if !is_action(&step.kind) || hours.are_open(self.now) {
            return false;
        }
        let due = hours.due(self.now, inside, step);
        let inside = self.going(id);
        inside.rest.push(step);
        (inside.step, inside.state) = (Some(step), State::Held(due));
        self.told(id, &format!("held {due}"));
        true
    }

    /// The hours in the zone that the record names, if it names one (D1).
    fn hours_for(&self, inside: &Enrolment<'p>) -> Hours<'p> {
        let mut hours = self.hours(inside.workflow);
        hours.zone = self.own_zone(inside).unwrap_or(hours.zone);
        hours
    }

    fn own_zone(&self, inside: &Enrolment<'p>) -> Option<TimeZone> {
        let own = self.workflow(inside.workflow).hours.as_ref()?.zone_of?;
        match self.records[&inside.record].values.get(&own)? {
            Value::Text(name) => zone(name.as_str()),
            _ => None,
        }
    }

    /// What is held is held anew where the zone of its record has changed (W2).
    pub(super) fn held_anew(&mut self, id: u64, held: Timestamp, delivery: &Delivery) {
        let inside = &self.enrolments[&id];
        let hours = self.workflow(inside.workflow).hours.as_ref();
        let own = hours.and_then(|hours| hours.zone_of);
        let values = |record: &Record| own.map(|own| record.values.get(&own).cloned());
        let before = delivery.before.as_ref().and_then(values);
        if before == values(&self.records[&delivery.to]) {
            return;
        }
        let (hours, step) = (self.hours_for(inside), inside.step.expect("it is at one"));
        let due = match hours.are_open(self.now) {
            true => self.now,
            false => hours.due(self.now, inside, step),
        };
        if due != held {
            self.going(id).state = State::Held(due);
            self.told(id, &format!("held {due}"));
        }
    }

    /// An instant so much business time later (D4).
    pub(super) fn business(&self, workflow: usize, from: Timestamp, by: Duration) -> Timestamp {
        let hours = self.hours(workflow);
        match by.unit {
            Unit::Day => hours.days(from, by.count),
            Unit::Hour => hours.minutes(from, by.count * MINUTE),
            _ => hours.minutes(from, by.count),
        }
    }
}

impl Hours<'_> {
    fn is_closed(&self, day: Date) -> bool {
        self.closed.iter().any(|closed| match closed {
            Closed::Dates(first, last) => (*first..=*last).contains(&day),
            Closed::Yearly(first, last) => {
                // From the first such day on, none is the day after the last.
                let mut back = (0..366).scan(day, |day, _| {
                    let at = *day;
                    *day = day.yesterday().ok()?;
                    Some(at)
                });
                let begins = back.position(|day| falls_on(*first, day));
                let mut back = (0..366).scan(day, |day, _| {
                    *day = day.yesterday().ok()?;
                    Some(*day)
                });
                let ended = back.position(|day| falls_on(*last, day));
                begins.is_some_and(|begins| ended.is_none_or(|ended| begins <= ended))
            }
        })
    }

    fn are_open(&self, at: Timestamp) -> bool {
        let wall = self.zone.to_datetime(at);
        let (day, time) = (wall.date(), wall.time());
        let yesterday = day.yesterday().expect("a day");
        let begins = |open: &Opening, day: Date| {
            let place = day.weekday().to_monday_zero_offset();
            let mut days = open.days.iter();
            days.any(|own| i8::try_from(*own) == Ok(place)) && !self.is_closed(day)
        };
        let over = |open: &Opening| open.to.filter(|to| *to <= open.from);
        let holds = |open: &Opening| {
            let before = over(open).is_some() || open.to.is_none_or(|to| time < to);
            let today = begins(open, day) && time >= open.from && before;
            today || over(open).is_some_and(|to| begins(open, yesterday) && time < to)
        };
        !self.is_closed(day)
            && (self.open.is_empty() || self.open.iter().any(|(open, _)| holds(open)))
    }

    /// The first minute from an instant on that is inside.
    fn next(&self, from: Timestamp) -> Timestamp {
        let mut at = ceil(from);
        while !self.are_open(at) {
            at = later(at, MINUTE);
        }
        at
    }

    /// When what is held runs: its lot of the stretch after they open (W2).
    fn due(&self, from: Timestamp, inside: &Enrolment<'_>, step: &Step) -> Timestamp {
        let opens = self.next(from);
        let spread = self.spread(opens).map_or(0, |spread| {
            let of = inside.id.expect("it has one");
            let lot = u128::from(lot("flow spread v1", of, step.id.as_str()));
            let seconds = spread.count * spread.unit.seconds().expect("it is exact");
            (lot * u128::try_from(seconds).expect("it is ahead")) >> 64
        });
        let due = opens.as_second() + i64::try_from(spread).expect("it is short");
        Timestamp::from_second(due).expect("an instant")
    }

    /// Over how long what was held until an instant is spread.
    fn spread(&self, at: Timestamp) -> Option<Duration> {
        let time = self.zone.to_datetime(at).time();
        let mut open = self.open.iter().filter(|(open, _)| open.from == time);
        open.find_map(|(_, spread)| *spread)
    }

    fn days(&self, from: Timestamp, count: i64) -> Timestamp {
        let (mut day, mut left) = (day_of(from, &self.zone), count);
        while left > 0 {
            day = day.tomorrow().expect("a day");
            let weekday = day.weekday().to_monday_zero_offset();
            left -= i64::from(weekday < 5 && !self.is_closed(day));
        }
        let time = self.zone.to_datetime(from).time();
        instant(day.to_datetime(time), &self.zone).expect("an instant")
    }

    fn minutes(&self, from: Timestamp, count: i64) -> Timestamp {
        let usual = Opening {
            days: Vec::from_iter(0..5),
            from: Time::constant(9, 0, 0, 0),
            to: Some(Time::constant(17, 0, 0, 0)),
        };
        let open = match self.open.as_slice() {
            [] => vec![(&usual, None)],
            open => open.to_vec(),
        };
        let closed = self.closed.clone();
        let zone = self.zone.clone();
        let hours = Hours { open, closed, zone };
        let (mut at, mut left) = (from.as_microsecond(), count * MINUTE * 1_000_000);
        while left > 0 {
            let now = Timestamp::from_microsecond(at).expect("an instant");
            let whole = later(ceil(now), if ceil(now) == now { MINUTE } else { 0 });
            let span = whole.as_microsecond() - at;
            let used = if hours.are_open(now) {
                span.min(left)
            } else {
                0
            };
            left -= used;
            at += if left == 0 { used } else { span };
        }
        Timestamp::from_microsecond(at).expect("an instant")
    }
}

fn later(at: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_second(at.as_second() + seconds).expect("an instant")
}

/// The instant itself at a whole minute, else the next such one.
fn ceil(at: Timestamp) -> Timestamp {
    let minute = MINUTE * 1_000_000;
    let minutes = (at.as_microsecond() + minute - 1).div_euclid(minute);
    Timestamp::from_second(minutes * MINUTE).expect("an instant")
}

/// Whether a step waits for the hours: all do but these (W1).
fn is_action(kind: &StepKind) -> bool {
    !matches!(
        kind,
        StepKind::Wait(_)
            | StepKind::Await(_)
            | StepKind::Branch(..)
            | StepKind::Match(..)
            | StepKind::Split(_)
            | StepKind::Goto(_)
            | StepKind::Stop
    )
}
