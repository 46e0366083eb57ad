//! Failed actions that are put back: which are meant and which cannot be, what
//! a store keeps of them, and the commands beside a server that fails at first.
//! What the engine decides about them is tested in `engine`.

use std::fs;

use flow::base::Uid;
use flow::engine::Event;
use flow::engine::decision::Action;
use flow::engine::message::{Again, Outcome as Came};
use flow::host::desk::{Ask, Failed, Order, Outcome, Reply};
use serde_json::Value;

use crate::cli_support::{Folder, Run};
use crate::desk::{Desk, PROGRAM};
use crate::http_server::{HttpServer, Reply as Answer};
use crate::live_support::{Running, until};

/// The program of the desk, with a workflow that sends at once.
fn program() -> String {
    PROGRAM.replace(
        "set score = 10",
        "hello: do send_email { to: email, message: hello }\n    nowhere: do create_task { subject: city }",
    )
}

fn retry(actions: &[&str]) -> Ask {
    Ask::Retry {
        actions: actions.iter().map(|&key| key.to_owned()).collect(),
        by: Some("test".into()),
    }
}

/// All that waits fails for good.
fn fail(desk: &mut Desk) {
    let pending = desk.kept.durable.core().pending().iter();
    let actions: Vec<Action> = pending.map(|open| open.action.clone()).collect();
    let asked = actions
        .iter()
        .map(|action| Event::Attempt(action.attempt()));
    desk.accept(asked.collect());
    let came = actions.iter().map(|action| {
        let came = Came::Failed {
            status: Some(422),
            error: "refused".into(),
            again: Again::Usual,
        };
        Event::Finished(action.attempt(), came)
    });
    desk.accept(came.collect());
}

/// A desk with so many contacts whose mail has failed for good.
fn failed(count: usize) -> Desk {
    let mut desk = Desk::new(&program());
    for number in 0..count {
        let contact = desk.contact(&format!("p{number}@x.example"), &[("city", "Oslo")]);
        desk.one(Order::Enroll(contact, "aim".into()));
    }
    fail(&mut desk);
    desk
}

fn failures(desk: &mut Desk) -> Vec<Failed> {
    match desk.ask(&Ask::Failures) {
        Reply::Failures { failures } => failures,
        other => panic!("{other:?}"),
    }
}

fn taken(desk: &mut Desk, keys: &[&str]) -> (Vec<Outcome>, usize) {
    match desk.ask(&retry(keys)) {
        Reply::Taken { outcomes, actions } => (outcomes, actions),
        other => panic!("{other:?}"),
    }
}

fn pending(desk: &Desk) -> usize {
    desk.kept.durable.core().pending().len()
}

fn counts(desk: &Desk, action: &str) -> (usize, usize, usize) {
    let tally = &desk.kept.durable.core().ledger().tally;
    let mut acts = tally.actions.iter();
    let (_, acts) = acts.find(|((name, _), _)| name == action).expect("counted");
    (acts.asked, acts.done, acts.failed)
}

// proves: A1, A4
#[test]
fn an_action_is_put_back_by_how_its_key_begins() {
    let mut desk = failed(1);
    let list = failures(&mut desk);
    let [mail] = list.as_slice() else {
        panic!("{list:?}");
    };
    assert_eq!((mail.attempts, mail.stays.as_deref()), (1, None));
    assert_eq!(counts(&desk, "send_email"), (1, 0, 1));
    let waiting = pending(&desk);
    let (outcomes, actions) = taken(&mut desk, &[&mail.key[..6].to_uppercase(), &mail.key]);
    assert_eq!(actions, 1);
    let [
        Outcome::PutBack {
            key,
            record,
            workflow,
            step,
            action,
            attempt,
        },
    ] = outcomes.as_slice()
    else {
        panic!("{outcomes:?}");
    };
    assert_eq!((key, record.name.as_str()), (&mail.key, "p0@x.example"));
    assert_eq!((workflow.as_str(), step.as_str()), ("aim", "hello"));
    assert_eq!((action.as_str(), *attempt), ("send_email", 2));
    assert!(failures(&mut desk).is_empty());
    assert_eq!(pending(&desk), waiting + 1);
    assert_eq!(counts(&desk, "send_email"), (1, 0, 0));
    let (message, _) = desk.refusal(&retry(&[&mail.key]));
    assert_eq!(message, format!("`{}` is under way already", mail.key));
    // It fails once more, and is listed once more.
    fail(&mut desk);
    let list = failures(&mut desk);
    let again: Vec<_> = list.iter().filter(|one| one.key == mail.key).collect();
    assert_eq!((again.len(), again[0].attempts), (1, 2));
    assert_eq!(counts(&desk, "send_email"), (1, 0, 1));
}

