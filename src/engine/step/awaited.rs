//! `wait for`, `wait until` a condition, `wait for first`: whichever comes
//! first (W3, W5).

use std::sync::Arc;
use std::time::Duration;

use super::branch::name;
use super::loops::soon;
use super::{At, Flow};
use crate::base::{Timestamp, Uid};
use crate::engine::decision::{Ending, What};
use crate::engine::draft::Draft;
use crate::engine::enrolment::{Enrolment, Kept, Occurrence, Stage};
use crate::engine::evaluate::Scope;
use crate::plan::{Await, Awaited, Condition, Next, StepKind};

/// What has ended a wait: the arm, the occurrence that it waited for, and what
/// was read.
struct Met {
    arm: usize,
    occurrence: Option<Arc<Occurrence>>,
    read: Vec<(String, String)>,
}

impl<'w> Draft<'w> {
    /// Waits, unless one of the conditions holds already (W5).
    pub(super) fn await_first(&mut self, at: At<'w>, wait: &'w Await) -> Flow {
        let again = self.comes_round(at);
        let of = self.after.enrolment(at.enrolment).filter(|_| !again);
        let met = of.and_then(|of| self.holds_now(of, wait, |_| true));
        self.forget(at.enrolment, wait);
        if let Some(met) = met {
            return Flow::On(self.ends(at.enrolment, (at.place, at.from), (wait, met)));
        }
        let until = self.longest(at, wait);
        let until = match again {
            true => until.map(|until| until.max(soon(at.from))),
            false => until,
        };
        self.notes.clear();
        self.tell_step(at.enrolment, Some(at.place), What::WaitBegan(until));
        let of = self.after.enrolment(at.enrolment);
        let turn = of.and_then(|of| turn(&self.step_scope(of), wait));
        let stage = Stage::Awaiting {
            step: at.place,
            began: at.from,
            until,
            turn,
        };
        self.stage(at.enrolment, stage);
        Flow::Parked
    }

    /// Until when a wait lasts at most; `None`: forever.
    fn longest(&self, at: At<'_>, wait: &Await) -> Option<Timestamp> {
        let timetable = self.timetable_of(at.enrolment);
        timetable.shift(at.from, wait.max?, false)
    }

    /// What was waited for here before, in a loop, is not known now.
    fn forget(&mut self, enrolment: Uid, wait: &Await) {
        let Some(of) = self.after.enrolment(enrolment) else {
            return;
        };
        let places = (0..wait.arms.len()).filter_map(|arm| Some(wait.binding(arm)?.0));
        let bound = places.filter(|place| matches!(of.bindings.get(*place), Some(Some(_))));
        let bound: Vec<usize> = bound.collect();
        if bound.is_empty() {
            return;
        }
        self.change_enrolment(enrolment, |of| {
            for place in bound {
                if let Some(slot) = of.bindings.get_mut(place) {
                    *slot = None;
                }
            }
        });
    }

    /// Ends a wait if the delivery brings what it waits for; else finds out
    /// anew when its conditions can turn.
    pub(super) fn look_at_wait(&mut self, of: &Enrolment) {
        let Some((step, wait)) = self.awaiting(of) else {
            return;
        };
        self.notes.clear();
        if let Some(met) = self.brings(of, wait) {
            let next = self.ends(of.id, (step, self.world.now), (wait, met));
            self.moved.push((of.id, next));
        } else {
            self.turns_again(of, wait);
        }
    }

    /// The wait that an enrolment stands at.
    fn awaiting(&self, of: &Enrolment) -> Option<(usize, &'w Await)> {
        let Stage::Awaiting { step, .. } = of.stage else {
            return None;
        };
        match &self.plan_step(of.id, step)?.kind {
            StepKind::Await(wait) => Some((step, wait)),
            _ => None,
        }
    }

    fn turns_again(&mut self, of: &Enrolment, wait: &Await) {
        let next = turn(&self.step_scope(of), wait);
        if let Stage::Awaiting { turn, .. } = of.stage
            && turn != next
        {
            self.change_enrolment(of.id, |of| {
                if let Stage::Awaiting { turn, .. } = &mut of.stage {
                    *turn = next;
                }
            });
        }
    }

    /// The first arm that ends with the delivery.
    fn brings(&self, of: &Enrolment, wait: &Await) -> Option<Met> {
        let scope = self.step_scope(of);
        let before = Scope {
            occurrence: of.occurrence.as_deref(),
            bindings: &of.bindings,
            timetable: self.timetable_of(of.id),
            ..self.before_scope()
        };
        let turns = |by: &Condition| scope.holds(by) && (!came_back(of) || !before.holds(by));
        let mut arms = wait.arms.iter().enumerate();
        arms.find_map(|(arm, case)| {
            self.notes.watch();
            let occurrence = match &case.test {
                Awaited::Event(trigger, _) => {
                    let occurrence = self.happens(trigger, &scope)?;
                    let scope = Scope {
                        awaited: Some(&occurrence),
                        ..self.step_scope(of)
                    };
                    let passes = trigger.filter.as_ref().is_none_or(|by| scope.holds(by));
                    passes.then(|| Some(occurrence.clone()))
                }
                Awaited::Holds(condition) => turns(condition).then_some(None),
                Awaited::Timeout => None,
            };
            Some(self.met(arm, occurrence?))
        })
    }

