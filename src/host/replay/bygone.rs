//! Rows of the archive as what new conditions are gathered from (V6). What is
//! made of them is not known here.

use serde_json::{Map, Value};

use crate::base::Uid;
use crate::engine::gather::{Bygone, KINDS};
use crate::store::archive::Row;

/// The entries of a row that something is gathered from.
pub(in crate::host) fn bygones(row: &Row) -> Vec<Bygone> {
    let told = row.kinds.split(',').any(|kind| KINDS.contains(&kind));
    let (Some(record), Some(object), true) = (row.record, &row.object, told) else {
        return Vec::new();
    };
    let record = Uid::from_bytes(record);
    let lines = row.entries.split(|byte| *byte == b'\n');
    let lines = lines.filter_map(|line| serde_json::from_slice(line).ok());
    lines
        .filter_map(|line: Map<String, Value>| bygone((record, object), &line))
        .collect()
}

fn bygone((record, object): (Uid, &str), line: &Map<String, Value>) -> Option<Bygone> {
    let text = |name: &str| line.get(name).and_then(Value::as_str);
    let kind = text("kind").filter(|kind| KINDS.contains(kind))?;
    Some(Bygone {
        record,
        object: object.to_owned(),
        at: text("at")?.parse().ok()?,
        kind: kind.to_owned(),
        workflow: text("workflow").map(str::to_owned),
        fields: line.iter().flat_map(fields).collect(),
    })
}

/// A field with each of its values.
fn fields((name, value): (&String, &Value)) -> Vec<(String, String)> {
    // The record has an `id` too.
    let name = match name.as_str() {
        "id" => return Vec::new(),
        "event_id" => "id",
        name => name,
    };
    let values = match value {
        Value::Array(values) => values.as_slice(),
        value => std::slice::from_ref(value),
    };
    let texts = values.iter().filter_map(Value::as_str);
    texts
        .map(|text| (name.to_owned(), text.to_owned()))
        .collect()
}