// proves: A4
#[test]
fn all_that_are_named_are_put_back_or_none() {
    let mut desk = failed(2);
    let key = failures(&mut desk)[0].key.clone();
    let before = desk.kept.durable.position();
    let other = Uid::of(&[b"other"]).to_string();
    let (message, help) = desk.refusal(&retry(&[&key, &other]));
    assert_eq!(
        message,
        format!("no action that has failed has the key `{other}`")
    );
    let lists = "`flow failures` lists them with their keys";
    assert_eq!(help.as_deref(), Some(lists));
    let (message, help) = desk.refusal(&retry(&[&key[..3]]));
    assert!(message.ends_with("is too short for the beginning of a key"));
    assert_eq!(help.as_deref(), Some("say at least 4 digits of it"));
    assert_eq!(desk.kept.durable.position(), before);
    assert_eq!(failures(&mut desk).len(), 2);
}

// proves: A4
#[test]
fn the_beginning_of_several_keys_means_none_of_them() {
    let mut desk = failed(900);
    let mut keys: Vec<String> = failures(&mut desk).into_iter().map(|f| f.key).collect();
    keys.sort();
    let mut pairs = keys.windows(2);
    let pair = pairs.find(|pair| pair[0][..4] == pair[1][..4]);
    let pair = pair.expect("so many keys begin alike");
    let (message, help) = desk.refusal(&retry(&[&pair[0][..4]]));
    assert_eq!(message, format!("2 keys begin with `{}`", &pair[0][..4]));
    let help = help.expect("it says which");
    assert!(pair.iter().all(|key| help.contains(key.as_str())), "{help}");
    let (outcomes, actions) = taken(&mut desk, &[]);
    assert_eq!((outcomes.len(), actions), (900, 900));
}

// proves: A4, A10
#[test]
fn what_was_never_asked_for_stays() {
    let mut desk = Desk::new(&program());
    let ada = desk.contact("ada@x.example", &[]);
    desk.one(Order::Enroll(ada, "aim".into()));
    fail(&mut desk);
    let list = failures(&mut desk);
    let [mail, task] = list.as_slice() else {
        panic!("{list:?}");
    };
    assert_eq!(task.error, "missing_argument: subject");
    assert_eq!(task.stays.as_deref(), Some("nothing was asked for"));
    let (message, _) = desk.refusal(&retry(&[&mail.key, &task.key]));
    let why = "cannot be put back: nothing was asked for";
    assert_eq!(message, format!("`{}` {why}", task.key));
    // A workflow that is off would withdraw it at once.
    desk.one(Order::Switch("off", "aim".into()));
    let (message, _) = desk.refusal(&retry(&[&mail.key]));
    assert!(message.ends_with("`aim` is off"), "{message}");
    desk.one(Order::Switch("on", "aim".into()));
    let (outcomes, actions) = taken(&mut desk, &[]);
    assert_eq!(actions, 1);
    let left = Outcome::NotPutBack {
        key: task.key.clone(),
        reason: "nothing was asked for".into(),
    };
    assert!(matches!(&outcomes[0], Outcome::PutBack { key, .. } if *key == mail.key));
    assert_eq!(outcomes[1..], [left]);
    assert_eq!(failures(&mut desk).len(), 1);
}

