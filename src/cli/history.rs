//! `flow history`: what happened to a record.

mod text;

use std::path::Path;

pub(super) use self::text::cut;
use super::args::{DataFormat, HistoryArguments};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::records;
use crate::base::{Uid, nearest};
use crate::host::replay::kept::Record;
use crate::host::replay::past::{self, Told};
use crate::host::store::{self, Store};
use crate::host::view;
use crate::project;

/// Prints the history of a record.
pub(super) fn run(arguments: &HistoryArguments, output: &Output) -> Result<Exit, Failure> {
    let project = project::load(&arguments.project.dir)?;
    let core = records::look(&project, &arguments.project.dir)?;
    let all = records::parsed(&view::records(core.state()));
    let record = find(&all, &arguments.record)?;
    let store = Store {
        dir: project.store.clone(),
    };
    let id = Uid::parse(&record.id).unwrap_or(Uid::of(&[]));
    let history = view::history(&store, id).map_err(store::Failure::from)?;
    let told = past::about(&history, &record.id).unwrap_or_default();
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

/// How many records are listed where several are meant.
const LISTED: usize = 10;

/// How much of an id must be given.
const PREFIX: usize = 4;

/// The records of a unique value, or of an id or its beginning.
fn matching<'r>(all: &[&'r Record], named: &str) -> Vec<&'r Record> {
    let all = all.iter().copied();
    let lower = named.to_lowercase();
    let mut found: Vec<&Record> = all.clone().filter(|record| record.name == named).collect();
    if found.is_empty() {
        let same = |record: &&Record| record.name.to_lowercase() == lower;
        found = all.clone().filter(same).collect();
    }
    if found.is_empty() && lower.len() >= PREFIX {
        let begins = |record: &&Record| record.id.starts_with(&lower);
        found = all.filter(begins).collect();
    }
    found
}

/// The record that is named, with its object before it or without.
fn find<'r>(all: &'r [Record], named: &str) -> Result<&'r Record, Failure> {
    let every: Vec<&Record> = all.iter().collect();
    let mut found = matching(&every, named);
    if let (true, Some((object, value))) = (found.is_empty(), named.split_once(':')) {
        let of = every.into_iter().filter(|record| record.object == object);
        found = matching(&of.collect::<Vec<_>>(), value);
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
            let alike = |record: &&Record| {
                let mut same = several.iter().filter(|other| other.object == record.object);
                same.nth(1).is_some()
            };
            let names = several
                .iter()
                .take(LISTED)
                .map(|record| match alike(record) {
                    true => format!("`{}`", record.id),
                    false => format!("`{}:{}`", record.object, record.name),
                });
            let names: Vec<String> = names.collect();
            let more = if several.len() > LISTED { ", …" } else { "" };
            Err(Failure {
                exit: Exit::Usage,
                message: format!("{} records go by `{named}`", several.len()),
                help: Some(format!("say which: {}{more}", names.join(", "))),
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
