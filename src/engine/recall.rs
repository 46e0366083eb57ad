//! What a delivery adds to the past that conditions read (E14, V6): values,
//! changes, imports, events, what became of enrolments. How it is asked for
//! later is not known here.

use super::decision::{Change, Reason};
use super::draft::Draft;
use super::enrolment::Occurrence;
use super::evaluate::{Bounds, Scope, is_asked};
use super::kept::{Kept, TraceId};
use super::message::Request;
use super::prepared::{Counted, Touched, Trace};
use crate::base::Timestamp;
use crate::model::{PropertyId, Type, Value, WorkflowId};
use crate::semantic::hir::WorkflowTest;

/// That a record began or ended an enrolment, and why it ended.
pub(super) type Went = (WorkflowId, Option<Reason>);

/// What can be asked of a record and a workflow.
const TESTS: [WorkflowTest; 4] = [
    WorkflowTest::Active,
    WorkflowTest::Completed,
    WorkflowTest::MetGoal,
    WorkflowTest::EverEnrolled,
];

impl Draft<'_> {
    fn keep(&mut self, id: TraceId, kept: Option<Kept>) {
        if self.after.past.get(id) == kept.as_ref() {
            return;
        }
        self.change(Change::Kept(id, kept));
        self.touched.traces.insert(id);
    }

    /// A property has a value: one that it had once, and a change, but where
    /// the record is born with it.
    pub(super) fn recall_value(&mut self, property: PropertyId, new: Option<&Value>) {
        let (object, traces) = (self.after.object, &self.world.prepared.traces);
        if let (Some(id), Some(value)) = (traces.had(object, property), new) {
            self.recall_had(id, property, value);
        }
        if let (Some(id), false) = (traces.changed(object, property), self.touched.created) {
            self.keep(id, Some(Kept::At(self.world.now)));
        }
    }

    fn recall_had(&mut self, id: TraceId, property: PropertyId, value: &Value) {
        let folds = self.world.object(self.after.object).properties[property].ty == Type::Email;
        let trace = self.world.prepared.traces.get(id);
        if !trace.is_some_and(|trace| is_asked(trace, value, folds)) {
            return;
        }
        let mut values = match self.after.past.get(id) {
            Some(Kept::Values(values)) => values.clone(),
            _ => Vec::new(),
        };
        if !values.contains(value) {
            values.push(value.clone());
            self.keep(id, Some(Kept::Values(values)));
        }
    }

    /// An import has touched the record.
    pub(super) fn recall_import(&mut self, import: &str) {
        if let Some(id) = self.world.prepared.traces.imported(import) {
            self.keep(id, Some(Kept::Yes));
        }
    }

    /// An event has happened: it is judged once, now (E14).
    pub(super) fn recall_event(&mut self) {
        let Some(occurrence) = self.occurrence.clone() else {
            return;
        };
        let prepared = self.world.prepared;
        for (id, trace) in prepared.traces.iter() {
            let Trace::Counted(of) = trace else { continue };
            if let Some(kept) = self.counted_once_more(id, (of, &occurrence)) {
                self.keep(id, Some(kept));
            }
        }
    }

    fn counted_once_more(
        &self,
        id: TraceId,
        (of, occurrence): (&Counted, &Occurrence),
    ) -> Option<Kept> {
        if of.event != occurrence.event {
            return None;
        }
        let scope = Scope {
            occurrence: Some(occurrence),
            ..self.now_scope()
        };
        of.once_more(&scope, (occurrence.occurred_at, self.after.past.get(id)))
    }

    /// An enrolment has begun or ended. It is seen once the workflows at hand
    /// have been considered.
    pub(super) fn recall_went(&mut self, workflow: WorkflowId, reason: Option<Reason>) {
        let prepared = self.world.prepared;
        let workflow = prepared.program.current(workflow);
        let mut tests = TESTS.iter();
        if tests.any(|test| prepared.traces.workflow(*test, workflow).is_some()) {
            self.went.push((workflow, reason));
        }
    }

    /// What became of enrolments is seen from now on.
    pub(super) fn recall_all_went(&mut self, went: &[Went]) {
        for (workflow, reason) in went {
            for test in TESTS {
                self.recall_test(test, (*workflow, *reason));
            }
        }
    }

    fn recall_test(&mut self, test: WorkflowTest, (workflow, reason): Went) {
        let prepared = self.world.prepared;
        let Some(id) = prepared.traces.workflow(test, workflow) else {
            return;
        };
        let kept = match test {
            WorkflowTest::Active => self.after.is_inside_any(&prepared.program, workflow),
            WorkflowTest::EverEnrolled => self.after.has_been_in(workflow),
            WorkflowTest::Completed if reason == Some(Reason::Completed) => true,
            WorkflowTest::MetGoal if reason == Some(Reason::GoalMet) => true,
            WorkflowTest::Completed | WorkflowTest::MetGoal => return,
        };
        self.keep(id, kept.then_some(Kept::Yes));
    }

    /// What another record was inside of, this one need not be: it knows itself
    /// (L4).
    pub(super) fn recall_inside(&mut self) {
        let prepared = self.world.prepared;
        for (_, trace) in prepared.traces.iter() {
            if let Trace::Workflow(WorkflowTest::Active, workflow) = trace {
                self.recall_test(WorkflowTest::Active, (*workflow, None));
            }
        }
    }

    /// Lets what became of enrolments be seen: what is judged next compares
    /// with the record as it is without that. Returns what the delivery has
    /// changed besides.
    pub(super) fn see_what_went(&mut self) -> Touched {
        let touched = std::mem::take(&mut self.touched);
        self.base = Some(self.after.clone().into_owned());
        let went = std::mem::take(&mut self.went);
        self.recall_all_went(&went);
        touched
    }

    /// What steps have ended is a cause of its own: a message to the record
    /// itself (I5).
    pub(super) fn send_what_went(&mut self) {
        let went = std::mem::take(&mut self.went);
        // Nothing turns true of a record that is gone (L4).
        if self.after.gone.is_some() {
            self.recall_all_went(&went);
            return self.recall_inside();
        }
        if !went.is_empty() {
            self.send(self.after.id, Request::Went(went));
        }
    }
}

impl Counted {
    /// What is kept once an occurrence that is in scope has happened besides
    /// what was kept before; `None` where it does not count.
    pub(super) fn once_more(
        &self,
        scope: &Scope<'_>,
        (occurred_at, kept): (Timestamp, Option<&Kept>),
    ) -> Option<Kept> {
        if !self
            .filter
            .as_ref()
            .is_none_or(|filter| scope.holds(filter))
        {
            return None;
        }
        let mut counter = match kept {
            Some(Kept::Counted(counter)) => counter.clone(),
            _ => Box::default(),
        };
        let bounds = Bounds {
            scope,
            refinements: &self.refinements,
        };
        bounds.count(self.bound, &mut counter, occurred_at);
        Some(Kept::Counted(counter)).filter(|kept| *kept != Kept::Counted(Box::default()))
    }
}
