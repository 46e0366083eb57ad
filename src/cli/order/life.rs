//! `flow delete`, `flow restore` and `flow merge`: records go, come back, and
//! become one (L4).

use super::give;
use crate::cli::args::{DeleteArguments, MergeArguments, RestoreRecordArguments};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::host::desk::Order;

/// Deletes a record.
pub(in crate::cli) fn delete(
    arguments: &DeleteArguments,
    output: &Output,
) -> Result<Exit, Failure> {
    give(&arguments.order, output, |client| {
        let record = client.record(&arguments.record)?;
        Ok((Order::Delete(record), None))
    })
}

/// Brings a deleted record back.
pub(in crate::cli) fn restore(
    arguments: &RestoreRecordArguments,
    output: &Output,
) -> Result<Exit, Failure> {
    give(&arguments.order, output, |client| {
        let record = client.record(&arguments.record)?;
        Ok((Order::Restore(record), None))
    })
}

/// Merges a record into another one.
pub(in crate::cli) fn merge(arguments: &MergeArguments, output: &Output) -> Result<Exit, Failure> {
    give(&arguments.order, output, |client| {
        let record = client.record(&arguments.record)?;
        let into = client.record(&arguments.into)?;
        Ok((Order::Merge(record, into), None))
    })
}
