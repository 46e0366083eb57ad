//! Numbers of 28 digits, and the functions of numbers.

use std::cmp::Ordering;

use rust_decimal::RoundingStrategy;

use super::compare::compare;
use super::read::read_number;
use super::{Computed, Flaw};
use crate::base::{Decimal, Duration, Unit, print_decimal};
use crate::model::Value;

/// The first whole number that has too many digits.
const LIMIT: u128 = 10_u128.pow(28);

/// The most digits after the point.
const PLACES: i64 = 28;

/// A number in its one form: at most 28 digits, no zeros at the end, no
/// negative zero. Digits below the 28th are rounded, half to even.
pub(in crate::model) fn tidy(number: Decimal) -> Result<Decimal, Flaw> {
    if number.is_zero() {
        return Ok(Decimal::ZERO);
    }
    let number = number.normalize();
    if number.mantissa().unsigned_abs() < LIMIT {
        return Ok(number);
    }
    // The type holds 29 digits at most: one less is enough.
    let places = number.scale().checked_sub(1).ok_or(Flaw::Overflow)?;
    let rounded = number.round_dp(places).normalize();
    if rounded.mantissa().unsigned_abs() < LIMIT {
        Ok(rounded)
    } else {
        Err(Flaw::Overflow)
    }
}

/// A number as the result of a computation; `None` is one out of range.
pub(super) fn known(number: Option<Decimal>) -> Computed {
    let number = tidy(number.ok_or(Flaw::Overflow)?)?;
    Ok(Some(Value::Number(number)))
}

/// The functions of numbers; `None` where the name is none of them.
pub(super) fn call(name: &str, arguments: &[&Value]) -> Option<Computed> {
    Some(match (name, arguments) {
        ("abs", [Value::Number(number)]) => known(Some(number.abs())),
        ("floor", [Value::Number(number)]) => known(Some(number.floor())),
        ("ceil", [Value::Number(number)]) => known(Some(number.ceil())),
        ("round", [Value::Number(number)]) => known(round(*number, 0)),
        ("round", [Value::Number(number), Value::Number(digits)]) => {
            known(round(*number, whole(*digits)))
        }
        ("format_number", [Value::Number(number)]) => text(print_decimal(*number)),
        ("format_number", [Value::Number(number), Value::Number(digits)]) => {
            text(fixed(*number, whole(*digits)))
        }
        ("parse_number", [Value::Text(number)]) => match read_number(number) {
            Some(number) => known(Some(number)),
            None => Err(Flaw::Unreadable),
        },
        ("min", values) => extreme(values, Ordering::Less),
        ("max", values) => extreme(values, Ordering::Greater),
        ("minutes", [Value::Number(count)]) => amount(*count, Unit::Minute),
        ("hours", [Value::Number(count)]) => amount(*count, Unit::Hour),
        ("days", [Value::Number(count)]) => amount(*count, Unit::Day),
        _ => return None,
    })
}

fn text(text: String) -> Computed {
    Ok(Some(Value::Text(text.into())))
}

/// The whole part of a number, held within the range of the type.
pub(super) fn whole(number: Decimal) -> i64 {
    let limit = if number.is_sign_negative() {
        i64::MIN
    } else {
        i64::MAX
    };
    i64::try_from(number.trunc()).unwrap_or(limit)
}

/// Rounds half away from zero; negative digits round before the point:
/// `round(1250, -2)` is 1300.
fn round(number: Decimal, digits: i64) -> Option<Decimal> {
    let nearest = |number: Decimal, places: u32| {
        number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
    };
    if digits >= 0 {
        return Some(nearest(number, u32::try_from(digits.min(PLACES)).ok()?));
    }
    if digits < -PLACES {
        return Some(Decimal::ZERO);
    }
    let step = 10_i128.checked_pow(u32::try_from(digits.checked_neg()?).ok()?)?;
    let step = Decimal::try_from_i128_with_scale(step, 0).ok()?;
    // What is after the point decides nothing here.
    nearest(number.trunc().checked_div(step)?, 0).checked_mul(step)
}

/// A number with so many digits after the point, from 0 to 28.
pub(super) fn fixed(number: Decimal, digits: i64) -> String {
    let digits = digits.clamp(0, PLACES);
    let rounded = round(number, digits).unwrap_or(number);
    let printed = print_decimal(rounded);
    let have = printed.split_once('.').map_or(0, |(_, after)| after.len());
    let missing = usize::try_from(digits).unwrap_or(0).saturating_sub(have);
    match (have, missing) {
        (_, 0) => printed,
        (0, _) => format!("{printed}.{}", "0".repeat(missing)),
        _ => printed + &"0".repeat(missing),
    }
}

/// The least or the greatest; of equal ones the first.
fn extreme(values: &[&Value], wanted: Ordering) -> Computed {
    let mut best: Option<&Value> = None;
    for value in values {
        let better = match best {
            None => true,
            Some(best) => compare(value, best).ok_or(Flaw::Unreadable)? == wanted,
        };
        if better {
            best = Some(value);
        }
    }
    Ok(best.cloned())
}

/// An amount of time. One that is not whole is counted in the longest shorter
/// unit in which it is: `hours(1.5)` is 90 minutes. What is no whole number of
/// seconds is unreadable.
fn amount(count: Decimal, unit: Unit) -> Computed {
    let shorter = [Unit::Day, Unit::Hour, Unit::Minute, Unit::Second];
    for smaller in shorter.into_iter().filter(|other| *other <= unit) {
        let (Some(long), Some(short)) = (unit.seconds(), smaller.seconds()) else {
            continue;
        };
        let factor = Decimal::from(long.checked_div(short).unwrap_or(1));
        let counted = count.checked_mul(factor).ok_or(Flaw::Overflow)?;
        if counted.is_integer() {
            let count = i64::try_from(counted).map_err(|_| Flaw::Overflow)?;
            return Ok(Some(Value::Duration(Duration {
                count,
                unit: smaller,
                business: false,
            })));
        }
    }
    Err(Flaw::Unreadable)
}
