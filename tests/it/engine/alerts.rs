//! Breakers and alerts: more than so many are refused, and somebody is told; the rate of enrolment
//! is compared week by week.

use flow::engine::frozen::v1::state::{freeze, thaw};
use flow::engine::message::{Again, Outcome};

use super::world::{OBJECTS, World, prepare};

const BREAKER: &str = r#"
workflow w on contact {
  enroll on ping
  reenroll always
  enroll at most 2 per hour
  alert "ops@acme.example", "kim@acme.example" when enrollment rate changes by 50%
  alert "ops@acme.example" when enrollment rate changes by 80%
  steps {}
}
"#;

fn alerts(world: &World) -> Vec<String> {
    let lines = world.scenario.carrier().lines.iter();
    let lines = lines.filter(|(record, line)| record.is_none() && line.starts_with("w alert "));
    lines
        .map(|(_, line)| line["w alert ".len()..].to_owned())
        .collect()
}

fn pings(world: &mut World, count: usize) {
    for _ in 0..count {
        world.does("ada", "ping", &[]);
    }
}

fn world() -> World {
    let mut world = World::new(BREAKER);
    world.contact("ada", &[]);
    world
}

fn refused(world: &World) -> usize {
    let path = world.path("ada", "w");
    let refused = path.iter().filter(|line| line.contains("over_limit"));
    refused.count()
}

/// proves: E5, E17
#[test]
fn more_than_so_many_are_refused_and_somebody_is_told_once() {
    let mut world = world();
    pings(&mut world, 5);
    assert_eq!(refused(&world), 3);
    assert_eq!(
        alerts(&world),
        ["`w` has enrolled 2 within 1 hour; more is refused"]
    );
    let mut sent = world.sent();
    sent.sort();
    assert_eq!(sent.len(), 2, "each address has one mail: {sent:?}");
    assert!(
        sent[0].contains("to=\"kim@acme.example\" subject=\"flow: an alert of w\""),
        "{sent:?}"
    );
    assert!(
        sent[1].contains("w has enrolled 2 within 1 hour; more is refused."),
        "{sent:?}"
    );
}

/// proves: E17
#[test]
fn the_window_of_a_breaker_moves_with_the_clock() {
    let mut world = world();
    pings(&mut world, 1);
    world.at("2026-01-05T09:30:00Z");
    pings(&mut world, 2);
    assert_eq!(refused(&world), 1);
    world.at("2026-01-05T10:00:00Z");
    pings(&mut world, 2);
    assert_eq!(refused(&world), 2, "the first of them has left the window");
    assert_eq!(alerts(&world).len(), 1);
    world.at("2026-01-05T11:30:00Z");
    pings(&mut world, 3);
    assert_eq!(
        (refused(&world), alerts(&world).len()),
        (3, 2),
        "another window"
    );
}

/// proves: E17, E6
#[test]
fn a_person_is_refused_too() {
    let mut world = World::new("workflow w on contact { enroll at most 1 per day steps {} }");
    world.contact("ada", &[]);
    world.contact("bob", &[]);
    world.enroll("ada", "w");
    world.enroll("bob", "w");
    assert_eq!(world.path("ada", "w"), ["enrolled", "left completed"]);
    assert_eq!(world.path("bob", "w"), ["refused over_limit"]);
    assert_eq!(
        alerts(&world).len(),
        1,
        "told, though there is nobody to write to"
    );
    assert!(world.sent().is_empty());
}

const ALERT: &str = r#"
workflow w on contact {
  enroll on ping
  reenroll always
  alert "ops@acme.example" when enrollment rate changes by 30%
  steps {}
}
"#;

/// So many enrolments in each of three weeks, and what was told.
fn weeks(counts: [usize; 3]) -> Vec<String> {
    let mut world = World::new(ALERT);
    world.contact("ada", &[]);
    for (week, count) in counts.into_iter().enumerate() {
        let day = 5 + 7 * week;
        world.at(&format!("2026-01-{day:02}T10:00:00Z"));
        pings(&mut world, count);
    }
    world.at("2026-01-25T22:59:59Z");
    let early = alerts(&world);
    assert!(early.len() <= 7, "once a day: {early:?}");
    world.at("2026-01-25T23:00:00Z");
    let all = alerts(&world);
    all[early.len()..].to_vec()
}

