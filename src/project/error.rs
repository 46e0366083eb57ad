//! Why there is no project to read. What is wrong within a project is a finding.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::base::nearest;

/// Why a project could not be read, told apart by who can do something about
/// it.
#[derive(Debug)]
pub enum Error {
    /// The path leads to nothing.
    Missing(PathBuf),
    /// The path leads to a file that is no `flow.toml`.
    NotAFolder(PathBuf),
    /// Neither the folder nor one above it holds a `flow.toml`.
    NoManifest(PathBuf),
    /// `flow.toml` has no such environment.
    NoEnvironment {
        /// Its name.
        env: String,
        /// Those that it has.
        known: Vec<String>,
    },
    /// The system does not let a file or a folder be read.
    Environment {
        /// The file or the folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Error {
    pub(super) fn environment(path: &Path, source: io::Error) -> Self {
        Error::Environment {
            path: path.to_owned(),
            source,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Error::Missing(_) => "check the spelling of the path".to_owned(),
            Error::NotAFolder(_) | Error::NoManifest(_) => {
                "name the folder that holds the `flow.toml` of the project".to_owned()
            }
            Error::NoEnvironment { env, known } => {
                match nearest(env, known.iter().map(String::as_str)) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("add `[env.{env}.store]`, or another table below `env.{env}`"),
                }
            }
            Error::Environment { .. } => "check that the file is there and may be read".to_owned(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Missing(path) => write!(f, "there is no `{}`", path.display()),
            Error::NotAFolder(path) => write!(f, "`{}` is no folder", path.display()),
            Error::NoManifest(path) if path == Path::new(".") => {
                f.write_str("there is no `flow.toml` in this folder or above it")
            }
            Error::NoManifest(path) => {
                write!(
                    f,
                    "there is no `flow.toml` in `{}` or above it",
                    path.display()
                )
            }
            Error::NoEnvironment { env, .. } => {
                write!(f, "`flow.toml` has no environment `{env}`")
            }
            Error::Environment { path, source } => {
                write!(f, "`{}` cannot be read: {source}", path.display())
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Environment { source, .. } => Some(source),
            _ => None,
        }
    }
}
