//! Waits: for an amount of time, for moments, events and conditions.

use std::iter::successors;
use std::mem::replace;
use std::time::Duration;

use flow::base::{Date, Timestamp, YearlyDate, day_of, instant, shift, start_of_day};
use flow::model::Value;
use flow::semantic::hir::{Await, Expr, ExprKind, Moment, PastAction, Step, StepKind, Until, Wait};

use crate::acts::What;
use crate::reference::eval::Env;
use crate::reference::{Delivery, Model, Occurrence, State};

/// How long a wait lasts at least to which a loop comes back at once (W5).
const LEAST: Duration = Duration::from_secs(60);

impl<'p> Model<'p> {
    /// The instant from which a path counts that goes on now (I8).
    pub(super) fn since(&self) -> Timestamp {
        self.since.unwrap_or(self.now)
    }

    /// What a delivery means to those who wait; who goes on, in order (W3 to W5).
    pub(crate) fn waits(&mut self, delivery: &Delivery) -> Vec<u64> {
        let mut going = Vec::new();
        for at in 0..self.program.workflows.len() {
            let mut inside = self.inside_of(at, delivery);
            inside.sort_by_key(|id| self.enrolments[id].key.clone());
            inside.retain(|id| self.wait_ends(*id, delivery));
            going.extend(inside);
        }
        going
    }

    fn wait_ends(&mut self, id: u64, delivery: &Delivery) -> bool {
        match self.enrolments[&id].state {
            State::Waiting(_, since, Some(wait)) => {
                if let Wait::Until { moment, .. } = wait
                    && let Moment::At(expr) = &**moment
                    && self.reads_changed(expr, delivery)
                {
                    return self.wait(id, wait, since);
                }
                false
            }
            State::Awaiting(wait, _) => {
                let mut arms = 0..wait.arms.len();
                let met = |arm: usize| Some((arm, self.met(id, &wait.arms[arm].until, delivery)?));
                let met = arms.find_map(met);
                met.map(|(arm, found)| self.end_wait(id, Some(arm), found))
                    .is_some()
            }
            State::Held(due) => {
                self.held_anew(id, due, delivery);
                false
            }
            _ => false,
        }
    }

    /// Whether a delivery meets an arm, and the occurrence that does (W3, W5).
    fn met(&self, id: u64, until: &Until, delivery: &Delivery) -> Option<Option<Occurrence>> {
        let mut env = self.at(id);
        let stands = self.paused.contains(&self.enrolments[&id].workflow);
        match until {
            Until::Holds(_) if stands && delivery.earlier.is_some() => None,
            Until::Event(trigger) => {
                let found = self.found(trigger, delivery)?;
                env.awaited = Some(&found);
                env.permits(&trigger.filter).then(|| Some(found.clone()))
            }
            Until::Holds(condition) => {
                let was = self.before(delivery).is_some_and(|before| {
                    let (this, now) = (before.this, before.now);
                    Env { this, now, ..env }.holds(condition)
                });
                (!was && env.holds(condition)).then_some(None)
            }
            Until::Timeout => None,
        }
    }

    /// Waits stand still while their workflow is paused: what time has turned
    /// meanwhile ends them, if it still holds (E17).
    pub(crate) fn resume(&mut self, workflow: usize) {
        if !self.paused.remove(&workflow) {
            return;
        }
        for inside in self.enrolments.values_mut() {
            if let State::Waiting(due, ..) | State::Held(due) | State::Awaiting(_, Some(due)) =
                &mut inside.state
                && inside.workflow == workflow
            {
                *due = self.now.max(*due);
            }
        }
        let all = self.enrolments.iter();
        let all = all.filter(|(_, inside)| inside.workflow == workflow);
        let all: Vec<_> = all.map(|(id, of)| (*id, of.record.clone())).collect();
        for (id, record) in all {
            self.send(&record, move |model, at| {
                if let Some(inside) = model.enrolments.get(&id)
                    && let State::Awaiting(wait, _) = inside.state
                    && !inside.again
                    && let Some(arm) = model.arm_that_holds(id, wait)
                {
                    model.end_wait(id, Some(arm), None);
                    at.begun.push(id);
                }
            });
            self.goes_back(&record);
        }
    }

    fn arm_that_holds(&self, id: u64, wait: &Await) -> Option<usize> {
        let env = self.at(id);
        let holds =
            |until: &Until| matches!(until, Until::Holds(condition) if env.holds(condition));
        wait.arms.iter().position(|arm| holds(&arm.until))
    }

    /// Waits for one of several things; at once if a condition holds already.
    pub(super) fn await_one(&mut self, id: u64, wait: &'p Await) -> bool {
        let again = self.comes_back(id);
        self.going(id).again = again;
        let arm = self.arm_that_holds(id, wait).filter(|_| !again);
        if arm.is_some() {
            self.end_wait(id, arm, None);
            return true;
        }
        let least = if again {
            self.since() + LEAST
        } else {
            self.since()
        };
        let ends = |max| shift(self.since(), max, false, self.at(id).zone());
        let due = wait.max.and_then(ends);
        let due = due.map(|due| due.max(least));
        self.going(id).state = State::Awaiting(wait, due);
        let until = due.map_or("forever".to_owned(), |due| due.to_string());
        self.told(id, &format!("waits {until}"));
        false
    }

