//! A store on a disk that fails at any call: what was acknowledged is there
//! once, what was not is there once or not at all, and nothing else. The log
//! alone is tested in `store`.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::Path;
use std::sync::Arc;

use flow::base::{Table, Timestamp, Uid};
use flow::engine::decision::{Action, Answer};
use flow::engine::message::{Again, Outcome};
use flow::engine::{Event, Input, InputBody, Prepared, Target};
use flow::host::desk::{self, Ask, Reply};
use flow::host::durable::{
    Bounds, Closed, Core, Durable, History, Opened, Securing, Site, Unopened, open,
};
use flow::host::program::{Loaded, hash as hash_of};
use flow::host::telling::Told;
use flow::model::Value;
use flow::project;
use flow::scenario::Machine;
use flow::store::StoreError;
use flow::store::log::payload::SetAside;
use flow::store::log::{self, Kind, Log, Position};
use flow::store::programs::Programs;

use crate::cli_support::Folder;
use crate::store::chance::Chance;
use crate::store::sim_disk::{Fault, SimDisk};
use crate::support::is_long;

pub(crate) const PROGRAM: &str = r#"
object contact { email: email unique required, n: number default 0, seen: number default 0 }
event ping on contact { k: number }
workflow count on contact { enroll on ping reenroll always steps { set seen += 1 } }
workflow later on contact { enroll when n > 3 steps { wait 1 hour set seen += 100 do log { text: "{n}" } as told retry 1 times over 1 minutes } }
"#;

/// A history in memory, which a crash takes away.
struct Nothing;

impl History for Nothing {
    fn through(&self) -> Position {
        Position::ORIGIN
    }

    fn take(&mut self, _: Vec<Told>, _: Position) -> Result<(), StoreError> {
        Ok(())
    }

    fn secure(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    fn securing(&self) -> Securing {
        Box::new(|| Ok(()))
    }
}

/// Who was created, and how often each was pinged: for certain, and at most.
#[derive(Default)]
pub(crate) struct Known {
    created: BTreeMap<u64, bool>,
    pings: BTreeMap<u64, (u64, u64)>,
    /// The ids of those that were acknowledged, and whose they are.
    pinged: Vec<(u64, u64)>,
    /// How actions may stand by now, by their keys.
    actions: BTreeMap<Uid, BTreeSet<Stands>>,
    put_back: usize,
    /// Which programs may run by now.
    programs: BTreeSet<Uid>,
    /// How many were loaded.
    loaded: usize,
}

/// How an action stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stands {
    Open,
    Failed,
    Done,
}

pub(crate) struct Life {
    pub(crate) disk: SimDisk,
    pub(crate) chance: Chance,
    pub(crate) packed: Vec<u8>,
    /// The program that takes turns with it.
    other: Vec<u8>,
    known: Known,
    next: u64,
    pub(crate) now: Timestamp,
}

fn email(number: u64) -> String {
    format!("p{number}@example.com")
}

impl Life {
    pub(crate) fn new(seed: u64, packed: &[u8]) -> Self {
        let mut chance = Chance::new(seed);
        Life {
            disk: SimDisk::new(chance.next()),
            chance,
            packed: packed.to_vec(),
            other: packed.to_vec(),
            known: Known::default(),
            next: 0,
            now: "2026-03-02T08:00:00Z".parse().expect("a moment"),
        }
    }

    fn loaded(&self) -> Loaded {
        Loaded::unpack(Path::new("p"), &self.packed).expect("it was packed")
    }

    pub(crate) fn open(&self) -> Result<Durable<SimDisk>, Unopened> {
        let site = Site {
            disk: &self.disk,
            dir: Path::new("/store"),
            root: Path::new("p"),
        };
        let id = Uid::of(&[b"test"]);
        let history = Closed {
            through: Position::ORIGIN,
            open: Box::new(|| Ok(Box::new(Nothing))),
        };
        let opened = open(site, Some(self.loaded()), (self.now, id), history);
        opened.map(|Opened { durable, .. }| durable)
    }

