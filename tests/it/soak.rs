//! The real process under random load while it is killed again and again: what
//! it has acknowledged is counted once, and no key goes out with two bodies.
//! `FLOW_SOAK_SECONDS` says how long; what each rule means is tested elsewhere.

mod check;

use std::collections::BTreeMap;
use std::env;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use flow::host::desk::{Ask, Outcome, Reply, Status};
use flow::host::socket::ask;
use flow::host::store::Store;

use crate::cli_support::Folder;
use crate::http_server::{HttpServer, Odds};
use crate::live_support::{Running, line, status, store, until};
use crate::support::is_long;

/// How many contacts there are.
const CONTACTS: usize = 20;

const MANIFEST: &str = "\
[project]
name = \"soak\"
edition = 1

[connections.out]
kind = \"http\"
url = \"http://127.0.0.1\"
per_second = 1000
";

const PROGRAM: &str = "\
object contact {
  email: email unique required
  hits: number default 0
  sent: number default 0
  failed: number default 0
}

event hit on contact {
  n: number
}

workflow count on contact {
  enroll on hit per event.id

  steps {
    set hits += 1
    wait 1 second
    do http {
      method: POST
      url: \"URL\"
      json: { who: email, n: event.n }
    } as answer retry 3 times over 2 seconds on error {
      set failed += 1
    }
    wait 2 seconds
    branch {
      case \"Sent\" when answer is known { set sent += 1 }
      else { }
    }
  }
}
";

/// How many actions may wait while more inputs are sent. The service is busy for
/// a second now and then, so inputs come faster than actions are carried out.
const WAITING: usize = 200;

/// How many inputs of a client may be unacknowledged while it sends new ones.
const OPEN: usize = 50;

/// What the service does to requests.
const ODDS: Odds = Odds {
    faults: 12,
    busy: 6,
    refused: 2,
    lost: 6,
    unheard: 6,
    slow: 15,
    slowness: Duration::from_millis(300),
};

/// What the client knows of its inputs, by number.
#[derive(Default)]
struct Sent {
    /// Which contact each is for, and whether it was acknowledged.
    inputs: BTreeMap<usize, (usize, bool)>,
    /// How many answers said that an input was there before.
    duplicates: usize,
}

impl Sent {
    /// What a client sends next: new inputs, or some of its own that nobody has
    /// acknowledged where these are many; sometimes an old one with them.
    fn next(&mut self, own: &mut Vec<usize>, chance: &mut Dice) -> Vec<usize> {
        let (next, some) = (self.inputs.len(), 1 + chance.below(4));
        own.retain(|n| self.inputs.get(n).is_some_and(|(_, known)| !known));
        if own.len() > OPEN {
            return own.iter().take(some).copied().collect();
        }
        for n in next..next + some {
            self.inputs.insert(n, (chance.below(CONTACTS), false));
        }
        own.extend(next..next + some);
        let again = (chance.below(4) == 0).then(|| chance.below(next));
        // What is on its way for the other client may be either.
        let again = again.filter(|n| self.inputs.get(n).is_some_and(|(_, known)| *known));
        (next..next + some).chain(again).collect()
    }
}

/// What all threads share.
struct Shared {
    store: Store,
    sent: Mutex<Sent>,
    over: AtomicBool,
    /// How often the process was killed.
    kills: AtomicUsize,
    /// How many actions were ever seen to wait.
    waited: AtomicUsize,
}

/// Numbers by chance that is the same for the same seed: splitmix64.
struct Dice(u64);

impl Dice {
    /// A number below another one, or 0.
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) as usize % bound.max(1)
    }
}

/// How long inputs are sent.
fn length() -> Duration {
    let seconds = env::var("FLOW_SOAK_SECONDS").ok();
    let seconds = seconds.and_then(|text| text.parse().ok());
    let usual = if is_long() { 120 } else { 6 };
    Duration::from_secs(seconds.unwrap_or(usual))
}

fn email(contact: usize) -> String {
    format!("c{contact}@soak.example")
}

