//! What is done with values, in tables: arithmetic, comparison and printing
//! here, the rest below. Values are written as text and read back by type.

mod calendar;
mod coercion;
mod functions;

use std::cmp::Ordering;

use flow::base::{Decimal, Duration, Name, TimeZone, Unit, zone};
use flow::model::compute::{
    Computed, Operator, arithmetic, at, compare, equal, format, negative, print, print_as, spell,
};
use flow::model::{Member, Members, Raw, Type, Value, coerce};
use proptest::prelude::{any, prop_assert_eq, proptest};

fn oslo() -> TimeZone {
    zone("Europe/Oslo").expect("the zone is bundled")
}

/// A value of a type from its text; wall times are those of Oslo.
fn value(ty: &Type, text: &str) -> Value {
    coerce(ty, &Raw::Text(text.into()), &oslo())
        .unwrap_or_else(|misfit| panic!("{misfit}"))
        .expect("it is known")
}

/// A value whose type shows: `2 days`, `09:00`, `2026-11-21`, `12.5`, else text.
fn guess(text: &str) -> Value {
    let types = [
        Type::Duration,
        Type::Time,
        Type::Date,
        Type::Number,
        Type::Bool,
        Type::Datetime,
        Type::String,
    ];
    let raw = Raw::Text(text.into());
    let guessed = |ty: &Type| coerce(ty, &raw, &oslo()).ok().flatten();
    types.iter().find_map(guessed).expect("a text is one")
}

/// The result as programs write it, `unknown`, or the flaw in capitals.
fn shown(computed: &Computed) -> String {
    match computed {
        Ok(Some(value)) => spell(value, &Type::Broken, &oslo()),
        Ok(None) => "unknown".to_owned(),
        Err(flaw) => flaw.word().to_uppercase(),
    }
}

fn tiers() -> Members {
    ["bronze", "silver", "gold"]
        .iter()
        .zip([None, Some("Silver medal"), None])
        .map(|(name, label)| Member {
            name: Name::new(name),
            label: label.map(Into::into),
        })
        .collect()
}

#[test]
fn arithmetic_is_exact_and_says_why_it_is_not() {
    // proves: N4, D1
    let largest = "9999999999999999999999999999";
    for (left, sign, right, expected) in [
        ("0.1", '+', "0.2", "0.3"),
        ("1.10", '-', "0.1", "1"),
        ("0.5", '-', "0.5", "0"),
        ("1.25", '*', "0.8", "1"),
        ("-1", '*', "0", "0"),
        ("10", '/', "4", "2.5"),
        ("1", '/', "3", "0.3333333333333333333333333333"),
        ("200", '/', "3", "66.66666666666666666666666667"),
        ("1", '/', "0", "DIVISION BY ZERO"),
        ("0", '/', "0.00", "DIVISION BY ZERO"),
        (largest, '-', "1", "9999999999999999999999999998"),
        (largest, '+', "1", "OVERFLOW"),
        (largest, '+', "0.4", largest),
        (largest, '*', largest, "OVERFLOW"),
        ("100000000000000", '*', "100000000000000", "OVERFLOW"),
        ("2026-01-31", '+', "1 month", "2026-02-28"),
        ("1 month", '+', "2026-01-31", "2026-02-28"),
        ("2026-03-31", '-', "1 month", "2026-02-28"),
        ("2026-11-21", '+', "48 hours", "2026-11-23"),
        ("2026-11-21", '-', "3 hours", "2026-11-21"),
        ("2026-03-28T12:00", '+', "1 day", "2026-03-29T10:00:00Z"),
        ("2026-03-28T12:00", '+', "24 hours", "2026-03-29T11:00:00Z"),
        ("2026-11-21", '+', "2 business days", "UNREADABLE"),
        ("9999-12-31", '+', "1 day", "OVERFLOW"),
        ("1 day", '+', "2 hours", "26 hours"),
        ("1 hour", '-', "90 minutes", "-30 minutes"),
        ("1 year", '+', "1 month", "13 months"),
        ("1 month", '+', "1 day", "UNREADABLE"),
        ("9223372036854775807 days", '+', "1 day", "OVERFLOW"),
    ] {
        let op = match sign {
            '+' => Operator::Add,
            '-' => Operator::Subtract,
            '*' => Operator::Multiply,
            _ => Operator::Divide,
        };
        let found = arithmetic(op, &guess(left), &guess(right), &oslo());
        assert_eq!(shown(&found), expected, "{left} {sign} {right}");
    }
}

#[test]
fn a_sign_makes_no_negative_zero() {
    for (text, expected) in [("1.5", "-1.5"), ("0", "0"), ("2 days", "-2 days")] {
        assert_eq!(shown(&negative(&guess(text))), expected);
    }
}

