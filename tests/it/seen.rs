//! Ids that were seen, over days and years: the state holds the young ones, files
//! the others, and what is decided is the same wherever they stand.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use flow::base::{Timestamp, Uid};
use flow::engine::decision::Answer;
use flow::engine::{Event, Input, InputBody, Received, Target};
use flow::host::durable::{Bounds, Durable, Site, verify_ids};
use flow::model::{EventId, ObjectId, PropertyId, Raw, Value};
use flow::project;
use flow::scenario::Machine;
use flow::store::StoreError;

use crate::cli_support::Folder;
use crate::durable::Life;
use crate::store::chance::Chance;
use crate::store::sim_disk::{Fault, SimDisk};

const PROGRAM: &str = r#"
object contact { email: email unique required, seen: number default 0 }
event ping on contact { k: number }
event pong on contact { k: number }
webhook called on contact { match email from "$.email" }
workflow count on contact { enroll on ping enroll on pong reenroll always steps { set seen += 1 } }
workflow called_too on contact { enroll on called reenroll always steps { set seen += 1 } }
"#;

const YEAR: u64 = 366 * 86_400;

/// By what an input is known: its event, and a number; the body of the webhook
/// has no other.
type Known = (u64, u64);

/// A store with its contact, and what is remembered of its inputs.
struct Store {
    life: Life,
    durable: Option<Durable<SimDisk>>,
    bounds: Bounds,
    until: BTreeMap<Known, Timestamp>,
}

static PACKED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = Folder::project(PROGRAM);
    let project = project::load(folder.path()).expect("a project");
    project.pack()
});

const ADDRESS: &str = "ada@example.com";

impl Store {
    fn new(seed: u64, bounds: Bounds) -> Self {
        let mut store = Store {
            life: Life::new(seed, &PACKED),
            durable: None,
            bounds,
            until: BTreeMap::new(),
        };
        store.open();
        let (contact, email) = store.contact();
        let create = vec![(email, Value::Text(ADDRESS.into()))];
        let now = store.life.now;
        for body in [InputBody::Publish, InputBody::Create(contact, create)] {
            let taken = store.durable().accept(vec![(now, event(body.into()))]);
            assert_eq!(taken.expect("it is taken").len(), 1);
        }
        store
    }

    /// Opens it anew.
    fn open(&mut self) {
        self.durable = None;
        let mut durable = self.life.open().expect("it opens");
        durable.hold_ids(self.bounds);
        self.durable = Some(durable);
    }

    fn durable(&mut self) -> &mut Durable<SimDisk> {
        self.durable.as_mut().expect("it is open")
    }

    fn contact(&mut self) -> (ObjectId, PropertyId) {
        let state = self.durable().state();
        let catalog = &state.prepared().program.catalog;
        let (contact, object) = catalog.objects.iter().next().expect("an object");
        (contact, object.property("email").expect("it is there"))
    }

    /// The input of an event with an id; of the webhook with a body.
    fn input(&mut self, (kind, number): Known) -> Event {
        let (contact, email) = self.contact();
        let prepared = self.durable().state().prepared();
        let named = |name: &str| -> EventId {
            let mut events = prepared.program.catalog.events.iter();
            let event = events.find(|(_, event)| event.name.as_str() == name);
            event.expect("it is there").0
        };
        if kind == 2 {
            let received = Received {
                key: Some(Raw::Text(ADDRESS.into())),
                fields: Vec::new(),
                body: Uid::of(&[&number.to_le_bytes()]),
            };
            return event(InputBody::Webhook(named("called"), received).into());
        }
        let value = Value::Text(ADDRESS.into());
        let key = flow::engine::key(prepared, contact, email, &value);
        let of = named(["ping", "pong"][kind as usize]);
        let mut input: Input = InputBody::Event(Target::Key(key), of, vec![None]).into();
        input.id = Some(format!("{number}").into());
        event(input)
    }

    /// Takes inputs in one batch, and checks the answer of each.
    fn take(&mut self, batch: &[Known]) {
        let now = self.life.now;
        let events = batch.iter().map(|known| (now, self.input(*known)));
        let events = events.collect();
        let taken = self.durable().accept(events).expect("it is taken");
        for (known, effects) in batch.iter().zip(taken) {
            let answer = effects.expect("it is small").answer;
            let before = self.until.get(known).copied();
            let repeated = before.is_some_and(|until| now <= until);
            assert_eq!(
                answer == Some(Answer::Duplicate),
                repeated,
                "{known:?} {now}"
            );
            if !repeated {
                self.until
                    .insert(*known, now + Duration::from_secs(memory(*known)));
            }
        }
    }

    /// Takes a snapshot, and removes what is not needed behind it.
    fn snapshot(&mut self) -> Result<(), StoreError> {
        let durable = self.durable();
        if let Some(writing) = durable.snapshot()? {
            let oldest = writing.join().expect("it does not panic")?;
            durable.forget(oldest)?;
        }
        Ok(())
    }

