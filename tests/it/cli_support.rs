//! Runs the real binary on folders of a test's own. It knows no expectation.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot make its folder or run the binary has failed"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::repo_root;

/// A `flow.toml` without a finding.
pub(crate) const MANIFEST: &str = "[project]\nname = \"acme\"\nedition = 1\n";

/// A program without a finding.
pub(crate) const PROGRAM: &str = "\
object contact {
  email: email unique required
  city: string
}

workflow greet on contact {
  enroll when city is known

  steps {
    set city = \"Oslo\"
  }
}
";

/// A folder that is removed with its test.
pub(crate) struct Folder {
    dir: TempDir,
}

/// What a run of the binary left behind.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Folder {
    /// A folder with files in it.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = Folder {
            dir: TempDir::new().unwrap(),
        };
        for (path, text) in files {
            folder.write(path, text.as_bytes());
        }
        folder
    }

    /// The project of [`MANIFEST`] with one source.
    pub(crate) fn project(program: &str) -> Self {
        Folder::new(&[("flow.toml", MANIFEST), ("main.flow", program)])
    }

    /// A project of one source that has a secret.
    pub(crate) fn with_secret(program: &str, name: &str) -> Self {
        let manifest = format!("{MANIFEST}\n[secrets]\n{name} = {{ env = \"A_SECRET\" }}\n");
        Folder::new(&[("flow.toml", &manifest), ("main.flow", program)])
    }

    /// The project of [`PROGRAM`] with another `flow.toml`.
    pub(crate) fn manifest(manifest: &str) -> Self {
        Folder::new(&[("flow.toml", manifest), ("main.flow", PROGRAM)])
    }

    /// A copy of the project of an example.
    pub(crate) fn example(name: &str) -> Self {
        let folder = Folder::new(&[]);
        let from = format!("examples/{name}");
        copy(&repo_root().join(from), folder.path());
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file, and the folders that it stands in.
    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// The binary with arguments, to be run in the folder without what the
    /// environment of the test says about terminals.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
        command.args(arguments).current_dir(self.path());
        command.stdin(Stdio::null());
        for name in ["NO_COLOR", "COLUMNS", "TERM", "LC_ALL", "LC_CTYPE", "LANG"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs the binary in the folder.
    pub(crate) fn flow(&self, arguments: &[&str]) -> Run {
        run(self.command(arguments))
    }

    /// The findings of the project, one line each.
    pub(crate) fn findings(&self) -> Vec<String> {
        let run = self.flow(&["check", "--format", "concise"]);
        run.out.lines().map(str::to_owned).collect()
    }
}

/// Copies what a folder holds, but for what a run has left there.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        if name == ".flow" {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

/// Runs a command to its end.
pub(crate) fn run(mut command: Command) -> Run {
    let output = command.output().unwrap();
    Run {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
