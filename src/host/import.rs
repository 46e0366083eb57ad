//! Rows of a table as inputs: which column is which property, which row can be
//! read, and the id that lets a row be imported once (I3, X5). It knows no
//! replay and writes no file.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind};
use std::sync::Arc;

use crate::base::{Uid, nearest};
use crate::connector::csv::{Row, column_name, read as read_sheet};
use crate::engine::{Input, InputBody};
use crate::model::{Object, ObjectId, PropertyId, Raw, Value, coerce};
use crate::plan::Program;

/// What is imported, and how.
#[derive(Debug)]
pub struct Plan {
    /// The name of the import: within it a row counts once.
    pub name: Arc<str>,
    /// The file, as it is named.
    pub file: Arc<str>,
    /// What the rows are.
    pub object: ObjectId,
    /// Who imports.
    pub by: Option<Arc<str>>,
    /// Which property a header means that is not named like one.
    pub map: Vec<(String, PropertyId)>,
}

/// A table that was read.
#[derive(Debug)]
pub struct Import {
    /// The name of the import.
    pub name: Arc<str>,
    /// The file, as it is named.
    pub file: Arc<str>,
    /// The headers of all columns.
    pub headers: Vec<String>,
    /// The headers of the columns that are no property which can be written.
    pub left_out: Vec<String>,
    /// The rows that could be read.
    pub rows: Vec<Good>,
    /// The rows that could not.
    pub rejects: Vec<Reject>,
}

/// A row that could be read.
#[derive(Debug)]
pub struct Good {
    /// The line that it begins at.
    pub number: usize,
    /// What it brings.
    pub input: Input,
    /// Its cells as they are written.
    pub cells: Vec<String>,
}

/// A row that does not go in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reject {
    /// The file that it stands in.
    pub file: Arc<str>,
    /// The line that it begins at.
    pub number: usize,
    /// Why, in one sentence.
    pub reason: String,
    /// Its cells; the whole row as one where they could not be read.
    pub cells: Vec<String>,
}

/// Why a file cannot be read, in words that are the same on every machine.
#[must_use]
pub fn unreadable(error: &Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".into(),
        ErrorKind::PermissionDenied => "the file may not be read".into(),
        ErrorKind::IsADirectory => "this is a folder".into(),
        _ => error.to_string(),
    }
}

/// Reads a table.
///
/// # Errors
/// If it cannot be imported as a whole, in words. A bad row is a reject.
pub fn read(bytes: &[u8], plan: Plan, program: &Program) -> Result<Import, String> {
    let sheet = read_sheet(bytes)?;
    let object = &program.catalog.objects[plan.object];
    let columns = columns(&sheet.headers, &plan, object)?;
    let left = sheet.headers.iter().zip(&columns);
    let left_out = left
        .filter(|(_, property)| property.is_none())
        .map(|(header, _)| header.clone())
        .collect();
    let mut import = Import {
        name: plan.name.clone(),
        file: plan.file.clone(),
        left_out,
        rows: Vec::new(),
        rejects: Vec::new(),
        headers: sheet.headers,
    };
    let mut ids = Ids::new(&plan.name);
    for row in sheet.rows {
        let number = row.number;
        match good(row, (&plan, &columns, program), &mut ids) {
            Ok(row) => import.rows.push(row),
            Err((reason, cells)) => import.rejects.push(Reject {
                file: plan.file.clone(),
                number,
                reason,
                cells,
            }),
        }
    }
    Ok(import)
}

