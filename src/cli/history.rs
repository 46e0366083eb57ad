//! `flow history`: what happened to a record.

mod text;

use std::path::Path;

pub(super) use self::text::cut;
use super::args::{DataFormat, HistoryArguments};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::records;
use crate::base::nearest;
use crate::host::replay::kept::Record;
use crate::host::replay::past::{self, Told};
use crate::host::store::Store;
use crate::project;

/// Prints the history of a record.
pub(super) fn run(arguments: &HistoryArguments, output: &Output) -> Result<Exit, Failure> {
    let project = project::load(&arguments.project.dir)?;
    let store = Store { dir: project.store };
    let all = records::kept(&store, &arguments.project.dir)?;
    let record = find(&all, &arguments.record)?;
    let history = records::read(&store.history(), &arguments.project.dir)?;
    let told = past::about(&history, &record.id)
        .map_err(|line| records::damaged(&store.history(), line))?;
    let told = chosen(told, arguments.workflow.as_deref())?;
    let text = match arguments.format {
        DataFormat::Json => told.iter().map(|told| format!("{}\n", told.line)).collect(),
        DataFormat::Text => {
            let style = output.data_style();
            text::text(record, &told, (&project.settings.zone, style.width))
        }
    };
    output.data(&text)?;
    Ok(Exit::Fine)
}

/// How much of an id must be given.
const PREFIX: usize = 4;

/// The record of a unique value, or of an id or its beginning.
fn find<'r>(all: &'r [Record], named: &str) -> Result<&'r Record, Failure> {
    let lower = named.to_lowercase();
    let mut found: Vec<&Record> = all.iter().filter(|record| record.name == named).collect();
    if found.is_empty() {
        let same = |record: &&Record| record.name.to_lowercase() == lower;
        found = all.iter().filter(same).collect();
    }
    if found.is_empty() && lower.len() >= PREFIX {
        let begins = |record: &&Record| record.id.starts_with(&lower);
        found = all.iter().filter(begins).collect();
    }
    match found.as_slice() {
        [one] => Ok(one),
        [] => {
            let names = all.iter().map(|record| record.name.as_str());
            let message = format!("there is no record `{named}`");
            let list = "`flow records` lists all records";
            Err(Failure::unknown(message, nearest(named, names), list))
        }
        several => {
            let ids = several.iter().take(5);
            let ids: Vec<String> = ids
                .map(|record| format!("`{}` ({})", record.id, record.object))
                .collect();
            Err(Failure {
                exit: Exit::Usage,
                message: format!("{} records go by `{named}`", several.len()),
                help: Some(format!("name one by its id: {}", ids.join(", "))),
            })
        }
    }
}

/// The entries of one workflow, if one is named.
fn chosen(told: Vec<Told>, workflow: Option<&str>) -> Result<Vec<Told>, Failure> {
    let Some(name) = workflow else {
        return Ok(told);
    };
    let of = |told: &Told| told.field("workflow").map(str::to_owned);
    let known: Vec<String> = told.iter().filter_map(of).collect();
    if !known.iter().any(|known| known == name) {
        let message = format!("no workflow `{name}` has done anything with this record");
        let meant = nearest(name, known.iter().map(String::as_str));
        return Err(Failure::unknown(
            message,
            meant,
            "`flow history` without `--workflow` shows all",
        ));
    }
    let mut told = told;
    told.retain(|told| told.field("workflow") == Some(name));
    Ok(told)
}

/// The folder as it goes behind a command.
pub(super) fn behind(dir: &Path) -> String {
    if dir == Path::new(".") {
        String::new()
    } else {
        format!(" {}", dir.display())
    }
}
