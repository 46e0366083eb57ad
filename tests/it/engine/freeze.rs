//! Frozen states: what is thawed is what was frozen, and goes on as if it had
//! never been; damaged bytes and other programs are errors in words.

use std::fs;
use std::sync::Arc;

use flow::base::{Sources, Timestamp, Uid};
use flow::compile::compile;
use flow::engine::decision::{Action, Answer};
use flow::engine::frozen::DecisionHash;
use flow::engine::frozen::v1::state::{Frozen, ThawError, freeze, thaw};
use flow::engine::message::{Again, Outcome, Switching};
use flow::engine::put_back::Retry;
use flow::engine::{Effects, Engine, Image, Input, InputBody, Migrated, Order, Prepared};
use flow::host::replay::{self, Brings};
use flow::project;
use proptest::prelude::{any, proptest};

use super::world::{World, prepare};
use crate::chance::random;
use crate::generate::{history, sketch};
use crate::property::engine_side::input;
use crate::support::{is_long, repo_root};

/// What a state is after it was frozen and thawed.
pub(super) fn again(engine: &Engine) -> Engine {
    let image = engine.image().expect("nothing is under way");
    let frozen = freeze(&image).expect("nothing is under way");
    let thawed = thaw(image.prepared(), &frozen).unwrap_or_else(|why| panic!("{why}"));
    let twice = freeze(&thawed).expect("nothing is under way");
    assert!(frozen == twice, "frozen twice, it is another");
    let other = Engine::from_image(thawed, "store", Order::Sent);
    assert_eq!(engine.next_deadline(), other.next_deadline());
    other
}

/// An engine whose actions are answered before the next moment, so that some
/// are always under way between.
pub(super) struct Driven {
    pub(super) engine: Engine,
    pending: Vec<Action>,
    /// What failed for good and is put back at the next moment.
    failed: Vec<Action>,
    pub(super) hashes: Vec<DecisionHash>,
    /// What was told: when, of which record and enrolment, by which workflow and
    /// step, and what.
    told: Vec<String>,
}

impl Driven {
    pub(super) fn new(prepared: Arc<Prepared>) -> Self {
        Driven {
            engine: Engine::new(prepared, "store", Order::Sent),
            pending: Vec::new(),
            failed: Vec::new(),
            hashes: Vec::new(),
            told: Vec::new(),
        }
    }

    fn take(&mut self, effects: Effects) -> Option<Answer> {
        self.hashes.push(effects.hash);
        let prepared = self.engine.state().prepared();
        for entry in effects.entries.iter() {
            let plan = entry.workflow.and_then(|id| prepared.workflow(id));
            let name = plan.map(|plan| plan.name().as_str());
            let step = entry.step.and_then(|step| Some(&plan?.steps.get(step)?.id));
            let (at, record, of) = (entry.at, entry.record, entry.enrolment);
            let what = &entry.what;
            self.told
                .push(format!("{at} {record:?} {of:?} {name:?} {step:?} {what:?}"));
        }
        self.pending.extend(effects.actions);
        effects.answer
    }

    /// Lets time pass, with a stop at each deadline.
    fn pass(&mut self, to: Timestamp) {
        while let Some(due) = self.engine.next_deadline()
            && due <= to
        {
            let effects = self.engine.advance(due);
            self.take(effects);
            self.answer(due);
        }
    }

    /// Answers what was asked for: every third time it fails.
    fn answer(&mut self, at: Timestamp) {
        for action in std::mem::take(&mut self.pending) {
            let effects = self.engine.attempt(at, action.attempt());
            if self.take(effects) != Some(Answer::Released) {
                continue;
            }
            let outcome = match action.key.bytes().first().map(|byte| byte % 3) {
                Some(0) if !action.attempt.is_multiple_of(3) => Outcome::Failed {
                    status: Some(500),
                    error: "busy".into(),
                    // What was put back is tried again by itself, too.
                    again: match action.attempt {
                        1 => Again::Never,
                        _ => Again::Usual,
                    },
                },
                _ => Outcome::Done(Vec::new()),
            };
            if matches!(outcome, Outcome::Failed { .. }) {
                self.failed.push(action.clone());
            }
            let effects = self.engine.finish(at, action.attempt(), outcome);
            self.take(effects);
        }
    }