/// proves: H4
#[test]
fn the_last_full_week_is_compared_with_the_one_before() {
    let fewer = "`w` has enrolled 14 in the last seven days, 30% fewer than 20 in the seven before";
    assert_eq!(weeks([20, 20, 14]), [fewer]);
    assert_eq!(weeks([20, 20, 15]), [""; 0]);
    let more = "`w` has enrolled 26 in the last seven days, 30% more than 20 in the seven before";
    assert_eq!(weeks([20, 20, 26]), [more]);
    assert_eq!(weeks([20, 20, 25]), [""; 0]);
    assert_eq!(weeks([0, 19, 2]), [""; 0], "too few to say");
    let new = "`w` has enrolled 20 in the last seven days, none in the seven before";
    assert_eq!(weeks([3, 0, 20]), [new]);
}

/// proves: H4
#[test]
fn weeks_that_were_not_counted_whole_are_not_compared() {
    let mut world = World::new(ALERT);
    world.contact("ada", &[]);
    world.at("2026-01-11T10:00:00Z");
    pings(&mut world, 30);
    world.at("2026-01-18T22:59:59Z");
    assert_eq!(alerts(&world), [""; 0]);
    world.at("2026-01-18T23:00:00Z");
    assert_eq!(
        alerts(&world).len(),
        1,
        "midnight in the zone of the project"
    );
}

/// proves: A3, H4, E17
#[test]
fn the_mail_of_an_alert_is_tried_again_and_outlives_the_process() {
    let text = BREAKER.replace(", \"kim@acme.example\"", "");
    let mut world = World::new(&text);
    world.contact("ada", &[]);
    world.script([Outcome::Failed {
        status: Some(503),
        error: "busy".into(),
        again: Again::Usual,
    }]);
    pings(&mut world, 3);
    assert_eq!(world.sent().len(), 1);
    let image = world
        .scenario
        .machine()
        .image()
        .expect("nothing is under way");
    let frozen = freeze(&image).expect("it can be frozen");
    let prepared = prepare(&format!("{OBJECTS}\n{text}"));
    let thawed = thaw(&prepared, &frozen).expect("it can be thawed");
    assert_eq!(freeze(&thawed).expect("it can be frozen"), frozen);
    world
        .edit(&text.replace("steps {}", "steps { wait 1 day }"))
        .expect("it fits");
    pings(&mut world, 1);
    assert_eq!(
        refused(&world),
        2,
        "what was counted holds for the edited workflow"
    );
    world.hours(1);
    assert_eq!(world.sent().len(), 2);
    let keys = &world.scenario.carrier().keys;
    assert_eq!(keys[0], keys[1]);
    world.hours(24);
    assert_eq!(world.sent().len(), 2);
}

/// proves: A3, E17
#[test]
fn the_mail_of_an_alert_is_not_tried_again_where_it_would_not_help() {
    let finally = |status: Option<u16>, again: Again| {
        let mut world = World::new(&BREAKER.replace(", \"kim@acme.example\"", ""));
        world.contact("ada", &[]);
        let error = "no".into();
        world.script([Outcome::Failed {
            status,
            error,
            again,
        }]);
        pings(&mut world, 3);
        world.hours(48);
        world.sent().len()
    };
    assert_eq!(finally(None, Again::Never), 1, "it would not help");
    assert_eq!(finally(Some(422), Again::Usual), 1, "it is final");
    assert_eq!(finally(Some(429), Again::Usual), 2, "too many at once");
}

/// proves: E17
#[test]
fn the_same_inputs_refuse_the_same() {
    let run = || {
        let mut world = world();
        pings(&mut world, 4);
        world.hours(24 * 20);
        (world.scenario.hash(), world.sent())
    };
    assert_eq!(run(), run());
}
