//! Unique values: claimed, given back, and waited for.

use flow::engine::decision::Answer;

use super::world::World;

const CODES: &str = "
object thing { code: string unique, number: number unique, owner: one thing }
event bump on thing { n: number }
workflow a on thing { enroll on bump steps { set number += 1 } }
workflow b on thing { enroll on bump steps { set number += 1 } }
workflow c on thing { enroll on bump where n == 2 steps { set code = \"x\" clear code } }
";

fn answer(world: &mut World, handle: &str, values: &[(&str, &str)]) -> String {
    match world.create("thing", handle, values) {
        Some(Answer::Created(_)) => "created".into(),
        other => format!("{other:?}"),
    }
}

/// proves: I5, A10
#[test]
fn a_refused_claim_gives_back_what_it_reserved() {
    let mut world = World::new(CODES);
    answer(&mut world, "one", &[("code", "a"), ("number", "1")]);
    answer(&mut world, "two", &[("code", "b"), ("number", "2")]);
    let refused = world.set("two", &[("code", "a"), ("number", "3")]);
    assert!(matches!(refused, Some(Answer::Refused(_))), "{refused:?}");
    assert_eq!(
        answer(&mut world, "three", &[("code", "c"), ("number", "3")]),
        "created"
    );
    let again = answer(&mut world, "four", &[("code", "d"), ("number", "3")]);
    assert!(again.contains("another thing has this `number`"), "{again}");
    assert_eq!(
        answer(&mut world, "five", &[("code", "d"), ("number", "4")]),
        "created"
    );
}

/// proves: I5
#[test]
fn a_unique_value_that_is_added_to_is_claimed_as_it_becomes() {
    let mut world = World::new(CODES);
    answer(&mut world, "one", &[("number", "5")]);
    answer(&mut world, "two", &[("number", "7")]);
    world.does("one", "bump", &[]);
    // The first becomes 6; the second would be 7, which another has.
    assert_eq!(
        (world.value("one", "number"), world.value("two", "number")),
        ("6".into(), "7".into())
    );
    assert!(
        world
            .path("one", "b")
            .contains(&"failed set_1 not_unique".to_owned())
    );
}

/// proves: I5
#[test]
fn writes_of_one_property_keep_their_order_around_a_claim() {
    let mut world = World::new(CODES);
    answer(&mut world, "one", &[("code", "a")]);
    world.does("one", "bump", &[("n", "2")]);
    assert_eq!(world.value("one", "code"), "unknown");
    assert_eq!(
        answer(&mut world, "two", &[("code", "x")]),
        "created",
        "it was given up"
    );
}

/// proves: I5
#[test]
fn writes_that_wait_for_a_claim_follow_each_other() {
    let sets = ["one", "two", "one", "three"].iter().enumerate();
    let workflows = sets.map(|(place, code)| {
        format!(
            "workflow w{place} on thing {{ enroll on bump steps {{ set code = \"{code}\" }} }}\n"
        )
    });
    let objects = CODES.split("workflow").next().expect("the objects");
    let mut world = World::new(&format!("{objects}{}", workflows.collect::<String>()));
    answer(&mut world, "it", &[("code", "zero")]);
    world.does("it", "bump", &[]);
    assert_eq!(world.value("it", "code"), "three", "the last comes last");
    for free in ["zero", "one", "two"] {
        assert_eq!(answer(&mut world, free, &[("code", free)]), "created");
    }
    let taken = answer(&mut world, "four", &[("code", "three")]);
    assert!(taken.contains("another thing has this `code`"), "{taken}");
}
