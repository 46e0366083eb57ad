//! `flow retry`: actions that failed for good are put back (A4).

use super::args::{DataFormat, RetryArguments};
use super::client::{Client, strange};
use super::exit::{Exit, Failure};
use super::order::{BY, words};
use super::output::{Output, desk};
use crate::host::desk::{Ask, Outcome, Reply};

/// Puts them back.
pub(super) fn run(arguments: &RetryArguments, output: &Output) -> Result<Exit, Failure> {
    let place = arguments.project.place();
    let Some(mut client) = Client::working(place, output)? else {
        return Ok(Exit::Findings);
    };
    let ask = Ask::Retry {
        actions: arguments.key.clone(),
        by: Some(BY.to_owned()),
    };
    let outcomes = match client.ask(&ask)? {
        Reply::Taken { outcomes, .. } => outcomes,
        other => return Err(strange(&other)),
    };
    if outcomes.is_empty() {
        output.note("no action has failed for good: there is nothing to put back");
    }
    let text: String = match arguments.format {
        DataFormat::Json => outcomes.iter().map(desk::line).collect(),
        DataFormat::Text => outcomes.iter().map(|one| told(one) + "\n").collect(),
    };
    output.data(&text)?;
    if client.is_running() && outcomes.iter().any(is_put_back) {
        output.talk("`flow failures` lists again what fails for good once more");
    }
    client.end()?;
    Ok(if outcomes.iter().any(is_refused) {
        Exit::Findings
    } else {
        Exit::Fine
    })
}

fn told(outcome: &Outcome) -> String {
    match outcome {
        // Somebody else was faster.
        Outcome::Duplicate => "it is under way already: nothing was done".into(),
        other => words(other),
    }
}

fn is_put_back(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::PutBack { .. })
}

/// Whether the store has refused it. What `--all` leaves out is none of that.
fn is_refused(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused { .. } | Outcome::NoRecord { .. })
}
