//! What became of a record in workflows, as conditions ask of it: seen once the
//! workflows at hand have been considered (I5, N2).

use std::mem::take;

use flow::syntax::ast::WorkflowTest;

use crate::reference::records::Gone;
use crate::reference::{Delivery, Model};

impl Model<'_> {
    /// Considers the workflows, and anew those that ask what became of others by
    /// that, as long as anything did. Each takes the record in once (E1).
    pub(super) fn consider_all(&mut self, at: &mut Delivery) {
        self.consider(at);
        let (before, event, earlier) = (at.before.clone(), at.event.clone(), at.earlier);
        while !self.went.is_empty() {
            (at.before, at.event, at.earlier) = (self.records.get(&at.to).cloned(), None, None);
            (at.again, at.called, at.maker) = (true, false, None);
            self.see(&at.to);
            self.consider(at);
        }
        (at.before, at.event, at.earlier) = (before, event, earlier);
    }

    /// What steps have ended is seen by a message of its own.
    pub(super) fn send_what_went(&mut self, to: &str) {
        let went = take(&mut self.went);
        if !went.is_empty() {
            self.send(to, |model, at| {
                model.went = went;
                model.see(&at.to);
            });
            if let Some((at, _)) = self.queue.back_mut() {
                at.revives = true;
            }
        }
    }

    fn see(&mut self, to: &str) {
        for (workflow, reason) in take(&mut self.went) {
            let inside = self.enrolments.values();
            let mut inside = inside.filter(|of| of.record == to);
            let active = inside.any(|of| of.workflow == workflow);
            let record = match self.gone.get_mut(to) {
                Some(Gone::Deleted(record)) => record,
                _ => self.record(to),
            };
            let test = match reason {
                None => WorkflowTest::EverEnrolled,
                Some("completed") => WorkflowTest::Completed,
                Some("goal_met") => WorkflowTest::MetGoal,
                Some(_) => WorkflowTest::Active,
            };
            record.went.insert((test.words(), workflow));
            let is_active = (WorkflowTest::Active.words(), workflow);
            record.went.remove(&is_active);
            record.went.extend(active.then_some(is_active));
        }
    }

    /// What a record is inside of it knows at once where nothing turns by it.
    pub(super) fn knows_inside(&mut self, name: &str) {
        let inside = self.enrolments.values().filter(|of| of.record == name);
        let inside: Vec<usize> = inside.map(|of| of.workflow).collect();
        let active = WorkflowTest::Active.words();
        let went = &mut self.record(name).went;
        went.retain(|(test, _)| *test != active);
        went.extend(inside.into_iter().map(|at| (active, at)));
    }
}