    /// Works until the disk fails, or for as long as chance will have it.
    pub(crate) fn generation(&mut self) -> Result<(), Unopened> {
        let mut durable = self.open()?;
        // Few ids stay in memory, or all.
        let most = [3, usize::MAX][self.chance.below(2) as usize];
        durable.hold_ids(Bounds { least: 1, most });
        if !durable.core().state().is_published() {
            let publish: Input = InputBody::Publish.into();
            durable.accept(vec![(self.now, Event::Input(Box::new(publish)))])?;
        }
        for _ in 0..self.chance.below(12) {
            self.now += std::time::Duration::from_secs(self.chance.below(2_700));
            match self.chance.below(20) {
                0..4 => self.create(&mut durable)?,
                4..9 => self.ping(&mut durable)?,
                9..13 => self.carry(&mut durable)?,
                13..15 => self.retry(&mut durable)?,
                15..17 => self.load(&mut durable)?,
                17..19 => self.repeat(&mut durable)?,
                _ => {
                    if let Some(writing) = durable.snapshot()? {
                        let oldest = writing.join().expect("it does not panic")?;
                        durable.forget(oldest)?;
                    }
                }
            }
        }
        durable.commit()?;
        Ok(())
    }

    /// After a repair some of what was acknowledged may be lost: whether it comes
    /// again as new depends on it.
    pub(crate) fn was_repaired(&mut self) {
        self.known.pinged.clear();
    }

    pub(crate) fn create(&mut self, durable: &mut Durable<SimDisk>) -> Result<(), StoreError> {
        let numbers: Vec<u64> = (0..=self.chance.below(3))
            .map(|more| self.next + more)
            .collect();
        self.next += numbers.len() as u64;
        let program = &self.loaded().prepared.program;
        let (contact, object) = program.catalog.objects.iter().next().expect("an object");
        let property = |name: &str| object.property(name).expect("it is there");
        let events = numbers.iter().map(|number| {
            let n = Value::Number((number % 6).into());
            let email = Value::Text(email(*number).into());
            let values = vec![(property("email"), email), (property("n"), n)];
            let mut input: Input = InputBody::Create(contact, values).into();
            input.id = Some(format!("c{number}").into());
            (self.now, Event::Input(Box::new(input)))
        });
        let events = events.collect();
        for number in &numbers {
            self.known.created.insert(*number, false);
        }
        durable.accept(events)?;
        for number in numbers {
            self.known.created.insert(number, true);
        }
        Ok(())
    }

    fn ping(&mut self, durable: &mut Durable<SimDisk>) -> Result<(), StoreError> {
        let sure = self.known.created.iter().filter(|(_, sure)| **sure);
        let sure: Vec<u64> = sure.map(|(number, _)| *number).collect();
        if sure.is_empty() {
            return Ok(());
        }
        let whom = sure[self.chance.below(sure.len() as u64) as usize];
        let event = self.pinging(whom, self.next);
        self.next += 1;
        let entry = self.known.pings.entry(whom).or_default();
        entry.1 += 1;
        durable.accept(vec![(self.now, event)])?;
        self.known.pings.entry(whom).or_default().0 += 1;
        self.known.pinged.push((self.next - 1, whom));
        Ok(())
    }

    /// What was acknowledged comes again, and does nothing.
    fn repeat(&mut self, durable: &mut Durable<SimDisk>) -> Result<(), StoreError> {
        let count = self.known.pinged.len() as u64;
        let place = self.chance.below(count) as usize;
        if let Some((id, whom)) = self.known.pinged.get(place).copied() {
            let event = self.pinging(whom, id);
            let taken = durable.accept(vec![(self.now, event)])?;
            let answers = taken.into_iter().map(|one| one.expect("it fits").answer);
            assert!(answers.eq([Some(Answer::Duplicate)]), "{id} is new");
        }
        Ok(())
    }

