//! Hours, calendars, zones and business time.

use flow::engine::message::{Again, Outcome};

use super::world::World;

/// A contact inside a workflow with these clauses and steps since Monday,
/// 5 January 2026, 10:00 in Oslo.
fn inside(clauses: &str, steps: &str) -> World {
    inside_of("", clauses, steps)
}

fn inside_of(declared: &str, clauses: &str, steps: &str) -> World {
    let mut world = World::new(&format!(
        "{declared} workflow w on contact {{ enroll on ping {clauses} steps {{ {steps} }} }}"
    ));
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    world
}

/// What came of it since the enrolment.
fn path(world: &World) -> Vec<String> {
    world.path("ada", "w").split_off(1)
}

/// The example of the rule. proves: W1, W2
#[test]
fn waits_and_branches_run_at_their_time_actions_inside_the_hours() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping hours mon-thu 09:00-17:00 steps {
           wait 2 days
           branch { case \"low\" when score < 1 { set city = \"low\" } else { set city = \"high\" } }
         } }",
    );
    world.contact("ada", &[]);
    world.at("2026-01-08T10:00:00+01:00");
    world.does("ada", "ping", &[]);
    world.at("2026-01-11T12:00:00+01:00");
    // The branch was taken on Saturday.
    world.set("ada", &[("score", "5")]);
    assert_eq!(
        path(&world),
        [
            "wait_began wait_1 2026-01-10T09:00:00Z",
            "wait_ended wait_1",
            "branch branch_1 low",
            "held set_1 2026-01-12T08:00:00Z",
        ]
    );
    world.at("2026-01-12T08:59:59+01:00");
    assert_eq!(world.value("ada", "city"), "unknown");
    world.at("2026-01-12T09:00:00+01:00");
    assert_eq!(world.value("ada", "city"), "low");
    // The start of a range belongs to it, its end does not.
    for (now, held) in [
        ("08:59", true),
        ("09:00", false),
        ("16:59", false),
        ("17:00", true),
    ] {
        let mut world = World::new(
            "workflow w on contact { enroll on ping hours mon-thu 09:00-17:00 steps { set city = \"x\" } }",
        );
        world.contact("ada", &[]);
        world.at(&format!("2026-01-06T{now}:00+01:00"));
        world.does("ada", "ping", &[]);
        assert_eq!(world.inside("ada", "w"), held, "{now}");
    }
}

/// proves: W2
#[test]
fn a_spread_is_a_stable_moment_of_its_stretch() {
    let begun = || {
        let mut world = World::new(
            "workflow w on contact { enroll on ping hours mon-fri 09:00-17:00 spread 15 minutes steps { set city = \"x\" set name = \"y\" } }",
        );
        world.at("2026-01-05T20:00:00+01:00");
        for number in 0..40 {
            let handle = format!("r{number}");
            world.contact(&handle, &[]);
            world.does(&handle, "ping", &[]);
        }
        world
    };
    let held = |world: &World| -> Vec<String> {
        let handles = (0..40).map(|number| format!("r{number}"));
        let last = handles.map(|handle| world.path(&handle, "w").pop().unwrap_or_default());
        last.collect()
    };
    let mut world = begun();
    let moments = held(&world);
    assert_eq!(moments, held(&begun()), "the same on any machine");
    let first = "held set_1 2026-01-06T08:00:00Z".to_owned();
    let end = "held set_1 2026-01-06T08:15:00Z".to_owned();
    assert!(
        moments
            .iter()
            .all(|moment| (&first..&end).contains(&moment))
    );
    let mut distinct = moments.clone();
    distinct.sort();
    distinct.dedup();
    assert!(distinct.len() > 30, "they are spread: {}", distinct.len());
    world.at("2026-01-06T09:15:00+01:00");
    assert!((0..40).all(|number| world.value(&format!("r{number}"), "name") == "y"));
    // What is reached inside the hours is not put off.
    world.contact("late", &[]);
    world.does("late", "ping", &[]);
    assert!(!world.inside("late", "w"));
}

