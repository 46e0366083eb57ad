//! Steps that ask records for something, and wait until all have answered.

use super::{At, Flow};
use crate::base::Uid;
use crate::engine::decision::What;
use crate::engine::draft::Draft;
use crate::engine::enrolment::Stage;
use crate::engine::message::{Request, Writer};
use crate::plan::Records;

impl<'w> Draft<'w> {
    /// Sends a request to each record that a step acts on; none, and the step
    /// is skipped.
    pub(super) fn ask(
        &mut self,
        at: At<'w>,
        records: &Records,
        request: impl Fn(Option<Writer>) -> Request,
    ) -> Flow {
        let targets = self.targets(at.enrolment, records);
        if targets.is_empty() {
            return self.skip(at);
        }
        self.tell_step(at.enrolment, Some(at.place), What::Step);
        let Some(writer) = self.writer_at(at) else {
            return Flow::End;
        };
        for target in &targets {
            self.send(*target, request(Some(writer)));
        }
        self.park(at, targets.len())
    }

    /// Skips a step that finds no record.
    pub(super) fn skip(&mut self, at: At<'w>) -> Flow {
        let what = What::Skipped("no_record".into());
        self.tell_step(at.enrolment, Some(at.place), what);
        Flow::On(at.step.next)
    }

    /// Whom those answer that a step asks for something.
    pub(super) fn writer_at(&self, at: At<'w>) -> Option<Writer> {
        let of = self.after.enrolment(at.enrolment)?;
        Some(Writer {
            record: self.after.id,
            enrolment: at.enrolment,
            workflow: of.workflow,
            step: at.place,
        })
    }

    /// Lets the enrolment wait for so many answers.
    pub(super) fn park(&mut self, at: At<'w>, open: usize) -> Flow {
        let stage = Stage::Writing {
            step: at.place,
            open,
            failure: None,
            from: at.from,
        };
        self.stage(at.enrolment, stage);
        Flow::Parked
    }

    fn targets(&self, enrolment: Uid, records: &Records) -> Vec<Uid> {
        let Some(of) = self.after.enrolment(enrolment) else {
            return Vec::new();
        };
        let scope = self.step_scope(of);
        match records {
            Records::This => vec![self.after.id],
            Records::One(way) => scope.record(way).into_iter().collect(),
            Records::Linked(link) => scope.linked(link),
        }
    }
}
