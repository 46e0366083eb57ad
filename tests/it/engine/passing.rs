//! What the passing of time alone brings about (E12), and date triggers (D3).

use flow::engine::frozen::v1::state::{freeze, thaw};
use flow::engine::message::Switching;
use flow::engine::{Engine, Order};
use flow::scenario::Scenario;

use super::world::{Outside, World, prepare};

/// proves: E12, E2, D2
#[test]
fn a_filter_turns_true_at_the_instant_at_which_it_can() {
    let mut world = World::new(
        "workflow w on contact { enroll when due < 3 days ago reenroll always steps {} }",
    );
    world.contact("ada", &[("due", "2026-01-05T08:00:00Z")]);
    assert_eq!(world.state().wakes(), 1);
    // The start of the fourth day in Oslo.
    world.at("2026-01-08T22:59:59.999999Z");
    assert_eq!(world.times("ada", "w"), 0);
    world.at("2026-01-08T23:00:00Z");
    assert_eq!(world.times("ada", "w"), 1);
    assert_eq!(world.state().wakes(), 0);
    // It stays true: no further transition.
    world.at("2026-03-08T23:00:00Z");
    assert_eq!(world.times("ada", "w"), 1);
    // It is false again, and true again after as long.
    world.set("ada", &[("due", "2026-03-09T08:00:00Z")]);
    assert_eq!(world.state().wakes(), 1);
    world.at("2026-03-13T09:00:00Z");
    assert_eq!(world.times("ada", "w"), 2);
}

/// proves: E12
#[test]
fn what_time_does_not_concern_costs_nothing() {
    let mut world = World::new(
        "workflow a on contact { enroll when due < 3 days ago and score > 5 steps {} }
         workflow b on contact { unenroll when day < today steps { wait 9 days } }
         workflow c on company { enroll when size > 5 steps {} }",
    );
    world.contact(
        "ada",
        &[("due", "2026-01-05T08:00:00Z"), ("day", "2026-02-01")],
    );
    world.create("company", "acme", &[("domain", "acme.example")]);
    // The other term decides, nobody is inside, nothing turns.
    assert_eq!(world.state().wakes(), 0);
    world.set("ada", &[("score", "9")]);
    assert_eq!(world.state().wakes(), 1);
    world.at("2026-01-10T08:00:00Z");
    assert_eq!(world.times("ada", "a"), 1);
    assert_eq!(world.state().wakes(), 0);
    world.enroll("ada", "b");
    assert_eq!(world.state().wakes(), 1);
}

/// proves: E12, L1, L2, L3
#[test]
fn time_takes_out_in_the_middle_of_a_wait() {
    let mut world = World::new(
        "workflow suppressed on contact { suppress when due < now steps { wait 9 days } }
         workflow unenrolled on contact { unenroll when day < today steps { wait 9 days } }
         workflow met on contact { goal when due within last 2 hours steps { wait 9 days } }
         workflow leaving on contact {
           enroll when due within next 2 days
           unenroll on leaving
           steps { wait 9 days }
         }",
    );
    world.contact(
        "ada",
        &[("due", "2026-01-06T12:00:00Z"), ("day", "2026-01-06")],
    );
    for workflow in ["suppressed", "unenrolled", "met"] {
        world.enroll("ada", workflow);
    }
    world.at("2026-01-06T11:59:59Z");
    for workflow in ["suppressed", "unenrolled", "met", "leaving"] {
        assert!(world.inside("ada", workflow), "{workflow}");
    }
    world.at("2026-01-06T12:00:01Z");
    assert_eq!(
        world
            .lines()
            .into_iter()
            .filter(|line| line.contains("left"))
            .collect::<Vec<_>>(),
        [
            "met left wait_1 goal_met",
            "leaving left wait_1 leaving",
            "suppressed left wait_1 suppressed"
        ]
    );
    world.at("2026-01-06T23:00:00Z");
    assert!(!world.inside("ada", "unenrolled"));
}

