//! How a command ends: the exit codes, and the failures that have one.

use std::process::ExitCode;

use crate::project;

/// The exit code of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// All is well; warnings do not count.
    Fine = 0,
    /// There are findings of level error.
    Findings = 1,
    /// The arguments or the configuration are wrong.
    Usage = 2,
    /// The system does not let something be read or written.
    Environment = 3,
}

/// The exit codes as they stand in the help of each command.
pub(super) const TABLE: &str = "\
Exit codes:
  0  no errors; there may be warnings
  1  errors were found, or a test does not hold
  2  wrong usage or configuration
  3  a file cannot be read or written";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) exit: Exit,
    /// One sentence in lower case, without a period.
    pub(super) message: String,
    /// What to do about it.
    pub(super) help: Option<String>,
}

impl Failure {
    /// The arguments name something that does not exist; `meant` is what was
    /// likely meant.
    pub(super) fn unknown(message: String, meant: Option<&str>, otherwise: &str) -> Self {
        let help = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => otherwise.to_owned(),
        };
        Failure {
            exit: Exit::Usage,
            message,
            help: Some(help),
        }
    }
}

impl From<project::Error> for Failure {
    fn from(error: project::Error) -> Self {
        let exit = match error {
            project::Error::Environment { .. } => Exit::Environment,
            project::Error::Missing(_)
            | project::Error::NotAFolder(_)
            | project::Error::NoManifest(_)
            | project::Error::NoEnvironment { .. } => Exit::Usage,
        };
        Failure {
            exit,
            message: error.to_string(),
            help: Some(error.help()),
        }
    }
}