    /// Takes an arm, or none where the longest time is over.
    pub(super) fn end_wait(&mut self, id: u64, arm: Option<usize>, found: Option<Occurrence>) {
        let now = self.since();
        let inside = self.going(id);
        let Some((step, StepKind::Await(wait))) = inside.step.map(|step| (step, &step.kind)) else {
            panic!("it waits for something");
        };
        let case = arm.map_or("timeout".to_owned(), |arm| (arm + 1).to_string());
        let timeout = |arm: &_| matches!(arm, Until::Timeout);
        let arm = arm.or_else(|| wait.arms.iter().position(|arm| timeout(&arm.until)));
        if let Some(arm) = arm.map(|arm| &wait.arms[arm]) {
            if let (Some(binding), Some(found)) = (&arm.binding, found) {
                inside.bound.push(binding.place);
                inside.met.push((binding.place, found));
            }
            inside.rest.extend(arm.steps.iter().flatten().rev());
        }
        inside.state = State::Going;
        inside.passed.insert(step.id.as_str(), now);
        let step = inside.step_name();
        self.say(id, What::Branch { id: step, case });
    }

    /// A step is over: one that waits has let the path through.
    pub(super) fn let_through(&mut self, id: u64, step: &'p Step) {
        if let State::Awaiting(..) = self.enrolments[&id].state {
            return self.end_wait(id, None, None);
        }
        if let StepKind::Wait(_) = step.kind {
            let now = self.since();
            self.going(id).passed.insert(step.id.as_str(), now);
        }
    }

    /// Whether a loop has come back to the step at the instant at which it let
    /// the path through (W5).
    fn comes_back(&self, id: u64) -> bool {
        let inside = &self.enrolments[&id];
        let passed = |step: &Step| inside.passed.get(step.id.as_str());
        let passed = inside.step.and_then(passed);
        passed == Some(&self.since())
    }

    fn reads_changed(&self, expr: &Expr, delivery: &Delivery) -> bool {
        let before = self.before(delivery);
        let changed = |part: &Expr| {
            matches!(part.kind, ExprKind::Property(_))
                && before.is_some_and(|env| env.eval(part) != self.after(delivery).eval(part))
        };
        expr.find(&changed).is_some()
    }

    /// Waits, `now` being an instant; whether the enrolment goes on at once (W4).
    pub(super) fn wait(&mut self, id: u64, wait: &'p Wait, since: Timestamp) -> bool {
        let fresh = matches!(self.enrolments[&id].state, State::Going);
        let again = fresh && self.comes_back(id);
        let mut env = self.at(id);
        env.now = since;
        let mut due = match wait {
            Wait::For(by) if by.business => {
                let workflow = self.enrolments[&id].workflow;
                Some(self.business(workflow, since, *by))
            }
            Wait::For(by) => shift(since, *by, false, env.zone()),
            Wait::Until { moment, .. } => next(moment, &env, again),
        };
        if again {
            let least = self.since() + LEAST;
            due = Some(due.map_or(least, |due| due.max(least)));
        }
        if let Some(due) = due.filter(|due| *due >= self.since()) {
            let waits = State::Waiting(due, since, Some(wait));
            let before = replace(&mut self.going(id).state, waits);
            if !matches!(before, State::Waiting(before, ..) if before == due) {
                self.told(id, &format!("waits {due}"));
            }
            return false;
        }
        self.going(id).state = State::Going;
        let step = self.enrolments[&id].step;
        step.inspect(|step| self.let_through(id, step));
        if let Wait::Until { past, unknown, .. } = wait {
            self.told(id, if due.is_some() { "past" } else { "unknown" });
            let action = if due.is_some() { past } else { unknown };
            if *action == PastAction::Stop {
                self.leave(id, "completed");
            } else if *action == PastAction::Skip
                && let Some(step) = self.going(id).rest.pop()
            {
                self.say(id, What::step(step.id.as_str(), "skipped"));
            }
        }
        true
    }
}

/// The moment, or the first such one not before now; after now where a loop
/// comes back to it.
fn next(moment: &Moment, env: &Env<'_>, again: bool) -> Option<Timestamp> {
    let time = match moment {
        Moment::At(expr) => {
            return match env.eval(expr)? {
                Value::Datetime(at) => Some(at),
                Value::Date(day) => start_of_day(day, env.zone()),
                other => panic!("no moment: {other:?}"),
            };
        }
        Moment::Time(time) | Moment::Weekdays(_, time) | Moment::Yearly(_, time) => *time,
    };
    let fits = |day: &Date| match moment {
        Moment::Weekdays(days, _) => {
            let place = day.weekday().to_monday_zero_offset();
            let mut days = days.iter();
            days.any(|fitting| i8::try_from(*fitting) == Ok(place))
        }
        Moment::Yearly(yearly, _) => falls_on(*yearly, *day),
        _ => true,
    };
    let all = successors(Some(day_of(env.now, env.zone())), |day| day.tomorrow().ok());
    let times = all.filter(fits);
    let mut times = times.filter_map(|day| instant(day.to_datetime(time), env.zone()));
    times.find(|at| *at > env.now || *at == env.now && !again)
}

/// Whether a day of the year falls on a day; 29 February on the day before in
/// years without it (D3).
pub(crate) fn falls_on(yearly: YearlyDate, day: Date) -> bool {
    let is = |place: i8| (day.month(), day.day()) == (yearly.month, place);
    is(yearly.day) || (yearly.month, yearly.day) == (2, 29) && is(28) && !day.in_leap_year()
}