/// Sends inputs of these numbers in one order; whether it was acknowledged.
fn send(shared: &Shared, numbers: &[usize]) -> bool {
    let inputs = {
        let sent = shared.sent.lock().expect("no panic");
        let inputs = numbers.iter().map(|n| {
            let email = email(sent.inputs[n].0);
            line(&format!(
                r#"{{"event": {{"record": {{"contact": {{"email": "{email}"}}}}, "name": "hit", "with": {{"n": {n}}}}}, "id": "in-{n}"}}"#
            ))
        });
        inputs.collect()
    };
    let outcomes = match ask(&shared.store, &Ask::Take { inputs }) {
        Ok(Some(Reply::Taken { outcomes, .. })) => outcomes,
        Ok(Some(Reply::Failed(words))) if words.message == "the process is ending" => {
            return false;
        }
        Ok(Some(other)) => panic!("{other:?}"),
        // It is down, or was killed before it answered.
        Ok(None) | Err(_) => return false,
    };
    let mut sent = shared.sent.lock().expect("no panic");
    for (n, outcome) in numbers.iter().zip(&outcomes) {
        let before = sent.inputs.get_mut(n).expect("it was sent");
        match outcome {
            // INVARIANT: what was acknowledged is known ever after.
            Outcome::Accepted { .. } => assert!(!before.1, "{n} was lost"),
            Outcome::Duplicate => sent.duplicates += 1,
            other => panic!("{n}: {other:?}"),
        }
        sent.inputs.get_mut(n).expect("it was sent").1 = true;
    }
    true
}

/// Waits until few actions wait, as a client does that asks before it sends. A
/// process that is down says nothing, and is sent to.
fn pace(shared: &Shared) {
    while let Some(status) = status(&shared.store) {
        shared.waited.fetch_max(status.pending, Ordering::Relaxed);
        if status.pending <= WAITING || shared.over.load(Ordering::Relaxed) {
            return;
        }
        sleep(Duration::from_millis(50));
    }
}

/// Sends new inputs, and sometimes old ones once more, until it is over.
fn client(shared: &Shared, seed: u64) {
    let (mut chance, mut own) = (Dice(seed), Vec::new());
    while !shared.over.load(Ordering::Relaxed) {
        pace(shared);
        let numbers = {
            let mut sent = shared.sent.lock().expect("no panic");
            sent.next(&mut own, &mut chance)
        };
        let mut taken = send(shared, &numbers);
        // As a good client does: the same again, with the same ids.
        while !taken && chance.below(4) > 0 && !shared.over.load(Ordering::Relaxed) {
            sleep(Duration::from_millis(30));
            taken = send(shared, &numbers);
        }
        if chance.below(8) == 0 {
            put_back(shared);
        }
        sleep(Duration::from_millis(20 + chance.below(60) as u64));
    }
}

/// Puts back all that has failed by now, if anybody listens.
fn put_back(shared: &Shared) {
    let retry = Ask::Retry {
        actions: Vec::new(),
        by: Some("soak".into()),
    };
    if let Ok(Some(Reply::Taken { outcomes, .. })) = ask(&shared.store, &retry) {
        for outcome in outcomes {
            // The other client may have been faster.
            let good = matches!(outcome, Outcome::PutBack { .. } | Outcome::Duplicate);
            assert!(good, "{outcome:?}");
        }
    }
}

/// Kills and starts the process until the time is over; it runs at the end.
fn killer(folder: &Folder, shared: &Shared, end: Instant) -> Running {
    let mut chance = Dice(0x5eed);
    let pause = if length() > Duration::from_secs(30) {
        6_000
    } else {
        2_000
    };
    let mut running = Running::begin(folder, &[]);
    loop {
        let wait = Duration::from_millis(300 + chance.below(pause) as u64);
        if Instant::now() + wait >= end && shared.kills.load(Ordering::Relaxed) >= 3 {
            sleep(end.saturating_duration_since(Instant::now()));
            return running;
        }
        sleep(wait);
        running.kill();
        shared.kills.fetch_add(1, Ordering::Relaxed);
        // Sometimes it dies while it begins.
        if chance.below(3) == 0 {
            let early = Running::spawn(folder, &[]);
            sleep(Duration::from_millis(chance.below(250) as u64));
            early.kill();
            shared.kills.fetch_add(1, Ordering::Relaxed);
        }
        running = Running::begin(folder, &[]);
    }
}

