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
