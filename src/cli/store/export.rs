//! `flow store export`: the records of a store for other programs, one object a
//! line, a table for each object, or all of it as one SQLite file.

use std::path::Path;

use super::{columns, new_folder, sqlite};
use crate::base::Name;
use crate::cli::args::{ExportArguments, ExportFormat};
use crate::cli::check::count;
use crate::cli::client::Client;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{Output, desk};
use crate::cli::run::wrong;
use crate::connector::csv::write as write_sheet;
use crate::host::replay::kept::Record;
use crate::host::store::Unfinished;

/// Writes the records out.
pub(super) fn run(arguments: &ExportArguments, output: &Output) -> Result<Exit, Failure> {
    let mut client = Client::looking(arguments.project.place(), output)?;
    let to = &arguments.to;
    if arguments.format != ExportFormat::Sqlite {
        if arguments.replace {
            let message = "`--replace` goes with `--format sqlite`".to_owned();
            return Err(wrong(message, "name a new folder"));
        }
        new_folder(to)?;
    }
    let records = match arguments.format {
        ExportFormat::Jsonl => jsonl(&mut client, to)?,
        ExportFormat::Csv => tables(&mut client, to)?,
        ExportFormat::Sqlite => sqlite::write(&mut client, to, arguments.replace)?,
    };
    output.talk(format!(
        "wrote {} into `{}`",
        count(records, "record"),
        to.display()
    ));
    Ok(Exit::Fine)
}

fn jsonl(client: &mut Client<'_>, to: &Path) -> Result<usize, Failure> {
    let mut file = Unfinished::create(&to.join("records.jsonl"))?;
    let mut written = 0;
    client.records((None, None), &mut |records| {
        written += records.len();
        let lines: String = records.iter().map(desk::line).collect();
        Ok(file.write(lines.as_bytes())?)
    })?;
    file.finish()?;
    let mut file = Unfinished::create(&to.join("history.jsonl"))?;
    let mut done = Ok(());
    client.entries(&mut |_, entry| {
        if done.is_ok() {
            done = file
                .write(entry.as_bytes())
                .and_then(|()| file.write(b"\n"));
        }
    })?;
    done?;
    file.finish()?;
    Ok(written)
}

/// A table for each object, and one for all links.
fn tables(client: &mut Client<'_>, to: &Path) -> Result<usize, Failure> {
    let program = client.program()?;
    let mut links = Unfinished::create(&to.join("links.csv"))?;
    let head = ["object", "id", "name", "as", "with", "labels"];
    links.write(&write_sheet(&[head.map(str::to_owned).to_vec()]))?;
    let mut written = 0;
    for (_, object) in program.catalog.objects.iter() {
        let columns = columns(object);
        let mut file = Unfinished::create(&to.join(format!("{}.csv", object.name)))?;
        file.write(&write_sheet(&[head_of(&columns)]))?;
        client.records((Some(object.name.as_str()), None), &mut |records| {
            written += records.len();
            let rows: Vec<_> = records.iter().map(|record| row(record, &columns)).collect();
            file.write(&write_sheet(&rows))?;
            let rows: Vec<_> = records.iter().flat_map(linked).collect();
            Ok(links.write(&write_sheet(&rows))?)
        })?;
        file.finish()?;
    }
    links.finish()?;
    Ok(written)
}

/// What each record has besides its properties.
const OWN: [&str; 3] = ["id", "created_at", "updated_at"];

fn head_of(columns: &[Name]) -> Vec<String> {
    let own = OWN.iter().map(|name| (*name).to_owned());
    own.chain(columns.iter().map(Name::to_string)).collect()
}

fn row(record: &Record, columns: &[Name]) -> Vec<String> {
    let own = [&record.id, &record.created_at, &record.updated_at];
    let own = own.into_iter().cloned();
    let values = columns.iter().map(|column| {
        let mut known = record.properties.0.iter();
        let value = known.find(|(name, _)| column == name.as_str());
        value.map_or_else(String::new, |(_, value)| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        })
    });
    own.chain(values).collect()
}

fn linked(record: &Record) -> Vec<Vec<String>> {
    let links = record.links.iter().map(|link| {
        vec![
            record.object.clone(),
            record.id.clone(),
            record.name.clone(),
            link.r#as.clone(),
            link.with.clone(),
            link.labels.join(";"),
        ]
    });
    links.collect()
}
