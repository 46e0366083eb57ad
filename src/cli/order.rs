//! The commands that tell a store what happens: one order each, and what came
//! of it in words. How the store is reached is not known here.

pub(super) mod create;
pub(super) mod enroll;
pub(super) mod life;
pub(super) mod send;
pub(super) mod set;
pub(super) mod switch;
pub(super) mod take;

use super::args::{DataFormat, OrderArguments};
use super::client::{Client, strange};
use super::exit::{Exit, Failure};
use super::output::{Output, desk};
use crate::host::desk::{Ask, Candidate, Line, Order, Outcome, Reply};

/// Who gives the orders of these commands.
pub(super) const BY: &str = "command line";

/// Gives an order, and prints what came of it. `order` makes it; it may ask the
/// store for records.
fn give(
    arguments: &OrderArguments,
    output: &Output,
    order: impl FnOnce(&mut Client<'_>) -> Result<(Order, Option<String>), Failure>,
) -> Result<Exit, Failure> {
    let Some(mut client) = Client::working(arguments.project.place(), output)? else {
        return Ok(Exit::Findings);
    };
    let outcomes = taken(&mut client, arguments, order)?;
    let text: String = match arguments.format {
        DataFormat::Json => outcomes.iter().map(desk::line).collect(),
        DataFormat::Text => outcomes.iter().map(|one| words(one) + "\n").collect(),
    };
    output.data(&text)?;
    client.end()?;
    Ok(if outcomes.iter().all(went_well) {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

fn taken(
    client: &mut Client<'_>,
    arguments: &OrderArguments,
    order: impl FnOnce(&mut Client<'_>) -> Result<(Order, Option<String>), Failure>,
) -> Result<Vec<Outcome>, Failure> {
    let (order, at) = order(client)?;
    let line: Line = order.line(BY).with("id", arguments.id.as_deref());
    let line = line.with("occurred_at", at.as_deref());
    match client.ask(&Ask::Take { inputs: vec![line] })? {
        Reply::Taken { outcomes, .. } => Ok(outcomes),
        other => Err(strange(&other)),
    }
}

/// Whether it came to what was asked for.
fn went_well(outcome: &Outcome) -> bool {
    !matches!(
        outcome,
        Outcome::NotEnrolled { .. } | Outcome::NoRecord { .. } | Outcome::Refused { .. }
    )
}

/// What came of an order.
pub(super) fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Created { record } => format!("created {}, id {}", title(record), record.id),
        Outcome::Accepted {
            record: Some(record),
        } => format!("accepted for {}", title(record)),
        Outcome::Accepted { record: None } => "accepted".into(),
        Outcome::Enrolled { record, workflow } => {
            format!("{} is enrolled in {workflow}", title(record))
        }
        Outcome::NotEnrolled {
            record,
            workflow,
            reason,
        } => format!("{} is not enrolled in {workflow}: {reason}", title(record)),
        Outcome::Unenrolled {
            record,
            workflow,
            times: 0,
        } => format!("{} was not inside {workflow}", title(record)),
        Outcome::Unenrolled {
            record, workflow, ..
        } => format!("{} is taken out of {workflow}", title(record)),
        Outcome::Switched { workflow, to } => format!("{workflow} is {to}"),
        Outcome::PutBack {
            record,
            workflow,
            step,
            action,
            attempt,
            ..
        } => {
            let step = at(step);
            let record = title(record);
            format!("put back: {action} for {record} ({workflow}{step}), attempt {attempt}")
        }
        Outcome::NotPutBack { key, reason } => format!("not put back: {key}: {reason}"),
        Outcome::Published => "the program is published".into(),
        Outcome::Duplicate => "accepted before: nothing was done".into(),
        Outcome::NoRecord { value } => format!("refused: there is no record `{value}`"),
        Outcome::Refused { reason } => format!("refused: {reason}"),
    }
}

/// A step behind its workflow; nothing where an edit has taken it away.
pub(super) fn at(step: &str) -> String {
    if step.is_empty() {
        return String::new();
    }
    format!(", {step}")
}

fn title(record: &Candidate) -> String {
    format!("{} {}", record.object, record.name)
}

/// Values by property: `stage=mql`.
fn values(given: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let mut values: Vec<(String, String)> = Vec::with_capacity(given.len());
    for pair in given {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(Failure {
                exit: Exit::Usage,
                message: format!("`{pair}` says no value"),
                help: Some(format!("write it like `{pair}=VALUE`")),
            });
        };
        if values.iter().any(|(other, _)| other == name) {
            return Err(Failure {
                exit: Exit::Usage,
                message: format!("`{name}` is given twice"),
                help: Some("give it once".into()),
            });
        }
        values.push((name.to_owned(), value.to_owned()));
    }
    Ok(values)
}
