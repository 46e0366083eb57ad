//! `flow failures`: the actions that failed for good.

use super::args::{DataFormat, FailuresArguments};
use super::check::count;
use super::client::{Client, strange};
use super::exit::{Exit, Failure};
use super::order::at;
use super::output::{Output, desk};
use super::status::shown;
use crate::base::TimeZone;
use crate::host::desk::{Ask, Failed, Reply};

/// Prints them, the oldest first.
pub(super) fn run(arguments: &FailuresArguments, output: &Output) -> Result<Exit, Failure> {
    let mut client = Client::looking(arguments.project.place(), output)?;
    let failures = match client.ask(&Ask::Failures)? {
        Reply::Failures { failures } => failures,
        other => return Err(strange(&other)),
    };
    let zone = &client.project.settings.zone;
    let text: String = match arguments.format {
        DataFormat::Json => failures.iter().map(desk::line).collect(),
        DataFormat::Text => failures.iter().map(|one| text(one, zone)).collect(),
    };
    if failures.is_empty() {
        output.note("no action has failed for good");
    }
    output.data(&text)?;
    if failures.iter().any(|one| one.stays.is_none()) {
        output.talk("put back what can succeed by now: `flow retry KEY`, or `flow retry --all`");
    }
    Ok(Exit::Fine)
}

fn text(failed: &Failed, zone: &TimeZone) -> String {
    let attempts = match failed.attempts {
        0 => "never attempted".to_owned(),
        attempts => count(attempts as usize, "attempt"),
    };
    // An input that was set aside is of no workflow.
    let place = match failed.workflow.as_str() {
        "" => String::new(),
        workflow => format!("{workflow}{}: ", at(&failed.step)),
    };
    let stays = failed.stays.iter();
    let stays: String = stays
        .map(|why| format!("  cannot be put back: {why}\n"))
        .collect();
    format!(
        "{}  {}  {}\n  {place}{}, {attempts}: {}\n{stays}",
        failed.key,
        shown(&failed.at, zone),
        failed.record,
        failed.action,
        failed.error,
    )
}
