//! `flow create`: a record comes into being.

use super::{give, values};
use crate::cli::args::CreateArguments;
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::host::desk::Order;

/// Creates a record.
pub(in crate::cli) fn run(arguments: &CreateArguments, output: &Output) -> Result<Exit, Failure> {
    let given = values(&arguments.values)?;
    give(&arguments.order, output, |_| {
        let order = Order::Create(arguments.object.clone(), given);
        Ok((order, None))
    })
}