    /// Looks at the time, and takes a snapshot; whether the disk let it.
    fn save(&mut self) -> bool {
        let clock = vec![(self.life.now, Event::Clock)];
        self.durable().accept(clock).is_ok() && self.snapshot().is_ok()
    }

    /// How often the contact was counted.
    fn counted(&mut self) -> String {
        let state = self.durable().state();
        let record = state.records().next().expect("the contact");
        let object = &state.prepared().program.catalog.objects[record.object];
        let seen = record.value(object.property("seen").expect("it is there"));
        format!("{seen:?}")
    }

    fn files(&self) -> Vec<String> {
        let files = self.life.disk.files().into_keys();
        let files = files.filter(|path| path.starts_with("/store/seen"));
        files.map(|path| path.display().to_string()).collect()
    }

    fn verify(&mut self) {
        let disk = self.life.disk.clone();
        let site = Site {
            disk: &disk,
            dir: Path::new("/store"),
            root: Path::new("p"),
        };
        verify_ids(&site, self.durable().core()).expect("they are whole");
    }
}

fn memory((kind, _): Known) -> u64 {
    if kind == 2 { 86_400 } else { YEAR }
}

fn event(input: Input) -> Event {
    Event::Input(Box::new(input))
}

/// What happens: the same for the same seed.
enum Act {
    Wait(u64),
    Take(Vec<Known>),
    Reopen,
    Snapshot,
}

fn acts(chance: &mut Chance) -> Vec<Act> {
    let mut acts = Vec::new();
    for _ in 0..120 {
        acts.push(match chance.below(20) {
            0..5 => Act::Wait(chance.below(90_000)),
            5 => Act::Wait(chance.below(200 * 86_400)),
            // Exactly when a body, or an id, is about to be forgotten.
            6 => Act::Wait([86_400, YEAR][chance.below(2) as usize] - chance.below(2)),
            7 => Act::Reopen,
            8 => Act::Snapshot,
            _ => {
                let count = chance.below(6);
                let known = |_| (chance.below(3), chance.below(30));
                Act::Take((0..count).map(known).collect())
            }
        });
    }
    acts
}

/// Lives through a history; the hash of all that was decided, and what is counted.
fn live(seed: u64, bounds: Bounds) -> (String, String, usize) {
    let mut chance = Chance::new(seed);
    let mut store = Store::new(seed, bounds);
    let mut files = 0;
    for act in acts(&mut chance) {
        match act {
            Act::Wait(seconds) => store.life.now += Duration::from_secs(seconds),
            Act::Take(batch) => store.take(&batch),
            Act::Reopen => store.open(),
            Act::Snapshot => store.snapshot().expect("it is written"),
        }
        files = files.max(store.files().len());
    }
    store.open();
    store.verify();
    let hash = store.durable().core().ledger().hash.to_string();
    (hash, store.counted(), files)
}

