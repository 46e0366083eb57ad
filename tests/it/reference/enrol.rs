//! Enrolments: what a delivery means to the workflows of its record, and the
//! steps of those inside.

use std::collections::BTreeMap;

use flow::base::{Date, Timestamp, Unit, day_of, instant, shift};
use flow::model::compute::{compare, equal, print_as, spell};
use flow::model::{ObjectId, PropertyId, Value};
use flow::semantic::hir::{
    Do, EventSource, EventTrigger, Expr, ExprKind, FieldSource, MatchArm, MatchTest, Moment,
    PastAction, Records, Reenroll, Refinement, Step, StepKind, Target, TargetProperty, Wait,
};
use flow::syntax::ast::SetOp;

use crate::acts::{Arguments, Trace, What};
use crate::reference::eval::{Env, period};
use crate::reference::{Cause, Delivery, Enrolment, Failure, Model, Occurrence, State, Ticket};

/// A chain longer than this enrols nobody (I5).
const CHAIN: u32 = 100;

/// Somebody asks for an enrolment: its key and event, and whether a `reenroll`
/// trigger has fired or needs not.
type Asked = (String, Option<Occurrence>, bool);

impl<'p> Model<'p> {
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
        let is = |end: &Option<Expr>, side: fn(ObjectId, PropertyId) -> FieldSource| {
            let (Some(end), EventSource::Changed(id)) = (end, &found.source) else {
                return true;
            };
            let value = found.fields[&side(env.this.object, *id)].as_ref();
            let both = env.eval(end).zip(value);
            both.is_some_and(|(end, value)| equal(&end, value))
        };
        let ends = is(&trigger.from, FieldSource::Old) && is(&trigger.to, FieldSource::New);
        (ends && env.permits(&trigger.filter)).then(|| found.clone())
    }

    /// Refined triggers count from a record's birth, published or not (E14).
    pub(crate) fn count(&mut self, delivery: &Delivery) {
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
    pub(crate) fn consider(&mut self, delivery: &Delivery) -> (Vec<u64>, Vec<u64>) {
        let (mut begun, mut moved) = (Vec::new(), Vec::new());
        for (at, workflow) in self.program.workflows.iter().enumerate() {
            let asks = matches!(delivery.cause, Cause::Request(_));
            let object = self.records[&delivery.to].object;
            if !(self.published || asks) || workflow.object != object {
                continue;
            }
            let asked = match delivery.cause {
                Cause::Change => {
                    if let Some(reason) = self.reason_to_leave(at, delivery) {
                        self.leave_all(at, delivery, reason);
                    }
                    self.asked(at, delivery)
                }
                Cause::Manual(asked) if asked == at => {
                    self.leave_all(at, delivery, "manual");
                    None
                }
                Cause::Request(asked) if asked == at => Some((String::new(), None, true)),
                Cause::Existing(asked) if asked == at => {
                    let env = self.after(delivery);
                    let mut filters = workflow.filters.iter();
                    let matches = filters.any(|filter| env.holds(&filter.condition));
                    let matches = matches && env.permits(&workflow.only);
                    matches.then(|| (String::new(), None, false))
                }
                _ => None,
            };
            begun.extend(asked.and_then(|asked| self.decide(at, asked, delivery)));
            moved.extend(self.moments(at, delivery));
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
        first(&[
            ("suppressed", workflow.suppress.iter().any(turned)),
            ("goal_met", workflow.goal.iter().any(turned)),
            ("unenroll_condition", unenrolled),
            ("leaving", workflow.unenroll_on_leaving.is_some() && left),
        ])
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
        let here = |inside: &Enrolment| inside.workflow == at && inside.record == delivery.to;
        let inside = self.enrolments.iter().filter(|(_, inside)| here(inside));
        let inside = inside.map(|(id, inside)| (inside.key.clone(), *id));
        inside.collect()
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
        (holds && env.permits(&workflow.only)).then_some((key, event, again))
    }

    /// The decision E5; the number of the enrolment if there is one.
    fn decide(&mut self, at: usize, asked: Asked, delivery: &Delivery) -> Option<u64> {
        let (key, event, again) = asked;
        let workflow = self.workflow(at);
        let env = self.after(delivery);
        let identity = (at, delivery.to.clone(), key.clone());
        let known = self.ever.contains(&identity);
        let mut inside = self.inside_of(at, delivery).into_iter();
        let inside = inside.any(|(other, _)| other == key);
        let holds = |condition: &Expr| env.holds(condition);
        let reasons = [
            ("chain_too_long", delivery.chain > CHAIN),
            ("workflow_off", self.is_off(at) || !self.published),
            ("workflow_paused", self.paused.contains(&at)),
            ("suppressed", workflow.suppress.iter().any(holds)),
            ("goal_met", workflow.goal.iter().any(holds)),
            ("already_enrolled", inside),
            ("enrolled_before", known && workflow.reenroll.is_empty()),
            ("no_reenroll_trigger", known && !again),
        ];
        let refused = first(&reasons);
        self.trace.push(Trace {
            record: delivery.to.clone(),
            workflow: workflow.name.to_string(),
            key: key.clone(),
            what: refused.map_or(What::Enrolled, What::Refused),
        });
        if refused.is_some() {
            return None;
        }
        let id = self.trace.len() as u64;
        self.ever.insert(identity);
        let enrolment = Enrolment {
            record: delivery.to.clone(),
            workflow: at,
            key,
            event,
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
        let (before, after) = (delivery.before.as_ref(), self.after(delivery));
        let differs = |before, part: &Expr| self.env(before).eval(part) != after.eval(part);
        let changed = |part: &Expr| {
            let reads = matches!(part.kind, ExprKind::Property(_));
            reads && before.is_some_and(|before| differs(before, part))
        };
        expr.find(&changed).is_some()
    }

    fn line(&self, id: u64, what: What) -> Trace {
        let inside = &self.enrolments[&id];
        Trace {
            record: inside.record.clone(),
            workflow: self.workflow(inside.workflow).name.to_string(),
            key: inside.key.clone(),
            what,
        }
    }

    fn say(&mut self, id: u64, what: What) {
        let line = self.line(id, what);
        self.trace.push(line);
    }

    /// Tells how the step at hand has ended.
    fn told(&mut self, id: u64, outcome: &str) {
        let step = self.enrolments[&id].step_name();
        self.say(id, What::step(&step, outcome));
    }

    pub(crate) fn going(&mut self, id: u64) -> &mut Enrolment<'p> {
        self.enrolments.get_mut(&id).expect("it is inside")
    }

    pub(crate) fn leave(&mut self, id: u64, reason: &'static str) {
        self.say(id, What::Left(reason));
        self.enrolments.remove(&id);
    }

    /// What an enrolment sees.
    fn at(&self, id: u64) -> Env<'_> {
        let inside = &self.enrolments[&id];
        Env {
            event: inside.event.as_ref(),
            bound: &inside.bound,
            ..self.env(&self.records[&inside.record])
        }
    }

    /// What an enrolment was waiting for is there: it goes on.
    pub(crate) fn finish(&mut self, id: u64, failure: Option<Failure>, chain: u32) {
        let Some(inside) = self.enrolments.get(&id) else {
            return;
        };
        let step = inside.step.expect("it was in a step");
        if !matches!(step.kind, StepKind::Wait(_) | StepKind::Do(_)) {
            let failed = |(_, error): &Failure| format!("failed: {error}");
            let outcome = failure.as_ref().map_or("done".to_owned(), failed);
            self.told(id, &outcome);
        }
        if let Some((status, _)) = failure {
            self.failed(id, status, chain);
        }
        self.go_on(id, chain);
    }

    /// The event `action_failed` occurs; `on error` comes next (A4).
    fn failed(&mut self, id: u64, status: Option<u16>, chain: u32) {
        // The action, the status, the error: only the status is modelled.
        let status = status.map(|status| Value::Number(status.into()));
        let occurrence = Occurrence {
            source: EventSource::ActionFailed,
            occurred: self.now,
            fields: BTreeMap::from([(FieldSource::ActionFailed(1), status)]),
        };
        let inside = self.going(id);
        if let Some(doing) = inside.doing() {
            inside.rest.extend(doing.on_error.iter().flatten().rev());
        }
        let record = inside.record.clone();
        self.send(&record, chain + 1, |_, at| at.occurrences.push(occurrence));
    }

    pub(crate) fn go_on(&mut self, id: u64, chain: u32) {
        while self.enrolments.contains_key(&id) && self.step(id, chain) {}
    }

    /// Takes the next step; whether the one after it can follow at once.
    // size: one match over all steps
    fn step(&mut self, id: u64, chain: u32) -> bool {
        let now = self.now;
        let workflow = self.enrolments[&id].workflow;
        let (paused, off) = (self.paused.contains(&workflow), self.is_off(workflow));
        let inside = self.going(id);
        if paused {
            inside.state = State::Waiting(now, now, None);
            return false;
        }
        let Some(step) = inside.rest.pop() else {
            self.leave(id, "completed");
            return false;
        };
        (inside.step, inside.state) = (Some(step), State::Going);
        match &step.kind {
            StepKind::Wait(wait @ Wait::Until { .. }) => self.wait_until(id, wait, now),
            StepKind::Wait(Wait::For(by)) => {
                let due = shift(now, *by, false, &self.program.settings.zone);
                due.map(|due| self.wait(id, due, now, None)).is_none()
            }
            StepKind::Branch(cases, other) => {
                let env = self.at(id);
                let taken = cases.iter().position(|case| env.holds(&case.when));
                let steps = taken.map(|at| &cases[at].steps).or(other.as_ref());
                self.enter(id, taken, steps)
            }
            StepKind::Match(value, arms, other) => {
                let env = self.at(id);
                let value = env.eval(value);
                let mut each = arms.iter();
                let taken = each.position(|arm| matches_arm(arm, value.as_ref(), &env));
                let steps = taken.map(|at| &arms[at].steps).or(other.as_ref());
                self.enter(id, taken, steps)
            }
            StepKind::Stop => {
                self.told(id, "done");
                self.leave(id, "completed");
                false
            }
            _ if off => {
                self.told(id, "skipped: workflow_off");
                true
            }
            StepKind::Do(doing) => self.doing(id, doing, chain),
            StepKind::Set(set) => {
                let value = self.at(id).eval(&set.value);
                self.set(id, &set.target, (Some(set.op), value), chain)
            }
            StepKind::Clear(target) => self.set(id, target, (None, None), chain),
            StepKind::Enroll(workflow, records) => {
                let cause = Cause::Request(workflow.index());
                self.ask(id, records, chain, move |model, at, ticket| {
                    at.cause = cause;
                    model.answer(at, ticket, None);
                })
            }
            StepKind::Add(segment, records) | StepKind::Remove(segment, records) => {
                let join = matches!(step.kind, StepKind::Add(..));
                self.ask(id, records, chain, move |model, at, ticket| {
                    model.member(&at.to, *segment, join);
                    model.answer(at, ticket, None);
                })
            }
        }
    }

    fn enter(&mut self, id: u64, taken: Option<usize>, steps: Option<&'p Vec<Step>>) -> bool {
        let none = ["none_met", "else"][usize::from(steps.is_some())];
        let case = taken.map_or(none.to_owned(), |at| (at + 1).to_string());
        let inside = self.going(id);
        inside.rest.extend(steps.into_iter().flatten().rev());
        let id_of = inside.step_name();
        self.say(id, What::Branch { id: id_of, case });
        true
    }

    fn wait(&mut self, id: u64, due: Timestamp, since: Timestamp, until: Option<&'p Wait>) {
        let inside = self.going(id);
        let same = matches!(inside.state, State::Waiting(before, ..) if before == due);
        inside.state = State::Waiting(due, since, until);
        if !same {
            self.told(id, &format!("waits {due}"));
        }
    }

    /// Waits for a moment, `now` standing for an instant; whether the
    /// enrolment goes on at once (W4).
    pub(crate) fn wait_until(&mut self, id: u64, wait: &'p Wait, since: Timestamp) -> bool {
        let Wait::Until {
            moment,
            past,
            unknown,
        } = wait
        else {
            return true;
        };
        let env = Env {
            now: since,
            ..self.at(id)
        };
        let (action, outcome) = match next(moment, &env) {
            Some(due) if due >= self.now => {
                self.wait(id, due, since, Some(wait));
                return false;
            }
            Some(_) => (past, "past"),
            None => (unknown, "unknown"),
        };
        self.going(id).state = State::Going;
        self.told(id, outcome);
        match action {
            PastAction::Continue => {}
            PastAction::Skip => {
                if let Some(step) = self.going(id).rest.pop() {
                    self.say(id, What::step(step.id.as_str(), "skipped"));
                }
            }
            PastAction::Stop => {
                self.leave(id, "completed");
                return false;
            }
        }
        true
    }

    /// Decides an action; a required argument that is unknown fails it (A10).
    fn doing(&mut self, id: u64, doing: &'p Do, chain: u32) -> bool {
        let action = &self.program.catalog.actions[doing.action];
        let env = self.at(id);
        let (mut arguments, mut missing) = (Arguments::new(), None);
        for (name, expr) in &doing.arguments {
            let parameter = action.parameter(name.as_str());
            if let Some(value) = env.eval(expr) {
                let value = spell(&value, &expr.ty, env.zone());
                arguments.push((name.to_string(), value));
            } else if parameter.is_some_and(|own| own.required) {
                missing = missing.or(Some(name));
            }
        }
        let step = self.enrolments[&id].step_name();
        if let Some(name) = missing {
            let error = format!("missing_argument: {name}");
            self.say(id, What::result(&step, &error));
            self.failed(id, None, chain);
            return true;
        }
        let line = self.line(id, What::Action { step, arguments });
        self.trace.push(line.clone());
        self.going(id).state = State::Acting;
        self.actions.push_back((id, line));
        false
    }

    /// Sets or clears a property or a `one` association.
    fn set(
        &mut self,
        id: u64,
        target: &Target,
        (op, value): (Option<SetOp>, Option<Value>),
        chain: u32,
    ) -> bool {
        match target.property {
            TargetProperty::Property(property) => {
                self.ask(id, &target.records, chain, move |model, at, ticket| {
                    let failure = model.write(&at.to, property, op, value);
                    model.answer(at, ticket, failure);
                })
            }
            TargetProperty::Association(association) => {
                let with = value.and_then(|value| self.handle_of(&value));
                self.ask(id, &target.records, chain, move |model, at, ticket| {
                    let object = model.records[&at.to].object;
                    let associations = &model.program.catalog.objects[object].associations;
                    let tie = model.tie(object, associations[association].name.as_str(), None);
                    model.relink(at, tie, (with, ticket));
                })
            }
        }
    }

    fn targets(&self, id: u64, records: &Records) -> Vec<String> {
        let env = self.at(id);
        let records = match records {
            Records::This => vec![env.this],
            Records::One(path) => env.record(path).into_iter().collect(),
            Records::Linked(path) => env.members(path).unwrap_or_default(),
        };
        records.iter().map(|record| record.handle.clone()).collect()
    }

    /// One message to each target; the enrolment waits for all answers.
    fn ask(
        &mut self,
        id: u64,
        to: &Records,
        chain: u32,
        body: impl FnOnce(&mut Self, &mut Delivery, Ticket) + Clone + 'p,
    ) -> bool {
        let targets = self.targets(id, to);
        if targets.is_empty() {
            self.told(id, "skipped");
            return true;
        }
        let inside = self.going(id);
        inside.state = State::Parked(targets.len());
        for to in targets {
            let body = body.clone();
            self.send(&to, chain + 1, move |model, at| body(model, at, Some(id)));
        }
        false
    }
}