    pub(super) fn apply(&mut self, at: Timestamp, input: Option<Input>) {
        self.pass(at);
        self.answer(at);
        self.put_back(at);
        if let Some(input) = input {
            let effects = self.engine.apply(at, input);
            self.take(effects);
        }
    }

    /// Puts back what has failed (A4): now and then it succeeds.
    fn put_back(&mut self, at: Timestamp) {
        for last in std::mem::take(&mut self.failed) {
            let retry = Retry {
                asked: last.attempt(),
                request: last.request.clone(),
                per: "".into(),
                by: None,
            };
            let effects = self.engine.put_back(at, retry);
            self.take(effects);
        }
    }

    pub(super) fn told(&self) -> &[String] {
        &self.told
    }

    /// The values of all records, and what they are inside.
    pub(super) fn records(&self) -> Vec<String> {
        let state = self.engine.state();
        let records = state.records().map(|cell| {
            let program = &state.prepared().program;
            let inside = cell.enrolments.iter();
            let mut inside: Vec<String> = inside
                .map(|of| {
                    let workflow = program.current(of.workflow);
                    format!("{workflow:?} {} {:?} {:?}", of.key, of.id, of.stage)
                })
                .collect();
            inside.sort();
            let (values, been) = (&cell.values, &cell.been);
            format!("{} {values:?} {been:?} {inside:?}", cell.id)
        });
        records.collect()
    }

    pub(super) fn cut(&mut self) {
        self.engine = again(&self.engine);
    }

    /// Publishes another program, and names what is under way anew.
    pub(super) fn publish(&mut self, prepared: &Arc<Prepared>) -> Migrated {
        let migrated = self.engine.publish(prepared);
        let migrated = migrated.expect("nothing speaks against it");
        for actions in [&mut self.pending, &mut self.failed] {
            let before = std::mem::take(actions).into_iter();
            *actions = before
                .filter_map(|action| migrated.action(&action))
                .collect();
        }
        migrated
    }

    /// Whether an enrolment has asked for an action that is not answered.
    pub(super) fn waits_for_action(&self, enrolment: Uid) -> bool {
        let is_put_back = |action: &Action| {
            let record = self.engine.state().record(action.record);
            record.is_some_and(|record| record.put_back.contains_key(&action.key))
        };
        let mut own = self.pending.iter().filter(|action| !is_put_back(action));
        own.any(|action| action.enrolment == enrolment)
    }
}

proptest! {
    #![proptest_config(random(150, 2_000))]

    #[test]
    fn a_thawed_engine_decides_as_one_that_went_on(sketch in sketch(), history in history(), cuts in any::<u64>()) {
        let prepared = prepare(&sketch.to_string());
        let (mut one, mut other) = (Driven::new(prepared.clone()), Driven::new(prepared));
        for (place, moment) in history.iter().enumerate() {
            for driven in [&mut one, &mut other] {
                let input = input(driven.engine.state(), &moment.act);
                driven.apply(moment.at, input);
            }
            if cuts >> (place % 64) & 1 == 1 {
                other.cut();
            }
        }
        if let Some(last) = history.last() {
            let end = last.at + std::time::Duration::from_secs(10 * 86_400);
            one.apply(end, None);
            other.apply(end, None);
        }
        assert_eq!(one.hashes, other.hashes);
        assert!(frozen(&one.engine) == frozen(&other.engine), "the states differ");
    }

    #[test]
    fn damaged_bytes_are_an_error_or_another_state(at in any::<u32>(), byte in any::<u8>(), cut in any::<bool>()) {
        let engine = busy();
        let mut frozen = frozen(&engine);
        let bytes = if at % 8 == 0 { &mut frozen.head } else {
            let full = frozen.blocks.iter_mut().filter(|block| !block.is_empty());
            let full: Vec<&mut Vec<u8>> = full.collect();
            let count = full.len();
            full.into_iter().nth(at as usize / 8 % count).expect("a block")
        };
        let place = at as usize / 64 % bytes.len();
        if cut { bytes.truncate(place) } else { bytes[place] = byte }
        if let Ok(image) = thaw(engine.image().expect("settled").prepared(), &frozen) {
            let mut engine = Engine::from_image(image, "store", Order::Sent);
            if let Some(due) = engine.next_deadline() {
                engine.advance(due);
            }
        }
    }
}

