//! `create`: a record comes into being, and is linked at once. Its identity is
//! that of the message that asks for it.

use std::sync::Arc;

use super::{At, Flow};
use crate::base::Uid;
use crate::engine::decision::What;
use crate::engine::draft::Draft;
use crate::engine::enrolment::Kept;
use crate::engine::intake;
use crate::engine::message::{Claimant, Made, Request, Write, WriteOp};
use crate::model::Value;
use crate::plan::{Create, StepKind, TargetProperty};
use crate::syntax::ast::SetOp;

impl<'w> Draft<'w> {
    pub(super) fn create(&mut self, at: At<'w>, create: &Create) -> Flow {
        let Some(writer) = self.writer_at(at) else {
            return Flow::End;
        };
        let mut made = Made {
            writer,
            links: Vec::new(),
            link: create.link.clone(),
        };
        let mut values = Vec::new();
        for (target, value) in &create.values {
            let of = self.after.enrolment(at.enrolment);
            let value = of.and_then(|of| self.step_scope(of).value(value));
            match target {
                TargetProperty::Property(property) => values.push(Write {
                    property: *property,
                    op: WriteOp::Set(SetOp::Assign),
                    value,
                }),
                TargetProperty::Association(association) => {
                    let other = value.as_ref().and_then(record_of);
                    made.links.extend(other.map(|other| (*association, other)));
                }
            }
        }
        self.tell_step(at.enrolment, Some(at.place), What::Step);
        let open = made.answers();
        let request = Request::Create {
            object: create.object,
            values,
            import: None,
            made: Some(Box::new(made)),
        };
        let new = Claimant::New(self.next_message());
        let (to, body) = intake::creation(self.world, new, request);
        self.cause_at(to, body);
        self.park(at, open)
    }

    /// Binds the name of a record that a step has made.
    pub(super) fn bind_made(
        &mut self,
        (enrolment, step): (Uid, usize),
        values: Arc<[Option<Value>]>,
    ) {
        let plan = self.plan_step(enrolment, step);
        let Some(StepKind::Create(create)) = plan.map(|plan| &plan.kind) else {
            return;
        };
        if let Some((place, _)) = &create.binding {
            self.change_enrolment(enrolment, |of| {
                if let Some(slot) = of.bindings.get_mut(*place) {
                    *slot = Some(Kept::Record(values));
                }
            });
        }
    }
}

/// The record that a value names.
pub(super) fn record_of(value: &Value) -> Option<Uid> {
    match value {
        Value::Text(id) => Uid::parse(id),
        _ => None,
    }
}