    /// A ping of an id.
    fn pinging(&self, whom: u64, id: u64) -> Event {
        let loaded = self.loaded();
        let catalog = &loaded.prepared.program.catalog;
        let (contact, object) = catalog.objects.iter().next().expect("an object");
        let (ping, _) = catalog.events.iter().next().expect("an event");
        let property = object.property("email").expect("it is there");
        let value = Value::Text(email(whom).into());
        let key = flow::engine::key(&loaded.prepared, contact, property, &value);
        let body = InputBody::Event(Target::Key(key), ping, vec![None]);
        let mut input: Input = body.into();
        input.id = Some(format!("p{id}").into());
        Event::Input(Box::new(input))
    }

    /// Carries out what is asked for: most of it fails for good.
    fn carry(&mut self, durable: &mut Durable<SimDisk>) -> Result<(), StoreError> {
        let pending = durable.core().pending().iter();
        let actions: Vec<Action> = pending.map(|open| open.action.clone()).collect();
        for action in actions {
            self.known
                .actions
                .entry(action.key)
                .or_insert_with(|| BTreeSet::from([Stands::Open]));
            durable.accept(vec![(self.now, Event::Attempt(action.attempt()))])?;
            let (stands, outcome) = match self.chance.below(3) {
                0 => (Stands::Done, Outcome::Done(Vec::new())),
                _ => (Stands::Failed, failed()),
            };
            self.may(action.key, stands);
            durable.accept(vec![(self.now, Event::Finished(action.attempt(), outcome))])?;
            self.known
                .actions
                .insert(action.key, BTreeSet::from([stands]));
        }
        Ok(())
    }

    /// Loads the program that does not run.
    fn load(&mut self, durable: &mut Durable<SimDisk>) -> Result<(), Unopened> {
        let runs = durable.core().program();
        let packed = match runs.packed == self.packed {
            true => &self.other,
            false => &self.packed,
        };
        let next = Loaded::unpack(Path::new("p"), packed).expect("it was packed");
        let next_hash = next.hash;
        self.known.programs = BTreeSet::from([runs.hash, next_hash]);
        let fit = durable.would_load(next).expect("it goes with it");
        durable.load(self.now, fit)?;
        self.known.programs = BTreeSet::from([next_hash]);
        self.known.loaded += 1;
        Ok(())
    }

    /// The program that runs is one that may.
    fn check_program(&mut self, core: &Core<SimDisk>) -> Result<(), String> {
        let runs = core.program().hash;
        if !self.known.programs.is_empty() && !self.known.programs.contains(&runs) {
            return Err(format!("{runs} runs, not {:?}", self.known.programs));
        }
        self.known.programs = BTreeSet::from([runs]);
        Ok(())
    }

    /// Puts back what has failed, as `flow retry` does.
    fn retry(&mut self, durable: &mut Durable<SimDisk>) -> Result<(), StoreError> {
        let failures = durable.core().ledger().failures.iter();
        let keys: Vec<Uid> = failures.map(|failed| failed.key).collect();
        let ask = Ask::Retry {
            actions: keys.iter().map(ToString::to_string).collect(),
            by: None,
        };
        let events = desk::events(durable.core(), &ask).expect("all can be put back");
        for key in &keys {
            self.may(*key, Stands::Open);
        }
        let events = events.into_iter().map(|event| (self.now, event)).collect();
        let taken = durable.accept(events)?;
        self.known.put_back += taken.len();
        for key in keys {
            self.known
                .actions
                .insert(key, BTreeSet::from([Stands::Open]));
        }
        Ok(())
    }

    fn may(&mut self, key: Uid, stands: Stands) {
        self.known.actions.entry(key).or_default().insert(stands);
    }

