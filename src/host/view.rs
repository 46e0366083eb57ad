//! What can be asked of a store: records, what happened to one, how things
//! stand. It changes nothing.

use super::replay::kept;
use super::store::Store;
use crate::base::Uid;
use crate::engine::State;
use crate::store::StoreError;
use crate::store::archive::ArchiveReader;
use crate::store::log::Position;

/// The records as lines of JSON.
#[must_use]
pub fn records(state: &State) -> String {
    String::from_utf8(kept::records(state)).unwrap_or_default()
}

/// What happened to a record, as lines of JSON.
///
/// # Errors
/// If the archive cannot be read.
pub fn history(store: &Store, record: Uid) -> Result<String, StoreError> {
    let archive = ArchiveReader::open(&store.history())?;
    let rows = archive.of_record(*record.bytes())?;
    let bytes: Vec<u8> = rows.into_iter().flat_map(|row| row.entries).collect();
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The whole history, as lines of JSON in the order of the log.
///
/// # Errors
/// If the archive cannot be read.
pub fn whole_history(store: &Store) -> Result<Vec<u8>, StoreError> {
    let archive = ArchiveReader::open(&store.history())?;
    let mut bytes = Vec::new();
    for row in archive.all() {
        bytes.extend(row?.entries);
    }
    Ok(bytes)
}

/// Gives away the whole history entry by entry, each as one JSON object with
/// the position of its input, in the order of the log.
///
/// # Errors
/// If the archive cannot be read.
pub fn entries(store: &Store, take: &mut dyn FnMut(Position, &str)) -> Result<(), StoreError> {
    let archive = ArchiveReader::open(&store.history())?;
    for row in archive.all() {
        let row = row?;
        for line in String::from_utf8_lossy(&row.entries).lines() {
            take(row.position, line);
        }
    }
    Ok(())
}
