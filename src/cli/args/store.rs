//! The arguments of the commands that serve a store as a whole, and of those
//! that need none, with their help.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::orders::OfProject;
use super::{DataFormat, help};

/// Verify, repair, copy and bring back a store.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow store verify                      read all of it\n  \
       flow store repair                      say what of it can be kept\n  \
       flow store backup ../backup            copy it, also while it runs\n  \
       flow store restore ../backup           bring the copy back\n  \
       flow store compact                     make it smaller\n  \
       flow store export --format csv out     write its records out"
))]
pub(in crate::cli) struct StoreArguments {
    #[command(subcommand)]
    pub(in crate::cli) command: StoreCommand,
}

/// What to do with a store.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum StoreCommand {
    Verify(VerifyArguments),
    Repair(RepairArguments),
    Backup(BackupArguments),
    Restore(RestoreArguments),
    Compact(CompactArguments),
    Export(ExportArguments),
}

/// Read all of a store, and say what is wrong with it. Nothing is changed.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow store verify                    of the project of this folder\n  \
       flow store verify --format json      for programs"
))]
pub(in crate::cli) struct VerifyArguments {
    #[command(flatten)]
    pub(in crate::cli) project: OfProject,
    /// How it is printed
    #[arg(long, value_enum, default_value_t)]
    pub(in crate::cli) format: DataFormat,
}

/// Say what of a broken store can be kept and what would be lost; with `--yes`, do it.
///
/// Where a snapshot lies behind what is broken, nothing of the state is lost; else the log is cut
/// before it. What does not stay is moved into a folder of the store, and nothing is removed.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow store repair          say what would be done\n  \
       flow store repair --yes    do it"
))]
pub(in crate::cli) struct RepairArguments {
    /// Do it
    #[arg(long)]
    pub(in crate::cli) yes: bool,
    #[command(flatten)]
    pub(in crate::cli) project: OfProject,
    /// How it is printed
    #[arg(long, value_enum, default_value_t)]
    pub(in crate::cli) format: DataFormat,
}

/// Copy a store into a new folder. It may be running.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow store backup ../backup                      into a new folder\n  \
       flow store backup ../backup -p examples/webinar  of another project"
))]
pub(in crate::cli) struct BackupArguments {
    /// The folder; it must not be there, or be empty
    pub(in crate::cli) to: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) project: OfProject,
}

/// Bring a copy of a store back. The store must be empty.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow store restore ../backup    what `flow store backup` has written"
))]
pub(in crate::cli) struct RestoreArguments {
    /// The folder of the copy
    pub(in crate::cli) from: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) project: OfProject,
}

/// Take a snapshot, and remove what of the log the last two do not need.
///
/// The log is the only place where what happened stands as it came; the history stays. Without
/// this it is kept for 30 days, or as long as `[retention] log` of `flow.toml` says.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow store compact    of the project of this folder; it must not be running"
))]
pub(in crate::cli) struct CompactArguments {
    #[command(flatten)]
    pub(in crate::cli) project: OfProject,
}

/// Write the records of a store out, for other programs.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow store export --format jsonl out    one JSON object a line\n  \
       flow store export --format csv out      a table for each object\n  \
       flow store export --format sqlite x.db  all of it as one file for SQL"
))]
pub(in crate::cli) struct ExportArguments {
    /// The folder; it must not be there, or be empty. With `sqlite` the file
    pub(in crate::cli) to: PathBuf,
    /// In which form
    #[arg(long, value_enum)]
    pub(in crate::cli) format: ExportFormat,
    /// Replace the file of `sqlite`, if it is there
    #[arg(long)]
    pub(in crate::cli) replace: bool,
    #[command(flatten)]
    pub(in crate::cli) project: OfProject,
}

/// The forms of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ExportFormat {
    /// `records.jsonl` and `history.jsonl`, one JSON object a line
    Jsonl,
    /// A table for each object
    Csv,
    /// One file with a table for each object, the links and the history
    Sqlite,
}

/// Measure how fast a store is on this machine.
///
/// It works in a folder for temporary files, which is removed at the end. Clients send
/// one input each and wait until it is durable; beside them a plain file takes the same
/// inputs in the same batches.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow bench                              with 1, 10, 100 and 1000 clients\n  \
       flow bench --clients 50 --seconds 60    with 50, for a minute"
))]
pub(in crate::cli) struct BenchArguments {
    /// How long clients send
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(in crate::cli) seconds: u64,
    /// How many clients send at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(in crate::cli) clients: Option<u16>,
    /// What the load is drawn from
    #[arg(long, value_name = "N", default_value_t = 7)]
    pub(in crate::cli) seed: u64,
}

/// Write a small project that runs, to begin with.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow init            in this folder\n  \
       flow init welcome    in a new one"
))]
pub(in crate::cli) struct InitArguments {
    /// The folder; it must hold no project
    #[arg(default_value = ".")]
    pub(in crate::cli) dir: PathBuf,
}

/// Print what lets a shell complete the commands.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow completions bash > ~/.local/share/bash-completion/completions/flow\n  \
       flow completions zsh > ~/.zfunc/_flow\n  \
       flow completions fish > ~/.config/fish/completions/flow.fish"
))]
pub(in crate::cli) struct CompletionsArguments {
    /// The shell
    pub(in crate::cli) shell: Shell,
}

/// Print the manual, or write it into a folder, a page for each command.
#[derive(Debug, Args)]
#[command(after_help = help(
    "  flow man | man -l -                      read the first page\n  \
       flow man ~/.local/share/man/man1         write them all"
))]
pub(in crate::cli) struct ManArguments {
    /// The folder
    pub(in crate::cli) dir: Option<PathBuf>,
}
