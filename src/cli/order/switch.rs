//! `flow pause` and `flow resume`: a workflow stands still, or goes on (E17).

use super::give;
use crate::cli::args::{PauseArguments, ResumeArguments};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::host::desk::Order;

/// Pauses a workflow.
pub(in crate::cli) fn pause(arguments: &PauseArguments, output: &Output) -> Result<Exit, Failure> {
    give(&arguments.order, output, |_| {
        Ok((Order::Switch("pause", arguments.workflow.clone()), None))
    })
}

/// Lets a workflow go on.
pub(in crate::cli) fn resume(
    arguments: &ResumeArguments,
    output: &Output,
) -> Result<Exit, Failure> {
    give(&arguments.order, output, |_| {
        Ok((Order::Switch("resume", arguments.workflow.clone()), None))
    })
}
