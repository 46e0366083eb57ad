//! What records keep of their past, as decisions and inputs hold it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::value::{self, Frozen};
use crate::base::{Date, Timestamp};
use crate::engine::kept::{self as live, Counter, TraceId};
use crate::engine::prepared::{Prepared, Trace};
use crate::model::Type;

/// What is kept of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Kept {
    Yes,
    At(i64),
    Values(Vec<Frozen>),
    Counted(u64, Vec<(String, u32)>, Vec<(i64, u32)>),
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kept::Yes => f.write_str("yes"),
            Kept::At(at) => write!(f, "at {at}"),
            Kept::Values(values) => {
                let values = values.iter().map(spelled);
                f.write_str(&values.collect::<Vec<_>>().join(", "))
            }
            Kept::Counted(total, days, instants) => {
                write!(f, "{total}")?;
                for (day, count) in days {
                    write!(f, " {day}={count}")?;
                }
                for (at, count) in instants {
                    write!(f, " {at}={count}")?;
                }
                Ok(())
            }
        }
    }
}

fn spelled(value: &Frozen) -> String {
    match value {
        Frozen::Text(text)
        | Frozen::Number(text)
        | Frozen::Date(text)
        | Frozen::Member(text)
        | Frozen::Time(Some(text)) => text.clone(),
        Frozen::Time(None) => "24:00".to_owned(),
        Frozen::Bool(is) => is.to_string(),
        Frozen::Datetime(at) => at.to_string(),
        Frozen::Duration(count, unit, _) => format!("{count} {unit}"),
        Frozen::Set(names) => names.join(" "),
        Frozen::List(values) => values.iter().map(spelled).collect::<Vec<_>>().join(" "),
    }
}

/// The frozen form of what is kept of a thing.
pub(super) fn freeze(prepared: &Prepared, id: TraceId, kept: &live::Kept) -> Kept {
    match kept {
        live::Kept::Yes => Kept::Yes,
        live::Kept::At(at) => Kept::At(at.as_microsecond()),
        live::Kept::Values(values) => {
            let ty = value_type(prepared, id);
            let values = values.iter();
            Kept::Values(values.map(|value| value::freeze(value, &ty)).collect())
        }
        live::Kept::Counted(counter) => {
            let days = counter.days.iter();
            let instants = counter.instants.iter();
            Kept::Counted(
                counter.total,
                days.map(|(day, count)| (day.to_string(), *count)).collect(),
                instants
                    .map(|(at, count)| (at.as_microsecond(), *count))
                    .collect(),
            )
        }
    }
}

/// What is kept of a thing; `None` where the program no longer has its values.
pub(super) fn thaw(prepared: &Prepared, id: TraceId, kept: &Kept) -> Option<live::Kept> {
    Some(match kept {
        Kept::Yes => live::Kept::Yes,
        Kept::At(at) => live::Kept::At(Timestamp::from_microsecond(*at).ok()?),
        Kept::Values(values) => {
            let ty = value_type(prepared, id);
            let values = values.iter().map(|value| value::thaw(value, &ty));
            live::Kept::Values(values.collect::<Option<_>>()?)
        }
        Kept::Counted(total, days, instants) => {
            let days = days.iter();
            let days = days.map(|(day, count)| Some((day.parse::<Date>().ok()?, *count)));
            let instants = instants.iter();
            let instants =
                instants.map(|(at, count)| Some((Timestamp::from_microsecond(*at).ok()?, *count)));
            live::Kept::Counted(Box::new(Counter {
                total: *total,
                days: days.collect::<Option<BTreeMap<_, _>>>()?,
                instants: instants.collect::<Option<BTreeMap<_, _>>>()?,
            }))
        }
    })
}

/// The type of the values of a property whose values are kept.
pub(super) fn value_type(prepared: &Prepared, id: TraceId) -> Type {
    let objects = &prepared.program.catalog.objects;
    match prepared.traces.get(id) {
        Some(Trace::Had(object, property, _)) => objects[*object].properties[*property].ty.clone(),
        _ => Type::Broken,
    }
}
