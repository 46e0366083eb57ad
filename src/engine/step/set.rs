//! `set` and `clear`: one message for each record that is written (I5).

use super::{At, Flow};
use crate::base::Uid;
use crate::engine::draft::Draft;
use crate::engine::message::{Request, Write, WriteOp, Writer};
use crate::model::{AssociationId, Value};
use crate::plan::{Expression, Records, TargetProperty};
use crate::syntax::ast::SetOp;

impl<'w> Draft<'w> {
    pub(super) fn set(
        &mut self,
        at: At<'w>,
        (records, property): (&Records, TargetProperty),
        (op, value): (SetOp, &Expression),
    ) -> Flow {
        let value = self
            .after
            .enrolment(at.enrolment)
            .and_then(|of| self.step_scope(of).value(value));
        match property {
            TargetProperty::Property(property) => {
                let write = Write {
                    property,
                    op: WriteOp::Set(op),
                    value,
                };
                self.ask(at, records, |writer| written(&write, writer))
            }
            TargetProperty::Association(association) => {
                let other = match &value {
                    Some(Value::Text(id)) => Uid::parse(id),
                    _ => None,
                };
                self.ask(at, records, |writer| linked(association, other, writer))
            }
        }
    }

    pub(super) fn clear(
        &mut self,
        at: At<'w>,
        (records, property): (&Records, TargetProperty),
    ) -> Flow {
        match property {
            TargetProperty::Property(property) => {
                let write = Write {
                    property,
                    op: WriteOp::Clear,
                    value: None,
                };
                self.ask(at, records, |writer| written(&write, writer))
            }
            TargetProperty::Association(association) => {
                self.ask(at, records, |writer| linked(association, None, writer))
            }
        }
    }
}

fn written(write: &Write, writer: Option<Writer>) -> Request {
    Request::Write {
        values: vec![write.clone()],
        import: None,
        writer,
    }
}

fn linked(association: AssociationId, other: Option<Uid>, writer: Option<Writer>) -> Request {
    Request::Link {
        association,
        other,
        label: None,
        writer,
    }
}
