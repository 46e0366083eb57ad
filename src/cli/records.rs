//! `flow records`: the records as they stand.

use std::collections::BTreeMap;

use super::args::{DataFormat, RecordsArguments};
use super::client::Client;
use super::exit::{Exit, Failure};
use super::history::cut;
use super::output::{Output, desk};
use crate::base::{Sources, Span};
use crate::diagnostic::{Code, Finding, Findings};
use crate::host::desk::Doubt;
use crate::host::replay::kept::Record;

/// Prints the records.
pub(super) fn run(arguments: &RecordsArguments, output: &Output) -> Result<Exit, Failure> {
    let mut client = Client::looking(arguments.project.place(), output)?;
    let which = (arguments.object.as_deref(), arguments.condition.as_deref());
    let mut records: Vec<Record> = Vec::new();
    let doubts = client.records(which, &mut |part| {
        records.extend(part);
        Ok(())
    })?;
    if !doubts.is_empty() {
        let condition = arguments.condition.as_deref().unwrap_or_default();
        let (findings, sources) = findings(&doubts, condition);
        output.findings(&findings, &sources);
        return Ok(Exit::Usage);
    }
    let shown = match arguments.format {
        DataFormat::Json => records.iter().map(desk::line).collect(),
        DataFormat::Text => {
            let records: Vec<&Record> = records.iter().collect();
            table(&records, output.data_style().width)
        }
    };
    if records.is_empty() {
        output.note("there are no such records");
    }
    output.data(&shown)?;
    Ok(Exit::Fine)
}

/// What is wrong with a condition, as findings on its text.
fn findings(doubts: &[Doubt], condition: &str) -> (Findings, Sources) {
    let mut sources = Sources::default();
    let source = sources.add("--where".to_owned(), condition.to_owned());
    let mut findings = Findings::default();
    for doubt in doubts {
        let Some(code) = Code::find(&doubt.code) else {
            continue;
        };
        let span = Span::new(source, doubt.start, doubt.end);
        let finding = Finding::new(code, span, doubt.message.clone());
        let finding = finding.label(doubt.label.clone());
        findings.push(finding.help_if(doubt.help.clone()));
    }
    (findings, sources)
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
pub(super) fn aligned(rows: Vec<Vec<String>>, width: usize) -> String {
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