fn cases(usual: u64) -> u64 {
    let asked = env::var("FLOW_CASES").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

const NEVER: Bounds = Bounds {
    least: usize::MAX,
    most: usize::MAX,
};

// proves: I3
#[test]
fn an_id_is_remembered_for_a_year_wherever_it_stands() {
    let mut most = 0;
    for seed in 0..cases(6) {
        let held = live(seed, NEVER);
        assert_eq!(held.2, 0);
        for bounds in [
            Bounds { least: 1, most: 12 },
            Bounds {
                least: 4,
                most: usize::MAX,
            },
        ] {
            let (hash, counted, files) = live(seed, bounds);
            assert_eq!(
                (&hash, &counted),
                (&held.0, &held.1),
                "{bounds:?} of {seed}"
            );
            most = most.max(files);
        }
    }
    assert!(most > 1, "{most} files at a time");
}

/// A store on the first day of which ids were seen, some days later.
fn aged(seed: u64) -> Store {
    let mut store = Store::new(
        seed,
        Bounds {
            least: 2,
            most: 100,
        },
    );
    store.take(&[(0, 1), (0, 2), (1, 1)]);
    store.snapshot().expect("it is written");
    store.life.now += Duration::from_secs(3 * 86_400);
    store.take(&[(0, 3)]);
    store.take(&[(0, 4), (1, 4)]);
    store.snapshot().expect("it is written");
    store.life.now += Duration::from_secs(3 * 86_400);
    store
}

// proves: I3, I4
#[test]
fn ids_are_put_away_or_not_wherever_the_disk_fails() {
    let faults: [fn(u64) -> Fault; 2] = [Fault::Power, Fault::Error];
    let (mut put_away, mut removed) = (0, 0);
    let seeds = cases(1).div_ceil(100);
    for (seed, fault) in (0..seeds).flat_map(|seed| faults.map(|fault| (seed, fault))) {
        for call in 1.. {
            let mut store = aged(seed * 1_000 + call);
            let old = store.files();
            assert_eq!(old.len(), 1);
            let now = store.life.now;
            // What is old goes, with the file before it, which goes behind the
            // second snapshot from here.
            let inputs = [(0, 5), (0, 1)].map(|known| (now, store.input(known)));
            store.life.disk.plan(fault(call));
            let durable = store.durable();
            let taken = durable.accept(inputs.to_vec()).is_ok();
            let mut done = taken && store.save();
            // The older of the two snapshots speaks of it still.
            assert!(!done || store.files().contains(&old[0]));
            done = done && store.save();
            let struck = store.life.disk.struck();
            store.durable = None;
            store.life.disk.crash(seed + call);
            store.life.disk.plan(Fault::Never);
            store.open();
            store.verify();
            put_away += usize::from(store.files().len() > 1);
            removed += usize::from(!store.files().contains(&old[0]));
            // What was acknowledged is known, what was not may be; what is new is new.
            let again = (now, store.input((0, 5)));
            let again = store.durable().accept(vec![again]).expect("it is taken");
            let answer = again.into_iter().next().expect("one").expect("it is small");
            let repeated = answer.answer == Some(Answer::Duplicate);
            assert!(repeated || !taken, "call {call}");
            store.take(&[
                (0, 1),
                (0, 2),
                (0, 3),
                (0, 4),
                (1, 1),
                (1, 4),
                (1, 2),
                (0, 6),
            ]);
            assert!(store.counted().contains('9'), "{}", store.counted());
            assert_eq!(store.durable().state().ids(), 3);
            if !struck {
                assert!(done);
                break;
            }
        }
    }
    assert!(put_away > 10 && removed > 1, "{put_away}, {removed}");
}

/// A project of a table of so many contacts, which is imported again days later,
/// and of what happens between.
fn imported(rows: u64) -> Folder {
    let folder = Folder::project("object contact { email: email unique required }\n");
    let table: String = (0..rows).map(|row| format!("p{row}@x.example\n")).collect();
    folder.write("people.csv", format!("email\n{table}").as_bytes());
    let import = r#""import": {"name": "fair", "object": "contact", "file": "people.csv"}"#;
    let create = r#""id": "one", "create": {"contact": {"email": "one@x.example"}}"#;
    let days = [(2, import), (2, create), (6, create), (9, import)];
    let lines =
        days.map(|(day, what)| format!("{{\"at\": \"2026-03-0{day}T08:00:00Z\", {what}}}\n"));
    folder.write("first.jsonl", lines[..3].concat().as_bytes());
    folder.write("all.jsonl", lines.concat().as_bytes());
    folder
}

fn fine(folder: &Folder, words: &[&str]) -> String {
    let run = folder.flow(words);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    run.out
}

/// The files of ids of a store.
fn stored(folder: &Folder) -> Vec<PathBuf> {
    let dir = fs::read_dir(folder.path().join(".flow/seen"));
    let files = dir.into_iter().flatten().flatten();
    files.map(|file| file.path()).collect()
}

// proves: I3
#[test]
fn a_store_keeps_its_ids_through_copies_and_repairs() {
    let folder = imported(4_200);
    let told = fine(&folder, &["run", "--replay", "first.jsonl"]);
    assert!(told.contains("1 seen before"), "{told}");
    let files = stored(&folder);
    assert_eq!(files.len(), 1, "{files:?}");
    fine(&folder, &["store", "verify"]);
    fine(&folder, &["store", "backup", "copy"]);
    // Nothing of it is known any more where the file is missing.
    let kept = fs::read(&files[0]).expect("it is there");
    fs::remove_file(&files[0]).expect("removed");
    let verified = folder.flow(&["store", "verify"]);
    assert_eq!(verified.code, Some(1), "{}", verified.out);
    assert!(verified.out.contains("it is not there"), "{}", verified.out);
    let on = folder.flow(&["run", "--replay", "all.jsonl"]);
    assert_eq!(on.code, Some(3), "{}{}", on.out, on.err);
    let said = folder.flow(&["store", "repair"]);
    assert_eq!(said.code, Some(1), "{}{}", said.out, said.err);
    assert!(
        said.out.contains("forgets the ids of `seen/"),
        "{}",
        said.out
    );
    // With the file it goes on: each row was there.
    fs::write(&files[0], &kept).expect("written");
    let told = fine(&folder, &["run", "--replay", "all.jsonl"]);
    assert!(told.contains("4201 seen before"), "{told}");
    fine(&folder, &["store", "compact"]);
    fine(&folder, &["store", "verify"]);
    // So does a copy.
    fs::remove_dir_all(folder.path().join(".flow")).expect("removed");
    fine(&folder, &["store", "restore", "copy"]);
    assert_eq!(fs::read(&stored(&folder)[0]).expect("it is there"), kept);
    fine(&folder, &["store", "verify"]);
    // A damaged one is set aside.
    let mut damaged = kept;
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    fs::write(&files[0], damaged).expect("written");
    fine(&folder, &["store", "repair", "--yes"]);
    fine(&folder, &["store", "verify"]);
    let told = fine(&folder, &["run", "--replay", "all.jsonl"]);
    assert!(told.contains(" 1 seen before"), "{told}");
}
