//! `flow send`: an event occurs on a record.

use super::{give, values};
use crate::cli::args::SendArguments;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::host::desk::Order;

/// Tells the store of an event.
pub(in crate::cli) fn run(arguments: &SendArguments, output: &Output) -> Result<Exit, Failure> {
    let with = values(&arguments.with)?;
    give(&arguments.order, output, |client| {
        let record = client.record(&arguments.record)?;
        let order = Order::Event(record, arguments.event.clone(), with);
        Ok((order, arguments.at.clone()))
    })
}
