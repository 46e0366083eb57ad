//! `flow store backup` and `flow store restore`: a store is copied, and a copy
//! is brought back.

use std::fs;
use std::path::Path;

use super::new_folder;
use crate::base::Timestamp;
use crate::cli::args::{BackupArguments, RestoreArguments};
use crate::cli::check::count;
use crate::cli::client::{listens, nothing, store_of};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::run::{fits, wrong};
use crate::host::backup::{self, Copied};
use crate::host::clock;

/// Copies a store.
pub(super) fn backup(arguments: &BackupArguments, output: &Output) -> Result<Exit, Failure> {
    let place = arguments.project.place();
    let project = place.load()?;
    let store = store_of(&project);
    if !store.is_begun() {
        return Err(nothing(place));
    }
    apart(&store.dir, &arguments.to)?;
    new_folder(&arguments.to)?;
    // What runs it has the lock; else nobody is to begin meanwhile.
    let lock = if listens(&store)? {
        None
    } else {
        Some(store.lock(&Timestamp::now().to_string())?)
    };
    let copied = backup::backup(&store, &arguments.to);
    drop(lock);
    let copied = copied.inspect_err(|_| {
        // Half a copy is not to be taken for one.
        let _ = fs::remove_dir_all(&arguments.to);
    })?;
    sound(&arguments.to)?;
    done(copied, &arguments.to, output);
    Ok(Exit::Fine)
}

/// Brings a copy back.
pub(super) fn restore(arguments: &RestoreArguments, output: &Output) -> Result<Exit, Failure> {
    let from = &arguments.from;
    let project = arguments.project.place().load()?;
    let store = store_of(&project);
    if !backup::is_store(from) {
        let message = format!("`{}` holds no copy of a store", from.display());
        return Err(wrong(
            message,
            "name the folder that `flow store backup` wrote",
        ));
    }
    fits(&project)?;
    let lock = store.lock(&Timestamp::now().to_string())?;
    if store.is_begun() {
        let message = format!("the store `{}` is not empty", store.dir.display());
        let help = "move it away, or name another one in `[store] path` of `flow.toml`";
        return Err(wrong(message, help));
    }
    sound(from)?;
    let copied = backup::restore(from, &store, clock::now())?;
    drop(lock);
    done(copied, &store.dir, output);
    output.note("what was asked of the outside and had not come back then is asked for again");
    Ok(Exit::Fine)
}

/// Refuses a copy that cannot be brought back.
fn sound(dir: &Path) -> Result<(), Failure> {
    let problems = backup::problems(dir)?;
    match problems.into_iter().find(|problem| !problem.torn) {
        None => Ok(()),
        Some(problem) => Err(Failure {
            exit: Exit::Environment,
            message: problem.to_string(),
            help: Some("the copy is of no use: take one of another day".into()),
        }),
    }
}

/// Refuses a copy within the store.
fn apart(store: &Path, to: &Path) -> Result<(), Failure> {
    let real = |path: &Path| {
        path.ancestors()
            .find_map(|path| fs::canonicalize(path).ok())
    };
    let inside = match (real(store), real(to)) {
        (Some(store), Some(to)) => to.starts_with(store),
        _ => false,
    };
    if inside {
        return Err(wrong(
            "a copy cannot stand within the store".into(),
            "name a folder elsewhere",
        ));
    }
    Ok(())
}

fn done(copied: Copied, to: &Path, output: &Output) {
    let files = count(copied.files, "file");
    let bytes = copied.bytes;
    output.talk(format!(
        "copied {files}, {bytes} bytes, into `{}`",
        to.display()
    ));
}
