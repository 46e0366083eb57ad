//! Inputs: their order, their ids, their times.

use flow::base::Timestamp;
use flow::engine::decision::Answer;
use flow::engine::message::{Outcome, Switching};
use flow::engine::{Input, InputBody, Order, Target};

use super::world::World;

const TWO: &str = "
workflow a on contact { enroll on ping reenroll always steps { set score += 1 } }
workflow b on contact { enroll on ping reenroll always steps { set score = score * 2 } }";

/// proves: I1
#[test]
fn every_kind_of_input_is_accepted_and_told() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps { wait 1 day do log { text: \"x\" } } }
         segment vip on contact static",
    );
    world.contact("ada", &[]);
    world.create("company", "acme", &[]);
    world.set("ada", &[("city", "Oslo")]);
    world.link("ada", "companies", "acme", Some("boss"));
    world.unlink("ada", "companies", "acme", None);
    world.does("ada", "ping", &[]);
    world.member("ada", "vip", true);
    world.member("ada", "vip", false);
    world.hours(24);
    world.enroll("ada", "w");
    world.switch("w", Switching::Off);
    world.switch("w", Switching::On);
    world.switch("w", Switching::Pause);
    world.switch("w", Switching::Resume);
    let lines = world.lines();
    for line in [
        "published",
        "created",
        "wrote city Oslo",
        "linked companies boss",
        "unlinked companies",
        "event ping",
        "joined vip",
        "left_segment vip",
        "w wait_ended wait_1",
        "w action do_1 log",
        "w done do_1 1",
        "w refused enrolled_before",
        "w switched off",
        "w switched paused",
        "w switched resumed",
    ] {
        assert!(
            lines.iter().any(|told| told == line),
            "{line} in {lines:#?}"
        );
    }
}

/// proves: I1
#[test]
fn the_history_says_who_sent_an_input() {
    let mut world = World::new(TWO);
    world.contact("ada", &[]);
    let ping = Input {
        by: Some("kim".into()),
        ..world.event("ada", "ping", &[])
    };
    world.input(ping);
    let lines = world.lines();
    assert!(lines.contains(&"event ping kim".to_owned()), "{lines:#?}");
    assert!(
        lines.contains(&"wrote score 0 1".to_owned()),
        "what follows has its own cause"
    );
}

/// proves: I2
#[test]
fn the_same_inputs_give_the_same_history_and_hashes() {
    let run = || {
        let mut world = World::new(TWO);
        world.contact("ada", &[("score", "3")]);
        world.does("ada", "ping", &[]);
        world.hours(2).does("ada", "ping", &[]);
        let hashes = world.scenario.hash();
        (world.lines(), hashes, world.value("ada", "score"))
    };
    assert_eq!(run(), run());
    let with_score = |score: &str| {
        let mut world = World::new(TWO);
        let published = world.scenario.hash();
        world.contact("ada", &[("score", score)]);
        (published, world.scenario.hash())
    };
    let (three, four) = (with_score("3"), with_score("4"));
    assert_eq!(three.0, four.0, "publishing is the same");
    assert_ne!(three.1, four.1, "another score is not");
}

