//! Enrolments: what a delivery means to workflows, and the steps of those inside.

use std::collections::{BTreeMap, BTreeSet};

use flow::base::{Timestamp, shift};
use flow::model::compute::{Operator, arithmetic, print_as, spell};
use flow::model::{PropertyId, Value};
use flow::semantic::hir::{
    Case, Do, EventSource, EventTrigger, Expr, FieldSource, MatchArm, Records, Reenroll, Step,
    StepKind, Target, TargetProperty,
};
use flow::syntax::ast::SetOp;

use crate::acts::{Arguments, Trace, What};
use crate::reference::eval::{Env, same};
use crate::reference::make::SKIPPED;
use crate::reference::{Delivery, Enrolment, Failure, Model, Occurrence, State};

/// A chain longer than this enrols nobody (I5).
pub(super) const CHAIN: u32 = 100;

/// The key and event of an enrolment asked for; whether it may follow another.
type Asked = (String, Option<Occurrence>, bool);

/// A workflow's own trigger, its occurrence, and whether that passes refinements.
type Own<'p> = (&'p EventTrigger, Occurrence, bool);

type Cases<'p> = Vec<(bool, &'p Vec<Step>)>;

impl<'p> Model<'p> {
    pub(super) fn after<'a>(&'a self, delivery: &'a Delivery) -> Env<'a> {
        self.env(&self.records[&delivery.to])
    }

    /// The record as it was, at the instant before where time alone goes on.
    pub(super) fn before<'a>(&'a self, delivery: &'a Delivery) -> Option<Env<'a>> {
        let mut before = self.env(delivery.before.as_ref()?);
        before.now = delivery.earlier.unwrap_or(self.now);
        Some(before)
    }

    fn was(&self, delivery: &Delivery, condition: &Expr) -> bool {
        let before = self.before(delivery);
        before.is_some_and(|before| before.holds(condition))
    }

    /// What time has turned is still so now, and was so when that was due (I8).
    fn turned(&self, delivery: &Delivery, condition: &Expr) -> bool {
        let mut by_time = self.by_time(delivery).into_iter();
        !self.was(delivery, condition) && by_time.all(|env| env.holds(condition))
    }

    /// What occurs of a trigger's event, if it passes `from`, `to` and the filter.
    fn occurs(&self, trigger: &EventTrigger, delivery: &Delivery) -> Option<Occurrence> {
        let found = self.found(trigger, delivery)?;
        let mut after = self.after(delivery);
        after.event = Some(&found);
        after.permits(&trigger.filter).then_some(found)
    }

    /// What occurs of a trigger's event, before its filter is asked.
    pub(super) fn found(&self, trigger: &EventTrigger, delivery: &Delivery) -> Option<Occurrence> {
        let (before, after) = (self.before(delivery), self.after(delivery));
        // It is the same segment for all who hear of it (D1).
        let zone = &self.program.settings.zone;
        let was = |id| before.is_some_and(|before| Env { zone, ..before }.inside(id));
        let by_time = self.by_time(delivery);
        let is = |id, is| by_time.map(|env| Env { zone, ..env }.inside(id)) == [is; 3];
        let mut found = Occurrence {
            source: trigger.event.clone(),
            occurred: self.now,
            fields: BTreeMap::new(),
        };
        let occurs = match &trigger.event {
            EventSource::Created => before.is_none(),
            EventSource::Changed(id) => {
                let (before, object) = (before?, after.this.object);
                let old = before.property(before.this, *id);
                let new = after.property(after.this, *id);
                let is = |end: &Option<Expr>, value: &Option<Value>| {
                    end.as_ref().is_none_or(|end| after.eval(end) == *value)
                };
                let unlooked = by_time[2].property(by_time[2].this, *id);
                let differs = old != new && unlooked == new;
                let occurs = differs && is(&trigger.from, &old) && is(&trigger.to, &new);
                found.fields.insert(FieldSource::Old(object, *id), old);
                found.fields.insert(FieldSource::New(object, *id), new);
                occurs
            }
            EventSource::Joined(id) => !was(*id) && is(*id, true),
            EventSource::Left(id) => was(*id) && is(*id, false),
            EventSource::Declared(_) | EventSource::ActionFailed => {
                found.clone_from(delivery.event.as_ref()?);
                found.source == trigger.event
            }
        };
        occurs.then_some(found)
    }

