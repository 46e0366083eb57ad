//! When actions with a cap have reached records (A9): a section behind all else of a block.

use super::names::Item;
use super::section::Records;
use super::{Freezing, ThawError, Thawing};
use crate::engine::record::RecordCell;
use crate::engine::state::Partition;

impl<'p> Freezing<'p> {
    pub(super) fn all_sent(&mut self, of: &'p Partition) {
        let cells = of.records.values().filter(|cell| !cell.sent.is_empty());
        self.out.count(cells.clone().count());
        for cell in cells {
            self.out.id(cell.id);
            self.out.count(cell.sent.len());
            for (action, sent) in cell.sent.iter() {
                self.put(&Item::Action(*action));
                self.out.count(sent.len());
                for (at, key) in sent {
                    self.out.moment(*at);
                    self.out.id(*key);
                }
            }
        }
    }
}

impl Thawing<'_, '_> {
    pub(super) fn all_sent(&mut self, records: &mut Records) -> Result<(), ThawError> {
        let orphan = "an action of a record that is none";
        self.by_record(records, orphan, Self::sent)
    }

    fn sent(&mut self, cell: &mut RecordCell) -> Result<(), ThawError> {
        for _ in 0..self.from.count()? {
            let action = self.table.action(&mut self.from)?;
            let count = self.from.count()?;
            let sent = (0..count).map(|_| Ok((self.from.moment()?, self.from.id()?)));
            let sent = sent.collect::<Result<_, ThawError>>()?;
            cell.sent.insert(action, sent);
        }
        Ok(())
    }
}
