//! An enrolment as a decision leaves it. When that is so is not known here.

use serde::Serialize;

use super::Freezing;
use crate::base::Timestamp;
use crate::engine::enrolment::{Enrolment, Kept, Stage};
use crate::model::Value;
use crate::model::compute::print;

#[derive(Debug, Serialize)]
pub(super) struct Inside<'d> {
    id: [u8; 16],
    workflow: &'d str,
    version: [u8; 32],
    key: &'d str,
    stage: &'static str,
    step: Option<&'d str>,
    times: Vec<i64>,
    action: Option<([u8; 16], u32)>,
    open: u64,
    visits: u32,
    /// What names are bound to, as it prints.
    bindings: Vec<Option<Vec<Option<String>>>>,
}

impl<'d> Freezing<'d> {
    pub(super) fn inside(self, of: &'d Enrolment) -> Inside<'d> {
        let micro = |at: &Timestamp| at.as_microsecond();
        let plan = self.prepared.workflow(of.workflow);
        let step = of.step().and_then(|step| plan?.steps.get(step));
        let (stage, times, action, open) = match &of.stage {
            Stage::Ready { due, .. } => ("ready", vec![micro(due)], None, 0),
            Stage::Waiting { began, due, .. } => {
                ("waiting", vec![micro(began), micro(due)], None, 0)
            }
            Stage::Awaiting {
                began, until, turn, ..
            } => {
                let never = |at: &Option<Timestamp>| at.as_ref().map_or(i64::MAX, micro);
                let times = vec![micro(began), never(until), never(turn)];
                ("awaiting", times, None, 0)
            }
            Stage::Writing { open, from, .. } => ("writing", vec![micro(from)], None, *open),
            Stage::Acting {
                action,
                attempt,
                retry,
                ..
            } => {
                let times = retry.iter().map(micro).collect();
                ("acting", times, Some((*action.bytes(), *attempt)), 0)
            }
            Stage::Finishing {
                action, attempt, ..
            } => {
                let action = Some((*action.bytes(), *attempt));
                ("finishing", Vec::new(), action, 0)
            }
        };
        let passed = of.passed.iter().map(|passed| micro(&passed.at));
        Inside {
            id: *of.id.bytes(),
            workflow: self.workflow(of.workflow),
            version: *of.version.bytes(),
            key: &of.key,
            stage,
            step: step.map(|step| step.id.as_str()),
            times: times.into_iter().chain(passed).collect(),
            action,
            open: open as u64,
            visits: of.visits,
            bindings: of.bindings.iter().map(|kept| self.kept(kept)).collect(),
        }
    }

    fn kept(self, kept: &Option<Kept>) -> Option<Vec<Option<String>>> {
        let print = |value: &Value| print(value, self.prepared.zone());
        let print = |value: &Option<Value>| value.as_ref().map(print);
        Some(match kept.as_ref()? {
            Kept::Answer(answer) | Kept::Record(answer) => answer.iter().map(print).collect(),
            Kept::Occurrence(occurrence) => {
                let id = Some(occurrence.id.to_string());
                let values = occurrence.values.iter().map(print);
                std::iter::once(id).chain(values).collect()
            }
        })
    }
}
