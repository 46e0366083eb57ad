//! `flow completions`: what lets a shell complete the commands.

use clap::CommandFactory;

use super::args::{Arguments, CompletionsArguments};
use super::exit::{Exit, Failure};
use super::output::Output;

/// Prints the script for a shell.
pub(super) fn run(arguments: &CompletionsArguments, output: &Output) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "flow", &mut script);
    output.data(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Fine)
}