/// proves: E12, E8
#[test]
fn a_reenroll_condition_and_segments_follow_the_time() {
    let mut world = World::new(
        "segment fresh on contact when due within last 2 days
         workflow joins on contact { enroll on joined fresh reenroll always steps {} }
         workflow leaves on contact { enroll on left fresh reenroll always steps {} }
         workflow again on contact {
           enroll on ping
           enroll when score > 5
           reenroll when due < 4 days ago
           steps {}
         }",
    );
    world.contact("ada", &[("due", "2026-01-07T08:00:00Z"), ("score", "9")]);
    assert_eq!(world.times("ada", "again"), 1);
    world.at("2026-01-07T08:00:00Z");
    assert_eq!(
        (world.times("ada", "joins"), world.times("ada", "leaves")),
        (1, 0)
    );
    world.at("2026-01-09T23:00:00Z");
    assert_eq!(
        (world.times("ada", "joins"), world.times("ada", "leaves")),
        (1, 1)
    );
    world.at("2026-01-20T08:00:00Z");
    assert_eq!(world.times("ada", "again"), 2);
}

/// proves: E12, E13
#[test]
fn what_was_heard_turns_with_time_too() {
    let mut world = World::of(
        prepare(
            "object contact { email: email unique required, deals: many deal inverse contacts }
             object deal { name: string unique, close: date }
             workflow w on contact {
               enroll when any deals where (close < 3 days ago and name is known)
               steps {}
             }",
        ),
        Order::Sent,
    );
    world.publish();
    world.contact("ada", &[]);
    world.create("deal", "d", &[("name", "d"), ("close", "2026-02-01")]);
    world.link("ada", "deals", "d", None);
    world.at("2026-02-04T22:59:59Z");
    assert_eq!(world.times("ada", "w"), 0);
    world.at("2026-02-04T23:00:00Z");
    assert_eq!(world.times("ada", "w"), 1);
}

/// proves: E12, E2
#[test]
fn a_publication_is_no_transition_by_time() {
    let workflow = "workflow w on contact { enroll when due < 3 days ago existing skip steps {} }";
    let mut world = World::unpublished(workflow, Order::Sent);
    world.contact("ada", &[("due", "2026-01-01T08:00:00Z")]);
    world.contact("bob", &[("due", "2026-01-05T08:00:00Z")]);
    world.publish();
    world.at("2026-02-01T08:00:00Z");
    assert_eq!((world.times("ada", "w"), world.times("bob", "w")), (0, 1));
    world.contact("cleo", &[("due", "2026-01-31T08:00:00Z")]);
    world
        .edit(&workflow.replace("3 days", "10 days"))
        .expect("it is published");
    world.at("2026-02-04T08:00:00Z");
    assert_eq!(world.times("cleo", "w"), 0);
    world.at("2026-02-11T08:00:00Z");
    assert_eq!(world.times("cleo", "w"), 1);
}

/// proves: E12, I8
#[test]
fn after_a_stop_each_instant_counts_from_its_time() {
    let mut world = World::new(
        "workflow a on contact { enroll when due < 3 days ago steps { wait 1 hour set score = 1 } }
         workflow b on contact { enroll when due within last 2 hours steps {} }
         workflow c on contact { enroll when due < 9 days ago steps { wait 1 hour set bonus = 1 } }",
    );
    world.contact("ada", &[("due", "2026-01-06T08:00:00Z")]);
    // The clock stands still for three weeks: what still holds enrols, and its
    // paths count from the instants at which it came to hold.
    let (mut engine, _) = world.into_engine();
    let effects = engine.advance("2026-01-29T08:00:00Z".parse().expect("it is an instant"));
    let enrolled = |name: &str| {
        let prepared = engine.state().prepared();
        let all = effects.entries.iter().filter(|entry| {
            let workflow = entry.workflow.and_then(|id| prepared.workflow(id));
            workflow.is_some_and(|workflow| *workflow.name() == name)
        });
        let told = all.map(|entry| flow::engine::history::tell(prepared, None, entry));
        told.map(|told| told.kind).collect::<Vec<_>>()
    };
    assert_eq!(
        enrolled("a")[..4],
        ["enrolled", "wait_began", "wait_ended", "step"]
    );
    assert!(enrolled("b").is_empty());
    assert_eq!(enrolled("c")[..3], ["enrolled", "wait_began", "wait_ended"]);
}

