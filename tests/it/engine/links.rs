//! Links, and what is heard through them.

use super::world::World;

/// proves: E13
#[test]
fn associated_values_links_and_labels_are_judged_anew() {
    let mut world = World::new(
        "workflow value on contact { enroll when any companies where (size > 5) reenroll always steps {} }
         workflow label on contact { enroll when any companies[boss] where (size > 0) reenroll always steps {} }
         workflow owner on contact { enroll when owner.name == \"Kim\" reenroll always steps {} }",
    );
    world.contact("ada", &[]);
    world.create("company", "acme", &[("size", "9")]);
    world.create("user", "kim", &[("name", "Kim")]);
    let times = |world: &World| ["value", "label", "owner"].map(|w| world.times("ada", w));
    world.link("ada", "companies", "acme", None);
    assert_eq!(times(&world), [1, 0, 0]);
    world.link("ada", "companies", "acme", Some("boss"));
    assert_eq!(times(&world), [1, 1, 0]);
    world.set("acme", &[("size", "1")]);
    world.set("acme", &[("size", "6"), ("name", "Acme")]);
    assert_eq!(times(&world), [2, 1, 0]);
    world.unlink("ada", "companies", "acme", Some("boss"));
    world.link("ada", "companies", "acme", Some("boss"));
    assert_eq!(times(&world), [2, 2, 0]);
    world.link("ada", "owner", "kim", None);
    assert_eq!(times(&world), [2, 2, 1]);
    world.set("kim", &[("name", "Lee")]);
    world.set("kim", &[("name", "Kim")]);
    assert_eq!(times(&world), [2, 2, 2]);
}

/// proves: E13
#[test]
fn only_what_some_condition_reads_is_heard() {
    let mut world =
        World::new("workflow w on contact { enroll when any companies where (size > 5) steps {} }");
    world.contact("ada", &[]);
    world.create("company", "acme", &[]);
    world.link("ada", "companies", "acme", None);
    let heard = |world: &World| {
        let ada = world.state().record(world.id("ada")).expect("it is there");
        ada.ends[0].heard.values.len()
    };
    world.set("acme", &[("name", "Acme"), ("tier", "gold")]);
    assert_eq!(heard(&world), 0);
    world.set("acme", &[("size", "3")]);
    assert_eq!(heard(&world), 1);
}

/// proves: E13
#[test]
fn values_are_heard_through_three_links() {
    let mut world = World::new(
        "workflow w on company {
           enroll when any employees where (any companies where (any employees where (score > 5)))
           steps {}
         }",
    );
    world.create("company", "near", &[]);
    world.create("company", "far", &[]);
    world.contact("ada", &[]);
    world.contact("eve", &[]);
    world.link("near", "employees", "ada", None);
    world.link("ada", "companies", "far", None);
    world.link("far", "employees", "eve", None);
    assert!(!world.path("near", "w").contains(&"enrolled".to_owned()));
    world.set("eve", &[("score", "9")]);
    assert!(world.path("near", "w").contains(&"enrolled".to_owned()));
}

/// proves: I5
#[test]
fn a_one_association_is_replaced_on_both_sides() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps { set owner = companies_owner_is_not_there } }"
            .replace("set owner = companies_owner_is_not_there", "clear owner set city = \"done\"")
            .as_str(),
    );
    world.contact("ada", &[]);
    world.create("user", "kim", &[]);
    world.create("user", "lee", &[]);
    world.link("ada", "owner", "kim", None);
    world.link("ada", "owner", "lee", None);
    let ends = |world: &World, of: &str| {
        world
            .state()
            .record(world.id(of))
            .expect("it is there")
            .ends
            .len()
    };
    assert_eq!(["ada", "kim", "lee"].map(|of| ends(&world, of)), [1, 0, 1]);
    world.does("ada", "ping", &[]);
    assert_eq!(["ada", "kim", "lee"].map(|of| ends(&world, of)), [0, 0, 0]);
    assert_eq!(world.value("ada", "city"), "done");
}

/// proves: I5
#[test]
fn a_step_links_a_record_that_it_has_heard_of() {
    let mut world = World::new(
        "extend object company { keeper: one user }
         workflow w on company { enroll on created steps {} }
         extend object contact { main: one company }
         workflow takes on contact { enroll on ping steps { set owner = main.keeper set city = owner.name } }",
    );
    world.contact("ada", &[]);
    world.create("company", "acme", &[]);
    world.create("user", "kim", &[("name", "Kim")]);
    world.link("acme", "keeper", "kim", None);
    world.link("ada", "main", "acme", None);
    world.does("ada", "ping", &[]);
    assert_eq!(world.value("ada", "city"), "Kim");
}