/// proves: W1, D1
#[test]
fn a_calendar_has_hours_closed_days_and_a_zone() {
    let calendar = "calendar desk {
        hours mon-fri 09:00-12:00, 13:00-17:00
        hours sat 22:00-02:00
        closed 01-07..01-08, 2026-01-11
        timezone \"America/New_York\"
      }";
    let mut world = inside_of(
        calendar,
        "hours desk closed 2026-01-09",
        "wait until 12:30 do log { text: \"a\" } wait until wed at 10:00 do log { text: \"b\" } wait until sat at 23:00 do log { text: \"c\" } wait until 00:30 do log { text: \"d\" }",
    );
    world.at("2026-01-20T00:00:00Z");
    let sent: Vec<String> = world
        .scenario
        .carrier()
        .sent
        .iter()
        .map(|(at, line)| format!("{at} {line}"))
        .collect();
    assert_eq!(
        sent,
        [
            // Half past twelve in New York, until one.
            "2026-01-05T18:00:00Z log text=\"a\"",
            // Wednesday to Friday are closed; on Saturday it opens at 22:00, and
            // closes at midnight before a closed day.
            "2026-01-11T03:00:00Z log text=\"b\"",
            "2026-01-11T04:00:00Z log text=\"c\"",
            "2026-01-12T14:00:00Z log text=\"d\"",
        ]
    );
    // `timezone` stands before that of the calendar; closed days alone close whole days.
    let mut world = inside_of(
        calendar,
        "hours desk timezone \"Asia/Tokyo\"",
        "do log { text: \"a\" }",
    );
    world.at("2026-01-07T00:00:00Z");
    assert_eq!(
        world.scenario.carrier().sent[0].0.to_string(),
        "2026-01-06T00:00:00Z"
    );
    let mut world = inside("closed 2026-01-05..2026-01-06", "do log { text: \"a\" }");
    world.at("2026-01-09T00:00:00Z");
    assert_eq!(
        world.scenario.carrier().sent[0].0.to_string(),
        "2026-01-06T23:00:00Z"
    );
}

/// proves: D1, W2
#[test]
fn a_record_may_hold_the_zone() {
    let steps = "hours mon-fri 09:00-17:00 in name";
    for (zone, opens) in [
        ("America/New_York", "2026-01-05T14:00:00Z"),
        ("Asia/Tokyo", "2026-01-06T00:00:00Z"),
        // What names no zone, or nothing: the workflow's.
        ("Oslo", "2026-01-05T09:00:00Z"),
    ] {
        let mut world = World::new(&format!(
            "workflow w on contact {{ enroll on ping {steps} steps {{ do log {{ text: \"a\" }} }} }}"
        ));
        world.contact("ada", &[("name", zone)]);
        world.does("ada", "ping", &[]);
        world.at("2026-01-07T00:00:00Z");
        assert_eq!(
            world.scenario.carrier().sent[0].0.to_string(),
            opens,
            "{zone}"
        );
    }
    // The zone changes while the action is held.
    let mut world = World::new(&format!(
        "workflow w on contact {{ enroll on ping {steps} steps {{ do log {{ text: \"a\" }} }} }}"
    ));
    world.contact("ada", &[("name", "Asia/Tokyo")]);
    world.does("ada", "ping", &[]);
    world.set("ada", &[("name", "Europe/Oslo")]);
    world.hours(0);
    assert_eq!(
        world.scenario.carrier().sent[0].0.to_string(),
        "2026-01-05T09:00:00Z"
    );
}

