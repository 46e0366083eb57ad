//! Older versions of workflows on which those inside finish, in a store and
//! with the real binary: what is kept of them, what is opened again, and what is
//! said. What an enrolment does there is tested in the engine.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use flow::base::Uid;
use flow::engine::Event;
use flow::engine::decision::{Action, Rendered};
use flow::engine::message::{Again, Outcome as Came};
use flow::host::desk::{Ask, Candidate, Order, Outcome, Reply, Status};
use flow::model::Value;
use serde_json::Value as Json;

use crate::cli_support::{Folder, MANIFEST, Run};
use crate::desk::{Desk, PROGRAM};
use crate::live_support::{Running, until};

/// The program of the desk, whose workflow `once` pins.
fn pinning(steps: &str) -> String {
    let wait = "    wait 1 day\n";
    assert_eq!(PROGRAM.matches(wait).count(), 1);
    let program = PROGRAM.replace(wait, &format!("    {steps}\n"));
    program.replace("enroll on visited\n", "enroll on visited\n  on edit pin\n")
}

pub(crate) fn enters(desk: &mut Desk, name: &str) -> Candidate {
    let contact = desk.contact(&format!("{name}@x.example"), &[]);
    desk.one(Order::Event(contact.clone(), "visited".into(), vec![]));
    contact
}

fn status(desk: &mut Desk) -> Status {
    match desk.ask(&Ask::Status) {
        Reply::Status(status) => *status,
        other => panic!("{other:?}"),
    }
}

/// How many are inside each version of `once`.
pub(crate) fn versions(desk: &mut Desk) -> Vec<usize> {
    let status = status(desk);
    let once = status.workflows.iter().find(|one| one.name == "once");
    let once = once.expect("it is there");
    once.versions.iter().map(|version| version.inside).collect()
}

/// All that a store holds: records, what is under way, what was counted.
fn all(desk: &mut Desk) -> String {
    let status = status(desk);
    let core = desk.kept.durable.core();
    let records: Vec<_> = core.state().records().collect();
    let open: Vec<_> = core.pending().iter().map(|open| &open.action).collect();
    format!("{records:#?}\n{open:#?}\n{status:#?}")
}

/// Opens a store again, from its snapshot and from the log alone.
pub(crate) fn reopened(mut desk: Desk) -> Desk {
    for snapshots in [true, false] {
        let before = all(&mut desk);
        desk = desk.reopen(snapshots);
        assert_eq!(all(&mut desk), before, "snapshots: {snapshots}");
    }
    desk
}

fn answer(desk: &mut Desk, came: &Came) {
    let pending = desk.kept.durable.core().pending().iter();
    let actions: Vec<Action> = pending.map(|open| open.action.clone()).collect();
    let asked = actions.iter().map(|of| Event::Attempt(of.attempt()));
    desk.accept(asked.collect());
    let came = actions
        .iter()
        .map(|of| Event::Finished(of.attempt(), came.clone()));
    desk.accept(came.collect());
}

/// How many files there are of programs, and how long the running one is.
fn programs(desk: &Desk) -> (usize, usize) {
    let folder = desk.store.dir.join("programs");
    let files = fs::read_dir(folder).expect("a folder").count();
    (files, desk.kept.durable.core().program().packed.len())
}

