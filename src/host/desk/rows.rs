//! Rows that came with an order, as inputs. Where they were read, and what they
//! do, is not known here.

use std::sync::Arc;

use super::wire::{Batch, BatchRow};
use crate::engine::{Input, InputBody};
use crate::host::import;
use crate::host::replay::{self, Said};
use crate::model::{ObjectId, PropertyId, Value};
use crate::plan::Program;

/// Each row as an input, or the reason why it is none.
///
/// # Errors
/// If an object or a property is none of the program: what is wrong, and what
/// to do about it.
pub fn rows(program: &Program, batch: &Batch) -> Result<Vec<Result<Input, String>>, Said> {
    let object = replay::object(program, &batch.object)?;
    let columns = batch.columns.iter();
    let columns = columns.map(|name| replay::writable(program, object, name));
    let columns: Vec<PropertyId> = columns.collect::<Result<_, _>>()?;
    let name: Arc<str> = batch.name.as_str().into();
    let by = batch.by.as_deref().map(Arc::<str>::from);
    let input = |row: &BatchRow| {
        if row.cells.len() != columns.len() {
            let (found, due) = (row.cells.len(), columns.len());
            return Err(format!(
                "it has {found} cells where there are {due} columns"
            ));
        }
        let cells = columns.iter().zip(&row.cells);
        let cells = cells.map(|(property, cell)| (*property, cell.0.clone()));
        let values = import::values((program, object), cells)?;
        complete((program, object), &values)?;
        Ok(Input {
            id: Some(row.id.as_str().into()),
            occurred_at: None,
            by: by.clone(),
            body: InputBody::Import(name.clone(), object, values),
        })
    };
    Ok(batch.rows.iter().map(input).collect())
}

/// Refuses a row that no record can have: without a unique value it creates
/// one, and for that a value is missing. So it is a reject each time.
fn complete(
    (program, object): (&Program, ObjectId),
    values: &[(PropertyId, Value)],
) -> Result<(), String> {
    let properties = &program.catalog.objects[object].properties;
    if values.iter().any(|(id, _)| properties[*id].unique) {
        return Ok(());
    }
    let missing = properties.iter().find(|(id, property)| {
        let given = values.iter().any(|(given, _)| given == id);
        property.required && !property.default && !given
    });
    match missing {
        Some((_, property)) => Err(format!("required: `{}` must have a value", property.name)),
        None => Ok(()),
    }
}
