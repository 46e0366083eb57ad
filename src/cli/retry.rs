//! `flow retry`: actions that failed for good are put back (A4).

use super::args::{DataFormat, RetryArguments};
use super::check::count;
use super::client::{Client, strange};
use super::exit::{Exit, Failure};
use super::output::{Output, desk};
use crate::host::desk::{Ask, Reply};

/// Puts them back.
pub(super) fn run(arguments: &RetryArguments, output: &Output) -> Result<Exit, Failure> {
    let dir = &arguments.project.dir;
    let Some(mut client) = Client::working(dir, output)? else {
        return Ok(Exit::Findings);
    };
    let ask = Ask::Retry {
        actions: arguments.key.clone(),
    };
    let outcomes = match client.ask(&ask)? {
        Reply::Taken { outcomes, .. } => outcomes,
        other => return Err(strange(&other)),
    };
    let text = match arguments.format {
        DataFormat::Json => outcomes.iter().map(desk::line).collect(),
        DataFormat::Text => format!("put back {}\n", count(outcomes.len(), "action")),
    };
    output.data(&text)?;
    client.end()?;
    Ok(Exit::Fine)
}
