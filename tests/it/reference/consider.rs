//! What a delivery means to the workflows of its record: who leaves, who
//! enrols, whose moment has changed.

use std::collections::BTreeSet;

use flow::base::{Duration, Timestamp, Unit, day_of, end_of_day, start_of_day};
use flow::model::Value;
use flow::model::compute::equal;
use flow::semantic::hir::{EventTrigger, Expr, ExprKind, Moment, Reenroll, Refinement, Wait};

use crate::acts::{Trace, What};
use crate::reference::deliver::{Cause, Delivery};
use crate::reference::eval::{Env, period};
use crate::reference::model::{Enrolment, Model, State};
use crate::reference::record::Occurrence;

/// A chain longer than this enrols nobody (I5).
const CHAIN: u32 = 100;

/// Somebody asks for an enrolment.
struct Asked {
    workflow: usize,
    key: String,
    event: Option<Occurrence>,
    /// Whether a `reenroll` trigger has fired, or needs none to.
    again: bool,
}

impl Asked {
    fn plain(workflow: usize, again: bool) -> Self {
        let (key, event) = (String::new(), None);
        Asked {
            workflow,
            key,
            event,
            again,
        }
    }
}

impl<'p> Model<'p> {
    fn env<'a>(&'a self, delivery: &'a Delivery) -> Env<'a> {
        Env::of(self.program, self.now, &delivery.after)
    }

    fn was(&self, delivery: &Delivery, condition: &Expr) -> bool {
        let before = delivery.before.as_ref();
        before.is_some_and(|before| Env::of(self.program, self.now, before).holds(condition))
    }

    /// Whether a condition was not true and is true (E2).
    fn turned(&self, delivery: &Delivery, condition: &Expr) -> bool {
        !self.was(delivery, condition) && self.env(delivery).holds(condition)
    }

    /// The occurrence of a trigger's event in a delivery, if it passes `from`,
    /// `to` and the filter.
    fn occurs(&self, trigger: &EventTrigger, delivery: &Delivery) -> Option<Occurrence> {
        let mut found = delivery.occurrences.iter();
        let found = found.find(|found| found.source == trigger.event)?;
        let env = self.env(delivery).with(Some(found));
        let is = |end: &Option<Expr>, value: &Option<Value>| {
            end.as_ref().is_none_or(|end| match (env.eval(end), value) {
                (Some(end), Some(value)) => equal(&end, value),
                _ => false,
            })
        };
        let ends = is(&trigger.from, &found.old) && is(&trigger.to, &found.new);
        (ends && env.permits(&trigger.filter)).then(|| found.clone())
    }

    /// Refined triggers count from a record's birth, published or not (E14).
    pub(crate) fn count(&mut self, delivery: &Delivery) {
        let mut counted = Vec::new();
        for (at, workflow) in self.program.workflows.iter().enumerate() {
            for (place, trigger) in workflow.events.iter().enumerate() {
                if workflow.object == delivery.after.object
                    && !trigger.refinements.is_empty()
                    && let Some(found) = self.occurs(trigger, delivery)
                {
                    counted.push(((at, place), found.occurred));
                }
            }
        }
        for (place, occurred) in counted {
            let counters = &mut self.record(&delivery.after.handle).counters;
            counters.entry(place).or_default().push(occurred);
        }
    }

    fn refined(&self, at: (usize, usize), delivery: &Delivery, occurred: Timestamp) -> bool {
        let refinements = &self.workflow(at.0).events[at.1].refinements;
        let mut refinements = refinements.iter().map(|(refinement, _)| refinement);
        let env = self.env(delivery);
        let rules = refinements.clone();
        let passes = |time: &Timestamp| rules.clone().all(|rule| in_time(rule, *time, &env));
        let times = self.records[&delivery.after.handle].counters.get(&at);
        let times = times
            .into_iter()
            .flatten()
            .filter(|time| passes(time))
            .count();
        passes(&occurred)
            && refinements.all(|refinement| match refinement {
                Refinement::AtLeast(least) => *least <= times.into(),
                Refinement::AtMost(most) => *most >= times.into(),
                Refinement::Exactly(wanted) => *wanted == times.into(),
                _ => times >= 1,
            })
    }

