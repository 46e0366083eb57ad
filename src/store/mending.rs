//! A repair of a store as one step: files are moved aside and others put into
//! their places, all of them or, after a crash, the rest of them later. Until
//! that is done, a note in the folder of the log keeps it from being opened.
//! What is wrong with a store, and what is kept, is not known here.
//!
//! Nothing is removed: what is moved aside stands in a folder of the store, as
//! it stood.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::disk::{Disk, DiskFile, read_exact_at};
use super::error::{StoreError, failed};
use super::log::NOTE;

/// What the note begins with.
const HEAD: &str = "flow mending 1";

/// The folder of what is to be put in place, within that of what is aside.
const NEW: &str = "new";

/// What is to be done. Paths are those within the folder of the store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mending {
    /// The folder that takes what is moved aside.
    pub aside: String,
    /// The files that are moved there.
    pub moved: Vec<String>,
    /// The files that are put in place; until then they stand below
    /// [`Mending::new_dir`].
    pub placed: Vec<String>,
}

impl Mending {
    /// Where the files stand that are to be put in place.
    #[must_use]
    pub fn new_dir(&self, store: &Path) -> PathBuf {
        self.aside_dir(store).join(NEW)
    }

    /// Where the files are moved to.
    #[must_use]
    pub fn aside_dir(&self, store: &Path) -> PathBuf {
        store.join(&self.aside)
    }

    /// What was begun in the store of a folder and is not done yet.
    ///
    /// # Errors
    /// If the note is there and cannot be read.
    pub fn of<D: Disk>(disk: &D, store: &Path) -> Result<Option<Self>, StoreError> {
        let path = note(store);
        let mut file = match disk.open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => file.map_err(failed(&path))?,
        };
        let size = file.size().map_err(failed(&path))?;
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(usize::MAX)];
        read_exact_at(&mut file, 0, &mut bytes).map_err(failed(&path))?;
        match parse(&String::from_utf8_lossy(&bytes)) {
            Some(mending) => Ok(Some(mending)),
            None => Err(StoreError::Io {
                path,
                source: ErrorKind::InvalidData.into(),
            }),
        }
    }

    /// Notes that it is to be done: from now on the log is not opened before it
    /// is. All that is to be put in place is durable by now.
    ///
    /// # Errors
    /// If the note cannot be written; then nothing was begun.
    pub fn begin<D: Disk>(&self, disk: &D, store: &Path) -> Result<(), StoreError> {
        let path = note(store);
        let dir = store.join("log");
        disk.create_dir_all(&dir).map_err(failed(&dir))?;
        let part = dir.join("mending.part");
        // What an interrupted run has left is in the way.
        let _ = disk.remove(&part);
        let mut file = disk.create_new(&part).map_err(failed(&part))?;
        file.append(self.text().as_bytes())
            .and_then(|()| file.sync())
            .and_then(|()| disk.rename(&part, &path))
            .and_then(|()| disk.sync_dir(&dir))
            .map_err(failed(&path))
    }

    /// Does what is not done yet. It may be interrupted, and be called again.
    ///
    /// # Errors
    /// If a file cannot be moved.
    pub fn finish<D: Disk>(&self, disk: &D, store: &Path) -> Result<(), StoreError> {
        let (aside, new) = (self.aside_dir(store), self.new_dir(store));
        for file in &self.moved {
            let to = aside.join(file);
            if !is_there(disk, &to)? {
                carry(disk, &store.join(file), &to)?;
            }
        }
        self.sync(disk, store, &self.moved)?;
        for file in &self.placed {
            let from = new.join(file);
            if is_there(disk, &from)? {
                carry(disk, &from, &store.join(file))?;
            }
        }
        self.sync(disk, store, &self.placed)?;
        let (path, dir) = (note(store), store.join("log"));
        disk.remove(&path)
            .and_then(|()| disk.sync_dir(&dir))
            .map_err(failed(&path))
    }

    /// Makes durable where the files are.
    fn sync<D: Disk>(&self, disk: &D, store: &Path, files: &[String]) -> Result<(), StoreError> {
        let dirs = files.iter().filter_map(|file| Path::new(file).parent());
        let mut dirs: Vec<&Path> = dirs.collect();
        dirs.sort_unstable();
        dirs.dedup();
        for dir in dirs {
            for dir in [store.join(dir), self.aside_dir(store).join(dir)] {
                disk.create_dir_all(&dir)
                    .and_then(|()| disk.sync_dir(&dir))
                    .map_err(failed(&dir))?;
            }
        }
        Ok(())
    }

    fn text(&self) -> String {
        let moved = self.moved.iter().map(|file| format!("move {file}\n"));
        let placed = self.placed.iter().map(|file| format!("place {file}\n"));
        let files: String = moved.chain(placed).collect();
        let aside = &self.aside;
        format!("{HEAD}\naside {aside}\n{files}end\n")
    }
}

