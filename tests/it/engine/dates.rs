//! Dates, zones, both changes of the clocks.

use super::world::World;

fn due_after(begin: &str, wait: &str) -> String {
    let mut world = World::new(&format!(
        "workflow w on contact {{ enroll on ping steps {{ {wait} }} }}"
    ));
    world.contact("ada", &[]);
    world.at(begin).does("ada", "ping", &[]);
    let path = world.path("ada", "w");
    path.iter()
        .find_map(|line| line.strip_prefix("wait_began wait_1 "))
        .unwrap_or_default()
        .to_owned()
}

/// proves: D1
#[test]
fn a_day_keeps_the_wall_time_across_a_change_of_clocks() {
    // Oslo: clocks go forward on 29 March 2026, 02:00, back on 25 October, 03:00.
    assert_eq!(
        due_after("2026-03-28T11:00:00Z", "wait 1 day"),
        "2026-03-29T10:00:00Z"
    );
    assert_eq!(
        due_after("2026-10-24T10:00:00Z", "wait 1 day"),
        "2026-10-25T11:00:00Z"
    );
    assert_eq!(
        due_after("2026-03-28T11:00:00Z", "wait 24 hours"),
        "2026-03-29T11:00:00Z"
    );
    // 02:30 does not exist on that day: the next wall time that does is 03:00.
    assert_eq!(
        due_after("2026-03-28T01:30:00Z", "wait 1 day"),
        "2026-03-29T01:00:00Z"
    );
    // 02:30 exists twice: the first.
    assert_eq!(
        due_after("2026-10-24T00:30:00Z", "wait 1 day"),
        "2026-10-25T00:30:00Z"
    );
    assert_eq!(
        due_after("2026-01-31T09:00:00Z", "wait 1 month"),
        "2026-02-28T09:00:00Z"
    );
    assert_eq!(
        due_after("2026-01-05T09:00:00Z", "wait 2 weeks"),
        "2026-01-19T09:00:00Z"
    );
}

fn holds(now: &str, condition: &str, values: &[(&str, &str)]) -> bool {
    let mut world = World::new(&format!(
        "workflow w on contact {{ enroll on ping only when {condition} steps {{}} }}"
    ));
    world.contact("ada", values);
    world.at(now).does("ada", "ping", &[]);
    world.times("ada", "w") == 1
}

/// proves: D2
#[test]
fn periods_end_at_days_and_exact_amounts_do_not() {
    // 10:00 in Oslo, on Wednesday, 14 January.
    let now = "2026-01-14T09:00:00Z";
    let due = |at: &'static str| [("due", at)];
    for (condition, at, is) in [
        ("due within last 2 days", "2026-01-11T23:00:00Z", true),
        ("due within last 2 days", "2026-01-11T22:59:59Z", false),
        ("due within last 2 days", "2026-01-14T09:00:01Z", false),
        ("due within next 2 days", "2026-01-16T22:59:59Z", true),
        ("due within next 2 days", "2026-01-16T23:00:00Z", false),
        ("due within last 2 hours", "2026-01-14T07:00:00Z", true),
        ("due within last 2 hours", "2026-01-14T06:59:59Z", false),
        ("due < 2 days ago", "2026-01-11T22:59:59Z", true),
        ("due < 2 days ago", "2026-01-11T23:00:00Z", false),
        ("due > 2 days from now", "2026-01-16T22:59:59Z", false),
        ("due > 2 days from now", "2026-01-16T23:00:00Z", true),
        (
            "due between 2 days ago and 2 days from now",
            "2026-01-11T23:00:00Z",
            true,
        ),
        ("due within this week", "2026-01-11T23:00:00Z", true),
        ("due within this week", "2026-01-11T22:59:59Z", false),
        ("due within last month", "2025-12-31T22:59:59Z", true),
        ("due within last month", "2025-12-31T23:00:00Z", false),
        ("due within next quarter", "2026-03-31T22:00:00Z", true),
        ("due within this year", "2026-12-31T22:59:59Z", true),
        ("due == now", "2026-01-14T09:00:00Z", true),
    ] {
        assert_eq!(holds(now, condition, &due(at)), is, "{condition} of {at}");
    }
}

/// proves: D2
#[test]
fn as_a_value_an_amount_ago_is_exact() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps { set due = 2 days ago set day = 3 days from now } }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    assert_eq!(world.value("ada", "due"), "2026-01-03T09:00:00Z");
    assert_eq!(world.value("ada", "day"), "2026-01-08");
}

/// proves: D3
#[test]
fn a_date_compared_with_a_day_is_the_whole_day() {
    let now = "2026-01-14T09:00:00Z";
    let day = [("day", "2026-01-12")];
    for (condition, is) in [
        ("day == 2026-01-12", true),
        ("day < 2 days ago", false),
        ("day <= 2 days ago", true),
        ("day == 2 days ago", true),
        ("day >= 2 days ago", true),
        ("day within last 2 days", true),
        ("day within last 1 day", false),
        ("day between 2026-01-12 and 2026-01-12", true),
        ("day == date(due)", true),
    ] {
        let values = [day[0], ("due", "2026-01-12T22:59:59Z")];
        assert_eq!(holds(now, condition, &values), is, "{condition}");
    }
}