#[test]
fn values_of_one_kind_compare() {
    for (left, right, expected) in [
        ("1.0", "1.00", Some(Ordering::Equal)),
        ("2", "10", Some(Ordering::Less)),
        ("b", "a", Some(Ordering::Greater)),
        ("false", "true", Some(Ordering::Less)),
        ("2026-11-21", "2026-11-22", Some(Ordering::Less)),
        ("23:59", "24:00", Some(Ordering::Less)),
        ("24:00", "24:00", Some(Ordering::Equal)),
        ("1 day", "24 hours", Some(Ordering::Equal)),
        ("1 week", "6 days", Some(Ordering::Greater)),
        ("1 month", "30 days", None),
        ("2 business days", "1 day", None),
        ("1", "a", None),
    ] {
        let (one, other) = (guess(left), guess(right));
        assert_eq!(compare(&one, &other), expected, "{left} to {right}");
        let same = expected == Some(Ordering::Equal);
        assert_eq!(equal(&one, &other), same, "{left} is {right}");
    }
    let set = |places: &[usize]| Value::Set(places.into());
    assert_eq!(
        compare(&Value::Member(0), &Value::Member(2)),
        Some(Ordering::Less)
    );
    assert_eq!(compare(&set(&[0, 1]), &set(&[1])), None);
    assert!(equal(&set(&[0, 1]), &set(&[0, 1])));
    assert!(equal(&guess("1 month"), &guess("1 month")));
}

#[test]
fn a_day_stands_at_a_time() {
    // proves: D1
    for (day, time, expected) in [
        ("2026-11-21", "09:00", "2026-11-21T08:00:00Z"),
        ("2026-11-21", "24:00", "2026-11-21T23:00:00Z"),
        ("2026-11-21T23:30:00Z", "09:00", "2026-11-22T08:00:00Z"),
        ("2026-03-29", "02:30", "2026-03-29T01:00:00Z"),
        ("2026-10-25", "02:30", "2026-10-25T00:30:00Z"),
        ("9999-12-31", "24:00", "OVERFLOW"),
    ] {
        let found = at(&guess(day), &guess(time), &oslo());
        assert_eq!(shown(&found), expected, "{day} at {time}");
    }
}

#[test]
fn values_print_for_people_and_for_programs() {
    let tier = Type::Enum(tiers());
    let medals = Type::Set(tiers());
    for (ty, text, printed, spelled) in [
        (&Type::String, " a ", " a ", " a "),
        (&Type::Number, "12.500", "12.5", "12.5"),
        (&Type::Number, "-0", "0", "0"),
        (&Type::Bool, "TRUE", "true", "true"),
        (&Type::Date, "2026-11-21", "2026-11-21", "2026-11-21"),
        (
            &Type::Datetime,
            "2026-11-21T08:00:30Z",
            "2026-11-21 09:00",
            "2026-11-21T08:00:30Z",
        ),
        (&Type::Time, "09:00:30", "09:00:30", "09:00:30"),
        (&Type::Time, "24:00", "24:00", "24:00"),
        (&Type::Duration, "1 days", "1 day", "1 day"),
        (&tier, "silver", "Silver medal", "silver"),
        (&medals, "gold;silver", "Silver medal, gold", "silver;gold"),
    ] {
        let value = value(ty, text);
        assert_eq!(print_as(&value, ty, &oslo()), printed);
        assert_eq!(spell(&value, ty, &oslo()), spelled);
    }
    assert_eq!(print(&Value::Set([0, 2].into()), &oslo()), "0, 2");
}

#[test]
fn formats_shape_numbers_and_moments() {
    for (text, wanted, expected) in [
        ("12.5", ".2", "12.50"),
        ("12", ".2", "12.00"),
        ("12.345", ".2", "12.35"),
        ("-0.001", ".2", "0.00"),
        ("12.5", ".0", "13"),
        ("1", ".28", "1.0000000000000000000000000000"),
        ("2026-11-21", "%d.%m.%Y", "21.11.2026"),
        ("2026-11-21", "%H:%M", "00:00"),
        (
            "2026-11-21T23:30:00Z",
            "%d.%m. %H:%M %Z",
            "22.11. 00:30 CET",
        ),
        ("09:05", "%H.%M", "09.05"),
        // A format that does not go with the value changes nothing.
        ("2026-11-21", "%Z", "2026-11-21"),
        ("2026-11-21", "%", "2026-11-21"),
        ("text", ".2", "text"),
    ] {
        assert_eq!(
            format(&guess(text), wanted, &oslo()),
            expected,
            "{text}:{wanted}"
        );
    }
}

proptest! {
    #[test]
    fn a_printed_number_reads_back(mantissa in -10_i64.pow(18)..10_i64.pow(18), scale in 0..18_u32) {
        let number = Decimal::new(mantissa, scale);
        let printed = print(&Value::Number(number), &oslo());
        prop_assert_eq!(value(&Type::Number, &printed), Value::Number(number));
    }

    #[test]
    fn what_is_added_can_be_taken_away(left in any::<i32>(), right in any::<i64>(), scale in 0..10_u32) {
        let (left, right) = (
            Value::Number(Decimal::new(left.into(), scale)),
            Value::Number(Decimal::new(right, 9)),
        );
        let sum = arithmetic(Operator::Add, &left, &right, &oslo());
        let sum = sum.expect("it fits").expect("it is known");
        prop_assert_eq!(arithmetic(Operator::Subtract, &sum, &right, &oslo()), Ok(Some(left)));
    }

    #[test]
    fn amounts_print_as_they_are_read(count in 0..10_000_i64, unit in 0..7_usize) {
        let amount = Duration { count, unit: Unit::ALL[unit], business: false };
        prop_assert_eq!(value(&Type::Duration, &amount.to_string()), Value::Duration(amount));
    }
}
