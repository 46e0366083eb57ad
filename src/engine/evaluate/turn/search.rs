//! The first instant at which something that moves has moved. It leaves what
//! it is now once, so the instant is found by halving.

use super::super::{Evaluation, Notes, View};
use super::course::{Course, SLACK};
use crate::base::{Date, Duration, Timestamp, Unit, day_of, shift_date, start_of_day};
use crate::model::Value;
use crate::plan::NodeId;

/// The first and the last instant at which a change is possible.
pub(super) type Window = (Timestamp, Timestamp);

/// Nothing is looked for after the year 9000.
const HORIZON: i64 = 221_845_392_000_000_000;

const MINUTE: i64 = 60_000_000;

impl<'s> Evaluation<'s, '_> {
    /// The value of a node at another instant.
    pub(super) fn value_at(
        self,
        at: Timestamp,
        id: NodeId,
        member: Option<View<'s>>,
    ) -> Option<Value> {
        self.at(at, |whole| whole.node(id, member))
    }

    /// The same as an operand of a comparison.
    pub(super) fn bound_at(
        self,
        at: Timestamp,
        id: NodeId,
        member: Option<View<'s>>,
    ) -> Option<Value> {
        self.at(at, |whole| whole.bound(id, member))
    }

    /// What the expression comes to at another instant.
    fn at(
        self,
        at: Timestamp,
        read: impl FnOnce(Evaluation<'_, '_>) -> Option<Value>,
    ) -> Option<Value> {
        let notes = Notes::default();
        let scope = self.scope.at(at, &notes);
        read(Evaluation {
            scope: &scope,
            expression: self.expression,
            this: self.this,
        })
    }

    /// The next whole minute: when values that move in no one direction are
    /// looked at again.
    pub(super) fn next_minute(self) -> Option<Timestamp> {
        let now = self.scope.now.as_microsecond();
        let passed = now.div_euclid(MINUTE).checked_add(1)?;
        Timestamp::from_microsecond(passed.checked_mul(MINUTE)?).ok()
    }

    /// The first instant after now at which something has moved, or the end of
    /// what is known of its course. A window says when that is possible at all.
    pub(super) fn first(
        self,
        course: Course,
        window: Option<Window>,
        moved: impl Fn(Timestamp) -> bool,
    ) -> Option<Timestamp> {
        let (mut from, mut to) = (self.scope.now, horizon());
        if let Some(until) = course.until {
            to = to.min(just_before(until));
        }
        if let Some((first, last)) = window {
            from = from.max(just_before(first));
            to = to.min(last);
        }
        let daily = course.moves.is_some_and(|moves| moves.daily);
        let found = match daily {
            _ if to <= from => None,
            true => self.first_day((from, to), &moved),
            false => halve(
                (from.as_microsecond(), to.as_microsecond()),
                &|at| Timestamp::from_microsecond(at).ok(),
                &moved,
            ),
        };
        found.or(course.until)
    }

    /// Where it moves with the day: the start of one.
    fn first_day(self, (from, to): Window, moved: &dyn Fn(Timestamp) -> bool) -> Option<Timestamp> {
        let zone = self.scope.zone();
        let (first, last) = (day_of(from, zone), day_of(to, zone));
        let days = last.duration_since(first).as_hours() / 24;
        let start = |days: i64| start_of_day(after(first, days)?, zone);
        halve((0, days), &start, moved)
    }
}

/// The first of some places, after the first one, at which something has
/// moved.
fn halve(
    (mut from, mut to): (i64, i64),
    instant: &dyn Fn(i64) -> Option<Timestamp>,
    moved: &dyn Fn(Timestamp) -> bool,
) -> Option<Timestamp> {
    let has_moved = |place: i64| instant(place).is_some_and(moved);
    if from >= to || !has_moved(to) {
        return None;
    }
    while to.checked_sub(from)? > 1 {
        let middle = from.midpoint(to);
        if has_moved(middle) {
            to = middle;
        } else {
            from = middle;
        }
    }
    instant(to)
}

/// When a value turns that the second of two looks shows changed (E12). Where the
/// two are more than a minute apart, that is the second: nothing was looked at by
/// the minute.
pub(super) fn between_looks(
    (last, look): Window,
    has_changed: &dyn Fn(Timestamp) -> bool,
) -> Timestamp {
    let (from, to) = (last.as_microsecond(), look.as_microsecond());
    let found = match to.saturating_sub(from) > MINUTE {
        true => None,
        false => halve(
            (from, to),
            &|at| Timestamp::from_microsecond(at).ok(),
            has_changed,
        ),
    };
    found.unwrap_or(look)
}

fn after(day: Date, count: i64) -> Option<Date> {
    let by = Duration {
        count,
        unit: Unit::Day,
        business: false,
    };
    shift_date(day, by, false)
}

fn horizon() -> Timestamp {
    Timestamp::from_microsecond(HORIZON).unwrap_or(Timestamp::MAX)
}

/// The instants at which something so far from the present can meet a moment:
/// the one or the other may be a day.
pub(super) fn window(
    (low, high): (i64, i64),
    (first, last): Window,
    exact: bool,
) -> Option<Window> {
    let slack = if exact { 1 } else { SLACK };
    let first = first
        .as_microsecond()
        .checked_sub(high)?
        .checked_sub(slack)?;
    let last = last.as_microsecond().checked_sub(low)?.checked_add(slack)?;
    let first = Timestamp::from_microsecond(first).ok()?;
    Some((first, Timestamp::from_microsecond(last).ok()?))
}

/// The next microsecond.
pub(super) fn just_after(at: Timestamp) -> Timestamp {
    moved(at, 1)
}

/// The last microsecond before.
pub(in crate::engine) fn just_before(at: Timestamp) -> Timestamp {
    moved(at, -1)
}

fn moved(at: Timestamp, by: i64) -> Timestamp {
    let moved = at.as_microsecond().checked_add(by);
    moved
        .and_then(|at| Timestamp::from_microsecond(at).ok())
        .unwrap_or(at)
}
