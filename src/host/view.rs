//! What can be asked of a store: records, what happened to one, how things
//! stand. It changes nothing.

use super::replay::kept;
use super::store::Store;
use crate::base::Uid;
use crate::engine::State;
use crate::store::StoreError;
use crate::store::archive::{ArchiveReader, Row};
use crate::store::log::Position;

/// The records as lines of JSON.
#[must_use]
pub fn records(state: &State) -> String {
    String::from_utf8(kept::records(state)).unwrap_or_default()
}

/// What happened to records, as lines of JSON in the order in which it
/// happened; with rows that may not be in the archive yet.
///
/// # Errors
/// If the archive cannot be read.
pub fn history(store: &Store, records: &[Uid], behind: &[Row]) -> Result<String, StoreError> {
    let archive = ArchiveReader::open(&store.history())?;
    let mut rows = Vec::new();
    for record in records {
        let known = archive.of_record(*record.bytes())?;
        let last = known.last().map(place);
        rows.extend(known);
        let own = behind
            .iter()
            .filter(|row| row.record == Some(*record.bytes()));
        rows.extend(own.filter(|row| Some(place(row)) > last).cloned());
    }
    rows.sort_by_key(place);
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
/// the position of its input, in the order of the log; with rows that may not
/// be in the archive yet.
///
/// # Errors
/// If the archive cannot be read.
pub fn entries(
    store: &Store,
    behind: &[Row],
    take: &mut dyn FnMut(Position, &str),
) -> Result<(), StoreError> {
    let archive = ArchiveReader::open(&store.history())?;
    let mut give = |row: &Row| {
        for line in String::from_utf8_lossy(&row.entries).lines() {
            take(row.position, line);
        }
    };
    let mut last = None;
    for row in archive.all() {
        let row = row?;
        give(&row);
        last = Some(place(&row));
    }
    let behind = behind.iter().filter(|row| Some(place(row)) > last);
    behind.for_each(give);
    Ok(())
}

/// Where a row stands among all.
fn place(row: &Row) -> (Position, u32) {
    (row.position, row.ordinal)
}
