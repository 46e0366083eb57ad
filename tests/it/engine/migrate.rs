//! Publications over a running state: where enrolments go on, what is carried
//! over, what is lost and what is refused.

use std::sync::Arc;

use flow::engine::decision::{Action, Answer, What};
use flow::engine::enrolment::Stage;
use flow::engine::frozen::v1::state::{Frozen, freeze, thaw};
use flow::engine::message::{Outcome, Switching};
use flow::engine::{Engine, Goes, InputBody, Migrated, Order, Prepared, Refused};
use flow::model::Value;
use proptest::prelude::{any, proptest};

use super::freeze::Driven;
use super::world::{OBJECTS, World, prepare};
use crate::chance::random;
use crate::generate::{history, sketch};
use crate::property::engine_side::input;

fn flow(steps: &str) -> String {
    format!("workflow w on contact {{ enroll on ping steps {{ {steps} }} }}")
}

/// One contact that has been inside for a day.
fn begun(steps: &str) -> World {
    let mut world = World::new(&flow(steps));
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    world.hours(24);
    world
}

/// Where the contact stands, by the report.
fn goes(migrated: &Migrated) -> Vec<(Option<&str>, Goes)> {
    let moves = migrated.moves.iter();
    moves
        .map(|one| (one.from.as_ref().map(|name| name.as_str()), one.to.clone()))
        .collect()
}

fn stays(name: &str) -> Goes {
    Goes::Stays(flow::base::Name::new(name))
}

fn on(name: &str) -> Goes {
    Goes::On(flow::base::Name::new(name))
}

/// proves: V1, V2
#[test]
fn an_enrolment_moves_to_the_new_version() {
    let mut world = begun("wait 3 days set city = \"x\"");
    let version = |world: &World| {
        let cell = world.state().record(world.id("ada")).expect("she is there");
        let of = &cell.enrolments[0];
        let plan = world.prepared().workflow(of.workflow).expect("it is there");
        (of.version, plan.version)
    };
    let before = version(&world);
    assert_eq!(before.0, before.1);
    let migrated = world.edit(&flow("wait 3 days set city = \"y\""));
    let migrated = migrated.expect("nothing speaks against it");
    assert_eq!(goes(&migrated), [(Some("wait_1"), stays("wait_1"))]);
    let after = version(&world);
    assert_eq!(after.0, after.1);
    assert_ne!(before.0, after.0);
    world.hours(48);
    assert_eq!(world.value("ada", "city"), "y");
    // Nothing was told but what it has done.
    assert_eq!(
        world.path("ada", "w"),
        [
            "enrolled",
            "wait_began wait_1 2026-01-08T09:00:00Z",
            "wait_ended wait_1",
            "step set_1",
            "left completed"
        ]
    );
}

/// proves: V2
#[test]
fn a_changed_wait_counts_from_its_beginning() {
    let ends_after = |wait: &str| {
        let mut world = begun("wait 3 days set city = \"x\"");
        let edited = flow(&format!("{wait} set city = \"x\""));
        world.edit(&edited).expect("nothing speaks against it");
        let mut hours = 24;
        while world.value("ada", "city") == "unknown" && hours < 1_000 {
            world.hours(1);
            hours += 1;
        }
        hours
    };
    assert_eq!(ends_after("wait 3 days"), 72);
    assert_eq!(ends_after("wait 5 days"), 120);
    assert_eq!(ends_after("wait 36 hours"), 36);
    // Past already: at once.
    assert_eq!(ends_after("wait 2 hours"), 24);
    assert_eq!(ends_after("wait until fri at 10:00"), 4 * 24);
    // The moment is unknown.
    assert_eq!(ends_after("wait until due"), 24);
    assert_eq!(ends_after("wait until due if unknown stop"), 1_000);
}

