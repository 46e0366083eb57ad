//! `on edit pin`: enrolments finish on the version on which they began, while
//! others enrol on the one that is published. Which texts a host keeps for that
//! is worked out as it does it; where it keeps them is tested with the store.

use std::sync::Arc;
use std::time::Duration;

use flow::base::{Fingerprint, Sources};
use flow::engine::decision::{Answer, Reason};
use flow::engine::enrolment::Stage;
use flow::engine::message::{Again, Outcome, Switching};
use flow::engine::{Engine, Goes, Migrated, Prepared};
use flow::host::older;
use flow::model::Value;
use proptest::prelude::{any, proptest};

use super::freeze::Driven;
use super::world::{OBJECTS, World, prepare, prepare_with};
use crate::chance::random;
use crate::generate::{Moment, history, sketch};
use crate::property::engine_side::input;

/// A workflow that pins, entered by `ping`.
fn pins(steps: &str) -> String {
    clauses("enroll on ping", steps)
}

fn clauses(clauses: &str, steps: &str) -> String {
    format!("workflow w on contact {{ {clauses} on edit pin steps {{ {steps} }} }}")
}

/// The next program, with the versions on which those inside finish.
fn following(engine: &Engine, texts: &Sources, next: &str) -> (Arc<Prepared>, Sources) {
    let needed = older::needed(engine.state(), texts, &prepare(next)).into_iter();
    let needed: Vec<String> = needed.map(|one| one.text).collect();
    prepare_with(next, &needed)
}

/// A world that is edited as a host does it.
struct Edited {
    world: World,
    texts: Sources,
}

impl Edited {
    fn new(workflows: &str) -> Self {
        let (_, texts) = prepare_with(&format!("{OBJECTS}\n{workflows}"), &[]);
        Edited {
            world: World::new(workflows),
            texts,
        }
    }

    /// One contact that has been inside for a day.
    fn begun(workflows: &str) -> Self {
        let mut edited = Edited::new(workflows);
        edited.enters("ada");
        edited.world.hours(24);
        edited
    }

    fn enters(&mut self, handle: &str) {
        self.world.contact(handle, &[]);
        self.world.does(handle, "ping", &[]);
    }

    fn edit(&mut self, workflows: &str) -> Migrated {
        let engine = self.world.scenario.machine();
        let next = format!("{OBJECTS}\n{workflows}");
        let (prepared, texts) = following(engine, &self.texts, &next);
        self.texts = texts;
        let migrated = self.world.edit_to(prepared);
        migrated.expect("nothing speaks against it")
    }

    /// The versions that are kept beside those that enrol.
    fn kept(&self) -> usize {
        self.world.prepared().program.pinned().len()
    }

    /// The version that a contact is on, and whether it is the one that enrols.
    fn version(&self, handle: &str) -> (Fingerprint, bool) {
        let cell = self.world.state().record(self.world.id(handle));
        let of = &cell.expect("the record exists").enrolments[0];
        let plan = self.world.prepared().workflow(of.workflow);
        assert_eq!(plan.expect("it is there").version, of.version);
        let program = &self.world.prepared().program;
        (of.version, program.current(of.workflow) == of.workflow)
    }
}

/// proves: V3, H1
#[test]
fn an_enrolment_finishes_on_the_version_on_which_it_began() {
    let mut edited = Edited::begun(&pins("wait 3 days set city = \"x\" wait 1 hour"));
    let before = edited.version("ada");
    let migrated = edited.edit(&pins("set name = \"n\" wait 2 days set city = \"y\""));
    assert!(migrated.moves.is_empty(), "{:?}", migrated.moves);
    assert!(!migrated.takes_away());
    let finish = &migrated.pinned[0];
    assert_eq!(migrated.pinned.len(), 1);
    assert_eq!((finish.workflow.as_str(), finish.enrolments), ("w", 1));
    assert_eq!((finish.version, true), before);
    assert_eq!(edited.version("ada"), (before.0, false));
    edited.enters("bob");
    assert_ne!(edited.version("bob").0, before.0);
    edited.world.hours(49);
    assert_eq!(edited.world.value("ada", "city"), "x");
    assert_eq!(edited.world.value("ada", "name"), "unknown");
    assert_eq!(edited.world.value("bob", "city"), "y");
    edited.world.hours(49);
    assert_eq!(
        edited.world.path("ada", "w"),
        [
            "enrolled",
            "wait_began wait_1 2026-01-08T09:00:00Z",
            "wait_ended wait_1",
            "step set_1",
            "wait_began wait_2 2026-01-08T10:00:00Z",
            "wait_ended wait_2",
            "left completed"
        ]
    );
}

