//! Actions: asked for once, carried out by others, answered.

use flow::base::Uid;
use flow::engine::decision::What;
use flow::engine::message::Outcome;

use super::world::World;

fn failed(status: u16) -> Outcome {
    Outcome::Failed {
        status: Some(status),
        error: "refused".into(),
        again: flow::engine::message::Again::Usual,
    }
}

const MAIL: &str = "
message hello(place: string) on contact { subject: \"Hi {name ?? \"there\"}\", text: \"See you in {place}, {stage}\" }
workflow w on contact { enroll on ping reenroll always steps {
  greet: do send_email { to: email, message: hello, place: city ?? \"Oslo\" } as mail
  set bonus = length(mail.message_id)
} }";

/// proves: A1, A2
#[test]
fn a_request_is_rendered_once_and_waited_for() {
    let mut world = World::new(MAIL);
    world.contact("ada", &[("name", "Ada")]);
    let results = vec![Some(flow::model::Value::Text("abc".into()))];
    let (engine, mut outside) = world.scenario.into_parts();
    outside.script.push_back(Outcome::Done(results));
    world.scenario = flow::scenario::Scenario::new(engine, outside, Vec::new());
    world.does("ada", "ping", &[]);
    assert_eq!(
        world.sent(),
        [
            "send_email to=\"ada@acme.example\" message=\"hello\" | Hi Ada | See you in Oslo, subscriber"
        ]
    );
    assert_eq!(world.value("ada", "bonus"), "3");
    assert_eq!(
        world.path("ada", "w"),
        [
            "enrolled",
            "action greet send_email",
            "done greet 1",
            "step set_1",
            "left completed"
        ]
    );
}

/// proves: A1
#[test]
fn keys_come_from_enrolment_step_and_visit() {
    let keys = |pings: usize| -> Vec<Uid> {
        let mut world = World::new(MAIL);
        world.contact("ada", &[]);
        for _ in 0..pings {
            world.does("ada", "ping", &[]);
        }
        world.scenario.carrier().keys.clone()
    };
    assert_eq!(keys(2), keys(2), "the same on every machine");
    assert_ne!(keys(2)[0], keys(2)[1], "another enrolment");
    assert_eq!(keys(2)[0], keys(1)[0]);
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps {
           again: do log { text: \"x\" } wait 1 day set score += 1
           branch { case when score < 2 { goto again } }
         } }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    world.hours(48);
    let visits = world.scenario.carrier().keys.clone();
    assert_eq!(visits.len(), 2);
    assert_ne!(visits[0], visits[1], "another visit");
}

/// proves: A1, A2, A4
#[test]
fn attempts_have_one_key_and_double_their_delays() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps {
           call: do log { text: \"{score}\" } retry 3 times over 4 hours on error { set city = \"failed\" }
           set name = \"after\"
         } }
         workflow sees on contact { enroll on action_failed where action == \"log\" and status == 503 steps {} }",
    );
    world.contact("ada", &[]);
    let (engine, mut outside) = world.scenario.into_parts();
    outside
        .script
        .extend([failed(503), failed(503), failed(503), failed(503)]);
    world.scenario = flow::scenario::Scenario::new(engine, outside, Vec::new());
    world.does("ada", "ping", &[]);
    world.set("ada", &[("score", "7")]);
    assert_eq!(
        world.value("ada", "name"),
        "unknown",
        "it waits in the step"
    );
    world.hours(24);
    let outside = world.scenario.carrier();
    let at: Vec<String> = outside.sent.iter().map(|(at, _)| at.to_string()).collect();
    assert_eq!(
        at,
        [
            "2026-01-05T09:00:00Z",
            "2026-01-05T10:00:00Z",
            "2026-01-05T12:00:00Z",
            "2026-01-05T16:00:00Z"
        ]
    );
    assert!(outside.keys.windows(2).all(|pair| pair[0] == pair[1]));
    assert!(
        outside
            .sent
            .iter()
            .all(|(_, line)| line == "log text=\"0\""),
        "rendered once"
    );
    assert_eq!(world.times("ada", "sees"), 1);
    assert_eq!(
        (world.value("ada", "city"), world.value("ada", "name")),
        ("failed".into(), "after".into())
    );
}

/// proves: A4
#[test]
fn a_failure_is_told_and_the_path_goes_on() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps { do log { text: \"x\" } retry 3 times over 1 day set city = \"on\" } }",
    );
    world.contact("ada", &[]);
    let (engine, mut outside) = world.scenario.into_parts();
    outside.script.push_back(failed(400));
    world.scenario = flow::scenario::Scenario::new(engine, outside, Vec::new());
    world.does("ada", "ping", &[]);
    assert_eq!(
        world.path("ada", "w"),
        [
            "enrolled",
            "action do_1 log",
            "attempt_failed do_1 1 refused 400",
            "failed do_1 refused",
            "step set_1",
            "left completed"
        ]
    );
}

/// proves: A2
#[test]
fn the_result_of_an_enrolment_that_has_left_continues_nothing() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping unenroll when flag steps { do log { text: \"x\" } retry 1 times over 2 hours set city = \"on\" } }",
    );
    world.contact("ada", &[]);
    let (engine, mut outside) = world.scenario.into_parts();
    outside.script.push_back(failed(503));
    world.scenario = flow::scenario::Scenario::new(engine, outside, Vec::new());
    world.does("ada", "ping", &[]);
    world.set("ada", &[("flag", "true")]);
    world.hours(24);
    assert_eq!(world.sent().len(), 1, "no attempt follows");
    assert_eq!(world.value("ada", "city"), "unknown");
}

/// proves: A6
#[test]
fn what_would_be_sent_is_seen_and_nothing_leaves() {
    // The carrier of a scenario is all that an action reaches; this one notes.
    let mut world = World::new(MAIL);
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    assert_eq!(world.sent().len(), 1);
    assert!(world.sent()[0].contains("Hi there"));
}

/// proves: A10
#[test]
fn a_required_argument_that_is_unknown_fails_at_once() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps {
           do create_task { subject: name } retry 3 times over 1 day on error { set city = \"no name\" }
           do log { text: \"after\" }
         } }
         workflow sees on contact { enroll on action_failed where error == \"missing_argument: subject\" steps {} }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    assert_eq!(world.sent(), ["log text=\"after\""]);
    assert_eq!(world.value("ada", "city"), "no name");
    assert_eq!(world.times("ada", "sees"), 1);
    assert!(
        world
            .path("ada", "w")
            .contains(&"failed do_1 missing_argument: subject".to_owned())
    );
}

