//! Schedules: when they come, whom they take, what becomes of missed times, and
//! the pace (I8, E8, E17).

use std::sync::Arc;

use flow::base::Timestamp;
use flow::engine::frozen::v1::state::{freeze, thaw};
use flow::engine::message::Switching;
use flow::engine::{Engine, Order, Prepared, history};
use flow::model::Settings;
use flow::scenario::Scenario;

use super::world::{OBJECTS, Outside, World, oslo, prepare, prepare_as};

fn instant(text: &str) -> Timestamp {
    text.parse().expect("it is an instant")
}

/// When one record is enrolled by a schedule, from Monday, 5 January 2026 on, in
/// UTC.
fn times(schedule: &str, to: &str) -> Vec<String> {
    let mut world = World::new(&format!(
        "workflow w on contact {{ {schedule} steps {{}} }}"
    ));
    world.contact("ada", &[]);
    world.at(to);
    let outside = world.scenario.carrier();
    let enrolled = outside.entries.iter().zip(&outside.lines);
    let enrolled = enrolled.filter(|(_, (_, line))| line == "w enrolled");
    enrolled.map(|(entry, _)| entry.at.to_string()).collect()
}

/// proves: D1, E8
#[test]
fn schedules_come_at_their_times() {
    assert_eq!(
        times("enroll every day at 10:30", "2026-01-08T00:00:00Z"),
        [
            "2026-01-05T09:30:00Z",
            "2026-01-06T09:30:00Z",
            "2026-01-07T09:30:00Z"
        ]
    );
    assert_eq!(
        times("enroll every weekday", "2026-01-13T00:00:00Z"),
        [
            "2026-01-05T23:00:00Z",
            "2026-01-06T23:00:00Z",
            "2026-01-07T23:00:00Z",
            "2026-01-08T23:00:00Z",
            "2026-01-11T23:00:00Z",
            "2026-01-12T23:00:00Z",
        ]
    );
    assert_eq!(
        times(
            "enroll every 2 weeks on mon, thu at 09:00",
            "2026-01-23T00:00:00Z"
        )
        .len(),
        3
    );
    assert_eq!(
        times("enroll every 6 hours", "2026-01-06T00:00:00Z"),
        [
            "2026-01-05T11:00:00Z",
            "2026-01-05T17:00:00Z",
            "2026-01-05T23:00:00Z"
        ]
    );
    assert_eq!(
        times("enroll every month on 31 at 09:00", "2026-03-01T00:00:00Z"),
        ["2026-01-31T08:00:00Z", "2026-02-28T08:00:00Z"]
    );
}

/// proves: D1, E8
#[test]
fn schedules_come_on_certain_days_and_by_cron() {
    assert_eq!(
        times(
            "enroll every month on first mon at 09:00",
            "2026-03-03T00:00:00Z"
        ),
        ["2026-02-02T08:00:00Z", "2026-03-02T08:00:00Z"]
    );
    assert_eq!(
        times(
            "enroll every month on last weekday at 09:00",
            "2026-03-03T00:00:00Z"
        ),
        ["2026-01-30T08:00:00Z", "2026-02-27T08:00:00Z"]
    );
    assert_eq!(
        times(
            "enroll every year on 02-29, 05-17 at 09:00",
            "2026-06-01T00:00:00Z"
        ),
        ["2026-02-28T08:00:00Z", "2026-05-17T07:00:00Z"]
    );
    assert_eq!(
        times("enroll once at 2026-01-07T12:00", "2026-06-01T00:00:00Z"),
        ["2026-01-07T11:00:00Z"]
    );
    assert_eq!(
        times("enroll cron \"*/30 10 * * tue\"", "2026-01-14T00:00:00Z"),
        [
            "2026-01-06T09:00:00Z",
            "2026-01-06T09:30:00Z",
            "2026-01-13T09:00:00Z",
            "2026-01-13T09:30:00Z",
        ]
    );
}

/// proves: D1
#[test]
fn schedules_go_by_wall_time_over_changes_of_the_clocks() {
    // 02:30 does not exist on 29 March, and exists twice on 25 October.
    let spring = times("enroll every day at 02:30", "2026-03-31T00:00:00Z");
    assert_eq!(
        spring[spring.len() - 3..],
        [
            "2026-03-28T01:30:00Z",
            "2026-03-29T01:00:00Z",
            "2026-03-30T00:30:00Z"
        ]
    );
    let autumn = times("enroll every day at 02:30", "2026-10-27T00:00:00Z");
    assert_eq!(
        autumn[autumn.len() - 3..],
        [
            "2026-10-24T00:30:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-26T01:30:00Z"
        ]
    );
}

