//! A row of a table of JSON: one object a line. Which property a key means is
//! not known here.

use serde_json::Value;

use crate::model::Raw;
use crate::plan::raw;

/// The keys of a row with their values, in the order of the keys.
///
/// # Errors
/// Why it is none, in words.
pub fn row(text: &str) -> Result<Vec<(String, Raw)>, String> {
    match serde_json::from_str(text) {
        Ok(Value::Object(map)) => {
            let row = map.iter().map(|(key, value)| (key.clone(), raw(value)));
            Ok(row.collect())
        }
        Ok(_) => Err("it is no JSON object".into()),
        Err(error) => {
            let message = error.to_string();
            let (what, _) = message.split_once(" at line ").unwrap_or((&message, ""));
            Err(format!(
                "it is no JSON: {what} at column {}",
                error.column()
            ))
        }
    }
}

/// The canonical text of a row: equal rows have equal texts.
#[must_use]
pub fn canonical(text: &str) -> String {
    let value: Option<Value> = serde_json::from_str(text).ok();
    value.map_or_else(|| text.to_owned(), |value| value.to_string())
}
