//! Changes of files, as they come to rest. Editors and git change files in
//! several steps, a thousand at once; that is one change. What is done about
//! one is not known here.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// How long the files must be quiet.
const QUIET: Duration = Duration::from_millis(150);

/// How long a change may take at most before it is looked at.
const LONGEST: Duration = Duration::from_secs(3);

/// A watch over folders and files.
pub struct Changes {
    coming: Receiver<()>,
    /// It watches for as long as it is there.
    _watcher: RecommendedWatcher,
}

impl Changes {
    /// Watches paths, whatever lies below them too, but for what lies below
    /// those that are left out. It begins with a change, as they may have
    /// changed since they were read.
    ///
    /// # Errors
    /// What the system says: there may be too many watches already.
    pub fn of(paths: &[&Path], left_out: &[&Path]) -> Result<Self, String> {
        let (told, coming) = channel();
        let first = told.clone();
        let left_out = left_out.iter();
        let left_out = left_out.map(|path| path.canonicalize().unwrap_or_else(|_| path.into()));
        let left_out: Vec<PathBuf> = left_out.collect();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if event.map_or(true, |event| concerns(&event, &left_out)) {
                // A watch that is over has no use for it.
                let _ = told.send(());
            }
        });
        let mut watcher = watcher.map_err(|error| error.to_string())?;
        for path in paths {
            let here = Path::new(".");
            let path = if path.as_os_str().is_empty() {
                here
            } else {
                path
            };
            let whole = path.canonicalize().map_err(|error| error.to_string())?;
            watcher
                .watch(&whole, RecursiveMode::Recursive)
                .map_err(|error| error.to_string())?;
        }
        let _ = first.send(());
        Ok(Changes {
            coming,
            _watcher: watcher,
        })
    }

    /// Waits for the next change, and until nothing more of it comes; whether
    /// there will be another.
    #[must_use]
    pub fn next(&self) -> bool {
        if self.coming.recv().is_err() {
            return false;
        }
        let end = Instant::now() + LONGEST;
        while Instant::now() < end {
            match self.coming.recv_timeout(QUIET) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        true
    }
}

/// Whether an event may have changed what is watched.
fn concerns(event: &Event, left_out: &[PathBuf]) -> bool {
    let reading = matches!(event.kind, EventKind::Access(_));
    let inside = |path: &PathBuf| left_out.iter().any(|out| path.starts_with(out));
    !reading && (event.paths.is_empty() || !event.paths.iter().all(inside))
}