/// proves: H1
#[test]
fn entries_say_when_who_where_and_from_which_text() {
    let mut world = World::new(MAIL);
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    let id = world.id("ada");
    let entries = &world.scenario.carrier().entries;
    let asked = entries
        .iter()
        .find(|entry| matches!(entry.what, What::Asked(_)));
    let asked = asked.expect("an action was asked for");
    assert_eq!(asked.record, Some(id));
    assert_eq!(asked.at.to_string(), "2026-01-05T09:00:00Z");
    let plan = asked.workflow.and_then(|id| world.prepared().workflow(id));
    let step = asked.step.and_then(|step| plan?.steps.get(step));
    assert_eq!(step.map(|step| step.id.as_str()), Some("greet"));
    assert_eq!(asked.span, step.map(|step| step.span));
    // A refusal is told only where the trigger held.
    let mut world = World::new(
        "workflow w on contact { enroll on ping where n > 1 only when flag suppress when stage == lead steps {} }",
    );
    world.contact("ada", &[("stage", "lead")]);
    world.does("ada", "ping", &[("n", "1")]);
    world.does("ada", "ping", &[("n", "2")]);
    assert!(world.path("ada", "w").is_empty());
    world.set("ada", &[("flag", "true")]);
    world.does("ada", "ping", &[("n", "2")]);
    assert_eq!(world.path("ada", "w"), ["refused suppressed"]);
}
