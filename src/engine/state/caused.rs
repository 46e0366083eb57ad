//! How many enrolments each input has led to at the present instant (I5). What
//! is done about too many is not known here.

use std::collections::BTreeMap;

use crate::base::Uid;

/// What inputs have caused since time has passed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::engine) struct Caused {
    /// How many enrolments have followed from each input.
    pub(in crate::engine) counts: BTreeMap<Uid, u32>,
    /// From which input the latest enrolment of a record has followed.
    pub(in crate::engine) roots: BTreeMap<Uid, Uid>,
}

impl Caused {
    /// Counts enrolments of a record that have followed from an input.
    pub(super) fn count(&mut self, root: Uid, (record, enrolments): (Uid, u32)) {
        let count = self.counts.entry(root).or_default();
        *count = count.saturating_add(enrolments);
        self.roots.insert(record, root);
    }

    /// How many enrolments have followed from an input.
    pub(super) fn of(&self, root: Uid) -> u32 {
        self.counts.get(&root).copied().unwrap_or_default()
    }

    /// The input from which a record was enrolled at this instant.
    pub(super) fn root(&self, record: Uid) -> Option<Uid> {
        self.roots.get(&record).copied()
    }

    /// Whether there is anything to keep.
    pub(in crate::engine) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Time passes.
    pub(super) fn clear(&mut self) {
        self.counts.clear();
        self.roots.clear();
    }
}
