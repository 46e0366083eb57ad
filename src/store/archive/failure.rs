//! What SQLite says, as an error that tells the operator what to do. What was
//! asked of it is not known here.

use std::io;
use std::path::Path;

use rusqlite::{Error, ErrorCode};

use crate::store::error::StoreError;

/// Turns what SQLite says of a file into an error, for `map_err`.
pub(super) fn refused(path: &Path) -> impl FnOnce(Error) -> StoreError {
    move |error| from_sqlite(path, error)
}

fn from_sqlite(path: &Path, error: Error) -> StoreError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full { path },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { path },
        Some(ErrorCode::PermissionDenied | ErrorCode::ReadOnly | ErrorCode::CannotOpen) => {
            StoreError::Denied {
                path,
                source: io::Error::other(error),
            }
        }
        Some(ErrorCode::SystemIoFailure | ErrorCode::OutOfMemory) => StoreError::Io {
            path,
            source: io::Error::other(error),
        },
        _ => StoreError::BrokenHistory {
            path,
            what: error.to_string(),
        },
    }
}
