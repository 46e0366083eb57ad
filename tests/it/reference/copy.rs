//! `copy`: what a value of a type is in another one (A7).

use flow::base::{TimeZone, day_of, start_of_day};
use flow::model::compute::print_as;
use flow::model::{Member, Type, Value};
use flow::semantic::hir::{Expr, Records, Target, TargetProperty};
use flow::syntax::ast::SetOp;

use crate::reference::Model;

impl<'p> Model<'p> {
    pub(super) fn copy_step(&mut self, id: u64, value: &'p Expr, target: &'p Target) -> bool {
        let TargetProperty::Property(property) = target.property else {
            panic!("not modelled: {target:?}");
        };
        let env = self.at(id);
        let object = match &target.records {
            Records::This => env.this.object,
            Records::One(path) => path.object,
            Records::Linked(path) => path.object,
        };
        let to = &self.program.catalog.objects[object].properties[property].ty;
        let copied = env
            .eval(value)
            .map(|found| copied(&found, (&value.ty, to), env.zone()));
        if let Some(None) = copied {
            self.told(id, "failed: no_member");
            self.failed(id, None);
            return true;
        }
        self.set(id, target, SetOp::Assign, copied.flatten())
    }
}

/// `None` where the target has no equal member.
fn copied(value: &Value, (from, to): (&Type, &Type), zone: &TimeZone) -> Option<Value> {
    let named = |place: &usize, to: &[Member]| {
        let (Type::Enum(from) | Type::Set(from)) = from else {
            return None;
        };
        let name = &from.list()[*place].name;
        to.iter().position(|member| member.name == *name)
    };
    Some(match (to, value) {
        (Type::String | Type::Email | Type::Phone | Type::Url, _) => {
            Value::Text(print_as(value, from, zone).into())
        }
        (Type::Date, Value::Datetime(at)) => Value::Date(day_of(*at, zone)),
        (Type::Datetime, Value::Date(day)) => Value::Datetime(start_of_day(*day, zone)?),
        (Type::Enum(to), Value::Member(place)) => Value::Member(named(place, to.list())?),
        (Type::Enum(to), Value::Text(text)) => {
            let is = |one: &str| one == &**text;
            let mut members = to.list().iter();
            let fits = |member: &Member| {
                is(member.name.as_str()) || member.label.as_deref().is_some_and(is)
            };
            Value::Member(members.position(fits)?)
        }
        (Type::Set(to), Value::Member(place)) => Value::Set([named(place, to.list())?].into()),
        (Type::Set(to), Value::Set(places)) => {
            let all = places.iter().map(|place| named(place, to.list()));
            let mut all: Vec<usize> = all.collect::<Option<_>>()?;
            all.sort_unstable();
            Value::Set(all.into())
        }
        _ => value.clone(),
    })
}
