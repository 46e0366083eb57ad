//! The files of the repository, by name and by text, for the tests that judge
//! the repository itself. It knows no rule.

use std::fs;
use std::path::Path;

/// One Rust file.
pub(crate) struct SourceFile {
    /// From the root of the repository, with `/` on every system.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl SourceFile {
    /// A file that exists only in the test of a rule.
    pub(crate) fn in_memory(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// A file of the repository.
    pub(crate) fn on_disk(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: read(path),
        }
    }
}

/// The root of the repository.
pub(crate) fn repo_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether the long forms of the tests run: `.ci/long` asks for them.
pub(crate) fn is_long() -> bool {
    std::env::var_os("FLOW_LONG").is_some()
}

/// The text of a file, named from the root of the repository.
#[expect(
    clippy::panic,
    reason = "a test that cannot read the repository has failed"
)]
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(repo_root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file below a folder, named from the root of the repository, in order;
/// none where there is no such folder.
pub(crate) fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    collect(folder, &mut found);
    found.sort();
    found
}

/// Every Rust file below the folders.
pub(crate) fn rust_files(folders: &[&str]) -> Vec<SourceFile> {
    folders
        .iter()
        .flat_map(|folder| files(folder))
        .filter(|path| path.ends_with(".rs"))
        .map(|path| SourceFile::on_disk(&path))
        .collect()
}

/// Fails with one line for each violation.
#[track_caller]
pub(crate) fn assert_none(rule: &str, violations: &[String]) {
    assert!(
        violations.is_empty(),
        "{rule}\n{} violations:\n{}",
        violations.len(),
        violations.join("\n")
    );
}

fn collect(folder: &str, found: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(repo_root().join(folder)) else {
        return;
    };
    for entry in entries.flatten() {
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            // What was built of a crate that stands apart is nobody's source.
            if entry.file_name() != "target" {
                collect(&path, found);
            }
        } else {
            found.push(path);
        }
    }
}