/// proves: D1
#[test]
fn conditions_and_waits_are_in_the_zone_of_the_workflow() {
    let mut world = World::new(
        "workflow home on contact { enroll when due within last 1 days steps { set city = \"home\" } }
         workflow away on contact { enroll when due within last 1 days timezone \"Asia/Tokyo\" steps { set name = \"away {hour(due)}\" } }",
    );
    world.at("2026-01-05T14:30:00Z");
    // In Tokyo 15:10 is the next day: since its yesterday began, it lies within.
    world.at("2026-01-06T15:10:00Z");
    world.contact("ada", &[("due", "2026-01-05T14:30:00Z")]);
    world.contact("bob", &[("due", "2026-01-05T15:30:00Z")]);
    for (handle, name) in [("ada", "unknown"), ("bob", "away 0")] {
        assert_eq!(world.value(handle, "city"), "home");
        assert_eq!(world.value(handle, "name"), name);
    }
    // Both changes of the clocks in New York, by the wall time of the workflow.
    for (from, to) in [
        ("2026-03-07T14:00:00Z", "2026-03-08T13:00:00Z"),
        ("2026-10-31T13:00:00Z", "2026-11-01T14:00:00Z"),
    ] {
        let mut world = World::new(
            "workflow w on contact { enroll on ping timezone \"America/New_York\" steps { wait 1 day do log { text: \"a\" } } }",
        );
        world.contact("ada", &[]);
        world.at(from);
        world.does("ada", "ping", &[]);
        world.hours(48);
        assert_eq!(world.scenario.carrier().sent[0].0.to_string(), to);
    }
}

/// proves: D1, W2
#[test]
fn hours_over_both_changes_of_the_clocks() {
    let opens = |at: &str, hours: &str| {
        let mut world = World::new(&format!(
            "workflow w on contact {{ enroll on ping {hours} steps {{ do log {{ text: \"a\" }} }} }}"
        ));
        world.contact("ada", &[]);
        world.at(at);
        world.does("ada", "ping", &[]);
        world.hours(72);
        world.scenario.carrier().sent[0].0.to_string()
    };
    // 02:30 does not exist on 29 March: the next wall time that does is 03:00.
    assert_eq!(
        opens("2026-03-29T00:30:00Z", "hours sun 02:30-05:00"),
        "2026-03-29T01:00:00Z"
    );
    // It exists twice on 25 October: the first one opens and closes.
    assert_eq!(
        opens("2026-10-25T00:10:00Z", "hours sun 02:30-05:00"),
        "2026-10-25T00:30:00Z"
    );
    assert_eq!(
        opens(
            "2026-10-25T00:40:00Z",
            "hours sun 01:00-02:30 hours mon 09:00-10:00"
        ),
        "2026-10-26T08:00:00Z"
    );
}

/// proves: A8
#[test]
fn an_attempt_outside_the_hours_waits_for_them() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping hours mon-fri 09:00-17:00 steps {
           do log { text: \"a\" } retry 1 times over 2 hours
           set city = \"x\"
         } }",
    );
    world.contact("ada", &[]);
    world.at("2026-01-05T16:00:00+01:00");
    world.script([Outcome::Failed {
        status: Some(500),
        error: "busy".into(),
        again: Again::Usual,
    }]);
    world.does("ada", "ping", &[]);
    world.at("2026-01-06T08:00:00+01:00");
    assert_eq!(world.sent().len(), 1);
    assert_eq!(
        path(&world)[1..],
        [
            "attempt_failed do_1 1 busy 500 2026-01-05T17:00:00Z",
            "held do_1 2026-01-06T08:00:00Z"
        ]
    );
    world.at("2026-01-06T09:00:00+01:00");
    assert_eq!(world.sent().len(), 2);
    assert_eq!(world.value("ada", "city"), "x");
}

/// proves: L5, E17, V2
#[test]
fn what_is_held_is_skipped_when_off_stays_in_a_pause_and_is_judged_by_new_hours() {
    use flow::engine::message::Switching;
    let clauses = "hours tue 09:00-17:00";
    let mut world = inside(clauses, "set city = \"x\"");
    world.switch("w", Switching::Off);
    world.hours(24);
    assert_eq!(
        path(&world)[1..],
        ["skipped set_1 workflow_off", "left completed"]
    );
    let mut world = inside(clauses, "set city = \"x\"");
    world.switch("w", Switching::Pause);
    world.hours(48);
    world.switch("w", Switching::Resume);
    world.hours(24 * 5);
    assert!(
        world.inside("ada", "w"),
        "the resumption was outside the hours"
    );
    world.hours(24);
    assert_eq!(world.value("ada", "city"), "x");
    let mut world = inside(clauses, "set city = \"x\"");
    world
        .edit("workflow w on contact { enroll on ping hours mon-fri 09:00-17:00 steps { set city = \"x\" } }")
        .expect("it is published");
    world.hours(0);
    assert_eq!(world.value("ada", "city"), "x");
}

