//! The history as it was kept, read again. How it is shown is not known here.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use crate::base::{Timestamp, Uid};

/// An entry of the history, read again.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// When.
    pub at: Timestamp,
    /// What kind of entry.
    pub kind: String,
    /// What else it says, by name; several values where there are several.
    pub fields: BTreeMap<String, Vec<String>>,
    /// The line as it stands.
    pub line: String,
}

impl Told {
    /// The first value of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.all(name).first().map(String::as_str)
    }

    /// All values of a field.
    #[must_use]
    pub fn all(&self, name: &str) -> &[String] {
        self.fields.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The entries about records, in order.
///
/// # Errors
/// The number of a line that is none of a history.
pub fn about(text: &str, ids: &[Uid]) -> Result<Vec<Told>, usize> {
    let marks = ids.iter().map(|id| format!("\"id\":\"{id}\""));
    let marks: Vec<String> = marks.collect();
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if marks.iter().any(|mark| line.contains(mark)) {
            found.push(told(line).ok_or(at + 1)?);
        } else if serde_json::from_str::<IgnoredAny>(line).is_err() {
            return Err(at + 1);
        }
    }
    Ok(found)
}

/// An entry of the history; `None` where the line is none.
#[must_use]
pub fn told(line: &str) -> Option<Told> {
    let map: Map<String, Value> = serde_json::from_str(line).ok()?;
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let fields = map.iter().map(|(name, value)| {
        let values = match value {
            Value::Array(items) => items.iter().map(text).collect(),
            one => vec![text(one)],
        };
        (name.clone(), values)
    });
    let fields: BTreeMap<String, Vec<String>> = fields.collect();
    Some(Told {
        at: fields.get("at")?.first()?.parse().ok()?,
        kind: fields.get("kind")?.first()?.clone(),
        line: line.to_owned(),
        fields,
    })
}
