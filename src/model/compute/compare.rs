//! `==` and `<`. Values of two types do not compare; that a mail address is
//! compared in lower case is known to who knows its type.

use std::cmp::Ordering;

use crate::base::seconds_of;
use crate::model::Value;

/// The order of two values; `None` where they have none: amounts of months or
/// years, sets that differ, values of two kinds. Members are ordered by their
/// place, so both must be of one enum; `24:00` is the greatest time of day.
#[must_use]
pub fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Number(left), Value::Number(right)) => Some(left.cmp(right)),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::Datetime(left), Value::Datetime(right)) => Some(left.cmp(right)),
        (Value::Time(left), Value::Time(right)) => Some(match (left, right) {
            (None, None) => Ordering::Equal,
            (None, _) => Ordering::Greater,
            (_, None) => Ordering::Less,
            (Some(left), Some(right)) => left.cmp(right),
        }),
        (Value::Duration(left), Value::Duration(right)) => {
            Some(seconds_of(*left)?.cmp(&seconds_of(*right)?))
        }
        (Value::Member(left), Value::Member(right)) => Some(left.cmp(right)),
        (Value::Set(left), Value::Set(right)) => (left == right).then_some(Ordering::Equal),
        (Value::List(_), Value::List(_)) => equal(left, right).then_some(Ordering::Equal),
        _ => None,
    }
}

/// Whether two values are the same: 1.0 is 1.00, and 1 day is 24 hours.
#[must_use]
pub fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(one, other)| equal(one, other))
        }
        _ => left == right || compare(left, right) == Some(Ordering::Equal),
    }
}