    /// The first arm whose condition holds now, and passes a test besides.
    fn holds_now(
        &self,
        of: &Enrolment,
        wait: &Await,
        passes: impl Fn(&Condition) -> bool,
    ) -> Option<Met> {
        let scope = self.step_scope(of);
        let mut arms = wait.arms.iter().enumerate();
        arms.find_map(|(arm, case)| {
            self.notes.watch();
            let Awaited::Holds(condition) = &case.test else {
                return None;
            };
            let holds = scope.holds(condition) && passes(condition);
            holds.then(|| self.met(arm, None))
        })
    }

    fn met(&self, arm: usize, occurrence: Option<Arc<Occurrence>>) -> Met {
        let read = self.notes.read().into_iter();
        Met {
            arm,
            occurrence,
            read: read.filter(|(path, _)| !path.is_empty()).collect(),
        }
    }

    /// The time has come at which a condition can turn, or at which the wait
    /// has been long enough. What turns at an instant comes before its end.
    pub(super) fn wait_is_due(&mut self, of: &Enrolment, due: Timestamp) {
        let (Some((step, wait)), Stage::Awaiting { until, turn, .. }) =
            (self.awaiting(of), &of.stage)
        else {
            return;
        };
        let turned = turn.filter(|turn| *turn <= due);
        let met = turned.and_then(|turned| self.turned_by(of, wait, turned));
        let is_over = until.is_some_and(|until| until <= due);
        match met.or_else(|| is_over.then(|| self.timeout(wait))) {
            Some(met) => {
                let next = self.ends(of.id, (step, due), (wait, met));
                self.go(of.id, next, due);
            }
            None => self.turns_again(of, wait),
        }
    }

    /// The arm of the end. A wait without blocks has none.
    fn timeout(&self, wait: &Await) -> Met {
        let arms = wait.arms.iter();
        let place = arms
            .take_while(|case| !matches!(case.test, Awaited::Timeout))
            .count();
        self.notes.watch();
        self.met(place, None)
    }

    /// The first arm whose condition holds now that time has passed. One that a
    /// loop has come back to must not have held just before.
    fn turned_by(&self, of: &Enrolment, wait: &Await, turned: Timestamp) -> Option<Met> {
        let before = turned.checked_sub(Duration::from_micros(1));
        let before = Scope {
            now: before.unwrap_or(Timestamp::MIN),
            ..self.step_scope(of)
        };
        self.holds_now(of, wait, |by| !came_back(of) || !before.holds(by))
    }

    /// A wait is over: how is told, the occurrence gets its name, and the path
    /// goes on in the arm.
    fn ends(
        &mut self,
        enrolment: Uid,
        (step, at): (usize, Timestamp),
        (wait, met): (&'w Await, Met),
    ) -> Next {
        let case = wait.arms.get(met.arm);
        let called = match case.map(|case| &case.test) {
            Some(Awaited::Timeout) | None => "timeout",
            Some(_) if wait.has_blocks => case.map_or("met", name),
            Some(_) => "met",
        };
        let ending = Ending {
            case: called.into(),
            read: met.read,
        };
        let what = What::WaitEnded(Some(Box::new(ending)));
        self.tell_step(enrolment, Some(step), what);
        self.lets_through(enrolment, step, at);
        if let (Some(occurrence), Some((place, _))) = (met.occurrence, wait.binding(met.arm)) {
            self.change_enrolment(enrolment, |of| {
                if let Some(slot) = of.bindings.get_mut(*place) {
                    *slot = Some(Kept::Occurrence(occurrence));
                }
            });
        }
        case.map_or_else(|| self.next_of(enrolment, step), |case| case.entry)
    }
}

/// When the first of the conditions of a wait can turn by the passing of time.
pub(in crate::engine) fn turn(scope: &Scope<'_>, wait: &Await) -> Option<Timestamp> {
    let conditions = wait.arms.iter().filter_map(|arm| match &arm.test {
        Awaited::Holds(condition) => Some(condition),
        Awaited::Event(..) | Awaited::Timeout => None,
    });
    conditions
        .filter_map(|condition| scope.turns(&condition.expression))
        .min()
}

/// Whether a loop has come back to the wait at the instant at which this wait
/// let it through: then what holds must turn true again.
pub(in crate::engine) fn came_back(of: &Enrolment) -> bool {
    match of.stage {
        Stage::Awaiting { step, began, .. } => of.has_passed(step, began),
        _ => false,
    }
}
