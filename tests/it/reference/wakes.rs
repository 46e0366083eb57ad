//! What the passing of time alone turns (E12): every instant at which it might
//! turn something is tried, one after the other.

use std::collections::{BTreeSet, VecDeque};

use flow::base::{Duration, TimeZone, Timestamp, day_of, instant, seconds_of, shift, start_of_day};
use flow::model::{ObjectId, PropertyId, Value};
use flow::semantic::hir::{Await, Expr, ExprKind, Program, Reenroll, Step, StepKind, Until};
use flow::semantic::hir::{Past, Path, Refinement, Workflow};

use crate::reference::eval::Env;
use crate::reference::past::Bygone;
use crate::reference::{Model, Record, State};

/// What of a program time can turn, and the amounts of time and times of day
/// that it names.
#[derive(Default)]
pub(crate) struct Time<'p> {
    /// Conditions and computed values, and of which object.
    watched: Vec<(ObjectId, Option<usize>, &'p Expr)>,
    spans: Vec<Duration>,
    times: Vec<flow::base::Time>,
    moments: BTreeSet<Timestamp>,
    hourly: bool,
    /// The amounts by which the bounds of conditions on the past move.
    past: Vec<Duration>,
    /// Who is to be looked at now.
    pub(crate) woken: VecDeque<String>,
    /// The schedules that have come, by workflow and place, and when.
    pub(crate) called: VecDeque<(usize, usize, Timestamp)>,
}

/// The microsecond before an instant.
pub(crate) fn before(at: Timestamp) -> Timestamp {
    moved(at, -1)
}

fn moved(at: Timestamp, by: i64) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond() + by).expect("an instant")
}

impl<'p> Time<'p> {
    pub(crate) fn of(program: &'p Program) -> Self {
        let mut time = Time::default();
        time.also(program);
        time
    }

    /// What an edit can have turned, beside what those on the old steps wait for.
    pub(crate) fn also(&mut self, program: &'p Program) {
        for (at, workflow) in program.workflows.iter().enumerate() {
            for condition in conditions(workflow) {
                self.watch(program, (workflow.object, Some(at)), condition);
            }
            for condition in awaited(&workflow.steps) {
                self.name(condition);
            }
        }
        for (id, segment) in program.catalog.segments.iter() {
            if let Some(condition) = &program.segments[id.index()] {
                self.watch(program, (segment.object, None), condition);
            }
        }
        for (id, _) in program.catalog.objects.iter() {
            for (_, value) in &program.objects[id.index()].computed {
                self.watch(program, (id, None), value);
            }
        }
    }

    fn watch(&mut self, program: &Program, of: (ObjectId, Option<usize>), expr: &'p Expr) {
        if turns(program, expr) {
            self.name(expr);
            self.watched.push((of.0, of.1, expr));
        }
    }

    fn moves_by(&mut self, by: Duration) {
        if !self.spans.contains(&by) {
            self.spans.push(by);
        }
    }

    fn name(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Relative(by, _) | ExprKind::Within(_, _, by, true) => self.moves_by(*by),
            ExprKind::Literal(Value::Duration(by)) => self.moves_by(*by),
            ExprKind::Literal(Value::Time(Some(time))) => self.times.push(*time),
            ExprKind::Literal(Value::Datetime(at)) => _ = self.moments.insert(*at),
            ExprKind::Call(..) => self.hourly = true,
            ExprKind::Past(past) => self.past.extend(amounts(past)),
            _ => {}
        }
        expr.children().into_iter().for_each(|part| self.name(part));
    }
}

/// The amounts by which the bounds of a condition on the past move.
fn amounts(past: &Past) -> Vec<Duration> {
    let of_rule = |rule: &Refinement| match rule {
        Refinement::Within(_, by, true) => Some(*by),
        Refinement::Before(point) | Refinement::After(point) => match point.kind {
            ExprKind::Relative(by, _) => Some(by),
            _ => None,
        },
        _ => None,
    };
    match past {
        Past::Changed {
            period: (_, by, true),
            ..
        } => vec![*by],
        Past::Happened(happened) => happened.refinements.iter().filter_map(of_rule).collect(),
        _ => Vec::new(),
    }
}

/// The conditions of a workflow whose transition counts.
fn conditions(workflow: &Workflow) -> impl Iterator<Item = &Expr> {
    let filters = workflow.filters.iter().map(|filter| &filter.condition);
    let again = workflow.reenroll.iter().filter_map(|clause| match clause {
        Reenroll::When(condition) => Some(condition),
        _ => None,
    });
    let leave = workflow.suppress.iter().chain(&workflow.unenroll);
    filters.chain(again).chain(leave).chain(&workflow.goal)
}

