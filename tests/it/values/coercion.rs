//! What comes from outside becomes values, or is refused in words.

use flow::base::Decimal;
use flow::model::compute::spell;
use flow::model::{Members, Raw, Type, Value, coerce, form_of, refit};

use super::{oslo, tiers};

/// The value as programs write it, `unknown`, or why it is none.
fn read(ty: &Type, raw: &Raw) -> String {
    match coerce(ty, raw, &oslo()) {
        Ok(Some(value)) => spell(&value, ty, &oslo()),
        Ok(None) => "unknown".to_owned(),
        Err(misfit) => misfit.to_string(),
    }
}

fn text(text: &str) -> Raw {
    Raw::Text(text.into())
}

fn number(mantissa: i64, scale: u32) -> Raw {
    Raw::Number(Decimal::new(mantissa, scale))
}

/// Each text with the type that it is read as and what comes of it.
fn check(rows: &[(&Type, &str, &str)]) {
    for (ty, from, expected) in rows {
        assert_eq!(read(ty, &text(from)), *expected);
    }
}

#[test]
fn texts_have_a_form() {
    // proves: X3
    check(&[
        (&Type::String, " as it is ", " as it is "),
        (&Type::String, "", ""),
        (&Type::Email, "", "unknown"),
        (&Type::Email, " Ada@Example.com ", "Ada@Example.com"),
        (&Type::Email, "ada@localhost", "ada@localhost"),
        (&Type::Email, "ada", "`ada` is no email address"),
        (&Type::Email, "a@b@c.d", "`a@b@c.d` is no email address"),
        (&Type::Email, "a b@c.d", "`a b@c.d` is no email address"),
        (&Type::Email, "a@c..d", "`a@c..d` is no email address"),
        (&Type::Phone, "+47 (22) 33-44.55/6", "+47 (22) 33-44.55/6"),
        (&Type::Phone, "12", "`12` is no phone number"),
        (
            &Type::Phone,
            "call me 123",
            "`call me 123` is no phone number",
        ),
        (&Type::Url, "https://a.example/b", "https://a.example/b"),
        (
            &Type::Url,
            "a.example",
            "`a.example` is no url like `https://example.com`",
        ),
        (
            &Type::Url,
            "https://a b",
            "`https://a b` is no url like `https://example.com`",
        ),
    ]);
}

#[test]
fn numbers_and_bools_are_read() {
    // proves: X3
    check(&[
        (&Type::Number, " 12.50 ", "12.5"),
        (&Type::Number, "abc", "`abc` is no number"),
        (&Type::Number, " ", "unknown"),
        (&Type::Bool, "False", "false"),
        (&Type::Bool, "yes", "`yes` is neither `true` nor `false`"),
    ]);
}

#[test]
fn times_are_read() {
    // proves: X3
    check(&[
        (&Type::Date, "2026-11-21", "2026-11-21"),
        (
            &Type::Date,
            "2026-02-30",
            "`2026-02-30` is no date like `2026-11-21`",
        ),
        (
            &Type::Date,
            "20261121",
            "`20261121` is no date like `2026-11-21`",
        ),
        (&Type::Datetime, "1795248000000", "2026-11-21T08:00:00Z"),
        (&Type::Datetime, "-1", "1969-12-31T23:59:59.999Z"),
        (
            &Type::Datetime,
            "2026-11-21T09:00:00+01:00",
            "2026-11-21T08:00:00Z",
        ),
        (
            &Type::Datetime,
            "2026-11-21T09:00:00",
            "2026-11-21T08:00:00Z",
        ),
        (
            &Type::Datetime,
            "2026-11-21T09:00[Asia/Tokyo]",
            "2026-11-21T00:00:00Z",
        ),
        (
            &Type::Datetime,
            "2026-11-21T09:00:00.1234567Z",
            "2026-11-21T09:00:00.123456Z",
        ),
        (
            &Type::Datetime,
            "soon",
            "`soon` is no datetime like `2026-11-21T09:00:00Z`",
        ),
        (&Type::Duration, "2 business days", "2 business days"),
        (
            &Type::Duration,
            "soon",
            "`soon` is no amount of time like `2 days`",
        ),
    ]);
}

#[test]
fn members_are_read() {
    // proves: X3
    let (tier, medals) = (Type::Enum(tiers()), Type::Set(tiers()));
    check(&[
        (&tier, "silver", "silver"),
        (&tier, "Silver medal", "silver"),
        (&tier, "GOLD", "gold"),
        (&tier, "tin", "`tin` is no member of bronze, silver, gold"),
        (&medals, "gold; bronze;;gold", "bronze;gold"),
        (
            &medals,
            "gold;tin",
            "`tin` is no member of bronze, silver, gold",
        ),
        (&medals, "", "unknown"),
        (&Type::Message, "welcome", "welcome"),
        (&Type::Json, "{}", "`{}` is no single value"),
    ]);
}

#[test]
fn json_becomes_values() {
    // proves: X3
    let medals = Type::Set(tiers());
    let list = Raw::List(vec![text("gold"), text("silver")]);
    for (ty, raw, expected) in [
        (&Type::String, number(1500, 2), "15.00"),
        (&Type::String, Raw::Bool(true), "true"),
        (&Type::String, list.clone(), "a list is no text"),
        (&Type::String, Raw::Null, "unknown"),
        (&Type::Phone, number(4_722_334_455, 0), "4722334455"),
        (&Type::Number, number(1500, 2), "15"),
        (&Type::Number, Raw::Bool(true), "`true` is no number"),
        (&Type::Number, Raw::Other, "an object is no number"),
        (
            &Type::Bool,
            number(1, 0),
            "`1` is neither `true` nor `false`",
        ),
        (
            &Type::Datetime,
            number(1_795_248_000_000, 0),
            "2026-11-21T08:00:00Z",
        ),
        (
            &Type::Datetime,
            number(i64::MAX, 0),
            "`9223372036854775807` is no datetime like `2026-11-21T09:00:00Z`",
        ),
        (&medals, list.clone(), "silver;gold"),
        (&medals, Raw::List(Vec::new()), ""),
        (
            &Type::List(Box::new(Type::Number)),
            Raw::List(vec![text("1"), Raw::Null]),
            "1",
        ),
    ] {
        assert_eq!(read(ty, &raw), expected);
    }
    let many = Raw::Number(Decimal::MAX);
    assert_eq!(
        read(&Type::Number, &many),
        format!("`{}` is no number of at most 28 digits", Decimal::MAX)
    );
}

#[test]
fn long_texts_are_shown_cut() {
    let found = read(&Type::Number, &text(&"å".repeat(100)));
    assert_eq!(found, format!("`{}…` is no number", "å".repeat(60)));
}

#[test]
fn computed_texts_have_a_form_too() {
    assert_eq!(form_of(&Type::Email, "ada@example.com"), Ok(()));
    assert!(form_of(&Type::Email, "ada").is_err());
    assert_eq!(form_of(&Type::String, "ada"), Ok(()));
}

#[test]
fn members_keep_their_names_where_the_places_differ() {
    let few = Type::Enum(Members::named(&["gold", "bronze"]));
    let all = Type::Enum(tiers());
    assert_eq!(refit(&Value::Member(0), &few, &all), Some(Value::Member(2)));
    assert_eq!(refit(&Value::Member(1), &all, &few), None);
    let (few, all) = (
        Type::Set(Members::named(&["gold", "bronze"])),
        Type::Set(tiers()),
    );
    let moved = refit(&Value::Set([0, 1].into()), &few, &all);
    assert_eq!(moved, Some(Value::Set([0, 2].into())));
}