/// proves: V3
#[test]
fn those_inside_older_versions_are_there_again_when_a_store_is_opened() {
    let (first, second) = (
        pinning("wait 1 day set city = \"one\""),
        pinning("set score = 2 wait 2 days"),
    );
    let mut desk = Desk::new(&first);
    enters(&mut desk, "ada");
    desk.load(&second);
    enters(&mut desk, "bob");
    desk.load(&pinning("wait 3 days"));
    enters(&mut desk, "cid");
    assert_eq!(versions(&mut desk), [1, 1, 1]);
    // An edit that compiles to the same version for those who are on it.
    desk.load(&format!("const SOME = 1\n{}", pinning("wait 3 days")));
    assert_eq!(versions(&mut desk), [1, 1, 1]);
    let mut desk = reopened(desk);
    // What asks for an action is the older version: it is under way while the
    // store is opened again, fails, is tried again, and is edited meanwhile.
    desk.hours(25);
    assert_eq!(desk.kept.durable.core().pending().len(), 1);
    let mut desk = reopened(desk);
    let busy = Came::Failed {
        status: Some(503),
        error: "busy".into(),
        again: Again::Usual,
    };
    answer(&mut desk, &busy);
    let mut desk = reopened(desk);
    desk.load(&pinning("wait 4 days"));
    assert_eq!(versions(&mut desk), [0, 1, 1, 1]);
    let mut desk = reopened(desk);
    desk.hours(1);
    answer(&mut desk, &Came::Done(vec![None]));
    assert_eq!(versions(&mut desk), [0, 1, 1]);
    desk.hours(23);
    answer(&mut desk, &Came::Done(vec![None]));
    let (_, long) = programs(&desk);
    desk.load(&pinning("wait 5 days"));
    assert_eq!(versions(&mut desk), [0, 1]);
    assert!(programs(&desk).1 < long, "they are not dropped");
    desk.hours(48);
    answer(&mut desk, &Came::Done(vec![None]));
    assert_eq!(versions(&mut desk), [0_usize; 0]);
    let mut desk = reopened(desk);
    // Without anybody inside there is nothing but what was written.
    desk.load(&first);
    let written = desk.kept.durable.core().program();
    assert_eq!(written.hash, written.written);
    drop(reopened(desk));
}

/// The program of the desk, whose workflow `once` pins and names declarations
/// that are `number`, `greeting` and of `city`.
fn naming(number: u32, greeting: &str, city: &str) -> String {
    let steps = "wait 1 day set score = MOST branch { case when in segment far { set city = \"was far\" } } \
                 wait 1 day set score = MOST + 10";
    let program = pinning(steps).replace("subject: \"Hello\"", &format!("subject: \"{greeting}\""));
    format!(
        "{program}
const LEAST = {number}
const MOST = LEAST * 2
segment far on contact when city == \"{city}\" and no_score
"
    )
    .replace(
        " and no_score",
        " and (score is unknown or score < MOST * 100)",
    )
}

/// What a contact has: score, city.
fn has(desk: &Desk, of: &Candidate) -> [String; 2] {
    let state = desk.kept.durable.core().state();
    let id = Uid::parse(&of.id).expect("an id");
    let record = state.record(id).expect("it is there");
    let object = &state.prepared().program.catalog.objects[record.object];
    ["score", "city"].map(|name| {
        let id = object.property(name).expect("it has one");
        match record.value(id) {
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Text(text)) => text.to_string(),
            other => format!("{other:?}"),
        }
    })
}

/// proves: V3
#[test]
fn what_an_older_version_names_is_what_it_was() {
    let mut desk = Desk::new(&naming(1, "Hello", "Bergen"));
    let inside = |desk: &mut Desk, name: &str, city: &str| {
        let contact = desk.contact(&format!("{name}@x.example"), &[("city", city)]);
        desk.one(Order::Event(contact.clone(), "visited".into(), vec![]));
        contact
    };
    let ada = inside(&mut desk, "ada", "Bergen");
    // The text of the workflow is the same, what it names is not.
    desk.load(&naming(3, "Good evening", "Tromso"));
    let bob = inside(&mut desk, "bob", "Bergen");
    desk.load(&naming(5, "Good night", "Voss"));
    let cid = inside(&mut desk, "cid", "Voss");
    assert_eq!(versions(&mut desk), [1, 1, 1]);
    let mut desk = reopened(desk);
    desk.hours(25);
    assert_eq!(has(&desk, &ada), ["2", "was far"]);
    assert_eq!(has(&desk, &bob), ["6", "Bergen"]);
    assert_eq!(has(&desk, &cid), ["10", "was far"]);
    // What was edited once more, or is gone, is kept all the same.
    desk.load(&pinning("wait 3 days"));
    assert_eq!(versions(&mut desk), [0, 1, 1, 1]);
    assert_eq!(status(&mut desk).segments.len(), 0, "it is for them alone");
    let mut desk = reopened(desk);
    desk.hours(25);
    let scores = [&ada, &bob, &cid].map(|of| has(&desk, of)[0].clone());
    assert_eq!(scores, ["12", "16", "20"]);
    let mut desk = reopened(desk);
    let pending = desk.kept.durable.core().pending().iter();
    let mails = pending.map(|open| {
        let message = open.action.request.message.as_ref().expect("it is a mail");
        let subject = message.fields.first().map(|(_, text)| text.to_string());
        let mut arguments = open.action.request.arguments.iter();
        let said = arguments.find(|(name, _)| *name == *"message");
        let said: &Rendered = said.map(|(_, said)| said).expect("it names one");
        assert_eq!(
            (message.name.as_str(), said.to_string().as_str()),
            ("hello", "\"hello\"")
        );
        subject.expect("it has one")
    });
    let mut mails: Vec<String> = mails.collect();
    mails.sort();
    assert_eq!(mails, ["Good evening", "Good night", "Hello"]);
    answer(&mut desk, &Came::Done(vec![None]));
    assert_eq!(versions(&mut desk), [0_usize; 0]);
    drop(reopened(desk));
}

