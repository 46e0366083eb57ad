//! Values from outside: what JSON or a cell of a table holds becomes a value of
//! a type (X3). Where it came from is not known here.

mod form;

pub use form::form_of;

use std::fmt;
use std::sync::Arc;

use super::compute::{read_date, read_datetime, read_number, read_time, tidy};
use super::{Members, Type, Value};
use crate::base::{Decimal, Duration, TimeZone, Timestamp, Unit};

/// What was read, before it has a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Raw {
    /// No value.
    Null,
    /// A text, or a cell.
    Text(Arc<str>),
    /// A number as it was written.
    Number(Decimal),
    /// True or false.
    Bool(bool),
    /// Several values.
    List(Vec<Raw>),
    /// What is none of these, like a JSON object.
    Other,
}

/// Why something is no value of a type, in one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    found: String,
    wanted: String,
}

/// How much of a text is shown.
const SHOWN: usize = 60;

impl Misfit {
    /// `wanted` goes on after `is`: `no number`.
    fn new(found: &str, wanted: impl Into<String>) -> Self {
        let mut shown: String = found.chars().take(SHOWN).collect();
        if shown.len() < found.len() {
            shown.push('…');
        }
        Misfit {
            found: format!("`{shown}`"),
            wanted: wanted.into(),
        }
    }

    fn of(raw: &Raw, wanted: impl Into<String>) -> Self {
        let found = match raw {
            Raw::Null => "null",
            Raw::Text(text) => return Misfit::new(text, wanted),
            Raw::Number(number) => return Misfit::new(&number.to_string(), wanted),
            Raw::Bool(yes) => return Misfit::new(&yes.to_string(), wanted),
            Raw::List(_) => "a list",
            Raw::Other => "an object",
        };
        Misfit {
            found: found.to_owned(),
            wanted: wanted.into(),
        }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}", self.found, self.wanted)
    }
}

impl std::error::Error for Misfit {}

/// A value of the type. Null is unknown, and so is an empty text where the type
/// is not `string`. A wall time without an offset is one of the zone. That a
/// message is declared is not checked.
///
/// # Errors
/// Why what was read is no value of the type.
pub fn coerce(ty: &Type, raw: &Raw, zone: &TimeZone) -> Result<Option<Value>, Misfit> {
    match raw {
        Raw::Null => return Ok(None),
        Raw::Text(text) if text.trim().is_empty() && *ty != Type::String => return Ok(None),
        _ => {}
    }
    let value = match ty {
        Type::String | Type::Email | Type::Phone | Type::Url => text(ty, raw)?,
        Type::Number => number(raw)?,
        Type::Bool => boolean(raw)?,
        Type::Date => parsed(raw, "no date like `2026-11-21`", |text| {
            read_date(text).map(Value::Date)
        })?,
        Type::Datetime => datetime(raw, zone)?,
        Type::Time => parsed(raw, "no time of day like `09:00`", |text| {
            read_time(text).map(Value::Time)
        })?,
        Type::Duration => parsed(raw, "no amount of time like `2 days`", |text| {
            read_duration(text).map(Value::Duration)
        })?,
        Type::Enum(members) => Value::Member(member(members, raw)?),
        Type::Set(members) => set(members, raw)?,
        Type::List(element) => list(element, raw, zone)?,
        Type::Record(_) => scalar(raw, "no id")?,
        Type::Message => scalar(raw, "no message")?,
        Type::Json | Type::Auth | Type::Sign | Type::Broken => {
            return Err(Misfit::of(raw, "no single value"));
        }
    };
    Ok(Some(value))
}

/// The value of one type in another one that it fits: members keep their names,
/// not their places. `None` where a member is not there.
#[must_use]
pub fn refit(value: &Value, from: &Type, to: &Type) -> Option<Value> {
    let place = |from: &Members, to: &Members, place: usize| {
        to.position(from.list().get(place)?.name.as_str())
    };
    match (value, from, to) {
        (Value::Member(at), Type::Enum(from), Type::Enum(to)) => {
            place(from, to, *at).map(Value::Member)
        }
        (Value::Set(places), Type::Set(from), Type::Set(to)) => {
            let moved: Option<Vec<usize>> = places.iter().map(|at| place(from, to, *at)).collect();
            moved.map(set_of)
        }
        (Value::List(values), Type::List(from), Type::List(to)) => {
            let moved: Option<Vec<Value>> =
                values.iter().map(|value| refit(value, from, to)).collect();
            moved.map(|values| Value::List(values.into()))
        }
        _ => Some(value.clone()),
    }
}

/// The text of what is one: a number read as text is its text.
fn text_of(raw: &Raw) -> Option<Arc<str>> {
    match raw {
        Raw::Text(text) => Some(text.clone()),
        Raw::Number(number) => Some(number.to_string().into()),
        Raw::Bool(yes) => Some(yes.to_string().into()),
        Raw::Null | Raw::List(_) | Raw::Other => None,
    }
}