    /// Each action stands where it was left, and what is open will be carried
    /// out.
    fn check_actions(&mut self, core: &Core<SimDisk>) -> Result<(), String> {
        let pending = core.pending().iter().map(|open| open.action.key);
        let pending: BTreeSet<Uid> = pending.collect();
        let failures = core.ledger().failures.iter().map(|failed| failed.key);
        let failures: BTreeSet<Uid> = failures.collect();
        for (key, may) in &mut self.known.actions {
            let stands = match (pending.contains(key), failures.contains(key)) {
                (true, false) => Stands::Open,
                (false, true) => Stands::Failed,
                (false, false) => Stands::Done,
                (true, true) => return Err(format!("{key} has failed and is open")),
            };
            if !may.contains(&stands) {
                return Err(format!("{key} is {stands:?}, not {may:?}"));
            }
            *may = BTreeSet::from([stands]);
        }
        let records = core.state().records();
        let mut put_back = records.flat_map(|record| record.put_back.keys());
        match put_back.find(|key| !pending.contains(*key)) {
            Some(lost) => Err(format!("{lost} was put back and waits for nobody")),
            None => Ok(()),
        }
    }

    /// What is there is what was acknowledged, and perhaps what was not.
    fn check(&mut self) -> Result<(), String> {
        let durable = self.open().map_err(|error| error.to_string())?;
        self.check_actions(durable.core())?;
        self.check_program(durable.core())?;
        let state = durable.state();
        let mut found = BTreeMap::new();
        for record in state.records() {
            let object = &state.prepared().program.catalog.objects[record.object];
            let value = |name: &str| record.value(object.property(name).expect("it is there"));
            let Some(Value::Text(email)) = value("email") else {
                return Err("a record without an address".into());
            };
            let Some(Value::Number(seen)) = value("seen") else {
                return Err("a record that counts nothing".into());
            };
            found.insert(email.to_string(), *seen);
        }
        for (number, sure) in &self.known.created {
            let name = email(*number);
            let Some(seen) = found.remove(&name) else {
                if *sure {
                    return Err(format!("{name} was acknowledged and is gone"));
                }
                continue;
            };
            let (least, most) = self.known.pings.get(number).copied().unwrap_or_default();
            let seen: u64 = seen
                .to_string()
                .parse()
                .map_err(|_| "no count".to_owned())?;
            if !(least..=most).contains(&(seen % 100)) {
                return Err(format!("{name} counts {seen}, not {least} to {most}"));
            }
            // What is there now stays.
            self.known.pings.insert(*number, (seen % 100, seen % 100));
        }
        self.known.created.retain(|number, _| {
            state.records().any(|record| {
                record
                    .values
                    .iter()
                    .flatten()
                    .any(|value| matches!(value, Value::Text(text) if **text == *email(*number)))
            })
        });
        for sure in self.known.created.values_mut() {
            *sure = true;
        }
        match found.keys().next() {
            Some(stray) => Err(format!("{stray} was never sent")),
            None => Ok(()),
        }
    }
}

fn failed() -> Outcome {
    Outcome::Failed {
        status: Some(400),
        error: "refused".into(),
        again: Again::Usual,
    }
}

/// Lives through crashes: how many there were, what was put back, how many
/// programs were loaded.
fn live(seed: u64, [packed, other]: [&[u8]; 2]) -> Result<[u64; 3], String> {
    let mut life = Life::new(seed, packed);
    life.other = other.to_vec();
    let mut crashes = 0;
    for _ in 0..4 {
        let call = 1 + life.chance.below(160);
        let fault = match life.chance.below(8) {
            0 => Fault::Never,
            1 => Fault::Full(life.chance.below(20_000)),
            2..4 => Fault::Error(call),
            _ => Fault::Power(call),
        };
        life.disk.plan(fault);
        // Whatever fails is the disk; what it leaves is looked at below.
        let _ = life.generation();
        crashes += 1;
        life.disk.crash(life.chance.next());
        life.disk.plan(Fault::Never);
        life.check()?;
    }
    let counted = [life.known.put_back as u64, life.known.loaded as u64];
    Ok([crashes, counted[0], counted[1]])
}