/// A loop that has come back to a wait whose condition holds waits until that
/// turns true again, whatever is published meanwhile.
/// proves: V2, W5
#[test]
fn a_wait_that_a_loop_came_back_to_is_not_over_by_a_publication() {
    let flow = |most: u8| {
        flow(&format!(
            "again: wait until score > 2 max 2 days
             set bonus = (bonus ?? 0) + 1
             branch {{ case when bonus < {most} {{ goto again }} }}"
        ))
    };
    let mut world = World::new(&flow(5));
    world.contact("ada", &[("score", "3")]);
    world.does("ada", "ping", &[]);
    let ends = world.state().next_deadline();
    assert_eq!(ends, "2026-01-07T09:00:00Z".parse().ok());
    for most in [5, 6] {
        world.edit(&flow(most)).expect("nothing speaks against it");
        assert_eq!(world.state().next_deadline(), ends);
    }
    assert_eq!(world.hours(1).value("ada", "bonus"), "1");
    world.set("ada", &[("score", "1")]);
    world.set("ada", &[("score", "4")]);
    assert_eq!(world.value("ada", "bonus"), "2");
    // The publication itself lets nobody be looked at.
    let (mut engine, _) = world.into_engine();
    let ends = engine.next_deadline();
    let other = prepare(&format!("{OBJECTS}\n{}", flow(7)));
    engine.publish(&other).expect("nothing speaks against it");
    assert_eq!(engine.next_deadline(), ends);
}

/// proves: V2
#[test]
fn a_step_is_found_by_its_name_then_by_what_it_says() {
    let to = |old: &str, new: &str| {
        let mut world = begun(old);
        let migrated = world.edit(&flow(new)).expect("nothing speaks against it");
        let goes = goes(&migrated);
        assert_eq!(goes.len(), 1);
        goes[0].1.clone()
    };
    // Steps before it are new: it is still the same wait, and done ones are
    // not repeated.
    let inserted = "wait 1 hour set name = \"n\" wait 3 days set city = \"x\"";
    assert_eq!(
        to("wait 3 days set city = \"x\"", inserted),
        stays("wait_2")
    );
    // The text has changed, the place has not.
    let changed = "set name = \"n\" wait 4 days set city = \"x\"";
    assert_eq!(
        to("set name = \"n\" wait 3 days set city = \"x\"", changed),
        stays("wait_1")
    );
    // A name wins over what the step says.
    let named = "first: wait 2 days second: wait 3 days";
    assert_eq!(
        to("second: wait 2 days first: wait 3 days", named),
        stays("second")
    );
    // Into a block.
    let inner = "branch { case when score > 1 { wait 3 days } } set city = \"x\"";
    assert_eq!(to("wait 3 days set city = \"x\"", inner), stays("wait_1"));
    // Of what stands in both in another order, as much as can is the same.
    let waits = "wait 2 days set name = \"a\" wait 3 days set name = \"b\" wait 7 days";
    let moved = "set city = \"u\" wait 7 days set city = \"v\" wait 2 days set city = \"w\" wait 3 days set city = \"x\"";
    assert_eq!(to(waits, moved), stays("wait_2"));
    // Another kind of step under the same name: it takes that one.
    assert_eq!(
        to("here: wait 3 days", "here: set city = \"x\""),
        stays("here")
    );
}

/// proves: V2
#[test]
fn a_step_that_is_gone_goes_on_where_it_would_have() {
    let mut world = begun("wait 3 days set city = \"x\" set name = \"n\" wait 5 days");
    let migrated = world.edit(&flow("set name = \"n\" do log { text: \"x\" }"));
    let migrated = migrated.expect("nothing speaks against it");
    assert_eq!(goes(&migrated), [(Some("wait_1"), on("set_1"))]);
    world.hours(0);
    assert_eq!(world.value("ada", "city"), "unknown");
    assert_eq!(world.value("ada", "name"), "n");
    assert!(!world.inside("ada", "w"));
    // Out of a block that is gone.
    let mut world = begun("branch { case when score == 0 { wait 3 days } } set city = \"x\"");
    world
        .edit(&flow("set city = \"x\""))
        .expect("nothing speaks against it");
    world.hours(0);
    assert_eq!(world.value("ada", "city"), "x");
}

