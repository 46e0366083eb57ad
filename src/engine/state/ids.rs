//! The ids that were seen (I3): those that the state holds, and how they go out
//! of it. Where they go is not known here.

use std::sync::Arc;

use super::State;
use super::cells::Partition;
use crate::base::{Timestamp, Uid};

impl State {
    /// Until when an id is remembered, of those that are held.
    pub(in crate::engine) fn seen(&self, id: Uid) -> Option<Timestamp> {
        self.partition(id).seen.get(&id).copied()
    }

    /// How many ids it holds; some of them may be forgotten by now.
    #[must_use]
    pub fn ids(&self) -> usize {
        self.ids
    }

    /// The ids that are remembered until a moment from one to before another, in
    /// order.
    #[must_use]
    pub fn ids_between(&self, between: (Timestamp, Timestamp)) -> Vec<(Uid, Timestamp)> {
        let all = self.partitions.iter();
        let mut found: Vec<_> = all.flat_map(|of| of.ids_between(between)).collect();
        found.sort_unstable();
        found
    }

    pub(super) fn remember(&mut self, id: Uid, until: Timestamp) {
        let now = self.now;
        let Some(partition) = self.partition_mut(id) else {
            return;
        };
        let before = partition.seen.len();
        partition.forget(now);
        partition.remember(id, until);
        let after = partition.seen.len();
        self.ids = (self.ids + after).saturating_sub(before);
    }

    /// Drops such ids.
    pub(in crate::engine) fn drop_ids(&mut self, between: (Timestamp, Timestamp)) {
        for partition in &mut self.partitions {
            // One that holds none is shared with images still.
            if partition.ids_between(between).next().is_some() {
                Arc::make_mut(partition).drop_ids(between);
            }
        }
        self.ids = count(&self.partitions);
    }
}

/// How many ids partitions hold.
pub(super) fn count(partitions: &[Arc<Partition>]) -> usize {
    partitions
        .iter()
        .map(|partition| partition.seen.len())
        .sum()
}
