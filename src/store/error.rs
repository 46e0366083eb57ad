//! Why a store cannot be opened, read or written, told apart by what the
//! operator can do about it. How a failure is shown is not known here.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Why the store did not do what it was asked to.
#[derive(Debug)]
pub enum StoreError {
    /// Another process owns the store: wait for it, or end it.
    Held {
        /// The folder of the store.
        dir: PathBuf,
        /// The number of the process, where the lock says so.
        pid: Option<u32>,
        /// Since when, where the lock says so.
        since: Option<String>,
    },
    /// A later release has written this: run that one.
    Newer {
        /// The file.
        path: PathBuf,
        /// The version of the format that the file has.
        found: u32,
        /// The latest version that is known here.
        known: u32,
    },
    /// There is no space left: make some.
    Full {
        /// What was written.
        path: PathBuf,
    },
    /// The system does not permit it: change the permission.
    Denied {
        /// The file or the folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Something is damaged that had been safe once: repair it, or bring it
    /// back from a backup.
    BrokenMiddle {
        /// The file.
        segment: PathBuf,
        /// Where in the file, in bytes.
        offset: u64,
        /// The position that cannot be read there.
        position: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// A repair was interrupted: finish it.
    Mending {
        /// The folder of the log.
        dir: PathBuf,
    },
    /// An earlier write or sync failed, so that nobody knows what the disk
    /// holds: start again.
    Poisoned {
        /// The folder of the log.
        dir: PathBuf,
    },
    /// An input has made the engine fail, and is left out from now on: start
    /// again.
    SetAside {
        /// The position of the input.
        position: u64,
    },
    /// A frame is asked to hold too much: this is for the caller to prevent.
    TooLarge {
        /// How many bytes.
        bytes: usize,
        /// How many there may be.
        most: usize,
    },
    /// The frames asked for have been dropped: ask for later ones.
    Dropped {
        /// The folder of the log.
        dir: PathBuf,
        /// The position that was asked for.
        asked: u64,
        /// The first position that is still there.
        first: u64,
    },
    /// A file of the history is damaged: bring it back from a backup.
    BrokenHistory {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A file of the ids that were seen is missing or damaged.
    BrokenIds {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: &'static str,
    },
    /// Another program does not let a file of the history go: close it there.
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The system says something else.
    Io {
        /// The file or the folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl StoreError {
    /// Makes the error of a file or a folder from what the system says.
    pub(super) fn from_io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::Full { path },
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                StoreError::Denied { path, source }
            }
            _ => StoreError::Io { path, source },
        }
    }
}

/// Turns what the system says of a file or a folder into an error, for
/// `map_err`.
pub(super) fn failed(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    move |source| StoreError::from_io(path, source)
}

impl fmt::Display for StoreError {
    // size: one message for each variant.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Held { dir, pid, since } => held(f, dir, *pid, since.as_deref()),
            StoreError::Newer { path, found, known } => write!(
                f,
                "`{}` is of format {found}, and this release reads up to format {known}: \
                 run the release that wrote it, or a later one",
                path.display()
            ),
            StoreError::Full { path } => write!(
                f,
                "`{}` cannot be written, for the disk is full: make space and start again",
                path.display()
            ),
            StoreError::Denied { path, source } => write!(
                f,
                "`{}` may not be read or written ({source}): let the user of this process do so",
                path.display()
            ),
            StoreError::BrokenMiddle {
                segment,
                offset,
                position,
                what,
            } => write!(
                f,
                "`{}` is damaged at byte {offset}, where position {position} is due ({what}): \
                 nothing was changed; `flow store repair` says what can be kept, \
                 or bring the file back from a backup",
                segment.display()
            ),
            StoreError::Mending { dir } => write!(
                f,
                "a repair of `{}` was interrupted: `flow store repair --yes` finishes it",
                dir.display()
            ),
            StoreError::Poisoned { dir } => write!(
                f,
                "`{}` takes nothing more since a write or a sync failed: see to the disk and start again",
                dir.display()
            ),
            StoreError::SetAside { position } => write!(
                f,
                "the input at position {position} made the engine fail, which is a mistake of this release: it is set aside, `flow failures` shows it; start again, and all else goes on"
            ),
            StoreError::TooLarge { bytes, most } => write!(
                f,
                "an entry of {bytes} bytes is too large for the log, which takes up to {most}: \
                 keep it elsewhere and log its name"
            ),
            StoreError::Dropped { dir, asked, first } => write!(
                f,
                "`{}` begins at position {first}, so position {asked} is no longer there: \
                 ask for a later one, or look in the history",
                dir.display()
            ),
            StoreError::BrokenHistory { path, what } => write!(
                f,
                "`{}` is damaged ({what}): bring the file back from a backup",
                path.display()
            ),
            StoreError::BrokenIds { path, what } => write!(
                f,
                "`{}` is damaged or missing ({what}): nothing was changed; \
                 `flow store repair` says what can be kept, or bring the file back from a backup",
                path.display()
            ),
            StoreError::Busy { path } => write!(
                f,
                "`{}` is held by another program: close it there and try again",
                path.display()
            ),
            StoreError::Io { path, source } => write!(
                f,
                "`{}` cannot be read or written ({source}): see to the disk and start again",
                path.display()
            ),
        }
    }
}

fn held(
    f: &mut fmt::Formatter<'_>,
    dir: &Path,
    pid: Option<u32>,
    since: Option<&str>,
) -> fmt::Result {
    f.write_str("another run")?;
    match (pid, since) {
        (Some(pid), Some(since)) => write!(f, " (process {pid}, since {since})")?,
        (Some(pid), None) => write!(f, " (process {pid})")?,
        (None, _) => {}
    }
    let dir = dir.display();
    write!(
        f,
        " is writing to `{dir}`: wait until it is over, or end it"
    )
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StoreError::Denied { source, .. } | StoreError::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
