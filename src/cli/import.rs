//! `flow import`: the rows of a table go into a store, in batches. What a row
//! does is decided by the engine.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::args::{DataFormat, ImportArguments};
use super::client::{Client, store_of, strange};
use super::exit::{Exit, Failure};
use super::order::BY;
use super::output::Output;
use super::output::import::{self as shown, Summary};
use super::run::progress::Progress;
use super::run::{self, unreadable, wrong};
use crate::host::desk::{self, Ask, Batch, Imported, Reply};
use crate::host::import::{Plan, Reject};
use crate::host::replay::{self, Said};
use crate::host::table::{Form, Part, Rejects, Table};
use crate::plan::Program;

/// How many bad rows are shown.
const SHOWN: usize = 10;

/// Imports a table.
pub(super) fn run(arguments: &ImportArguments, output: &Output) -> Result<Exit, Failure> {
    let form = form(&arguments.file)?;
    let bytes = fs::read(&arguments.file).map_err(|error| unreadable(&arguments.file, &error))?;
    let source = (bytes.as_slice(), form);
    let (summary, client) = if arguments.dry_run {
        let Some(program) = looked_at(arguments, output)? else {
            return Ok(Exit::Findings);
        };
        (import(arguments, (source, &program), &mut Dry)?, None)
    } else {
        let Some(mut client) = Client::working(arguments.project.place(), output)? else {
            return Ok(Exit::Findings);
        };
        let program = client.program()?;
        let summary = import(arguments, (source, &program), &mut Wet(&mut client))?;
        (summary, Some(client))
    };
    let text = match arguments.format {
        DataFormat::Json => shown::json(&summary),
        DataFormat::Text => shown::text(&summary),
    };
    output.data(&text)?;
    client.map_or(Ok(()), Client::end)?;
    for missing in &summary.missing {
        output.note(format!("no row has the key `{missing}`"));
    }
    Ok(if summary.rejected > 0 {
        Exit::Findings
    } else {
        Exit::Fine
    })
}

/// Where rows go.
trait Taker {
    /// Takes the rows of a batch.
    fn take(&mut self, batch: Batch, program: &Program) -> Result<Imported, Failure>;

    /// The file of the rows that do not go in.
    fn rejects(&self, name: &str, headers: Vec<String>) -> Result<Option<Rejects>, Failure>;
}

/// Into the store.
struct Wet<'c, 'o>(&'c mut Client<'o>);

impl Taker for Wet<'_, '_> {
    fn take(&mut self, batch: Batch, _: &Program) -> Result<Imported, Failure> {
        match self.0.ask(&Ask::Import(batch))? {
            Reply::Imported(imported) => Ok(imported),
            other => Err(strange(&other)),
        }
    }

    fn rejects(&self, name: &str, headers: Vec<String>) -> Result<Option<Rejects>, Failure> {
        Ok(Some(Rejects::new(&self.0.store, name, headers)?))
    }
}

/// Nowhere.
struct Dry;

impl Taker for Dry {
    fn take(&mut self, batch: Batch, program: &Program) -> Result<Imported, Failure> {
        let rows = desk::rows(program, &batch).map_err(said)?;
        let mut imported = Imported::default();
        for (place, row) in rows.into_iter().enumerate() {
            if let Err(reason) = row {
                imported.rejects.push((place, reason));
            }
        }
        Ok(imported)
    }

    fn rejects(&self, _: &str, _: Vec<String>) -> Result<Option<Rejects>, Failure> {
        Ok(None)
    }
}

type Source<'s> = ((&'s [u8], Form), &'s Program);

