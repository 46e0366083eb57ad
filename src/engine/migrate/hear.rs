//! What records have heard of each other, heard again for what the new program
//! reads (E13). Nobody is told: what is true is re-based (E2).

use super::{Migration, change, find};
use crate::base::Uid;
use crate::engine::hear;
use crate::engine::heard::Heard;
use crate::engine::state::Partition;

/// The most links through which something is heard.
const LINKS: usize = 3;

impl Migration<'_> {
    /// Lets every record hear again of those that it is linked with: with each
    /// round what lies one link further.
    pub(super) fn hear_again(&self, partitions: &mut [Partition]) {
        for _ in 0..LINKS {
            let news = self.news(partitions);
            if news.is_empty() {
                return;
            }
            for (record, place, heard) in news {
                change(partitions, record, |cell| {
                    if let Some(end) = cell.ends.get_mut(place) {
                        std::sync::Arc::make_mut(end).heard = heard;
                    }
                });
            }
        }
    }

    /// The ends that have heard something else than what holds, by record and
    /// place.
    fn news(&self, partitions: &[Partition]) -> Vec<(Uid, usize, Heard)> {
        let mut news = Vec::new();
        let records = partitions
            .iter()
            .flat_map(|partition| partition.records.values());
        for cell in records {
            for (place, end) in cell.ends.iter().enumerate() {
                let Some(far) = find(partitions, end.other) else {
                    continue;
                };
                let side = hear::opposite(self.new, cell.object, end.side);
                let heard = hear::view(self.new, far, side, self.now);
                if heard != end.heard {
                    news.push((cell.id, place, heard));
                }
            }
        }
        news
    }
}