/// proves: I2
#[test]
fn timers_of_one_instant_fire_by_workflow() {
    let mut world = World::new(
        "workflow b on contact { enroll on ping steps { wait 1 day set city = \"b\" } }
         workflow a on contact { enroll on ping steps { wait 1 day set city = \"a\" } }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    world.hours(24);
    let lines = world.lines();
    let wrote: Vec<&String> = lines
        .iter()
        .filter(|line| line.starts_with("wrote city"))
        .collect();
    assert_eq!(wrote, ["wrote city a", "wrote city a b"]);
}

/// proves: I3
#[test]
fn an_id_that_was_seen_before_changes_nothing() {
    let mut world = World::new(TWO);
    world.contact("ada", &[("score", "1")]);
    world.contact("eve", &[("score", "1")]);
    let once = |world: &World, of: &str, id: &str| Input {
        id: Some(id.into()),
        ..world.event(of, "ping", &[])
    };
    let first = once(&world, "ada", "1");
    world.input(first.clone());
    assert_eq!(world.input(first.clone()), Some(Answer::Duplicate));
    // The id counts within its event type, for whatever record.
    let other = once(&world, "eve", "1");
    assert_eq!(world.input(other), Some(Answer::Duplicate));
    let pong = Input {
        id: Some("1".into()),
        ..world.event("ada", "pong", &[])
    };
    assert_ne!(world.input(pong), Some(Answer::Duplicate));
    assert_eq!(world.times("ada", "a"), 1);
    assert_eq!(world.times("eve", "a"), 0);
    // After a year it is forgotten.
    world.at("2027-03-01T00:00:00Z");
    assert_ne!(world.input(first), Some(Answer::Duplicate));
}

/// proves: I5, I6
#[test]
fn all_workflows_are_considered_before_any_takes_a_step() {
    let mut world = World::new(TWO);
    world.contact("ada", &[("score", "1")]);
    world.does("ada", "ping", &[]);
    // `a` writes 2 before `b` reads, for both were begun by one input and take
    // their steps in the order of names.
    let lines: Vec<String> = world
        .lines()
        .into_iter()
        .skip_while(|l| l != "event ping")
        .collect();
    let begins: Vec<&str> = lines.iter().map(String::as_str).take(5).collect();
    assert_eq!(
        begins,
        [
            "event ping",
            "a enrolled",
            "b enrolled",
            "a step set_1",
            "b step set_1"
        ]
    );
}

/// proves: I5
#[test]
fn an_assigned_value_is_carried_and_an_addition_is_computed_at_the_target() {
    // Both steps send before either write is applied: `=` carries 1 * 2, `+=`
    // adds to what it finds.
    let mut world = World::new(TWO);
    world.contact("ada", &[("score", "1")]);
    world.does("ada", "ping", &[]);
    assert_eq!(world.value("ada", "score"), "2");
    let mut world = World::new(
        "workflow a on contact { enroll on ping steps { set score = score * 10 } }
         workflow b on contact { enroll on ping steps { set score += 1 } }",
    );
    world.contact("ada", &[("score", "1")]);
    world.does("ada", "ping", &[]);
    assert_eq!(world.value("ada", "score"), "11");
}

/// proves: I5
#[test]
fn the_writer_goes_on_before_what_its_write_has_enrolled() {
    let mut world = World::new(
        "workflow z on contact { enroll on ping steps { set score = 9 set city = \"z\" } }
         workflow a on contact { enroll when score > 5 steps { set city = \"a\" } }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    let lines = world.lines();
    let place = |line: &str| {
        let found = lines.iter().position(|told| told == line);
        found.unwrap_or_else(|| panic!("{line} in {lines:#?}"))
    };
    assert!(place("wrote score 0 9") < place("a enrolled"));
    assert!(place("a enrolled") < place("z step set_2"));
    assert!(place("z step set_2") < place("a step set_1"));
    assert_eq!(world.value("ada", "city"), "a");
}

/// proves: I5
#[test]
fn an_equal_value_changes_nothing() {
    let mut world =
        World::new("workflow w on contact { enroll on changed city reenroll always steps {} }");
    world.contact("ada", &[("city", "Oslo")]);
    world.hours(1);
    let before = world.lines().len();
    let updated = |world: &World| {
        world
            .state()
            .record(world.id("ada"))
            .expect("it is there")
            .updated_at
    };
    let at = updated(&world);
    world.set(
        "ada",
        &[
            ("city", "Oslo"),
            ("score", "0.0"),
            ("email", "ADA@acme.example"),
        ],
    );
    assert_eq!(world.lines().len(), before);
    assert_eq!(updated(&world), at);
    world.set("ada", &[("city", "Bergen")]);
    assert!(updated(&world) > at);
    assert_eq!(world.times("ada", "w"), 1);
}

/// proves: I5
#[test]
fn a_refused_unique_value_fails_the_step_and_the_path_goes_on() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps { set email = \"EVE@acme.example\" set city = \"on\" } }
         workflow sees on contact { enroll on action_failed where error == \"not_unique\" steps {} }",
    );
    world.contact("ada", &[]);
    world.contact("eve", &[]);
    world.does("ada", "ping", &[]);
    assert_eq!(world.value("ada", "email"), "ada@acme.example");
    assert_eq!(world.value("ada", "city"), "on");
    assert_eq!(
        world.path("ada", "w"),
        [
            "enrolled",
            "step set_1",
            "failed set_1 not_unique",
            "step set_2",
            "left completed"
        ]
    );
    assert_eq!(world.times("ada", "sees"), 1);
    // A value that is given up is free.
    world.set("eve", &[("email", "new@acme.example")]);
    assert_eq!(
        world.set("ada", &[("email", "eve@acme.example")]),
        Some(Answer::Accepted(world.id("ada")))
    );
    assert_eq!(world.value("ada", "email"), "eve@acme.example");
}

/// proves: I5
#[test]
fn a_chain_of_more_than_a_hundred_causes_writes_but_enrols_nobody() {
    let source = |wait: &str| {
        format!(
            "workflow a on contact {{ enroll on changed score reenroll always steps {{ {wait} set bonus = score }} }}
             workflow b on contact {{ enroll on changed bonus reenroll always steps {{ set score += 1 }} }}"
        )
    };
    let mut world = World::new(&source(""));
    world.contact("ada", &[]);
    world.set("ada", &[("score", "1")]);
    // The input is the first cause, each write one more; the hundredth still
    // enrols, what it enrols still writes.
    assert_eq!(world.times("ada", "a") + world.times("ada", "b"), 100);
    assert_eq!(world.value("ada", "score"), "51");
    assert_eq!(world.value("ada", "bonus"), "50");
    let refused = world.path("ada", "a").pop();
    assert_eq!(refused.as_deref(), Some("refused chain_too_long"));
    // A timer begins a new chain.
    let mut world = World::new(&source("wait 1 hour"));
    world.contact("ada", &[]);
    world.set("ada", &[("score", "1")]);
    world.hours(200);
    assert_eq!(world.value("ada", "score"), "201");
}

/// proves: I7
#[test]
fn times_neither_run_back_nor_far_ahead() {
    let mut world = World::new(TWO);
    world.contact("ada", &[]);
    let mut input = world.event("ada", "ping", &[]);
    input.occurred_at = "2026-01-05T09:05:00Z".parse().ok();
    assert!(matches!(
        world.input(input.clone()),
        Some(Answer::Accepted(_))
    ));
    input.occurred_at = "2026-01-05T09:05:01Z".parse().ok();
    assert!(matches!(world.input(input), Some(Answer::Refused(_))));
    // An input that comes with an earlier time is accepted at the present one.
    let early: Timestamp = "2020-01-01T00:00:00Z".parse().expect("it is a time");
    let ping = world.event("ada", "ping", &[]);
    world.scenario.apply(early, ping);
    let last = world
        .scenario
        .carrier()
        .entries
        .last()
        .map(|entry| entry.at);
    assert_eq!(last, "2026-01-05T09:00:00Z".parse().ok());
}

/// proves: I8
#[test]
fn time_comes_before_the_input() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps { wait 1 day set city = \"w\" } }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    // Both are due at the same instant: the timer is first.
    world.hours(24).set("ada", &[("city", "input")]);
    assert_eq!(world.value("ada", "city"), "input");
}

/// proves: I8
#[test]
fn after_a_stop_time_comes_before_the_input() {
    let prepared = super::world::prepare(&format!(
        "{}\nworkflow w on contact {{ enroll on created steps {{ wait 1 day set city = \"w\" }} }}",
        super::world::OBJECTS
    ));
    let catalog = &prepared.program.catalog;
    let contact = catalog.object(&flow::base::Name::new("contact"));
    let contact = contact.expect("it is there");
    let property = |name: &str| catalog.objects[contact].property(name);
    let (email, city) = (property("email"), property("city"));
    let (email, city) = (email.expect("it is there"), city.expect("it is there"));
    let text = |text: &str| flow::model::Value::Text(text.into());
    // Without a driver that stops at each deadline.
    let mut engine = flow::engine::Engine::new(prepared.clone(), "test", Order::Sent);
    let start: Timestamp = "2026-01-05T09:00:00Z".parse().expect("it is a time");
    engine.apply(start, InputBody::Publish.into());
    let ada = InputBody::Create(contact, vec![(email, text("ada@acme.example"))]);
    engine.apply(start, ada.into());
    let ada = engine.state().records().next().expect("it is there").id;
    let late: Timestamp = "2026-01-07T09:00:00Z".parse().expect("it is a time");
    let set = vec![(city, Some(text("input")))];
    engine.apply(late, InputBody::Set(Target::Id(contact, ada), set).into());
    engine.advance(late);
    let cell = engine.state().record(ada).expect("it is there");
    assert_eq!(cell.value(city), Some(&text("input")));
}

/// proves: I8
#[test]
fn after_a_stop_what_follows_a_timer_counts_from_its_due_time() {
    use flow::engine::Engine;
    let prepared = super::world::prepare(&format!(
        "{}\nworkflow w on contact {{ enroll on created steps {{ wait 1 day set city = \"one\" wait 1 day set city = \"two\" }} }}",
        super::world::OBJECTS
    ));
    let mut world = World::of(prepared.clone(), Order::Sent);
    world.publish();
    world.contact("ada", &[]);
    let contact = prepared
        .program
        .catalog
        .object(&flow::base::Name::new("contact"))
        .expect("it is there");
    let email = prepared.program.catalog.objects[contact]
        .property("email")
        .expect("it is there");
    // The same without a driver that stops at each deadline.
    let mut engine = Engine::new(prepared, "test", Order::Sent);
    let start: Timestamp = "2026-01-05T09:00:00Z".parse().expect("it is a time");
    engine.apply(start, InputBody::Publish.into());
    let value = flow::model::Value::Text("ada@acme.example".into());
    engine.apply(
        start,
        InputBody::Create(contact, vec![(email, value)]).into(),
    );
    let late: Timestamp = "2026-02-01T00:00:00Z".parse().expect("it is a time");
    let effects = engine.advance(late);
    let cell = engine.state().records().next().expect("it is there");
    assert!(cell.enrolments.is_empty(), "both waits are over");
    assert!(
        effects.entries.iter().all(|entry| entry.at == late),
        "judged at now"
    );
    let due: Vec<String> = effects
        .entries
        .iter()
        .filter_map(|entry| match entry.what {
            flow::engine::decision::What::WaitBegan(due) => Some(due?.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(due, ["2026-01-07T09:00:00Z"], "counted from the due time");
}

/// proves: I9
#[test]
fn results_are_inputs_at_the_same_instant_in_the_order_decided() {
    let mut world = World::new(
        "workflow a on contact { enroll on ping steps { do log { text: \"a\" } set city = \"a\" } }
         workflow b on contact { enroll on ping steps { do log { text: \"b\" } set city = \"b\" } }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    assert_eq!(world.sent(), ["log text=\"a\"", "log text=\"b\""]);
    assert_eq!(world.value("ada", "city"), "b");
    let at: Vec<Timestamp> = world
        .scenario
        .carrier()
        .entries
        .iter()
        .map(|entry| entry.at)
        .collect();
    assert!(at.iter().all(|at| *at == at_start()));
}

fn at_start() -> Timestamp {
    "2026-01-05T09:00:00Z".parse().expect("it is a time")
}

/// proves: I4
#[test]
fn what_an_input_does_to_another_record_is_a_message_applied_once() {
    let mut world = World::new(
        "workflow w on contact { enroll on ping reenroll always steps { set companies.size += 1 set city = \"done\" } }",
    );
    world.contact("ada", &[]);
    for company in ["one", "two"] {
        world.create("company", company, &[("size", "1")]);
        world.link("ada", "companies", company, None);
    }
    world.does("ada", "ping", &[]);
    assert_eq!(
        (world.value("one", "size"), world.value("two", "size")),
        ("2".into(), "2".into())
    );
    assert_eq!(
        world.value("ada", "city"),
        "done",
        "it waited for both answers"
    );
    // The result of an action that was given twice continues nothing.
    let mut world = World::new(
        "workflow w on contact { enroll on ping steps { do log { text: \"x\" } set score += 1 } }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    assert_eq!(world.value("ada", "score"), "1");
    let (mut engine, outside) = world.scenario.into_parts();
    let entries = outside.entries.len();
    assert!(entries > 0);
    let again = flow::engine::decision::Action {
        key: outside.keys[0],
        record: engine.state().records().next().expect("it is there").id,
        enrolment: flow::base::Uid::of(&[]),
        workflow: flow::model::WorkflowId::at(0),
        step: 0,
        attempt: 1,
        decided_at: at_start(),
        request: match &outside.entries.iter().find_map(|entry| match &entry.what {
            flow::engine::decision::What::Asked(call) => Some(call.clone()),
            _ => None,
        }) {
            Some(call) => call.clone(),
            None => panic!("an action was asked for"),
        },
    };
    let effects = engine.finish(at_start(), again.attempt(), Outcome::Done(Vec::new()));
    assert!(effects.actions.is_empty());
    assert_eq!(effects.entries.len(), 1, "it is told and does nothing");
}

/// proves: I5
#[test]
fn what_goes_round_at_one_instant_comes_to_an_end() {
    // A failing action enrols again at once: each result begins a new chain.
    let mut world = World::new(
        "workflow w on contact { enroll on ping reenroll on action_failed steps { do create_task { subject: name } do log { text: \"x\" } } }
         workflow v on contact { enroll on pong reenroll on changed score steps { wait until now set score += 1 set score += 1 } }
         workflow u on contact { enroll on changed score reenroll always steps { wait until now set score += 1 } }",
    );
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    world.does("ada", "pong", &[]);
    let told = |world: &World, workflow: &str| {
        let path = world.path("ada", workflow);
        path.iter().any(|line| line == "refused chain_too_long")
    };
    assert!(told(&world, "w") || told(&world, "u") || told(&world, "v"));
    // When time passes it is enrolled again.
    let before = world.lines().len();
    world.hours(1).does("ada", "ping", &[]);
    assert!(world.lines().len() > before);
}

/// proves: I2
// size: one of each kind of input.
#[test]
fn inputs_freeze_to_names_and_thaw_to_the_same() {
    use flow::engine::frozen::v1::input::{freeze, thaw};
    use flow::engine::{Received, Target, key};
    use flow::model::{Raw, Value};
    let mut world = World::new(&format!("{TWO} segment vip on contact static"));
    world.contact("ada", &[]);
    world.create("company", "acme", &[]);
    let prepared = world.prepared();
    let catalog = &prepared.program.catalog;
    let contact = catalog
        .object(&flow::base::Name::new("contact"))
        .expect("it is there");
    let object = &catalog.objects[contact];
    let property = |name: &str| object.property(name).expect("it is there");
    let ada = || Target::Id(contact, world.id("ada"));
    let email = Value::Text("Ada@acme.example".into());
    let by_key = || Target::Key(key(prepared, contact, property("email"), &email));
    let values = vec![
        (
            property("score"),
            Value::Number("1.50".parse().expect("a number")),
        ),
        (property("stage"), Value::Member(2)),
        (property("tags"), Value::Set([0, 2].into())),
        (property("due"), Value::Datetime(at_start())),
        (
            property("day"),
            Value::Date("2026-01-05".parse().expect("a day")),
        ),
        (property("flag"), Value::Bool(true)),
    ];
    let known = values.iter().map(|(id, value)| (*id, Some(value.clone())));
    let set = known.chain([(property("city"), None)]).collect();
    let companies = object.association("companies").expect("it is there");
    let label = Some(flow::base::Name::new("boss"));
    let ping = catalog
        .event(&flow::base::Name::new("ping"))
        .expect("it is there");
    let received = Received {
        key: Some(Raw::Text("x".into())),
        fields: vec![
            None,
            Some(Raw::List(vec![
                Raw::Null,
                Raw::Bool(true),
                Raw::Number(7.into()),
            ])),
        ],
        body: world.id("ada"),
    };
    let (w, vip) = (world.workflow("a"), flow::model::SegmentId::at(0));
    let bodies = [
        InputBody::Publish,
        InputBody::Switch(w, Switching::Pause),
        InputBody::Create(contact, values.clone()),
        InputBody::Import("fair".into(), contact, values),
        InputBody::Set(by_key(), set),
        InputBody::Link(ada(), companies, by_key(), label.clone()),
        InputBody::Unlink(by_key(), companies, ada(), label),
        InputBody::Event(ada(), ping, vec![Some(Value::Number(3.into())), None]),
        InputBody::Webhook(ping, received),
        InputBody::Enroll(ada(), w),
        InputBody::Unenroll(by_key(), w),
        InputBody::Member(ada(), vip, true),
    ];
    for body in bodies {
        let input = Input {
            id: Some("7".into()),
            occurred_at: Some(at_start()),
            by: Some("kim".into()),
            body,
        };
        let frozen = freeze(prepared, &input);
        assert_eq!(thaw(prepared, &frozen), Some(input));
    }
}

/// proves: E4
#[test]
fn a_record_that_is_named_as_another_object_is_no_record() {
    use flow::engine::Target;
    let mut world = World::new(TWO);
    world.contact("ada", &[]);
    world.create("company", "acme", &[]);
    let catalog = &world.prepared().program.catalog;
    let contact = catalog
        .object(&flow::base::Name::new("contact"))
        .expect("it is there");
    let object = &catalog.objects[contact];
    let acme = Target::Id(contact, world.id("acme"));
    let ada = Target::Id(contact, world.id("ada"));
    let day = object.property("day").expect("it is there");
    let companies = object.association("companies").expect("it is there");
    let set = InputBody::Set(acme.clone(), vec![(day, None)]);
    let enroll = InputBody::Enroll(acme, world.workflow("a"));
    let link = InputBody::Link(ada.clone(), companies, ada, None);
    for body in [set, enroll] {
        assert!(matches!(
            world.input(body.into()),
            Some(Answer::NoRecord(_))
        ));
    }
    world.input(link.into());
    let ends = &world
        .state()
        .record(world.id("ada"))
        .expect("it is there")
        .ends;
    assert!(ends.is_empty());
}
