//! What a store has answered, for programs: one JSON object a line, or one
//! document.

use serde::Serialize;

/// One object as a line.
pub(in crate::cli) fn line(of: &impl Serialize) -> String {
    // The keys of its maps are texts.
    serde_json::to_string(of).unwrap_or_default() + "\n"
}

/// A line of a file that did not go in, by its number.
pub(in crate::cli) fn wrong(number: usize, why: &str) -> String {
    line(&serde_json::json!({"line": number, "why": why}))
}

/// One document, indented.
pub(in crate::cli) fn document(of: &impl Serialize) -> String {
    serde_json::to_string_pretty(of).unwrap_or_default() + "\n"
}
