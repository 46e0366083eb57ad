//! Who is enrolled, and why not.

use flow::engine::Order;
use flow::engine::message::Switching;

use super::world::World;

/// proves: E1
#[test]
fn one_input_enrols_once_however_many_triggers_fire() {
    let mut world = World::new(
        "workflow w on contact {
           enroll on ping
           enroll on ping where n > 1
           enroll on changed city
           enroll when score > 5
           enroll when stage == lead
           reenroll always
           steps {}
         }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[("n", "2")]);
    assert_eq!(world.times("ada", "w"), 1);
    world.set(
        "ada",
        &[("score", "9"), ("stage", "lead"), ("city", "Oslo")],
    );
    assert_eq!(world.times("ada", "w"), 2);
}

/// proves: E2
#[test]
fn a_filter_enrols_at_the_transition_only() {
    let mut world =
        World::new("workflow w on contact { enroll when score > 5 reenroll always steps {} }");
    // Creating a record that matches is a transition.
    world.contact("ada", &[("score", "9")]);
    assert_eq!(world.times("ada", "w"), 1);
    // That it merely is true enrols nobody.
    world.set("ada", &[("score", "10")]);
    world.does("ada", "ping", &[]);
    assert_eq!(world.times("ada", "w"), 1);
    // From false, and from unknown.
    world.set("ada", &[("score", "1")]);
    world.set("ada", &[("score", "6")]);
    assert_eq!(world.times("ada", "w"), 2);
    world.set("ada", &[("score", "unknown")]);
    world.set("ada", &[("score", "6")]);
    // Clearing it sets the default: false, then true again.
    assert_eq!(world.times("ada", "w"), 3);
}

/// proves: E2
#[test]
fn publishing_and_turning_on_are_no_transitions() {
    let mut world = World::unpublished(
        "workflow w on contact { enroll when score > 5 steps {} }",
        Order::Sent,
    );
    world.contact("ada", &[("score", "9")]);
    world.publish();
    world.set("ada", &[("score", "8")]);
    world.switch("w", Switching::Off);
    world.switch("w", Switching::On);
    world.set("ada", &[("score", "7")]);
    assert!(world.path("ada", "w").is_empty());
}

/// proves: E3
#[test]
fn conditions_are_judged_at_the_instant_of_the_event() {
    let mut world = World::new(
        "workflow w on contact {
           enroll on ping where this.city == \"Oslo\"
           only when stage == lead
           steps {}
         }",
    );
    world.contact("ada", &[("city", "Oslo")]);
    world.does("ada", "ping", &[]);
    world.set("ada", &[("stage", "lead")]);
    assert!(world.path("ada", "w").is_empty());
    world.does("ada", "ping", &[]);
    assert_eq!(world.path("ada", "w"), ["enrolled", "left completed"]);
}

/// proves: E4
#[test]
fn the_record_must_exist_and_the_workflow_be_on() {
    let mut world = World::unpublished(
        "workflow w on contact { enroll on ping steps {} }",
        Order::Sent,
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    world.publish();
    assert!(!world.inside("ada", "w"));
    assert!(world.path("ada", "w").is_empty());
    let input = world.event("nobody", "ping", &[]);
    world.input(input);
    let last = world.lines().pop().unwrap_or_default();
    assert!(last.starts_with("no_record"), "{last}");
}

/// proves: E5
#[test]
fn the_first_reason_that_applies_is_kept() {
    let source = "workflow w on contact {
           enroll on ping
           suppress when flag
           goal when stage == customer
           steps { wait 1 day }
         }";
    let last = |world: &World| world.path("ada", "w").pop().unwrap_or_default();
    let mut world = World::new(source);
    world.contact("ada", &[("flag", "true"), ("stage", "customer")]);
    world.switch("w", Switching::Pause);
    world.switch("w", Switching::Off);
    for (reason, then) in [
        ("refused workflow_off", "on"),
        ("refused workflow_paused", "resume"),
        ("refused suppressed", "flag"),
        ("refused goal_met", "stage"),
        ("wait_began wait_1 2026-01-06T09:00:00Z", ""),
        ("refused already_enrolled", "leave"),
        ("refused enrolled_before", ""),
    ] {
        world.does("ada", "ping", &[]);
        assert_eq!(last(&world), reason);
        match then {
            "on" => world.switch("w", Switching::On),
            "resume" => world.switch("w", Switching::Resume),
            "flag" => drop(world.set("ada", &[("flag", "false")])),
            "stage" => drop(world.set("ada", &[("stage", "lead")])),
            "leave" => drop(world.unenroll("ada", "w")),
            _ => {}
        }
    }
}