/// proves: E8, E6, E7, H1
#[test]
fn a_schedule_takes_those_for_whom_its_condition_holds_again_and_again() {
    let mut world = World::new(
        "workflow w on contact {
           enroll every day at 10:00 when score > 5
           only when flag == false
           suppress when city == \"Bergen\"
           steps { wait 30 hours }
         }
         workflow off on contact { off enroll every day at 10:00 steps {} }",
    );
    for (handle, values) in [
        ("ada", vec![("score", "9")]),
        ("bob", vec![("score", "1")]),
        ("cleo", vec![("score", "9"), ("flag", "true")]),
        ("dan", vec![("score", "9"), ("city", "Bergen")]),
    ] {
        world.contact(handle, &values);
    }
    world.at("2026-01-08T09:30:00Z");
    // On the second day she was still inside.
    assert_eq!(world.times("ada", "w"), 2);
    assert_eq!((world.times("bob", "w"), world.times("cleo", "w")), (0, 0));
    let refused = |reason: &str| {
        let line = format!("w refused {reason}");
        world.lines().iter().filter(|other| **other == line).count()
    };
    assert_eq!((refused("already_enrolled"), refused("suppressed")), (1, 3));
    assert_eq!(world.times("ada", "off"), 0);
}

/// What is told when the clock stands still until an instant.
fn told_after_a_stop(world: World, to: &str) -> Vec<String> {
    let (mut engine, _) = world.into_engine();
    let effects = engine.advance(instant(to));
    let prepared = engine.state().prepared();
    let told = effects.entries.iter().map(|entry| {
        let told = history::tell(prepared, None, entry);
        let fields = told
            .fields
            .iter()
            .map(|(name, value)| format!(" {name}={value}"));
        told.kind.to_owned() + &fields.collect::<String>()
    });
    told.filter(|line| !line.starts_with("left")).collect()
}

/// proves: I8
#[test]
fn missed_times_fire_once_if_they_are_young_enough() {
    let program = "workflow w on contact { enroll every 6 hours steps { wait 1 hour } }";
    let world = || {
        let mut world = World::new(program);
        world.contact("ada", &[]);
        world
    };
    // Three times within a day: one of them, the last, and it counts from then.
    assert_eq!(
        told_after_a_stop(world(), "2026-01-06T00:30:00Z"),
        [
            "enrolled cause=schedule",
            "wait_began until=2026-01-06T00:00:00Z",
            "wait_ended"
        ]
    );
    assert_eq!(
        told_after_a_stop(world(), "2026-01-08T00:00:00Z"),
        [
            "missed due=2026-01-06T23:00:00Z times=7",
            "enrolled cause=schedule",
            "wait_began until=2026-01-08T00:00:00Z",
            "wait_ended"
        ]
    );
    let mut once = World::new("workflow w on contact { enroll once at 2026-01-07 steps {} }");
    once.contact("ada", &[]);
    assert_eq!(
        told_after_a_stop(once, "2026-02-01T00:00:00Z"),
        ["missed due=2026-01-06T23:00:00Z"]
    );
}

/// proves: I8
#[test]
fn how_old_a_missed_time_may_be_is_set() {
    let settings = Settings {
        catch_up: 3_600,
        ..oslo()
    };
    let text = format!("{OBJECTS} workflow w on contact {{ enroll every 6 hours steps {{}} }}");
    let (prepared, _) = prepare_as(&settings, &text, &[]);
    let mut world = World::of(prepared, Order::Sent);
    world.publish();
    world.contact("ada", &[]);
    assert_eq!(
        told_after_a_stop(world, "2026-01-05T13:00:00Z"),
        ["missed due=2026-01-05T11:00:00Z"]
    );
}

/// proves: E17
#[test]
fn a_paused_workflow_misses_its_times() {
    let mut world = World::new("workflow w on contact { enroll every day at 10:00 steps {} }");
    world.contact("ada", &[]);
    world.switch("w", Switching::Pause);
    world.at("2026-01-07T12:00:00Z");
    world.switch("w", Switching::Resume);
    world.at("2026-01-08T12:00:00Z");
    assert_eq!(world.times("ada", "w"), 1);
    let missed = world
        .lines()
        .into_iter()
        .filter(|line| line.contains("missed"));
    assert_eq!(missed.count(), 2);
}

