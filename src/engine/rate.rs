//! What a workflow counts of its enrolments: for its breaker (E17), and for its alerts (H4). What
//! follows from a number is decided elsewhere.

use std::collections::{BTreeMap, VecDeque};

use crate::base::{
    Date, Duration, TimeZone, Timestamp, Unit, day_of, shift, shift_date, start_of_day,
};
use crate::plan::Workflow;

/// How many days are kept: two weeks, and the one that is not over.
const DAYS: u32 = 15;

/// What a workflow has counted of its enrolments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rate {
    /// When records enrolled, and how many then, as far as the breaker looks back.
    pub window: VecDeque<(Timestamp, u64)>,
    /// How many they are in all.
    pub total: u64,
    /// When the breaker has last raised its alert.
    pub raised: Option<Timestamp>,
    /// How many enrolled on each day, of two weeks.
    pub days: BTreeMap<Date, u64>,
    /// The first day that is counted.
    pub since: Option<Date>,
    /// When the weeks are compared next.
    pub next: Option<Timestamp>,
}

impl Rate {
    /// Whether a workflow counts anything.
    #[must_use]
    pub(super) fn is_of(workflow: &Workflow) -> bool {
        workflow.breaker.is_some() || !workflow.alerts.is_empty()
    }

    /// Counts an enrolment.
    pub(super) fn count(&mut self, workflow: &Workflow, (now, zone): (Timestamp, &TimeZone)) {
        if let Some(breaker) = &workflow.breaker {
            self.forget_before(begin(now, breaker.window, zone));
            self.total += 1;
            match self.window.back_mut() {
                Some((at, count)) if *at == now => *count += 1,
                _ => self.window.push_back((now, 1)),
            }
        }
        if !workflow.alerts.is_empty() {
            let today = day_of(now, zone);
            *self.days.entry(today).or_default() += 1;
            self.forget(today);
        }
    }

    /// How many enrolled in a window that ends now.
    pub(super) fn within(&self, window: Duration, (now, zone): (Timestamp, &TimeZone)) -> u64 {
        let since = begin(now, window, zone);
        let early = self.window.iter().take_while(|(at, _)| *at <= since);
        let early: u64 = early.map(|(_, count)| count).sum();
        self.total.saturating_sub(early)
    }

    fn forget_before(&mut self, since: Timestamp) {
        while let Some((at, count)) = self.window.front().copied()
            && at <= since
        {
            self.total = self.total.saturating_sub(count);
            self.window.pop_front();
        }
    }

    /// Whether its alert was raised in a window that ends now.
    pub(super) fn was_raised(&self, window: Duration, (now, zone): (Timestamp, &TimeZone)) -> bool {
        let since = begin(now, window, zone);
        self.raised.is_some_and(|raised| raised > since)
    }

    /// How many enrolled in the last seven days before a day, and in the seven before; `None`
    /// where not all of them were counted.
    pub(super) fn weeks(&self, today: Date) -> Option<(u64, u64)> {
        let (week, first) = (days_before(today, 7)?, days_before(today, 14)?);
        self.since.filter(|since| *since <= first)?;
        let sum = |from: Date, to: Date| self.days.range(from..to).map(|(_, count)| count).sum();
        Some((sum(week, today), sum(first, week)))
    }

    /// Drops the days that no comparison reads any more.
    pub(super) fn forget(&mut self, today: Date) {
        if let Some(first) = days_before(today, DAYS) {
            self.days.retain(|day, _| *day > first);
        }
    }

    /// The same, compared next at the beginning of the next day; it counts from today on, where
    /// nothing says otherwise.
    pub(super) fn compared(&self, (now, zone): (Timestamp, &TimeZone)) -> Rate {
        let today = day_of(now, zone);
        let tomorrow = today.tomorrow().ok();
        let mut rate = Rate {
            since: self.since.or(Some(today)),
            next: tomorrow.and_then(|day| start_of_day(day, zone)),
            ..self.clone()
        };
        rate.forget(today);
        rate
    }

    /// What of it a workflow still counts, as it is now.
    pub(super) fn kept(mut self, workflow: &Workflow) -> Option<Rate> {
        if workflow.breaker.is_none() {
            (self.window, self.total, self.raised) = (VecDeque::new(), 0, None);
        }
        if workflow.alerts.is_empty() {
            (self.days, self.since, self.next) = (BTreeMap::new(), None, None);
        }
        (self != Rate::default()).then_some(self)
    }
}

fn days_before(day: Date, count: u32) -> Option<Date> {
    let by = Duration {
        count: count.into(),
        unit: Unit::Day,
        business: false,
    };
    shift_date(day, by, true)
}

/// The beginning of a window that ends now: what lies at it lies outside.
fn begin(now: Timestamp, window: Duration, zone: &TimeZone) -> Timestamp {
    shift(now, window, true, zone).unwrap_or(Timestamp::MIN)
}
