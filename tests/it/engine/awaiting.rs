//! Waits for events and conditions.

use flow::engine::message::Switching;

use super::freeze::again;
use super::world::World;

/// A contact inside a workflow with these steps, after `ping` with 7.
fn inside(steps: &str) -> World {
    let mut world = World::new(&format!(
        "workflow w on contact {{ enroll on ping steps {{ {steps} }} }}"
    ));
    world.contact("ada", &[]);
    world.does("ada", "ping", &[("n", "7")]);
    world
}

/// What came of it since the enrolment; that `ping` enrols nobody twice aside.
fn path(world: &World) -> Vec<String> {
    let mut path = world.path("ada", "w").split_off(1);
    path.retain(|line| !line.starts_with("refused"));
    path
}

/// proves: W3
#[test]
fn a_wait_for_an_event_counts_what_comes_after_it_began() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps {
           wait 1 day
           wait for pong max 2 days
           set city = \"on\"
         } }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    world.does("ada", "pong", &[]);
    world.hours(25);
    assert!(world.inside("ada", "w"), "the event came before the wait");
    world.does("ada", "pong", &[]);
    assert_eq!(
        path(&world),
        [
            "wait_began wait_1 2026-01-06T09:00:00Z",
            "wait_ended wait_1",
            "wait_began wait_2 2026-01-08T09:00:00Z",
            "wait_ended wait_2 met",
            "step set_1",
            "left completed"
        ]
    );
    // Without the event it goes on when the longest time is over.
    let mut world = inside("wait for pong max 2 days set city = \"on\"");
    world.hours(48);
    assert_eq!(
        path(&world)[1..],
        ["wait_ended wait_1 timeout", "step set_1", "left completed"]
    );
    // One that waits forever waits on.
    let mut world = inside("wait for pong forever");
    world.hours(24 * 3_000);
    assert_eq!(path(&world), ["wait_began wait_1"]);
}

/// proves: W3, I5
#[test]
fn one_occurrence_ends_one_wait() {
    // That which enrols ends none, and that which ends a wait ends no other.
    let mut world = inside("wait for ping forever wait for ping forever");
    assert_eq!(path(&world), ["wait_began wait_1"]);
    world.does("ada", "ping", &[]);
    assert_eq!(
        path(&world)[1..],
        ["wait_ended wait_1 met", "wait_began wait_2"]
    );
    world.does("ada", "ping", &[]);
    assert!(!world.inside("ada", "w"));
}