/// The conditions that a wait waits for.
pub(super) fn held(wait: &Await) -> impl Iterator<Item = &Expr> {
    wait.arms.iter().filter_map(|arm| match &arm.until {
        Until::Holds(condition) => Some(condition),
        _ => None,
    })
}

fn awaited(steps: &[Step]) -> Vec<&Expr> {
    let mut found = Vec::new();
    for step in steps {
        if let StepKind::Await(wait) = &step.kind {
            found.extend(held(wait));
        }
        let blocks = step.kind.blocks().into_iter();
        found.extend(blocks.flat_map(awaited));
    }
    found
}

/// Whether time alone can turn something, by itself or by what it names.
fn turns(program: &Program, expr: &Expr) -> bool {
    let computed = |path: &Path| {
        let mut computed = program.objects[path.record.object.index()].computed.iter();
        let value = computed.find(|(id, _): &&(PropertyId, _)| *id == path.property);
        value.is_some_and(|(_, value)| turns(program, value))
    };
    let named = |part: &Expr| match &part.kind {
        ExprKind::InSegment(id) => {
            let condition = program.segments[id.index()].as_ref();
            condition.is_some_and(|condition| turns(program, condition))
        }
        ExprKind::Property(path) => computed(path),
        _ => false,
    };
    expr.time_dependent().is_some() || expr.find(&named).is_some()
}

/// Whether time turns something by what has happened.
fn looks_back(program: &Program, expr: &Expr) -> bool {
    let back = |part: &Expr| match &part.kind {
        ExprKind::Past(past) => past.moves(),
        ExprKind::InSegment(id) => {
            let condition = program.segments[id.index()].as_ref();
            condition.is_some_and(|condition| looks_back(program, condition))
        }
        _ => false,
    };
    expr.find(&back).is_some()
}