// proves: I3, I4, I5, A1, A4
#[test]
fn what_was_acknowledged_outlives_any_failure_of_the_disk() {
    let (packed, other) = (packed(PROGRAM), packed(&edited()));
    let usual = if is_long() { 20_000 } else { 1_000 };
    let asked = env::var("FLOW_CRASHES")
        .ok()
        .and_then(|text| text.parse().ok());
    let (mut crashes, mut seed, mut put_back, mut loaded) = (0, 0, 0, 0);
    while crashes < asked.unwrap_or(usual) {
        seed += 1;
        match live(seed, [&packed, &other]) {
            Ok([more, again, programs]) => {
                crashes += more;
                put_back += again;
                loaded += programs;
            }
            Err(what) => panic!("seed {seed}: {what}"),
        }
    }
    println!("{crashes} crashes, {put_back} actions put back, {loaded} programs loaded");
    assert!(put_back >= crashes / 50, "{put_back}");
    assert!(loaded >= crashes / 50, "{loaded}");
}

fn packed(program: &str) -> Vec<u8> {
    let folder = Folder::project(program);
    let project = project::load(folder.path()).expect("a project");
    project.pack()
}

/// The program with one more workflow.
fn edited() -> String {
    format!("{PROGRAM}workflow aside on contact {{ steps {{ wait 1 hour }} }}\n")
}

// proves: I4, V1
#[test]
fn a_program_is_loaded_or_not_wherever_the_disk_fails() {
    let (first, second) = (packed(PROGRAM), packed(&edited()));
    let (mut loaded, mut between) = (0, 0);
    let faults: [fn(u64) -> Fault; 2] = [Fault::Power, Fault::Error];
    for (fault, seed) in faults.into_iter().flat_map(|f| (0..4).map(move |s| (f, s))) {
        for call in 1.. {
            let mut life = Life::new(100 * seed + call, &first);
            life.other.clone_from(&second);
            let mut durable = life.open().expect("a store");
            life.create(&mut durable).expect("it is taken");
            life.disk.plan(fault(call));
            let done = life.load(&mut durable).is_ok();
            drop(durable);
            let struck = life.disk.struck();
            if fault(call) == Fault::Power(call) {
                life.disk.crash(seed);
            }
            life.disk.plan(Fault::Never);
            // Acknowledged, it runs; else it runs or the one from before does.
            life.check().expect("it is there");
            let mut durable = life.open().expect("it opens");
            if durable.core().program().packed == first {
                assert!(!done);
                let texts = Programs::new(life.disk.clone(), Path::new("/store/programs"));
                let hash = *life.known.programs.first().expect("it runs");
                let kept = [&first, &second].map(|packed| hash_of(packed));
                assert_eq!(hash, kept[0]);
                let stored = texts.get(&kept[1].to_string()).expect("it can be read");
                between += u64::from(stored.is_some());
                life.load(&mut durable).expect("nothing fails any more");
            } else {
                loaded += 1;
            }
            drop(durable);
            // What was acknowledged is not taken back by a loss of power.
            life.disk.crash(seed);
            life.check().expect("it is there");
            if !struck {
                break;
            }
        }
    }
    // The text is kept before the log says that it runs.
    assert!(between > 4 && loaded > 4, "{between}, {loaded}");
}

