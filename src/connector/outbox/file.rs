//! The folder of the outbox: each file whole or not there at all. It does not know what a file
//! holds.

use std::fs::{self, DirEntry, File};
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

    /// Removes the files of actions, finished or not, and the folder if nothing
    /// else is in it.
    ///
    /// # Errors
    /// If the system does not let the folder be read or a file be removed.
    pub fn clear(&self) -> io::Result<()> {
        if !self.dir.exists() {
            return Ok(());
        }
        let mut alone = true;
        for entry in fs::read_dir(&self.dir)? {
            let entry = entry?;
            if is_action(&entry)? {
                fs::remove_file(entry.path())?;
            } else {
                alone = false;
            }
        }
        if alone {
            fs::remove_dir(&self.dir)?;
        }
        Ok(())
    }

    /// Moves what is no file of an action into another folder. What has the
    /// name of something there stays.
    ///
    /// # Errors
    /// If the system does not let a folder be read or a file be moved.
    pub fn hand_over(&self, to: &Outbox) -> io::Result<()> {
        for entry in fs::read_dir(&self.dir)? {
            let entry = entry?;
            let there = to.dir.join(entry.file_name());
            if !is_action(&entry)? && !there.exists() {
                fs::create_dir_all(&to.dir)?;
                fs::rename(entry.path(), there)?;
            }
        }
        Ok(())
    }
}

/// Whether an entry of the folder is a file of an action.
fn is_action(entry: &DirEntry) -> io::Result<bool> {
    let name = entry.file_name();
    let ours = name.to_str().is_some_and(is_ours);
    Ok(ours && entry.file_type()?.is_file())
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
