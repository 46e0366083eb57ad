//! The rows of a table of separated values. What a value means is not known
//! here.

use super::Read;
use crate::connector::csv::{Rows, read as read_sheet};
use crate::host::import::{self, Ids, Plan, Reject};
use crate::model::{PropertyId, Raw};
use crate::plan::Program;

/// A table of separated values.
pub(super) struct Csv<'t> {
    pub(super) headers: Vec<String>,
    columns: Vec<Option<PropertyId>>,
    rows: Rows<'t>,
}

impl<'t> Csv<'t> {
    pub(super) fn open(bytes: &'t [u8], plan: &Plan, program: &Program) -> Result<Self, String> {
        let sheet = read_sheet(bytes)?;
        let object = &program.catalog.objects[plan.object];
        Ok(Csv {
            columns: import::columns(&sheet.headers, plan, object)?,
            headers: sheet.headers,
            rows: sheet.rows,
        })
    }

    pub(super) fn left_out(&self) -> Vec<String> {
        let columns = self.headers.iter().zip(&self.columns);
        let left_out = columns.filter(|(_, property)| property.is_none());
        left_out.map(|(header, _)| header.clone()).collect()
    }

    pub(super) fn next(&mut self, plan: &Plan, ids: &mut Ids) -> Option<Result<Read, Reject>> {
        let row = self.rows.next()?;
        let cells = match row.cells {
            Ok(cells) => cells,
            Err(reason) => {
                let raw = Vec::from_iter(row.raw);
                return Some(Err(plan.reject((row.number, raw), reason)));
            }
        };
        let values = cells.iter().zip(&self.columns);
        let values = values.filter_map(|(cell, property)| {
            let raw = Raw::Text(cell.as_str().into());
            Some(((*property)?, raw))
        });
        Some(Ok(Read {
            number: row.number,
            id: ids.next(&cells),
            bytes: cells.iter().map(|cell| cell.len() + 1).sum(),
            values: values.collect(),
            cells,
        }))
    }
}
