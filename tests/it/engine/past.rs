//! Conditions on the past, and one record among many.

use flow::base::Name;
use flow::engine::InputBody;
use flow::model::{SegmentId, Value};

use super::world::World;

/// Whether each of these conditions holds for a contact now.
fn holding(world: &mut World, handle: &str, count: usize) -> Vec<bool> {
    let before: Vec<usize> = (0..count)
        .map(|at| world.times(handle, &format!("w{at}")))
        .collect();
    world.does(handle, "ping", &[]);
    let now = (0..count).map(|at| world.times(handle, &format!("w{at}")));
    now.zip(before).map(|(now, before)| now > before).collect()
}

/// A workflow for each condition, which enrols by `ping` where it holds.
fn asking(conditions: &[&str], besides: &str) -> World {
    let mut program = besides.to_owned();
    for (at, condition) in conditions.iter().enumerate() {
        program.push_str(&format!(
            "\nworkflow w{at} on contact {{ enroll on ping only when {condition} reenroll always steps {{}} }}"
        ));
    }
    World::new(&program)
}

const INSIDE: &str = "
    workflow course on contact {
      enroll on pong
      goal when stage == customer
      reenroll on pong
      steps { wait 1 day }
    }";

/// proves: E2, I6
#[test]
fn what_became_of_a_record_in_a_workflow() {
    let tests = [
        "active in course",
        "ever enrolled in course",
        "completed in course",
        "met goal of course",
    ];
    let mut world = asking(&tests, INSIDE);
    world.contact("ada", &[]);
    assert_eq!(holding(&mut world, "ada", 4), [false; 4]);
    world.does("ada", "pong", &[]);
    assert_eq!(holding(&mut world, "ada", 4), [true, true, false, false]);
    world.restart();
    world.hours(25);
    assert_eq!(holding(&mut world, "ada", 4), [false, true, true, false]);
    world.does("ada", "pong", &[]);
    world.set("ada", &[("stage", "customer")]);
    assert_eq!(holding(&mut world, "ada", 4), [false, true, true, true]);
}

