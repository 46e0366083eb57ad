//! Messages that come late and in other orders: kept between each pair of
//! records, the same in the end.

use flow::engine::Order;

use super::world::World;

const PROGRAM: &str = "
workflow a on contact { enroll on ping reenroll always steps { set companies.size += 1 set city = \"done\" do log { text: \"{email}\" } } }
workflow b on company { enroll when size > 2 steps { set name = \"big\" } }
workflow c on contact { enroll when any companies where (name == \"big\") steps { set score += 5 enroll in d } }
workflow d on contact { steps { wait 1 hour do log { text: \"{score}\" } } }
workflow e on contact { enroll on ping steps { set email = \"shared@acme.example\" } }";

type Final = (Vec<Vec<String>>, Vec<String>);

fn run(order: Order) -> Final {
    let mut world = World::unpublished(PROGRAM, order);
    world.publish();
    for contact in ["ada", "eve", "bob"] {
        world.contact(contact, &[]);
    }
    for company in ["one", "two"] {
        world.create("company", company, &[("size", "0")]);
    }
    world.hours(1);
    for (contact, company) in [
        ("ada", "one"),
        ("eve", "one"),
        ("bob", "two"),
        ("ada", "two"),
    ] {
        world.link(contact, "companies", company, None);
    }
    world.hours(1);
    for contact in ["ada", "eve", "bob"] {
        world.does(contact, "ping", &[]);
    }
    world.hours(1).does("ada", "ping", &[]);
    world.hours(5);
    let values = ["ada", "eve", "bob"].map(|contact| {
        ["city", "score"]
            .map(|property| world.value(contact, property))
            .to_vec()
    });
    let companies = ["one", "two"].map(|company| {
        ["size", "name"]
            .map(|property| world.value(company, property))
            .to_vec()
    });
    let mut sent = world.sent();
    sent.sort();
    let values = values.into_iter().chain(companies).collect();
    (values, sent)
}

/// proves: I2, I5, E13
#[test]
fn other_orders_of_delivery_end_in_the_same_state() {
    let sent = run(Order::Sent);
    assert_eq!(sent.0[3], ["3", "big"]);
    let seeds = if crate::support::is_long() {
        2_000
    } else {
        100
    };
    for seed in 0..seeds {
        // Who gets the address depends on the order: the mails say who, so
        // only those of the others are compared.
        let (values, _) = run(Order::Seeded(seed));
        assert_eq!(values, sent.0, "seed {seed}");
    }
}

/// proves: I5
#[test]
fn a_unique_value_goes_to_one_record_in_any_order() {
    for seed in 0..100 {
        let mut world = World::unpublished(PROGRAM, Order::Seeded(seed));
        world.publish();
        for contact in ["ada", "eve", "bob"] {
            world.contact(contact, &[]);
        }
        world.hours(1);
        for contact in ["ada", "eve", "bob"] {
            world.does(contact, "ping", &[]);
        }
        world.hours(1);
        let has = |contact: &&str| world.value(contact, "email") == "shared@acme.example";
        assert_eq!(
            ["ada", "eve", "bob"]
                .iter()
                .filter(|contact| has(contact))
                .count(),
            1,
            "seed {seed}"
        );
    }
}

/// How many ends of links each record has.
fn ends<const N: usize>(world: &World, of: [&str; N]) -> [usize; N] {
    of.map(|of| {
        let record = world.state().record(world.id(of));
        record.expect("it is there").ends.len()
    })
}

/// proves: I5
#[test]
fn what_comes_for_a_link_under_way_waits_for_its_turn() {
    for seed in 0..100 {
        let mut world = World::unpublished(PROGRAM, Order::Seeded(seed));
        world.publish();
        world.contact("ada", &[]);
        world.create("company", "one", &[]);
        world.create("user", "kim", &[]);
        world.create("user", "lee", &[]);
        world.hours(1);
        world.link("ada", "companies", "one", None);
        world.hours(1);
        // Nothing of it has come to rest when the next comes.
        world.link("ada", "companies", "one", Some("boss"));
        world.unlink("ada", "companies", "one", None);
        world.link("ada", "owner", "kim", None);
        world.link("ada", "owner", "lee", None);
        world.link("ada", "owner", "kim", None);
        world.hours(1);
        let all = ends(&world, ["ada", "one", "kim", "lee"]);
        assert_eq!(all, [1, 0, 1, 0], "seed {seed}");
    }
}

/// proves: I5
#[test]
fn steps_of_one_instant_set_an_association_in_their_order() {
    let program = "
workflow a on contact { enroll on ping steps { set owner = backup } }
workflow b on contact { enroll on ping steps { set owner = main } }
extend object contact { main: one user, backup: one user }";
    let mut world = World::new(program);
    world.contact("ada", &[]);
    world.create("user", "kim", &[]);
    world.create("user", "lee", &[]);
    for (name, user) in [("main", "kim"), ("backup", "lee"), ("owner", "kim")] {
        world.link("ada", name, user, None);
    }
    world.does("ada", "ping", &[]);
    // `b` comes after `a`, though the record has what it sets already.
    let owner = |world: &World| world.path("ada", "b").last().cloned();
    assert_eq!(owner(&world).as_deref(), Some("left completed"));
    assert_eq!(ends(&world, ["kim", "lee"]), [2, 1]);
}

/// proves: I5
#[test]
fn a_link_with_what_is_no_such_record_fails_and_the_path_goes_on() {
    let mut world = World::new(PROGRAM);
    world.contact("ada", &[]);
    world.create("company", "one", &[]);
    world.contact("eve", &[]);
    world.link("ada", "owner", "eve", None);
    world.create("user", "kim", &[]);
    world.link("ada", "owner", "kim", None);
    assert_eq!(ends(&world, ["ada", "eve", "kim"]), [1, 0, 1]);
}
