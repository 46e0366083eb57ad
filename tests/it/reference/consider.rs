//! What a delivery means to the workflows of its record: who leaves, who
//! enrols, whose moment has changed.

use flow::base::{Timestamp, Unit, day_of, start_of_day};
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
        let found = delivery
            .occurrences
            .iter()
            .find(|found| found.source == trigger.event)?;
        let env = Env {
            event: Some(found),
            ..self.env(delivery)
        };
        let is = |end: &Option<Expr>, value: &Option<Value>| {
            end.as_ref().is_none_or(|end| match (env.eval(end), value) {
                (Some(end), Some(value)) => equal(&end, value),
                _ => false,
            })
        };
        let passes = is(&trigger.from, &found.change.0)
            && is(&trigger.to, &found.change.1)
            && trigger
                .filter
                .as_ref()
                .is_none_or(|filter| env.holds(filter));
        passes.then(|| found.clone())
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
        let record = self
            .records
            .get_mut(&delivery.after.handle)
            .expect("it is there");
        for (place, occurred) in counted {
            record.counters.entry(place).or_default().push(occurred);
        }
    }

    fn refined(&self, at: (usize, usize), delivery: &Delivery, occurred: Timestamp) -> bool {
        let trigger = &self.workflow(at.0).events[at.1];
        if trigger.refinements.is_empty() {
            return true;
        }
        let env = self.env(delivery);
        let passes = |time: &Timestamp| {
            trigger
                .refinements
                .iter()
                .all(|(refinement, _)| in_time(refinement, *time, &env))
        };
        let counters = &self.records[&delivery.after.handle].counters;
        let times = counters
            .get(&at)
            .map_or(0, |times| times.iter().filter(|time| passes(time)).count());
        passes(&occurred)
            && trigger
                .refinements
                .iter()
                .all(|(refinement, _)| match refinement {
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
                Cause::Request(workflow) if workflow == at => {
                    let again = true;
                    let asked = Asked {
                        workflow,
                        key: String::new(),
                        event: None,
                        again,
                    };
                    begun.extend(self.decide(asked, delivery));
                }
                Cause::Existing(workflow) if workflow == at => {
                    let matches = |condition| self.env(delivery).holds(condition);
                    let only = self.workflow(at).only.as_ref().is_none_or(matches);
                    if only
                        && self
                            .workflow(at)
                            .filters
                            .iter()
                            .any(|filter| matches(&filter.condition))
                    {
                        let asked = Asked {
                            workflow,
                            key: String::new(),
                            event: None,
                            again: false,
                        };
                        begun.extend(self.decide(asked, delivery));
                    }
                }
                Cause::Change => {
                    if let Some(reason) = self.reason_to_leave(at, delivery) {
                        self.leave_all(at, delivery, reason);
                    }
                    begun.extend(
                        self.asked(at, delivery)
                            .and_then(|asked| self.decide(asked, delivery)),
                    );
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
        let mut filters = workflow.filters.iter().map(|filter| &filter.condition);
        if workflow.suppress.iter().any(turned) {
            Some("suppressed")
        } else if workflow.goal.as_ref().is_some_and(turned) {
            Some("goal_met")
        } else if workflow.unenroll.iter().any(turned)
            || workflow
                .unenroll_on
                .iter()
                .any(|trigger| self.occurs(trigger, delivery).is_some())
        {
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
        let inside = self
            .enrolments
            .iter()
            .filter(|(_, inside)| inside.workflow == at && inside.record == delivery.after.handle);
        inside
            .map(|(id, inside)| (inside.key.clone(), *id))
            .collect()
    }

    /// Whether this delivery asks for an enrolment, by the workflow's own
    /// triggers or those of `reenroll` (E8).
    fn asked(&self, at: usize, delivery: &Delivery) -> Option<Asked> {
        let workflow = self.workflow(at);
        let own: Vec<Option<Occurrence>> = workflow
            .events
            .iter()
            .map(|trigger| self.occurs(trigger, delivery))
            .collect();
        let occurring = || own.iter().position(Option::is_some);
        let fired = own.iter().enumerate().position(|(place, found)| {
            found
                .as_ref()
                .is_some_and(|found| self.refined((at, place), delivery, found.occurred))
        });
        let filter = workflow
            .filters
            .iter()
            .any(|filter| self.turned(delivery, &filter.condition));
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
        let env = Env {
            event: event.as_ref(),
            ..self.env(delivery)
        };
        let key = trigger.and_then(|place| {
            let per = workflow.events[place].per.as_ref()?;
            Some(env.print(&env.eval(per)?, per))
        });
        let key = key.unwrap_or_default();
        let only = workflow.only.as_ref().is_none_or(|only| env.holds(only));
        let own_holds = occurring().is_some()
            || workflow
                .filters
                .iter()
                .any(|filter| env.holds(&filter.condition))
            || workflow.filters.is_empty() && !workflow.events.is_empty();
        let known = self
            .ever
            .contains(&(at, delivery.after.handle.clone(), key.clone()));
        let matches = only && (caused || known && own_holds);
        matches.then_some(Asked {
            workflow: at,
            key,
            event,
            again,
        })
    }

    /// The decision E5; the number of the enrolment if there is one.
    fn decide(&mut self, asked: Asked, delivery: &Delivery) -> Option<u64> {
        let workflow = self.workflow(asked.workflow);
        let env = self.env(delivery);
        let identity = (
            asked.workflow,
            delivery.after.handle.clone(),
            asked.key.clone(),
        );
        let known = self.ever.contains(&identity);
        let inside = self.inside_of(asked.workflow, delivery);
        let reasons = [
            ("chain_too_long", delivery.chain > CHAIN),
            ("workflow_off", self.is_off(asked.workflow)),
            ("workflow_paused", self.paused.contains(&asked.workflow)),
            (
                "suppressed",
                workflow
                    .suppress
                    .iter()
                    .any(|condition| env.holds(condition)),
            ),
            (
                "goal_met",
                workflow.goal.as_ref().is_some_and(|goal| env.holds(goal)),
            ),
            (
                "already_enrolled",
                inside.iter().any(|(key, _)| *key == asked.key),
            ),
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
        self.enrolments.insert(
            id,
            Enrolment {
                record: delivery.after.handle.clone(),
                workflow: asked.workflow,
                key: asked.key,
                event: asked.event,
                rest: workflow.steps.iter().rev().collect(),
                step: None,
                bound: std::collections::BTreeSet::new(),
                state: State::Going,
                failure: None,
            },
        );
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
        let reads = matches!(
            expr.kind,
            ExprKind::Property(_)
                | ExprKind::Record(_)
                | ExprKind::Aggregate(..)
                | ExprKind::Quantified(..)
                | ExprKind::InSegment(_)
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
    let short = |expr: &Expr| {
        let amount = |part: &Expr| match &part.kind {
            ExprKind::Relative(by, _) | ExprKind::Literal(Value::Duration(by)) => {
                by.unit < Unit::Day
            }
            _ => false,
        };
        expr.find(&amount).is_some()
    };
    let zone = env.zone();
    let day = day_of(time, zone);
    // The begin of a day, and whether a bound is the whole of its day.
    let bound = |expr: &Expr| {
        let time = if short(expr) {
            time
        } else {
            start_of_day(day, zone)?
        };
        Some((
            time,
            match env.bound_of(expr)? {
                Value::Date(bound) => (
                    start_of_day(bound, zone)?,
                    flow::base::end_of_day(bound, zone)?,
                ),
                Value::Datetime(bound) => (bound, bound),
                _ => return None,
            },
        ))
    };
    let passes =
        match refinement {
            Refinement::AtLeast(_) | Refinement::AtMost(_) | Refinement::Exactly(_) => Some(true),
            Refinement::Within(edge, by, counted) => period((*edge, *by, *counted), env.now, zone)
                .map(|(low, high)| match *counted && by.unit < Unit::Day {
                    true => (low..=high).contains(&time),
                    false => (day_of(low, zone)..=day_of(high, zone)).contains(&day),
                }),
            Refinement::Before(end) => bound(end).map(|(time, (low, _))| time < low),
            Refinement::After(end) if short(end) => bound(end).map(|(time, (_, high))| time > high),
            Refinement::After(end) => {
                bound(end).map(|(time, (low, high))| time > high || low == high && time == low)
            }
            Refinement::Between(low, high) => bound(low)
                .zip(bound(high))
                .map(|((from, (low, _)), (to, (_, high)))| low <= from && to <= high),
        };
    passes == Some(true)
}