    /// Own triggers that occur; refinements count from birth, published or not (E14).
    fn own(&mut self, at: usize, delivery: &Delivery) -> Vec<Own<'p>> {
        let mut own = Vec::new();
        for (place, trigger) in self.workflow(at).events.iter().enumerate() {
            if let Some(found) = self.occurs(trigger, delivery) {
                let counter = (at, place, delivery.to.clone());
                let times = self.counters.entry(counter.clone()).or_default();
                times.push(found.occurred);
                let (mut env, times) = (self.after(delivery), &self.counters[&counter]);
                env.zone = &self.program.settings.zone;
                let fires = env.refined(trigger, times);
                own.push((trigger, found, fires));
            }
        }
        own
    }

    pub(crate) fn consider(&mut self, delivery: &mut Delivery) {
        for (at, workflow) in self.program.workflows.iter().enumerate() {
            if workflow.object != self.records[&delivery.to].object {
                continue;
            }
            self.looks = Some(at);
            let own = self.own(at, delivery);
            if let Some(reason) = self.reason_to_leave(at, delivery) {
                self.leave_all(at, delivery, reason);
            }
            let asked = self.asked(at, &own, delivery);
            let asked = asked.filter(|_| !self.is_missed(at, delivery));
            let is_over = delivery.again && delivery.took.contains(&at);
            if let Some(asked) = asked.filter(|_| self.published && !is_over) {
                self.decide(at, asked, delivery);
            }
            self.looks = None;
        }
    }

    pub(crate) fn request(&mut self, at: usize, delivery: &mut Delivery) {
        if self.workflow(at).object == self.records[&delivery.to].object {
            self.looks = Some(at);
            self.decide(at, (String::new(), None, true), delivery);
            self.looks = None;
        }
    }

    /// The workflow is turned on: the record enrols if it matches (E9).
    pub(crate) fn existing(&mut self, at: usize, delivery: &mut Delivery) {
        self.looks = Some(at);
        let (workflow, env) = (self.workflow(at), self.after(delivery));
        let mut filters = workflow.filters.iter();
        if filters.any(|filter| env.holds(&filter.condition)) && env.permits(&workflow.only) {
            self.decide(at, (String::new(), None, false), delivery);
        }
        self.looks = None;
    }

    pub(super) fn reason_to_leave(&self, at: usize, delivery: &Delivery) -> Option<&'static str> {
        let workflow = self.workflow(at);
        let turned = |condition: &Expr| self.turned(delivery, condition);
        let now = |condition: &Expr| {
            let mut by_time = self.by_time(delivery).into_iter();
            by_time.any(|env| env.holds(condition))
        };
        let event = |trigger: &EventTrigger| self.occurs(trigger, delivery).is_some();
        let mut filters = workflow.filters.iter().map(|filter| &filter.condition);
        let left = filters.clone().any(|filter| self.was(delivery, filter)) && !filters.any(now);
        first(&[
            ("suppressed", workflow.suppress.iter().any(turned)),
            ("goal_met", workflow.goal.iter().any(turned)),
            ("unenroll_condition", workflow.unenroll.iter().any(turned)),
            ("unenroll_condition", workflow.unenroll_on.iter().any(event)),
            ("leaving", workflow.unenroll_on_leaving.is_some() && left),
        ])
    }

    pub(crate) fn leave_all(&mut self, at: usize, delivery: &Delivery, reason: &'static str) {
        for id in self.inside_in_order(at, delivery) {
            self.leave(id, reason);
        }
    }

    pub(super) fn inside_in_order(&self, at: usize, delivery: &Delivery) -> Vec<u64> {
        let mut inside = self.inside_of(at, delivery);
        inside.sort_by_key(|id| self.enrolments[id].key.clone());
        inside
    }

    pub(super) fn inside_of(&self, at: usize, delivery: &Delivery) -> Vec<u64> {
        let here = |inside: &Enrolment| inside.workflow == at && inside.record == delivery.to;
        let inside = self.enrolments.iter().filter(|(_, inside)| here(inside));
        inside.map(|(id, _)| *id).collect()
    }

    /// Whether own triggers or those of `reenroll` ask for an enrolment (E8).
    fn asked(&self, at: usize, own: &[Own<'p>], delivery: &Delivery) -> Option<Asked> {
        let workflow = self.workflow(at);
        let mut filters = workflow.filters.iter().map(|filter| &filter.condition);
        let filter = filters.clone().any(|filter| self.turned(delivery, filter));
        let other = workflow.reenroll.iter().find_map(|clause| match clause {
            Reenroll::On(trigger) => self.occurs(trigger, delivery),
            _ => None,
        });
        let dated = self.dated(at, delivery);
        let again = workflow.reenroll.iter().any(|clause| match clause {
            Reenroll::Always(_) => filter || !own.is_empty() || dated.is_some(),
            Reenroll::On(_) => other.is_some(),
            Reenroll::When(condition) => self.turned(delivery, condition),
        });
        let again = again || dated == Some(true);
        let fired = own.iter().find(|(.., fires)| *fires);
        let caused = fired.is_some() || filter || dated.is_some();
        let own_event = if caused { fired } else { own.first() };
        let event = own_event.map(|(_, found, _)| found.clone());
        let event = event.or(other.filter(|_| !caused));
        let mut env = self.after(delivery);
        env.event = event.as_ref();
        let key = own_event.and_then(|(trigger, ..)| {
            let per = trigger.per.as_ref()?;
            Some(print_as(&env.eval(per)?, &per.ty, env.zone()))
        });
        let key = key.unwrap_or_default();
        let own_holds = !own.is_empty()
            || filters.any(|filter| env.holds(filter))
            || dated.is_some()
            || workflow.filters.is_empty()
                && !(workflow.events.is_empty() && workflow.dates.is_empty());
        let known = self.ever.contains(&(at, delivery.to.clone(), key.clone()));
        let holds = caused || again && known && own_holds;
        (holds && env.permits(&workflow.only)).then_some((key, event, again))
    }

    /// The decision E5. Who is refused is told so and is not inside.
    pub(super) fn decide(
        &mut self,
        at: usize,
        (key, event, again): Asked,
        delivery: &mut Delivery,
    ) {
        let workflow = self.workflow(at);
        let env = self.after(delivery);
        let identity = (at, delivery.to.clone(), key.clone());
        let known = self.ever.contains(&identity);
        let mut inside = self.inside_of(at, delivery).into_iter();
        let inside = inside.any(|id| self.enrolments[&id].key == key);
        let holds = |condition: &Expr| env.holds(condition);
        let by_itself = delivery.called || self.dated(at, delivery) == Some(true);
        let refused = first(&[
            ("self_created", delivery.maker == Some(at)),
            ("chain_too_long", self.chain > CHAIN),
            ("workflow_off", self.is_off(at) || !self.published),
            ("workflow_paused", self.paused.contains(&at)),
            ("suppressed", workflow.suppress.iter().any(holds)),
            ("goal_met", workflow.goal.iter().any(holds)),
            ("already_enrolled", inside),
            (
                "enrolled_before",
                known && workflow.reenroll.is_empty() && !by_itself,
            ),
            ("no_reenroll_trigger", known && !again),
            ("over_limit", self.is_over(at)),
        ]);
        let born = refused.is_none().then(|| self.born(at, &delivery.to, &key));
        let enrolment = Enrolment {
            id: born,
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
            self.went.push((at, None));
            self.shut_out(at, delivery);
            self.enrolled.push((at, self.now));
            self.count_caused(&delivery.to);
            delivery.begun.push(id);
            delivery.took.push(at);
        }
    }

    /// Whether as many have enrolled in the window as may (E17).
    fn is_over(&self, at: usize) -> bool {
        self.workflow(at).breaker.is_some_and(|breaker| {
            let since = shift(self.now, breaker.window, true, &self.program.settings.zone);
            let inside = |(of, when): &&(usize, Timestamp)| *of == at && Some(*when) > since;
            let count = self.enrolled.iter().filter(inside).count();
            u64::try_from(count).is_ok_and(|count| count >= breaker.most)
        })
    }

    pub(super) fn say(&mut self, id: u64, what: What) {
        let inside = &self.enrolments[&id];
        self.trace.push(Trace {
            record: inside.record.clone(),
            workflow: self.workflow(inside.workflow).name.to_string(),
            key: inside.key.clone(),
            what,
        });
    }

    pub(super) fn told(&mut self, id: u64, outcome: &str) {
        let step = self.enrolments[&id].step_name();
        self.say(id, What::step(&step, outcome));
    }

    pub(crate) fn going(&mut self, id: u64) -> &mut Enrolment<'p> {
        self.enrolments.get_mut(&id).expect("it is inside")
    }

    pub(crate) fn leave(&mut self, id: u64, reason: &'static str) {
        self.say(id, What::Left(reason));
        let of = self.enrolments.remove(&id);
        self.went.extend(of.map(|of| (of.workflow, Some(reason))));
    }

    pub(super) fn at(&self, id: u64) -> Env<'_> {
        let inside = &self.enrolments[&id];
        let mut env = self.env(&self.records[&inside.record]);
        (env.event, env.bound, env.made) = (inside.event.as_ref(), &inside.bound, &inside.made);
        env.met = &inside.met;
        env.zone = self.zone_of(inside.workflow);
        env
    }

    /// What an enrolment was waiting for is there: it goes on.
    pub(crate) fn finish(&mut self, id: u64) {
        let Some(inside) = self.enrolments.get_mut(&id) else {
            return;
        };
        if let State::Held(_) = inside.state {
            return self.go_on(id);
        }
        let failure = inside.failure.take();
        let step = inside.step.expect("it was in a step");
        if let State::Parked(_, since) = inside.state {
            self.since = Some(since);
        }
        self.let_through(id, step);
        let waits = matches!(step.kind, StepKind::Wait(_) | StepKind::Await(_));
        if !waits && !matches!(step.kind, StepKind::Do(_)) {
            let failed = |(_, error): &Failure| match error.as_str() {
                SKIPPED => SKIPPED.to_owned(),
                error => format!("failed: {error}"),
            };
            self.told(id, &failure.as_ref().map_or("done".to_owned(), failed));
        }
        if let Some((status, _)) = failure.filter(|(_, error)| error != SKIPPED) {
            self.failed(id, status);
        }
        self.go_on(id);
    }

    /// The event `action_failed` occurs, only with its status; `on error` is next (A4).
    pub(super) fn failed(&mut self, id: u64, status: Option<u16>) {
        let status = status.map(|status| Value::Number(status.into()));
        let occurrence = Occurrence {
            source: EventSource::ActionFailed,
            occurred: self.now,
            fields: BTreeMap::from([(FieldSource::ActionFailed(1), status)]),
        };
        let inside = self.going(id);
        if let Some(StepKind::Do(doing)) = inside.step.map(|step| &step.kind) {
            inside.rest.extend(doing.on_error.iter().flatten().rev());
        }
        let record = inside.record.clone();
        self.send(&record, |_, at| at.event = Some(occurrence));
    }

    pub(crate) fn go_on(&mut self, id: u64) {
        while self.enrolments.contains_key(&id) && self.step(id) {}
    }

    /// Takes the next step; whether the one after it can follow at once.
    // size: one match over all steps
    fn step(&mut self, id: u64) -> bool {
        let (now, workflow) = (self.since(), self.enrolments[&id].workflow);
        if self.paused.contains(&workflow) {
            self.going(id).state = State::Waiting(now, now, None);
            return false;
        }
        let (off, inside) = (self.is_off(workflow), self.going(id));
        let Some(step) = inside.rest.pop() else {
            self.leave(id, "completed");
            return false;
        };
        (inside.step, inside.state) = (Some(step), State::Going);
        match &step.kind {
            StepKind::Wait(wait) => self.wait(id, wait, now),
            StepKind::Await(wait) => self.await_one(id, wait),
            StepKind::Split(cases) => self.split(id, cases),
            StepKind::Goto(name) => self.goto(id, name.as_str()),
            StepKind::Branch(cases, other) => {
                let env = self.at(id);
                let take = |case: &'p Case| (env.holds(&case.when), &case.steps);
                self.enter(id, cases.iter().map(take).collect(), other)
            }
            StepKind::Match(value, arms, other) => {
                let (env, value) = (self.at(id), self.at(id).eval(value));
                let take = |arm: &'p MatchArm| (env.takes(arm, value.as_ref()), &arm.steps);
                self.enter(id, arms.iter().map(take).collect(), other)
            }
            StepKind::Stop => {
                self.told(id, "done");
                self.leave(id, "completed");
                true
            }
            _ if off => {
                self.told(id, "skipped: workflow_off");
                true
            }
            _ if self.holds_back(id, step) => false,
            StepKind::Do(doing) => self.doing(id, doing),
            StepKind::Set(set) => {
                let value = self.at(id).eval(&set.value);
                self.set(id, &set.target, set.op, value)
            }
            StepKind::Clear(target) => self.set(id, target, SetOp::Assign, None),
            StepKind::Enroll(workflow, to) => {
                self.ask(id, to, |model, at| model.request(workflow.index(), at))
            }
            StepKind::Add(segment, to) | StepKind::Remove(segment, to) => {
                let join = matches!(step.kind, StepKind::Add(..));
                self.ask(id, to, move |model, at| model.member(at, *segment, join))
            }
            StepKind::Copy(value, target) => self.copy_step(id, value, target),
            StepKind::Create(create) => self.create_step(id, create),
            StepKind::Associate(tie) => self.tie_step(id, tie, true),
            StepKind::Dissociate(tie) => self.tie_step(id, tie, false),
            StepKind::Delete => self.ask(id, &Records::This, |model, at| model.delete(at)),
            StepKind::Unenroll(from) => {
                let (from, own) = (from.map(|from| from.index()), workflow);
                self.ask(id, &Records::This, move |model, at| {
                    model.turn_out(from, own, at)
                })
            }
            other => panic!("not modelled: {other:?}"),
        }
    }

    fn enter(&mut self, id: u64, cases: Cases<'p>, other: &'p Option<Vec<Step>>) -> bool {
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

    /// Decides an action; a required argument that is unknown fails it (A10).
    fn doing(&mut self, id: u64, doing: &'p Do) -> bool {
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
            self.failed(id, None);
            return true;
        }
        self.say(id, What::Action { step, arguments });
        let line = self.trace.last().cloned();
        self.actions.extend(line.map(|line| (id, line)));
        self.going(id).state = State::Acting;
        false
    }

    pub(super) fn set(
        &mut self,
        id: u64,
        target: &'p Target,
        op: SetOp,
        value: Option<Value>,
    ) -> bool {
        self.ask(id, &target.records, move |model, at| {
            match target.property {
                TargetProperty::Property(id) => {
                    let slot = format!("{} {id:?}", at.to);
                    model.in_turn(at, &slot, move |model, at| model.write(at, id, op, value));
                }
                TargetProperty::Association(association) => {
                    let object = model.records[&at.to].object;
                    let owner = &model.program.catalog.objects[object];
                    let name = owner.associations[association].name.as_str();
                    let slot = model.slot(&at.to, name, "");
                    model.in_turn(at, &slot, move |model, at| model.relink(at, name, value));
                }
            }
        })
    }

    /// What a step writes, computed where it is applied.
    fn write(&mut self, at: &mut Delivery, id: PropertyId, op: SetOp, by: Option<Value>) {
        let record = &self.records[&at.to];
        let add = op == SetOp::Add;
        let value = match (op, record.values.get(&id), by) {
            (SetOp::Assign, _, by) => by,
            (SetOp::Add, None, Some(Value::Set(by))) => Some(Value::Set(by)),
            (_, Some(Value::Set(held)), Some(Value::Set(by))) => {
                let rest = held.iter().filter(|member| !by.contains(member));
                let set: BTreeSet<usize> = rest.chain(by.iter().filter(|_| add)).copied().collect();
                Some(Value::Set(set.into_iter().collect()))
            }
            (_, held, by) => held.zip(by).and_then(|(held, by)| {
                let op = [Operator::Subtract, Operator::Add][usize::from(add)];
                arithmetic(op, held, &by, &self.program.settings.zone).ok()?
            }),
        };
        let own = &self.program.catalog.objects[record.object].properties[id];
        let has = same(record.values.get(&id), value.as_ref(), &own.ty);
        match (self.fitting(record, id, value.clone()), value) {
            (Ok(_) | Err("not_unique"), Some(new)) if own.unique && !has => self.claim(at, id, new),
            (_, value) => self.take(at, id, value),
        }
    }

    pub(crate) fn take(&mut self, at: &mut Delivery, id: PropertyId, value: Option<Value>) {
        match self.fitting(&self.records[&at.to], id, value) {
            Ok(value) => self.put(&at.to, id, value),
            Err(why) => at.failure = Some((None, why.to_owned())),
        }
    }

    fn relink(&mut self, at: &mut Delivery, name: &str, id: Option<Value>) {
        let record = &self.records[&at.to];
        let mut records = self.records.values();
        let with = records.find(|with| with.values.get(&PropertyId::at(0)) == id.as_ref());
        let old = record.linked(name, None).first().map(|end| &end.other);
        let tie = |with: &String| self.tie(&at.to, name, with.clone(), None);
        match (with.map(|with| tie(&with.handle)), old.map(tie)) {
            (Some(tie), _) => self.link(at, tie),
            (None, Some(tie)) => self.unlink(at, tie),
            (None, None) => {}
        }
    }

    /// One message to each target; the enrolment waits for all answers.
    fn ask<F>(&mut self, id: u64, to: &Records, body: F) -> bool
    where
        F: FnOnce(&mut Self, &mut Delivery) + Clone + 'p,
    {
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
        self.parks(id, targets.len());
        for to in targets {
            let body = body.clone();
            self.send(&to, move |model, at| {
                at.asker = Some(id);
                body(model, at);
            });
        }
        false
    }
}

fn first(reasons: &[(&'static str, bool)]) -> Option<&'static str> {
    let found = reasons.iter().find(|(_, applies)| *applies);
    found.map(|(reason, _)| *reason)
}
