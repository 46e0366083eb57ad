//! `flow store compact`: what of the log no snapshot needs is removed.

use crate::cli::args::CompactArguments;
use crate::cli::check::count;
use crate::cli::client::{listens, nothing, own, store_of};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;

/// Compacts a store.
pub(super) fn run(arguments: &CompactArguments, output: &Output) -> Result<Exit, Failure> {
    let place = arguments.project.place();
    let project = place.load()?;
    let store = store_of(&project);
    if !store.is_begun() {
        return Err(nothing(place));
    }
    if listens(&store)? {
        return Err(Failure {
            exit: Exit::Environment,
            message: "the store is running".into(),
            help: Some("end the process that runs it, then try again".into()),
        });
    }
    let Some(kept) = own((&project, &store), output)? else {
        return Ok(Exit::Findings);
    };
    let removed = kept.compact()?;
    output.talk(match removed {
        0 => "there was nothing to remove".to_owned(),
        some => format!("removed {} of the log", count(some, "segment")),
    });
    Ok(Exit::Fine)
}
