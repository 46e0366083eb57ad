//! Where a project and its sources are. It reads no file.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use ignore::{DirEntry, Walk, WalkBuilder};

use super::{Error, MANIFEST};

/// The ending of a source.
const EXTENSION: &str = "flow";

/// The folder of the nearest `flow.toml`, at the path or above it, without
/// `.` in it. It is empty for the current directory.
pub(super) fn root(path: &Path) -> Result<PathBuf, Error> {
    let folder = match path.metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Error::Missing(path.to_owned()));
        }
        Err(error) => return Err(Error::environment(path, error)),
        Ok(found) if found.is_dir() => tidy(path),
        Ok(_) if path.file_name() == Some(OsStr::new(MANIFEST)) => tidy(&above(path)),
        Ok(_) => return Err(Error::NotAFolder(path.to_owned())),
    };
    let mut candidate = folder;
    while !candidate.join(MANIFEST).is_file() {
        let here = candidate.join(".");
        let whole = here
            .canonicalize()
            .map_err(|error| Error::environment(&here, error))?;
        if whole.parent().is_none() {
            return Err(Error::NoManifest(path.to_owned()));
        }
        candidate = above(&candidate);
    }
    Ok(candidate)
}

/// The name of a folder, also where its path does not end in one.
pub(super) fn folder_name(root: &Path) -> String {
    let whole = root
        .join(".")
        .canonicalize()
        .unwrap_or_else(|_| root.to_owned());
    whole
        .file_name()
        .unwrap_or(OsStr::new("flow"))
        .to_string_lossy()
        .into_owned()
}

/// The sources of a project in the order of their paths. Left out are hidden
/// ones, those that git ignores, and projects within the project.
pub(super) fn sources(root: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for entry in walk(root) {
        let entry = entry.map_err(|error| unreadable(root, error))?;
        if is_source(&entry)? {
            found.push(entry.into_path());
        }
    }
    let root = start(root);
    found.sort_by_cached_key(|path| shown(path.strip_prefix(&root).unwrap_or(path)));
    Ok(found.iter().map(|path| tidy(path)).collect())
}

/// A path as people write it: with `/`, also in characters that are not
/// Unicode.
pub(super) fn shown(path: &Path) -> String {
    path.to_string_lossy()
        .replace(std::path::MAIN_SEPARATOR, "/")
}

fn walk(root: &Path) -> Walk {
    WalkBuilder::new(start(root))
        .hidden(true)
        .git_ignore(true)
        .git_exclude(true)
        // A project below a repository hears its `.gitignore` too; one that is
        // in no repository hears only its own.
        .parents(is_in_repository(root))
        .require_git(false)
        // What a program is must not depend on who compiles it.
        .git_global(false)
        .ignore(false)
        .follow_links(false)
        .filter_entry(|entry| entry.depth() == 0 || !is_project(entry))
        .build()
}

/// Whether an entry is a project of its own.
fn is_project(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir()) && entry.path().join(MANIFEST).is_file()
}

/// Whether an entry is a source: a file, or a link to one. A link that leads
/// nowhere is an error; folders behind links are not walked, as they may lead
/// in circles.
fn is_source(entry: &DirEntry) -> Result<bool, Error> {
    if entry.path().extension() != Some(OsStr::new(EXTENSION)) {
        return Ok(false);
    }
    let found = entry.path().metadata();
    let found = found.map_err(|error| Error::environment(&tidy(entry.path()), error))?;
    Ok(found.is_file())
}

fn is_in_repository(root: &Path) -> bool {
    let whole = start(root).canonicalize().unwrap_or_default();
    whole.ancestors().any(|folder| folder.join(".git").exists())
}

/// The path at which the walk begins: the empty path stands for `.`.
fn start(root: &Path) -> PathBuf {
    if root.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        root.to_owned()
    }
}

/// The folder above, by the path as it was written.
fn above(path: &Path) -> PathBuf {
    match path.components().next_back() {
        Some(Component::Normal(_)) => path.parent().unwrap_or(path).to_owned(),
        _ => path.join(".."),
    }
}

/// The path without its `.`.
fn tidy(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| *part != Component::CurDir)
        .collect()
}

fn unreadable(root: &Path, error: ignore::Error) -> Error {
    let path = path_of(&error).map_or_else(|| start(root), tidy);
    let text = error.to_string();
    let source = error
        .into_io_error()
        .unwrap_or_else(|| std::io::Error::other(text));
    Error::environment(&path, source)
}

fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        _ => None,
    }
}
