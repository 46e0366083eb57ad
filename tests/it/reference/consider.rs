//! What a delivery means to the workflows of its record: who leaves, who
//! enrols, whose moment has changed.

use flow::base::{Timestamp, Unit, day_of};
use flow::model::Value;
use flow::model::compute::{equal, print_as};
use flow::semantic::hir::{EventTrigger, Expr, ExprKind, Moment, Reenroll, Refinement, Wait};

use crate::acts::{Trace, What};
use crate::reference::eval::{Env, period};
use crate::reference::{Cause, Delivery, Enrolment, Model, Occurrence, State};

/// A chain longer than this enrols nobody (I5).
const CHAIN: u32 = 100;

/// Somebody asks for an enrolment.
#[derive(Default)]
struct Asked {
    key: String,
    event: Option<Occurrence>,
    /// Whether a `reenroll` trigger has fired, or needs none to.
    again: bool,
}

impl Model<'_> {
    fn after<'a>(&'a self, delivery: &'a Delivery) -> Env<'a> {
        self.env(&self.records[&delivery.to])
    }

    fn was(&self, delivery: &Delivery, condition: &Expr) -> bool {
        let before = delivery.before.as_ref();
        before.is_some_and(|before| self.env(before).holds(condition))
    }

    /// Whether a condition was not true and is true (E2).
    fn turned(&self, delivery: &Delivery, condition: &Expr) -> bool {
        !self.was(delivery, condition) && self.after(delivery).holds(condition)
    }

    /// The occurrence of a trigger's event in a delivery, if it passes `from`,
    /// `to` and the filter.
    fn occurs(&self, trigger: &EventTrigger, delivery: &Delivery) -> Option<Occurrence> {
        let mut found = delivery.occurrences.iter();
        let event = found.find(|found| found.source == trigger.event);
        let found = event?;
        let env = Env {
            event,
            ..self.after(delivery)
        };
        let is = |end: &Option<Expr>, value: &Option<Value>| {
            let same = |end: &Expr| Some(equal(&env.eval(end)?, value.as_ref()?));
            end.as_ref().is_none_or(|end| same(end) == Some(true))
        };
        let ends = is(&trigger.from, &found.old) && is(&trigger.to, &found.new);
        (ends && env.permits(&trigger.filter)).then(|| found.clone())
    }

    /// Refined triggers count from a record's birth, published or not (E14).
    pub(super) fn count(&mut self, delivery: &Delivery) {
        for (at, workflow) in self.program.workflows.iter().enumerate() {
            for (place, trigger) in workflow.events.iter().enumerate() {
                if workflow.object == self.records[&delivery.to].object
                    && !trigger.refinements.is_empty()
                    && let Some(found) = self.occurs(trigger, delivery)
                {
                    let counters = &mut self.record(&delivery.to).counters;
                    let times = counters.entry((at, place)).or_default();
                    times.push(found.occurred);
                }
            }
        }
    }

    /// Whether an occurrence passes the refinements of its trigger, and the
    /// number of those that pass does.
    fn refined(&self, at: (usize, usize), delivery: &Delivery, occurred: Timestamp) -> bool {
        let rules = &self.workflow(at.0).events[at.1].refinements;
        let env = self.after(delivery);
        let passes = |time: Timestamp| rules.iter().all(|(rule, _)| in_time(rule, time, &env));
        let times = env.this.counters.get(&at).into_iter().flatten();
        let times = times.filter(|time| passes(**time)).count();
        passes(occurred)
            && rules.iter().all(|(rule, _)| match rule {
                Refinement::AtLeast(least) => *least <= times.into(),
                Refinement::AtMost(most) => *most >= times.into(),
                Refinement::Exactly(wanted) => *wanted == times.into(),
                _ => times >= 1,
            })
    }

    /// Whose enrolments have begun, and whose waits have ended.
    pub(super) fn consider(&mut self, delivery: &Delivery) -> (Vec<u64>, Vec<u64>) {
        let (mut begun, mut moved) = (Vec::new(), Vec::new());
        let plain = |again| Asked {
            again,
            ..Asked::default()
        };
        for (at, workflow) in self.program.workflows.iter().enumerate() {
            let asks = matches!(delivery.cause, Cause::Request(_));
            let object = self.records[&delivery.to].object;
            if !(self.published || asks) || workflow.object != object {
                continue;
            }
            match delivery.cause {
                Cause::Manual(asked) if asked == at => self.leave_all(at, delivery, "manual"),
                Cause::Request(asked) if asked == at => {
                    begun.extend(self.decide(at, plain(true), delivery));
                }
                Cause::Existing(asked) if asked == at => {
                    let env = self.after(delivery);
                    let mut filters = workflow.filters.iter();
                    let matches = filters.any(|filter| env.holds(&filter.condition));
                    if matches && env.permits(&workflow.only) {
                        begun.extend(self.decide(at, plain(false), delivery));
                    }
                }
                Cause::Change => {
                    if let Some(reason) = self.reason_to_leave(at, delivery) {
                        self.leave_all(at, delivery, reason);
                    }
                    let asked = self.asked(at, delivery);
                    begun.extend(asked.and_then(|asked| self.decide(at, asked, delivery)));
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
        let now = |condition: &Expr| self.after(delivery).holds(condition);
        let event = |trigger: &EventTrigger| self.occurs(trigger, delivery).is_some();
        let mut filters = workflow.filters.iter().map(|filter| &filter.condition);
        let left = filters.clone().any(|filter| self.was(delivery, filter)) && !filters.any(now);
        let unenrolled =
            workflow.unenroll.iter().any(turned) || workflow.unenroll_on.iter().any(event);
        let reasons = [
            ("suppressed", workflow.suppress.iter().any(turned)),
            ("goal_met", workflow.goal.iter().any(turned)),
            ("unenroll_condition", unenrolled),
            ("leaving", workflow.unenroll_on_leaving.is_some() && left),
        ];
        let found = reasons.into_iter().find(|(_, applies)| *applies);
        found.map(|(reason, _)| reason)
    }

    fn leave_all(&mut self, at: usize, delivery: &Delivery, reason: &'static str) {
        let mut leaving = self.inside_of(at, delivery);
        leaving.sort();
        for (_, id) in leaving {
            self.leave(id, reason);
        }
    }

    /// The enrolments of the record in a workflow by birth, with their keys.
    fn inside_of(&self, at: usize, delivery: &Delivery) -> Vec<(String, u64)> {
        let inside = self.enrolments.iter();
        let inside =
            inside.filter(|(_, inside)| inside.workflow == at && inside.record == delivery.to);
        inside
            .map(|(id, inside)| (inside.key.clone(), *id))
            .collect()
    }

    /// Whether this delivery asks for an enrolment, by the workflow's own
    /// triggers or those of `reenroll` (E8).
    fn asked(&self, at: usize, delivery: &Delivery) -> Option<Asked> {
        let workflow = self.workflow(at);
        let events = workflow.events.iter();
        let own: Vec<Option<Occurrence>> = events
            .map(|trigger| self.occurs(trigger, delivery))
            .collect();
        let occurring = own.iter().position(Option::is_some);
        let fired = own.iter().enumerate().position(|(place, found)| {
            let found = found.as_ref();
            found.is_some_and(|found| self.refined((at, place), delivery, found.occurred))
        });
        let mut filters = workflow.filters.iter().map(|filter| &filter.condition);
        let filter = filters.clone().any(|filter| self.turned(delivery, filter));
        let mut others = workflow.reenroll.iter().filter_map(|clause| match clause {
            Reenroll::On(trigger) => self.occurs(trigger, delivery),
            _ => None,
        });
        let other = others.next();
        let again = workflow.reenroll.iter().any(|clause| match clause {
            Reenroll::Always(_) => filter || occurring.is_some(),
            Reenroll::On(_) => other.is_some(),
            Reenroll::When(condition) => self.turned(delivery, condition),
        });
        let caused = fired.is_some() || filter;
        if !caused && !again {
            return None;
        }
        let trigger = if caused { fired } else { occurring };
        let event = trigger.and_then(|place| own[place].clone());
        let event = event.or(other.filter(|_| !caused));
        let env = Env {
            event: event.as_ref(),
            ..self.after(delivery)
        };
        let key = trigger.and_then(|place| {
            let per = workflow.events[place].per.as_ref()?;
            Some(print_as(&env.eval(per)?, &per.ty, env.zone()))
        });
        let key = key.unwrap_or_default();
        let own_holds = occurring.is_some()
            || filters.any(|filter| env.holds(filter))
            || workflow.filters.is_empty() && !workflow.events.is_empty();
        let identity = (at, delivery.to.clone(), key.clone());
        let holds = caused || self.ever.contains(&identity) && own_holds;
        (holds && env.permits(&workflow.only)).then_some(Asked { key, event, again })
    }

    /// The decision E5; the number of the enrolment if there is one.
    fn decide(&mut self, at: usize, asked: Asked, delivery: &Delivery) -> Option<u64> {
        let workflow = self.workflow(at);
        let env = self.after(delivery);
        let identity = (at, delivery.to.clone(), asked.key.clone());
        let known = self.ever.contains(&identity);
        let mut inside = self.inside_of(at, delivery).into_iter();
        let inside = inside.any(|(key, _)| key == asked.key);
        let holds = |condition: &Expr| env.holds(condition);
        let reasons = [
            ("chain_too_long", delivery.chain > CHAIN),
            ("workflow_off", self.is_off(at) || !self.published),
            ("workflow_paused", self.paused.contains(&at)),
            ("suppressed", workflow.suppress.iter().any(holds)),
            ("goal_met", workflow.goal.iter().any(holds)),
            ("already_enrolled", inside),
            ("enrolled_before", known && workflow.reenroll.is_empty()),
            ("no_reenroll_trigger", known && !asked.again),
        ];
        let refused = reasons.into_iter().find(|(_, applies)| *applies);
        self.trace.push(Trace {
            record: delivery.to.clone(),
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
            record: delivery.to.clone(),
            workflow: at,
            key: asked.key,
            event: asked.event,
            rest: workflow.steps.iter().rev().collect(),
            step: None,
            bound: Vec::new(),
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
            if let State::Waiting(_, since, Some(wait)) = self.enrolments[&id].state
                && let Wait::Until { moment, .. } = wait
                && let Moment::At(expr) = &**moment
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
        let (before, after) = (self.env(before), self.after(delivery));
        let changed = |part: &Expr| {
            let reads = matches!(part.kind, ExprKind::Property(_));
            reads && before.eval(part) != after.eval(part)
        };
        expr.find(&changed).is_some()
    }
}

/// Whether an occurrence is in the time of a refinement: by calendar day, by
/// instant where there is an amount of hours or less.
fn in_time(refinement: &Refinement, time: Timestamp, env: &Env<'_>) -> bool {
    let (edge, by, counted) = match refinement {
        Refinement::Within(edge, by, counted) => (*edge, *by, *counted),
        Refinement::AtLeast(_) | Refinement::AtMost(_) | Refinement::Exactly(_) => return true,
        other => panic!("not modelled: {other:?}"),
    };
    let day = |time| day_of(time, env.zone());
    let found = period((edge, by, counted), env.now, env.zone());
    found.is_some_and(|(low, high)| match counted && by.unit < Unit::Day {
        true => (low..=high).contains(&time),
        false => (day(low)..=day(high)).contains(&day(time)),
    })
}
