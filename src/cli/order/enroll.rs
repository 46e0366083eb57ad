//! `flow enroll` and `flow unenroll`: a person puts a record into a workflow,
//! or takes it out.

use super::give;
use crate::cli::args::{EnrollArguments, UnenrollArguments};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use crate::host::desk::Order;

/// Enrolls a record.
pub(in crate::cli) fn enroll(
    arguments: &EnrollArguments,
    output: &Output,
) -> Result<Exit, Failure> {
    give(&arguments.order, output, |client| {
        let record = client.record(&arguments.record)?;
        Ok((Order::Enroll(record, arguments.workflow.clone()), None))
    })
}

/// Takes a record out.
pub(in crate::cli) fn unenroll(
    arguments: &UnenrollArguments,
    output: &Output,
) -> Result<Exit, Failure> {
    give(&arguments.order, output, |client| {
        let record = client.record(&arguments.record)?;
        Ok((Order::Unenroll(record, arguments.workflow.clone()), None))
    })
}
