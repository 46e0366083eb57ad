//! `+ - * /` and the sign.

use super::number::known;
use super::{Computed, Flaw};
use crate::base::{Date, Decimal, Duration, TimeZone, Unit, seconds_of, shift, shift_date};
use crate::model::Value;

/// What is done with two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// Two values by an operator. Numbers are exact to 28 digits; what needs more
/// after the point, like 1 / 3, is rounded there, half to even, and what needs
/// more before it is an overflow (N4). A moment moves by an amount of time (D1).
///
/// # Errors
/// Why the result is unknown.
pub fn arithmetic(op: Operator, left: &Value, right: &Value, zone: &TimeZone) -> Computed {
    use Operator::{Add, Subtract};
    let back = op == Subtract;
    match (op, left, right) {
        (_, Value::Number(left), Value::Number(right)) => numbers(op, *left, *right),
        (Add | Subtract, Value::Duration(left), Value::Duration(right)) => {
            let sum = sum(*left, *right, back)?;
            Ok(Some(Value::Duration(sum)))
        }
        (Add | Subtract, moment, Value::Duration(by)) => moved(moment, *by, back, zone),
        (Add, Value::Duration(by), moment) => moved(moment, *by, false, zone),
        _ => Err(Flaw::Unreadable),
    }
}

/// The value with the other sign.
///
/// # Errors
/// Why the result is unknown.
pub fn negative(value: &Value) -> Computed {
    match value {
        Value::Number(number) => known(Some(-*number)),
        Value::Duration(by) => {
            let count = by.count.checked_neg().ok_or(Flaw::Overflow)?;
            Ok(Some(Value::Duration(Duration { count, ..*by })))
        }
        _ => Err(Flaw::Unreadable),
    }
}

fn numbers(op: Operator, left: Decimal, right: Decimal) -> Computed {
    known(match op {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        Operator::Divide if right.is_zero() => return Err(Flaw::DivisionByZero),
        Operator::Divide => left.checked_div(right),
    })
}

fn moved(moment: &Value, by: Duration, back: bool, zone: &TimeZone) -> Computed {
    if by.business {
        return Err(Flaw::Unreadable);
    }
    let moved = match moment {
        Value::Date(day) => move_date(*day, by, back).map(Value::Date),
        Value::Datetime(at) => shift(*at, by, back, zone).map(Value::Datetime),
        _ => return Err(Flaw::Unreadable),
    };
    moved.map(Some).ok_or(Flaw::Overflow)
}

/// A date has no hours: of a shorter unit only the whole days count, so that
/// 48 hours move it by two days and 3 hours do not move it.
fn move_date(day: Date, by: Duration, back: bool) -> Option<Date> {
    if by.unit >= Unit::Day {
        return shift_date(day, by, back);
    }
    let days = Duration {
        count: seconds_of(by)?.checked_div(Unit::Day.seconds()?)?,
        unit: Unit::Day,
        business: false,
    };
    shift_date(day, days, back)
}

/// Two amounts, counted in the shorter of their units: a day and two hours are
/// 26 hours, a year and a month are 13 months. Months and days have no sum.
fn sum(left: Duration, right: Duration, back: bool) -> Result<Duration, Flaw> {
    let unit = left.unit.min(right.unit);
    if left.business != right.business {
        return Err(Flaw::Unreadable);
    }
    let (one, other) = (counted(left, unit)?, counted(right, unit)?);
    let count = if back {
        one.checked_sub(other)
    } else {
        one.checked_add(other)
    };
    Ok(Duration {
        count: count.ok_or(Flaw::Overflow)?,
        unit,
        business: left.business,
    })
}

/// How many of a unit, which is not longer, an amount has.
fn counted(amount: Duration, unit: Unit) -> Result<i64, Flaw> {
    let factor = match (amount.unit, unit) {
        (same, unit) if same == unit => Some(1),
        // A day of business is no number of hours.
        _ if amount.business => None,
        (Unit::Year, Unit::Month) => Some(12),
        (long, short) => long
            .seconds()
            .zip(short.seconds())
            .and_then(|(long, short)| long.checked_div(short)),
    };
    let factor = factor.ok_or(Flaw::Unreadable)?;
    amount.count.checked_mul(factor).ok_or(Flaw::Overflow)
}
