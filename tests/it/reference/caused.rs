//! How much follows from one input at its instant (I5).

use std::collections::BTreeMap;

use flow::base::Timestamp;

use crate::reference::Model;
use crate::reference::enrol::CHAIN;

/// What inputs have led to since time has passed.
#[derive(Default)]
pub(super) struct Caused {
    /// How many inputs there were.
    inputs: u64,
    /// How many enrolments have followed from each.
    counts: BTreeMap<u64, u32>,
    /// From which the latest enrolment of a record has followed.
    roots: BTreeMap<String, u64>,
}

impl Model<'_> {
    /// Lets time pass.
    pub(super) fn pass(&mut self, to: Timestamp) {
        if to > self.now {
            self.caused.counts.clear();
            self.caused.roots.clear();
            self.now = to;
        }
    }

    /// What a message goes back to: one from outside is the first of all.
    pub(super) fn root_to_send(&mut self) -> u64 {
        if self.root == 0 {
            self.caused.inputs += 1;
            return self.caused.inputs;
        }
        self.root
    }

    /// The message that was sent last is a timer or a result of a record, which
    /// goes back to what has enrolled the record at this instant.
    pub(super) fn goes_back(&mut self, record: &str) {
        let root = self.caused.roots.get(record).copied();
        if let (Some(root), Some((at, _))) = (root, self.queue.back_mut()) {
            at.root = root;
        }
    }

    /// What follows from an input that has led to too much enrols nobody.
    pub(super) fn bound(&mut self) {
        let most = self.program.settings.limits.enrollments_per_input;
        let count = self.caused.counts.get(&self.root).copied();
        if most.is_some_and(|most| count.unwrap_or_default() >= most) {
            self.chain = self.chain.max(CHAIN + 1);
        }
    }

    /// An enrolment counts that follows from an input.
    pub(super) fn count_caused(&mut self, record: &str) {
        let (root, roots) = (self.root, &mut self.caused.roots);
        if self.chain > 1 || roots.get(record) == Some(&root) {
            roots.insert(record.to_owned(), root);
            *self.caused.counts.entry(root).or_default() += 1;
        }
    }
}