impl Model<'_> {
    /// The next instant, up to another, at which time alone turns something.
    pub(crate) fn next_change(&self, to: Timestamp) -> Option<Timestamp> {
        let days = self.days(to);
        self.records.values().fold(None, |found, record| {
            // What turns for another one before is enough.
            let to = found.unwrap_or(to);
            let turn = self.turn(record, (&days, to));
            turn.into_iter().chain(found).min()
        })
    }

    /// The same for one record.
    pub(super) fn next_for(&self, record: &Record, to: Timestamp) -> Option<Timestamp> {
        self.turn(record, (&self.days(to), to))
    }

    fn turn(
        &self,
        record: &Record,
        (days, to): (&BTreeSet<Timestamp>, Timestamp),
    ) -> Option<Timestamp> {
        let watched = self.watched(record);
        let looks_back = |(_, expr): &&(Env<'_>, &Expr)| looks_back(self.program, expr);
        let back: Vec<_> = watched.iter().filter(looks_back).copied().collect();
        let mut instants = BTreeSet::new();
        if !watched.is_empty() {
            instants.clone_from(days);
            self.instants(record, to, &mut instants);
        }
        let of_past = match back.is_empty() {
            true => BTreeSet::new(),
            false => self.instants_of_past(record, to),
        };
        let first = |instants: &BTreeSet<Timestamp>, watched: &[(Env<'_>, &Expr)]| {
            let mut ahead = instants.range(..=to).filter(|at| **at > self.seen());
            ahead.find(|at| differs(watched, **at)).copied()
        };
        let (one, other) = (first(&instants, &watched), first(&of_past, &back));
        let turn = one.into_iter().chain(other);
        turn.chain(self.next_date(record, to)).min()
    }

    /// The time goes on to an instant: everybody for whom something turns then is
    /// looked at, and schedules call.
    pub(crate) fn wake(&mut self, at: Timestamp) {
        let called = self.next_times(at).filter(|(_, time)| *time == at);
        let called = called.map(|((of, place), at)| (of, place, at)).collect();
        let turns = |record: &&Record| {
            differs(&self.watched(record), at) || self.next_date(record, at) == Some(at)
        };
        let woken = self.records.values().filter(turns);
        let mut woken: Vec<String> = woken.map(|record| record.handle.clone()).collect();
        woken.sort_by_key(|handle| self.uid(handle));
        woken.iter().for_each(|of| self.keep_unlooked(of));
        (self.time.woken, self.time.called) = (woken.into(), called);
    }

    /// What may turn for a record: the program's conditions, and those of waits.
    fn watched<'a>(&'a self, record: &'a Record) -> Vec<(Env<'a>, &'a Expr)> {
        let own = self.time.watched.iter();
        let own = own.filter(|(object, ..)| *object == record.object);
        let own = own.map(|(_, workflow, expr)| {
            let mut env = self.env(record);
            env.zone = workflow.map_or(env.zone, |at| self.zone_of(at));
            (env, *expr)
        });
        let mut watched: Vec<_> = own.collect();
        for (id, inside) in &self.enrolments {
            if let State::Awaiting(wait, _) = inside.state
                && inside.record == record.handle
                && !self.paused.contains(&inside.workflow)
            {
                let held = held(wait).filter(|condition| turns(self.program, condition));
                watched.extend(held.map(|condition| (self.at(*id), condition)));
            }
        }
        watched
    }

    fn zones(&self) -> Vec<&TimeZone> {
        let mut zones = vec![&self.program.settings.zone];
        let own = (0..self.program.workflows.len()).map(|at| self.zone_of(at));
        for zone in own {
            if !zones.contains(&zone) {
                zones.push(zone);
            }
        }
        zones
    }

    /// The beginnings of days, and the times of day that are named; whole hours
    /// where a function may part the day.
    fn days(&self, to: Timestamp) -> BTreeSet<Timestamp> {
        let mut found = BTreeSet::new();
        let time = &self.time;
        if self.now == Timestamp::UNIX_EPOCH {
            return found;
        }
        for zone in self.zones() {
            let mut day = day_of(self.seen(), zone);
            while day <= day_of(to, zone) {
                found.extend(start_of_day(day, zone));
                let hours = (0..24).map(|hour| flow::base::Time::constant(hour, 0, 0, 0));
                let hours = hours
                    .filter(|_| time.hourly)
                    .chain(time.times.iter().copied());
                let hours = hours.filter_map(|hour| instant(day.to_datetime(hour), zone));
                found.extend(hours.flat_map(|at| [at, moved(at, 1)]));
                day = day.tomorrow().expect("a day");
            }
        }
        found
    }

    /// The instants up to another that a record and those heard of hold, each
    /// moved by the amounts that the program names.
    fn instants(&self, record: &Record, to: Timestamp, found: &mut BTreeSet<Timestamp>) {
        let mut held = self.time.moments.clone();
        record.moments(&mut held);
        self.around(&held, (&self.time.spans, to), found);
    }

    /// The same of when something has happened to them.
    fn instants_of_past(&self, record: &Record, to: Timestamp) -> BTreeSet<Timestamp> {
        let (mut held, mut found) = (BTreeSet::new(), BTreeSet::new());
        record.bygone(&mut held);
        self.around(&held, (&self.time.past, to), &mut found);
        found
    }

    /// Instants and what they are moved by amounts; what holds up to one turns just
    /// after it.
    fn around(
        &self,
        held: &BTreeSet<Timestamp>,
        (spans, to): (&[Duration], Timestamp),
        found: &mut BTreeSet<Timestamp>,
    ) {
        let mut add = |at: Timestamp| {
            let both = [at, moved(at, 1)].into_iter();
            found.extend(both.filter(|at| *at > self.seen() && *at <= to));
        };
        held.iter().copied().for_each(&mut add);
        for zone in self.zones() {
            for (at, by) in held
                .iter()
                .flat_map(|at| spans.iter().map(move |by| (at, by)))
            {
                let both = [false, true].into_iter();
                let both = both.filter(|back| self.may_lie(*at, (*by, *back), to));
                both.filter_map(|back| shift(*at, *by, back, zone))
                    .for_each(&mut add);
            }
        }
    }

    /// Whether an instant that is moved by an amount may lie ahead: the
    /// clocks of a zone make it a day sooner or later at most.
    fn may_lie(&self, at: Timestamp, (by, back): (Duration, bool), to: Timestamp) -> bool {
        let Some(seconds) = seconds_of(by) else {
            return true;
        };
        let about = at.as_second() + if back { -seconds } else { seconds };
        let slack = 2 * 86_400;
        (self.seen().as_second() - slack..=to.as_second() + slack).contains(&about)
    }
}

impl Record {
    fn moments(&self, found: &mut BTreeSet<Timestamp>) {
        for value in self.values.values() {
            if let Value::Datetime(at) = value {
                found.insert(*at);
            }
        }
        let heard = self.ends.iter().filter_map(|end| end.heard.as_ref());
        heard.for_each(|heard| heard.moments(found));
    }

    /// When something has happened to it, and to those heard of.
    fn bygone(&self, found: &mut BTreeSet<Timestamp>) {
        found.extend(self.past.iter().filter_map(Bygone::at));
        let heard = self.ends.iter().filter_map(|end| end.heard.as_ref());
        heard.for_each(|heard| heard.bygone(found));
    }
}

/// Whether something has another value at an instant than just before it.
fn differs(watched: &[(Env<'_>, &Expr)], at: Timestamp) -> bool {
    let value = |env: &Env<'_>, expr: &Expr, now| Env { now, ..*env }.eval(expr);
    let mut watched = watched.iter();
    watched.any(|(env, expr)| value(env, expr, at) != value(env, expr, before(at)))
}