fn paced(program: &str) -> Arc<Prepared> {
    let text = format!("{OBJECTS}{program}");
    let mut settings = oslo();
    settings.limits.records_per_second = Some(500);
    prepare_as(&settings, &text, &[]).0
}

/// proves: I8, I2
#[test]
fn records_are_taken_in_chunks_at_a_pace_that_survives_a_stop() {
    let program = "workflow w on contact { enroll every day at 10:00 steps { wait 1 day } }";
    let prepared = paced(program);
    let mut world = World::of(prepared.clone(), Order::Sent);
    world.publish();
    for place in 0..2_500 {
        world.contact(&format!("c{place}"), &[]);
    }
    let inside = |engine: &Engine| {
        let records = engine.state().records();
        records.filter(|cell| !cell.enrolments.is_empty()).count()
    };
    world.at("2026-01-06T08:59:59Z");
    let (mut engine, _) = world.into_engine();
    let mut counts = Vec::new();
    for at in ["09:00:00", "09:00:01", "09:00:02", "09:00:03", "09:00:04"] {
        engine.advance(instant(&format!("2026-01-06T{at}Z")));
        counts.push(inside(&engine));
        let frozen = freeze(&engine.image().expect("it is settled")).expect("it is settled");
        let image = thaw(&prepared, &frozen).expect("it thaws");
        engine = Engine::from_image(image, "test", Order::Sent);
        let again = freeze(&engine.image().expect("it is settled")).expect("it is settled");
        assert_eq!(again, frozen);
    }
    assert_eq!(counts, [1_000, 1_000, 2_000, 2_000, 2_500]);
    // All of them count from the time of the schedule.
    engine.advance(instant("2026-01-07T08:59:59Z"));
    assert_eq!(inside(&engine), 2_500);
    engine.advance(instant("2026-01-07T09:00:00Z"));
    assert!(inside(&engine) <= 1_000);
}

/// proves: V7, I8
#[test]
fn a_schedule_that_stays_goes_on_after_an_edit() {
    let text = "workflow w on contact { enroll every day at 10:00 steps {} }";
    let mut world = World::new(text);
    world.contact("ada", &[]);
    world.at("2026-01-05T12:00:00Z");
    world
        .edit(&text.replace(
            "steps {}",
            "enroll every day at 12:00 steps { set score = 1 }",
        ))
        .expect("it is published");
    world.at("2026-01-06T12:00:00Z");
    assert_eq!(world.times("ada", "w"), 2);
    world
        .edit(&text.replace("10:00", "14:00"))
        .expect("it is published");
    world.at("2026-01-06T13:00:00Z");
    assert_eq!(world.times("ada", "w"), 3);
    world.at("2026-01-07T12:59:59Z");
    assert_eq!(world.times("ada", "w"), 3);
}

/// proves: E17
#[test]
fn a_resumption_lets_timers_fire_in_their_order_at_a_pace() {
    let prepared = paced("workflow w on contact { enroll on created steps { wait 1 hour } }");
    let mut world = World::of(prepared, Order::Sent);
    world.publish();
    for place in 0..1_500 {
        world.contact(&format!("c{place}"), &[]);
    }
    world.switch("w", Switching::Pause);
    world.at("2026-01-06T09:00:00Z");
    world.switch("w", Switching::Resume);
    let inside = |world: &World| {
        let records = world.state().records();
        records.filter(|cell| !cell.enrolments.is_empty()).count()
    };
    world.at("2026-01-06T09:00:00Z");
    assert_eq!(inside(&world), 500);
    world.at("2026-01-06T09:00:02Z");
    assert_eq!(inside(&world), 0);
}

/// proves: I9, I8
#[test]
fn a_replay_stops_at_each_time() {
    let prepared = prepare(&format!(
        "{OBJECTS} workflow w on contact {{ enroll every 15 minutes steps {{}} }}"
    ));
    let mut world = World::of(prepared, Order::Sent);
    world.publish();
    world.contact("ada", &[]);
    let (engine, outside) = world.into_engine();
    let mut scenario = Scenario::new(engine, outside, Vec::new());
    scenario.stop_at(instant("2026-01-06T09:00:00Z"));
    let lines = |outside: &Outside| {
        let lines = outside.lines.iter();
        lines.filter(|(_, line)| line == "w enrolled").count()
    };
    assert_eq!(lines(scenario.carrier()), 96);
}
