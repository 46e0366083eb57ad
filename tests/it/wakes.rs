//! When records are looked at because time has passed (E12), and that no stop
//! changes it: neither a restart from the frozen state nor a publication of the
//! same program, at whatever instant.

use std::sync::Arc;

use flow::base::Timestamp;
use flow::engine::frozen::DecisionHash;
use flow::engine::frozen::v1::state::{Frozen, freeze, thaw};
use flow::engine::{Engine, Order, Prepared};
use proptest::prelude::{ProptestConfig, any, proptest};

use crate::chance::random;
use crate::engine::world::{OBJECTS, World, prepare};
use crate::turns::{conditions, later, starts, world_with};

/// After so many looks no more are compared.
const MOST: usize = 120;

/// What happens at a stop.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Stop {
    Nothing,
    Restart,
    Publication,
}

/// When the engine woke or was stopped, with the hash of what it decided.
type Looks = Vec<(Timestamp, DecisionHash)>;

fn frozen(engine: &Engine) -> Frozen {
    let image = engine.image().expect("nothing is under way");
    freeze(&image).expect("nothing is under way")
}

fn thawed(prepared: &Arc<Prepared>, of: &Frozen) -> Engine {
    let image = thaw(prepared, of).unwrap_or_else(|why| panic!("{why}"));
    Engine::from_image(image, "test", Order::Sent)
}

/// Lets time pass from a frozen state on, with something at each stop: when it
/// woke and what it decided, and what it has become.
fn play(
    (prepared, other): (&Arc<Prepared>, &Arc<Prepared>),
    begin: &Frozen,
    stops: &[Timestamp],
    stop: Stop,
) -> (Looks, Frozen) {
    let mut engine = thawed(prepared, begin);
    let mut looks = Looks::new();
    for at in stops {
        while let Some(due) = engine.next_deadline().filter(|due| due <= at) {
            looks.push((due, engine.advance(due).hash));
            if looks.len() > MOST {
                return (looks, frozen(&engine));
            }
        }
        looks.push((*at, engine.advance(*at).hash));
        match stop {
            Stop::Nothing => {}
            Stop::Restart => {
                let running = engine.image().expect("nothing is under way");
                engine = thawed(running.prepared(), &frozen(&engine));
            }
            Stop::Publication => {
                let migrated = engine.publish(other).expect("it is the same");
                assert!(migrated.lost.is_empty() && migrated.left.is_empty());
            }
        }
    }
    (looks, frozen(&engine))
}

/// Fails where a stop changes anything; returns how it went.
fn unchanged_by_stops(text: &str, begin: &Frozen, stops: &[Timestamp]) -> Looks {
    let programs = (&prepare(text), &prepare(text));
    let plain = play(programs, begin, stops, Stop::Nothing);
    for stop in [Stop::Restart, Stop::Publication] {
        let stopped = play(programs, begin, stops, stop);
        assert_eq!(plain.0, stopped.0, "{stop:?} changes a decision");
        assert!(plain.1 == stopped.1, "{stop:?} changes the state");
    }
    plain.0
}

/// Workflows that some conditions, after one another, let in and out, and whose
/// waits they end.
fn workflows(conditions: &[String]) -> String {
    let of = |place: usize| conditions[place % conditions.len()].as_str();
    let each = (0..3).map(|place| {
        let (enrols, leaves, ends) = (of(place), of(place + 1), of(place + 2));
        format!(
            "workflow w{place} on thing {{
               enroll when {enrols}
               reenroll always
               unenroll when {leaves}
               steps {{
                 wait for first {{ case joined s1 {{}} case when {ends} {{}} timeout 90 days {{}} }}
                 wait until {enrols} max 40 days
               }}
             }}\n"
        )
    });
    each.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 20, ..random(6, 300) })]

    /// proves: E12, I2
    #[test]
    fn no_stop_changes_when_a_record_is_looked_at(
        texts in proptest::collection::vec(conditions(), 2..5),
        at in starts(),
        seed in any::<u64>(),
        gaps in proptest::collection::vec(1..30_000_i64, 3..8),
    ) {
        let (text, world) = world_with(&texts, &workflows(&texts), (at, seed));
        let (engine, _) = world.into_engine();
        let mut last = at;
        let stops: Vec<Timestamp> = gaps
            .into_iter()
            .map(|minutes| {
                last = later(last, minutes);
                last
            })
            .collect();
        unchanged_by_stops(&text, &frozen(&engine), &stops);
    }
}