/// proves: V2
#[test]
fn without_a_later_step_it_ends() {
    let mut world = begun("set name = \"n\" wait 3 days");
    let migrated = world.edit(&flow("set name = \"n\""));
    let migrated = migrated.expect("nothing speaks against it");
    assert_eq!(goes(&migrated), [(Some("wait_1"), Goes::Ends)]);
    let [left] = migrated.left.as_slice() else {
        panic!("one leaves: {:?}", migrated.left);
    };
    assert!(matches!(&left.what, What::Left { reason, .. } if reason.word() == "step_removed"));
    let plan = migrated
        .before
        .workflow(left.workflow.expect("of a workflow"));
    let step = left.step.expect("at a step");
    assert_eq!(plan.expect("it was there").steps[step].id, "wait_1");
    assert!(!world.inside("ada", "w"));
    // With its workflow all of its steps are gone.
    let mut world = begun("wait 3 days");
    let migrated = world.edit("").expect("nothing speaks against it");
    assert_eq!(migrated.left.len(), 1);
    assert_eq!(migrated.lost[0].kind, "workflow");
}

/// proves: V2, E17
#[test]
fn switches_and_held_timers_are_kept() {
    let mut world = begun("wait 2 days set city = \"x\"");
    world.switch("w", Switching::Pause);
    world
        .edit(&flow("wait 2 days set city = \"y\""))
        .expect("nothing speaks against it");
    world.hours(72);
    assert!(world.inside("ada", "w"));
    // A timer that the resumption has moved fires at the resumption.
    let (mut engine, _) = world.scenario.into_parts();
    let now = "2026-01-09T12:00:00Z".parse().expect("an instant");
    let workflow = flow::model::WorkflowId::at(0);
    engine.apply(now, InputBody::Switch(workflow, Switching::Resume).into());
    assert_eq!(engine.next_deadline(), Some(now));
    let edited = format!("{OBJECTS}\n{}", flow("wait 2 days set city = \"z\""));
    engine
        .publish(&prepare(&edited))
        .expect("nothing speaks against it");
    assert_eq!(engine.next_deadline(), Some(now));
    engine.advance(now);
    let cell = engine.state().records().next().expect("she is there");
    assert!(cell.enrolments.is_empty());
}

/// A contact for whom an action is under way, and the action.
fn asked(steps: &str) -> (Engine, Action) {
    asked_by(&flow(steps))
}

fn asked_by(text: &str) -> (Engine, Action) {
    let mut world = World::new(text);
    world.contact("ada", &[]);
    let ping = world.event("ada", "ping", &[]);
    let (mut engine, _) = world.scenario.into_parts();
    let now = "2026-01-05T10:00:00Z".parse().expect("an instant");
    let mut effects = engine.apply(now, ping);
    (engine, effects.actions.remove(0))
}

fn finishes(engine: &mut Engine, action: &Action, outcome: Outcome) -> Vec<String> {
    let now = "2026-01-05T11:00:00Z".parse().expect("an instant");
    let effects = engine.attempt(now, action.attempt());
    assert_eq!(effects.answer, Some(Answer::Released));
    let effects = engine.finish(now, action.attempt(), outcome);
    let told = effects.entries.iter().map(|entry| {
        let prepared = engine.state().prepared();
        let plan = entry.workflow.and_then(|id| prepared.workflow(id));
        let step = entry.step.and_then(|step| plan?.steps.get(step));
        let step = step.map_or(String::new(), |step| step.id.to_string());
        format!(
            "{} {step}",
            flow::engine::history::tell(prepared, None, entry).kind
        )
    });
    told.collect()
}

/// proves: V2, A8
#[test]
fn an_action_under_way_finishes_before_its_enrolment_goes_on() {
    let old = "do http { url: \"https://a.example.com/\" } as answer set city = \"x\"";
    let done = || Outcome::Done(vec![Some(Value::Number(204.into())), None]);
    // It stands where it stood; its result is known to later steps.
    let (mut engine, action) = asked(old);
    let new = "set name = \"n\" do http { url: \"https://b.example.com/\" } as answer set city = \"{answer.status ?? 0}\"";
    let migrated = engine
        .publish(&edited(new))
        .expect("nothing speaks against it");
    let action = migrated.action(&action).expect("it is still there");
    assert_eq!(action.step, 1);
    let told = finishes(&mut engine, &action, done());
    assert_eq!(told, ["done do_1", "step set_2", "wrote set_2", "left "]);
    let cell = engine.state().records().next().expect("she is there");
    let object = &engine.state().prepared().program.catalog.objects[cell.object];
    let city = cell.value(object.property("city").expect("declared"));
    assert_eq!(city, Some(&Value::Text("204".into())));
}

