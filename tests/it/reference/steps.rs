//! Steps: an enrolment goes on until it waits for something.

use flow::base::{Date, Timestamp, day_of, instant, shift, start_of_day};
use flow::model::Value;
use flow::model::compute::{compare, equal, spell};
use flow::semantic::hir::{
    Do, EventSource, Expr, ExprKind, MatchArm, MatchTest, Moment, PastAction, Records, Step,
    StepKind, Target, TargetProperty, Wait,
};
use flow::syntax::ast::SetOp;

use crate::acts::{Arguments, Trace, What};
use crate::reference::deliver::{Body, Change, Failure, Message, Ticket};
use crate::reference::eval::Env;
use crate::reference::model::{Enrolment, Model, Pending, State};
use crate::reference::record::Occurrence;

/// Which case is taken, and its steps.
type Taken<'p> = (Option<usize>, Option<&'p [Step]>);

impl<'p> Model<'p> {
    pub(crate) fn line(&self, id: u64, what: What) -> Trace {
        let inside = &self.enrolments[&id];
        Trace {
            record: inside.record.clone(),
            workflow: self.workflow(inside.workflow).name.to_string(),
            key: inside.key.clone(),
            what,
        }
    }

    fn told(&mut self, id: u64, step: &Step, outcome: &str) {
        self.say(id, What::step(step.id.as_str(), outcome));
    }

    fn going(&mut self, id: u64) -> &mut Enrolment<'p> {
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
            ..Env::of(self.program, self.now, &self.records[&inside.record])
        }
    }

    /// What an enrolment was waiting for is there: it goes on.
    pub(crate) fn finish(&mut self, id: u64, failure: Option<Failure>, chain: u32) {
        let Some(inside) = self.enrolments.get(&id) else {
            return;
        };
        let step = inside.step.expect("it was in a step");
        if !matches!(step.kind, StepKind::Wait(_) | StepKind::Do(_)) {
            let outcome = failure.as_ref();
            let outcome = outcome.map(|failure| format!("failed: {}", failure.error));
            self.told(id, step, outcome.as_deref().unwrap_or("done"));
        }
        if let Some(failure) = failure {
            self.failed(id, failure, chain);
        }
        self.go_on(id, chain);
    }

    /// The event `action_failed` occurs; `on error` comes next (A4).
    fn failed(&mut self, id: u64, failure: Failure, chain: u32) {
        let mut occurrence = Occurrence::new(EventSource::ActionFailed, self.now);
        let text = |text: String| Some(Value::Text(text.into()));
        let status = failure.status.map(|status| Value::Number(status.into()));
        occurrence.failed = [text(failure.action), status, text(failure.error)];
        let inside = self.going(id);
        if let Some(StepKind::Do(doing)) = inside.step.map(|step| &step.kind) {
            inside.rest.extend(doing.on_error.iter().flatten().rev());
        }
        let message = Message::new(&inside.record, chain + 1, Body::Event(occurrence));
        self.queue.push_back(message);
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
                self.told(id, step, "done");
                self.leave(id, "completed");
                false
            }
            _ if off => {
                self.told(id, step, "skipped: workflow_off");
                true
            }
            StepKind::Do(doing) => self.doing(id, doing, chain),
            StepKind::Set(set) => {
                let value = self.at(id).eval(&set.value);
                let change = match set.op {
                    SetOp::Assign => Change::To(value),
                    op => Change::By(op, value),
                };
                self.set(id, (&set.target, change), chain)
            }
            StepKind::Clear(target) => self.set(id, (target, Change::Clear), chain),
            StepKind::Enroll(workflow, records) => {
                let body = |ticket| Body::Request(workflow.index(), ticket);
                self.send(id, records, chain, &body)
            }
            StepKind::Add(segment, records) => {
                let body = |ticket| Body::Member(segment.index(), true, ticket);
                self.send(id, records, chain, &body)
            }
            StepKind::Remove(segment, records) => {
                let body = |ticket| Body::Member(segment.index(), false, ticket);
                self.send(id, records, chain, &body)
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
        let step = inside.step.expect("it waits");
        if !same {
            self.told(id, step, &format!("waits {due}"));
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
        let inside = self.going(id);
        inside.state = State::Going;
        let step = inside.step.expect("it waits");
        self.told(id, step, outcome);
        match action {
            PastAction::Continue => {}
            PastAction::Skip => {
                let inside = self.going(id);
                if let Some(step) = inside.rest.pop() {
                    self.told(id, step, "skipped");
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
        let action = self.program.catalog.actions[doing.action].clone();
        let env = self.at(id);
        let sent = doing
            .arguments
            .iter()
            .find_map(|(_, value)| match value.kind {
                ExprKind::Message(id) => Some(&self.program.catalog.messages[id].parameters),
                _ => None,
            });
        let needs = |name: &str| {
            let own = action.parameter(name).is_some_and(|own| own.required);
            let mut sent = sent.into_iter().flatten();
            own || sent.any(|part| part.name == name && part.required)
        };
        let (mut arguments, mut missing) = (Arguments::new(), None);
        for (name, expr) in &doing.arguments {
            match env
                .eval(expr)
                .map(|value| spell(&value, &expr.ty, env.zone()))
            {
                Some(value) => arguments.push((name.to_string(), value)),
                None if needs(name.as_str()) => missing = missing.or(Some(name)),
                None => {}
            }
        }
        let step = self.enrolments[&id].step_name();
        let action = action.name.to_string();
        if let Some(name) = missing {
            let error = format!("missing_argument: {name}");
            self.say(id, What::result(&step, &error));
            self.failed(id, Failure::of(&action, &error), chain);
            return true;
        }
        let trace = self.line(id, What::result(&step, ""));
        let told = arguments.clone();
        self.say(
            id,
            What::Action {
                step,
                arguments: told,
            },
        );
        let pending = Pending {
            trace,
            action,
            arguments,
            failed: 0,
        };
        self.going(id).state = State::Acting;
        self.actions.push_back((id, pending));
        false
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

    fn set(&mut self, id: u64, (target, change): (&Target, Change), chain: u32) -> bool {
        let with = match &change {
            Change::To(Some(value)) => self.handle_of(value),
            _ => None,
        };
        let body = |ticket| match target.property {
            TargetProperty::Property(id) => Body::Write(id, change.clone(), ticket),
            TargetProperty::Association(id) => Body::Relink(id, with.clone(), ticket),
        };
        self.send(id, &target.records, chain, &body)
    }

    /// One message to each target; the enrolment waits for all answers.
    fn send(&mut self, id: u64, to: &Records, chain: u32, body: &dyn Fn(Ticket) -> Body) -> bool {
        let targets = self.targets(id, to);
        let inside = self.going(id);
        if targets.is_empty() {
            let step = inside.step.expect("it is in a step");
            self.told(id, step, "skipped");
            return true;
        }
        inside.state = State::Parked(targets.len());
        let writer = inside.record.clone();
        for to in targets {
            let body = body(Some((id, writer.clone())));
            self.queue.push_back(Message::new(&to, chain + 1, body));
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
        Moment::Yearly(date, time) => (time, &|day| {
            let last = day.month() == 2 && date.day == 29 && day.days_in_month() == 28;
            day.month() == date.month && day.day() == if last { 28 } else { date.day }
        }),
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
