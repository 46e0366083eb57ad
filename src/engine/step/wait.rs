//! `wait`: for an amount of time, or until a moment (W4, D1).

use super::{At, Flow};
use crate::base::{
    Date, DateTime, Duration, TimeZone, Timestamp, Uid, Unit, YearlyDate, day_of, instant,
    shift_date, start_of_day,
};
use crate::engine::decision::{Reason, What};
use crate::engine::draft::Draft;
use crate::engine::enrolment::{Enrolment, Stage};
use crate::engine::evaluate::Scope;
use crate::model::{Timetable, Value};
use crate::plan::{Moment, Next, StepKind, Wait};
use crate::syntax::ast::PastAction;

impl<'w> Draft<'w> {
    pub(super) fn wait(&mut self, at: At<'w>, wait: &'w Wait) -> Flow {
        let due = match self.due(at, wait) {
            Ok(due) if due > at.from => due,
            _ if self.comes_round(at) => self.next_time(at, wait),
            Ok(due) => due,
            Err((what, why)) => {
                self.lets_through(at.enrolment, at.place, at.from);
                return self.no_wait(at, (what, why));
            }
        };
        self.tell_step(at.enrolment, Some(at.place), What::WaitBegan(Some(due)));
        let stage = Stage::Waiting {
            step: at.place,
            began: at.from,
            due,
        };
        self.stage(at.enrolment, stage);
        Flow::Parked
    }

    /// Until when a wait lasts that begins here; else what is done instead, and
    /// why.
    fn due(&self, at: At<'_>, wait: &Wait) -> Result<Timestamp, (PastAction, &'static str)> {
        match wait {
            Wait::For(amount) => self
                .timetable_of(at.enrolment)
                .shift(at.from, *amount, false)
                .ok_or((PastAction::Continue, "out_of_range")),
            Wait::Until {
                moment,
                past,
                unknown,
            } => match self.moment(at.enrolment, moment, at.from) {
                None => Err((*unknown, "unknown")),
                Some(due) if due < at.from => Err((*past, "past")),
                Some(due) => Ok(due),
            },
        }
    }

    /// There is nothing to wait for.
    fn no_wait(&mut self, at: At<'_>, (what, why): (PastAction, &str)) -> Flow {
        self.tell_step(at.enrolment, Some(at.place), What::Skipped(why.into()));
        match self.after_no_wait(at.enrolment, at.place, what) {
            Some(next) => Flow::On(next),
            None => Flow::End,
        }
    }

    /// Where the path goes when there is nothing to wait for; `None` where it
    /// ends.
    fn after_no_wait(&mut self, enrolment: Uid, place: usize, what: PastAction) -> Option<Next> {
        let next = self.next_of(enrolment, place);
        match (what, next) {
            (PastAction::Continue, _) => Some(next),
            (PastAction::Skip, Next::Step(skipped)) => {
                let what = What::Skipped("passed_over".into());
                self.tell_step(enrolment, Some(skipped), what);
                Some(self.next_of(enrolment, skipped))
            }
            (PastAction::Skip, Next::End) => Some(Next::End),
            (PastAction::Stop, _) => None,
        }
    }

