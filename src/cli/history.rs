//! `flow history`: what happened to a record.

use super::args::HistoryArguments;
use super::exit::{Exit, Failure};
use super::output::Output;

pub(super) fn run(_arguments: &HistoryArguments, _output: &Output) -> Result<Exit, Failure> {
    Ok(Exit::Fine)
}
