//! Records that are gone: deleted ones, which may come back, and those that
//! were merged into another one. What asks for it is not known here.

use std::collections::BTreeSet;

use crate::base::{Name, Timestamp, Uid};
use crate::engine::heard::Side;

/// How a record is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gone {
    /// It was deleted. What it was stays, so that it can be restored.
    Deleted {
        /// When.
        at: Timestamp,
        /// What it was linked with.
        links: Vec<Tied>,
    },
    /// It was merged: its identity leads to another record for ever (L4).
    Merged {
        /// When.
        at: Timestamp,
        /// Into which.
        into: Uid,
    },
}

/// A link of a record that was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tied {
    /// From which side the record saw it.
    pub side: Side,
    /// The record at the other end.
    pub other: Uid,
    /// The labels of the link.
    pub labels: BTreeSet<Name>,
}
