//! What few records have, behind all else of a block: each kind in a section
//! of its own that begins with a tag, and is there only if it holds anything.
//! A block without any is what it was before there were such things.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::names::Item;
use super::{Freezing, ThawError, Thawing};
use crate::base::{Timestamp, Uid};
use crate::engine::heard::Side;
use crate::engine::message::Key;
use crate::engine::record::{Gone, RecordCell, Tied};
use crate::engine::state::{KeyCell, Partition};

/// Records that are gone.
const GONE: u8 = 8;
/// When values were written.
const WRITTEN: u8 = 9;
/// Unique values that lead to former owners, or to one for ever.
const KEYS: u8 = 10;
/// Records that others were merged into.
const MERGED: u8 = 11;
/// When time next concerns records (E12). What a condition turns follows from
/// the record, but a wake that is only to look again does not.
pub(super) const WAKES: u8 = 12;

const DELETED: u8 = 0;
const MERGED_INTO: u8 = 1;

/// The records of a block being read, in their order.
pub(super) type Records = [(Uid, Arc<RecordCell>)];
/// The keys of a block being read, in their order.
pub(super) type Keys = [(Key, KeyCell)];

impl<'p> Freezing<'p> {
    /// Whether a partition has any section.
    pub(super) fn has_sections(of: &Partition) -> bool {
        let mut records = of.records.values();
        records.any(|cell| cell.gone.is_some() || has_written(cell) || !cell.merged.is_empty())
            || of.keys.values().any(is_special)
            || !of.wakes.is_empty()
    }

    pub(super) fn sections(&mut self, of: &'p Partition) {
        self.section(of, GONE, |cell| cell.gone.is_some(), Self::gone);
        self.section(of, WRITTEN, has_written, Self::written);
        self.keys(of);
        self.section(of, MERGED, |cell| !cell.merged.is_empty(), Self::merged);
        self.all_wakes(of);
    }

    fn all_wakes(&mut self, of: &Partition) {
        let wakes = of.records.keys().enumerate();
        let wakes = wakes.filter_map(|(place, id)| Some((place, of.wakes.get(id)?)));
        let wakes: Vec<(usize, &Timestamp)> = wakes.collect();
        if wakes.is_empty() {
            return;
        }
        self.out.byte(WAKES);
        self.out.count(wakes.len());
        for (place, at) in wakes {
            self.out.count(place);
            self.out.moment(*at);
        }
    }

    /// A section of some records, by their places in the block.
    fn section(
        &mut self,
        of: &'p Partition,
        tag: u8,
        is_meant: fn(&RecordCell) -> bool,
        write: fn(&mut Self, &'p RecordCell),
    ) {
        let cells = of.records.values().enumerate();
        let cells: Vec<(usize, &RecordCell)> = cells
            .filter(|(_, cell)| is_meant(cell))
            .map(|(place, cell)| (place, &**cell))
            .collect();
        if cells.is_empty() {
            return;
        }
        self.out.byte(tag);
        self.out.count(cells.len());
        for (place, cell) in cells {
            self.out.count(place);
            write(self, cell);
        }
    }

    fn gone(&mut self, cell: &'p RecordCell) {
        match cell.gone.as_deref() {
            Some(Gone::Deleted { at, links }) => {
                self.out.byte(DELETED);
                self.out.moment(*at);
                self.out.count(links.len());
                for link in links {
                    self.side(cell, link.side);
                    self.out.id(link.other);
                    self.labels(&link.labels);
                }
            }
            Some(Gone::Merged { at, into }) => {
                self.out.byte(MERGED_INTO);
                self.out.moment(*at);
                self.out.id(*into);
            }
            // INVARIANT: only those that are gone are asked.
            None => {}
        }
    }

    fn side(&mut self, cell: &RecordCell, side: Side) {
        let (back, of, association) = match side {
            Side::Own(association) => (false, cell.object, association),
            Side::Back(other, association) => (true, other, association),
        };
        self.out.flag(back);
        self.put(&Item::Association(of, association));
    }

    /// Times count back from the last one: most records have one alone.
    fn written(&mut self, cell: &'p RecordCell) {
        let last = cell.updated_at.as_microsecond();
        self.out.count(cell.written.len());
        for (property, at) in cell.written.iter() {
            let place = self.names.property(cell.object, *property);
            self.out.number(place);
            self.out.signed(last.saturating_sub(at.as_microsecond()));
        }
    }

    fn keys(&mut self, of: &'p Partition) {
        let keys = of.keys.values().enumerate();
        let keys: Vec<_> = keys.filter(|(_, cell)| is_special(cell)).collect();
        if keys.is_empty() {
            return;
        }
        self.out.byte(KEYS);
        self.out.count(keys.len());
        for (place, cell) in keys {
            self.out.count(place);
            self.out.optional_id(cell.former);
            self.out.flag(cell.forever);
        }
    }

    fn merged(&mut self, cell: &'p RecordCell) {
        self.out.count(cell.merged.len());
        for id in cell.merged.iter() {
            self.out.id(*id);
        }
    }
}

fn has_written(cell: &RecordCell) -> bool {
    !cell.written.is_empty()
}

fn is_special(cell: &KeyCell) -> bool {
    cell.former.is_some() || cell.forever
}

impl Thawing<'_, '_> {
    /// The section of a tag that was read.
    pub(super) fn section_of(
        &mut self,
        tag: u8,
        records: &mut Records,
        keys: &mut Keys,
    ) -> Result<(), ThawError> {
        match tag {
            GONE => self.section(records, Self::gone),
            WRITTEN => self.section(records, Self::written),
            KEYS => self.keys(keys),
            MERGED => self.section(records, Self::merged),
            _ => Err(ThawError::damaged("a section of no kind")),
        }
    }