// proves: A4, A8
#[test]
fn what_is_withdrawn_is_listed_again() {
    let mut desk = failed(1);
    taken(&mut desk, &[]);
    desk.one(Order::Switch("off", "aim".into()));
    let pending = desk.kept.durable.core().pending().iter();
    let asked: Vec<Event> = pending
        .map(|open| Event::Attempt(open.action.attempt()))
        .collect();
    desk.accept(asked);
    let list = failures(&mut desk);
    let mail = list.iter().find(|one| one.action == "send_email");
    let mail = mail.expect("it is there");
    assert_eq!(mail.error, "withdrawn: workflow_off");
    assert_eq!(mail.attempts, 1);
    assert_eq!(counts(&desk, "send_email"), (1, 0, 1));
}

// proves: A1, A4
#[test]
fn a_store_keeps_what_failed_and_what_was_put_back() {
    let mut desk = failed(3);
    let key = failures(&mut desk)[0].key.clone();
    taken(&mut desk, &[&key]);
    for snapshots in [true, false] {
        let before = failures(&mut desk);
        let open = |desk: &Desk| -> Vec<Action> {
            let pending = desk.kept.durable.core().pending().iter();
            pending.map(|open| open.action.clone()).collect()
        };
        let waiting = open(&desk);
        assert!(waiting.iter().any(|action| action.key.to_string() == key));
        desk = desk.reopen(snapshots);
        assert_eq!(failures(&mut desk), before);
        assert_eq!(open(&desk), waiting);
    }
    // What came with the snapshot can be put back as well.
    let (outcomes, _) = taken(&mut desk, &[]);
    assert_eq!(outcomes.len(), 2);
    fail(&mut desk);
    assert!(failures(&mut desk).iter().any(|one| one.key == key));
}

// proves: A4, A8, V2
#[test]
fn an_edited_program_keeps_what_failed_and_what_was_put_back() {
    let mut desk = failed(1);
    let key = failures(&mut desk)[0].key.clone();
    taken(&mut desk, &[&key]);
    // Its step is gone: it has none any more, and stands by itself as before.
    desk.load(&PROGRAM.replace("set score = 10", "wait 2 days"));
    // With it waits what the enrolment has asked for next.
    assert_eq!(pending(&desk), 2);
    fail(&mut desk);
    let listed = |desk: &mut Desk| -> Failed {
        let mut all = failures(desk).into_iter();
        all.find(|one| one.key == key).expect("it is listed")
    };
    let found = listed(&mut desk);
    assert_eq!((found.step.as_str(), found.attempts), ("", 2));
    assert_eq!(found.stays, None);
    let (outcomes, _) = taken(&mut desk, &[&key]);
    assert!(
        matches!(&outcomes[0], Outcome::PutBack { step, attempt: 3, .. } if step.is_empty()),
        "{outcomes:?}"
    );
    // Its workflow is gone: it is withdrawn, and nothing is lost.
    let (without, _) = PROGRAM.split_once("workflow aim").expect("the last one");
    desk.load(without);
    assert_eq!(pending(&desk), 0);
    let found = listed(&mut desk);
    assert_eq!(found.error, "withdrawn: workflow_removed");
    assert_eq!((found.workflow.as_str(), found.attempts), ("aim", 2));
    let gone = "the program has no workflow `aim` any more";
    assert_eq!(found.stays.as_deref(), Some(gone));
    for snapshots in [true, false] {
        desk = desk.reopen(snapshots);
        assert_eq!(listed(&mut desk), found);
    }
    // It comes back with its workflow.
    desk.load(&program());
    let (outcomes, _) = taken(&mut desk, &[&key]);
    assert!(
        matches!(&outcomes[0], Outcome::PutBack { attempt: 3, .. }),
        "{outcomes:?}"
    );
}

