//! Actions that were put back, each by the names of its workflow and its step.
//! One of a workflow that is gone is withdrawn, and has failed again.

use super::Migration;
use super::report::Withdrawn;
use crate::engine::decision::{Entry, What};
use crate::engine::put_back::PutBack;
use crate::engine::record::RecordCell;

impl Migration<'_> {
    /// What was put back of a record, in the new program.
    pub(super) fn put_back(&mut self, old: &RecordCell, cell: &mut RecordCell) {
        for (key, of) in old.put_back.iter() {
            match self.named_anew(of) {
                Some(of) => drop(cell.put_back.insert(*key, of)),
                None => self.withdraw(old, of),
            }
        }
    }

    pub(super) fn named_anew(&self, of: &PutBack) -> Option<PutBack> {
        let found = self.names.plan(of.workflow)?;
        Some(PutBack {
            workflow: found.id,
            step: of.step.and_then(|step| found.script.place(step)),
            request: self.call(found.id, &of.request)?,
            ..of.clone()
        })
    }

    /// Tells that it is withdrawn, in the words of the version before.
    pub(super) fn withdraw(&mut self, cell: &RecordCell, of: &PutBack) {
        let plan = self.old.workflow(of.workflow);
        let step = plan.and_then(|plan| plan.steps.get(of.step?));
        let what = What::Withdrawn(PutBack::REMOVED.into());
        // What is withdrawn is the attempt that would follow.
        let next = PutBack {
            attempt: of.attempt + u32::from(of.retry.is_some()),
            ..of.clone()
        };
        self.tally.withdrawn.push(Withdrawn {
            entry: Entry {
                record: Some(cell.id),
                workflow: Some(of.workflow),
                enrolment: Some(of.enrolment),
                key: of.entry_key(),
                step: of.step,
                span: step.map(|step| step.span),
                ..Entry::of_input(self.now, what)
            },
            action: next.action(cell.id, self.now),
        });
    }
}