/// The same, whose workflow `once` asks a service as a declared action says it.
fn asking(host: &str) -> String {
    let steps = "wait 1 day ask: do chat.post { room: \"hall\" } as posted \
                 set city = posted.id";
    let action = format!(
        "action chat.post(room: string required) -> {{ id: string }}
  via http {{ url: \"https://{host}.example/{{room}}\", result: {{ id: \"$.id\" }} }}"
    );
    format!("{}{action}\n", pinning(steps))
}

/// Where what is under way goes, in order.
fn addresses(desk: &Desk) -> Vec<String> {
    let pending = desk.kept.durable.core().pending().iter();
    let urls = pending.flat_map(|open| {
        let mut sends = open.action.request.sends.iter();
        sends.find(|(name, _)| *name == *"url")
    });
    let mut urls: Vec<String> = urls.map(|(_, url)| url.to_string()).collect();
    urls.sort();
    urls
}

/// proves: A1, V3
#[test]
fn a_declared_action_is_there_again_with_its_version() {
    let mut desk = Desk::new(&asking("one"));
    let ada = enters(&mut desk, "ada");
    desk.load(&asking("two"));
    let bob = enters(&mut desk, "bob");
    assert_eq!(versions(&mut desk), [1, 1]);
    let mut desk = reopened(desk);
    desk.hours(25);
    let both = ["one", "two"].map(|host| format!("\"https://{host}.example/hall\""));
    assert_eq!(addresses(&desk), both);
    let mut desk = reopened(desk);
    let busy = Came::Failed {
        status: Some(503),
        error: "busy".into(),
        again: Again::Usual,
    };
    answer(&mut desk, &busy);
    // The program that is published has no such action at all.
    desk.load(&pinning("wait 3 days"));
    assert_eq!(versions(&mut desk), [0, 1, 1]);
    let mut desk = reopened(desk);
    desk.hours(1);
    assert_eq!(addresses(&desk), both);
    let id = Came::Done(vec![Some(Value::Text("m7".into()))]);
    answer(&mut desk, &id);
    let mut desk = reopened(desk);
    for of in [&ada, &bob] {
        assert_eq!(has(&desk, of)[1], "m7");
    }
    answer(&mut desk, &Came::Done(vec![None]));
    assert_eq!(versions(&mut desk), [0_usize; 0]);
    drop(reopened(desk));
}

/// proves: A4, V3
#[test]
fn a_declared_action_is_put_back_when_its_version_is_forgotten() {
    let mut desk = Desk::new(&asking("one"));
    enters(&mut desk, "ada");
    desk.load(&asking("two"));
    desk.hours(25);
    let refused = Came::Failed {
        status: Some(422),
        error: "refused".into(),
        again: Again::Usual,
    };
    answer(&mut desk, &refused);
    answer(&mut desk, &Came::Done(vec![None]));
    desk.load(&asking("three"));
    assert_eq!(versions(&mut desk), [0_usize; 0]);
    let mut desk = reopened(desk);
    let ask = Ask::Retry {
        actions: vec![],
        by: None,
    };
    match desk.ask(&ask) {
        Reply::Taken { outcomes, .. } => {
            let put_back = matches!(&outcomes[..], [Outcome::PutBack { action, step, .. }]
                if action == "chat.post" && step == "ask");
            assert!(put_back, "{outcomes:?}");
        }
        other => panic!("{other:?}"),
    }
    // It asks what it asked.
    assert_eq!(addresses(&desk), ["\"https://one.example/hall\""]);
    let mut desk = reopened(desk);
    let id = Came::Done(vec![Some(Value::Text("m7".into()))]);
    answer(&mut desk, &id);
    assert_eq!(desk.kept.durable.core().pending().len(), 0);
}

/// proves: A4, V3
#[test]
fn what_failed_on_an_older_version_is_put_back() {
    let mut desk = Desk::new(&pinning("wait 1 day"));
    enters(&mut desk, "ada");
    desk.load(&pinning("wait 2 days").replace("greet:", "hello:"));
    desk.hours(25);
    let refused = Came::Failed {
        status: Some(422),
        error: "refused".into(),
        again: Again::Usual,
    };
    answer(&mut desk, &refused);
    let ask = Ask::Retry {
        actions: vec![],
        by: None,
    };
    match desk.ask(&ask) {
        Reply::Taken { outcomes, .. } => assert_eq!(outcomes.len(), 1),
        other => panic!("{other:?}"),
    }
    let mut desk = reopened(desk);
    desk.load(&pinning("wait 3 days"));
    let mut desk = reopened(desk);
    answer(&mut desk, &Came::Done(vec![None]));
    assert_eq!(desk.kept.durable.core().pending().len(), 0);
    let tally = &desk.kept.durable.core().ledger().tally;
    assert_eq!(tally.flows["once"].left.values().sum::<usize>(), 1);
}

/// proves: V3, V5, V7
#[test]
fn what_an_older_version_reads_may_not_go() {
    let city = pinning("wait 1 day set city = \"one\"");
    let mut desk = Desk::new(&city);
    let ada = enters(&mut desk, "ada");
    enters(&mut desk, "bob");
    let version = {
        let core = desk.kept.durable.core();
        let mut all = core.program().prepared.program.workflows().iter();
        let once = all.find(|plan| *plan.name() == *"once").expect("there");
        once.version.short()
    };
    let without = |steps: &str| {
        let text = pinning(steps).replace("  city: string\n", "");
        text.replace("  suppress when city == \"Oslo\"\n", "")
    };
    let position = desk.kept.durable.position();
    let unfit = desk.would_load(&without("wait 2 days"));
    let why = unfit.expect_err("they need it").to_string();
    assert!(
        why.starts_with(&format!(
            "`once`: 2 enrolments finish on version {version}, which does not go with this program\n"
        )),
        "{why}"
    );
    for said in [
        "  inside: contact ",
        "contact ada@x.example",
        "contact bob@x.example",
        // What is missing is told once, with how many places name it.
        "`contact` has no property `city`, here and at 1 more place (F0202): ",
        "suppress when city == \"Oslo\"",
        "bring back what is missing, or say `on edit migrate`",
    ] {
        assert!(why.contains(said), "{said}: {why}");
    }
    assert_eq!(desk.kept.durable.position(), position);
    // One is enough.
    desk.one(Order::Unenroll(ada, "once".into()));
    let why = desk.would_load(&without("wait 2 days"));
    let why = why.expect_err("one needs it").to_string();
    assert!(why.contains("1 enrolment finishes on version"), "{why}");
    // Those inside move instead.
    desk.load(&without("wait 2 days").replace("on edit pin", "on edit migrate"));
    assert_eq!(versions(&mut desk), [0_usize; 0]);
    drop(reopened(desk));
}

/// proves: V7
#[test]
fn records_that_violate_a_rule_are_named() {
    let mut desk = Desk::new(PROGRAM);
    let refusal = |desk: &Desk| {
        let program = PROGRAM.replace("city: string\n", "city: string required\n");
        desk.would_load(&program)
            .expect_err("some lack it")
            .to_string()
    };
    desk.contact("ada@x.example", &[]);
    assert_eq!(
        refusal(&desk),
        "`contact.city` cannot be required: 1 record violates it: contact ada@x.example\n"
    );
    for number in 0..11 {
        desk.contact(&format!("c{number}@x.example"), &[]);
    }
    let why = refusal(&desk);
    let begins = "`contact.city` cannot be required: 12 records violate it: contact ";
    assert!(why.starts_with(begins), "{why}");
    assert!(why.ends_with("@x.example and 2 more\n"), "{why}");
    assert_eq!(why.matches(", contact ").count(), 9, "{why}");
}

/// A project whose workflow takes every new contact.
fn project(steps: &str) -> Folder {
    Folder::new(&[
        ("flow.toml", MANIFEST),
        ("main.flow", OBJECT),
        ("slow.flow", &slow(steps)),
    ])
}

const OBJECT: &str = "object contact {
  email: email unique required
  mark: string
  late: string
}
";

fn slow(steps: &str) -> String {
    format!(
        "workflow slow on contact {{\n  enroll on created\n  on edit pin\n\n  steps {{\n{steps}  }}\n}}\n"
    )
}

fn ok(folder: &Folder, arguments: &[&str]) -> String {
    let run: Run = folder.flow(arguments);
    assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.err);
    run.out
}

