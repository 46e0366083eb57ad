//! The forms of values in text: for people, and for programs and files.

use jiff::fmt::strtime;

use super::number::fixed;
use crate::base::{Time, TimeZone, print_decimal};
use crate::model::{Member, Members, Type, Value};

/// What people are shown of a value whose type is not at hand: numbers without
/// zeros at the end, `2026-11-21`, `2026-11-21 09:00` in the zone, the places
/// of members.
#[must_use]
pub fn print(value: &Value, zone: &TimeZone) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Number(number) => print_decimal(*number),
        Value::Bool(yes) => yes.to_string(),
        Value::Date(day) => day.to_string(),
        Value::Datetime(_) => written(value, "%Y-%m-%d %H:%M", zone).unwrap_or_default(),
        Value::Time(time) => clock(*time),
        Value::Duration(amount) => amount.to_string(),
        Value::Member(place) => place.to_string(),
        Value::Set(places) => joined(places, ", ", usize::to_string),
        Value::List(values) => joined(values, ", ", |value| print(value, zone)),
    }
}

/// What people are shown of a value: members by their labels.
#[must_use]
pub fn print_as(value: &Value, ty: &Type, zone: &TimeZone) -> String {
    match (value, ty) {
        (Value::Member(place), Type::Enum(members)) => named(members, *place, label),
        (Value::Set(places), Type::Set(members)) => {
            joined(places, ", ", |place| named(members, *place, label))
        }
        (Value::List(values), Type::List(element)) => {
            joined(values, ", ", |value| print_as(value, element, zone))
        }
        _ => print(value, zone),
    }
}

/// A value as programs and files write it: members by their names, those of a
/// set joined by `;`, instants in UTC as `2026-11-21T08:00:00Z`.
#[must_use]
pub fn spell(value: &Value, ty: &Type, zone: &TimeZone) -> String {
    match (value, ty) {
        (Value::Member(place), Type::Enum(members)) => named(members, *place, name),
        (Value::Set(places), Type::Set(members)) => {
            joined(places, ";", |place| named(members, *place, name))
        }
        (Value::List(values), Type::List(element)) => {
            joined(values, ";", |value| spell(value, element, zone))
        }
        (Value::Datetime(at), _) => at.to_string(),
        _ => print(value, zone),
    }
}

/// A value in the format of an interpolation: `.2` for the digits of a number
/// after the point, else as `strftime` writes formats. A format that does not
/// go with the value changes nothing.
#[must_use]
pub fn format(value: &Value, format: &str, zone: &TimeZone) -> String {
    let made = match (value, format.strip_prefix('.')) {
        (Value::Number(number), Some(digits)) => {
            digits.parse().ok().map(|digits| fixed(*number, digits))
        }
        (_, Some(_)) => None,
        (_, None) => written(value, format, zone),
    };
    made.unwrap_or_else(|| print(value, zone))
}

/// A day, an instant in the zone or a time of day as `strftime` writes it;
/// `None` where the format asks for more than the value has.
pub(super) fn written(value: &Value, format: &str, zone: &TimeZone) -> Option<String> {
    match value {
        Value::Date(day) => strtime::format(format, day.to_datetime(Time::midnight())).ok(),
        Value::Datetime(at) => strtime::format(format, &at.to_zoned(zone.clone())).ok(),
        Value::Time(Some(time)) => strtime::format(format, *time).ok(),
        _ => None,
    }
}

/// `09:00`, `09:00:30`, and `24:00` for the end of the day.
fn clock(time: Option<Time>) -> String {
    let Some(time) = time else {
        return "24:00".to_owned();
    };
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    if second == 0 {
        format!("{hour:02}:{minute:02}")
    } else {
        format!("{hour:02}:{minute:02}:{second:02}")
    }
}

fn named(members: &Members, place: usize, shown: fn(&Member) -> &str) -> String {
    match members.list().get(place) {
        Some(member) => shown(member).to_owned(),
        None => place.to_string(),
    }
}

fn name(member: &Member) -> &str {
    member.name.as_str()
}

fn label(member: &Member) -> &str {
    member.label.as_deref().unwrap_or(member.name.as_str())
}

fn joined<T>(items: &[T], separator: &str, shown: impl Fn(&T) -> String) -> String {
    let shown: Vec<String> = items.iter().map(shown).collect();
    shown.join(separator)
}
