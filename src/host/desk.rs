//! The desk: the questions and orders that can be put to a store, and their
//! answers. A question is answered from what has come of the log; an order is
//! checked, becomes events, and is answered from their effects, so that many
//! can be taken together. How a question comes here is not known here.

mod diagnose;
mod find;
mod happened;
mod order;
mod outcome;
mod records;
mod retry;
mod rows;
mod status;
pub mod wire;

pub use self::rows::rows;
pub use self::wire::{
    Ask, Batch, BatchRow, Candidate, Cell, DiagnosedChange, DiagnosedClause, DiagnosedStanding,
    DiagnosedTerm, Diagnosis, Doubt, Failed, Hello, Imported, Line, Order, Outcome, Reply, Status,
    Words, WorkflowStatus,
};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::durable::Core;
use super::store::Store;
use crate::base::Timestamp;
use crate::engine::{Effects, Event};
use crate::store::disk::Disk;

/// Answers a question.
#[must_use]
pub fn read<D: Disk>(core: &Core<D>, store: &Store, now: Timestamp, ask: &Ask) -> Reply {
    match ask {
        Ask::Hello => Reply::Hello(status::hello(core)),
        Ask::Program => Reply::Program {
            hash: core.program().hash.to_string(),
            packed: BASE64_STANDARD.encode(&core.program().packed),
        },
        Ask::Records {
            object,
            condition,
            after,
        } => {
            let which = (object.as_deref(), condition.as_deref());
            records::page(core, now, which, after.as_ref())
        }
        Ask::Find { record } => find::find(core.state(), record),
        Ask::History { record, workflow } => {
            let behind = core.untold();
            let of = (record.as_str(), workflow.as_deref());
            happened::history((store, &behind), core.state(), of)
        }
        Ask::Diagnose { record, workflow } => {
            diagnose::diagnose((core, store), now, (record, workflow))
        }
        Ask::Status => Reply::Status(Box::new(status::status(core))),
        Ask::Failures => Reply::Failures {
            failures: status::failures(core),
        },
        Ask::Take { .. } | Ask::Import(_) | Ask::Retry { .. } => {
            Reply::refused("an order is no question")
        }
    }
}

/// What an order brings, in order. Nothing is taken if it cannot be read.
///
/// # Errors
/// What is wrong with it.
pub fn events<D: Disk>(core: &Core<D>, ask: &Ask) -> Result<Vec<Event>, Reply> {
    order::events(core, ask)
}

/// The answer to an order, from the effects of its events.
#[must_use]
pub fn answered<D: Disk>(core: &Core<D>, ask: &Ask, effects: Vec<Effects>) -> Reply {
    order::answered(core, ask, effects)
}

/// The program of a reply.
#[must_use]
pub fn unpacked(packed: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(packed).ok()
}