/// proves: E5
#[test]
fn without_a_reenroll_that_fires_nobody_comes_back() {
    let mut world =
        World::new("workflow w on contact { enroll on ping reenroll on pong steps {} }");
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    world.does("ada", "ping", &[]);
    assert_eq!(
        world.path("ada", "w"),
        ["enrolled", "left completed", "refused no_reenroll_trigger"]
    );
}

/// proves: E6
#[test]
fn a_person_needs_no_trigger_but_suppression_wins() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping only when city == \"Oslo\" suppress when flag steps {} }
         workflow again on contact { reenroll always steps {} }",
    );
    world.contact("ada", &[]);
    world.enroll("ada", "w");
    world.enroll("ada", "w");
    world.contact("eve", &[("flag", "true")]);
    world.enroll("eve", "w");
    assert_eq!(
        world.path("ada", "w"),
        ["enrolled", "left completed", "refused enrolled_before"]
    );
    assert_eq!(world.path("eve", "w"), ["refused suppressed"]);
    world.enroll("ada", "again");
    world.enroll("ada", "again");
    assert_eq!(world.times("ada", "again"), 2);
}

/// proves: E7
#[test]
fn a_second_cause_is_dropped() {
    let mut world =
        World::new("workflow w on contact { enroll on ping reenroll always steps { wait 1 day } }");
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    world.does("ada", "ping", &[]);
    world.hours(48);
    assert_eq!(
        world.path("ada", "w"),
        [
            "enrolled",
            "wait_began wait_1 2026-01-06T09:00:00Z",
            "refused already_enrolled",
            "wait_ended wait_1",
            "left completed"
        ]
    );
}

/// proves: E8
#[test]
fn reenrolment_needs_a_trigger_that_holds() {
    let mut world = World::new(
        "workflow filter on contact { enroll when score > 5 reenroll on pong steps {} }
         workflow happening on contact { enroll on ping at least 3 times only when city is known reenroll on pong steps {} }",
    );
    world.contact("ada", &[("score", "9"), ("city", "Oslo")]);
    assert_eq!(world.times("ada", "filter"), 1);
    // The filter is true now.
    world.does("ada", "pong", &[]);
    assert_eq!(world.times("ada", "filter"), 2);
    world.set("ada", &[("score", "1")]);
    world.does("ada", "pong", &[]);
    assert_eq!(world.times("ada", "filter"), 2);
    // Event triggers only, and the cause is none of them: `only when` decides.
    // Before the first time, its own trigger must fire with its refinement.
    assert_eq!(world.times("ada", "happening"), 0);
    for _ in 0..3 {
        world.does("ada", "ping", &[]);
    }
    assert_eq!(world.times("ada", "happening"), 1);
    world.does("ada", "pong", &[]);
    assert_eq!(world.times("ada", "happening"), 2);
    world.set("ada", &[("city", "unknown")]);
    world.does("ada", "pong", &[]);
    assert_eq!(world.times("ada", "happening"), 2);
}

/// proves: E8
#[test]
fn refinements_do_not_count_for_reenrolment() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping exactly 2 times reenroll always steps {} }",
    );
    world.contact("ada", &[]);
    for times in [0, 1, 2, 3] {
        world.does("ada", "ping", &[]);
        assert_eq!(world.times("ada", "w"), times);
    }
}

/// proves: E9, E10
#[test]
fn existing_records_enrol_or_wait_for_the_next_transition() {
    let mut world = World::unpublished(
        "workflow takes on contact { enroll when score > 5 only when city is known existing enroll steps {} }
         workflow skips on contact { enroll when score > 5 existing skip steps {} }",
        Order::Sent,
    );
    world.contact("ada", &[("score", "9"), ("city", "Oslo")]);
    world.contact("eve", &[("score", "9")]);
    world.contact("bob", &[("score", "1"), ("city", "Oslo")]);
    world.publish();
    assert_eq!(world.times("ada", "takes"), 1);
    assert_eq!(world.times("eve", "takes") + world.times("bob", "takes"), 0);
    assert_eq!(world.times("ada", "skips"), 0);
    // It stops matching and matches again, as a first time.
    world.set("ada", &[("score", "1")]);
    world.set("ada", &[("score", "9")]);
    assert_eq!(world.times("ada", "skips"), 1);
    // A second publication, and turning on again, take nobody.
    world.publish();
    world.switch("takes", Switching::Off);
    world.switch("takes", Switching::On);
    assert_eq!(world.times("ada", "takes"), 1);
}

