//! The watch over the sources: when they have changed and are quiet again, what
//! has come of them goes to the loop. Editors and git change files in several
//! steps, a thousand at once; that is one change.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::{Door, Happening, Mistakes};
use crate::base::Uid;
use crate::host::program::Loaded;
use crate::project;

/// How long the sources must be quiet.
const QUIET: Duration = Duration::from_millis(150);

/// How long a change may take at most before it is looked at.
const LONGEST: Duration = Duration::from_secs(3);

/// Watches the sources of a project in its environment, of which the program with a hash runs.
///
/// # Errors
/// What the system says: there may be too many watches already.
pub fn begin(
    (root, env): (&Path, Option<&str>),
    store: &Path,
    running: Uid,
    door: Door,
) -> Result<(), String> {
    let env = env.map(str::to_owned);
    let root = if root.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        root.to_owned()
    };
    let (told, coming) = channel();
    let first = told.clone();
    let store = store.canonicalize().unwrap_or_else(|_| store.to_owned());
    let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.map_or(true, |event| concerns(&event, &store)) {
            // A watch that is over has no use for it.
            let _ = told.send(());
        }
    });
    let mut watcher = watcher.map_err(|error| error.to_string())?;
    let whole = root.canonicalize().map_err(|error| error.to_string())?;
    watcher
        .watch(&whole, RecursiveMode::Recursive)
        .map_err(|error| error.to_string())?;
    // What has changed since the program was read is looked at too.
    let _ = first.send(());
    thread::spawn(move || watch((&root, env.as_deref()), &coming, (running, door), watcher));
    Ok(())
}

/// Whether an event may have changed the sources: nothing in the store does.
fn concerns(event: &Event, store: &Path) -> bool {
    let reading = matches!(event.kind, EventKind::Access(_));
    let outside = |path: &PathBuf| !path.starts_with(store);
    !reading && (event.paths.is_empty() || event.paths.iter().any(outside))
}

fn watch(
    place: (&Path, Option<&str>),
    coming: &Receiver<()>,
    (mut running, door): (Uid, Door),
    watcher: RecommendedWatcher,
) {
    // It watches for as long as it is there.
    let _watcher = watcher;
    while coming.recv().is_ok() {
        settle(coming);
        let (happening, hash) = look(place);
        // What was seen may be half of a change; then more is to come.
        if hash == Some(running) {
            continue;
        }
        running = hash.unwrap_or(Uid::of(&[]));
        if door.send(happening).is_err() {
            return;
        }
    }
}

/// Waits until nothing has come for a while.
fn settle(coming: &Receiver<()>) {
    let end = Instant::now() + LONGEST;
    while Instant::now() < end {
        match coming.recv_timeout(QUIET) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// What the sources come to, and the hash of their texts.
fn look((root, env): (&Path, Option<&str>)) -> (Happening, Option<Uid>) {
    let project = match project::load_in(root, env) {
        Ok(project) => project,
        Err(error) => return (Happening::Unreadable(error.to_string()), None),
    };
    match Loaded::compile(&project) {
        Ok((loaded, _)) => {
            let hash = loaded.written;
            (Happening::Program(Box::new(loaded)), Some(hash))
        }
        Err(findings) => {
            let mistakes = Mistakes {
                sources: project.sources,
                findings: findings.sorted(),
            };
            let hash = Uid::of(&[b"mistakes", &mistakes_of(&mistakes)]);
            (Happening::Mistakes(Box::new(mistakes)), Some(hash))
        }
    }
}

/// By which two states of broken sources are told apart.
fn mistakes_of(mistakes: &Mistakes) -> Vec<u8> {
    let texts = mistakes.sources.iter();
    let texts = texts.flat_map(|(_, source)| [source.name(), "\0", source.text(), "\0"]);
    texts
        .flat_map(|text| text.bytes().collect::<Vec<u8>>())
        .collect()
}
