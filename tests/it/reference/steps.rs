//! Steps: an enrolment goes on until it waits for something.

use flow::base::{Date, Timestamp, day_of, instant, shift, start_of_day};
use flow::model::Value;
use flow::model::compute::{compare, equal, spell};
use flow::semantic::hir::{
    Do, EventSource, Expr, MatchArm, MatchTest, Moment, PastAction, Records, Step, StepKind,
    Target, TargetProperty, Wait,
};
use flow::syntax::ast::SetOp;

use crate::acts::{Arguments, Trace, What};
use crate::reference::eval::Env;
use crate::reference::{Delivery, Enrolment, Failure, Model, Occurrence, State, Ticket};

/// Which case is taken, and its steps.
type Taken<'p> = (Option<usize>, Option<&'p [Step]>);

impl<'p> Model<'p> {
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

    fn going(&mut self, id: u64) -> &mut Enrolment<'p> {
        self.enrolments.get_mut(&id).expect("it is inside")
    }

    pub(super) fn leave(&mut self, id: u64, reason: &'static str) {
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
    pub(super) fn finish(&mut self, id: u64, failure: Option<Failure>, chain: u32) {
        let Some(inside) = self.enrolments.get(&id) else {
            return;
        };
        let step = inside.step.expect("it was in a step");
        if !matches!(step.kind, StepKind::Wait(_) | StepKind::Do(_)) {
            let outcome = failure
                .as_ref()
                .map(|(_, error)| format!("failed: {error}"));
            self.told(id, outcome.as_deref().unwrap_or("done"));
        }
        if let Some((status, _)) = failure {
            self.failed(id, status, chain);
        }
        self.go_on(id, chain);
    }

    /// The event `action_failed` occurs; `on error` comes next (A4).
    fn failed(&mut self, id: u64, status: Option<u16>, chain: u32) {
        let mut occurrence = Occurrence::new(EventSource::ActionFailed, self.now);
        occurrence.status = status.map(|status| Value::Number(status.into()));
        let inside = self.going(id);
        if let Some(StepKind::Do(doing)) = inside.step.map(|step| &step.kind) {
            inside.rest.extend(doing.on_error.iter().flatten().rev());
        }
        let record = inside.record.clone();
        self.send(&record, chain + 1, |_, at| at.occurrences.push(occurrence));
    }

    pub(super) fn go_on(&mut self, id: u64, chain: u32) {
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
            StepKind::Branch(cases, otherwise) => {
                let env = self.at(id);
                let case = cases.iter().position(|case| env.holds(&case.when));
                let taken = case.map(|case| cases[case].steps.as_slice());
                self.enter(id, (case, taken), otherwise.as_deref())
            }
            StepKind::Match(value, arms, otherwise) => {
                let env = self.at(id);
                let value = env.eval(value);
                let matches = |arm| matches_arm(arm, value.as_ref(), &env);
                let case = arms.iter().position(matches);
                let taken = case.map(|case| arms[case].steps.as_slice());
                self.enter(id, (case, taken), otherwise.as_deref())
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
                let cause = super::Cause::Request(workflow.index());
                self.ask(id, records, chain, move |model, at, ticket| {
                    at.cause = cause;
                    model.answer(at, ticket, None);
                })
            }
            StepKind::Add(segment, records) => self.ask(id, records, chain, |model, at, ticket| {
                model.record(&at.to).segments.insert(*segment);
                model.answer(at, ticket, None);
            }),
            StepKind::Remove(segment, records) => {
                self.ask(id, records, chain, |model, at, ticket| {
                    model.record(&at.to).segments.remove(segment);
                    model.answer(at, ticket, None);
                })
            }
        }
    }

    fn enter(&mut self, id: u64, (case, taken): Taken<'p>, other: Option<&'p [Step]>) -> bool {
        let inside = self.going(id);
        let step = inside.step_name();
        let steps = taken.or(other).into_iter().flatten();
        inside.rest.extend(steps.rev());
        let other = if other.is_some() { "else" } else { "none_met" };
        let case = case.map_or(other.to_owned(), |case| (case + 1).to_string());
        self.say(id, What::Branch { id: step, case });
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
    pub(super) fn wait_until(&mut self, id: u64, wait: &'p Wait, since: Timestamp) -> bool {
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
            let required = || {
                action
                    .parameter(name.as_str())
                    .is_some_and(|own| own.required)
            };
            match env.eval(expr) {
                Some(value) => {
                    let value = spell(&value, &expr.ty, env.zone());
                    arguments.push((name.to_string(), value));
                }
                None if required() => missing = missing.or(Some(name)),
                None => {}
            }
        }
        let step = self.enrolments[&id].step_name();
        if let Some(name) = missing {
            self.say(
                id,
                What::result(&step, &format!("missing_argument: {name}")),
            );
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
                    let tie = model.tie(object, associations[association].name.as_str());
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
        body: impl FnOnce(&mut Self, &mut Delivery<'p>, Ticket) + Clone + 'p,
    ) -> bool {
        let targets = self.targets(id, to);
        if targets.is_empty() {
            self.told(id, "skipped");
            return true;
        }
        let inside = self.going(id);
        inside.state = State::Parked(targets.len());
        let ticket = Some((id, inside.record.clone()));
        for to in targets {
            let (body, ticket) = (body.clone(), ticket.clone());
            self.send(&to, chain + 1, |model, at| body(model, at, ticket));
        }
        false
    }
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
    let (time, fits): (_, &dyn Fn(Date) -> bool) = match moment {
        Moment::At(expr) => {
            return match env.eval(expr)? {
                Value::Date(day) => start_of_day(day, env.zone()),
                Value::Datetime(at) => Some(at),
                _ => None,
            };
        }
        Moment::Time(time) => (time, &|_| true),
        Moment::Weekdays(days, time) => (time, &|day| {
            let weekday = day.weekday().to_monday_zero_offset();
            days.iter()
                .any(|wanted| i8::try_from(*wanted) == Ok(weekday))
        }),
        Moment::Yearly(..) => panic!("not modelled: {moment:?}"),
    };
    let mut day = day_of(env.now, env.zone());
    loop {
        let at = instant(day.to_datetime(*time), env.zone())?;
        if fits(day) && at >= env.now {
            return Some(at);
        }
        day = day.tomorrow().ok()?;
    }
}