fn record(folder: &Folder, name: &str) -> Json {
    let out = ok(folder, &["records", "--format", "json"]);
    let mut all = out
        .lines()
        .map(|line| serde_json::from_str(line).expect("json"));
    let email = format!("{name}@x.example");
    all.find(|one: &Json| one["properties"]["email"] == *email)
        .expect("it is there")
}

fn contact(folder: &Folder, name: &str) {
    ok(
        folder,
        &["create", "contact", &format!("email={name}@x.example")],
    );
}

/// A project under watch, edited while Ada was inside.
fn edited() -> (Folder, Running) {
    let folder = project("    wait 2 seconds\n    set mark = \"old\"\n    wait 1 hour\n");
    let running = Running::begin(&folder, &["--watch"]);
    running.hears("watching its sources", 1);
    // The first look of all is over.
    sleep(Duration::from_millis(700));
    contact(&folder, "ada");
    folder.write("slow.flow", slow("    set mark = \"new\"\n").as_bytes());
    let stays = "loaded: `slow` has changed; 1 enrolment of `slow` finishes on version ";
    running.hears(stays, 1);
    contact(&folder, "bob");
    assert_eq!(record(&folder, "bob")["properties"]["mark"], "new");
    (folder, running)
}

/// Takes the property away that the older version writes.
fn without_mark(folder: &Folder) {
    folder.write("slow.flow", slow("    set late = \"yes\"\n").as_bytes());
    let without = OBJECT.replace("  mark: string\n", "");
    folder.write("main.flow", without.as_bytes());
}