// proves: A5
#[test]
fn an_input_that_is_set_aside_is_left_out_and_shown() {
    let folder = Folder::project(PROGRAM);
    let project = project::load(folder.path()).expect("a project");
    let mut life = Life {
        disk: SimDisk::new(1),
        chance: Chance::new(1),
        packed: project.pack(),
        other: project.pack(),
        known: Known::default(),
        next: 0,
        now: "2026-03-02T08:00:00Z".parse().expect("a moment"),
    };
    let mut durable = life.open().expect("a store");
    life.create(&mut durable).expect("it is taken");
    let (made, position) = (durable.state().records().count(), durable.position());
    life.create(&mut durable).expect("it is taken");
    assert!(durable.state().records().count() > made);
    durable.commit().expect("it is kept");
    drop(durable);
    let options = log::Options {
        segment_bytes: 1 << 20,
        identity: log::Identity {
            store: [0; 16],
            epoch: 0,
        },
    };
    let (mut log, _) =
        Log::open(life.disk.clone(), Path::new("/store/log"), options).expect("the log");
    let frames = log.frames(position.next()).filter_map(Result::ok);
    let inputs: Vec<Position> = frames
        .filter(|frame| frame.kind == Kind::Input)
        .map(|frame| frame.position)
        .collect();
    for input in inputs {
        let aside = SetAside {
            input,
            why: "a test",
        };
        log.append(Kind::SetAside, &aside.to_bytes())
            .expect("it is taken");
    }
    log.commit().expect("it is kept");
    drop(log);
    let durable = life.open().expect("it opens");
    assert_eq!(durable.state().records().count(), made);
    let failures = durable.core().ledger().failures.iter();
    let aside: Vec<String> = failures.map(|failed| failed.key.to_string()).collect();
    assert!(!aside.is_empty());
    let ask = Ask::Retry {
        actions: aside,
        by: None,
    };
    match desk::events(durable.core(), &ask) {
        Err(Reply::Refused(words)) => assert!(words.message.contains("it is an input")),
        other => panic!("{other:?}"),
    }
}

/// What sends a message an hour after it was created.
const MAILS: &str = r#"
object contact { email: email unique required, n: number default 0 }
message hello on contact { text: "Hello" }
workflow mails on contact {
  enroll when n > 3
  steps { wait 1 hour do send_email { to: email, message: hello } }
}
"#;

/// A program that no compiler gives: it names messages that there are not.
fn senseless(life: &Life) -> Loaded {
    let mut loaded = life.loaded();
    let mut program = loaded.prepared.program.clone();
    program.catalog.messages = Table::default();
    loaded.prepared = Arc::new(Prepared::new(program));
    loaded
}

// proves: A5
#[test]
fn an_input_on_which_the_engine_fails_is_set_aside_by_itself() {
    let folder = Folder::project(MAILS);
    let project = project::load(folder.path()).expect("a project");
    let mut life = Life::new(1, &project.pack());
    let mut durable = life.open().expect("a store");
    let publish: Input = InputBody::Publish.into();
    let publish = (life.now, Event::Input(Box::new(publish)));
    durable.accept(vec![publish]).expect("it is taken");
    while life.next < 5 {
        life.create(&mut durable).expect("it is taken");
    }
    let made = durable.state().records().count();
    let fit = durable.would_load(senseless(&life)).expect("it fits");
    durable.load(life.now, fit).expect("it is loaded");
    life.now += std::time::Duration::from_secs(3_600);
    let taken = durable.accept(vec![(life.now, Event::Clock)]);
    let Err(StoreError::SetAside { position }) = taken else {
        panic!("{taken:?}");
    };
    drop(durable);
    // What the log holds of the program is its text, which makes sense.
    let mut durable = life.open().expect("it opens");
    assert_eq!(durable.state().records().count(), made);
    let failures = durable.core().ledger().failures.iter();
    let failures: Vec<&str> = failures.map(|failed| failed.error.as_str()).collect();
    let told = format!("set aside: the engine failed on the input at position {position}");
    assert_eq!(failures, [told.as_str()]);
    // What it would have done is done by the next one.
    let taken = durable
        .accept(vec![(life.now, Event::Clock)])
        .expect("it is taken");
    let asked = taken
        .into_iter()
        .flat_map(|one| one.expect("it fits").actions);
    assert!(asked.count() > 0);
}