/// Which property each column is.
///
/// # Errors
/// If a header that is mapped is not there, two mean the same property, or
/// none means any; in words.
pub fn columns(
    headers: &[String],
    plan: &Plan,
    object: &Object,
) -> Result<Vec<Option<PropertyId>>, String> {
    for (header, _) in &plan.map {
        if !headers.contains(header) {
            let known = headers.iter().map(String::as_str);
            let meant = nearest(header, known).map(|meant| format!(": did you mean `{meant}`?"));
            let meant = meant.unwrap_or_default();
            return Err(format!("it has no column `{header}`{meant}"));
        }
    }
    let columns: Vec<Option<PropertyId>> = headers
        .iter()
        .map(|header| column(header, plan, object))
        .collect();
    let mut taken = BTreeMap::new();
    for (header, property) in headers.iter().zip(&columns) {
        let Some(property) = property else { continue };
        if let Some(other) = taken.insert(*property, header) {
            let name = &object.properties[*property].name;
            return Err(format!(
                "the columns `{other}` and `{header}` both mean `{name}`"
            ));
        }
    }
    if taken.is_empty() {
        let name = &object.name;
        return Err(format!(
            "no column is a property of {name}: say which is which with `map`"
        ));
    }
    Ok(columns)
}

/// The property of a column: by the map, else by its name. What is derived is
/// not written.
#[must_use]
pub fn column(header: &str, plan: &Plan, object: &Object) -> Option<PropertyId> {
    let mapped = plan.map.iter().find(|(other, _)| other == header);
    if let Some((_, property)) = mapped {
        return Some(*property);
    }
    let id = object.property(&column_name(header))?;
    let property = &object.properties[id];
    (!property.builtin && !property.computed).then_some(id)
}

/// Gives rows the ids by which each counts once within an import: equal rows
/// have ids of their own, in the order of the file.
#[derive(Debug)]
pub struct Ids {
    import: Arc<str>,
    seen: BTreeMap<Uid, u32>,
}

impl Ids {
    /// Those of an import of a name.
    #[must_use]
    pub fn new(import: &Arc<str>) -> Self {
        Ids {
            import: import.clone(),
            seen: BTreeMap::new(),
        }
    }

    /// The id of the next row.
    pub fn next(&mut self, cells: &[String]) -> Uid {
        let parts: Vec<&[u8]> = cells.iter().map(|cell| cell.as_bytes()).collect();
        let content = Uid::of(&parts);
        let ordinal = self.seen.entry(content).or_default();
        let id = Uid::of(&[
            self.import.as_bytes(),
            content.bytes(),
            &ordinal.to_le_bytes(),
        ]);
        *ordinal += 1;
        id
    }
}

type Columns<'c> = (&'c Plan, &'c [Option<PropertyId>], &'c Program);

/// A row as an input, else why not, with its cells.
fn good(
    row: Row,
    (plan, columns, program): Columns<'_>,
    ids: &mut Ids,
) -> Result<Good, (String, Vec<String>)> {
    let raw = Vec::from_iter(row.raw);
    let cells = row.cells.map_err(|reason| (reason, raw))?;
    let found = cells.iter().zip(columns);
    let found = found.filter_map(|(cell, property)| {
        let raw = Raw::Text(cell.as_str().into());
        Some(((*property)?, raw))
    });
    let values = match values((program, plan.object), found) {
        Ok(values) => values,
        Err(reason) => return Err((reason, cells)),
    };
    let input = Input {
        id: Some(ids.next(&cells).to_string().into()),
        occurred_at: None,
        by: plan.by.clone(),
        body: InputBody::Import(plan.name.clone(), plan.object, values),
    };
    Ok(Good {
        number: row.number,
        input,
        cells,
    })
}

/// The values of a row. What is empty writes nothing.
///
/// # Errors
/// Which value is none of its property, in words.
pub fn values(
    (program, object): (&Program, ObjectId),
    found: impl Iterator<Item = (PropertyId, Raw)>,
) -> Result<Vec<(PropertyId, Value)>, String> {
    let properties = &program.catalog.objects[object].properties;
    let mut values = Vec::new();
    for (id, raw) in found {
        if raw == Raw::Null || matches!(&raw, Raw::Text(text) if text.is_empty()) {
            continue;
        }
        let property = &properties[id];
        let value = coerce(&property.ty, &raw, &program.settings.zone);
        let value = value.map_err(|misfit| format!("`{}`: {misfit}", property.name))?;
        values.extend(value.map(|value| (id, value)));
    }
    Ok(values)
}