fn import(
    arguments: &ImportArguments,
    (source, program): Source<'_>,
    taker: &mut dyn Taker,
) -> Result<Summary, Failure> {
    let plan = plan(arguments, program)?;
    let bad = |reason: String| {
        let message = format!("`{}`: {reason}", arguments.file.display());
        wrong(message, "nothing was imported")
    };
    let table = Table::open(source, &plan, program).map_err(bad)?;
    let mut rejects = taker.rejects(&plan.name, table.headers())?;
    let lines = source.0.iter().filter(|byte| **byte == b'\n').count();
    let progress = Progress::new(lines, false);
    let mut summary = Summary {
        name: plan.name.to_string(),
        dry: rejects.is_none(),
        ..Summary::default()
    };
    let table = table.each(|part| {
        let last = part.rows.iter().chain(&part.rejects);
        let last = last.map(|row| row.number).max().unwrap_or_default();
        for reject in one(part, (program, taker), &mut summary)? {
            summary.reject(&reject, SHOWN);
            if let Some(rejects) = &mut rejects {
                rejects.add(&reject)?;
            }
        }
        progress.at(last);
        Ok::<(), Failure>(())
    });
    progress.end();
    let table = table?;
    summary.left_out = table.left_out();
    summary.missing = table.missing();
    summary.file = match rejects {
        Some(rejects) => rejects.finish()?,
        None => None,
    };
    Ok(summary)
}

/// Gives a part of the table away; the rows that do not go in, in order.
fn one(
    part: Part,
    (program, taker): (&Program, &mut dyn Taker),
    summary: &mut Summary,
) -> Result<Vec<Reject>, Failure> {
    let count = part.rows.len();
    let mut rejects = part.rejects;
    summary.rows += count + rejects.len();
    if count > 0 {
        let imported = taker.take(part.batch, program)?;
        summary.created += imported.created;
        summary.updated += imported.updated;
        summary.before += imported.before;
        summary.actions += imported.actions;
        for (place, reason) in imported.rejects {
            let row = part.rows.get(place).cloned();
            rejects.extend(row.map(|row| Reject { reason, ..row }));
        }
    }
    rejects.sort_by_key(|reject| reject.number);
    Ok(rejects)
}

fn plan(arguments: &ImportArguments, program: &Program) -> Result<Plan, Failure> {
    let object = replay::object(program, &arguments.object).map_err(said)?;
    let mut map = Vec::with_capacity(arguments.map.len());
    for pair in &arguments.map {
        // A header may hold the sign, a property does not.
        let Some((header, property)) = pair.rsplit_once('=') else {
            let help = format!("write it like `{pair}=PROPERTY`");
            return Err(wrong(format!("`{pair}` maps to no property"), &help));
        };
        let property = replay::writable(program, object, property).map_err(said)?;
        map.push((header.to_owned(), property));
    }
    let file = arguments.file.to_string_lossy();
    let name = arguments.name.clone();
    let name = name.unwrap_or_else(|| file_name(&arguments.file));
    Ok(Plan {
        name: name.into(),
        file: Arc::from(&*file),
        object,
        by: Some(BY.into()),
        map,
    })
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The program for a dry run: that of the store, else that of the folder.
fn looked_at(arguments: &ImportArguments, output: &Output) -> Result<Option<Program>, Failure> {
    let project = arguments.project.place().load()?;
    if store_of(&project).is_begun() {
        let mut client = Client::looking(arguments.project.place(), output)?;
        return client.program().map(Some);
    }
    let loaded = run::load(&project, output);
    Ok(loaded.map(|loaded| loaded.prepared.program.clone()))
}

fn form(path: &Path) -> Result<Form, Failure> {
    let ending = path.extension().unwrap_or_default();
    match ending.to_string_lossy().to_lowercase().as_str() {
        "csv" | "tsv" | "txt" => Ok(Form::Csv),
        "jsonl" | "ndjson" => Ok(Form::Jsonl),
        _ => {
            let message = format!(
                "`{}` is neither CSV nor JSONL by its ending",
                path.display()
            );
            Err(wrong(message, "let it end in `.csv` or `.jsonl`"))
        }
    }
}

fn said((message, help): Said) -> Failure {
    Failure {
        exit: Exit::Usage,
        message,
        help,
    }
}