/// Conditions that are looked at each day, or each minute, and never turn.
const SELDOM: &str = r#"
segment rare on contact when day(today) > 31
workflow daily on contact {
  enroll on ping
  steps { wait for first { case joined rare {} case when day(today) > 32 {} timeout 900 days {} } }
}
workflow also on contact { enroll when day(today) > 33 steps {} }
"#;

const OFTEN: &str = r#"
workflow minutely on contact {
  enroll on ping
  unenroll when "{now}" == "never"
  steps { wait until "{now}" == "not ever" max 900 days }
}
"#;

/// A wake after some minutes looks at a wait whose own turn is days away, and
/// moves it with each new day: when the wake comes is seen in what is decided.
const BOTH: &str = r#"
segment rare on contact when "{now}" == "never"
workflow mixed on contact {
  enroll on ping
  steps { wait for first { case joined rare {} case when day(today) > 32 {} timeout 900 days {} } }
}
"#;

/// A contact that waits for what never comes.
fn waiting(workflows: &str) -> (String, Engine) {
    let mut world = World::new(workflows);
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    let wake = world.state().wake(world.id("ada"));
    assert_eq!(wake, world.state().next_deadline(), "she is looked at");
    let (engine, _) = world.into_engine();
    (format!("{OBJECTS}\n{workflows}"), engine)
}

fn every(gap: i64, count: i64, from: Timestamp) -> Vec<Timestamp> {
    (1..=count).map(|stop| later(from, stop * gap)).collect()
}

/// What nothing turns for more than 64 looks is looked at again when that was
/// worked out to come, however often it is stopped in between: what a look
/// decides hangs on its instant.
/// proves: E12, I2
#[test]
fn looking_again_outlives_every_stop() {
    let day = 24 * 60;
    let (text, engine) = waiting(SELDOM);
    let from = engine.state().now();
    let looks = unchanged_by_stops(&text, &frozen(&engine), &every(9 * day, 40, from));
    let stops = every(9 * day, 40, from);
    let woken: Vec<Timestamp> = looks.iter().map(|(at, _)| *at).collect();
    let woken: Vec<_> = woken.iter().filter(|at| !stops.contains(at)).collect();
    // It is looked at again after 64 days, not at every stop anew.
    assert!(
        *woken[0] >= later(from, 63 * day) && woken.len() < 14,
        "{woken:?}"
    );

    for (program, most) in [(OFTEN, 52), (BOTH, 110)] {
        let (text, engine) = waiting(program);
        let from = engine.state().now();
        let stops = every(if program == OFTEN { 7 } else { 50 }, 40, from);
        let looks = unchanged_by_stops(&text, &frozen(&engine), &stops);
        assert!(looks.len() < most, "{}", looks.len());
    }
}

/// A state that was frozen before wakes were kept is looked at anew.
/// proves: E12
#[test]
fn a_state_without_wakes_works_them_out() {
    let (text, engine) = waiting(SELDOM);
    let begin = frozen(&engine);
    // The mark that the partitions hold wakes stands last.
    let mut without = begin.clone();
    assert_eq!(without.head.pop(), Some(3));
    let prepared = prepare(&text);
    let other = thawed(&prepared, &without);
    assert_eq!(other.next_deadline(), engine.next_deadline());
    assert_eq!(other.state().wakes(), 1);
    // It keeps them from then on.
    assert!(frozen(&other) == begin);
}

/// A publication works out anew what it changes (E2), and lets the rest stand.
/// proves: E12, E2
#[test]
fn a_publication_moves_the_wakes_that_it_changes() {
    let (_, mut engine) = waiting(SELDOM);
    let stood = engine.next_deadline();
    let later = later(engine.state().now(), 9 * 24 * 60);
    engine.advance(later);
    let with = |more: &str| prepare(&format!("{OBJECTS}\n{SELDOM}{more}"));
    let publish = |engine: &mut Engine, more: &str| {
        engine
            .publish(&with(more))
            .expect("nothing speaks against it");
        engine.next_deadline()
    };
    assert_eq!(
        publish(
            &mut engine,
            "workflow z on user { enroll when email is known steps {} }"
        ),
        stood
    );
    let soon = "2026-01-20T23:00:00Z".parse().ok();
    let more = "workflow z on contact { enroll when today > 2026-01-20 steps {} }";
    assert_eq!(publish(&mut engine, more), soon);
    // What is no longer asked for is no longer looked at.
    assert!(publish(&mut engine, "") > soon);
    let contact = prepare(&format!(
        "{OBJECTS}\nworkflow w on contact {{ enroll on pong steps {{}} }}"
    ));
    engine.publish(&contact).expect("nothing speaks against it");
    assert_eq!(engine.state().wakes(), 0);
}
