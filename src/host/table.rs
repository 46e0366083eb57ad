//! Tables that are imported: read row by row, and put into batches that a store
//! takes. What a row does is not known here.

mod jsonl;
mod rejects;
mod sheet;

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread;

use self::jsonl::Jsonl;
pub use self::rejects::Rejects;
use self::sheet::Csv;
use super::desk::{Batch, BatchRow, Cell};
use super::import::{Ids, Plan, Reject};
use crate::base::Uid;
use crate::model::{PropertyId, Raw};
use crate::plan::Program;

/// The most rows of a batch.
const MOST_ROWS: usize = 1_000;

/// The most bytes of a batch, as they stand in the file.
const MOST_BYTES: usize = 8 << 20;

/// How many parts are read ahead.
const AHEAD: usize = 4;

/// The forms of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Values with separators, behind a line of headers.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

/// A table that is read.
pub struct Table<'t> {
    plan: &'t Plan,
    program: &'t Program,
    rows: Rows<'t>,
    ids: Ids,
}

enum Rows<'t> {
    Csv(Box<Csv<'t>>),
    Jsonl(Jsonl<'t>),
}

/// A row that was read.
#[derive(Debug)]
struct Read {
    number: usize,
    /// By which it counts once.
    id: Uid,
    /// How many bytes it has.
    bytes: usize,
    values: Vec<(PropertyId, Raw)>,
    cells: Vec<String>,
}

/// A part of a table.
#[derive(Debug, Default)]
pub struct Part {
    /// The rows that could be read.
    pub batch: Batch,
    /// Each of them as a reject, should it not go in.
    pub rows: Vec<Reject>,
    /// The rows that could not be read.
    pub rejects: Vec<Reject>,
}

impl<'t> Table<'t> {
    /// Begins to read a table.
    ///
    /// # Errors
    /// If it cannot be imported as a whole, in words.
    pub fn open(
        (bytes, form): (&'t [u8], Form),
        plan: &'t Plan,
        program: &'t Program,
    ) -> Result<Self, String> {
        let rows = match form {
            Form::Csv => Rows::Csv(Box::new(Csv::open(bytes, plan, program)?)),
            Form::Jsonl => Rows::Jsonl(Jsonl::new(bytes)),
        };
        Ok(Table {
            plan,
            program,
            rows,
            ids: Ids::new(&plan.name),
        })
    }

    /// The headers of its columns; of JSONL there are none.
    #[must_use]
    pub fn headers(&self) -> Vec<String> {
        match &self.rows {
            Rows::Csv(sheet) => sheet.headers.clone(),
            Rows::Jsonl(_) => vec!["row".to_owned()],
        }
    }

    /// The headers, as far as they were read, that are no property which can
    /// be written.
    #[must_use]
    pub fn left_out(&self) -> Vec<String> {
        match &self.rows {
            Rows::Csv(sheet) => sheet.left_out(),
            Rows::Jsonl(jsonl) => jsonl.left_out(),
        }
    }

    /// The headers that are mapped and were not read.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        match &self.rows {
            // A table without them was refused.
            Rows::Csv(_) => Vec::new(),
            Rows::Jsonl(jsonl) => {
                let mapped = self.plan.map.iter().map(|(header, _)| header);
                let missing = mapped.filter(|header| !jsonl.has(header));
                missing.cloned().collect()
            }
        }
    }

    /// Gives each part away, while the next ones are read in another thread;
    /// the table at its end.
    ///
    /// # Errors
    /// That of the first part that is not taken; then no other is given away.
    pub fn each<E>(mut self, mut take: impl FnMut(Part) -> Result<(), E>) -> Result<Self, E> {
        thread::scope(|scope| {
            let (sender, parts) = sync_channel(AHEAD);
            let reading = scope.spawn(move || {
                while let Some(part) = self.part() {
                    if sender.send(part).is_err() {
                        break;
                    }
                }
                self
            });
            let taken = parts.iter().try_for_each(&mut take);
            // Who reads ends when nobody waits for it.
            drop(parts);
            match reading.join() {
                Ok(table) => taken.map(|()| table),
                Err(panicked) => resume_unwind(panicked),
            }
        })
    }

    /// The next part; `None` at the end.
    fn part(&mut self) -> Option<Part> {
        let mut part = Part::default();
        let (mut read, mut bytes) = (Vec::new(), 0);
        while read.len() + part.rejects.len() < MOST_ROWS && bytes < MOST_BYTES {
            match self.next() {
                Some(Ok(row)) => {
                    bytes += row.bytes;
                    read.push(row);
                }
                Some(Err(reject)) => part.rejects.push(reject),
                None => break,
            }
        }
        if read.is_empty() && part.rejects.is_empty() {
            return None;
        }
        part.batch = self.batch(&read);
        part.rows = read
            .into_iter()
            .map(|row| self.plan.reject((row.number, row.cells), String::new()))
            .collect();
        Some(part)
    }

    fn next(&mut self) -> Option<Result<Read, Reject>> {
        match &mut self.rows {
            Rows::Csv(sheet) => sheet.next(self.plan, &mut self.ids),
            Rows::Jsonl(jsonl) => jsonl.next((self.plan, self.program), &mut self.ids),
        }
    }

    fn batch(&self, rows: &[Read]) -> Batch {
        let used = rows.iter().flat_map(|row| &row.values);
        let used: BTreeSet<PropertyId> = used.map(|(property, _)| *property).collect();
        let object = &self.program.catalog.objects[self.plan.object];
        let cells = |row: &Read| {
            let cell = |property: &PropertyId| {
                let found = row.values.iter().find(|(other, _)| other == property);
                Cell(found.map_or(Raw::Null, |(_, raw)| raw.clone()))
            };
            used.iter().map(cell).collect()
        };
        Batch {
            name: self.plan.name.to_string(),
            object: object.name.to_string(),
            by: self.plan.by.as_deref().map(str::to_owned),
            columns: used
                .iter()
                .map(|property| object.properties[*property].name.to_string())
                .collect(),
            rows: rows
                .iter()
                .map(|row| BatchRow {
                    id: row.id.to_string(),
                    cells: cells(row),
                })
                .collect(),
        }
    }
}

impl Plan {
    /// A row that does not go in.
    fn reject(&self, (number, cells): (usize, Vec<String>), reason: String) -> Reject {
        Reject {
            file: Arc::clone(&self.file),
            number,
            reason,
            cells,
        }
    }
}
