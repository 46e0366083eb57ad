//! Actions that failed for good and are put back: under the same key, by
//! themselves, judged before each attempt.

use flow::base::{Timestamp, Uid};
use flow::engine::decision::{Action, Answer, What};
use flow::engine::frozen::v1::event::{Event as Frozen, Thawed};
use flow::engine::frozen::v1::state::{freeze, thaw};
use flow::engine::message::{Again, Outcome, Switching};
use flow::engine::put_back::{PutBack, Retry};
use flow::engine::{Engine, Event, Order};

use super::world::World;

fn failed(status: u16) -> Outcome {
    Outcome::Failed {
        status: Some(status),
        error: "refused".into(),
        again: Again::Usual,
    }
}

const CALLS: &str = "
  workflow w on contact { enroll on ping reenroll always suppress when stage == customer steps {
    call: do log { text: \"{city}\" } retry 1 times over 1 hours on error { set name = \"sorry\" }
    set bonus = 1
  } }
  workflow sees on contact { enroll on action_failed reenroll always steps {} }";

/// A contact whose action has failed for good; its last attempt.
fn lost(workflows: &str) -> (World, Action) {
    let mut world = World::new(workflows);
    world.contact("ada", &[("city", "Oslo")]);
    world.script([failed(400)]);
    world.does("ada", "ping", &[]);
    let last = world.scenario.carrier().actions.last().cloned();
    (world, last.expect("it was asked for"))
}

fn put_back(world: &World) -> Vec<PutBack> {
    let cell = world.state().record(world.id("ada")).expect("she is there");
    cell.put_back.values().cloned().collect()
}

/// proves: A1, A4, H1
#[test]
fn an_action_is_put_back_under_its_key() {
    let (mut world, last) = lost(CALLS);
    let before = world.path("ada", "w");
    assert_eq!(before.last().map(String::as_str), Some("left completed"));
    assert_eq!(world.value("ada", "name"), "sorry");
    world.set("ada", &[("city", "Bergen"), ("name", "Ada")]);
    let (count, answer) = (before.len(), world.put_back(&last));
    assert_eq!(answer, Some(Answer::Accepted(world.id("ada"))));
    // It is what was rendered then, and the path does not go on again.
    let outside = world.scenario.carrier();
    assert_eq!(world.sent(), ["log text=\"Oslo\"", "log text=\"Oslo\""]);
    assert_eq!(outside.keys[0], outside.keys[1]);
    assert_eq!(outside.actions[1].attempt, 2);
    assert_eq!(
        world.path("ada", "w")[count..],
        ["put_back call log ops", "done call 2"]
    );
    assert_eq!(world.value("ada", "name"), "Ada");
    assert!(put_back(&world).is_empty() && !world.inside("ada", "w"));
    let entry = world.scenario.carrier().entries.iter();
    let mut entry = entry.filter(|entry| matches!(entry.what, What::PutBack(_)));
    let entry = entry.next().expect("it is told");
    assert_eq!(entry.by.as_deref(), Some("ops"));
    assert_eq!(entry.enrolment, Some(last.enrolment));
    // Its enrolment has left, and is told all the same (E16).
    assert_eq!(entry.key.as_deref(), Some("k"));
    assert!(entry.span.is_some());
}

/// proves: A3, A4
#[test]
fn its_retries_count_anew_and_it_fails_once_more() {
    let (mut world, last) = lost(CALLS);
    assert_eq!(world.times("ada", "sees"), 1);
    let before = world.path("ada", "w").len();
    world.script([failed(503), failed(503)]);
    world.put_back(&last);
    assert_eq!(put_back(&world)[0].before, 1);
    let due: Option<Timestamp> = "2026-01-05T10:00:00Z".parse().ok();
    assert_eq!(world.state().next_deadline(), due);
    world.hours(24);
    assert_eq!(
        world.path("ada", "w")[before..],
        [
            "put_back call log ops",
            "attempt_failed call 2 refused 503 2026-01-05T10:00:00Z",
            "attempt_failed call 3 refused 503",
        ]
    );
    // The step has failed before: `action_failed` occurs once.
    assert_eq!(world.times("ada", "sees"), 1);
    assert!(put_back(&world).is_empty());
    let last = world.scenario.carrier().actions.last().cloned();
    world.put_back(&last.expect("it was asked for"));
    let path = world.path("ada", "w");
    assert_eq!(path.last().map(String::as_str), Some("done call 4"));
}

/// proves: A3
#[test]
fn without_a_retry_of_its_step_the_usual_one_counts() {
    let (mut world, last) =
        lost("workflow w on contact { enroll on ping steps { do log { text: \"x\" } } }");
    let last = Action {
        attempt: 30,
        ..last
    };
    world.script(vec![failed(503); 40]);
    world.put_back(&last);
    let attempts = |world: &World| world.sent().len() - 1;
    assert_eq!(attempts(&world), 1);
    world.hours(1);
    assert!(attempts(&world) > 4, "{}", attempts(&world));
    world.hours(24 * 4);
    assert!(
        (16..=19).contains(&attempts(&world)),
        "{}",
        attempts(&world)
    );
    assert!(put_back(&world).is_empty());
}

/// proves: A8, E17
#[test]
fn a_paused_workflow_holds_it() {
    let (mut world, last) = lost(CALLS);
    world.switch("w", Switching::Pause);
    world.put_back(&last);
    world.hours(5);
    assert_eq!(world.sent().len(), 1);
    assert_eq!(put_back(&world).len(), 1);
    world.switch("w", Switching::Resume);
    assert_eq!(world.sent().len(), 2);
    assert_eq!(world.scenario.carrier().actions[1].attempt, 2);
    assert!(put_back(&world).is_empty());
}

/// proves: A8, L2, L5
#[test]
fn off_or_suppressed_it_is_withdrawn() {
    let (mut world, last) = lost(CALLS);
    world.switch("w", Switching::Off);
    world.put_back(&last);
    world.switch("w", Switching::On);
    world.set("ada", &[("stage", "customer")]);
    world.put_back(&last);
    assert_eq!(world.sent().len(), 1);
    let path = world.path("ada", "w");
    assert_eq!(
        path[path.len() - 4..],
        [
            "put_back call log ops",
            "withdrawn call workflow_off",
            "put_back call log ops",
            "withdrawn call suppressed",
        ]
    );
    assert!(put_back(&world).is_empty());
    world.set("ada", &[("stage", "lead")]);
    world.put_back(&last);
    assert_eq!(world.sent().len(), 2);
}

/// proves: A1, A4
#[test]
fn what_is_under_way_is_not_put_back() {
    let (mut world, last) = lost(CALLS);
    world.script([failed(503)]);
    world.put_back(&last);
    let before = world.lines().len();
    assert_eq!(world.put_back(&last), Some(Answer::Duplicate));
    // Nor is what an enrolment waits for.
    world.contact("eve", &[("city", "Oslo")]);
    world.script([failed(503)]);
    world.does("eve", "ping", &[]);
    let open = world.scenario.carrier().actions.last().cloned();
    let sent = world.sent().len();
    let answer = world.put_back(&open.expect("it was asked for"));
    assert_eq!(
        (answer, world.sent().len()),
        (Some(Answer::Duplicate), sent)
    );
    let told = world.lines().split_off(before);
    assert!(
        told.iter().all(|line| !line.contains("put_back")),
        "{told:?}"
    );
    // Of a record that is not there nothing comes.
    let stray = Action {
        record: Uid::of(&[b"nobody"]),
        ..last
    };
    let answer = world.put_back(&stray);
    assert!(matches!(answer, Some(Answer::NoRecord(_))), "{answer:?}");
}

/// proves: A4, V2
#[test]
fn a_publication_carries_it_over_by_names() {
    let (mut world, last) = lost(CALLS);
    world.script([failed(503)]);
    world.put_back(&last);
    let moved = CALLS.replace("call: do", "wait 1 day call: do").replace(
        "workflow w",
        "workflow a on contact { steps {} }\nworkflow w",
    );
    let migrated = world.edit(&moved).expect("nothing speaks against it");
    let last = migrated.action(&last).expect("its workflow is there");
    let of = put_back(&world).remove(0);
    assert_eq!((of.workflow, of.step), (world.workflow("w"), Some(1)));
    world.hours(1);
    assert_eq!(world.sent().len(), 3);
    let path = world.path("ada", "w");
    assert_eq!(path.last().map(String::as_str), Some("done call 3"));
    // Without its step it has no place; without its workflow it is withdrawn.
    world.script([failed(503)]);
    world.put_back(&last);
    let gone = moved.replace("call: do log { text: \"{city}\" } retry 1 times over 1 hours on error { set name = \"sorry\" }", "");
    world.edit(&gone).expect("nothing speaks against it");
    assert_eq!(put_back(&world)[0].step, None);
    let none = "workflow sees on contact { enroll on action_failed reenroll always steps {} }";
    let migrated = world.edit(none).expect("nothing speaks against it");
    let [withdrawn] = migrated.withdrawn.as_slice() else {
        panic!("{:?}", migrated.withdrawn);
    };
    assert!(migrated.takes_away());
    assert!(
        migrated.to_string().contains("would be withdrawn: 1"),
        "{migrated}"
    );
    assert_eq!(
        (withdrawn.action.key, withdrawn.action.attempt),
        (last.key, 3)
    );
    let what = What::Withdrawn(PutBack::REMOVED.into());
    assert_eq!(withdrawn.entry.what, what);
    assert!(put_back(&world).is_empty());
    assert_eq!(world.state().next_deadline(), None);
}

/// proves: A4, V2
#[test]
fn what_is_withdrawn_says_where_it_stood() {
    let (mut world, last) = lost(CALLS);
    world.script([failed(503)]);
    world.put_back(&last);
    let of = put_back(&world).remove(0);
    let plan = world.prepared().workflow(world.workflow("w"));
    let step = plan.and_then(|plan| plan.steps.get(of.step?));
    let span = step.map(|step| step.span);
    let migrated = world.edit("").expect("nothing speaks against it");
    let entry = &migrated.withdrawn[0].entry;
    assert_eq!((entry.step, entry.span), (of.step, span));
    assert!(entry.step.is_some() && entry.span.is_some());
    assert_eq!(entry.enrolment, Some(of.enrolment));
}

/// Numbers with all their digits, secrets, records, a message.
const RICH: &str = r#"
  message hello(place: string) on contact { subject: "Hi", text: "In {place}" }
  workflow w on contact { enroll on ping steps {
    do http { url: "https://api.example.com/{city}", method: POST,
      headers: { "X-Key": secret(api) }, json: { third: score / 3, list: [1, "two", flag], none: bonus } }
    do send_email { to: email, message: hello, place: city ?? "Oslo" }
    do notify { to: owner, text: "x" }
  } }"#;

/// proves: A1
#[test]
fn what_was_asked_is_kept_in_the_log_as_it_was() {
    let mut world = World::new(RICH);
    world.contact("ada", &[("city", "Oslo"), ("score", "1")]);
    world.create("user", "kim", &[("name", "Kim")]);
    world.link("ada", "owner", "kim", None);
    world.script(vec![failed(400); 3]);
    world.does("ada", "ping", &[]);
    let actions = world.scenario.carrier().actions.clone();
    assert_eq!(actions.len(), 3);
    for last in &actions {
        let event = Event::Retry(Box::new(Retry {
            asked: last.attempt(),
            request: last.request.clone(),
            per: "".into(),
            by: Some("ops".into()),
        }));
        let at = last.decided_at;
        let bytes = Frozen::freeze(world.prepared(), at, None, &event).bytes();
        let read = Frozen::read(&bytes).expect("it was written");
        assert_eq!(read.thaw(world.prepared()), Thawed::Event(event));
    }
}

/// proves: A4
#[test]
fn a_frozen_state_keeps_what_was_put_back() {
    let (mut world, last) = lost(CALLS);
    let plain = freeze(&world.scenario.machine().image().expect("settled")).expect("settled");
    world.script([failed(503)]);
    world.put_back(&last);
    let image = world.scenario.machine().image().expect("settled");
    let frozen = freeze(&image).expect("settled");
    assert_ne!(frozen.blocks, plain.blocks);
    let thawed = thaw(image.prepared(), &frozen).expect("it is whole");
    let engine = Engine::from_image(thawed, "test", Order::Sent);
    let ada = world.id("ada");
    assert_eq!(engine.state().record(ada), world.state().record(ada));
    assert_eq!(engine.next_deadline(), world.state().next_deadline());
}