/// proves: E2, L2
#[test]
fn beginning_and_ending_are_transitions() {
    let mut world = World::new(&format!(
        "{INSIDE}
        workflow after on contact {{ enroll when completed in course steps {{ set city = \"done\" }} }}
        workflow beside on contact {{ enroll when active in course steps {{ wait 9 days }} }}
        workflow aside on contact {{ enroll on pong suppress when active in course steps {{ set name = \"sent\" }} }}
        workflow zeta on contact {{ enroll on pong suppress when active in course steps {{ set name = \"sent\" }} }}"
    ));
    world.contact("ada", &[]);
    world.does("ada", "pong", &[]);
    assert_eq!(world.times("ada", "beside"), 1);
    // All workflows are considered before any takes a step, whatever its name.
    assert_eq!(world.path("ada", "aside"), ["enrolled", "left suppressed"]);
    assert_eq!(world.path("ada", "zeta"), ["enrolled", "left suppressed"]);
    assert_eq!(world.value("ada", "name"), "unknown");
    assert_eq!(world.times("ada", "after"), 0);
    world.hours(25);
    assert_eq!(world.value("ada", "city"), "done");
    assert_eq!(world.times("ada", "after"), 1);
}

/// What ended at the instant of a deletion has ended.
/// proves: L4
#[test]
fn what_was_completed_stays_so_through_a_deletion() {
    let mut world = World::new(
        "workflow a on contact { enroll on ping steps { delete } }
        workflow b on contact { enroll on ping steps {} }
        workflow c on contact { enroll on pong only when completed in b steps { set city = \"done\" } }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    assert_eq!(world.path("ada", "b"), ["enrolled", "left completed"]);
    world.restore("ada");
    world.does("ada", "pong", &[]);
    assert_eq!(world.value("ada", "city"), "done");
}

/// proves: I5
#[test]
fn workflows_that_follow_each_other_come_to_an_end() {
    let mut world = World::new(
        "workflow a on contact { enroll on ping enroll when completed in b reenroll always steps {} }
         workflow b on contact { enroll when completed in a reenroll always steps {} }
         workflow c on contact { enroll on ping unenroll when active in c reenroll always steps { wait 1 day } }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    assert_eq!(world.times("ada", "a"), 2);
    assert_eq!(world.times("ada", "b"), 1);
    assert_eq!(
        world.path("ada", "c"),
        ["enrolled", "left unenroll_condition"]
    );
}

/// proves: D3, I5
#[test]
fn a_moment_comes_once_whatever_follows_from_it() {
    let mut world = World::new(
        "workflow a on contact { enroll at day steps { wait 1 day } }
         workflow b on contact {
           enroll when not active in a
           enroll at day
           steps { wait 90 days }
         }",
    );
    world.contact("ada", &[("day", "2026-01-20")]);
    world.at("2026-01-20T00:00:00Z");
    assert!(world.inside("ada", "a"));
    let path = world.path("ada", "b");
    let refused = path.iter().filter(|line| line.starts_with("refused"));
    assert_eq!(refused.count(), 1, "{path:?}");
}

/// proves: X5
#[test]
fn the_import_that_created_or_touched_a_record() {
    let mut world = asking(
        &["imported from \"fair\"", "not imported from \"list\""],
        "",
    );
    world.contact("ada", &[]);
    assert_eq!(holding(&mut world, "ada", 2), [false, true]);
    let object = world
        .prepared()
        .program
        .catalog
        .object(&flow::base::Name::new("contact"));
    let object = object.expect("declared");
    let email = world.prepared().program.catalog.objects[object].property("email");
    let values = |text: &str| vec![(email.expect("declared"), Value::Text(text.into()))];
    for (import, who) in [("fair", "ada@acme.example"), ("list", "ada@acme.example")] {
        world.input(InputBody::Import(import.into(), object, values(who)).into());
    }
    assert_eq!(holding(&mut world, "ada", 2), [true, false]);
    world.restart();
    assert_eq!(holding(&mut world, "ada", 2), [true, false]);
}

/// proves: N2
#[test]
fn what_a_property_was() {
    let mut world = asking(
        &[
            "city was ever \"Oslo\"",
            "city was never \"Oslo\"",
            "stage was ever in (lead, mql)",
            "email was ever \"OLD@acme.example\"",
            "name was ever city",
        ],
        "",
    );
    world.contact("ada", &[]);
    let all = |world: &mut World| holding(world, "ada", 5);
    assert_eq!(all(&mut world), [false, true, false, false, false]);
    world.set(
        "ada",
        &[("city", "Oslo"), ("stage", "lead"), ("name", "Bergen")],
    );
    world.set(
        "ada",
        &[
            ("city", "unknown"),
            ("stage", "customer"),
            ("email", "old@acme.example"),
        ],
    );
    world.set("ada", &[("email", "new@acme.example"), ("name", "unknown")]);
    assert_eq!(all(&mut world), [true, false, true, true, false]);
    world.restart();
    world.set("ada", &[("city", "Bergen")]);
    assert_eq!(all(&mut world), [true, false, true, true, true]);
}

/// proves: N2, D2
#[test]
fn when_a_property_changed_last() {
    let mut world = asking(
        &[
            "city changed within last 7 days",
            "city not changed within last 7 days",
            "owner.name changed within last 2 hours",
        ],
        "",
    );
    world.contact("ada", &[("city", "Oslo")]);
    world.create("user", "kim", &[]);
    // What a record is born with is no change.
    assert_eq!(holding(&mut world, "ada", 3), [false, true, false]);
    world.link("ada", "owner", "kim", None);
    world.set("ada", &[("city", "Bergen")]);
    world.set("kim", &[("name", "Kim")]);
    assert_eq!(holding(&mut world, "ada", 3), [true, false, true]);
    world.restart();
    assert_eq!(holding(&mut world, "ada", 3), [true, false, true]);
    world.hours(3);
    assert_eq!(holding(&mut world, "ada", 3), [true, false, false]);
    world.hours(8 * 24);
    assert_eq!(holding(&mut world, "ada", 3), [false, true, false]);
}

/// proves: E14
#[test]
fn events_of_the_past_are_counted_within_their_bounds() {
    let mut world = asking(
        &[
            "happened pong",
            "not happened pong",
            "happened pong where (url contains \"/pricing\") at least 2 times",
            "happened pong within last 2 days",
            "happened pong at least 2 times within last 3 hours",
            "happened pong at most 1 times",
            "happened pong before 2026-01-06",
        ],
        "",
    );
    world.contact("ada", &[]);
    let all = |world: &mut World| holding(world, "ada", 7);
    assert_eq!(
        all(&mut world),
        [false, true, false, false, false, true, false]
    );
    world.does("ada", "pong", &[("url", "https://a.example/")]);
    assert_eq!(
        all(&mut world),
        [true, false, false, true, false, true, true]
    );
    world.does("ada", "pong", &[("url", "https://a.example/pricing")]);
    world.restart();
    assert_eq!(
        all(&mut world),
        [true, false, false, true, true, false, true]
    );
    world.hours(4);
    world.does("ada", "pong", &[("url", "https://a.example/pricing")]);
    assert_eq!(
        all(&mut world),
        [true, false, true, true, false, false, true]
    );
    world.hours(72);
    assert_eq!(
        all(&mut world),
        [true, false, true, false, false, false, true]
    );
}

/// proves: E13, E14
#[test]
fn the_past_of_linked_records_is_heard() {
    let mut world = World::new(
        "segment readers on contact when happened pong at least 2 times
         segment vip on contact static
         segment best on contact when in segment vip and city was ever \"Oslo\"
         workflow saw on company { enroll when any employees where (happened pong) steps {} }
         workflow read on company { enroll when any employees where (in segment readers) steps {} }
         workflow knew on company { enroll when any employees where (in segment best) steps {} }
         workflow met on company { enroll when any employees where (active in course) steps {} }
         workflow course on contact { steps { wait 1 day } }",
    );
    world.create("company", "acme", &[]);
    world.contact("ada", &[]);
    let times = |world: &World| ["saw", "read", "knew", "met"].map(|w| world.times("acme", w));
    world.does("ada", "pong", &[]);
    world.link("acme", "employees", "ada", None);
    assert_eq!(times(&world), [1, 0, 0, 0]);
    world.restart();
    world.does("ada", "pong", &[]);
    assert_eq!(times(&world), [1, 1, 0, 0]);
    world.set("ada", &[("city", "Oslo")]);
    world.set("ada", &[("city", "Bergen")]);
    assert_eq!(times(&world), [1, 1, 0, 0]);
    world.member("ada", "vip", true);
    assert_eq!(times(&world), [1, 1, 1, 0]);
    world.restart();
    world.enroll("ada", "course");
    assert_eq!(times(&world), [1, 1, 1, 1]);
}

/// proves: N2
#[test]
fn one_record_among_many_is_chosen() {
    let mut world = World::new(
        "workflow w on contact {
           enroll on ping
           reenroll always
           steps {
             set name = first(companies by size desc where tier != gold).name ?? \"none\"
             set city = last(companies by size).name ?? \"none\"
             set bonus = first(companies).size ?? 0
           }
         }",
    );
    world.contact("ada", &[]);
    let chosen = |world: &mut World| {
        world.does("ada", "ping", &[]);
        [world.value("ada", "name"), world.value("ada", "city")]
    };
    assert_eq!(chosen(&mut world), ["none", "none"]);
    for (name, size, tier) in [
        ("c", "unknown", "silver"),
        ("a", "5", "bronze"),
        ("b", "9", "gold"),
        ("d", "5", "silver"),
    ] {
        world.create(
            "company",
            name,
            &[("name", name), ("size", size), ("tier", tier)],
        );
        world.link("ada", "companies", name, None);
    }
    // Of equals the one that was linked first; what is unknown comes last.
    assert_eq!(chosen(&mut world), ["a", "b"]);
    assert_eq!(world.value("ada", "bonus"), "0");
    world.set("d", &[("size", "7")]);
    world.unlink("ada", "companies", "b", None);
    assert_eq!(chosen(&mut world), ["d", "d"]);
}

/// What conditions of the program ask of the past: what they see.
const LOOKING_BACK: [&str; 7] = [
    "happened ping where (n > 1) at least 2 times",
    "happened pong within last 3 days",
    "city was ever \"Oslo\"",
    "city changed within last 7 days",
    "name changed within last 7 days",
    "completed in course",
    "imported from \"fair\"",
];

/// proves: V6
#[test]
fn conditions_see_what_was_before_their_program() {
    let mut world = World::new(INSIDE);
    let (object, declared) = {
        let catalog = &world.prepared().program.catalog;
        let object = catalog.object(&Name::new("contact")).expect("declared");
        (object, catalog.objects[object].property("email"))
    };
    let ada = Value::Text("ada@acme.example".into());
    world.contact("ada", &[("name", "Ada")]);
    let values = vec![(declared.expect("declared"), ada)];
    world.input(InputBody::Import("fair".into(), object, values).into());
    world.hours(1).set("ada", &[("city", "Oslo")]);
    world.set("ada", &[("city", "Bergen")]);
    for n in ["1", "2", "3"] {
        world.does("ada", "ping", &[("n", n)]);
    }
    world.does("ada", "pong", &[("url", "https://a.example/")]);
    world.hours(25);
    let mut program = INSIDE.to_owned();
    for (at, condition) in LOOKING_BACK.iter().enumerate() {
        program.push_str(&format!(
            "\nsegment s{at} on contact when {condition}
             workflow w{at} on contact {{ enroll when in segment s{at} steps {{}} }}"
        ));
    }
    world.edit(&program).expect("it goes with what is there");
    let sees = |world: &World| {
        let state = world.state();
        let ada = state.record(world.id("ada")).expect("she is there");
        (0..7)
            .map(|at| state.is_member(ada, SegmentId::at(at)))
            .collect::<Vec<bool>>()
    };
    let all = [true, true, true, true, false, true, true];
    assert_eq!(sees(&world), all);
    // It is no transition: nobody enrols by it.
    assert!((0..7).all(|at| world.times("ada", &format!("w{at}")) == 0));
    world.restart();
    assert_eq!(sees(&world), all);
    world
        .edit(&program.replace("at least 2 times", "at least 3 times"))
        .expect("it goes");
    assert_eq!(sees(&world), [false, true, true, true, false, true, true]);
    world.does("ada", "ping", &[("n", "9")]);
    assert_eq!(sees(&world), all);
}
