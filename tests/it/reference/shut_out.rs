//! Who leaves a workflow because of another one: `exclusive with` (E11), and
//! `unenroll from`.

use flow::semantic::hir::Exclusive;

use crate::reference::{Delivery, Model};

impl Model<'_> {
    /// Enrolling takes the record out of others. What was inside before and has
    /// a reason of its own to leave leaves for that (L6).
    pub(super) fn shut_out(&mut self, by: usize, delivery: &Delivery) {
        let exclusive = &self.workflow(by).exclusive;
        for at in 0..self.program.workflows.len() {
            let meant = match exclusive {
                Exclusive::None => false,
                Exclusive::With(others) => others.iter().any(|other| other.index() == at),
                Exclusive::All => at != by,
            };
            if !meant {
                continue;
            }
            self.looks = Some(at);
            let own = self.reason_to_leave(at, delivery);
            self.looks = Some(by);
            for id in self.inside_in_order(at, delivery) {
                let new = delivery.begun.contains(&id);
                let own = own.filter(|_| !new);
                self.leave(id, own.unwrap_or("exclusive"));
            }
        }
    }

    /// A step takes the record out of a workflow, or of all but its own.
    pub(super) fn turn_out(&mut self, from: Option<usize>, own: usize, delivery: &Delivery) {
        for at in 0..self.program.workflows.len() {
            if from.map_or(at != own, |from| from == at) {
                self.leave_all(at, delivery, "by_workflow");
            }
        }
    }
}
