//! Days and wall times, over both changes of the clocks.

use flow::base::{
    Date, DateTime, Duration, TimeZone, Timestamp, Unit, day_of, end_of_day, instant, shift,
    shift_date, start_of_day, zone,
};
use flow::model::PeriodUnit;
use flow::model::compute::{period_end, period_start};
use proptest::prelude::{prop_assert_eq, proptest};

use super::{guess, oslo};
use flow::model::Value;

fn in_zone(name: &str) -> TimeZone {
    zone(name).expect("the zone is bundled")
}

fn wall(text: &str) -> DateTime {
    text.parse().expect("a wall time")
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

fn amount(text: &str) -> Duration {
    match guess(text) {
        Value::Duration(amount) => amount,
        other => panic!("{other:?} is no amount"),
    }
}

fn said(at: Option<Timestamp>) -> String {
    at.map_or("none".to_owned(), |at| at.to_string())
}

#[test]
fn a_wall_time_is_the_next_that_exists_and_the_first_of_two() {
    // proves: D1
    for (name, time, expected) in [
        ("Europe/Oslo", "2026-11-21T09:00", "2026-11-21T08:00:00Z"),
        ("Europe/Oslo", "2026-03-29T01:59:59", "2026-03-29T00:59:59Z"),
        ("Europe/Oslo", "2026-03-29T02:00", "2026-03-29T01:00:00Z"),
        ("Europe/Oslo", "2026-03-29T02:30", "2026-03-29T01:00:00Z"),
        ("Europe/Oslo", "2026-03-29T03:00", "2026-03-29T01:00:00Z"),
        ("Europe/Oslo", "2026-10-25T02:30", "2026-10-25T00:30:00Z"),
        ("Europe/Oslo", "2026-10-25T03:00", "2026-10-25T02:00:00Z"),
        // Half an hour: from 02:00 to 02:30, and back from 02:00 to 01:30.
        (
            "Australia/Lord_Howe",
            "2026-10-04T02:15",
            "2026-10-03T15:30:00Z",
        ),
        (
            "Australia/Lord_Howe",
            "2026-10-04T02:30",
            "2026-10-03T15:30:00Z",
        ),
        (
            "Australia/Lord_Howe",
            "2026-04-05T01:45",
            "2026-04-04T14:45:00Z",
        ),
        // A day that was skipped as a whole.
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00:00Z"),
        // Beyond the table of changes the rule of the zone holds.
        ("Europe/Oslo", "2099-03-29T02:30", "2099-03-29T01:00:00Z"),
    ] {
        let found = instant(wall(time), &in_zone(name));
        assert_eq!(said(found), expected, "{time} in {name}");
    }
}

#[test]
fn days_keep_their_wall_time_and_hours_are_exact() {
    // proves: D1
    for (from, by, back, expected) in [
        ("2026-03-28T02:30", "1 day", false, "2026-03-29T01:00:00Z"),
        ("2026-03-28T02:30", "2 days", false, "2026-03-30T00:30:00Z"),
        (
            "2026-03-28T02:30",
            "24 hours",
            false,
            "2026-03-29T01:30:00Z",
        ),
        ("2026-03-30T09:00", "1 week", true, "2026-03-23T08:00:00Z"),
        ("2026-10-24T02:30", "1 day", false, "2026-10-25T00:30:00Z"),
        ("2026-10-24T12:00", "1 day", false, "2026-10-25T11:00:00Z"),
        ("2026-01-31T09:00", "1 month", false, "2026-02-28T08:00:00Z"),
        ("2024-02-29T09:00", "1 year", false, "2025-02-28T08:00:00Z"),
        (
            "2026-11-21T09:00",
            "90 seconds",
            true,
            "2026-11-21T07:58:30Z",
        ),
        ("2026-11-21T09:00", "2 business days", false, "none"),
        ("2026-11-21T09:00", "9000 years", false, "none"),
        (
            "2026-11-21T09:00",
            "9223372036854775807 hours",
            false,
            "none",
        ),
    ] {
        let start = instant(wall(from), &oslo()).expect("it exists");
        let found = shift(start, amount(by), back, &oslo());
        assert_eq!(said(found), expected, "{from}, {by}, back: {back}");
    }
}

#[test]
fn nothing_added_leaves_the_second_of_two_wall_times() {
    let second: Timestamp = "2026-10-25T01:30:00Z".parse().expect("an instant");
    assert_eq!(
        shift(second, amount("0 days"), false, &oslo()),
        Some(second)
    );
}

#[test]
fn dates_move_by_whole_days() {
    // proves: D3
    for (from, by, back, expected) in [
        ("2024-02-29", "1 year", false, Some("2025-02-28")),
        ("2024-02-29", "4 years", false, Some("2028-02-29")),
        ("2026-03-31", "1 month", true, Some("2026-02-28")),
        ("2026-11-21", "6 weeks", false, Some("2027-01-02")),
        ("2026-11-21", "24 hours", false, None),
        ("2026-11-21", "1 business day", false, None),
        ("9999-12-31", "1 day", false, None),
    ] {
        let found = shift_date(day(from), amount(by), back);
        assert_eq!(found, expected.map(day), "{from}, {by}, back: {back}");
    }
}

#[test]
fn a_day_has_a_start_and_an_end() {
    for (name, text, start, end) in [
        (
            "Europe/Oslo",
            "2026-03-29",
            "2026-03-28T23:00:00Z",
            "2026-03-29T21:59:59.999999Z",
        ),
        (
            "UTC",
            "2026-11-21",
            "2026-11-21T00:00:00Z",
            "2026-11-21T23:59:59.999999Z",
        ),
        // Here the clocks skip midnight.
        (
            "Africa/Cairo",
            "2026-04-24",
            "2026-04-23T22:00:00Z",
            "2026-04-24T20:59:59.999999Z",
        ),
        ("UTC", "9999-12-31", "none", "none"),
    ] {
        let zone = in_zone(name);
        if start != "none" {
            assert_eq!(
                said(start_of_day(day(text), &zone)),
                start,
                "{text} in {name}"
            );
        }
        assert_eq!(said(end_of_day(day(text), &zone)), end, "{text} in {name}");
    }
}

#[test]
fn periods_begin_and_end() {
    use PeriodUnit::{Day, Month, Quarter, Week, Year};
    // proves: D2
    for (text, unit, start, end) in [
        ("2026-11-21", Day, "2026-11-21", "2026-11-21"),
        ("2026-11-21", Week, "2026-11-16", "2026-11-22"),
        ("2026-11-16", Week, "2026-11-16", "2026-11-22"),
        ("2026-11-22", Week, "2026-11-16", "2026-11-22"),
        ("2024-02-10", Month, "2024-02-01", "2024-02-29"),
        ("2026-11-21", Quarter, "2026-10-01", "2026-12-31"),
        ("2026-01-01", Quarter, "2026-01-01", "2026-03-31"),
        ("2026-06-30", Quarter, "2026-04-01", "2026-06-30"),
        ("2026-11-21", Year, "2026-01-01", "2026-12-31"),
    ] {
        assert_eq!(
            period_start(day(text), unit),
            Some(day(start)),
            "{text} {unit:?}"
        );
        assert_eq!(
            period_end(day(text), unit),
            Some(day(end)),
            "{text} {unit:?}"
        );
    }
}

proptest! {
    #[test]
    fn exact_units_go_and_come_back(second in 0..4_000_000_000_i64, count in 0..100_000_i64, unit in 0..3_usize) {
        let start = Timestamp::from_second(second).expect("in range");
        let by = Duration { count, unit: Unit::ALL[unit], business: false };
        let there = shift(start, by, false, &oslo()).expect("in range");
        prop_assert_eq!(shift(there, by, true, &oslo()), Some(start));
    }

    #[test]
    fn days_go_by_the_calendar(second in 0..4_000_000_000_i64, count in 0..10_000_i64) {
        let start = Timestamp::from_second(second).expect("in range");
        let by = Duration { count, unit: Unit::Day, business: false };
        let there = shift(start, by, false, &oslo()).expect("in range");
        let days = shift_date(day_of(start, &oslo()), by, false);
        prop_assert_eq!(Some(day_of(there, &oslo())), days);
    }

    #[test]
    fn every_instant_is_within_its_day(second in 0..4_000_000_000_i64) {
        let at = Timestamp::from_second(second).expect("in range");
        for name in ["Europe/Oslo", "Australia/Lord_Howe", "Africa/Cairo"] {
            let zone = in_zone(name);
            let day = day_of(at, &zone);
            let within = start_of_day(day, &zone) <= Some(at) && Some(at) <= end_of_day(day, &zone);
            prop_assert_eq!(within, true);
        }
    }
}
