//! `flow set`: properties of a record are set.

use super::{give, values};
use crate::cli::args::SetArguments;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::host::desk::Order;

/// Sets properties of a record.
pub(in crate::cli) fn run(arguments: &SetArguments, output: &Output) -> Result<Exit, Failure> {
    let given = values(&arguments.values)?;
    give(&arguments.order, output, |client| {
        let record = client.record(&arguments.record)?;
        Ok((Order::Set(record, given), None))
    })
}
