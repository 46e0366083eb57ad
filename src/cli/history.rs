//! `flow history`: what happened to a record.

mod text;

pub(super) use self::text::{cut, folded, text};
use super::args::{DataFormat, HistoryArguments};
use super::client::{Client, strange};
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::host::desk::{Ask, Reply};
use crate::host::replay::past::{self, Told};

/// Prints the history of a record.
pub(super) fn run(arguments: &HistoryArguments, output: &Output) -> Result<Exit, Failure> {
    let mut client = Client::looking(arguments.project.place(), output)?;
    let record = client.record(&arguments.record)?;
    let ask = Ask::History {
        record: record.id.clone(),
        workflow: arguments.workflow.clone(),
    };
    let lines = match client.ask(&ask)? {
        Reply::History { lines } => lines,
        other => return Err(strange(&other)),
    };
    let text = match arguments.format {
        DataFormat::Json => lines.iter().map(|line| format!("{line}\n")).collect(),
        DataFormat::Text => {
            let told: Vec<Told> = lines.iter().filter_map(|line| past::told(line)).collect();
            let zone = &client.project.settings.zone;
            text::text(&record, &told, (zone, output.data_style().width))
        }
    };
    output.data(&text)?;
    Ok(Exit::Fine)
}
