//! `copy`: a value becomes one of another type (A7).

use std::sync::Arc;

use super::{At, Flow};
use crate::base::{TimeZone, day_of};
use crate::engine::decision::What;
use crate::engine::draft::Draft;
use crate::engine::message::{Request, Write, WriteOp};
use crate::model::compute;
use crate::model::{Raw, Type, Value, coerce, refit};
use crate::plan::{Copy, TargetProperty};
use crate::syntax::ast::SetOp;

impl<'w> Draft<'w> {
    /// Writes what a value is in the type of the property. One that is nothing
    /// there fails the step, and the property stays as it is.
    pub(super) fn copy(&mut self, at: At<'w>, copy: &Copy) -> Flow {
        let TargetProperty::Property(property) = copy.property else {
            return Flow::On(at.step.next);
        };
        let object = copy.object.unwrap_or(self.after.object);
        let to = &self.world.object(object).properties[property].ty;
        let of = self.after.enrolment(at.enrolment);
        let value = of.and_then(|of| self.step_scope(of).value(&copy.value));
        let Ok(value) = value
            .map(|value| {
                copied(
                    &value,
                    (&copy.from, to),
                    &self.timetable_of(at.enrolment).zone,
                )
            })
            .transpose()
        else {
            self.tell_step(at.enrolment, Some(at.place), What::Step);
            self.failed((at.enrolment, at.place), None, Arc::from("no_member"));
            return Flow::On(at.step.next);
        };
        let write = Write {
            property,
            op: WriteOp::Set(SetOp::Assign),
            value,
        };
        self.ask(at, &copy.records, |writer| Request::Write {
            values: vec![write.clone()],
            import: None,
            writer,
        })
    }
}

/// That a value has no equal member in the type that it goes to.
struct NoMember;

/// What a value of a type is in another one.
fn copied(value: &Value, (from, to): (&Type, &Type), zone: &TimeZone) -> Result<Value, NoMember> {
    let made = match (to, value) {
        (_, Value::Text(_)) if to.is_text() => Some(value.clone()),
        (_, other) if to.is_text() => {
            Some(Value::Text(compute::print_as(other, from, zone).into()))
        }
        (Type::Date, Value::Datetime(at)) => Some(Value::Date(day_of(*at, zone))),
        (Type::Datetime, Value::Date(_)) => {
            let midnight = Value::Time(Some(crate::base::Time::midnight()));
            compute::at(value, &midnight, zone).ok().flatten()
        }
        (Type::Enum(_), Value::Text(text)) => {
            let raw = Raw::Text(text.as_str().into());
            coerce(to, &raw, zone).ok().flatten()
        }
        (Type::Set(members), Value::Member(_)) => {
            let member = refit(value, from, &Type::Enum(members.clone()));
            member.and_then(|member| match member {
                Value::Member(place) => Some(Value::Set(vec![place].into())),
                _ => None,
            })
        }
        _ => refit(value, from, to),
    };
    made.ok_or(NoMember)
}