    /// The timetable of the workflow of an enrolment.
    pub(super) fn timetable_of(&self, enrolment: Uid) -> &'w Timetable {
        let prepared = self.world.prepared;
        let of = self.after.enrolment(enrolment);
        of.map_or(prepared.usual(), |of| prepared.timetable(of.workflow))
    }

    /// The moment of a wait that began then.
    pub(super) fn moment(
        &self,
        enrolment: Uid,
        moment: &Moment,
        began: Timestamp,
    ) -> Option<Timestamp> {
        let of = self.after.enrolment(enrolment)?;
        let scope = Scope {
            now: began,
            ..self.step_scope(of)
        };
        moment_of(&scope, moment, began)
    }

    /// Computes waits anew whose moments have moved with the values that they
    /// read (W4), and ends those that have waited for what has happened (W3,
    /// W5), in the order of workflows and keys.
    pub(in crate::engine) fn look_at_waits(&mut self) {
        let is_changed = !self.touched.is_empty();
        if self.touched.created || !is_changed && !self.touched.time {
            return;
        }
        let watches = &self.world.prepared.watches;
        let looked_at = |of: &&Enrolment| match of.stage {
            Stage::Waiting { .. } => is_changed,
            Stage::Ready { due, .. } => is_changed && due > self.world.now,
            Stage::Awaiting { step, .. } => watches.concern((of.workflow, step), &self.touched),
            _ => false,
        };
        let all = self.after.enrolments.iter();
        let mut waiting: Vec<Enrolment> = all.filter(looked_at).cloned().collect();
        // An older version comes with its workflow (V3).
        let program = &self.world.prepared.program;
        waiting.sort_by(|one, other| {
            let of = |one: &Enrolment| program.current(one.workflow);
            (of(one), &one.key).cmp(&(of(other), &other.key))
        });
        for of in waiting {
            self.move_wait(&of);
            self.look_at_wait(&of);
            self.look_at_hours(&of);
        }
    }

    fn move_wait(&mut self, of: &Enrolment) {
        let Stage::Waiting { step, began, .. } = of.stage else {
            return;
        };
        let plan = self.plan_step(of.id, step).map(|step| &step.kind);
        let Some(StepKind::Wait(Wait::Until {
            moment: moment @ Moment::At(_),
            past,
            unknown,
        })) = plan
        else {
            return;
        };
        let before = Scope {
            now: began,
            occurrence: of.occurrence.as_deref(),
            bindings: &of.bindings,
            timetable: self.timetable_of(of.id),
            ..self.before_scope()
        };
        let old = moment_of(&before, moment, began);
        let new = self.moment(of.id, moment, began);
        if old == new {
            return;
        }
        let ends = match new {
            None => Some((*unknown, "unknown")),
            Some(due) if due < self.world.now => Some((*past, "past")),
            Some(due) => {
                self.tell_step(of.id, Some(step), What::WaitMoved(due));
                self.stage(of.id, Stage::Waiting { step, began, due });
                None
            }
        };
        let Some((what, why)) = ends else { return };
        self.tell_step(of.id, Some(step), What::Skipped(why.into()));
        self.lets_through(of.id, step, self.world.now);
        match self.after_no_wait(of.id, step, what) {
            Some(next) => self.moved.push((of.id, next)),
            None => self.leave(of.id, Reason::Completed),
        }
    }
}

/// Until when a wait lasts that began then; `None` where that is unknown.
pub(in crate::engine) fn until(
    scope: &Scope<'_>,
    wait: &Wait,
    began: Timestamp,
) -> Option<Timestamp> {
    match wait {
        Wait::For(amount) => scope.timetable.shift(began, *amount, false),
        Wait::Until { moment, .. } => moment_of(scope, moment, began),
    }
}

/// The moment of a wait that began then, by the values at hand.
pub(in crate::engine) fn moment_of(
    scope: &Scope<'_>,
    moment: &Moment,
    began: Timestamp,
) -> Option<Timestamp> {
    let zone = scope.zone();
    match moment {
        Moment::At(expression) => match scope.value(expression)? {
            Value::Datetime(at) => Some(at),
            Value::Date(day) => start_of_day(day, zone),
            _ => None,
        },
        Moment::Time(time) => first(began, zone, |day| Some(day.to_datetime(*time))),
        Moment::Weekdays(days, time) => first(began, zone, |day| {
            let weekday = u8::try_from(day.weekday().to_monday_zero_offset()).ok()?;
            days.contains(&weekday).then(|| day.to_datetime(*time))
        }),
        Moment::Yearly(date, time) => first(began, zone, |day| {
            is_yearly(day, *date).then(|| day.to_datetime(*time))
        }),
    }
}

/// The first moment not before the beginning, day by day for five years: a
/// yearly date is at most one year away.
fn first(
    began: Timestamp,
    zone: &TimeZone,
    on: impl Fn(Date) -> Option<DateTime>,
) -> Option<Timestamp> {
    const DAYS: usize = 5 * 366;
    let tomorrow = Duration {
        count: 1,
        unit: Unit::Day,
        business: false,
    };
    let mut day = day_of(began, zone);
    for _ in 0..DAYS {
        let moment = on(day).and_then(|wall| instant(wall, zone));
        if let Some(moment) = moment
            && moment >= began
        {
            return Some(moment);
        }
        day = shift_date(day, tomorrow, false)?;
    }
    None
}

/// Whether a day is that of a yearly date; 29 February is the 28th in years
/// that lack it (D3).
fn is_yearly(day: Date, date: YearlyDate) -> bool {
    let last = date.month == 2 && date.day == 29 && !day.in_leap_year();
    let wanted = if last { 28 } else { date.day };
    (day.month(), day.day()) == (date.month, wanted)
}
