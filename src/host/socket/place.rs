//! Where a socket is: the system takes short paths alone, so that a long one is
//! reached by a short link for as long as it is needed.

use std::env;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process;

/// The longest path that every system takes, in bytes.
const LONGEST: usize = 100;

/// How many names are tried for a link.
const TRIES: u32 = 1_000;

/// A path by which a socket is bound or reached.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    /// The link to its folder, where its own path is too long.
    link: Option<PathBuf>,
}

impl Place {
    /// The place of a name in a folder.
    pub(super) fn of(dir: &Path, name: &str) -> io::Result<Self> {
        let path = dir.join(name);
        if fits(&path) {
            return Ok(Place { path, link: None });
        }
        let link = link(&dir.canonicalize()?)?;
        let path = link.join(name);
        let place = Place {
            path,
            link: Some(link),
        };
        if fits(&place.path) {
            return Ok(place);
        }
        let words = "its path is too long for a socket, and so is that of the temporary folder";
        Err(io::Error::new(ErrorKind::InvalidInput, words))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(link) = &self.link {
            // What is left behind leads nowhere else.
            let _ = fs::remove_file(link);
        }
    }
}

fn fits(path: &Path) -> bool {
    path.as_os_str().as_bytes().len() <= LONGEST
}

/// A link in the temporary folder.
fn link(to: &Path) -> io::Result<PathBuf> {
    for number in 0..TRIES {
        let path = env::temp_dir().join(format!("flow-{}-{number}", process::id()));
        match symlink(to, &path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            done => return done.map(|()| path),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}