/// A text beside what a repair sets aside, written part by part.
#[derive(Debug)]
pub struct Text<D: Disk> {
    disk: D,
    dir: PathBuf,
    path: PathBuf,
    file: D::File,
}

impl<D: Disk> Text<D> {
    /// Begins one in a folder, in the place of what an earlier attempt has left.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn new(disk: &D, dir: &Path, name: &str) -> Result<Self, StoreError> {
        let path = dir.join(name);
        disk.create_dir_all(dir).map_err(failed(dir))?;
        // Mostly there is none.
        let _ = disk.remove(&path);
        let file = disk.create_new(&path).map_err(failed(&path))?;
        Ok(Text {
            disk: disk.clone(),
            dir: dir.to_owned(),
            path,
            file,
        })
    }

    /// Adds a part.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn put(&mut self, part: &str) -> Result<(), StoreError> {
        let put = self.file.append(part.as_bytes());
        put.map_err(failed(&self.path))
    }

    /// Makes all of it durable.
    ///
    /// # Errors
    /// If it cannot be.
    pub fn end(mut self) -> Result<(), StoreError> {
        let synced = self.file.sync();
        synced
            .and_then(|()| self.disk.sync_dir(&self.dir))
            .map_err(failed(&self.path))
    }
}

fn note(store: &Path) -> PathBuf {
    store.join("log").join(NOTE)
}

fn parse(text: &str) -> Option<Mending> {
    let mut lines = text.lines();
    if lines.next()? != HEAD {
        return None;
    }
    let mut mending = Mending::default();
    for line in lines {
        if line == "end" {
            return Some(mending);
        }
        let (word, rest) = line.split_once(' ')?;
        match word {
            "aside" => rest.clone_into(&mut mending.aside),
            "move" => mending.moved.push(rest.to_owned()),
            "place" => mending.placed.push(rest.to_owned()),
            _ => return None,
        }
    }
    None
}

fn is_there<D: Disk>(disk: &D, path: &Path) -> Result<bool, StoreError> {
    match disk.open(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(failed(path)(error)),
    }
}

/// Moves a file; one that is not there has been moved.
fn carry<D: Disk>(disk: &D, from: &Path, to: &Path) -> Result<(), StoreError> {
    if let Some(dir) = to.parent() {
        disk.create_dir_all(dir).map_err(failed(dir))?;
    }
    match disk.rename(from, to) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => done.map_err(failed(from)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Mending, parse};

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let mending = Mending {
            aside: "broken-1".into(),
            moved: vec!["log/a".into(), "snapshots/b c".into()],
            placed: vec!["log/d".into()],
        };
        let text = mending.text();
        assert_eq!(parse(&text), Some(mending));
        for end in 0..text.len() - 1 {
            let torn = text.get(..end).unwrap_or_default();
            assert_eq!(parse(torn), None, "{end}");
        }
    }
}
