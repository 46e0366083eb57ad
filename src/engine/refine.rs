//! Refinements: how often an event happened, and when (E14). Each occurrence
//! is judged once, when it is accepted.

use std::sync::Arc;

use super::decision::Change;
use super::draft::Draft;
use super::enrolment::Occurrence;
use super::evaluate::Scope;
use super::prepared::Bound;
use super::record::{Counter, CounterId};
use crate::base::{Date, Decimal, TimeZone, Timestamp, day_of, end_of_day, start_of_day};
use crate::model::{Value, WorkflowId};
use crate::plan::{EventTrigger, Expression, Refinement};
use crate::semantic::hir::EventSource;

/// The first and the last instant of what was counted together.
type Extent = (Timestamp, Timestamp);

impl Draft<'_> {
    /// Counts the events of the delivery for the triggers that count them.
    pub(super) fn count(&mut self) {
        let prepared = self.world.prepared;
        for (place, refined) in prepared.refined.iter().enumerate() {
            let brings = match (&refined.event, &self.touched.event) {
                (Some(event), Some(EventSource::Declared(own))) => event == own,
                (Some(_), _) => false,
                (None, _) => true,
            };
            let Some(workflow) = prepared.workflow(refined.workflow).filter(|_| brings) else {
                continue;
            };
            let Some(trigger) = workflow.events.get(refined.trigger) else {
                continue;
            };
            if workflow.object != self.after.object {
                continue;
            }
            if let Some(occurrence) = self.occurs(trigger) {
                let id = CounterId::try_from(place).unwrap_or(CounterId::MAX);
                self.counted((id, refined.bound), trigger, &occurrence);
            }
        }
    }

    fn counted(
        &mut self,
        (id, bound): (CounterId, Bound),
        trigger: &EventTrigger,
        occurrence: &Arc<Occurrence>,
    ) {
        let mut counter = self.after.counters.get(&id).cloned().unwrap_or_default();
        let at = occurrence.occurred_at;
        match bound {
            Bound::Fixed => {
                if !self.passes(trigger, (at, at)) {
                    return;
                }
                counter.total += 1;
            }
            Bound::Days => {
                let day = day_of(at, self.world.zone());
                *counter.days.entry(day).or_default() += 1;
            }
            Bound::Instants => *counter.instants.entry(at).or_default() += 1,
        }
        self.drop_old(trigger, &mut counter);
        self.change(Change::Counter(id, counter));
    }

    /// Drops what is out of reach for ever: before the lower bound, which
    /// only moves on.
    fn drop_old(&self, trigger: &EventTrigger, counter: &mut Counter) {
        let zone = self.world.zone();
        let scope = self.now_scope();
        let lower = trigger
            .refinements
            .iter()
            .filter_map(|refinement| match refinement {
                Refinement::Within(edge, amount, counted) => {
                    super::evaluate::extent((*edge, *amount, *counted), self.world.now, zone)
                        .map(|(low, _)| low)
                }
                Refinement::Between(low, _) | Refinement::After(low) => point(&scope, low, zone),
                _ => None,
            });
        if let Some(lower) = lower.max() {
            let first = day_of(lower, zone);
            counter.days = counter.days.split_off(&first);
            counter.instants = counter.instants.split_off(&lower);
        }
    }

    /// Whether an occurrence of a trigger that passed its filter passes its
    /// refinements too.
    pub(super) fn refined(
        &self,
        (workflow, place): (WorkflowId, usize),
        trigger: &EventTrigger,
        occurrence: &Occurrence,
    ) -> bool {
        if trigger.refinements.is_empty() {
            return true;
        }
        let refined = self.world.prepared.refined.iter();
        let found = refined
            .enumerate()
            .find(|(_, refined)| refined.workflow == workflow && refined.trigger == place);
        let Some((id, refined)) = found else {
            return false;
        };
        let zone = self.world.zone();
        let this = match refined.bound {
            Bound::Days => of_day(day_of(occurrence.occurred_at, zone), zone),
            _ => Some((occurrence.occurred_at, occurrence.occurred_at)),
        };
        let id = CounterId::try_from(id).unwrap_or(CounterId::MAX);
        this.is_some_and(|this| self.passes(trigger, this))
            && self.enough(trigger, self.number(id, trigger))
    }

    /// How many occurrences lie within the bounds now.
    fn number(&self, id: CounterId, trigger: &EventTrigger) -> u64 {
        let Some(counter) = self.after.counters.get(&id) else {
            return 0;
        };
        let zone = self.world.zone();
        let days = counter.days.iter().filter(|(day, _)| {
            of_day(**day, zone).is_some_and(|extent| self.passes(trigger, extent))
        });
        let instants = counter
            .instants
            .iter()
            .filter(|(at, _)| self.passes(trigger, (**at, **at)));
        let moving: u64 = days
            .map(|(_, count)| u64::from(*count))
            .chain(instants.map(|(_, count)| u64::from(*count)))
            .sum();
        counter.total + moving
    }

    fn enough(&self, trigger: &EventTrigger, number: u64) -> bool {
        let number = Decimal::from(number);
        trigger
            .refinements
            .iter()
            .all(|refinement| match refinement {
                Refinement::AtLeast(count) => number >= *count,
                Refinement::AtMost(count) => number <= *count,
                Refinement::Exactly(count) => number == *count,
                _ => true,
            })
    }

    /// Whether a time lies within the bounds of a trigger.
    fn passes(&self, trigger: &EventTrigger, (low, high): Extent) -> bool {
        let (now, zone) = (self.world.now, self.world.zone());
        let scope = self.now_scope();
        let after = |expression: &Expression, open: bool| match scope.bound(expression) {
            // Of a whole day, its start counts.
            Some(Value::Datetime(at)) if open && low == high => low > at,
            Some(Value::Datetime(at)) => low >= at,
            Some(Value::Date(day)) if open => day_of(low, zone) > day,
            Some(Value::Date(day)) => day_of(low, zone) >= day,
            _ => false,
        };
        let before = |expression: &Expression, open: bool| match scope.bound(expression) {
            Some(Value::Datetime(at)) if open => high < at,
            Some(Value::Datetime(at)) => high <= at,
            Some(Value::Date(day)) if open => day_of(high, zone) < day,
            Some(Value::Date(day)) => day_of(high, zone) <= day,
            _ => false,
        };
        trigger
            .refinements
            .iter()
            .all(|refinement| match refinement {
                Refinement::Within(edge, amount, counted) => {
                    let extent = super::evaluate::extent((*edge, *amount, *counted), now, zone);
                    let inside = |at: Timestamp, extent: &Extent| extent.0 <= at && at <= extent.1;
                    extent.is_some_and(|extent| inside(low, &extent) || inside(high, &extent))
                }
                Refinement::Between(from, to) => after(from, false) && before(to, false),
                Refinement::Before(point) => before(point, true),
                Refinement::After(point) => after(point, true),
                _ => true,
            })
    }
}

fn of_day(day: Date, zone: &TimeZone) -> Option<Extent> {
    Some((start_of_day(day, zone)?, end_of_day(day, zone)?))
}

fn point(scope: &Scope<'_>, expression: &Expression, zone: &TimeZone) -> Option<Timestamp> {
    match scope.bound(expression)? {
        Value::Datetime(at) => Some(at),
        Value::Date(day) => start_of_day(day, zone),
        _ => None,
    }
}
