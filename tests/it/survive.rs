//! Replays that are killed: the same command goes on where it had stopped, and
//! leaves what a run without a kill leaves, byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use flow::host::durable::{NEVER, Site, peek};
use flow::host::run::records;
use flow::host::store::Store;
use flow::host::view;
use flow::store::disk::real::RealDisk;

use crate::cli_support::Folder;
use crate::support::is_long;

const TWO_WEEKS: &[&str] = &["run", "--replay", "two-weeks.jsonl"];

/// What a run leaves: records, history and outbox.
fn left(folder: &Folder) -> BTreeMap<String, Vec<u8>> {
    let store = store(folder);
    let core = core(folder);
    let mut left = BTreeMap::from([
        ("records".to_owned(), records(core.state())),
        (
            "history".to_owned(),
            view::whole_history(&store).expect("a history"),
        ),
    ]);
    for entry in fs::read_dir(store.outbox().dir).expect("an outbox") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        left.insert(name.into_owned(), fs::read(&path).expect("a file"));
    }
    left
}

fn store(folder: &Folder) -> Store {
    Store {
        dir: folder.path().join(".flow"),
    }
}

fn core(folder: &Folder) -> flow::host::durable::Core<RealDisk> {
    let dir = store(folder).dir;
    let site = Site {
        disk: &RealDisk,
        dir: &dir,
        root: folder.path(),
    };
    peek(&site, NEVER).expect("the store can be read")
}

fn files(dir: &Path) -> usize {
    fs::read_dir(dir).map_or(0, Iterator::count)
}

/// Lets the replay run until the outbox has so many files, and kills it; whether
/// it was killed before its end.
fn killed(folder: &Folder, at: usize) -> bool {
    let mut command = folder.command(TWO_WEEKS);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut run: Child = command.spawn().expect("a process");
    let outbox = store(folder).outbox().dir;
    while files(&outbox) < at {
        if run.try_wait().expect("its state").is_some() {
            return false;
        }
        sleep(Duration::from_micros(200));
    }
    run.kill().expect("it is killed");
    run.wait().expect("its end");
    true
}

// proves: I4, A1, I9
#[test]
fn a_replay_that_is_killed_at_forty_places_ends_as_one_that_is_not() {
    let whole = Folder::example("webinar");
    let first = whole.flow(TWO_WEEKS);
    assert_eq!(first.code, Some(0), "{}", first.err);
    let whole = left(&whole);
    let rounds = if is_long() { 5 } else { 1 };
    for round in 0..rounds {
        let folder = Folder::example("webinar");
        let mut positions = Vec::new();
        for place in 0..40 {
            if !killed(&folder, 1 + place * 6 + round) {
                break;
            }
            let core = core(&folder);
            positions.push((core.position().get(), core.pending().len()));
        }
        let between = positions.iter().filter(|(_, open)| *open > 0).count();
        println!("killed at (position, actions under way): {positions:?}");
        assert!(positions.len() == 40 && between >= 10, "{positions:?}");
        let last = folder.flow(TWO_WEEKS);
        assert_eq!(last.code, Some(0), "{}", last.err);
        let hash = |out: &str| {
            let line = out.lines().find(|line| line.starts_with("decisions"));
            line.map(str::to_owned)
        };
        assert_eq!(hash(&last.out), hash(&first.out));
        let left = left(&folder);
        let differ = whole
            .iter()
            .filter(|(name, bytes)| left.get(*name) != Some(bytes));
        let differ: Vec<&String> = differ.map(|(name, _)| name).collect();
        assert!(differ.is_empty() && left.len() == whole.len(), "{differ:?}");
    }
}
