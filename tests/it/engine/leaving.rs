//! Who leaves, and why.

use flow::engine::message::Switching;

use super::world::World;

const WAITS: &str = "steps { wait 1 day set city = \"done\" }";

fn inside(clauses: &str) -> World {
    let mut world = World::new(&format!(
        "workflow w on contact {{ enroll when score > 5 {clauses} {WAITS} }}"
    ));
    world.contact("ada", &[("score", "9")]);
    assert!(world.inside("ada", "w"));
    world
}

fn last(world: &World) -> String {
    world.path("ada", "w").pop().unwrap_or_default()
}

/// proves: L1
#[test]
fn ceasing_to_match_takes_nobody_out_unless_it_is_said() {
    let mut world = inside("");
    world.set("ada", &[("score", "1")]);
    assert!(world.inside("ada", "w"));
    let mut world = inside("enroll when flag unenroll on leaving");
    world.set("ada", &[("flag", "true")]);
    world.set("ada", &[("score", "1")]);
    assert!(world.inside("ada", "w"), "another filter trigger holds");
    world.set("ada", &[("flag", "false")]);
    assert_eq!(last(&world), "left wait_1 leaving");
}

/// proves: L2
#[test]
fn suppression_and_unenrolment_take_effect_in_the_middle_of_a_wait() {
    let mut world = inside("suppress when flag reenroll always");
    world.set("ada", &[("flag", "true")]);
    assert_eq!(last(&world), "left wait_1 suppressed");
    world.hours(48);
    assert_eq!(world.value("ada", "city"), "unknown", "its timer is gone");
    // Ceasing to be suppressed enrols nobody.
    world.set("ada", &[("flag", "false")]);
    assert_eq!(world.times("ada", "w"), 1);
    let mut world = inside("unenroll when flag");
    world.set("ada", &[("flag", "true")]);
    assert_eq!(last(&world), "left wait_1 unenroll_condition");
    let mut world = inside("unenroll on ping where n > 1");
    world.does("ada", "ping", &[("n", "1")]);
    assert!(world.inside("ada", "w"));
    world.does("ada", "ping", &[("n", "2")]);
    assert_eq!(last(&world), "left wait_1 unenroll_condition");
}

/// proves: L3
#[test]
fn a_goal_is_judged_at_enrolment_and_later() {
    let mut world = inside("goal when stage == customer");
    world.set("ada", &[("stage", "customer")]);
    assert_eq!(last(&world), "left wait_1 goal_met");
    let mut world = World::new(&format!(
        "workflow w on contact {{ enroll when score > 5 goal when stage == customer {WAITS} }}"
    ));
    world.contact("ada", &[("score", "9"), ("stage", "customer")]);
    assert_eq!(last(&world), "refused goal_met");
}

/// proves: L5
#[test]
fn off_enrols_nobody_and_skips_actions() {
    let mut world = inside("");
    world.switch("w", Switching::Off);
    world.contact("eve", &[("score", "9")]);
    assert_eq!(world.path("eve", "w"), ["refused workflow_off"]);
    world.hours(24);
    assert_eq!(
        world.path("ada", "w").split_off(2),
        [
            "switched off".to_owned(),
            "wait_ended wait_1".into(),
            "skipped set_1 workflow_off".into(),
            "left completed".into()
        ][1..]
    );
    assert_eq!(world.value("ada", "city"), "unknown");
}

/// proves: L6
#[test]
fn of_several_reasons_the_first_is_kept() {
    let clauses = "suppress when flag goal when stage == customer unenroll when city == \"x\" unenroll on leaving";
    for (values, reason) in [
        (
            &[
                ("flag", "true"),
                ("stage", "customer"),
                ("city", "x"),
                ("score", "1"),
            ][..],
            "suppressed",
        ),
        (
            &[("stage", "customer"), ("city", "x"), ("score", "1")],
            "goal_met",
        ),
        (&[("city", "x"), ("score", "1")], "unenroll_condition"),
        (&[("score", "1")], "leaving"),
    ] {
        let mut world = inside(clauses);
        world.set("ada", values);
        assert_eq!(last(&world), format!("left wait_1 {reason}"));
    }
}