/// proves: D4
#[test]
fn business_days_skip_weekends_and_closed_days() {
    let ends = |at: &str, clauses: &str, wait: &str| {
        let mut world = World::new(&format!(
            "workflow w on contact {{ enroll on ping {clauses} steps {{ wait {wait} set city = \"x\" }} }}"
        ));
        world.contact("ada", &[]);
        world.at(at);
        world.does("ada", "ping", &[]);
        path(&world)[0]
            .rsplit(' ')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    // Two from Friday end on Tuesday, one from Saturday on Monday, at the wall time.
    assert_eq!(
        ends("2026-01-09T10:00:00Z", "", "2 business days"),
        "2026-01-13T10:00:00Z"
    );
    assert_eq!(
        ends("2026-01-10T22:00:00Z", "", "1 business day"),
        "2026-01-12T22:00:00Z"
    );
    assert_eq!(
        ends(
            "2026-01-09T10:00:00Z",
            "closed 01-12..01-13",
            "2 business days"
        ),
        "2026-01-15T10:00:00Z"
    );
    assert_eq!(
        ends("2026-03-27T10:00:00Z", "", "1 business day"),
        "2026-03-30T09:00:00Z"
    );
    // Hours and minutes pass inside the hours: 09:00 to 17:00, or those of the workflow.
    assert_eq!(
        ends("2026-01-09T15:00:00Z", "", "4 business hours"),
        "2026-01-12T11:00:00Z"
    );
    assert_eq!(
        ends("2026-01-10T15:00:00Z", "", "30 business minutes"),
        "2026-01-12T08:30:00Z"
    );
    assert_eq!(
        ends("2026-01-09T08:00:00Z", "", "8 business hours"),
        "2026-01-09T16:00:00Z"
    );
    let halves = "hours mon-fri 09:00-12:00, 13:00-17:00";
    assert_eq!(
        ends("2026-01-09T10:00:00Z", halves, "2 business hours"),
        "2026-01-09T13:00:00Z"
    );
    assert_eq!(
        ends("2026-01-09T10:00:00Z", "", "for pong max 2 business days"),
        "2026-01-13T10:00:00Z"
    );
}

/// proves: D4
#[test]
fn business_time_moves_moments_and_bounds_the_past() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps {
           do log { text: \"{now + 1 business day} {today - 2 business days} {now - 3 business hours}\" }
           branch { case when due < 2 business days ago { set city = \"before\" } else { set city = \"since\" } }
           branch { case when due within last 2 business days { set name = \"within\" } else { set name = \"not within\" } }
         } }",
    );
    world.contact("ada", &[("due", "2026-01-08T22:59:00Z")]);
    world.contact("bob", &[("due", "2026-01-08T23:00:00Z")]);
    // Tuesday, 10:00 in Oslo; two business days before it is Friday.
    world.at("2026-01-13T09:00:00Z");
    for handle in ["ada", "bob"] {
        world.does(handle, "ping", &[]);
    }
    assert_eq!(
        world.sent()[0],
        "log text=\"2026-01-14 10:00 2026-01-09 2026-01-12 15:00\""
    );
    let of = |handle: &str| (world.value(handle, "city"), world.value(handle, "name"));
    assert_eq!(of("ada"), ("before".into(), "not within".into()));
    assert_eq!(of("bob"), ("since".into(), "within".into()));
}

/// proves: W2, V2
#[test]
fn an_edit_of_something_else_leaves_actions_spread() {
    let flow = |hours: &str, steps: &str| {
        format!("workflow w on contact {{ enroll on ping hours {hours} steps {{ {steps} }} }}")
    };
    let hours = "mon-fri 09:00-17:00 spread 8 hours";
    let held = |edit: &str| {
        let mut world = World::new(&flow(hours, "set city = \"x\""));
        // Before the hours open, and half a minute after.
        world.at("2026-01-06T04:00:00Z");
        world.contact("ada", &[]);
        world.does("ada", "ping", &[]);
        world.at("2026-01-06T08:00:30Z");
        world.edit(edit).expect("it is taken");
        world.hours(0);
        world.value("ada", "city")
    };
    let other = format!(
        "{} workflow v on contact {{ steps {{}} }}",
        flow(hours, "set city = \"x\"")
    );
    assert_eq!(
        held(&other),
        "unknown",
        "another workflow is none of its business"
    );
    assert_eq!(
        held(&flow(hours, "set city = \"x\" set name = \"y\"")),
        "unknown"
    );
    // Edited hours are judged anew.
    assert_eq!(held(&flow("mon-fri 09:00-18:00", "set city = \"x\"")), "x");
    assert_eq!(held(&flow(hours, "wait 1 hour")), "unknown");
}