    /// Whose enrolments have begun, and whose waits have ended.
    pub(crate) fn consider(&mut self, delivery: &Delivery) -> (Vec<u64>, Vec<u64>) {
        let (mut begun, mut moved) = (Vec::new(), Vec::new());
        for at in 0..self.program.workflows.len() {
            if !self.published || self.workflow(at).object != delivery.after.object {
                continue;
            }
            match delivery.cause {
                Cause::Manual(asked) if asked == at => self.leave_all(at, delivery, "manual"),
                Cause::Request(asked) if asked == at => {
                    begun.extend(self.decide(Asked::plain(at, true), delivery));
                }
                Cause::Existing(asked) if asked == at => {
                    let (env, workflow) = (self.env(delivery), self.workflow(at));
                    let mut filters = workflow.filters.iter();
                    let matches = filters.any(|filter| env.holds(&filter.condition));
                    if matches && env.permits(&workflow.only) {
                        begun.extend(self.decide(Asked::plain(at, false), delivery));
                    }
                }
                Cause::Change => {
                    if let Some(reason) = self.reason_to_leave(at, delivery) {
                        self.leave_all(at, delivery, reason);
                    }
                    let asked = self.asked(at, delivery);
                    begun.extend(asked.and_then(|asked| self.decide(asked, delivery)));
                    moved.extend(self.moments(at, delivery));
                }
                _ => {}
            }
        }
        (begun, moved)
    }

    fn reason_to_leave(&self, at: usize, delivery: &Delivery) -> Option<&'static str> {
        let workflow = self.workflow(at);
        let turned = |condition: &Expr| self.turned(delivery, condition);
        let now = |condition: &Expr| self.env(delivery).holds(condition);
        let event = |trigger: &EventTrigger| self.occurs(trigger, delivery).is_some();
        let mut filters = workflow.filters.iter().map(|filter| &filter.condition);
        if workflow.suppress.iter().any(turned) {
            Some("suppressed")
        } else if workflow.goal.as_ref().is_some_and(turned) {
            Some("goal_met")
        } else if workflow.unenroll.iter().any(turned) || workflow.unenroll_on.iter().any(event) {
            Some("unenroll_condition")
        } else if workflow.unenroll_on_leaving.is_some()
            && filters.clone().any(|filter| self.was(delivery, filter))
            && !filters.any(now)
        {
            Some("leaving")
        } else {
            None
        }
    }

    fn leave_all(&mut self, at: usize, delivery: &Delivery, reason: &'static str) {
        let mut leaving: Vec<(String, u64)> = self.inside_of(at, delivery);
        leaving.sort();
        for (_, id) in leaving {
            self.leave(id, reason);
        }
    }

    /// The enrolments of the record in a workflow by birth, with their keys.
    fn inside_of(&self, at: usize, delivery: &Delivery) -> Vec<(String, u64)> {
        let inside = self.enrolments.iter().filter_map(|(id, inside)| {
            let found = inside.workflow == at && inside.record == delivery.after.handle;
            found.then(|| (inside.key.clone(), *id))
        });
        inside.collect()
    }

    /// Whether this delivery asks for an enrolment, by the workflow's own
    /// triggers or those of `reenroll` (E8).
    fn asked(&self, at: usize, delivery: &Delivery) -> Option<Asked> {
        let workflow = self.workflow(at);
        let events = workflow.events.iter();
        let own: Vec<_> = events
            .map(|trigger| self.occurs(trigger, delivery))
            .collect();
        let occurring = || own.iter().position(Option::is_some);
        let fired = (0..own.len()).find(|place| {
            let found = own[*place].as_ref();
            found.is_some_and(|found| self.refined((at, *place), delivery, found.occurred))
        });
        let mut filters = workflow.filters.iter().map(|filter| &filter.condition);
        let filter = filters.clone().any(|filter| self.turned(delivery, filter));
        let again = workflow.reenroll.iter().any(|clause| match clause {
            Reenroll::Always(_) => filter || occurring().is_some(),
            Reenroll::On(trigger) => self.occurs(trigger, delivery).is_some(),
            Reenroll::When(condition) => self.turned(delivery, condition),
        });
        let caused = fired.is_some() || filter;
        let trigger = match caused {
            true => fired,
            false if again => occurring(),
            false => return None,
        };
        let event = trigger.and_then(|place| own[place].clone());
        let env = self.env(delivery).with(event.as_ref());
        let key = trigger.and_then(|place| {
            let per = workflow.events[place].per.as_ref()?;
            Some(env.print(&env.eval(per)?, per))
        });
        let key = key.unwrap_or_default();
        let own_holds = occurring().is_some()
            || filters.any(|filter| env.holds(filter))
            || workflow.filters.is_empty() && !workflow.events.is_empty();
        let identity = (at, delivery.after.handle.clone(), key.clone());
        let holds = caused || self.ever.contains(&identity) && own_holds;
        let matches = holds && env.permits(&workflow.only);
        matches.then(|| Asked {
            key,
            event,
            ..Asked::plain(at, again)
        })
    }

    /// The decision E5; the number of the enrolment if there is one.
    fn decide(&mut self, asked: Asked, delivery: &Delivery) -> Option<u64> {
        let workflow = self.workflow(asked.workflow);
        let env = self.env(delivery);
        let at = asked.workflow;
        let identity = (at, delivery.after.handle.clone(), asked.key.clone());
        let known = self.ever.contains(&identity);
        let mut inside = self.inside_of(at, delivery).into_iter();
        let inside = inside.any(|(key, _)| key == asked.key);
        let suppressed = workflow.suppress.iter().any(|when| env.holds(when));
        let goal = workflow.goal.as_ref().is_some_and(|goal| env.holds(goal));
        let reasons = [
            ("chain_too_long", delivery.chain > CHAIN),
            ("workflow_off", self.is_off(at)),
            ("workflow_paused", self.paused.contains(&at)),
            ("suppressed", suppressed),
            ("goal_met", goal),
            ("already_enrolled", inside),
            ("enrolled_before", known && workflow.reenroll.is_empty()),
            ("no_reenroll_trigger", known && !asked.again),
        ];
        let refused = reasons.into_iter().find(|(_, applies)| *applies);
        self.trace.push(Trace {
            record: identity.1.clone(),
            workflow: workflow.name.to_string(),
            key: asked.key.clone(),
            what: refused.map_or(What::Enrolled, |(reason, _)| What::Refused(reason)),
        });
        if refused.is_some() {
            return None;
        }
        let id = self.trace.len() as u64;
        self.ever.insert(identity);
        let enrolment = Enrolment {
            record: delivery.after.handle.clone(),
            workflow: at,
            key: asked.key,
            event: asked.event,
            rest: workflow.steps.iter().rev().collect(),
            step: None,
            bound: BTreeSet::new(),
            state: State::Going,
            failure: None,
        };
        self.enrolments.insert(id, enrolment);
        Some(id)
    }

    /// Moments that are waited for are computed anew where something that they
    /// read has changed; who goes on (W4).
    fn moments(&mut self, at: usize, delivery: &Delivery) -> Vec<u64> {
        let mut moved = Vec::new();
        for (_, id) in self.inside_of(at, delivery) {
            let State::Waiting(_, since, Some(wait)) = self.enrolments[&id].state else {
                continue;
            };
            let Wait::Until { moment, .. } = wait else {
                continue;
            };
            if let Moment::At(expr) = &**moment
                && self.reads_changed(expr, delivery)
                && self.wait_until(id, wait, since)
            {
                moved.push(id);
            }
        }
        moved
    }

    fn reads_changed(&self, expr: &Expr, delivery: &Delivery) -> bool {
        let Some(before) = &delivery.before else {
            return false;
        };
        use ExprKind::{Aggregate, InSegment, Property, Quantified, Record};
        let reads = matches!(
            expr.kind,
            Property(_) | Record(_) | Aggregate(..) | Quantified(..) | InSegment(_)
        );
        let (before, after) = (Env::of(self.program, self.now, before), self.env(delivery));
        if reads {
            return before.eval(expr) != after.eval(expr);
        }
        expr.children()
            .into_iter()
            .any(|child| self.reads_changed(child, delivery))
    }
}

