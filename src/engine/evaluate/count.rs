//! Counters against the bounds of refinements (E14): how many occurrences lie
//! within them now. What is counted is not known here.

use super::Scope;
use crate::base::{Date, Decimal, Duration, TimeZone, Timestamp, day_of, end_of_day, start_of_day};
use crate::engine::kept::Counter;
use crate::engine::prepared::Bound;
use crate::model::Value;
use crate::plan::{Expression, Refinement};
use crate::syntax::ast::EdgeKind;

/// The first and the last instant of what was counted together.
pub(in crate::engine) type Extent = (Timestamp, Timestamp);

/// The bounds of a refined trigger or of a `happened`, as they are now.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Bounds<'b, 'a> {
    pub(in crate::engine) scope: &'b Scope<'a>,
    pub(in crate::engine) refinements: &'b [Refinement],
}

impl Bounds<'_, '_> {
    /// How many occurrences lie within the bounds.
    pub(in crate::engine) fn number(self, counter: &Counter) -> u64 {
        let zone = self.scope.prepared.zone();
        let days = counter
            .days
            .iter()
            .filter(|(day, _)| of_day(**day, zone).is_some_and(|extent| self.passes(extent)));
        let instants = counter
            .instants
            .iter()
            .filter(|(at, _)| self.passes((**at, **at)));
        let moving: u64 = days
            .map(|(_, count)| u64::from(*count))
            .chain(instants.map(|(_, count)| u64::from(*count)))
            .sum();
        counter.total.saturating_add(moving)
    }

    /// Whether that is as often as is asked; whatever it is where nothing is.
    pub(in crate::engine) fn enough(self, number: u64) -> bool {
        let number = Decimal::from(number);
        self.refinements.iter().all(|refinement| match refinement {
            Refinement::AtLeast(count) => number >= *count,
            Refinement::AtMost(count) => number <= *count,
            Refinement::Exactly(count) => number == *count,
            _ => true,
        })
    }

    /// The same of something past, which has happened at least once where it
    /// is not said how often.
    pub(in crate::engine) fn happened(self, number: u64) -> bool {
        let counts = |refinement: &Refinement| {
            matches!(
                refinement,
                Refinement::AtLeast(_) | Refinement::AtMost(_) | Refinement::Exactly(_)
            )
        };
        match self.refinements.iter().any(counts) {
            true => self.enough(number),
            false => number > 0,
        }
    }

    /// Counts an occurrence. What is out of reach for ever is dropped: before
    /// the lower bound, which only moves on.
    pub(in crate::engine) fn count(self, bound: Bound, counter: &mut Counter, at: Timestamp) {
        match bound {
            Bound::Fixed if !self.passes((at, at)) => return,
            Bound::Fixed => counter.total = counter.total.saturating_add(1),
            Bound::Days => {
                let day = day_of(at, self.scope.prepared.zone());
                let count = counter.days.entry(day).or_default();
                *count = count.saturating_add(1);
            }
            Bound::Instants => {
                let count = counter.instants.entry(at).or_default();
                *count = count.saturating_add(1);
            }
        }
        self.drop_old(counter);
    }

    fn drop_old(self, counter: &mut Counter) {
        if let Some(lower) = self.lower() {
            let first = day_of(lower, self.scope.prepared.zone());
            counter.days = counter.days.split_off(&first);
            counter.instants = counter.instants.split_off(&lower);
        }
    }

    /// The instant before which nothing counts.
    fn lower(self) -> Option<Timestamp> {
        let all = self.refinements.iter();
        let lower = all.filter_map(|refinement| match refinement {
            Refinement::Within(edge, amount, counted) => {
                let period = self.period((*edge, *amount, *counted));
                period.map(|(low, _)| low)
            }
            Refinement::Between(low, _) | Refinement::After(low) => self.point(low),
            _ => None,
        });
        lower.max()
    }

    /// Whether a time lies within the bounds.
    pub(in crate::engine) fn passes(self, extent: Extent) -> bool {
        self.is_above(extent) && self.is_below(extent)
    }

    /// Whether it has not left them: that ends once.
    pub(super) fn is_above(self, (low, high): Extent) -> bool {
        let zone = self.scope.prepared.zone();
        let after = |expression: &Expression, open: bool| match self.scope.bound(expression) {
            // Of a whole day, its start counts.
            Some(Value::Datetime(at)) if open && low == high => low > at,
            Some(Value::Datetime(at)) => low >= at,
            Some(Value::Date(day)) if open => day_of(low, zone) > day,
            Some(Value::Date(day)) => day_of(low, zone) >= day,
            _ => false,
        };
        self.refinements.iter().all(|refinement| match refinement {
            Refinement::Within(edge, amount, counted) => self
                .period((*edge, *amount, *counted))
                .is_some_and(|(first, _)| first <= high),
            Refinement::Between(from, _) => after(from, false),
            Refinement::After(point) => after(point, true),
            _ => true,
        })
    }

    /// Whether it has come within them: that begins once.
    pub(super) fn is_below(self, (low, high): Extent) -> bool {
        let zone = self.scope.prepared.zone();
        let before = |expression: &Expression, open: bool| match self.scope.bound(expression) {
            Some(Value::Datetime(at)) if open => high < at,
            Some(Value::Datetime(at)) => high <= at,
            Some(Value::Date(day)) if open => day_of(high, zone) < day,
            Some(Value::Date(day)) => day_of(high, zone) <= day,
            _ => false,
        };
        self.refinements.iter().all(|refinement| match refinement {
            Refinement::Within(edge, amount, counted) => self
                .period((*edge, *amount, *counted))
                .is_some_and(|(_, last)| low <= last),
            Refinement::Between(_, to) => before(to, false),
            Refinement::Before(point) => before(point, true),
            _ => true,
        })
    }

    fn period(self, period: (EdgeKind, Duration, bool)) -> Option<Extent> {
        super::extent(period, self.scope.now, self.scope.timetable)
    }

    /// The days and the instants of what was counted, in order.
    pub(super) fn extents(self, counter: &Counter) -> Vec<Extent> {
        let zone = self.scope.prepared.zone();
        let days = counter.days.keys().filter_map(|day| of_day(*day, zone));
        let instants = counter.instants.keys().map(|at| (*at, *at));
        days.chain(instants).collect()
    }

    fn point(self, expression: &Expression) -> Option<Timestamp> {
        match self.scope.bound(expression)? {
            Value::Datetime(at) => Some(at),
            Value::Date(day) => start_of_day(day, self.scope.prepared.zone()),
            _ => None,
        }
    }
}

/// The first and the last instant of a day.
pub(in crate::engine) fn of_day(day: Date, zone: &TimeZone) -> Option<Extent> {
    Some((start_of_day(day, zone)?, end_of_day(day, zone)?))
}