/// proves: E12
#[test]
fn a_thawed_state_wakes_at_the_same_instants() {
    let program = "
      workflow a on contact { enroll when due < 3 days ago reenroll always steps { set bonus = 1 } }
      workflow b on contact { enroll when due < now - 5 months steps {} }
      workflow d on contact { enroll at day + 3 days at 10:00 every year steps {} }";
    let mut world = World::new(program);
    for (handle, due) in [
        ("ada", "2026-01-06T08:00:00Z"),
        ("bob", "2026-02-06T08:00:00Z"),
    ] {
        world.contact(handle, &[("due", due), ("day", "2020-02-29")]);
    }
    let (straight, _) = world.into_engine();
    let image = straight.image().expect("nothing is under way");
    let mut hashes = Vec::new();
    for stops in [0, 7, 40] {
        let frozen = freeze(&image).expect("nothing is under way");
        let prepared = image.prepared().clone();
        let mut engine = Engine::from_image(
            thaw(&prepared, &frozen).expect("it thaws"),
            "test",
            Order::Sent,
        );
        let mut hash = flow::engine::frozen::DecisionHash::default();
        let to = 1_800_000_000;
        let from = engine.state().now().as_second();
        for stop in 0..=stops {
            let at = from + (to - from) * (stop + 1) / (stops + 1);
            let mut scenario = Scenario::new(engine, Outside::default(), Vec::new());
            scenario.stop_at(flow::base::Timestamp::from_second(at).expect("it is in range"));
            hash = hash.then(scenario.hash());
            let (machine, _) = scenario.into_parts();
            let frozen = freeze(&machine.image().expect("it is settled")).expect("it is settled");
            engine = Engine::from_image(
                thaw(&prepared, &frozen).expect("it thaws"),
                "test",
                Order::Sent,
            );
        }
        let frozen = freeze(&engine.image().expect("it is settled")).expect("it is settled");
        hashes.push(frozen);
    }
    assert!(hashes.windows(2).all(|pair| pair[0] == pair[1]));
}

/// proves: D3, E8
#[test]
fn a_date_trigger_comes_at_its_moment() {
    let mut world = World::new(
        "workflow early on contact { enroll at day - 30 days at 09:00 steps {} }
         workflow exact on contact { enroll at due steps {} }
         workflow hour on contact { enroll at due + 1 hour when score > 5 steps {} }
         workflow birthday on contact { enroll at day every year only when score > 5 steps {} }",
    );
    world.contact(
        "ada",
        &[
            ("day", "2024-02-29"),
            ("due", "2026-03-01T08:00:00Z"),
            ("score", "9"),
        ],
    );
    world.contact(
        "bob",
        &[("day", "2026-03-01"), ("due", "2026-01-01T08:00:00Z")],
    );
    assert_eq!(world.state().wakes(), 2);
    world.at("2026-01-30T08:00:00Z");
    assert_eq!(
        (world.times("ada", "early"), world.times("bob", "early")),
        (0, 1)
    );
    // 28 February in a year without the 29th.
    world.at("2026-02-27T22:59:59Z");
    assert_eq!(world.times("ada", "birthday"), 0);
    world.at("2026-02-27T23:00:00Z");
    assert_eq!(world.times("ada", "birthday"), 1);
    world.at("2026-03-01T09:00:00Z");
    assert_eq!(
        (world.times("ada", "exact"), world.times("ada", "hour")),
        (1, 1)
    );
    assert_eq!(
        (world.times("bob", "exact"), world.times("bob", "hour")),
        (0, 0)
    );
    // By itself every year, and on the 29th where there is one.
    world.at("2028-02-28T12:00:00Z");
    assert_eq!(world.times("ada", "birthday"), 2);
    world.at("2028-02-28T23:00:00Z");
    assert_eq!(world.times("ada", "birthday"), 3);
    assert_eq!(world.times("bob", "birthday"), 0);
}

