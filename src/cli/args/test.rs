//! The arguments of `flow test`, with their help.

use std::path::PathBuf;

use clap::Args;

use super::{DataFormat, help};

/// Play the tests of a project.
///
/// Each runs on an engine of its own, in virtual time, and nothing leaves the machine. A path is a
/// project, a folder or a file of one, or a Markdown file whose `flow` blocks hold programs and
/// tests.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow test                            all tests of the project of this folder\n  \
       flow test examples/webinar           of another one\n  \
       flow test tests/nurture.flow         of one file\n  \
       flow test --filter suppressed        those whose names hold a word\n  \
       flow test --coverage                 and what none of them has reached\n  \
       flow test --explore 1000             and histories that nobody wrote\n  \
       flow test --watch                    again, whenever a source is saved\n  \
       flow test specs.md                   of a literate file"
))]
pub(in crate::cli) struct TestArguments {
    /// Where the tests are
    #[arg(default_value = ".", value_name = "PATHS")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// Lay what stands below `[env.NAME]` in `flow.toml` over the rest
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) env: Option<String>,
    /// Play those only whose names, or the paths of whose files, hold this text; may be given more
    /// than once
    #[arg(short, long, value_name = "TEXT")]
    pub(in crate::cli) filter: Vec<String>,
    /// List the steps and cases that no test has reached
    #[arg(long)]
    pub(in crate::cli) coverage: bool,
    /// Write what tests have reached into a file, in the form of lcov
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) lcov: Option<PathBuf>,
    /// Write what came of them into a file, as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) junit: Option<PathBuf>,
    /// Hold `always` and `never` against so many generated histories of each test that has
    /// them: random events, writes, links, switches, failures, restarts and time
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "200")]
    pub(in crate::cli) explore: Option<u64>,
    /// The seed of the generated histories: the same one gives the same histories
    #[arg(long, value_name = "N", default_value_t = 1, requires = "explore")]
    pub(in crate::cli) seed: u64,
    /// Play them again whenever a source is saved
    #[arg(short, long)]
    pub(in crate::cli) watch: bool,
    /// How what came of them is printed
    #[arg(long, value_enum, default_value_t)]
    pub(in crate::cli) format: DataFormat,
}