/// proves: E14
#[test]
fn occurrences_are_filtered_then_counted() {
    let mut world = World::new(
        "workflow least on contact { enroll on ping where (n > 1) at least 2 times steps {} }
         workflow most on contact { enroll on ping at most 1 times reenroll always steps {} }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[("n", "1")]);
    world.does("ada", "ping", &[("n", "2")]);
    assert_eq!(world.times("ada", "least"), 0);
    assert_eq!(
        world.times("ada", "most"),
        1 + 1,
        "re-enrolment does not count"
    );
    world.does("ada", "ping", &[("n", "1")]);
    assert_eq!(world.times("ada", "least"), 0);
    world.does("ada", "ping", &[("n", "3")]);
    assert_eq!(world.times("ada", "least"), 1);
}

/// proves: E14, I7, D2
#[test]
fn bounds_read_the_time_of_occurrence() {
    let mut world = World::new(
        "workflow days on contact { enroll on ping within last 2 days at least 2 times steps {} }
         workflow hours on contact { enroll on pong within last 3 hours at least 2 times steps {} }
         workflow after on contact { enroll on ping after 2026-01-05 steps {} }",
    );
    world.contact("ada", &[]);
    let mut old = world.event("ada", "ping", &[]);
    // Two days ago counts from the start of that day.
    old.occurred_at = "2026-01-02T22:59:00Z".parse().ok();
    world.input(old.clone());
    world.does("ada", "ping", &[]);
    assert_eq!(
        world.times("ada", "days"),
        0,
        "2 January, 23:59 in Oslo, is out of reach"
    );
    old.occurred_at = "2026-01-02T23:01:00Z".parse().ok();
    world.input(old);
    assert_eq!(
        world.times("ada", "days"),
        1,
        "3 January, 00:01 in Oslo, is not"
    );
    assert_eq!(
        world.times("ada", "after"),
        0,
        "5 January is not after 5 January"
    );
    world.does("ada", "pong", &[]);
    world.hours(4);
    world.does("ada", "pong", &[]);
    assert_eq!(world.times("ada", "hours"), 0);
    world.hours(2);
    world.does("ada", "pong", &[]);
    assert_eq!(world.times("ada", "hours"), 1);
}

/// proves: E16
#[test]
fn a_record_is_inside_once_for_each_key() {
    let mut world =
        World::new("workflow w on contact { enroll on ping per key steps { wait 1 day } }");
    world.contact("ada", &[]);
    for key in ["a", "b", "a"] {
        world.does("ada", "ping", &[("key", key)]);
    }
    world.does("ada", "ping", &[]);
    world.does("ada", "ping", &[]);
    let path = world.path("ada", "w");
    let enrolled: Vec<&String> = path
        .iter()
        .filter(|line| line.starts_with("enrolled"))
        .collect();
    assert_eq!(enrolled, ["enrolled a", "enrolled b", "enrolled"]);
    let refused: Vec<&String> = path
        .iter()
        .filter(|line| line.starts_with("refused"))
        .collect();
    assert_eq!(
        refused,
        ["refused already_enrolled a", "refused already_enrolled"]
    );
}

/// proves: E17, L5
#[test]
fn both_the_source_and_the_operator_turn_a_workflow_on() {
    let mut world = World::new(
        "workflow dark on contact { off enroll on ping steps {} }
         workflow light on contact { enroll on ping steps {} }",
    );
    world.contact("ada", &[]);
    world.switch("dark", Switching::On);
    world.switch("light", Switching::Off);
    world.publish();
    world.does("ada", "ping", &[]);
    assert_eq!(world.path("ada", "dark"), ["refused workflow_off"]);
    assert_eq!(world.path("ada", "light"), ["refused workflow_off"]);
}

/// proves: E17, I8
#[test]
fn a_pause_holds_everything_and_the_resumption_is_the_due_time() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps { wait 1 day set score += 1 wait 1 day } }",
    );
    world.contact("ada", &[]);
    world.contact("eve", &[]);
    world.does("ada", "ping", &[]);
    world.hours(1);
    world.does("eve", "ping", &[]);
    world.switch("w", Switching::Pause);
    world.hours(72);
    assert_eq!(world.value("ada", "score"), "0");
    world.contact("bob", &[]);
    world.does("bob", "ping", &[]);
    assert_eq!(world.path("bob", "w"), ["refused workflow_paused"]);
    world.switch("w", Switching::Resume);
    assert_eq!(world.value("ada", "score"), "1");
    assert_eq!(world.value("eve", "score"), "1");
    assert_eq!(
        world.path("ada", "w").pop().as_deref(),
        Some("wait_began wait_2 2026-01-09T10:00:00Z"),
        "it counts from the resumption"
    );
}
