//! `flow store`: a store as a whole. What stands in it is not known here.

mod compact;
mod copy;
mod export;
mod repair;
mod sqlite;
mod verify;

use std::fs;
use std::path::Path;

use super::args::StoreCommand;
use super::exit::{Exit, Failure};
use super::output::Output;
use super::run::wrong;
use crate::base::Name;
use crate::model::{Object, PropertyId};

/// Serves a store.
pub(super) fn run(command: &StoreCommand, output: &Output) -> Result<Exit, Failure> {
    match command {
        StoreCommand::Verify(arguments) => verify::run(arguments, output),
        StoreCommand::Repair(arguments) => repair::run(arguments, output),
        StoreCommand::Backup(arguments) => copy::backup(arguments, output),
        StoreCommand::Restore(arguments) => copy::restore(arguments, output),
        StoreCommand::Compact(arguments) => compact::run(arguments, output),
        StoreCommand::Export(arguments) => export::run(arguments, output),
    }
}

/// Refuses a folder that holds anything, and makes one that is not there.
fn new_folder(dir: &Path) -> Result<(), Failure> {
    let fail = |error| Failure {
        exit: Exit::Environment,
        message: format!("cannot write `{}`: {error}", dir.display()),
        help: None,
    };
    fs::create_dir_all(dir).map_err(fail)?;
    let mut entries = fs::read_dir(dir).map_err(fail)?;
    if entries.next().is_some() {
        let message = format!("`{}` holds something", dir.display());
        return Err(wrong(message, "name a new folder"));
    }
    Ok(())
}

/// The properties of an object that are written out, in the order of the text.
fn columns(object: &Object) -> Vec<Name> {
    let properties = object.properties.iter();
    let own = properties.filter(|(_, property): &(PropertyId, _)| !property.builtin);
    own.map(|(_, property)| property.name.clone()).collect()
}
