//! The watch over the sources: when they have changed and are quiet again, what
//! has come of them goes to the loop.

use std::path::Path;
use std::thread;

use super::{Door, Happening, Mistakes};
use crate::base::Uid;
use crate::host::changes::Changes;
use crate::host::program::Loaded;
use crate::project;

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
    let changes = Changes::of(&[root], &[store])?;
    let root = if root.as_os_str().is_empty() {
        Path::new(".").to_owned()
    } else {
        root.to_owned()
    };
    thread::spawn(move || watch((&root, env.as_deref()), &changes, (running, door)));
    Ok(())
}

fn watch(place: (&Path, Option<&str>), changes: &Changes, (mut running, door): (Uid, Door)) {
    while changes.next() {
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

/// What the sources come to, and the hash of their texts.
fn look((root, env): (&Path, Option<&str>)) -> (Happening, Option<Uid>) {
    let project = match project::load_in(root, env) {
        Ok(project) => project,
        Err(error) => return (Happening::Unreadable(error.to_string()), None),
    };
    match Loaded::compile_live(&project) {
        Ok(loaded) => {
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