/// proves: V3
#[test]
fn several_versions_are_kept_for_as_long_as_somebody_is_inside() {
    let text = |city: &str| pins(&format!("wait 3 days set city = \"{city}\""));
    let mut edited = Edited::begun(&text("one"));
    edited.edit(&text("two"));
    edited.enters("bob");
    edited.world.hours(24);
    edited.edit(&text("three"));
    edited.enters("cid");
    assert_eq!(edited.kept(), 2);
    // Nobody is on the third one any more after it was edited back.
    let first = edited.version("ada");
    let migrated = edited.edit(&text("one"));
    assert_eq!((migrated.pinned.len(), edited.kept()), (2, 2));
    assert_eq!(edited.version("ada"), (first.0, true));
    assert!(!edited.version("bob").1 && !edited.version("cid").1);
    edited.world.hours(24);
    assert_eq!(edited.world.value("ada", "city"), "one");
    // Who has ended keeps nothing: it is dropped with the next publication.
    edited.world.hours(24);
    assert_eq!(edited.world.value("bob", "city"), "two");
    assert_eq!(edited.kept(), 2);
    edited.edit(&text("four"));
    assert_eq!(edited.kept(), 1);
    edited.world.hours(24);
    assert_eq!(edited.world.value("cid", "city"), "three");
    edited.edit(&text("five"));
    assert_eq!(edited.kept(), 0);
}

/// proves: V3, E1, E5, E8, E16
#[test]
fn an_older_version_enrols_nobody_and_counts_as_the_workflow() {
    let old = clauses("enroll on ping", "wait 3 days");
    let mut edited = Edited::begun(&old);
    edited.world.contact("bob", &[]);
    edited.edit(&clauses("enroll on pong", "wait 1 day"));
    edited.world.does("bob", "ping", &[]);
    assert!(!edited.world.inside("bob", "w"));
    // She is inside already, on another version, and was inside before then.
    let asked = edited.world.enroll("ada", "w");
    assert!(matches!(asked, Some(Answer::Accepted(_))), "{asked:?}");
    edited.world.hours(48);
    assert!(!edited.world.inside("ada", "w"));
    edited.world.does("ada", "pong", &[]);
    let refused: Vec<String> = edited.world.path("ada", "w");
    let refused: Vec<&String> = refused.iter().filter(|l| l.contains("refused")).collect();
    assert!(
        refused[0].contains("already_enrolled") && refused[1].contains("enrolled_before"),
        "{refused:?}"
    );
    // Under another key she may be inside both versions.
    let keyed = |wait: &str| clauses("enroll on ping per event.key", wait);
    let mut edited = Edited::new(&keyed("wait 3 days"));
    edited.world.contact("ada", &[]);
    edited.world.does("ada", "ping", &[("key", "b")]);
    edited.edit(&keyed("wait 2 days"));
    edited.world.does("ada", "ping", &[("key", "a")]);
    edited.world.does("ada", "ping", &[("key", "b")]);
    assert_eq!(edited.world.times("ada", "w"), 2);
    edited.world.unenroll("ada", "w");
    assert!(!edited.world.inside("ada", "w"));
    let left = edited.world.path("ada", "w").into_iter();
    let left: Vec<String> = left.filter(|line| line.starts_with("left")).collect();
    assert_eq!(left, ["left wait_1 manual a", "left wait_1 manual b"]);
}

/// proves: V3, L1, L2, L3, L6
#[test]
fn each_leaves_by_the_conditions_of_its_version() {
    let reason = |old: &str, new: &str, does: fn(&mut World)| {
        let mut edited = Edited::new(&clauses(&format!("enroll on ping {old}"), "wait 3 days"));
        edited.enters("ada");
        edited.edit(&clauses(&format!("enroll on ping {new}"), "wait 3 days"));
        edited.enters("bob");
        does(&mut edited.world);
        let left = |handle: &str| {
            let path = edited.world.path(handle, "w");
            path.into_iter().find(|line| line.starts_with("left"))
        };
        (left("ada"), left("bob"))
    };
    let raise = |world: &mut World| {
        for handle in ["ada", "bob"] {
            world.set(handle, &[("score", "5")]);
        }
    };
    let said = |reason: Reason| Some(format!("left wait_1 {}", reason.word()));
    for (clause, why) in [
        ("suppress when score > 1", Reason::Suppressed),
        ("goal when score > 1", Reason::GoalMet),
        ("unenroll when score > 1", Reason::UnenrollCondition),
        ("unenroll on changed score", Reason::UnenrollCondition),
    ] {
        assert_eq!(reason(clause, "", raise), (said(why), None), "{clause}");
        assert_eq!(reason("", clause, raise), (None, said(why)), "{clause}");
    }
    assert_eq!(
        reason("goal when score > 1", "suppress when score > 1", raise),
        (said(Reason::GoalMet), said(Reason::Suppressed))
    );
    // A filter trigger of the older version is left, though it enrols nobody.
    let leaving = "enroll when city == \"Oslo\" unenroll on leaving";
    let mut edited = Edited::new(&clauses(leaving, "wait 3 days"));
    edited.world.contact("ada", &[("city", "Oslo")]);
    edited.edit(&clauses("enroll on ping", "wait 3 days"));
    assert!(edited.world.inside("ada", "w"));
    edited.world.set("ada", &[("city", "Rome")]);
    assert!(!edited.world.inside("ada", "w"));
}

