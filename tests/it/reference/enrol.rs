//! Enrolments: what a delivery means to the workflows of its record, and the
//! steps of those inside.

use std::collections::BTreeMap;
use std::iter::successors;
use std::mem::replace;

use flow::base::{Date, Timestamp, Unit, day_of, instant, shift};
use flow::model::compute::{equal, print_as, spell};
use flow::model::{ObjectId, PropertyId, Value};
use flow::semantic::hir::{
    Do, EventSource, EventTrigger, Expr, ExprKind, FieldSource, Moment, PastAction, Records,
    Reenroll, Refinement, Step, StepKind, Target, TargetProperty, Wait,
};
use flow::syntax::ast::SetOp;

use crate::acts::{Arguments, Trace, What};
use crate::reference::eval::Env;
use crate::reference::{Delivery, Enrolment, Model, Occurrence, State};

/// A chain longer than this enrols nobody (I5).
const CHAIN: u32 = 100;

/// Somebody asks for an enrolment: its key and event, and whether a `reenroll`
/// trigger has fired or needs not.
type Asked = (String, Option<Occurrence>, bool);

/// A workflow's own trigger, its occurrence, and whether that passes refinements.
type Own<'p> = (&'p EventTrigger, Occurrence, bool);

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

    /// The own triggers of a workflow that occur, and whether they pass their
    /// refinements, which count from a record's birth, published or not (E14).
    fn own(&mut self, at: usize, delivery: &Delivery) -> Vec<Own<'p>> {
        let mut own = Vec::new();
        for (place, trigger) in self.workflow(at).events.iter().enumerate() {
            if let Some(found) = self.occurs(trigger, delivery) {
                let counter = (at, place, delivery.to.clone());
                let times = self.counters.entry(counter.clone()).or_default();
                times.push(found.occurred);
                let fires = refined(trigger, &self.counters[&counter], &self.after(delivery));
                own.push((trigger, found, fires));
            }
        }
        own
    }

    /// Considers the workflows of the record: who leaves, who enrols.
    pub(crate) fn consider(&mut self, delivery: &mut Delivery) {
        for (at, workflow) in self.program.workflows.iter().enumerate() {
            if workflow.object != self.records[&delivery.to].object {
                continue;
            }
            let own = self.own(at, delivery);
            if !self.published {
                continue;
            }
            if let Some(reason) = self.reason_to_leave(at, delivery) {
                self.leave_all(at, delivery, reason);
            }
            if let Some(asked) = self.asked(at, &own, delivery) {
                self.decide(at, asked, delivery);
            }
        }
    }

    /// Somebody else asks for an enrolment.
    pub(crate) fn request(&mut self, at: usize, delivery: &mut Delivery) {
        if self.workflow(at).object == self.records[&delivery.to].object {
            self.decide(at, (String::new(), None, true), delivery);
        }
    }

    /// The workflow is turned on: the record enrols if it matches (E9).
    pub(crate) fn existing(&mut self, at: usize, delivery: &mut Delivery) {
        let (workflow, env) = (self.workflow(at), self.after(delivery));
        let mut filters = workflow.filters.iter();
        let matches = filters.any(|filter| env.holds(&filter.condition));
        if matches && env.permits(&workflow.only) {
            self.decide(at, (String::new(), None, false), delivery);
        }
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

    pub(crate) fn leave_all(&mut self, at: usize, delivery: &Delivery, reason: &'static str) {
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
        inside
            .map(|(id, inside)| (inside.key.clone(), *id))
            .collect()
    }

    /// Whether this delivery asks for an enrolment, by the workflow's own
    /// triggers or those of `reenroll` (E8).
    fn asked(&self, at: usize, own: &[Own<'p>], delivery: &Delivery) -> Option<Asked> {
        let workflow = self.workflow(at);
        let mut filters = workflow.filters.iter().map(|filter| &filter.condition);
        let filter = filters.clone().any(|filter| self.turned(delivery, filter));
        let other = workflow.reenroll.iter().find_map(|clause| match clause {
            Reenroll::On(trigger) => self.occurs(trigger, delivery),
            _ => None,
        });
        let again = workflow.reenroll.iter().any(|clause| match clause {
            Reenroll::Always(_) => filter || !own.is_empty(),
            Reenroll::On(_) => other.is_some(),
            Reenroll::When(condition) => self.turned(delivery, condition),
        });
        let fired = own.iter().find(|(.., fires)| *fires);
        let caused = fired.is_some() || filter;
        let own_event = if caused { fired } else { own.first() };
        let event = own_event.map(|(_, found, _)| found.clone());
        let event = event.or(other.filter(|_| !caused));
        let env = Env {
            event: event.as_ref(),
            ..self.after(delivery)
        };
        let key = own_event.and_then(|(trigger, ..)| {
            let per = trigger.per.as_ref()?;
            Some(print_as(&env.eval(per)?, &per.ty, env.zone()))
        });
        let key = key.unwrap_or_default();
        let own_holds = !own.is_empty()
            || filters.any(|filter| env.holds(filter))
            || workflow.filters.is_empty() && !workflow.events.is_empty();
        let known = self.ever.contains(&(at, delivery.to.clone(), key.clone()));
        let holds = caused || again && known && own_holds;
        (holds && env.permits(&workflow.only)).then_some((key, event, again))
    }

    /// The decision E5. Who is refused is told so and is not inside.
    fn decide(&mut self, at: usize, (key, event, again): Asked, delivery: &mut Delivery) {
        let workflow = self.workflow(at);
        let env = self.after(delivery);
        let identity = (at, delivery.to.clone(), key.clone());
        let known = self.ever.contains(&identity);
        let mut inside = self.inside_of(at, delivery).into_iter();
        let holds = |condition: &Expr| env.holds(condition);
        let refused = first(&[
            ("chain_too_long", delivery.chain > CHAIN),
            ("workflow_off", self.is_off(at) || !self.published),
            ("workflow_paused", self.paused.contains(&at)),
            ("suppressed", workflow.suppress.iter().any(holds)),
            ("goal_met", workflow.goal.iter().any(holds)),
            ("already_enrolled", inside.any(|(other, _)| other == key)),
            ("enrolled_before", known && workflow.reenroll.is_empty()),
            ("no_reenroll_trigger", known && !again),
        ]);
        let enrolment = Enrolment {
            record: delivery.to.clone(),
            workflow: at,
            key,
            event,
            rest: workflow.steps.iter().rev().collect(),
            ..Enrolment::default()
        };
        let id = self.trace.len() as u64;
        self.enrolments.insert(id, enrolment);
        self.say(id, refused.map_or(What::Enrolled, What::Refused));
        if refused.is_some() {
            self.enrolments.remove(&id);
        } else {
            self.ever.insert(identity);
            delivery.begun.push(id);
        }
    }

    /// Moments that are waited for are computed anew where something that they
    /// read has changed; who goes on (W4).
    pub(crate) fn moments(&mut self, delivery: &Delivery) -> Vec<u64> {
        let workflows = 0..self.program.workflows.len();
        let inside = workflows.flat_map(|at| self.inside_of(at, delivery));
        let mut moved: Vec<u64> = inside.map(|(_, id)| id).collect();
        moved.retain(|id| {
            if let State::Waiting(_, since, Some(wait)) = self.enrolments[id].state
                && let Wait::Until { moment, .. } = wait
                && let Moment::At(expr) = &**moment
                && self.reads_changed(expr, delivery)
            {
                return self.wait(*id, wait, since);
            }
            false
        });
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

    fn say(&mut self, id: u64, what: What) {
        let inside = &self.enrolments[&id];
        self.trace.push(Trace {
            record: inside.record.clone(),
            workflow: self.workflow(inside.workflow).name.to_string(),
            key: inside.key.clone(),
            what,
        });
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
    pub(crate) fn finish(&mut self, id: u64, chain: u32) {
        let Some(inside) = self.enrolments.get_mut(&id) else {
            return;
        };
        let (failure, step) = (
            inside.failure.take(),
            inside.step.expect("it was in a step"),
        );
        if !matches!(step.kind, StepKind::Wait(_) | StepKind::Do(_)) {
            let failed = failure
                .as_ref()
                .map(|(_, error)| format!("failed: {error}"));
            self.told(id, failed.as_deref().unwrap_or("done"));
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
            StepKind::Wait(wait) => self.wait(id, wait, now),
            StepKind::Branch(cases, other) => {
                let env = self.at(id);
                let cases = cases
                    .iter()
                    .map(|case| (env.holds(&case.when), &case.steps));
                self.enter(id, cases.collect(), other)
            }
            StepKind::Match(value, arms, other) => {
                let (env, value) = (self.at(id), self.at(id).eval(value));
                let arms = arms
                    .iter()
                    .map(|arm| (env.takes(arm, value.as_ref()), &arm.steps));
                self.enter(id, arms.collect(), other)
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
                self.set(id, &set.target, (set.op, value), chain)
            }
            StepKind::Clear(target) => self.set(id, target, (SetOp::Assign, None), chain),
            StepKind::Enroll(workflow, records) => {
                let at = workflow.index();
                self.ask(id, records, chain, move |model, to| model.request(at, to))
            }
            StepKind::Add(segment, to) => self.ask(id, to, chain, |model, at| {
                model.member(&at.to, *segment, true)
            }),
            StepKind::Remove(segment, to) => self.ask(id, to, chain, |model, at| {
                model.member(&at.to, *segment, false)
            }),
        }
    }

    /// Goes into the first case that is taken.
    fn enter(
        &mut self,
        id: u64,
        cases: Vec<(bool, &'p Vec<Step>)>,
        other: &'p Option<Vec<Step>>,
    ) -> bool {
        let taken = cases.iter().position(|(taken, _)| *taken);
        let none = if other.is_some() { "else" } else { "none_met" };
        let case = taken.map_or(none.to_owned(), |at| (at + 1).to_string());
        let steps = taken.map(|at| cases[at].1).or(other.as_ref());
        let inside = self.going(id);
        inside.rest.extend(steps.into_iter().flatten().rev());
        let id_of = inside.step_name();
        self.say(id, What::Branch { id: id_of, case });
        true
    }

    /// Waits, `now` standing for an instant; whether the enrolment goes on at
    /// once (W4).
    fn wait(&mut self, id: u64, wait: &'p Wait, since: Timestamp) -> bool {
        let env = Env {
            now: since,
            ..self.at(id)
        };
        let (due, past, unknown) = match wait {
            Wait::For(by) => {
                let due = shift(since, *by, false, env.zone());
                (due, PastAction::Continue, PastAction::Continue)
            }
            Wait::Until {
                moment,
                past,
                unknown,
            } => (next(moment, &env), *past, *unknown),
        };
        let (action, outcome) = match due {
            Some(due) if due >= self.now => {
                let waits = State::Waiting(due, since, Some(wait));
                let before = replace(&mut self.going(id).state, waits);
                if !matches!(before, State::Waiting(before, ..) if before == due) {
                    self.told(id, &format!("waits {due}"));
                }
                return false;
            }
            Some(_) => (past, "past"),
            None => (unknown, "unknown"),
        };
        self.going(id).state = State::Going;
        self.told(id, outcome);
        let inside = self.going(id);
        if action == PastAction::Stop {
            self.leave(id, "completed");
        } else if action == PastAction::Skip
            && let Some(step) = inside.rest.pop()
        {
            self.say(id, What::step(step.id.as_str(), "skipped"));
        }
        action != PastAction::Stop
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
        self.say(id, What::Action { step, arguments });
        let line = self.trace.last().cloned();
        self.actions.extend(line.map(|line| (id, line)));
        self.going(id).state = State::Acting;
        false
    }

    /// Sets or clears a property or a `one` association.
    fn set(
        &mut self,
        id: u64,
        target: &'p Target,
        (op, value): (SetOp, Option<Value>),
        chain: u32,
    ) -> bool {
        let association = match target.property {
            TargetProperty::Property(property) => {
                let write =
                    move |model: &mut Self, at: &mut _| model.write(at, property, (op, value));
                return self.ask(id, &target.records, chain, write);
            }
            TargetProperty::Association(association) => association,
        };
        let with = value.and_then(|value| self.handle_of(&value));
        self.ask(id, &target.records, chain, move |model, at| {
            let record = &model.records[&at.to];
            let associations = &model.program.catalog.objects[record.object].associations;
            let name = associations[association].name.as_str();
            let old = record
                .linked(name, None)
                .first()
                .map(|end| end.other.clone());
            let tie = |with| model.tie(&at.to, name, with, None);
            match (with.map(tie), old.map(tie)) {
                (Some(tie), _) => model.link(at, tie),
                (None, Some(tie)) => model.unlink(at, tie),
                _ => {}
            }
        })
    }

    /// The handle of the record with an id.
    fn handle_of(&self, id: &Value) -> Option<String> {
        let mut records = self.records.values();
        let found = records.find(|record| record.values.get(&PropertyId::at(0)) == Some(id));
        found.map(|record| record.handle.clone())
    }

    /// One message to each target; the enrolment waits for all answers.
    fn ask(
        &mut self,
        id: u64,
        to: &Records,
        chain: u32,
        body: impl FnOnce(&mut Self, &mut Delivery) + Clone + 'p,
    ) -> bool {
        let env = self.at(id);
        let records = match to {
            Records::This => vec![env.this],
            Records::One(path) => env.record(path).into_iter().collect(),
            Records::Linked(path) => env.members(path).unwrap_or_default(),
        };
        let targets: Vec<String> = records.iter().map(|record| record.handle.clone()).collect();
        if targets.is_empty() {
            self.told(id, "skipped");
            return true;
        }
        self.going(id).state = State::Parked(targets.len());
        for to in targets {
            let body = body.clone();
            self.send(&to, chain + 1, move |model, at| {
                at.asker = Some(id);
                body(model, at);
            });
        }
        false
    }
}

/// The first reason that applies.
fn first(reasons: &[(&'static str, bool)]) -> Option<&'static str> {
    let found = reasons.iter().find(|(_, applies)| *applies);
    found.map(|(reason, _)| *reason)
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
        Moment::Time(time) => (Vec::from_iter(0..7), time),
        Moment::Weekdays(days, time) => (days.clone(), time),
        Moment::Yearly(..) => panic!("not modelled: {moment:?}"),
    };
    let place = |day: &Date| u8::try_from(day.weekday().to_monday_zero_offset()).ok();
    let all = successors(Some(day_of(env.now, env.zone())), |day| day.tomorrow().ok());
    let fitting = all.filter(|day| place(day).is_some_and(|place| days.contains(&place)));
    let mut times = fitting.filter_map(|day| instant(day.to_datetime(*time), env.zone()));
    times.find(|at| *at >= env.now)
}

/// Whether the last of a trigger's times passes the refinements, and the number
/// of those that pass does (E14).
fn refined(trigger: &EventTrigger, times: &[Timestamp], env: &Env<'_>) -> bool {
    let mut rules = trigger.refinements.iter().map(|(rule, _)| rule);
    let passes = |time: &&Timestamp| rules.clone().all(|rule| in_time(rule, **time, env));
    let count = times.iter().filter(passes).count();
    times.last().iter().all(passes)
        && rules.all(|rule| match rule {
            Refinement::AtLeast(least) => *least <= count.into(),
            Refinement::AtMost(most) => *most >= count.into(),
            Refinement::Exactly(wanted) => *wanted == count.into(),
            _ => true,
        })
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
    env.period(edge, by, counted)
        .is_some_and(|(low, high)| match counted && by.unit < Unit::Day {
            true => (low..=high).contains(&time),
            false => (day(low)..=day(high)).contains(&day(time)),
        })
}
