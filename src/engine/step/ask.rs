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
            let what = What::Skipped("no_record".into());
            self.tell_step(at.enrolment, Some(at.place), what);
            return Flow::On(at.step.next);
        }
        self.tell_step(at.enrolment, Some(at.place), What::Step);
        let Some(of) = self.after.enrolment(at.enrolment) else {
            return Flow::End;
        };
        let writer = Writer {
            record: self.after.id,
            enrolment: at.enrolment,
            workflow: of.workflow,
            step: at.place,
        };
        for target in &targets {
            self.send(*target, request(Some(writer)));
        }
        let stage = Stage::Writing {
            step: at.place,
            open: targets.len(),
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