/// proves: V3, E13
#[test]
fn an_older_version_hears_of_what_only_it_reads() {
    let goal = "enroll on ping goal when any companies where (size > 10)";
    let mut edited = Edited::new(&clauses(goal, "wait 3 days"));
    edited.enters("ada");
    edited.world.create("company", "acme", &[("size", "1")]);
    edited.world.link("ada", "companies", "acme", None);
    edited.edit(&clauses("enroll on ping", "wait 3 days"));
    edited.world.set("acme", &[("size", "11")]);
    assert!(!edited.world.inside("ada", "w"));
}

/// proves: V3, E17, L5
#[test]
fn a_workflow_is_switched_as_one() {
    let mut edited = Edited::begun(&pins("wait 3 days set city = \"x\""));
    edited.world.switch("w", Switching::Pause);
    edited.edit(&pins("wait 1 hour set city = \"y\""));
    edited.world.hours(72);
    assert_eq!(edited.world.value("ada", "city"), "unknown");
    edited.world.switch("w", Switching::Resume);
    assert_eq!(edited.world.value("ada", "city"), "x");
    // Turned off by the operator, or by the source of the version that enrols.
    let off = |next: &str, operator: bool| {
        let mut edited = Edited::begun(&pins("wait 3 days set city = \"x\""));
        edited.edit(&clauses(next, "wait 1 hour set city = \"y\""));
        assert!(!edited.version("ada").1);
        if operator {
            edited.world.switch("w", Switching::Off);
        }
        edited.world.hours(72);
        assert_eq!(edited.world.value("ada", "city"), "unknown");
        let path = edited.world.path("ada", "w");
        let skipped = "skipped set_1 workflow_off".to_owned();
        assert!(path.contains(&skipped), "{path:?}");
    };
    off("enroll on ping", true);
    off("enroll on ping off", false);
}

/// proves: V2, V3, L4
#[test]
fn those_who_were_left_behind_move_with_another_clause() {
    let moving = |steps: &str| {
        format!("workflow w on contact {{ enroll on ping on edit migrate steps {{ {steps} }} }}")
    };
    let mut edited = Edited::begun(&pins("wait 3 days set city = \"x\""));
    edited.edit(&pins("wait 3 days set city = \"y\""));
    // The clause alone is no edit: whoever is on this version stays there.
    let migrated = edited.edit(&moving("wait 3 days set city = \"y\""));
    assert_eq!(migrated.moves.len(), 1);
    let to = &migrated.moves[0].to;
    assert!(matches!(to, Goes::Stays(step) if step.as_str() == "wait_1"));
    assert_eq!((edited.kept(), edited.version("ada").1), (0, true));
    edited.world.hours(48);
    assert_eq!(edited.world.value("ada", "city"), "y");
    // A workflow that is gone takes its older versions with it.
    let mut edited = Edited::begun(&pins("wait 3 days"));
    edited.edit(&pins("wait 2 days"));
    let migrated = edited.edit("");
    assert!(migrated.takes_away());
    assert_eq!(migrated.left.len(), 1);
    assert_eq!(edited.kept(), 0);
}

