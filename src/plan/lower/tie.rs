//! Steps that copy values, make records and link them.

use super::Lowering;
use super::step::{named, property};
use crate::plan::{Copy, Create, Tie};
use crate::semantic::hir::{self, Expr, Target};

impl Lowering<'_> {
    pub(super) fn copy(self, value: &Expr, target: &Target) -> Copy {
        let object = match &target.records {
            hir::Records::This => None,
            hir::Records::One(record) => Some(record.object),
            hir::Records::Linked(path) => Some(path.object),
        };
        Copy {
            object,
            value: self.expression(value),
            from: value.ty.clone(),
            records: self.records(&target.records),
            property: property(target.property),
        }
    }

    pub(super) fn create(self, create: &hir::Create) -> Create {
        let values = create.values.iter();
        let values = values.map(|(target, value)| (property(*target), self.expression(value)));
        Create {
            object: create.object,
            values: values.collect(),
            link: create.link.clone(),
            binding: create.binding.as_ref().map(named),
        }
    }

    pub(super) fn tie(self, tie: &hir::Tie) -> Tie {
        let other = tie.other.as_ref();
        Tie {
            association: tie.association,
            label: tie.label.clone(),
            other: other.map(|(property, value)| (*property, self.expression(value))),
        }
    }
}
