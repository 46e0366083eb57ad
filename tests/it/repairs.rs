//! Stores that are damaged at random and repaired: what is kept is what the
//! kept inputs come to, and a crash on the way takes nothing more.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

use flow::base::Timestamp;
use flow::host::durable::{Core, Kept, Site, try_out};
use flow::host::repair::{self, Diagnosis, Plan};
use flow::host::view;
use flow::project;
use flow::store::StoreError;
use flow::store::log::{self, Position};

use crate::cli_support::Folder;
use crate::durable::{Life, PROGRAM};
use crate::store::sim_disk::{Fault, SimDisk};
use crate::support::is_long;

type Files = BTreeMap<PathBuf, Vec<u8>>;

const STORE: &str = "/store";

fn site(disk: &SimDisk) -> Site<'_, SimDisk> {
    Site {
        disk,
        dir: Path::new(STORE),
        root: Path::new("p"),
    }
}

fn later() -> Timestamp {
    "2026-04-01T08:00:00Z".parse().expect("a moment")
}

fn diagnose(life: &Life) -> Result<Diagnosis, StoreError> {
    repair::diagnose(&site(&life.disk), &life.packed, later())
}

/// A store with some generations, snapshots and segments.
fn lived(seed: u64, packed: &[u8]) -> Life {
    let mut life = Life::new(seed, packed);
    for _ in 0..1 + life.chance.below(4) {
        life.generation().expect("the disk is sound");
        if life.chance.percent(60) {
            // A later epoch is a segment of its own.
            let epoch = life.chance.below(9);
            let log = Path::new(STORE).join("log");
            log::begin_epoch(life.disk.clone(), &log, epoch).expect("it is begun");
        }
    }
    life
}

/// Damages a file or two, and says how.
fn damage(life: &mut Life) -> String {
    let mut files = life.disk.files();
    let mut told = String::new();
    for _ in 0..1 + life.chance.below(2) {
        let names: Vec<PathBuf> = files.keys().cloned().collect();
        let logs: Vec<&PathBuf> = names
            .iter()
            .filter(|name| name.starts_with("/store/log"))
            .collect();
        let name = if life.chance.percent(70) && !logs.is_empty() {
            logs[life.chance.below(logs.len() as u64) as usize].clone()
        } else {
            names[life.chance.below(names.len() as u64) as usize].clone()
        };
        let bytes = files.get_mut(&name).expect("it is there");
        let place = life.chance.below(bytes.len() as u64) as usize;
        let what = life.chance.below(10);
        match what {
            0..6 if !bytes.is_empty() => bytes[place] ^= 1 << life.chance.below(8),
            6 => bytes.truncate(place),
            7 => bytes.extend(life.chance.bytes(50)),
            8 => {
                let end = bytes.len().min(place + 100);
                bytes[place..end].fill(0);
            }
            _ => {
                files.remove(&name);
            }
        }
        told += &format!("{} {what} {place}; ", name.display());
    }
    life.disk = SimDisk::holding(&files);
    told
}

/// What the inputs of a sound store come to up to a position.
fn truth(sound: &Files, last: Position) -> Core<SimDisk> {
    let mut files = sound.clone();
    files.retain(|path, _| !path.starts_with("/store/snapshots"));
    let disk = SimDisk::holding(&files);
    let kept = Kept {
        stretch: (Position::FIRST, last),
        store: None,
        spare: None,
    };
    try_out(&site(&disk), kept).expect("it is sound")
}

fn apply(life: &Life, plan: &Plan, aside: &str) -> Result<(), StoreError> {
    let site = site(&life.disk);
    let lost = repair::apply(&site, plan, aside.to_owned(), &mut |_, _| Ok(()))?;
    // Where its program is there, an input that can be read is a line.
    let programs = life.disk.files().into_keys();
    let programs = programs.filter(|path| path.starts_with("/store/programs"));
    assert_eq!(lost.lines + lost.unknown, plan.lost.inputs);
    assert!(lost.unknown == 0 || programs.count() < 2, "{lost:?}");
    Ok(())
}

/// Repairs on a disk that fails, until it has done so without.
fn mend(life: &mut Life, first: &Plan) -> Result<(), String> {
    let calls = 1 + life.chance.below(60);
    let mut opened = false;
    for round in 0.. {
        life.disk.plan(match life.chance.below(4) {
            _ if round > 2 => Fault::Never,
            0 => Fault::Never,
            1 => Fault::Error(calls),
            2 => Fault::Full(life.chance.below(2_000)),
            _ => Fault::Power(calls),
        });
        let aside = format!("broken-{round}");
        let done = match diagnose(life) {
            Ok(Diagnosis::Interrupted(mending)) => repair::finish(&site(&life.disk), &mending),
            Ok(Diagnosis::Broken(plan)) => {
                // A store that has opened holds the last decision again, where
                // that was what its torn end has lost.
                let (now, then) = (plan.kept.last, first.kept.last);
                if now < then || (now > then && !opened) {
                    return Err(format!("other plans: {plan:?} {first:?}"));
                }
                apply(life, &plan, &aside)
            }
            Ok(Diagnosis::Sound(_)) => {
                life.disk.plan(Fault::Never);
                return Ok(());
            }
            Ok(Diagnosis::Hopeless(why)) => return Err(format!("hopeless: {why}")),
            Err(error) => Err(error),
        };
        let crashes = done.is_err();
        if crashes {
            let seed = life.chance.next();
            life.disk.crash(seed);
        }
        life.disk.plan(Fault::Never);
        if !crashes {
            return Ok(());
        }
        // What is begun and not done is no store that opens as something else.
        if let Ok(durable) = life.open() {
            let records = view::records(durable.core().state());
            drop(durable);
            opened = true;
            if !matches!(
                diagnose(life),
                Ok(Diagnosis::Sound(_) | Diagnosis::Broken(_))
            ) {
                return Err(format!("half a repair opens: {records}"));
            }
        }
    }
    Ok(())
}