/// proves: V3, A2, A8
#[test]
fn an_action_under_way_comes_back_to_its_version() {
    let asks = |after: &str| {
        let http = "do http { method: POST, url: \"https://x.example\" } as answer";
        pins(&format!("{http} set score = answer.status {after}"))
    };
    let mut edited = Edited::new(&asks("set city = \"x\""));
    let busy = Outcome::Failed {
        status: Some(503),
        error: "busy".into(),
        again: Again::After(3_600),
    };
    edited.world.script([busy]);
    edited.enters("ada");
    edited.edit(&pins("set city = \"y\""));
    edited.edit(&asks("set city = \"z\""));
    assert_eq!(edited.world.value("ada", "city"), "unknown");
    let actions = &edited.world.prepared().program.catalog.actions;
    let http = actions.rows().iter().find(|action| action.name == *"http");
    let results = http.expect("it is built in").results.iter();
    let answer = results.map(|result| {
        let status = result.name == *"status";
        status.then_some(Value::Number(201.into()))
    });
    let answer = answer.collect();
    edited.world.script([Outcome::Done(answer)]);
    edited.world.hours(2);
    assert_eq!(edited.world.value("ada", "score"), "201");
    assert_eq!(edited.world.value("ada", "city"), "x");
    assert!(!edited.world.inside("ada", "w"));
}

/// proves: V1, V3
#[test]
fn what_a_version_names_stays_with_it() {
    let with =
        |greeting: &str, steps: &str| format!("const GREETING = \"{greeting}\" {}", pins(steps));
    let mut edited = Edited::begun(&with("hi", "wait 3 days set city = GREETING"));
    let before = edited.version("ada").0;
    // Its own text is as before: what it names is a part of its version.
    edited.edit(&with("ho", "wait 3 days set city = GREETING"));
    assert_eq!((edited.kept(), edited.version("ada").1), (1, false));
    assert_eq!(edited.version("ada").0, before);
    edited.edit(&with("hello", "wait 3 days"));
    assert_eq!(edited.kept(), 1);
    edited.world.hours(48);
    assert_eq!(edited.world.value("ada", "city"), "hi");
}