/// The first reason that applies.
fn first(reasons: &[(&'static str, bool)]) -> Option<&'static str> {
    let found = reasons.iter().find(|(_, applies)| *applies);
    found.map(|(reason, _)| *reason)
}

fn matches_arm(arm: &MatchArm, value: Option<&Value>, env: &Env<'_>) -> bool {
    let order = |end: &Expr| compare(value?, &env.eval(end)?);
    arm.tests.iter().any(|test| match test {
        MatchTest::Unknown => value.is_none(),
        MatchTest::Equal(constant) => value
            .zip(env.eval(constant))
            .is_some_and(|(value, constant)| equal(value, &constant)),
        MatchTest::Range(low, high) => {
            order(low).is_some_and(|order| order.is_ge())
                && order(high).is_some_and(|order| order.is_le())
        }
    })
}

/// The moment, or the first such one not before now.
fn next(moment: &Moment, env: &Env<'_>) -> Option<Timestamp> {
    let (days, time) = match moment {
        Moment::At(expr) => {
            return match env.eval(expr)? {
                Value::Datetime(at) => Some(at),
                other => panic!("not modelled: {other:?}"),
            };
        }
        Moment::Time(time) => (None, time),
        Moment::Weekdays(days, time) => (Some(days), time),
        Moment::Yearly(..) => panic!("not modelled: {moment:?}"),
    };
    let is = |day: Date, wanted| i8::try_from(wanted) == Ok(day.weekday().to_monday_zero_offset());
    let fits = |day| days.is_none_or(|days| days.iter().any(|wanted| is(day, *wanted)));
    let mut day = day_of(env.now, env.zone());
    loop {
        let at = instant(day.to_datetime(*time), env.zone())?;
        if fits(day) && at >= env.now {
            return Some(at);
        }
        day = day.tomorrow().ok()?;
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
