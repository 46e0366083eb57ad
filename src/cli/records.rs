//! `flow records`: the records as the last run left them.

use std::collections::BTreeMap;
use std::path::Path;

use super::args::{DataFormat, RecordsArguments};
use super::exit::{Exit, Failure};
use super::history::{behind, cut};
use super::output::Output;
use crate::base::nearest;
use crate::host::durable::{Core, Site, peek};
use crate::host::replay::kept::{self, Record};
use crate::host::store::{self, Store};
use crate::host::view;
use crate::project::{self, Project};
use crate::store::disk::real::RealDisk;

/// Prints the records.
pub(super) fn run(arguments: &RecordsArguments, output: &Output) -> Result<Exit, Failure> {
    let dir = &arguments.project.dir;
    let project = project::load(dir)?;
    let text = view::records(look(&project, dir)?.state());
    let all = parsed(&text);
    let chosen = chosen(&all, arguments.object.as_deref())?;
    let shown = match arguments.format {
        DataFormat::Json => {
            let lines = text.lines().zip(&all);
            let lines = lines.filter(|(_, record)| chosen.contains(record));
            lines.map(|(line, _)| format!("{line}\n")).collect()
        }
        DataFormat::Text => table(&chosen, output.data_style().width),
    };
    if chosen.is_empty() {
        output.note("there are no such records");
    }
    output.data(&shown)?;
    Ok(Exit::Fine)
}

/// What has come of the store of a project.
pub(super) fn look(project: &Project, dir: &Path) -> Result<Core<RealDisk>, Failure> {
    let site = Site {
        disk: &RealDisk,
        dir: &project.store,
        root: &project.root,
    };
    let store = Store {
        dir: project.store.clone(),
    };
    if !store.is_begun() {
        return Err(Failure {
            exit: Exit::Usage,
            message: "nothing was run yet".into(),
            help: Some(format!(
                "run what happened: `flow run{} --replay FILE`",
                behind(dir)
            )),
        });
    }
    Ok(peek(site).map_err(store::Failure::from)?)
}

/// The records of lines.
pub(super) fn parsed(text: &str) -> Vec<Record> {
    // The lines are those of this process.
    kept::read_records(text).unwrap_or_default()
}

fn chosen<'r>(all: &'r [Record], object: Option<&str>) -> Result<Vec<&'r Record>, Failure> {
    let Some(name) = object else {
        return Ok(all.iter().collect());
    };
    let chosen: Vec<&Record> = all.iter().filter(|record| record.object == name).collect();
    if chosen.is_empty() {
        let known = all.iter().map(|record| record.object.as_str());
        let message = format!("there is no record of an object `{name}`");
        let all = "`flow records` without `--object` shows all";
        return Err(Failure::unknown(message, nearest(name, known), all));
    }
    Ok(chosen)
}

/// How many properties are shown.
const PROPERTIES: usize = 3;

/// How wide a column may be.
const COLUMN: usize = 36;

/// The records of each object as a table.
fn table(records: &[&Record], width: usize) -> String {
    let mut objects: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    for record in records {
        objects.entry(&record.object).or_default().push(record);
    }
    let tables = objects.iter().map(|(object, records)| {
        let names = properties(records);
        let mut head = vec![format!("{object} ({})", records.len())];
        head.extend(names.iter().map(|name| (*name).to_owned()));
        head.push("inside".into());
        let rows = records.iter().map(|record| row(record, &names));
        aligned(std::iter::once(head).chain(rows).collect(), width)
    });
    tables.collect::<Vec<_>>().join("\n")
}

/// The properties that are known most often; the first of equals.
fn properties<'r>(records: &[&'r Record]) -> Vec<&'r str> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for record in records {
        for (name, value) in &record.properties.0 {
            if value.as_str() == Some(&record.name) {
                continue;
            }
            match counts.iter_mut().find(|(other, _)| other == name) {
                Some((_, count)) => *count += 1,
                None => counts.push((name, 1)),
            }
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
        .into_iter()
        .take(PROPERTIES)
        .map(|(name, _)| name)
        .collect()
}

fn row(record: &Record, names: &[&str]) -> Vec<String> {
    let mut row = vec![record.name.clone()];
    for name in names {
        let value = record.properties.0.iter().find(|(other, _)| other == name);
        row.push(value.map_or_else(String::new, |(_, value)| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        }));
    }
    let inside = record.inside.iter().map(|inside| inside.workflow.as_str());
    row.push(inside.collect::<Vec<_>>().join(", "));
    row
}

/// Rows with columns below each other.
fn aligned(rows: Vec<Vec<String>>, width: usize) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        let widest = cells.map(|cell| cell.chars().count()).max();
        widest.unwrap_or_default().min(COLUMN)
    };
    let widths: Vec<usize> = (0..columns).map(widest).collect();
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(&widths);
        let cells = cells.map(|(cell, width)| format!("{:width$}", cut(cell, *width)));
        let line = cells.collect::<Vec<_>>().join("  ");
        text += cut(line.trim_end(), width).trim_end();
        text.push('\n');
    }
    text
}