// proves: A4, A8
#[test]
fn what_fails_after_its_step_is_gone_is_listed() {
    let mut desk = Desk::new(&program());
    let ada = desk.contact("ada@x.example", &[("city", "Oslo")]);
    desk.one(Order::Enroll(ada, "aim".into()));
    desk.load(&PROGRAM.replace("set score = 10", "wait 2 days"));
    fail(&mut desk);
    let list = failures(&mut desk);
    assert_eq!(list.len(), 1, "{list:?}");
    assert_eq!((list[0].step.as_str(), list[0].attempts), ("", 1));
    assert_eq!(
        (list[0].action.as_str(), &list[0].stays),
        ("send_email", &None)
    );
    assert_eq!(taken(&mut desk, &[]).1, 1);
}

const CALLS: &str = "\
object contact { email: email unique required, sent: number default 0 }
event hit on contact { n: number }
workflow count on contact {
  enroll on hit
  steps {
    call: do http { method: POST, url: \"URL\", json: { who: email } }
    set sent += 1
  }
}
";

fn fine(run: Run) -> String {
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    run.out
}

/// A project whose only request has failed for good, and the key of it.
fn refused(server: &HttpServer) -> (Folder, String) {
    let program = CALLS.replace("URL", &server.url("/hit"));
    let folder = Folder::project(&program);
    fine(folder.flow(&["create", "contact", "email=ada@x.example"]));
    fine(folder.flow(&["send", "hit", "-r", "ada@x.example"]));
    fine(folder.flow(&["run", "--once"]));
    let run = folder.flow(&["failures"]);
    let help = "put back what can succeed by now: `flow retry KEY`, or `flow retry --all`\n";
    assert_eq!(run.err, help);
    let out = fine(run);
    let (key, rest) = out.split_once("  ").expect("a key");
    assert!(
        rest.contains("\n  count, call: http, 1 attempt: POST "),
        "{rest}"
    );
    (folder, key.to_owned())
}

// proves: A1, A3, A4, H1
#[test]
fn an_action_is_put_back_and_sent_by_the_next_run() {
    let server = HttpServer::scripted([Answer::status(422)]);
    let (folder, key) = refused(&server);
    let run = folder.flow(&["retry", &key[..8]]);
    assert_eq!(run.err, "1 action waits for `flow run`\n");
    assert_eq!(
        fine(run),
        "put back: http for contact ada@x.example (count, call), attempt 2\n"
    );
    assert_eq!(fine(folder.flow(&["failures"])), "");
    let status = fine(folder.flow(&["status"]));
    assert!(
        status.contains("actions   1 waiting, 0 failed for good\n"),
        "{status}"
    );
    fine(folder.flow(&["run", "--once"]));
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|one| one.key() == key), "{asked:?}");
    assert_eq!(asked[0].body, asked[1].body);
    let history = fine(folder.flow(&["history", "ada@x.example"]));
    assert!(
        history.contains("call: put back by command line"),
        "{history}"
    );
    assert!(history.contains("call: done at attempt 2"), "{history}");
    // The path has gone on once.
    let records = fine(folder.flow(&["records", "--format", "json"]));
    let record: Value = serde_json::from_str(&records).expect("one record");
    assert_eq!(record["properties"]["sent"], 1);
    let none = folder.flow(&["retry", "--all"]);
    assert_eq!(
        none.err,
        "note: no action has failed for good: there is nothing to put back\n"
    );
    assert_eq!(fine(none), "");
    assert_eq!(fine(folder.flow(&["store", "verify"])).lines().count(), 1);
}

