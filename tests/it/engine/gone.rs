//! Records that are deleted, restored and merged.

use flow::base::{Name, Uid};
use flow::engine::decision::Answer;
use flow::engine::frozen::v1::state;
use flow::engine::{Engine, InputBody, Order};
use flow::model::Value;

use super::world::World;

const WAITS: &str = "
workflow a on contact { enroll on ping reenroll always steps { wait 5 days set city = \"late\" } }
workflow kept on contact { enroll on ping on merge keep steps { wait 5 days set score += 100 } }
";

fn last(world: &World, handle: &str, workflow: &str) -> Option<String> {
    world.path(handle, workflow).pop()
}

/// proves: L4, I5, A10
#[test]
fn what_is_under_way_about_a_record_ends_before_it_is_deleted() {
    let mut world = World::new(
        "workflow a on contact { enroll on ping steps { set email = \"new@acme.example\" } }
         workflow b on contact { enroll on ping steps { delete } }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    let ada = world.state().record(world.id("ada"));
    assert!(ada.is_none_or(|ada| ada.gone.is_some()), "it is deleted");
    assert_eq!(last(&world, "ada", "a").as_deref(), Some("left completed"));
    for (handle, email) in [("bob", "new@acme.example"), ("eve", "ada@acme.example")] {
        let answer = world.contact(handle, &[("email", email)]);
        assert!(
            matches!(answer, Some(Answer::Created(_))),
            "{email}: {answer:?}"
        );
    }
}

/// proves: L4, E4, I1
#[test]
fn a_deleted_record_leaves_everything_and_is_no_record() {
    let mut world = World::new(&format!(
        "{WAITS} workflow none on contact {{ enroll when count(companies) == 0 steps {{}} }}
         workflow few on company {{ enroll when count(employees) == 0 steps {{}} }}"
    ));
    world.contact("ada", &[]);
    world.create("company", "acme", &[]);
    world.link("ada", "companies", "acme", None);
    world.does("ada", "ping", &[]);
    assert_eq!(world.delete("ada"), Some(Answer::Accepted(world.id("ada"))));
    assert_eq!(
        last(&world, "ada", "a").as_deref(),
        Some("left wait_1 deleted")
    );
    assert_eq!(
        last(&world, "ada", "kept").as_deref(),
        Some("left wait_1 deleted")
    );
    assert_eq!(world.times("acme", "few"), 1, "a link to it is a link lost");
    assert_eq!(
        world.times("ada", "none"),
        0,
        "its own links are nobody's concern"
    );
    assert!(matches!(
        world.does("ada", "ping", &[]),
        Some(Answer::NoRecord(_))
    ));
    assert!(matches!(
        world.set("ada", &[("city", "Oslo")]),
        Some(Answer::NoRecord(_))
    ));
    assert!(matches!(
        world.enroll("ada", "a"),
        Some(Answer::NoRecord(_))
    ));
    world.hours(24 * 6);
    assert_eq!(world.value("ada", "city"), "unknown", "no timer is left");
    assert_eq!(world.state().records().count(), 1);
    assert!(matches!(world.delete("ada"), Some(Answer::NoRecord(_))));
}

/// proves: L4, E2
#[test]
fn a_restored_record_has_what_it_had_and_is_in_no_workflow() {
    let mut world = World::new(&format!(
        "{WAITS} workflow big on contact {{ enroll when any companies where (size > 5) reenroll always steps {{}} }}
         workflow rich on contact {{ enroll when score > 5 steps {{}} }}"
    ));
    world.contact("ada", &[("score", "1")]);
    world.create("company", "acme", &[("size", "1")]);
    world.link("ada", "companies", "acme", Some("boss"));
    world.does("ada", "ping", &[]);
    assert!(
        matches!(world.restore("ada"), Some(Answer::Refused(_))),
        "it is there"
    );
    world.delete("ada");
    world.set("acme", &[("size", "9")]);
    assert_eq!(
        world.restore("ada"),
        Some(Answer::Accepted(world.id("ada")))
    );
    assert!(!world.inside("ada", "a"), "it does not resume");
    assert_eq!(world.times("ada", "big"), 0, "what is true is re-based");
    let ada = world.state().record(world.id("ada")).expect("it is back");
    assert_eq!(ada.ends.len(), 1);
    assert!(
        ada.ends[0]
            .labels
            .iter()
            .any(|label| label.as_str() == "boss")
    );
    world.set("acme", &[("size", "2")]);
    world.set("acme", &[("size", "8")]);
    assert_eq!(world.times("ada", "big"), 1, "and it hears again");
    world.set("ada", &[("score", "6")]);
    assert_eq!(world.times("ada", "rich"), 1);
    world.does("ada", "ping", &[]);
    assert!(world.inside("ada", "a"));
}

/// proves: L4, X5
#[test]
fn an_import_touches_no_deleted_record() {
    let mut world = World::new("");
    world.contact("ada", &[]);
    world.contact("bob", &[]);
    world.merge("ada", "bob");
    world.delete("bob");
    let object = world
        .prepared()
        .program
        .catalog
        .object(&Name::new("contact"));
    let object = object.expect("declared");
    let declared = &world.prepared().program.catalog.objects[object];
    let [email, city] = ["email", "city"].map(|name| declared.property(name).expect("declared"));
    let text = |text: &str| Value::Text(text.into());
    let values = vec![(email, text("ada@acme.example")), (city, text("Oslo"))];
    let answer = world.input(InputBody::Import("fair".into(), object, values).into());
    let why = "its unique value leads to a deleted contact";
    assert_eq!(answer, Some(Answer::Refused(why.into())));
    world.restore("bob");
    assert_eq!(world.value("bob", "city"), "unknown");
}

/// proves: L4, I5
#[test]
fn a_unique_value_is_free_once_its_record_is_deleted() {
    let mut world = World::new(WAITS);
    world.contact("ada", &[("email", "one@acme.example")]);
    world.delete("ada");
    world.contact("bob", &[("email", "one@acme.example")]);
    assert_eq!(world.state().records().count(), 1, "the value was free");
    assert!(
        matches!(world.restore("ada"), Some(Answer::Refused(_))),
        "now it is not"
    );
    assert!(matches!(
        world.does("ada", "ping", &[]),
        Some(Answer::NoRecord(_))
    ));
    world.set("bob", &[("email", "two@acme.example")]);
    assert_eq!(
        world.restore("ada"),
        Some(Answer::Accepted(world.id("ada")))
    );
    assert_eq!(world.state().records().count(), 2);
    world.contact("eve", &[("email", "one@acme.example")]);
    assert_eq!(world.state().records().count(), 2, "it is its own again");
}

/// proves: L4
#[test]
fn a_workflow_deletes_its_record() {
    let mut world = World::new(
        "workflow gone on contact { enroll on ping steps { delete } }
         workflow a on contact { enroll on ping steps { wait 5 days } }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    assert_eq!(
        world.path("ada", "gone"),
        [
            "enrolled",
            "step delete_1",
            "deleted delete_1",
            "left delete_1 deleted"
        ]
    );
    assert_eq!(
        last(&world, "ada", "a").as_deref(),
        Some("left wait_1 deleted")
    );
    assert_eq!(world.state().records().count(), 0);
}

/// proves: L4
#[test]
fn the_survivor_keeps_the_most_recent_value_of_each_property() {
    let mut world = World::new(WAITS);
    world.contact(
        "ada",
        &[
            ("name", "Ada"),
            ("stage", "lead"),
            ("bonus", "1"),
            ("day", "2026-01-01"),
        ],
    );
    world.hours(1);
    world.set("ada", &[("city", "Oslo"), ("score", "1")]);
    world.hours(1);
    world.contact("bob", &[("name", "Bob"), ("tags", "film")]);
    world.hours(1);
    world.set("bob", &[("score", "2")]);
    world.set("ada", &[("bonus", "2")]);
    world.hours(1);
    world.set(
        "bob",
        &[("bonus", "3"), ("day", "2026-02-02"), ("city", "Rome")],
    );
    world.set("bob", &[("city", "unknown")]);
    assert_eq!(
        world.merge("bob", "ada"),
        Some(Answer::Accepted(world.id("ada")))
    );
    let values = ["name", "stage", "city", "score", "bonus", "day", "tags"];
    let values = values.map(|name| world.value("ada", name));
    assert_eq!(
        values,
        [
            "Bob",        // written when it was created, later than hers
            "lead",       // his was a default that nobody wrote
            "Oslo",       // his was cleared: what is known stays
            "2",          // written later
            "3",          // written later
            "2026-02-02", // written later
            "film",       // she had none
        ]
    );
}

/// proves: L4, E4, X4
#[test]
fn what_names_the_loser_leads_to_the_survivor() {
    let mut world = World::new(WAITS);
    world.contact("ada", &[("email", "ada@acme.example")]);
    world.hours(1);
    world.contact("bob", &[("email", "bob@acme.example")]);
    world.merge("bob", "ada");
    assert_eq!(
        world.value("ada", "email"),
        "bob@acme.example",
        "the later one"
    );
    world.does("bob", "ping", &[]);
    assert!(world.inside("ada", "a"), "by its id");
    for email in ["bob@acme.example", "ada@acme.example", "BOB@acme.example"] {
        assert_eq!(
            world.owner("email", email),
            Some(world.id("ada")),
            "{email}"
        );
    }
    world.set("ada", &[("email", "new@acme.example")]);
    assert_eq!(
        world.owner("email", "bob@acme.example"),
        Some(world.id("ada")),
        "for ever"
    );
    world.contact("eve", &[("email", "bob@acme.example")]);
    assert_eq!(world.state().records().count(), 1);
    world.contact("kim", &[]);
    world.merge("ada", "kim");
    world.does("bob", "pong", &[]);
    assert!(
        world
            .lines()
            .iter()
            .any(|line| line.starts_with("event pong"))
    );
    assert_eq!(world.state().merged_into(world.id("bob")), world.id("kim"));
    assert_eq!(
        world
            .state()
            .record(world.id("kim"))
            .map(|cell| cell.merged.len()),
        Some(2),
        "both histories are its own"
    );
}

/// proves: L4
#[test]
fn the_loser_leaves_and_what_is_kept_moves_with_its_identity() {
    let mut world = World::new(WAITS);
    world.contact("ada", &[]);
    world.contact("bob", &[]);
    world.does("bob", "ping", &[]);
    let inside = |world: &World, handle: &str| -> Vec<Uid> {
        let cell = world.state().record(world.id(handle)).expect("it is there");
        cell.enrolments.iter().map(|of| of.id).collect()
    };
    let kept = inside(&world, "bob")[1];
    world.merge("bob", "ada");
    assert_eq!(
        last(&world, "bob", "a").as_deref(),
        Some("left wait_1 merged")
    );
    assert_eq!(inside(&world, "ada"), [kept]);
    assert!(world.path("ada", "kept")[0].starts_with("moved wait_1"));
    world.hours(24 * 5);
    assert_eq!(
        world.value("ada", "score"),
        "100",
        "it goes on where it was"
    );
    world.does("ada", "ping", &[]);
    assert!(last(&world, "ada", "kept").is_some_and(|line| line == "refused enrolled_before"));

    // Inside itself, the survivor keeps its own.
    world.contact("eve", &[]);
    world.does("eve", "ping", &[]);
    world.contact("kim", &[]);
    world.does("kim", "ping", &[]);
    let own = inside(&world, "kim");
    world.merge("eve", "kim");
    assert_eq!(inside(&world, "kim"), own);
    assert_eq!(
        last(&world, "kim", "kept").as_deref(),
        Some("left wait_1 merged")
    );
}

/// proves: L4, E2, E13
#[test]
fn links_come_along_and_nothing_turns_true_by_it() {
    let mut world = World::new(
        "workflow rich on contact { enroll when score > 5 reenroll always steps {} }
         workflow big on contact { enroll when any companies where (size > 5) reenroll always steps {} }
         workflow named on company { enroll when any employees where (name == \"Bob\") reenroll always steps {} }",
    );
    world.contact("ada", &[]);
    world.create("user", "kim", &[]);
    world.create("user", "lee", &[]);
    world.link("ada", "owner", "kim", None);
    world.hours(1);
    world.contact("bob", &[("score", "9"), ("name", "Bob")]);
    for (handle, size) in [("acme", "9"), ("both", "1")] {
        world.create("company", handle, &[("size", size)]);
        world.link("bob", "companies", handle, Some("boss"));
    }
    world.link("ada", "companies", "both", Some("billing"));
    world.link("bob", "owner", "lee", None);
    assert_eq!(world.times("both", "named"), 1);
    world.merge("bob", "ada");
    assert_eq!(
        (world.times("ada", "rich"), world.times("ada", "big")),
        (0, 0)
    );
    let ends = |world: &World, handle: &str| -> Vec<(Uid, usize)> {
        let cell = world.state().record(world.id(handle)).expect("it is there");
        let mut ends: Vec<_> = cell
            .ends
            .iter()
            .map(|end| (end.other, end.labels.len()))
            .collect();
        ends.sort();
        ends
    };
    let mut wanted = vec![
        (world.id("kim"), 0),
        (world.id("both"), 2),
        (world.id("acme"), 1),
    ];
    wanted.sort();
    assert_eq!(
        ends(&world, "ada"),
        wanted,
        "a `one` association keeps its own"
    );
    assert_eq!(ends(&world, "acme"), [(world.id("ada"), 1)]);
    assert_eq!(ends(&world, "both"), [(world.id("ada"), 2)]);
    assert_eq!(ends(&world, "lee"), []);
    assert_eq!(
        world.times("both", "named"),
        1,
        "she is called Bob by now, as he was"
    );
    world.set("acme", &[("size", "1")]);
    world.set("acme", &[("size", "7")]);
    assert_eq!(world.times("ada", "big"), 1, "it hears of what came along");
}

/// proves: L4
#[test]
fn links_find_the_survivor_by_the_identity_of_the_loser() {
    let mut world = World::new(WAITS);
    world.contact("ada", &[]);
    world.create("company", "acme", &[]);
    world.create("company", "zeta", &[]);
    world.link("ada", "companies", "zeta", None);
    world.merge("zeta", "acme");
    let ends = |world: &World| {
        let ada = world.state().record(world.id("ada"));
        ada.map_or(0, |ada| ada.ends.len())
    };
    assert_eq!(ends(&world), 1);
    world.unlink("ada", "companies", "zeta", None);
    assert_eq!(ends(&world), 0, "it was linked with the survivor");
    world.link("ada", "companies", "zeta", None);
    world.link("ada", "companies", "acme", None);
    assert_eq!(ends(&world), 1, "it is one link");
    assert!(matches!(world.delete("ada"), Some(Answer::Accepted(_))));
    assert_eq!(world.state().records().count(), 1, "nothing hangs");
}

/// proves: L4
#[test]
fn a_merge_that_cannot_be_is_refused() {
    let mut world = World::new(WAITS);
    world.contact("ada", &[]);
    world.contact("bob", &[]);
    assert!(matches!(
        world.merge("ada", "ada"),
        Some(Answer::Refused(_))
    ));
    world.delete("bob");
    assert!(matches!(
        world.merge("bob", "ada"),
        Some(Answer::Refused(_))
    ));
    assert!(matches!(
        world.merge("ada", "bob"),
        Some(Answer::NoRecord(_))
    ));
    world.restore("bob");
    world.merge("bob", "ada");
    assert!(
        matches!(world.merge("bob", "ada"), Some(Answer::Refused(_))),
        "it is merged already"
    );
    world.set("ada", &[("city", "Oslo")]);
    assert_eq!(world.value("ada", "city"), "Oslo", "nothing hangs");
}

/// proves: I2, L4
#[test]
fn a_frozen_state_keeps_who_is_gone() {
    let mut world = World::new(WAITS);
    for handle in ["ada", "bob", "eve", "kim"] {
        world.contact(handle, &[]);
        world.hours(1);
        world.set(handle, &[("score", "3"), ("city", "Oslo")]);
    }
    world.create("company", "acme", &[]);
    world.link("eve", "companies", "acme", Some("boss"));
    world.does("bob", "ping", &[]);
    world.merge("bob", "ada");
    world.delete("eve");
    let image = world
        .scenario
        .machine()
        .image()
        .expect("nothing is under way");
    let frozen = state::freeze(&image).expect("nothing is under way");
    let thawed = state::thaw(image.prepared(), &frozen).expect("it is whole");
    assert_eq!(state::freeze(&thawed).expect("it is whole"), frozen);
    let again = Engine::from_image(thawed, "test", Order::Sent);
    for handle in ["ada", "bob", "eve", "kim", "acme"] {
        let id = world.id(handle);
        assert_eq!(
            again.state().record(id),
            world.state().record(id),
            "{handle}"
        );
    }
    assert_eq!(again.state().records().count(), 3);
}

/// proves: L4, V2
#[test]
fn a_publication_carries_over_who_is_gone() {
    let mut world = World::new(WAITS);
    for handle in ["ada", "bob", "eve"] {
        world.contact(handle, &[]);
    }
    world.create("company", "acme", &[]);
    world.link("eve", "companies", "acme", Some("boss"));
    world.merge("bob", "ada");
    world.delete("eve");
    world
        .edit(&format!(
            "{WAITS} workflow few on company {{ enroll when count(employees) > 0 steps {{}} }}"
        ))
        .expect("it is taken");
    world.does("bob", "ping", &[]);
    assert!(world.inside("ada", "a"));
    world.restore("eve");
    let eve = world.state().record(world.id("eve")).expect("it is back");
    assert_eq!(eve.ends.len(), 1);
    assert_eq!(
        world.owner("email", "bob@acme.example"),
        Some(world.id("ada"))
    );
}
