//! What a delivery means for workflows: who leaves, who enrols, and why not
//! (E1 to E8, L1 to L3, L6). What enrolments do is not known here.

mod enrol;
mod fire;
mod leave;
mod occur;

pub(super) use fire::Cause;

use std::collections::BTreeSet;

use super::draft::Draft;
use super::evaluate::Scope;
use super::prepared::{Sight, Source};
use crate::model::{PropertyId, Value, WorkflowId};
use crate::plan::Condition;

impl Draft<'_> {
    /// Considers the workflows that the delivery concerns, in the order of
    /// their names, all of them before any step is taken (I6).
    pub(super) fn consider(&mut self) {
        if self.turns_nothing() {
            self.went.clear();
            return;
        }
        self.consider_all();
        let occurrence = self.occurrence.take();
        // Each workflow enrols once at most, so that this comes to an end (E1).
        while !self.went.is_empty() {
            let touched = self.see_what_went();
            self.consider_all();
            self.touched.add(touched);
        }
        self.base = None;
        self.occurrence = occurrence;
    }

    /// Whether the record is gone, or is what others made of it: nothing turns
    /// by that (E2).
    pub(super) fn turns_nothing(&self) -> bool {
        self.rebased || self.after.gone.is_some()
    }

    fn consider_all(&mut self) {
        let touched = &self.touched;
        if !self.world.published || (touched.is_empty() && !touched.time) {
            return;
        }
        let prepared = self.world.prepared;
        let (enrolling, leaving) = match touched.time {
            true => (self.turning(), self.turning()),
            false => {
                let concerns = &prepared.concerns;
                let enrolling = concerns.enrolling(self.after.object, touched, self);
                (enrolling, self.letting_go())
            }
        };
        let all: BTreeSet<usize> = enrolling.iter().chain(&leaving).copied().collect();
        for place in all {
            let Some(workflow) = prepared.program.workflows().get(place) else {
                continue;
            };
            let id = WorkflowId::at(place);
            self.notes.clear();
            if leaving.contains(&place) {
                self.take_out(id);
            }
            self.timetable = prepared.timetable(id);
            if enrolling.binary_search(&place).is_ok() {
                self.enrol(id, workflow);
            }
        }
        self.notes.clear();
    }

    /// The workflows that it is inside and that the delivery can take it out
    /// of.
    fn letting_go(&self) -> Vec<usize> {
        let prepared = self.world.prepared;
        let all = self.after.enrolments.iter();
        let inside = all.map(|of| prepared.program.current(of.workflow).index());
        let (object, touched) = (self.after.object, &self.touched);
        let lets_go = |place: &usize| prepared.concerns.lets_go(object, touched, *place);
        inside.filter(lets_go).collect()
    }

    /// Whether a condition is true after the delivery.
    pub(super) fn is(&self, condition: &Condition) -> bool {
        self.now_scope().holds(condition)
    }

    /// Whether it was true before. Nothing was true of a record that was not
    /// there (E2).
    fn was(&self, condition: &Condition) -> bool {
        !self.touched.created && self.before_scope().holds(condition)
    }

    /// Whether the delivery made it true. What time makes true it makes so when
    /// it is due, by itself, and it must still be so.
    fn turned(&self, condition: &Condition) -> bool {
        let by_time = || self.is_by_time(|scope| scope.holds(condition));
        self.is(condition) && by_time() && !self.was(condition)
    }

    /// Whether none of some conditions holds any longer.
    fn none_is(&self, conditions: &[Condition]) -> bool {
        let any = |scope: &Scope<'_>| conditions.iter().any(|condition| scope.holds(condition));
        !any(&self.now_scope()) && self.is_by_time(|scope| !any(&scope))
    }

    fn any_turned(&self, conditions: &[Condition]) -> bool {
        conditions.iter().any(|condition| self.turned(condition))
    }
}

impl Sight for Draft<'_> {
    fn after(&self, source: Source) -> Option<Value> {
        match source {
            Source::Own(property) => self.now_scope().own(property),
            Source::Field(place) => {
                let occurrence = self.occurrence.as_deref()?;
                occurrence.values.get(place).cloned().flatten()
            }
        }
    }

    fn before(&self, property: PropertyId) -> Option<Value> {
        self.before_scope().own(property)
    }
}
