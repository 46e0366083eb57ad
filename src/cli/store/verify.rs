//! `flow store verify`: all of a store is read, and what has come of it is
//! worked out again.

use crate::cli::args::{DataFormat, VerifyArguments};
use crate::cli::check::count;
use crate::cli::client::{nothing, store_of};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::cli::output::verify::{Verified, json};
use crate::host::backup;
use crate::host::durable::{NEVER, Site, peek, verify_ids};
use crate::store::disk::real::RealDisk;

/// Verifies a store.
pub(super) fn run(arguments: &VerifyArguments, output: &Output) -> Result<Exit, Failure> {
    let place = arguments.project.place();
    let project = place.load()?;
    let store = store_of(&project);
    if !store.is_begun() {
        return Err(nothing(place));
    }
    let problems = backup::problems(&store.dir)?;
    let broken = problems.iter().any(|problem| !problem.torn);
    let site = Site {
        disk: &RealDisk,
        dir: &store.dir,
        root: &project.root,
    };
    // What cannot be read cannot be replayed.
    let core = if broken {
        None
    } else {
        let core = peek(&site, NEVER);
        Some(core.and_then(|core| verify_ids(&site, &core).map(|()| core)))
    };
    let replayed = core.as_ref().and_then(|core| core.as_ref().ok());
    let verified = Verified {
        problems: &problems,
        records: replayed.map(|core| core.state().records().count()),
        decisions: replayed.map(|core| core.ledger().hash.to_string()),
        failure: core.as_ref().and_then(|core| core.as_ref().err()),
    };
    let text = match arguments.format {
        DataFormat::Json => json(&verified),
        DataFormat::Text => text(&verified),
    };
    output.data(&text)?;
    if verified.records.is_none() {
        output.note("`flow store repair` says what can be kept");
    }
    Ok(if verified.records.is_some() {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

fn text(verified: &Verified<'_>) -> String {
    let problems = verified.problems.iter();
    let mut text: String = problems.map(|problem| format!("{problem}\n")).collect();
    if let Some(failure) = verified.failure {
        text += &format!("{failure}\n");
    }
    if let (Some(records), Some(decisions)) = (verified.records, &verified.decisions) {
        let records = count(records, "record");
        text += &format!("the log is whole and comes to {records}, decisions {decisions}\n");
    }
    text
}
