//! Workflows that shut others out: who enrols in one leaves those (E11).

use super::decision::Reason;
use super::draft::Draft;
use crate::base::Uid;
use crate::model::WorkflowId;
use crate::plan::Exclusive;

impl Draft<'_> {
    /// Takes the record out of the workflows that one shuts out, as it enrols
    /// there. What has a reason of its own to leave with this input leaves for
    /// that (L6).
    pub(super) fn shut_out(&mut self, by: WorkflowId, exclusive: &Exclusive) {
        let is_meant = |of: WorkflowId| match exclusive {
            Exclusive::None => false,
            Exclusive::With(others) => others.contains(&of),
            Exclusive::All => of != by,
        };
        for enrolment in self.inside_of(is_meant) {
            let own = self.own_reason(enrolment);
            self.leave(enrolment, own.unwrap_or(Reason::Exclusive));
        }
    }

    /// Why an enrolment of before would leave with this input anyway.
    fn own_reason(&self, enrolment: Uid) -> Option<Reason> {
        let of = self.before.enrolment(enrolment)?;
        self.reason_to_leave(self.workflow(of.workflow)?)
    }
}