/// Text of a form, which is trimmed; a `string` stays as it is.
fn text(ty: &Type, raw: &Raw) -> Result<Value, Misfit> {
    let text = text_of(raw).ok_or_else(|| Misfit::of(raw, "no text"))?;
    if *ty == Type::String {
        return Ok(Value::Text(text.into()));
    }
    let text = text.trim();
    form_of(ty, text)?;
    Ok(Value::Text(text.into()))
}

fn scalar(raw: &Raw, wanted: &str) -> Result<Value, Misfit> {
    parsed(raw, wanted, |text| Some(Value::Text(text.trim().into())))
}

fn parsed(raw: &Raw, wanted: &str, parse: impl Fn(&str) -> Option<Value>) -> Result<Value, Misfit> {
    text_of(raw)
        .and_then(|text| parse(&text))
        .ok_or_else(|| Misfit::of(raw, wanted))
}

fn number(raw: &Raw) -> Result<Value, Misfit> {
    let number = match raw {
        Raw::Number(number) => Some(*number),
        Raw::Text(text) => read_number(text),
        _ => None,
    };
    let number = number.ok_or_else(|| Misfit::of(raw, "no number"))?;
    tidy(number)
        .map(Value::Number)
        .map_err(|_| Misfit::of(raw, "no number of at most 28 digits"))
}

fn boolean(raw: &Raw) -> Result<Value, Misfit> {
    let yes = match raw {
        Raw::Bool(yes) => Some(*yes),
        Raw::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
        _ => None,
    };
    yes.map(Value::Bool)
        .ok_or_else(|| Misfit::of(raw, "neither `true` nor `false`"))
}

/// Epoch milliseconds, as a number or in digits, or ISO 8601 (X3).
fn datetime(raw: &Raw, zone: &TimeZone) -> Result<Value, Misfit> {
    let at = match raw {
        Raw::Number(number) => epoch(*number),
        Raw::Text(text) => read_number(text).map_or_else(|| read_datetime(text, zone), epoch),
        _ => None,
    };
    at.map(Value::Datetime)
        .ok_or_else(|| Misfit::of(raw, "no datetime like `2026-11-21T09:00:00Z`"))
}

fn epoch(milliseconds: Decimal) -> Option<Timestamp> {
    let microseconds = milliseconds.checked_mul(Decimal::from(1_000))?.floor();
    Timestamp::from_microsecond(i64::try_from(microseconds).ok()?).ok()
}

/// `2 days`, as it is written in programs.
fn read_duration(text: &str) -> Option<Duration> {
    let (count, unit) = text.trim().split_once(char::is_whitespace)?;
    let unit = unit.trim();
    let (business, unit) = match unit.strip_prefix("business ") {
        Some(unit) => (true, unit),
        None => (false, unit),
    };
    Some(Duration {
        count: count.parse().ok()?,
        unit: Unit::parse(unit.trim())?,
        business,
    })
}

/// The place of a member, by its name, else by its label, else by either
/// without regard to case.
fn member(members: &Members, raw: &Raw) -> Result<usize, Misfit> {
    let text = text_of(raw).ok_or_else(|| Misfit::of(raw, "no member of an enum"))?;
    place(members, text.trim()).ok_or_else(|| {
        let names: Vec<&str> = members.names().collect();
        Misfit::of(raw, format!("no member of {}", names.join(", ")))
    })
}

fn place(members: &Members, text: &str) -> Option<usize> {
    let find = |wanted: &dyn Fn(&str) -> bool| {
        let named = members.names().position(wanted);
        named.or_else(|| {
            members
                .list()
                .iter()
                .position(|member| member.label.as_deref().is_some_and(wanted))
        })
    };
    find(&|name| name == text).or_else(|| find(&|name| name.eq_ignore_ascii_case(text)))
}

/// Members in a list, or in a text with `;` between them (X3).
fn set(members: &Members, raw: &Raw) -> Result<Value, Misfit> {
    let pieces: Vec<Raw> = match raw {
        Raw::List(items) => items.clone(),
        _ => text_of(raw)
            .ok_or_else(|| Misfit::of(raw, "no set"))?
            .split(';')
            .map(|piece| Raw::Text(piece.trim().into()))
            .filter(|piece| *piece != Raw::Text("".into()))
            .collect(),
    };
    let places: Result<Vec<usize>, Misfit> =
        pieces.iter().map(|piece| member(members, piece)).collect();
    places.map(set_of)
}

fn set_of(mut places: Vec<usize>) -> Value {
    places.sort_unstable();
    places.dedup();
    Value::Set(places.into())
}

fn list(element: &Type, raw: &Raw, zone: &TimeZone) -> Result<Value, Misfit> {
    let Raw::List(items) = raw else {
        return Err(Misfit::of(raw, "no list"));
    };
    let values: Result<Vec<Option<Value>>, Misfit> = items
        .iter()
        .map(|item| coerce(element, item, zone))
        .collect();
    Ok(Value::List(values?.into_iter().flatten().collect()))
}