    /// A section of some records, by their places in the block.
    fn section(
        &mut self,
        records: &mut Records,
        read: fn(&mut Self, &mut RecordCell) -> Result<(), ThawError>,
    ) -> Result<(), ThawError> {
        for _ in 0..self.from.count()? {
            let place: usize = self.from.small()?;
            let cell = records.get_mut(place);
            let (_, cell) = cell.ok_or_else(|| ThawError::damaged("a record that is none"))?;
            read(self, Arc::make_mut(cell))?;
        }
        Ok(())
    }

    /// The same where records stand by their ids.
    pub(super) fn by_record(
        &mut self,
        records: &mut Records,
        orphan: &'static str,
        read: fn(&mut Self, &mut RecordCell) -> Result<(), ThawError>,
    ) -> Result<(), ThawError> {
        for _ in 0..self.from.count()? {
            let record = self.from.id()?;
            let place = records.binary_search_by_key(&record, |(id, _)| *id);
            let found = place.ok().and_then(|place| records.get_mut(place));
            let (_, cell) = found.ok_or_else(|| ThawError::damaged(orphan))?;
            read(self, Arc::make_mut(cell))?;
        }
        Ok(())
    }

    fn gone(&mut self, cell: &mut RecordCell) -> Result<(), ThawError> {
        let gone = match self.from.byte()? {
            DELETED => Gone::Deleted {
                at: self.from.moment()?,
                links: {
                    let mut links = Vec::new();
                    for _ in 0..self.from.count()? {
                        links.push(self.tied(cell)?);
                    }
                    links
                },
            },
            MERGED_INTO => Gone::Merged {
                at: self.from.moment()?,
                into: self.from.id()?,
            },
            _ => return Err(ThawError::damaged("a way to be gone that is none")),
        };
        cell.gone = Some(Box::new(gone));
        Ok(())
    }

    fn tied(&mut self, cell: &RecordCell) -> Result<Tied, ThawError> {
        let back = self.from.flag()?;
        let (of, association) = self.table.association(&mut self.from)?;
        let side = match back {
            true => Side::Back(of, association),
            false if of == cell.object => Side::Own(association),
            false => return Err(ThawError::other()),
        };
        Ok(Tied {
            side,
            other: self.from.id()?,
            labels: self.labels()?,
        })
    }

    fn written(&mut self, cell: &mut RecordCell) -> Result<(), ThawError> {
        let last = cell.updated_at.as_microsecond();
        for _ in 0..self.from.count()? {
            let (of, property, _) = self.table.property(&mut self.from)?;
            let at = last.saturating_sub(self.from.signed()?);
            let at = Timestamp::from_microsecond(at).map_err(|_| ThawError::calendar())?;
            if of != cell.object {
                return Err(ThawError::other());
            }
            cell.note_written(property, at);
        }
        Ok(())
    }

    fn keys(&mut self, keys: &mut Keys) -> Result<(), ThawError> {
        for _ in 0..self.from.count()? {
            let place: usize = self.from.small()?;
            let key = keys.get_mut(place);
            let (_, cell) = key.ok_or_else(|| ThawError::damaged("a unique value that is none"))?;
            cell.former = self.from.optional_id()?;
            cell.forever = self.from.flag()?;
        }
        Ok(())
    }

    pub(super) fn wakes(
        &mut self,
        records: &Records,
    ) -> Result<BTreeMap<Uid, Timestamp>, ThawError> {
        let mut wakes = BTreeMap::new();
        for _ in 0..self.from.count()? {
            let place: usize = self.from.small()?;
            let record = records.get(place);
            let (id, _) = record.ok_or_else(|| ThawError::damaged("a record that is none"))?;
            wakes.insert(*id, self.from.moment()?);
        }
        Ok(wakes)
    }

    fn merged(&mut self, cell: &mut RecordCell) -> Result<(), ThawError> {
        let mut all = BTreeSet::new();
        for _ in 0..self.from.count()? {
            all.insert(self.from.id()?);
        }
        cell.merged = all.into();
        Ok(())
    }
}
