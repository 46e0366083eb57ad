//! How often an action may reach a record, whichever workflow asks for it (A9). What is over is not
//! sent; who says how often is not known here.

use crate::base::{Timestamp, Uid, shift};
use crate::engine::decision::Change;
use crate::engine::draft::Draft;
use crate::model::ActionId;

impl Draft<'_> {
    /// Whether an attempt would be one too many. One that is tried again holds the place that it
    /// has.
    pub(super) fn is_capped(&self, action: ActionId, key: Uid) -> bool {
        let action = self.world.prepared.published(action);
        let Some(cap) = self.world.prepared.caps.get(&action) else {
            return false;
        };
        let sent = self.counting(action);
        let has_place = sent.iter().any(|(_, own)| *own == key);
        !has_place && u64::try_from(sent.len()).is_ok_and(|sent| sent >= cap.most.into())
    }

    /// Counts an attempt that begins.
    pub(super) fn count_sent(&mut self, action: ActionId, key: Uid) {
        let action = self.world.prepared.published(action);
        if !self.world.prepared.caps.contains_key(&action) {
            return;
        }
        let mut sent = self.counting(action);
        if sent.iter().all(|(_, own)| *own != key) {
            sent.push((self.world.now, key));
            self.change(Change::Sent(action, sent));
        }
    }

    /// Gives the place of an action back that has failed for good: nobody was reached.
    pub(super) fn uncount(&mut self, action: ActionId, key: Uid) {
        let action = self.world.prepared.published(action);
        let mut sent = self.counting(action);
        let before = sent.len();
        sent.retain(|(_, own)| *own != key);
        if sent.len() < before {
            self.change(Change::Sent(action, sent));
        }
    }

    /// What counts still, looking back from now.
    fn counting(&self, action: ActionId) -> Vec<(Timestamp, Uid)> {
        let Some(cap) = self.world.prepared.caps.get(&action) else {
            return Vec::new();
        };
        let since = shift(self.world.now, cap.within, true, self.world.zone());
        let sent = self.after.sent.get(&action).into_iter().flatten();
        let counts = |(at, _): &&(Timestamp, Uid)| since.is_none_or(|since| *at > since);
        sent.filter(counts).copied().collect()
    }
}