/// A workflow that pins and asks a service, as a declared action says it.
fn posts(host: &str, answers: &str, steps: &str) -> String {
    let action = format!(
        "const HOST = \"{host}\"
         action chat.post(room: string) -> {{ {answers} }} via http {{
           url: \"https://{{HOST}}.example/{{room}}\"
           result: {{ id: \"$.id\" }}
           retry: 2 times over 4 hours
         }}"
    );
    format!("{action} {}", pins(steps))
}

/// Where each attempt of an action went.
fn addresses(world: &World) -> Vec<String> {
    let actions = world.scenario.carrier().actions.iter();
    let urls = actions.flat_map(|action| {
        let sends = action.request.sends.iter();
        sends.filter(|(name, _)| *name == *"url")
    });
    urls.map(|(_, url)| url.to_string()).collect()
}

/// proves: V1, V3
#[test]
fn an_action_is_the_one_that_its_version_declares() {
    let asks = "wait 3 days post: do chat.post { room: \"hall\" } as posted set city = posted.id";
    let mut edited = Edited::begun(&posts("one", "id: string", asks));
    let before = edited.version("ada").0;
    // The workflow has the same text, and so has the action: what it names has not.
    edited.edit(&posts("two", "id: string", asks));
    assert_eq!(edited.version("ada"), (before, false));
    edited.enters("bob");
    edited.world.hours(24);
    // Another one answers otherwise, and the last program has none.
    let other = asks.replace("posted.id", "\"{posted.id ?? 0}\"");
    edited.edit(&posts("three", "id: number", &other));
    edited.enters("cid");
    assert_eq!(edited.kept(), 2);
    edited.edit(&pins("wait 3 days"));
    assert_eq!(edited.kept(), 3);
    let text = |text: &str| Outcome::Done(vec![Some(Value::Text(text.into()))]);
    let number = Outcome::Done(vec![Some(Value::Number(7.into()))]);
    edited.world.script([text("first"), text("second"), number]);
    edited.world.hours(80);
    let hosts = ["one", "two", "three"];
    let urls = hosts.map(|host| format!("\"https://{host}.example/hall\""));
    assert_eq!(addresses(&edited.world), urls);
    let cities = ["ada", "bob", "cid"].map(|who| edited.world.value(who, "city"));
    assert_eq!(cities, ["first", "second", "7"]);
    assert_eq!(edited.world.sent()[0], "chat.post room=\"hall\"");
    edited.edit(&pins("wait 1 day"));
    assert_eq!(edited.kept(), 0);
}

/// proves: A2, A4, V3
#[test]
fn an_action_under_way_stays_that_of_its_version() {
    let asks = |set: &str| format!("post: do chat.post {{ room: \"hall\" }} as posted {set}");
    let busy = || Outcome::Failed {
        status: Some(503),
        error: "busy".into(),
        again: Again::After(3_600),
    };
    let own = posts("one", "id: string", &asks("set city = posted.id"));
    let mut edited = Edited::new(&own);
    edited.world.script([busy(), busy()]);
    edited.enters("ada");
    edited.edit(&posts(
        "two",
        "id: number",
        &asks("set score = posted.id ?? 0"),
    ));
    edited.world.hours(3);
    edited.edit(&pins("wait 3 days"));
    let done = Outcome::Done(vec![Some(Value::Text("mine".into()))]);
    edited.world.script([done]);
    edited.world.hours(10);
    assert_eq!(
        addresses(&edited.world),
        ["\"https://one.example/hall\""; 3]
    );
    assert_eq!(edited.world.value("ada", "city"), "mine");
    // What has failed for good says what it is called.
    let mut edited = Edited::new(&own);
    let refused = Outcome::Failed {
        status: Some(422),
        error: "no".into(),
        again: Again::Never,
    };
    edited.world.script([busy(), refused]);
    edited.enters("ada");
    edited.edit(&posts("two", "id: string", &asks("set city = posted.id")));
    edited.world.hours(10);
    let path = edited.world.path("ada", "w");
    let failed = path.iter().filter(|line| line.contains("chat.post"));
    assert!(
        failed.clone().count() > 0 && !path.iter().any(|line| line.contains('@')),
        "{path:?}"
    );
}

/// A program with a clause more in each workflow.
fn with_clause(text: &str, clause: &str) -> String {
    let lines = text.lines().map(|line| match line {
        line if line.starts_with("workflow ") => format!("{line} {clause}\n"),
        line => format!("{line}\n"),
    });
    lines.collect()
}

/// How many workflows a program has that was made at random.
fn workflows(text: &str) -> usize {
    text.matches("workflow w").count()
}

/// Lets the last moments pass.
fn end(driven: &mut Driven, history: &[Moment], days: u64) {
    if let Some(last) = history.last() {
        let end = last.at + Duration::from_secs(days * 86_400);
        driven.apply(end, None);
    }
}

proptest! {
    #![proptest_config(random(150, 2_000))]

    /// proves: V3
    #[test]
    fn on_two_versions_that_say_the_same_all_goes_as_on_one(sketch in sketch(), history in history(), at in any::<usize>(), cuts in any::<bool>()) {
        let text = sketch.to_string();
        let (one, texts) = prepare_with(&text, &[]);
        let run = |edits: bool| {
            let mut driven = Driven::new(one.clone());
            for (place, moment) in history.iter().enumerate() {
                let input = input(driven.engine.state(), &moment.act);
                driven.apply(moment.at, input);
                if edits && place == at % history.len() {
                    // Other versions, which do the same.
                    let other = with_clause(&text, "title \"another\" on edit pin");
                    let (other, _) = following(&driven.engine, &texts, &other);
                    let migrated = driven.publish(&other);
                    assert!(migrated.moves.is_empty() && migrated.left.is_empty());
                }
                if edits && cuts {
                    driven.cut();
                }
            }
            end(&mut driven, &history, 10);
            driven
        };
        let (plain, edited) = (run(false), run(true));
        assert_eq!(plain.told(), edited.told());
        assert_eq!(plain.records(), edited.records());
    }

    /// proves: V3
    #[test]
    fn any_versions_may_be_inhabited_side_by_side(first in sketch(), second in sketch(), history in history(), every in 3_usize..9) {
        let mut programs = [first, second].map(|one| with_clause(&one.to_string(), "on edit pin"));
        let most = programs.iter().map(|one| workflows(one)).max().expect("two");
        for program in &mut programs {
            let lacking = workflows(program)..most;
            program.extend(lacking.map(|at| format!("workflow w{at} on contact {{ on edit pin steps {{}} }}\n")));
        }
        let (one, mut texts) = prepare_with(&programs[0], &[]);
        let mut driven = Driven::new(one);
        for (place, moment) in history.iter().enumerate() {
            let input = input(driven.engine.state(), &moment.act);
            driven.apply(moment.at, input);
            if place % every == 0 {
                let next = &programs[(place / every + 1) % 2];
                let (prepared, kept) = following(&driven.engine, &texts, next);
                texts = kept;
                let migrated = driven.publish(&prepared);
                assert!(migrated.moves.is_empty() && migrated.left.is_empty(), "{migrated:?}");
                let inside = older::inside(driven.engine.state());
                assert!(prepared.program.pinned().len() <= inside.len());
                driven.cut();
            }
        }
        end(&mut driven, &history, 40);
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