fn frozen(engine: &Engine) -> Frozen {
    let image = engine.image().expect("nothing is under way");
    freeze(&image).expect("nothing is under way")
}

const BUSY: &str = r#"
    segment vip on contact static
    workflow counts on contact { enroll on ping where n > 0 at least 2 times within last 7 days reenroll always steps { wait 3 days } }
    workflow keyed on contact { enroll on ping per key steps {
        do http { url: "https://api.example.com/", headers: { "X-Key": secret(api) }, json: { city: city, list: [1, "two"] } } as answer
        wait until due + 1 day if unknown stop
        set city = "{answer.status ?? 0}"
    } }
    workflow asks on contact { enroll on changed city steps { do log { text: "{owner.name ?? "nobody"} of {city}" } wait 1 day } }
    workflow held on contact { enroll on pong steps { wait 2 hours set name = "x" } }
"#;

/// An engine with something of everything.
fn busy() -> Engine {
    let mut world = World::new(BUSY);
    world.contact(
        "ada",
        &[
            ("name", "Ada"),
            ("bonus", "-2.50"),
            ("due", "2026-02-01T10:00:00.123Z"),
            ("day", "2026-02-01"),
            ("tags", "sport;film"),
        ],
    );
    world.create("company", "acme", &[("name", "Acme"), ("tier", "gold")]);
    world.create("user", "kim", &[("name", "Kim")]);
    world.link("ada", "companies", "acme", Some("boss"));
    world.link("ada", "owner", "kim", None);
    world.link("ada", "companies", "acme", Some("billing"));
    world.member("ada", "vip", true);
    for _ in 0..3 {
        world.does("ada", "ping", &[("n", "2"), ("key", "a")]);
    }
    world.does("ada", "ping", &[("key", "b")]);
    world.does("ada", "pong", &[("url", "https://example.com/")]);
    world.switch("held", Switching::Pause);
    world.hours(3);
    let (mut engine, _) = world.scenario.into_parts();
    let state = engine.state();
    let catalog = &state.prepared().program.catalog;
    let held = catalog
        .workflow(&flow::base::Name::new("held"))
        .expect("it is declared");
    let ada = Uid::of(&[b"input", b"create", b"ada"]);
    let object = state.record(ada).expect("she is there").object;
    let city = catalog.objects[object].property("city").expect("declared");
    let target = flow::engine::Target::Id(object, ada);
    let city = vec![(city, Some(flow::model::Value::Text("Oslo".into())))];
    let now = "2026-01-05T12:00:00Z".parse().expect("an instant");
    // An action is asked for and not answered; a timer is moved.
    engine.apply(now, InputBody::Set(target, city).into());
    engine.apply(now, InputBody::Switch(held, Switching::Resume).into());
    engine
}

#[test]
fn everything_that_a_record_holds_comes_back() {
    let engine = busy();
    let ada = Uid::of(&[b"input", b"create", b"ada"]);
    let cell = engine.state().record(ada).expect("she is there");
    assert_eq!(cell.ends.len(), 2);
    assert_eq!(cell.ever.len(), 4);
    assert_eq!(cell.enrolments.len(), 5);
    assert_eq!(cell.counters.len(), 1);
    let other = again(&engine);
    assert_eq!(other.state().record(ada), Some(cell));
    assert_eq!(
        other.state().switch(cell.enrolments[0].workflow),
        engine.state().switch(cell.enrolments[0].workflow)
    );
    // The moved timer fires at the resumption, in both.
    assert_eq!(other.next_deadline(), "2026-01-05T12:00:00Z".parse().ok());
}

#[test]
fn an_image_stays_as_it_is_while_the_engine_runs_on() {
    fn is_shared<T: Send + Sync>(_: &T) {}
    let mut engine = busy();
    let image = engine.image().expect("nothing is under way");
    is_shared(&image);
    let before = freeze(&image);
    let end: Timestamp = "2026-03-01T00:00:00Z".parse().expect("an instant");
    engine.advance(end);
    assert!(freeze(&image) == before, "the image has changed");
    assert!(freeze(&engine.image().expect("settled")) != before);
}

