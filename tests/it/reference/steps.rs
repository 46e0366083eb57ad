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
use crate::reference::model::{Model, Pending, State};
use crate::reference::record::Occurrence;

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
        let (id_of, outcome) = (step.id.to_string(), outcome.to_owned());
        self.say(id, What::Step { id: id_of, outcome });
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
            let outcome = failure
                .as_ref()
                .map(|failure| format!("failed: {}", failure.error));
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
        let inside = self.enrolments.get_mut(&id).expect("it has failed");
        if let Some(StepKind::Do(doing)) = inside.step.map(|step| &step.kind) {
            inside.rest.extend(doing.on_error.iter().flatten().rev());
        }
        let to = inside.record.clone();
        self.queue
            .push_back(Message::new(&to, chain + 1, Body::Event(occurrence)));
    }

    pub(crate) fn go_on(&mut self, id: u64, chain: u32) {
        while self.enrolments.contains_key(&id) && self.step(id, chain) {}
    }

    /// Takes the next step; whether the one after it can follow at once.
    fn step(&mut self, id: u64, chain: u32) -> bool {
        let now = self.now;
        let inside = self.enrolments.get_mut(&id).expect("it is inside");
        if self.paused.contains(&inside.workflow) {
            inside.state = State::Waiting(now, now, None);
            return false;
        }
        let Some(step) = inside.rest.pop() else {
            self.leave(id, "completed");
            return false;
        };
        (inside.step, inside.state) = (Some(step), State::Going);
        let off = self.is_off(self.enrolments[&id].workflow);
        match &step.kind {
            StepKind::Wait(wait @ Wait::Until { .. }) => self.wait_until(id, wait, now),
            StepKind::Wait(Wait::For(by)) => {
                match shift(now, *by, false, &self.program.settings.zone) {
                    Some(due) => {
                        self.wait(id, due, now, None);
                        false
                    }
                    None => true,
                }
            }
            StepKind::Branch(cases, otherwise) => {
                let env = self.at(id);
                let case = cases.iter().position(|case| env.holds(&case.when));
                let taken = case.map(|case| cases[case].steps.as_slice());
                self.enter(id, (case, taken), otherwise.as_deref());
                true
            }
            StepKind::Match(value, arms, otherwise) => {
                let env = self.at(id);
                let value = env.eval(value);
                let case = arms
                    .iter()
                    .position(|arm| matches_arm(arm, value.as_ref(), &env));
                let taken = case.map(|case| arms[case].steps.as_slice());
                self.enter(id, (case, taken), otherwise.as_deref());
                true
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
            StepKind::Enroll(workflow, records) => self.send(id, records, chain, &|ticket| {
                Body::Request(workflow.index(), ticket)
            }),
            StepKind::Add(segment, records) => self.send(id, records, chain, &|ticket| {
                Body::Member(segment.index(), true, ticket)
            }),
            StepKind::Remove(segment, records) => self.send(id, records, chain, &|ticket| {
                Body::Member(segment.index(), false, ticket)
            }),
        }
    }

    fn enter(
        &mut self,
        id: u64,
        (case, taken): (Option<usize>, Option<&'p [Step]>),
        otherwise: Option<&'p [Step]>,
    ) {
        let inside = self.enrolments.get_mut(&id).expect("it is inside");
        let step = inside
            .step
            .map(|step| step.id.to_string())
            .unwrap_or_default();
        inside
            .rest
            .extend(taken.or(otherwise).into_iter().flatten().rev());
        let case = match (case, otherwise) {
            (Some(case), _) => (case + 1).to_string(),
            (None, Some(_)) => "else".to_owned(),
            (None, None) => "none_met".to_owned(),
        };
        self.say(id, What::Branch { id: step, case });
    }

    fn wait(&mut self, id: u64, due: Timestamp, since: Timestamp, until: Option<&'p Wait>) {
        let inside = self.enrolments.get_mut(&id).expect("it is inside");
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
        let (action, outcome) = match next(
            moment,
            &Env {
                now: since,
                ..self.at(id)
            },
        ) {
            Some(due) if due >= self.now => {
                self.wait(id, due, since, Some(wait));
                return false;
            }
            Some(_) => (past, "past"),
            None => (unknown, "unknown"),
        };
        let inside = self.enrolments.get_mut(&id).expect("it is inside");
        inside.state = State::Going;
        let step = inside.step.expect("it waits");
        self.told(id, step, outcome);
        match action {
            PastAction::Continue => {}
            PastAction::Skip => {
                let inside = self.enrolments.get_mut(&id).expect("it is inside");
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
            .find_map(|(_, value)| match &value.kind {
                ExprKind::Message(message) => {
                    Some(&self.program.catalog.messages[*message].parameters)
                }
                _ => None,
            });
        let needs = |name: &str| {
            let own = action
                .parameter(name)
                .is_some_and(|parameter| parameter.required);
            own || sent
                .is_some_and(|sent| sent.iter().any(|part| part.name == name && part.required))
        };
        let (mut arguments, mut missing) = (Arguments::new(), None);
        for (name, expr) in &doing.arguments {
            match env.eval(expr) {
                Some(value) => {
                    arguments.push((name.to_string(), spell(&value, &expr.ty, env.zone())))
                }
                None if needs(name.as_str()) => missing = missing.or(Some(name.to_string())),
                None => {}
            }
        }
        let step = self.enrolments[&id]
            .step
            .map(|step| step.id.to_string())
            .unwrap_or_default();
        let action = action.name.to_string();
        if let Some(name) = missing {
            let error = format!("missing_argument: {name}");
            self.say(
                id,
                What::Result {
                    step,
                    outcome: error.clone(),
                },
            );
            self.failed(id, Failure::of(&action, &error), chain);
            return true;
        }
        self.say(
            id,
            What::Action {
                step: step.clone(),
                arguments: arguments.clone(),
            },
        );
        let trace = self.line(
            id,
            What::Result {
                step,
                outcome: String::new(),
            },
        );
        let pending = Pending {
            trace,
            action,
            arguments,
            failed: 0,
        };
        self.enrolments.get_mut(&id).expect("it is inside").state = State::Acting;
        self.actions.push_back((id, pending));
        false
    }

    fn targets(&self, id: u64, records: &Records) -> Vec<String> {
        let env = self.at(id);
        match records {
            Records::This => vec![env.this.handle.clone()],
            Records::One(path) => env
                .record(path)
                .into_iter()
                .map(|record| record.handle.clone())
                .collect(),
            Records::Linked(path) => {
                let members = env.members(path).unwrap_or_default();
                members
                    .into_iter()
                    .map(|record| record.handle.clone())
                    .collect()
            }
        }
    }

    fn set(&mut self, id: u64, (target, change): (&Target, Change), chain: u32) -> bool {
        match target.property {
            TargetProperty::Property(property) => {
                self.send(id, &target.records, chain, &|ticket| {
                    Body::Write(property, change.clone(), ticket)
                })
            }
            TargetProperty::Association(association) => {
                let with = match &change {
                    Change::To(Some(value)) => self.handle_of(value),
                    _ => None,
                };
                self.send(id, &target.records, chain, &|ticket| {
                    Body::Relink(association, with.clone(), ticket)
                })
            }
        }
    }

    /// One message to each target; the enrolment waits for all answers.
    fn send(
        &mut self,
        id: u64,
        records: &Records,
        chain: u32,
        body: &dyn Fn(Ticket) -> Body,
    ) -> bool {
        let targets = self.targets(id, records);
        let inside = self.enrolments.get_mut(&id).expect("it is inside");
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
