//! Values: members by their names, numbers with all their digits.

use serde::{Deserialize, Serialize, Serializer};

use crate::base::{Date, Duration, Time, Timestamp, Unit, parse_decimal};
use crate::model::{Type, Value};

/// A value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Frozen {
    /// Text of any form.
    Text(String),
    /// A number, with the zeros at its end: they are shown.
    Number(String),
    /// True or false.
    Bool(bool),
    /// A day: `2026-11-21`.
    Date(String),
    /// An instant, in microseconds since 1970.
    Datetime(i64),
    /// A time of day; `None` is its end.
    Time(Option<String>),
    /// An amount of time: how many, of what, business time only.
    Duration(i64, String, bool),
    /// A member.
    Member(String),
    /// Members, in the order of their set.
    Set(Vec<String>),
    /// Several values.
    List(Vec<Frozen>),
}

/// A value that is put into its frozen form when it is written: texts, the most
/// frequent ones, are not copied.
#[derive(Debug, Clone, Copy)]
pub struct Freezing<'v>(pub &'v Value, pub &'v Type);

impl Serialize for Freezing<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            // INVARIANT: as `Frozen::Text` is written.
            Value::Text(text) => {
                serializer.serialize_newtype_variant("Frozen", 0, "Text", text.as_str())
            }
            other => freeze(other, self.1).serialize(serializer),
        }
    }
}

/// The frozen form of a value of a type.
#[must_use]
pub fn freeze(value: &Value, ty: &Type) -> Frozen {
    match value {
        Value::Text(text) => Frozen::Text(text.to_string()),
        Value::Number(number) => Frozen::Number(number.to_string()),
        Value::Bool(is) => Frozen::Bool(*is),
        Value::Date(day) => Frozen::Date(day.to_string()),
        Value::Datetime(at) => Frozen::Datetime(at.as_microsecond()),
        Value::Time(time) => Frozen::Time(time.map(|time| time.to_string())),
        Value::Duration(amount) => {
            Frozen::Duration(amount.count, amount.unit.word().to_owned(), amount.business)
        }
        Value::Member(place) => Frozen::Member(member(ty, *place)),
        Value::Set(places) => Frozen::Set(places.iter().map(|place| member(ty, *place)).collect()),
        Value::List(items) => {
            let inner = match ty {
                Type::List(inner) => inner,
                other => other,
            };
            Frozen::List(items.iter().map(|item| freeze(item, inner)).collect())
        }
    }
}

/// The value of a frozen form; `None` where the type no longer has it.
#[must_use]
pub fn thaw(frozen: &Frozen, ty: &Type) -> Option<Value> {
    Some(match frozen {
        Frozen::Text(text) => Value::Text(text.as_str().into()),
        Frozen::Number(text) => Value::Number(parse_decimal(text)?),
        Frozen::Bool(is) => Value::Bool(*is),
        Frozen::Date(text) => Value::Date(text.parse::<Date>().ok()?),
        Frozen::Datetime(at) => Value::Datetime(Timestamp::from_microsecond(*at).ok()?),
        Frozen::Time(text) => match text {
            Some(text) => Value::Time(Some(text.parse::<Time>().ok()?)),
            None => Value::Time(None),
        },
        Frozen::Duration(count, unit, business) => Value::Duration(Duration {
            count: *count,
            unit: Unit::parse(unit)?,
            business: *business,
        }),
        Frozen::Member(name) => Value::Member(place(ty, name)?),
        Frozen::Set(names) => {
            let places: Option<Vec<usize>> = names.iter().map(|name| place(ty, name)).collect();
            let mut places = places?;
            places.sort_unstable();
            Value::Set(places.into())
        }
        Frozen::List(items) => {
            let items: Option<_> = items.iter().map(|item| thaw(item, ty)).collect();
            Value::List(items?)
        }
    })
}

fn member(ty: &Type, place: usize) -> String {
    match ty {
        Type::Enum(members) | Type::Set(members) => {
            let member = members.list().get(place);
            member.map_or_else(String::new, |member| member.name.to_string())
        }
        _ => String::new(),
    }
}

fn place(ty: &Type, name: &str) -> Option<usize> {
    match ty {
        Type::Enum(members) | Type::Set(members) => members.position(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Freezing, freeze};
    use crate::model::{Type, Value};

    #[test]
    fn a_value_is_written_as_its_frozen_form() {
        let long = "a text that is longer than what fits in place".repeat(9);
        let texts = ["", "short", &long].map(|text| (Value::Text(text.into()), Type::String));
        let others = [
            (Value::Number(7.into()), Type::Number),
            (Value::Bool(true), Type::Bool),
        ];
        for (value, ty) in texts.into_iter().chain(others) {
            let frozen = postcard::to_allocvec(&freeze(&value, &ty)).expect("it is written");
            let written = postcard::to_allocvec(&Freezing(&value, &ty)).expect("it is written");
            assert_eq!(written, frozen, "{value:?}");
        }
    }
}
