//! Steps that this version does not run.

use super::Lowering;
use super::step::{named, property};
use crate::plan::{Create, LaterStep, Tie};
use crate::semantic::hir::{self, StepKind};

impl Lowering<'_> {
    /// A step of these kinds; others are lowered where they are run.
    pub(super) fn later(self, kind: &StepKind) -> Option<LaterStep> {
        Some(match kind {
            StepKind::Copy(value, target) => LaterStep::Copy {
                value: self.expression(value),
                from: value.ty.clone(),
                records: self.records(&target.records),
                property: property(target.property),
            },
            StepKind::Create(create) => LaterStep::Create(self.create(create)),
            StepKind::Associate(tie) => LaterStep::Associate(self.tie(tie)),
            StepKind::Dissociate(tie) => LaterStep::Dissociate(self.tie(tie)),
            StepKind::Delete => LaterStep::Delete,
            StepKind::Unenroll(workflow) => LaterStep::Unenroll(*workflow),
            _ => return None,
        })
    }

    fn create(self, create: &hir::Create) -> Create {
        let values = create.values.iter();
        let values = values.map(|(target, value)| (property(*target), self.expression(value)));
        Create {
            object: create.object,
            values: values.collect(),
            link: create.link.clone(),
            binding: create.binding.as_ref().map(named),
        }
    }

    fn tie(self, tie: &hir::Tie) -> Tie {
        let other = tie.other.as_ref();
        Tie {
            association: tie.association,
            label: tie.label.clone(),
            other: other.map(|(property, value)| (*property, self.expression(value))),
        }
    }
}