/// proves: W3
#[test]
fn an_event_is_judged_by_its_own_properties_and_keeps_its_name() {
    let mut world = inside(
        "wait for ping where n > event.n and city == \"Oslo\" as hit max 3 days {
           met { set score = hit.n }
           timeout { set name = \"late\" }
         }
         branch { case when hit is known { set city = \"met {hit.n}\" } else { set city = \"none\" } }",
    );
    world.does("ada", "ping", &[("n", "9")]);
    world.set("ada", &[("city", "Oslo")]);
    world.does("ada", "ping", &[("n", "7")]);
    assert_eq!(path(&world).len(), 1, "{:?}", path(&world));
    world.does("ada", "ping", &[("n", "8")]);
    assert_eq!(world.value("ada", "score"), "8");
    assert_eq!(world.value("ada", "city"), "met 8");
    assert_eq!(path(&world)[1], "wait_ended wait_1 met");
    let entries = &world.scenario.carrier().entries;
    let read = entries.iter().find_map(|entry| match &entry.what {
        flow::engine::decision::What::WaitEnded(Some(ending)) => Some(ending.read.clone()),
        _ => None,
    });
    assert_eq!(read, Some(vec![("city".into(), "Oslo".into())]));
}

/// proves: W3
#[test]
fn built_in_events_end_waits_too() {
    let events = [
        ("changed stage from lead to mql", ["stage", "lead", "mql"]),
        ("changed city", ["city", "x", "y"]),
    ];
    for (event, [property, first, second]) in events {
        let mut world = inside(&format!("wait for {event} forever"));
        world.set("ada", &[("score", "3")]);
        world.set("ada", &[(property, first)]);
        world.set("ada", &[(property, second)]);
        assert!(!world.inside("ada", "w"), "{event}");
    }
    let mut world = World::new(
        "segment vip on contact static
         segment rich on contact when score > 10
         workflow v on contact { enroll on ping steps { wait for joined vip forever wait for left vip forever } }
         workflow w on contact { enroll on ping steps { wait for joined rich forever wait for left rich forever } }
         workflow f on contact { enroll on ping steps { wait for action_failed where action == \"set\" as why forever { met { set name = why.error } } } }",
    );
    world.contact("ada", &[]);
    world.contact("bob", &[("email", "bob@acme.example")]);
    world.does("ada", "ping", &[]);
    for joins in [true, false] {
        assert!(world.inside("ada", "v"));
        world.member("ada", "vip", joins);
    }
    assert!(!world.inside("ada", "v"));
    for score in ["11", "10"] {
        assert!(world.inside("ada", "w"));
        world.set("ada", &[("score", score)]);
    }
    assert!(!world.inside("ada", "w"));
    assert!(world.inside("ada", "f"));
}

/// proves: W5
#[test]
fn a_wait_until_a_condition_ends_at_the_transition_or_at_once() {
    let steps = "wait until score > 10 and city == \"Oslo\" max 3 days { met { set name = \"met\" } timeout { set name = \"late\" } }";
    let mut world = inside(steps);
    world.set("ada", &[("score", "11")]);
    world.hours(24);
    world.set("ada", &[("city", "Bergen")]);
    assert_eq!(path(&world), ["wait_began wait_1 2026-01-08T09:00:00Z"]);
    world.set("ada", &[("city", "Oslo")]);
    assert_eq!(
        path(&world)[1..],
        ["wait_ended wait_1 met", "step set_1", "left completed"]
    );
    // It holds already.
    let mut world = World::new(&format!(
        "workflow w on contact {{ enroll on ping steps {{ {steps} }} }}"
    ));
    world.contact("ada", &[("score", "12"), ("city", "Oslo")]);
    world.does("ada", "ping", &[]);
    assert_eq!(
        path(&world),
        ["wait_ended wait_1 met", "step set_1", "left completed"]
    );
    // Never.
    let mut world = inside(steps);
    world.hours(72);
    assert_eq!(world.value("ada", "name"), "late");
}

/// proves: W5, E13
#[test]
fn conditions_of_waits_see_linked_records_and_segments() {
    let mut world = World::new(
        "segment rich on contact when any companies where (size > 100)
         segment vip on contact static
         workflow w on contact { enroll on ping steps {
           wait until in segment rich forever
           wait until in segment vip forever
         } }",
    );
    world.contact("ada", &[]);
    world.create(
        "company",
        "acme",
        &[("domain", "acme.example"), ("size", "50")],
    );
    world.does("ada", "ping", &[]);
    world.link("ada", "companies", "acme", None);
    assert_eq!(path(&world), ["wait_began wait_1"]);
    world.set("acme", &[("size", "200")]);
    assert_eq!(path(&world).len(), 3, "{:?}", path(&world));
    world.member("ada", "vip", true);
    assert!(!world.inside("ada", "w"));
}

/// proves: W3, W5
#[test]
fn whichever_comes_first_is_taken_in_the_order_of_the_text() {
    let first = "wait for first {
        case ping where n > 10 as hit { set city = \"ping {hit.n}\" }
        case changed score { set city = \"changed\" }
        case when score > 10 { set city = \"score\" }
        timeout 2 days { set city = \"late\" }
      }";
    let mut world = inside(first);
    world.does("ada", "ping", &[("n", "11")]);
    assert_eq!(world.value("ada", "city"), "ping 11");
    assert_eq!(
        path(&world)[1],
        "wait_ended wait_1 case ping where n > 10 as hit"
    );
    // One input brings both: the first of the text is taken.
    let mut world = inside(first);
    world.set("ada", &[("score", "11")]);
    assert_eq!(world.value("ada", "city"), "changed");
    let mut world = inside(first);
    world.hours(48);
    assert_eq!(world.value("ada", "city"), "late");
    assert_eq!(path(&world)[1], "wait_ended wait_1 timeout");
    // Several arms bind one name: behind the wait it is that which came.
    let mut world = inside(
        "wait for first { case pong as hit {} case ping as hit {} timeout 2 days {} }
         set city = \"{hit.n ?? \"none\"}\"",
    );
    world.does("ada", "ping", &[("n", "3")]);
    assert_eq!(world.value("ada", "city"), "3");
}

/// proves: I6, W3
#[test]
fn workflows_are_considered_before_waits_go_on_in_the_order_of_workflows_and_keys() {
    let mut world = World::new(
        "workflow b on contact { enroll on ping per event.key steps { wait for pong forever set city = \"b {event.key}\" } }
         workflow a on contact { enroll on ping steps { wait for pong forever set city = \"a\" } }
         workflow c on contact { enroll on pong steps { set city = \"c\" } }
         workflow d on contact { enroll on ping unenroll on pong steps { wait for pong forever set city = \"d\" } }",
    );
    world.contact("ada", &[]);
    for key in ["y", "x"] {
        world.does("ada", "ping", &[("key", key)]);
    }
    let before = world.lines().len();
    world.does("ada", "pong", &[]);
    let lines = world.lines().split_off(before);
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(
        lines[..8],
        [
            "event pong",
            "c enrolled",
            "d left wait_1 unenroll_condition",
            "a wait_ended wait_1 met",
            "b wait_ended wait_1 met",
            "b wait_ended wait_1 met",
            "a step set_1",
            "b step set_1",
        ]
    );
    let wrote = lines.iter().filter(|line| line.starts_with("wrote"));
    let wrote: Vec<&&str> = wrote.collect();
    assert_eq!(
        wrote,
        [
            &"wrote city a",
            &"wrote city a b x",
            &"wrote city b x b y",
            &"wrote city b y c"
        ]
    );
}

/// proves: E17, L5, W3
#[test]
fn a_pause_holds_what_a_wait_has_led_to_and_off_lets_waits_end() {
    let steps =
        "wait for pong max 2 days { met { set city = \"met\" } timeout { set city = \"late\" } }";
    let mut world = inside(steps);
    world.switch("w", Switching::Pause);
    world.does("ada", "pong", &[]);
    world.hours(72);
    assert_eq!(world.value("ada", "city"), "unknown");
    world.switch("w", Switching::Resume);
    world.hours(0);
    assert_eq!(world.value("ada", "city"), "met", "the event was not lost");
    // A pause in which nothing came: the longest time is over at its end.
    let mut world = inside(steps);
    world.switch("w", Switching::Pause);
    world.hours(72);
    world.switch("w", Switching::Resume);
    world.hours(0);
    assert_eq!(world.value("ada", "city"), "late");
    let mut world = inside(steps);
    world.switch("w", Switching::Off);
    world.does("ada", "pong", &[]);
    assert_eq!(
        path(&world)[1..],
        [
            "wait_ended wait_1 met",
            "skipped set_1 workflow_off",
            "left completed"
        ]
    );
}

#[test]
fn waits_and_occurrences_are_frozen_and_thawed() {
    let mut world = inside(
        "again: wait for ping as hit max 2 days { met {} timeout {} }
         wait until score > 10 and city == \"{hit.n ?? 0}\" forever
         goto again",
    );
    world.does("ada", "ping", &[("n", "4")]);
    world.set("ada", &[("score", "11")]);
    let other = again(world.scenario.machine());
    let id = world.id("ada");
    assert_eq!(other.state().record(id), world.state().record(id));
    world.set("ada", &[("city", "4")]);
    let other = again(world.scenario.machine());
    assert_eq!(other.state().record(id), world.state().record(id));
    assert_eq!(
        path(&world).last().map(String::as_str),
        Some("wait_began again 2026-01-07T09:00:00Z")
    );
}

/// proves: V2
#[test]
fn a_changed_wait_takes_effect_from_the_moment_it_began() {
    let flow =
        |steps: &str| format!("workflow w on contact {{ enroll on ping steps {{ {steps} }} }}");
    let begun = || {
        let mut world = inside("it: wait for pong as hit max 10 days set city = \"on\"");
        world.hours(48);
        world
    };
    let edited = |steps: &str| {
        let mut world = begun();
        world.edit(&flow(steps)).expect("it is published");
        world.hours(0);
        world
    };
    // Longer, another event, a condition, an amount of time: all from the same beginning.
    let mut world = edited("it: wait for pong max 4 days set city = \"on\"");
    world.hours(47);
    assert!(world.inside("ada", "w"));
    world.hours(1);
    assert!(!world.inside("ada", "w"));
    let world = edited("it: wait for pong max 1 day set city = \"on\"");
    assert!(!world.inside("ada", "w"), "it is over by now");
    let mut world = edited("it: wait for ping as other forever set city = \"on {other.n}\"");
    world.does("ada", "pong", &[]);
    assert!(world.inside("ada", "w"));
    world.does("ada", "ping", &[("n", "2")]);
    assert_eq!(world.value("ada", "city"), "on 2");
    let world = edited("it: wait until score < 5 forever set city = \"on\"");
    assert!(!world.inside("ada", "w"), "it holds already");
    let mut world = edited("it: wait 4 days set city = \"on\"");
    world.hours(47);
    assert!(world.inside("ada", "w"));
    world.hours(1);
    assert!(!world.inside("ada", "w"));
    // And a wait for time that becomes one for an event.
    let mut world = inside("it: wait 10 days set city = \"on\"");
    world.hours(48);
    world
        .edit(&flow("it: wait for pong max 4 days set city = \"on\""))
        .expect("it is published");
    world.hours(47);
    assert!(world.inside("ada", "w"));
    world.does("ada", "pong", &[]);
    assert!(!world.inside("ada", "w"));
}

/// proves: V2
#[test]
fn what_was_waited_for_keeps_its_name_over_an_edit() {
    let mut world = inside(
        "wait for pong as hit forever wait for ping as two forever set city = \"{two.n}\" wait 2 days set name = \"{hit.url} {two.n}\"",
    );
    world.does("ada", "pong", &[("url", "https://acme.example")]);
    world.does("ada", "ping", &[("n", "5")]);
    world
        .edit("workflow w on contact { enroll on ping steps { set score = 1 wait for pong as hit forever wait for ping as two forever set city = \"{two.n}\" wait 2 days set name = \"{two.n} {hit.url}\" } }")
        .expect("it is published");
    world.hours(48);
    assert_eq!(world.value("ada", "name"), "5 https://acme.example");
}

/// A loop comes to the next time of day, and does not go round at one instant.
#[test]
fn a_loop_never_goes_round_at_one_instant() {
    let count = |steps: &str, hours: i64| {
        let mut world = inside(steps);
        world.set("ada", &[("flag", "true")]);
        world.hours(hours);
        world
            .value("ada", "score")
            .parse::<i64>()
            .expect("it is a number")
    };
    // Every day at nine, in Oslo, from the next day on: 09:00 UTC is later.
    assert_eq!(
        count("again: wait until 09:00 set score += 1 goto again", 24 * 5),
        5
    );
    assert_eq!(
        count(
            "again: wait until mon, tue at 09:00 do log { text: \"x\" } set score += 1 goto again",
            24 * 14
        ),
        4
    );
    // The moment is past, or the condition holds: it waits a minute, or for the next transition.
    assert_eq!(
        count("again: wait until 2026-01-01 set score += 1 goto again", 1),
        61
    );
    let mut world = inside("again: wait until flag forever set score += 1 goto again");
    for flag in ["true", "false", "true"] {
        world.set("ada", &[("flag", flag)]);
        world.hours(1);
    }
    assert_eq!(world.value("ada", "score"), "2");
    let steps =
        "one: wait until flag forever set score += 1 two: wait until flag max 1 hour goto one";
    assert_eq!(count(steps, 5), 1);
}

/// proves: W5
#[test]
fn a_condition_turns_true_by_the_passing_of_time() {
    let mut world = inside(
        "wait until due < 2 days ago max 10 days { met { set city = \"met\" } timeout { set city = \"late\" } }",
    );
    world.set("ada", &[("due", "2026-01-06T12:00:00Z")]);
    // Two days after the sixth are over as soon as the ninth begins in Oslo.
    world.at("2026-01-08T22:59:59Z");
    assert!(world.inside("ada", "w"));
    // A later date moves the instant.
    world.set("ada", &[("due", "2026-01-07T12:00:00Z")]);
    world.at("2026-01-09T22:59:59Z");
    assert!(world.inside("ada", "w"));
    world.at("2026-01-09T23:00:00Z");
    assert_eq!(world.value("ada", "city"), "met");
    // One that would turn later than the longest time does not come to it.
    let mut world = inside(
        "wait until due < 20 days ago max 1 day { met { set city = \"met\" } timeout { set city = \"late\" } }",
    );
    world.set("ada", &[("due", "2026-01-06T12:00:00Z")]);
    world.hours(24 * 40);
    assert_eq!(world.value("ada", "city"), "late");
}

/// proves: E12, W3
#[test]
fn time_alone_brings_the_joining_that_a_wait_waits_for() {
    // Found by the model: nothing but the waits follows these segments.
    let mut world = World::new(
        "segment late on contact when due < 1 hour ago
         segment fresh on contact when created_at within last 5 hours
         workflow v on contact { enroll on ping steps { wait for joined late max 3 days wait 1 hour } }
         workflow w on contact { enroll on ping steps { wait for left fresh max 3 days } }",
    );
    world.contact("ada", &[("due", "2026-01-05T12:00:00Z")]);
    world.does("ada", "ping", &[]);
    world.hours(4);
    assert_eq!(world.path("ada", "v").len(), 2, "it is not late yet");
    world.hours(1);
    // The path goes on from the instant at which it turned.
    assert_eq!(
        world.path("ada", "v")[2..],
        [
            "wait_ended wait_1 met",
            "wait_began wait_2 2026-01-05T14:00:00.000001Z"
        ]
    );
    assert!(world.inside("ada", "w"), "it is fresh still");
    world.hours(1);
    assert!(!world.inside("ada", "w"));
}
