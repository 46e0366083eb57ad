//! What is called otherwise in an edited program (V7).

use flow::base::Name;
use flow::engine::Goes;
use flow::engine::record::Side;

use super::world::{OBJECTS, World};

const BEFORE: &str = "
segment picked on contact static
workflow greet on contact {
  enroll on ping at least 2 times
  reenroll on ping
  steps { wait 5 days set score += 10 }
}
";

const AFTER: &str = r#"
object person renamed from contact {
  address: email unique required renamed from email
  name: string
  town: string renamed from city
  stage: enum(subscriber, lead, mql, customer) default subscriber
  points: number default 0 renamed from score
  bonus: number
  flag: bool default false
  due: datetime
  day: date
  tags: set(sport, music, film)
  aide: one user
  firms: many company inverse employees labels (billing, boss) renamed from companies
  owner: one user
}
object company { domain: string unique, name: string, size: number, tier: enum(bronze, silver, gold) }
object user { email: email unique required, name: string }
event knock on person renamed from ping { n: number, key: string }
event pong on person { url: url }
segment chosen on person renamed from picked static
workflow welcome on person {
  renamed from greet
  enroll on knock at least 2 times
  reenroll on knock
  steps { wait 5 days set points += 10 }
}
"#;

/// proves: V7
#[test]
fn data_enrolments_and_counts_go_over_to_the_new_names() {
    let mut world = World::of(
        super::world::prepare(&format!("{OBJECTS}{BEFORE}")),
        flow::engine::Order::Sent,
    );
    world.publish();
    world.contact("ada", &[("city", "Oslo"), ("score", "1")]);
    world.contact("bob", &[]);
    world.create("company", "acme", &[]);
    world.link("ada", "companies", "acme", Some("boss"));
    world.member("ada", "picked", true);
    world.does("ada", "ping", &[]);
    world.does("ada", "ping", &[]);
    world.does("bob", "ping", &[]);
    assert!(world.inside("ada", "greet"));
    let migrated = world.edit_all(AFTER).expect("nothing is in the way");
    assert_eq!(migrated.lost, []);
    assert_eq!(
        ["town", "points"].map(|name| world.value("ada", name)),
        ["Oslo", "1"]
    );
    let ada = world.state().record(world.id("ada")).expect("it is there");
    assert_eq!((ada.ends.len(), ada.segments.len()), (1, 1));
    let person = &world.prepared().program.catalog.objects[ada.object];
    let firms = person.association("firms").expect("declared");
    assert_eq!(ada.ends[0].side, Side::Own(firms));
    assert!(world.inside("ada", "welcome"), "it stays inside");
    world.hours(24 * 5);
    assert_eq!(world.value("ada", "points"), "11");
    world.does("ada", "knock", &[]);
    assert!(
        world.inside("ada", "welcome"),
        "it has been in before: it comes back"
    );
    world.does("bob", "knock", &[]);
    assert!(
        world.inside("bob", "welcome"),
        "the first knock counted under its old name"
    );
    world.create("person", "eve", &[("address", "ada@acme.example")]);
    assert_eq!(
        world.state().records().count(),
        3,
        "the address is unique still"
    );
}

/// proves: V2, V7
#[test]
fn a_step_is_the_same_under_new_names() {
    let conditions = [
        ("score > 5", "points > 5"),
        (
            "any companies where (size > 5)",
            "any firms where (size > 5)",
        ),
        ("in segment picked", "in segment chosen"),
        ("active in greet", "active in welcome"),
    ];
    for (old, new) in conditions {
        let mut world = World::new(&format!(
            "{BEFORE} workflow w on contact {{ enroll on ping
               steps {{ wait until {old} max 5 days set flag = true }} }}"
        ));
        world.contact("ada", &[]);
        world.does("ada", "ping", &[]);
        let edited = format!(
            "{AFTER} workflow w on person {{ enroll on knock
               steps {{ wait until bonus is known max 2 days wait until {new} max 5 days set flag = true }} }}"
        );
        let migrated = world.edit_all(&edited).expect("nothing is in the way");
        let mut moves = migrated.moves.iter();
        let of_w = moves.find(|one| one.workflow.as_str() == "w");
        let to = of_w.map(|one| &one.to);
        assert_eq!(to, Some(&Goes::Stays(Name::new("wait_2"))), "{new}");
    }
}
