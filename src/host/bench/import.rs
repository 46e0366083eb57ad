//! A table of contacts, and its way into a store: read, put into batches,
//! taken in and answered, as `flow import` does it.

use std::fmt::Write;

use super::load::{Load, email};
use super::{Broken, now};
use crate::host::desk::{self, Ask, Reply};
use crate::host::durable::Durable;
use crate::host::import::Plan;
use crate::host::table::{Form, Table};
use crate::store::disk::real::RealDisk;

/// A table of so many contacts.
#[must_use]
pub fn sheet(rows: usize) -> String {
    let mut text =
        "email,first_name,last_name,city,country,company,phone,source,revenue,note\n".to_owned();
    for row in 0..rows {
        // Writing to a text does not fail.
        let _ = writeln!(
            text,
            "{},First {row},Last {},City {},Norway,Company {},+47 {:08},import,{},Was met at stand {row}",
            email(row),
            row % 1_000,
            row % 100,
            row % 10_000,
            row % 100_000_000,
            row % 100_000,
        );
    }
    text
}

/// Imports a table; how many contacts have come of it.
///
/// # Errors
/// If the store does not go on, or a row does not go in.
pub fn import(durable: &mut Durable<RealDisk>, load: &Load, text: &str) -> Result<usize, Broken> {
    let plan = Plan {
        name: "bench".into(),
        file: "bench.csv".into(),
        object: load.object(),
        by: None,
        map: Vec::new(),
    };
    let program = &load.prepared().program;
    let table = Table::open((text.as_bytes(), Form::Csv), &plan, program);
    let mut created = 0;
    table.map_err(Broken::Load)?.each(|part| {
        created += one(durable, &Ask::Import(part.batch))?;
        Ok::<(), Broken>(())
    })?;
    Ok(created)
}

/// Takes a part of it in.
fn one(durable: &mut Durable<RealDisk>, ask: &Ask) -> Result<usize, Broken> {
    let strange = |reply: Reply| Broken::Load(format!("{reply:?}"));
    let now = now(durable);
    let events = desk::events(durable.core(), ask).map_err(strange)?;
    let events = events.into_iter().map(|event| (now, event)).collect();
    let effects = durable.accept(events)?.into_iter();
    let effects = effects.collect::<Result<_, _>>()?;
    match desk::answered(durable.core(), ask, effects) {
        Reply::Imported(imported) if imported.rejects.is_empty() => Ok(imported.created),
        other => Err(strange(other)),
    }
}