/// proves: D3, E8
#[test]
fn a_date_that_is_moved_is_another_one() {
    let mut world = World::new("workflow w on contact { enroll at day at 09:00 steps {} }");
    world.contact("ada", &[("day", "2026-02-01")]);
    world.set("ada", &[("day", "2026-03-01")]);
    world.at("2026-02-10T08:00:00Z");
    assert_eq!(world.times("ada", "w"), 0);
    // A moment that has passed does not come.
    world.set("ada", &[("day", "2026-02-09")]);
    assert_eq!(world.state().wakes(), 0);
    world.set("ada", &[("day", "2026-02-11")]);
    world.at("2026-02-11T08:00:00Z");
    assert_eq!(world.times("ada", "w"), 1);
    // Once, without `every year` and `reenroll`.
    world.set("ada", &[("day", "2026-02-12")]);
    world.at("2026-02-12T08:00:00Z");
    assert_eq!(world.times("ada", "w"), 1);
    assert!(
        world
            .lines()
            .contains(&"w refused enrolled_before".to_owned())
    );
}

/// proves: I8, D3
#[test]
fn a_moment_that_is_too_old_is_missed() {
    let mut world = World::new("workflow w on contact { enroll at due steps {} }");
    world.contact("ada", &[("due", "2026-01-10T08:00:00Z")]);
    world.contact("bob", &[("due", "2026-01-11T08:00:01Z")]);
    let (mut engine, _) = world.into_engine();
    let effects = engine.advance("2026-01-12T08:00:00Z".parse().expect("it is an instant"));
    let prepared = engine.state().prepared();
    let told = effects
        .entries
        .iter()
        .map(|entry| flow::engine::history::tell(prepared, None, entry).kind);
    assert_eq!(told.collect::<Vec<_>>(), ["missed", "enrolled", "left"]);
}

/// proves: E12, E17
#[test]
fn what_turns_during_a_pause_is_refused() {
    let mut world =
        World::new("workflow w on contact { enroll when due < 3 days ago enroll at day steps {} }");
    world.contact(
        "ada",
        &[("due", "2026-01-06T08:00:00Z"), ("day", "2026-01-08")],
    );
    world.switch("w", Switching::Pause);
    world.at("2026-01-20T08:00:00Z");
    assert_eq!(world.times("ada", "w"), 0);
    let refused = world
        .lines()
        .into_iter()
        .filter(|line| line == "w refused workflow_paused");
    assert_eq!(refused.count(), 2);
}

/// A workflow for whoever was changed lately, and one that changes.
const CHANGED: &str = "
workflow w on contact { enroll when updated_at within last 5 hours reenroll always steps {} }
workflow t on contact { enroll on ping steps { wait 30 hours set city = \"Oslo\" } }
";

/// proves: I8, E2, E12
#[test]
fn what_is_changed_late_turns_true_once() {
    for other in [
        // It takes the record in for a time before the change.
        "workflow s on contact { enroll every day at 10:00 unenroll when due < now steps {} }",
        // It is looked at for a time before the change.
        "workflow x on contact { enroll when created_at < 2 days ago steps {} }",
    ] {
        let mut world = World::new(&format!("{CHANGED}{other}"));
        world.contact("ada", &[]);
        world.does("ada", "ping", &[]);
        world.at("2026-01-06T14:30:00Z");
        assert_eq!(world.times("ada", "w"), 1, "{other}");
        world.stand_still("2026-01-08T09:30:00Z").hours(0);
        assert_eq!(world.value("ada", "city"), "Oslo");
        assert_eq!(world.times("ada", "w"), 2, "{other}");
    }
}
