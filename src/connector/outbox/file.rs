//! The folder of the outbox: each file whole or not there at all. It does not know what a file
//! holds.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::base::Uid;

/// What a file ends in while it is written.
const UNFINISHED: &str = ".part";

/// What the files of actions end in.
const ENDINGS: [&str; 2] = [".eml", ".json"];

/// A folder that actions are written into.
#[derive(Debug, Clone)]
pub struct Outbox {
    /// The folder. It comes into being with its first file.
    pub dir: PathBuf,
}

impl Outbox {
    /// Writes a file of a name. A reader sees it whole or not at all; one that
    /// holds the same already is left alone.
    ///
    /// # Errors
    /// If the name is none of a file, or the system does not let it be written.
    pub fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        if Path::new(name).file_name() != Some(name.as_ref()) {
            let reason = format!("`{name}` is no name of a file");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let path = self.dir.join(name);
        if holds(&path, bytes)? {
            return Ok(());
        }
        fs::create_dir_all(&self.dir)?;
        let unfinished = self.dir.join(format!("{name}{UNFINISHED}"));
        let mut file = File::create(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&unfinished, &path)
    }

    /// Removes the files of an earlier run that this one did not write, and
    /// says how many. Only files with a name of our own form are touched.
    ///
    /// # Errors
    /// If the system does not let the folder be read or a file be removed.
    pub fn retain(&self, written: &BTreeSet<String>) -> io::Result<usize> {
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(error),
        };
        let mut removed = 0;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let stale = name
                .to_str()
                .is_some_and(|name| is_ours(name) && !written.contains(name));
            if stale && entry.file_type()?.is_file() {
                fs::remove_file(entry.path())?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

fn holds(path: &Path, bytes: &[u8]) -> io::Result<bool> {
    match fs::read(path) {
        Ok(found) => Ok(found == bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a name is an identity with the ending of an action's file, finished
/// or not.
fn is_ours(name: &str) -> bool {
    let name = name.strip_suffix(UNFINISHED).unwrap_or(name);
    let mut stems = ENDINGS
        .iter()
        .filter_map(|ending| name.strip_suffix(ending));
    stems.any(|stem| Uid::parse(stem).is_some())
}