#[test]
fn a_program_that_lacks_what_the_state_names_is_told_so() {
    let frozen = frozen(&busy());
    let objects = super::world::OBJECTS;
    for (from, to, said) in [
        (
            "  score: number default 0\n  bonus: number\n",
            "  score: number default 0\n",
            "the property `contact.bonus`, which the program lacks",
        ),
        (
            "score: number default 0",
            "score: string",
            "values of another type of `contact.score`",
        ),
        (
            "tags: set(sport, music, film)",
            "tags: set(music, film)",
            "the member `contact.tags.sport`",
        ),
        ("labels (billing, boss)", "labels (billing, boss)", ""),
        ("{ url: url }", "{ at: url }", "the property `pong.url`"),
    ] {
        assert_eq!(objects.matches(from).count(), 1, "{from}");
        let prepared = prepare(&format!("{}\n{BUSY}", objects.replace(from, to)));
        match thaw(&prepared, &frozen) {
            Err(why) => assert!(!said.is_empty() && why.to_string().contains(said), "{why}"),
            Ok(_) => assert_eq!(said, "", "{from}"),
        }
    }
    let prepared = prepare(&format!(
        "{objects}\n{}",
        BUSY.replace("workflow held", "workflow kept")
    ));
    let why = thaw(&prepared, &frozen).map(drop);
    assert_eq!(why, Err(ThawError::Missing("workflow", "held".into())));
}

/// A member is kept by its name, not by its place.
#[test]
fn members_in_another_order_keep_their_names() {
    let engine = busy();
    let objects =
        super::world::OBJECTS.replace("set(sport, music, film)", "set(film, music, sport, dance)");
    let prepared = prepare(&format!("{objects}\n{BUSY}"));
    let image = thaw(&prepared, &frozen(&engine)).expect("nothing is gone");
    let engine = Engine::from_image(image, "store", Order::Sent);
    let ada = Uid::of(&[b"input", b"create", b"ada"]);
    let cell = engine.state().record(ada).expect("she is there");
    let tags = prepared.program.catalog.objects[cell.object].property("tags");
    let tags = cell.value(tags.expect("declared"));
    assert_eq!(tags, Some(&flow::model::Value::Set([0, 2].into())));
}

/// The inputs of the example, row by row.
fn example() -> (Arc<Prepared>, Vec<(Timestamp, Input)>) {
    let folder = repo_root().join("examples/webinar");
    let project = project::load(&folder).expect("the example can be read");
    let compiled = compile(&project.sources, &project.files, &project.settings);
    let prepared = Arc::new(Prepared::new(compiled.program.expect("it has no mistake")));
    let text = fs::read_to_string(folder.join("two-weeks.jsonl")).expect("it is there");
    let mut sources = Sources::default();
    let id = sources.add("two-weeks.jsonl".to_owned(), text);
    let Ok(replay) = replay::read((id, sources.get(id)), &prepared, &folder) else {
        panic!("the replay has no bad line");
    };
    let mut inputs = Vec::new();
    for line in replay.lines {
        match line.brings {
            Brings::Input(input) => inputs.push((line.at, *input)),
            Brings::Import(import) => {
                inputs.extend(import.rows.into_iter().map(|row| (line.at, row.input)));
            }
        }
    }
    (prepared, inputs)
}

#[test]
fn the_example_goes_on_from_any_of_its_states() {
    let (prepared, inputs) = example();
    let (mut one, mut other) = (Driven::new(prepared.clone()), Driven::new(prepared));
    let every = if is_long() { 7 } else { 61 };
    for (place, (at, input)) in inputs.into_iter().enumerate() {
        one.apply(at, Some(input.clone()));
        other.apply(at, Some(input));
        if place % every == 0 {
            other.cut();
        }
    }
    assert_eq!(one.hashes, other.hashes);
    assert!(
        frozen(&one.engine) == frozen(&other.engine),
        "the states differ"
    );
    let image: Image = one.engine.image().expect("settled");
    assert!(image.records() > 100, "{} records", image.records());
}
