//! Caps: how often an action reaches a record, whichever workflow asks for it.

use std::sync::Arc;

use flow::base::{Duration, Sources, Span, Unit};
use flow::engine::frozen::v1::state::{freeze, thaw};
use flow::engine::message::{Again, Outcome};
use flow::engine::{Order, Prepared};
use flow::host::older;
use flow::model::{Cap, Settings};

use super::world::{OBJECTS, World, oslo, prepare_as};

const TWO: &str = r#"
workflow a on contact { enroll on ping reenroll always steps {
  first: do send_email { to: email, subject: "a", text: "a" } retry 1 times over 1 hour
  set bonus = (bonus ?? 0) + 1
} }
workflow b on contact { enroll on pong reenroll always steps {
  do send_email { to: email, subject: "b", text: "b" }
  do log { text: "b" }
} }
"#;

/// The program with a cap of so many mails in so many days.
fn prepared(most: u32, days: u32) -> Arc<Prepared> {
    let settings = capped("send_email", most, days);
    prepare_as(&settings, &format!("{OBJECTS}\n{TWO}"), &[]).0
}

/// Settings with a cap of an action.
fn capped(action: &str, most: u32, days: u32) -> Settings {
    let nowhere = Sources::default().add("flow.toml", "");
    let cap = Cap {
        action: action.into(),
        place: Span::new(nowhere, 0, 0),
        most,
        within: Duration {
            count: days.into(),
            unit: Unit::Day,
            business: false,
        },
    };
    Settings {
        caps: vec![cap],
        ..oslo()
    }
}

fn world(most: u32, days: u32) -> World {
    let mut world = World::of(prepared(most, days), Order::Sent);
    world.publish();
    world.contact("ada", &[]);
    world
}

fn failed(status: u16) -> Outcome {
    Outcome::Failed {
        status: Some(status),
        error: "refused".into(),
        again: Again::Usual,
    }
}

/// How many mails went out.
fn mails(world: &World) -> usize {
    let sent = world.sent();
    sent.iter()
        .filter(|line| line.starts_with("send_email"))
        .count()
}

/// proves: A9, A8
#[test]
fn what_is_over_is_withdrawn_and_the_path_goes_on() {
    let mut world = world(2, 7);
    world.contact("bob", &[]);
    for _ in 0..2 {
        world.does("ada", "ping", &[]);
        world.does("ada", "pong", &[]);
    }
    assert_eq!(mails(&world), 2, "across both workflows");
    assert_eq!(world.value("ada", "bonus"), "2");
    let path = world.path("ada", "a");
    assert!(
        path.contains(&"withdrawn first capped".to_owned()),
        "{path:?}"
    );
    let path = world.path("ada", "b");
    assert!(
        path.contains(&"withdrawn do_1 capped".to_owned()),
        "{path:?}"
    );
    assert_eq!(world.sent().len(), 4, "the other action has no cap");
    world.does("bob", "ping", &[]);
    assert_eq!(mails(&world), 3, "each record has its own");
}

/// proves: A9, E17
#[test]
fn the_window_looks_back_from_now() {
    let mut world = world(1, 7);
    world.does("ada", "ping", &[]);
    world.hours(7 * 24 - 1).does("ada", "ping", &[]);
    assert_eq!(mails(&world), 1);
    world.hours(1).does("ada", "ping", &[]);
    assert_eq!(mails(&world), 2, "seven days later it counts no more");
}

/// proves: A9
#[test]
fn a_further_attempt_holds_its_place_and_a_failure_gives_it_back() {
    let mut world = world(1, 7);
    world.script([failed(503)]);
    world.does("ada", "ping", &[]);
    world.does("ada", "pong", &[]);
    assert_eq!(mails(&world), 1, "it may reach her yet");
    world.hours(1);
    assert_eq!(mails(&world), 2, "the second attempt is no second mail");
    world.does("ada", "pong", &[]);
    assert_eq!(mails(&world), 2);
    world.hours(7 * 24);
    world.script([failed(422)]);
    world.does("ada", "ping", &[]);
    world.does("ada", "pong", &[]);
    assert_eq!(
        mails(&world),
        4,
        "nobody was reached by what failed for good"
    );
}

/// proves: A9
#[test]
fn what_counts_outlives_the_process_and_an_edit() {
    let mut world = world(1, 7);
    world.does("ada", "ping", &[]);
    let image = world
        .scenario
        .machine()
        .image()
        .expect("nothing is under way");
    let frozen = freeze(&image).expect("it can be frozen");
    let thawed = thaw(&prepared(1, 7), &frozen).expect("it can be thawed");
    assert_eq!(freeze(&thawed).expect("it can be frozen"), frozen);
    let cell = world.state().record(world.id("ada")).expect("there is ada");
    assert_eq!(cell.sent.len(), 1);
    world.edit_to(prepared(2, 7)).expect("it fits");
    world.does("ada", "ping", &[]);
    world.does("ada", "ping", &[]);
    assert_eq!(mails(&world), 2, "the wider cap has room for one more");
}

/// proves: A9
#[test]
fn a_program_without_caps_is_frozen_as_it_was() {
    let mut world = World::new(TWO);
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    let cell = world.state().record(world.id("ada")).expect("there is ada");
    assert!(cell.sent.is_empty());
}

/// proves: A9, V3
#[test]
fn what_older_versions_send_counts_with_the_rest() {
    let settings = capped("chat.post", 2, 7);
    let text = |host: &str| {
        format!(
            "{OBJECTS}
             action chat.post(room: string) -> {{ id: string }} via http {{
               url: \"https://{host}.example/\"
               result: {{ id: \"$.id\" }}
             }}
             workflow w on contact {{ enroll on ping per event.key on edit pin steps {{
               wait 1 day
               do chat.post {{ room: \"hall\" }}
             }} }}"
        )
    };
    let (first, mut texts) = prepare_as(&settings, &text("one"), &[]);
    let mut world = World::of(first, Order::Sent);
    world.publish();
    world.contact("ada", &[]);
    for (key, host) in [("a", "two"), ("b", "three"), ("c", "four"), ("d", "five")] {
        world.does("ada", "ping", &[("key", key)]);
        let next = prepare_as(&settings, &text(host), &[]).0;
        let needed = older::needed(world.state(), &texts, &next).into_iter();
        let needed: Vec<String> = needed.map(|one| one.text).collect();
        let (next, kept) = prepare_as(&settings, &text(host), &needed);
        texts = kept;
        world.edit_to(next).expect("nothing speaks against it");
        world.hours(1);
    }
    world.hours(30);
    assert_eq!(world.sent(), ["chat.post room=\"hall\""; 2]);
    let path = world.path("ada", "w");
    let capped = path.iter().filter(|line| line.contains("capped"));
    assert_eq!(capped.count(), 2, "{path:?}");
}