fn goes_on(folder: &Folder) {
    let marked = until(|| record(folder, "ada")["properties"]["mark"] == "old");
    assert!(marked, "{}", record(folder, "ada"));
}

/// proves: V3, V5
#[test]
fn edits_under_watch_leave_those_inside_where_they_are() {
    let (folder, running) = edited();
    without_mark(&folder);
    running.hears("`slow`: 1 enrolment finishes on version ", 1);
    running.hears("set mark = \"old\"", 1);
    running.hears("not loaded: the program from before runs on", 1);
    assert_eq!(running.count("would be lost"), 0);
    goes_on(&folder);
    // Killed, it goes on from the log; the folder's program is still refused.
    running.kill();
    let run = folder.flow(&["run", "--once"]);
    assert_eq!(run.code, Some(1), "{}", run.err);
    for said in [
        "does not go with what is in the store",
        "`slow`: 1 enrolment finishes",
    ] {
        assert!(run.err.contains(said), "{said}: {}", run.err);
    }
    folder.write("main.flow", OBJECT.as_bytes());
    let run = folder.flow(&["run", "--once"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert_eq!(record(&folder, "ada")["inside"][0]["step"], "wait_2");
}

/// proves: V3, H1
#[test]
fn who_is_inside_which_version_is_shown() {
    let (folder, running) = edited();
    goes_on(&folder);
    running.kill();
    let run = folder.flow(&["run", "--once"]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert_eq!(run.err.matches("loaded").count(), 0, "{}", run.err);
    let ada = record(&folder, "ada");
    let version = ada["inside"][0]["version"].as_str();
    let version = version.expect("an older one");
    let status = ok(&folder, &["status"]);
    let of = |line: &str| -> Vec<String> { line.split_whitespace().map(str::to_owned).collect() };
    let shown = vec![version.to_owned(), "1".to_owned()];
    assert!(status.lines().any(|line| of(line) == shown), "{status}");
    let history = ok(&folder, &["history", "ada@x.example", "--format", "json"]);
    let told = history
        .lines()
        .map(|line| -> Json { serde_json::from_str(line).expect("json") });
    let told: Vec<Json> = told.filter(|one| one["workflow"] == "slow").collect();
    assert!(told.len() > 3, "{history}");
    assert!(
        told.iter().all(|one| one["version"] == version),
        "{history}"
    );
    let source = told.last().and_then(|one| one["source"].as_str());
    let source = source.expect("a place");
    let text = format!("slow@{version}.flow:");
    assert!(source.starts_with(&text), "{source}");
    // All of it is worked out again.
    ok(&folder, &["store", "verify"]);
}