// proves: A1, A4
#[test]
fn a_process_that_runs_sends_it_at_once() {
    let server = HttpServer::scripted([Answer::status(422), Answer::status(422)]);
    let (folder, key) = refused(&server);
    let mut running = Running::begin(&folder, &[]);
    let all = folder.flow(&["retry", "--all", "--format", "json"]);
    assert_eq!(
        all.err,
        "`flow failures` lists again what fails for good once more\n"
    );
    let one: Value = serde_json::from_str(&fine(all)).expect("one object");
    assert_eq!(
        (&one["outcome"], &one["key"], &one["attempt"]),
        (&"put_back".into(), &key.as_str().into(), &2.into())
    );
    let listed = || folder.flow(&["failures"]).out.contains(&key);
    assert!(until(listed), "{:?}", running.said());
    let wrong = folder.flow(&["retry", "ffff"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.err);
    fine(folder.flow(&["retry", &key]));
    let done = || server.asked().len() == 3;
    assert!(until(done), "{:?}", running.said());
    let told = || {
        folder
            .flow(&["history", "ada@x.example"])
            .out
            .contains("done at attempt 3")
    };
    assert!(until(told), "{:?}", running.said());
    assert!(server.asked().iter().all(|one| one.key() == key));
    running.signal("INT");
    assert_eq!(running.ends().0, Some(0));
    assert_eq!(fine(folder.flow(&["failures"])), "");
}

// proves: A1, A4
#[test]
fn a_process_that_is_killed_sends_it_after_all() {
    let slow = Answer::status(200).after(std::time::Duration::from_secs(30));
    let server = HttpServer::scripted([Answer::status(422), slow]);
    let (folder, key) = refused(&server);
    let running = Running::begin(&folder, &[]);
    fine(folder.flow(&["retry", &key]));
    assert!(until(|| server.asked().len() == 2), "{:?}", running.said());
    running.kill();
    assert_eq!(fine(folder.flow(&["failures"])), "");
    fine(folder.flow(&["run", "--once"]));
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|one| one.key() == key), "{asked:?}");
    let history = fine(folder.flow(&["history", "ada@x.example"]));
    assert!(history.contains("call: done at attempt 2"), "{history}");
}

/// A project with numbers for a server, whose only request is asked for.
fn patient(server: &HttpServer, numbers: &str) -> Folder {
    let folder = Folder::project(&CALLS.replace("URL", &server.url("/hit")));
    let manifest = folder.path().join("flow.toml");
    let before = fs::read_to_string(&manifest).expect("it is there");
    let url = server.url("");
    let table = format!("[connections.api]\nkind = \"http\"\nurl = \"{url}\"\n{numbers}");
    fs::write(&manifest, format!("{before}\n{table}\n")).expect("it is written");
    fine(folder.flow(&["create", "contact", "email=ada@x.example"]));
    fine(folder.flow(&["send", "hit", "-r", "ada@x.example"]));
    folder
}

// proves: A3
#[test]
fn a_connection_says_when_it_is_tried_again() {
    let server = HttpServer::scripted([Answer::status(503), Answer::status(503)]);
    let folder = patient(
        &server,
        "retry_first = \"1 second\"\nretry_most = \"1 second\"",
    );
    let running = Running::begin(&folder, &[]);
    let told = || {
        let history = folder.flow(&["history", "ada@x.example"]).out;
        history.contains("done at attempt 3")
    };
    // A minute, then two, without the numbers.
    assert!(until(told), "{:?}", running.said());
    assert_eq!(server.asked().len(), 3);
}

// proves: A3, A4
#[test]
fn a_connection_says_how_long_it_is_tried() {
    let server = HttpServer::scripted([Answer::status(503)]);
    let folder = patient(&server, "retry_total = \"1 second\"");
    fine(folder.flow(&["run", "--once"]));
    let failures = fine(folder.flow(&["failures"]));
    assert!(
        failures.contains("count, call: http, 1 attempt"),
        "{failures}"
    );
    // What the log says is decided again as it was.
    assert_eq!(fine(folder.flow(&["store", "verify"])).lines().count(), 1);
}