/// The shared objects, with an event more, so that places are others.
fn edited(steps: &str) -> Arc<Prepared> {
    prepare(&format!(
        "{OBJECTS}\nevent first on contact {{}}\n{}",
        flow(steps)
    ))
}

/// proves: V2, A8
#[test]
fn an_action_whose_step_is_gone_finishes_too() {
    let done = || Outcome::Done(Vec::new());
    let old = "do http { url: \"https://a.example.com/\" } as answer set city = \"x\"";
    // Then it goes on with what followed.
    let (mut engine, action) = asked(old);
    let migrated = engine.publish(&edited("wait 1 day set city = \"x\""));
    let migrated = migrated.expect("nothing speaks against it");
    assert_eq!(goes(&migrated), [(Some("do_1"), on("set_1"))]);
    let image = engine.image().expect("settled");
    let frozen = freeze(&image).expect("settled");
    let image = thaw(image.prepared(), &frozen).expect("it is whole");
    let mut engine = Engine::from_image(image, "test", Order::Sent);
    let action = migrated.action(&action).expect("it is still there");
    let failed = Outcome::Failed {
        status: Some(503),
        error: "busy".into(),
        again: flow::engine::message::Again::Never,
    };
    let told = finishes(&mut engine, &action, failed.clone());
    assert_eq!(
        told,
        [
            "attempt_failed ",
            "failed ",
            "step set_1",
            "event ",
            "wrote set_1",
            "left "
        ]
    );
    // It is called as it was.
    let sees = "workflow sees on contact {
      enroll on action_failed where action == \"http\" and error == \"busy\"
      steps { set name = \"seen\" } }";
    let (mut engine, action) = asked_by(&format!("{}\n{sees}", flow(old)));
    let text = format!("{OBJECTS}\n{}\n{sees}", flow("wait 1 day set city = \"x\""));
    let migrated = engine.publish(&prepare(&text)).expect("it fits");
    let action = migrated.action(&action).expect("it is still there");
    finishes(&mut engine, &action, failed);
    let cell = engine.state().records().next().expect("she is there");
    let object = &engine.state().prepared().program.catalog.objects[cell.object];
    let name = cell.value(object.property("name").expect("declared"));
    assert_eq!(name, Some(&Value::Text("seen".into())));
    // Nothing followed: it ends once the action has.
    let (mut engine, action) = asked("do log { text: \"x\" }");
    let migrated = engine
        .publish(&edited("wait 1 day"))
        .expect("nothing speaks against it");
    assert_eq!(goes(&migrated), [(Some("do_1"), Goes::Ends)]);
    let action = migrated.action(&action).expect("it is still there");
    assert_eq!(finishes(&mut engine, &action, done()), ["done ", "left "]);
    // With its workflow, nobody waits for it any more.
    let (mut engine, action) = asked("do log { text: \"x\" }");
    let migrated = engine
        .publish(&prepare(OBJECTS))
        .expect("nothing speaks against it");
    assert_eq!(migrated.action(&action), None);
}

/// proves: V2, A8
#[test]
fn what_is_declared_no_more_is_waited_for_by_nobody() {
    let with_action = |steps: &str| {
        let steps = flow(steps);
        format!(
            "action call(to: string) via http {{ url: \"https://a.example.com/{{to}}\" }}\n{steps}"
        )
    };
    // Its enrolment goes on with what followed.
    let (mut engine, action) = asked_by(&with_action("do call { to: email } set city = \"x\""));
    let migrated = engine.publish(&edited("wait 1 day set city = \"y\""));
    let migrated = migrated.expect("nothing speaks against it");
    assert_eq!(goes(&migrated), [(Some("do_1"), on("set_1"))]);
    assert_eq!(migrated.action(&action), None);
    engine.advance("2026-01-05T11:00:00Z".parse().expect("an instant"));
    let cell = engine.state().records().next().expect("she is there");
    let object = &engine.state().prepared().program.catalog.objects[cell.object];
    let city = cell.value(object.property("city").expect("declared"));
    assert_eq!(city, Some(&Value::Text("y".into())));
    assert!(cell.enrolments.is_empty());
    // Nothing followed.
    let (mut engine, _) = asked_by(&with_action("do call { to: email }"));
    let migrated = engine.publish(&edited("wait 1 day"));
    let migrated = migrated.expect("nothing speaks against it");
    assert_eq!(goes(&migrated), [(Some("do_1"), Goes::Ends)]);
}

/// proves: E9, E2, V2
#[test]
fn only_what_is_new_is_turned_on() {
    let old = "workflow a on contact { enroll when score > 5 existing enroll reenroll always steps { wait 1 hour } }";
    let mut world = World::new(old);
    world.contact("ada", &[("score", "9")]);
    world.hours(2);
    assert_eq!(world.times("ada", "a"), 1);
    let new = "workflow b on contact { enroll when score > 1 existing enroll steps { wait 1 day } }
               workflow c on contact { enroll when score > 1 steps { wait 1 day } }
               workflow d on contact { enroll when score > 1 existing enroll off steps { wait 1 day } }";
    let edited = old.replace("score > 5", "score > 2");
    world
        .edit(&format!("{edited}\n{new}"))
        .expect("nothing speaks against it");
    // What is true is re-based: it is no transition for `a` and `c`.
    let times = |world: &World| ["a", "b", "c", "d"].map(|name| world.times("ada", name));
    assert_eq!(times(&world), [1, 1, 0, 0]);
    world.publish();
    assert_eq!(times(&world), [1, 1, 0, 0]);
    // It was inside before, and knows it.
    world.set("ada", &[("score", "1")]);
    world.set("ada", &[("score", "3")]);
    assert_eq!(times(&world), [2, 1, 1, 0]);
}

/// proves: E13, V2
#[test]
fn records_hear_of_each_other_what_the_new_program_reads() {
    let mut world = World::new("");
    world.contact("ada", &[]);
    world.contact("bob", &[]);
    world.create("company", "acme", &[("tier", "gold")]);
    world.create("user", "kim", &[("name", "Kim")]);
    world.link("ada", "companies", "acme", None);
    world.link("bob", "companies", "acme", None);
    world.link("bob", "owner", "kim", None);
    let new = "
        workflow w on contact { enroll when score > 1 steps { branch { case \"gold\" when any companies where (tier == gold) { set city = \"x\" } } } }
        workflow far on contact { enroll when any companies where (any employees where (owner.name == \"Lee\")) steps {} }";
    world.edit(new).expect("nothing speaks against it");
    world.set("ada", &[("score", "2")]);
    assert_eq!(world.value("ada", "city"), "x");
    // What was true as the program came enrols nobody; what turns true does.
    assert_eq!(world.times("ada", "far"), 0);
    world.set("kim", &[("name", "Lee")]);
    assert_eq!(world.times("ada", "far"), 1);
}

/// proves: E14
#[test]
fn counters_keep_their_trigger_by_its_text() {
    let counts =
        "workflow w on contact { enroll on ping at least 3 times steps { set city = \"x\" } }";
    let mut world = World::new(counts);
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    world.does("ada", "ping", &[]);
    let more = "workflow a on contact { enroll on pong at least 3 times steps {} }";
    let edited = counts
        .replace("city", "name")
        .replace("enroll on", "enroll on pong at least 9 times enroll on");
    world
        .edit(&format!("{more}\n{edited}"))
        .expect("nothing speaks against it");
    world.does("ada", "ping", &[]);
    assert_eq!(world.value("ada", "name"), "x");
}

/// proves: V7
#[test]
fn what_is_lost_is_counted() {
    let mut world = World::new("segment vip on contact static");
    for (handle, stage) in [("ada", "lead"), ("bob", "mql"), ("cid", "lead")] {
        world.contact(
            handle,
            &[("stage", stage), ("score", "3"), ("tags", "sport;film")],
        );
    }
    world.create("company", "acme", &[]);
    world.link("ada", "companies", "acme", Some("boss"));
    world.member("ada", "vip", true);
    let objects = OBJECTS
        .replace("subscriber, lead, mql", "mql, subscriber")
        .replace("score: number default 0", "score: string")
        .replace("set(sport, music, film)", "set(film, music)")
        .replace("labels (billing, boss)", "labels (billing)");
    let migrated = world.edit_all(&objects).expect("nothing speaks against it");
    let lost: Vec<(&str, &str, u64)> = migrated
        .lost
        .iter()
        .map(|lost| (lost.kind, lost.name.as_str(), lost.records))
        .collect();
    assert_eq!(
        lost,
        [
            ("label", "company.employees[boss]", 1),
            ("label", "contact.companies[boss]", 1),
            ("member", "contact.stage", 2),
            ("member", "contact.tags", 3),
            ("property", "contact.score", 3),
            ("segment", "vip", 1)
        ]
    );
    let values = |handle: &str| ["stage", "score", "tags"].map(|name| world.value(handle, name));
    assert_eq!(values("ada"), ["unknown", "unknown", "film"]);
    assert_eq!(values("bob"), ["mql", "unknown", "film"]);
}

/// proves: V7
#[test]
fn records_that_violate_what_is_required_refuse_the_publication() {
    let mut world = World::new("");
    world.contact("ada", &[("name", "Kim"), ("city", "Oslo")]);
    world.contact("bob", &[("name", "Kim")]);
    let violations = |refused: Result<Migrated, Refused>| match refused {
        Err(Refused::Violated(all)) => all,
        other => panic!("it is refused: {other:?}"),
    };
    let all =
        violations(world.edit_all(&OBJECTS.replace("  name: string\n", "  name: string unique\n")));
    assert_eq!((all[0].rule, all[0].count), ("unique", 1));
    assert_eq!(all[0].property, "contact.name");
    let all = violations(world.edit_all(&OBJECTS.replace("city: string", "city: string required")));
    assert_eq!(
        (all[0].rule, &all[0].records),
        ("required", &vec![world.id("bob")])
    );
    // Nothing has changed; without violations the values have owners.
    world.set("bob", &[("name", "Lee")]);
    let unique = OBJECTS.replace(
        "  name: string\n",
        "  name: string unique\n  town: string default \"Oslo\"\n",
    );
    world.edit_all(&unique).expect("nothing speaks against it");
    assert_eq!(world.value("bob", "town"), "Oslo");
    world.set("bob", &[("name", "Kim")]);
    assert_eq!(world.value("bob", "name"), "Lee");
    let refused = world.contact("cid", &[("name", "Lee")]);
    assert!(matches!(refused, Some(Answer::Refused(_))), "{refused:?}");
    // Addresses still have theirs.
    let refused = world.contact("dan", &[("email", "ADA@acme.example")]);
    assert!(matches!(refused, Some(Answer::Refused(_))), "{refused:?}");
}

/// A name for the other direction of links may come and go.
#[test]
fn links_are_seen_from_behind_again() {
    let ends = |world: &World| {
        let cell = world.state().record(world.id("acme")).expect("it is there");
        let sides: Vec<String> = cell
            .ends
            .iter()
            .map(|end| format!("{:?}", end.side))
            .collect();
        sides.join(" ")
    };
    let mut world = World::new("");
    world.contact("ada", &[]);
    world.create("company", "acme", &[]);
    world.link("ada", "companies", "acme", None);
    assert!(ends(&world).starts_with("Own"));
    let without = OBJECTS.replace("inverse employees ", "");
    world.edit_all(&without).expect("nothing speaks against it");
    assert!(ends(&world).starts_with("Back"));
    world.edit("").expect("nothing speaks against it");
    assert!(ends(&world).starts_with("Own"));
    world.unlink("acme", "employees", "ada", None);
    assert_eq!(ends(&world), "");
}

fn frozen(engine: &Engine) -> Frozen {
    let image = engine.image().expect("nothing is under way");
    freeze(&image).expect("nothing is under way")
}

/// Runs a history, with a publication somewhere in it.
fn with_publication(
    one: &Arc<Prepared>,
    other: &Arc<Prepared>,
    (history, at): (&[crate::generate::Moment], usize),
) -> Driven {
    let mut driven = Driven::new(one.clone());
    for (place, moment) in history.iter().enumerate() {
        let input = input(driven.engine.state(), &moment.act);
        driven.apply(moment.at, input);
        if place == at % history.len() {
            driven.publish(other);
        }
    }
    if let Some(last) = history.last() {
        let end = last.at + std::time::Duration::from_secs(10 * 86_400);
        driven.apply(end, None);
    }
    driven
}

proptest! {
    #![proptest_config(random(150, 2_000))]

    #[test]
    fn publishing_the_same_program_changes_nothing(sketch in sketch(), history in history(), at in any::<usize>()) {
        let (one, other) = (prepare(&sketch.to_string()), prepare(&sketch.to_string()));
        let mut plain = Driven::new(one.clone());
        for moment in &history {
            let input = input(plain.engine.state(), &moment.act);
            plain.apply(moment.at, input);
        }
        let before = frozen(&plain.engine);
        let migrated = plain.publish(&other);
        assert!(frozen(&plain.engine) == before, "the state has changed");
        assert!(migrated.lost.is_empty() && migrated.left.is_empty());
        let published = with_publication(&one, &other, (&history, at));
        let plain = with_publication(&one, &one, (&history, at));
        assert_eq!(plain.hashes, published.hashes);
        assert!(frozen(&plain.engine) == frozen(&published.engine), "the states differ");
    }

    #[test]
    fn any_program_may_follow_any_other(first in sketch(), second in sketch(), history in history(), at in any::<usize>()) {
        let (one, other) = (prepare(&first.to_string()), prepare(&second.to_string()));
        let mut driven = with_publication(&one, &other, (&history, at));
        // What was carried over is a state of the new program: publishing it
        // again finds nothing to do, and it goes on from its frozen form.
        let before = frozen(&driven.engine);
        driven.publish(&other);
        assert!(frozen(&driven.engine) == before, "the state has changed");
        driven.cut();
        driven.publish(&one);
        let end = history.last().expect("something happens").at;
        driven.apply(end + std::time::Duration::from_secs(40 * 86_400), None);
        // Nobody is stuck: who does not wake by itself waits for an action, or for
        // something else without end.
        let state = driven.engine.state();
        for of in state.records().flat_map(|cell| &cell.enrolments) {
            let wakes = match of.due() {
                Some(_) => state.next_deadline().is_some() || state.switch(of.workflow).paused,
                None => {
                    matches!(of.stage, Stage::Awaiting { .. }) || driven.waits_for_action(of.id)
                }
            };
            assert!(wakes, "{of:?}");
        }
    }
}

#[test]
fn something_under_way_refuses_a_publication() {
    let world = World::unpublished(&flow("wait 1 day"), Order::Seeded(3));
    let prepared = prepare(OBJECTS);
    let (mut engine, _) = world.scenario.into_parts();
    let now = "2026-01-05T10:00:00Z".parse().expect("an instant");
    let object = prepared
        .program
        .catalog
        .object(&flow::base::Name::new("contact"));
    let object = object.expect("it is declared");
    let email = prepared.program.catalog.objects[object]
        .property("email")
        .expect("declared");
    for number in 0..20 {
        let address = Value::Text(format!("{number}@example.com").into());
        let create = InputBody::Create(object, vec![(email, address)]);
        engine.apply(now, create.into());
        if !engine.is_settled() {
            assert_eq!(engine.publish(&prepared).map(drop), Err(Refused::UnderWay));
            return;
        }
    }
    panic!("some message is late");
}

/// proves: V2, W5
#[test]
fn an_edit_of_something_else_leaves_a_loop_at_its_wait() {
    let flow = "workflow w on contact { enroll on ping steps {
        again: wait until mon, thu at 10:00
        set score += 1
        branch { case when score < 9 { goto again } }
    } }";
    let mut world = World::new(flow);
    world.contact("ada", &[]);
    world.does("ada", "ping", &[]);
    // It goes round on Monday at ten, and waits for Thursday.
    world.at("2026-01-12T09:30:00Z");
    let before = world.value("ada", "score");
    let edited = world.edit(&format!("{flow} workflow v on contact {{ steps {{}} }}"));
    edited.expect("it is taken");
    world.hours(1);
    assert_eq!(world.value("ada", "score"), before);
    world.at("2026-01-15T09:30:00Z");
    assert_ne!(world.value("ada", "score"), before);
}