/// Sends all that was not acknowledged again, and something that was.
fn settle(shared: &Shared) -> usize {
    let (open, known): (Vec<usize>, Vec<usize>) = {
        let sent = shared.sent.lock().expect("no panic");
        let all = sent.inputs.iter().map(|(n, (_, known))| (*n, *known));
        let (known, open): (Vec<_>, Vec<_>) = all.partition(|(_, known)| *known);
        let numbers = |all: Vec<(usize, bool)>| all.into_iter().map(|(n, _)| n).collect();
        (numbers(open), numbers(known))
    };
    for some in open.chunks(50).chain(known.chunks(50).take(4)) {
        assert!(send(shared, some), "it runs, and takes nothing");
    }
    known.len()
}

/// Waits until nothing waits and nobody is inside, as long as anything goes on:
/// a server that is slow and a process that was killed often leave much.
fn idle(store: &Store) {
    let mut before = None;
    loop {
        let mut last = None;
        let moved = until(|| {
            last = status(store);
            let position = last.as_ref().map(|status| status.position);
            position.is_some() && (position != before || last.as_ref().is_some_and(is_idle))
        });
        assert!(moved, "{last:?}");
        if last.as_ref().is_some_and(is_idle) {
            return;
        }
        before = last.map(|status| status.position);
    }
}

fn is_idle(status: &Status) -> bool {
    // What was put back waits for its next attempt outside of workflows.
    let quiet = status.pending == 0 && status.next.is_none();
    quiet && status.workflows.iter().all(|one| one.inside == 0)
}

/// Creates the contacts: the first by a command, before anything runs, the
/// others by an order to a process that is then killed.
fn contacts(folder: &Folder, store: &Store) {
    let set = format!("email={}", email(0));
    let run = folder.flow(&["create", "contact", &set]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    let running = Running::begin(folder, &[]);
    let inputs = (1..CONTACTS).map(|contact| {
        let email = email(contact);
        line(&format!(
            r#"{{"create": {{"contact": {{"email": "{email}"}}}}}}"#
        ))
    });
    let inputs = inputs.collect();
    let created = ask(store, &Ask::Take { inputs });
    assert!(
        matches!(created, Ok(Some(Reply::Taken { .. }))),
        "{created:?}"
    );
    running.kill();
}

// proves: A1, A2, A3, A4, I3, I9
#[test]
fn under_load_and_kills_each_input_counts_once_and_each_key_has_one_body() {
    let server = HttpServer::seeded(7, ODDS);
    let program = PROGRAM.replace("URL", &server.url("/hit"));
    let folder = Folder::new(&[("flow.toml", MANIFEST), ("main.flow", &program)]);
    let shared = Arc::new(Shared {
        store: store(folder.path()),
        sent: Mutex::default(),
        over: AtomicBool::new(false),
        kills: AtomicUsize::new(0),
        waited: AtomicUsize::new(0),
    });
    contacts(&folder, &shared.store);

    let end = Instant::now() + length();
    let clients = [1, 2].map(|seed| {
        let shared = Arc::clone(&shared);
        thread::spawn(move || client(&shared, seed))
    });
    let mut running = killer(&folder, &shared, end);
    shared.over.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().expect("the client found no fault");
    }
    let waited = shared.waited.load(Ordering::Relaxed);
    let acknowledged = settle(&shared);
    println!("soak: {waited} actions waited at most");
    idle(&shared.store);
    let shown = folder.flow(&["status"]);
    assert_eq!(shown.code, Some(0), "{}", shown.err);
    running.signal("INT");
    let (code, took) = running.ends();
    assert_eq!(code, Some(0), "{:?}", running.said());
    assert!(took < Duration::from_secs(5), "it took {took:?} to end");
    drop(running);
    let sent = shared.sent.lock().expect("no panic");
    check::all(
        &folder,
        (&sent, acknowledged),
        (&server, shared.kills.load(Ordering::Relaxed)),
    );
}