/// Whether a repaired store is whole and comes to what it should, opened once
/// and once more.
fn settled(life: &Life, truth: &Core<SimDisk>) -> Result<(), String> {
    for _ in 0..2 {
        let durable = life.open().map_err(|error| error.to_string())?;
        let (core, state) = (durable.core(), durable.core().state());
        let (found, due) = (view::records(state), view::records(truth.state()));
        if found != due || core.ledger().hash != truth.ledger().hash {
            return Err(format!("another state\n{found}\n{due}"));
        }
        drop(durable);
        let problems = log::verify(life.disk.clone(), &Path::new(STORE).join("log"));
        let problems = problems.map_err(|error| error.to_string())?;
        if !problems.is_empty() || !matches!(diagnose(life), Ok(Diagnosis::Sound(_))) {
            return Err(format!("not whole: {problems:?} {:?}", diagnose(life)));
        }
    }
    Ok(())
}

#[derive(Default)]
struct Counts {
    sound: usize,
    cut: usize,
    saved: usize,
    hopeless: usize,
}

fn round(seed: u64, packed: &[u8], counts: &mut Counts) -> Result<(), String> {
    let mut life = lived(seed, packed);
    let sound = life.disk.files();
    let told = damage(&mut life);
    let fail = |what: String| format!("{told}: {what}");
    let before = life.disk.files();
    let found = diagnose(&life).map_err(|error| fail(format!("not diagnosed: {error}")))?;
    if life.disk.files() != before {
        return Err(fail("looking has changed something".into()));
    }
    let plan = match found {
        Diagnosis::Sound(_) => {
            counts.sound += 1;
            let opened = life.open().map(drop);
            return opened.map_err(|error| fail(format!("sound, and does not open: {error}")));
        }
        Diagnosis::Hopeless(_) => {
            counts.hopeless += 1;
            let opened = life.open().is_ok();
            let changed = life.disk.files() != before;
            return if opened || changed {
                Err(fail("hopeless, and opens".into()))
            } else {
                Ok(())
            };
        }
        Diagnosis::Interrupted(_) => return Err(fail("nothing was begun".into())),
        Diagnosis::Broken(plan) => plan,
    };
    if plan.lost.positions > 0 {
        counts.cut += 1;
    } else {
        counts.saved += 1;
    }
    let fail = |what: String| format!("{told}: {plan:?}: {what}");
    mend(&mut life, &plan).map_err(&fail)?;
    kept(&before, (&life.disk.files(), &plan)).map_err(&fail)?;
    settled(&life, &truth(&sound, plan.kept.last)).map_err(&fail)?;
    // It goes on, and what came of it is found again.
    life.was_repaired();
    life.generation().map_err(|error| fail(error.to_string()))?;
    life.open()
        .map(drop)
        .map_err(|error| fail(error.to_string()))
}

/// Whether all that was there is still there, in its place or aside. A torn end
/// is cut when the store is opened.
fn kept(before: &Files, (after, plan): (&Files, &Plan)) -> Result<(), String> {
    let all: Vec<&Vec<u8>> = after.values().collect();
    let torn: Vec<&PathBuf> = plan
        .problems
        .iter()
        .filter(|problem| problem.torn)
        .map(|problem| &problem.segment)
        .collect();
    let gone = before
        .iter()
        .find(|(path, bytes)| !all.contains(bytes) && !torn.contains(path));
    match gone {
        Some((path, _)) => Err(format!("{} is gone", path.display())),
        None => Ok(()),
    }
}

// proves: I4
#[test]
fn a_store_damaged_at_random_is_repaired_to_what_the_kept_inputs_come_to() {
    let folder = Folder::project(PROGRAM);
    let packed = project::load(folder.path()).expect("a project").pack();
    let usual = if is_long() { 5_000 } else { 250 };
    let asked = env::var("FLOW_REPAIRS").ok();
    let asked = asked.and_then(|text| text.parse().ok());
    let mut counts = Counts::default();
    for seed in 0..asked.unwrap_or(usual) {
        if let Err(what) = round(seed, &packed, &mut counts) {
            panic!("seed {seed}: {what}");
        }
    }
    let Counts {
        sound,
        cut,
        saved,
        hopeless,
    } = counts;
    println!("sound {sound}, cut {cut}, saved {saved}, hopeless {hopeless}");
    assert!(cut > 20 && saved > 20, "{cut} {saved}");
}