/// Whether an occurrence is in the time of a refinement: by calendar day, by
/// instant where there is an amount of hours or less.
fn in_time(refinement: &Refinement, time: Timestamp, env: &Env<'_>) -> bool {
    use ExprKind::{Literal, Relative};
    let zone = env.zone();
    let day = day_of(time, zone);
    // By day, an occurrence stands for the begin of its day.
    let start = start_of_day(day, zone).unwrap_or(time);
    let short = |by: &Duration| by.unit < Unit::Day;
    let exact = |bound: &Expr| {
        let amount = |part: &Expr| matches!(&part.kind, Relative(by, _) | Literal(Value::Duration(by)) if short(by));
        bound.find(&amount).is_some()
    };
    let at = |bound: &Expr| if exact(bound) { time } else { start };
    // From when to when a bound goes: a day is the whole of it.
    let bound = |bound: &Expr| match env.bound_of(bound) {
        Some(Value::Date(day)) => start_of_day(day, zone).zip(end_of_day(day, zone)),
        Some(Value::Datetime(at)) => Some((at, at)),
        _ => None,
    };
    let before = |end: &Expr| bound(end).is_some_and(|(first, _)| at(end) < first);
    let after = |end: &Expr| bound(end).is_some_and(|(_, last)| at(end) > last);
    match refinement {
        Refinement::AtLeast(_) | Refinement::AtMost(_) | Refinement::Exactly(_) => true,
        Refinement::Within(edge, by, counted) => {
            let found = period((*edge, *by, *counted), env.now, zone);
            found.is_some_and(|(low, high)| match *counted && short(by) {
                true => (low..=high).contains(&time),
                false => (day_of(low, zone)..=day_of(high, zone)).contains(&day),
            })
        }
        Refinement::Before(end) => before(end),
        Refinement::After(end) if exact(end) => after(end),
        Refinement::After(end) => after(end) || bound(end) == Some((start, start)),
        Refinement::Between(low, high) => {
            let known = bound(low).is_some() && bound(high).is_some();
            known && !before(low) && !after(high)
        }
    }
}
