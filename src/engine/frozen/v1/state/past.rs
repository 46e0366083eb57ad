//! What records keep of their past: a section behind all else of a block. What
//! was heard of it is worked out again.

use super::names::Item;
use super::section::Records;
use super::{Freezing, ThawError, Thawing};
use crate::engine::kept::{Kept, TraceId};
use crate::engine::prepared::Trace;
use crate::engine::record::RecordCell;
use crate::engine::state::Partition;
use crate::model::{ObjectId, PropertyId};

const YES: u8 = 0;
const AT: u8 = 1;
const VALUES: u8 = 2;
const COUNTED: u8 = 3;

impl<'p> Freezing<'p> {
    pub(super) fn all_past(&mut self, of: &'p Partition) {
        let cells = of.records.values().filter(|cell| !cell.past.is_empty());
        self.out.count(cells.clone().count());
        for cell in cells {
            self.out.id(cell.id);
            self.out.count(cell.past.iter().len());
            for (id, kept) in cell.past.iter() {
                self.put(&Item::Trace(id));
                self.kept(id, kept);
            }
        }
    }

    fn kept(&mut self, id: TraceId, kept: &'p Kept) {
        match kept {
            Kept::Yes => self.out.byte(YES),
            Kept::At(at) => {
                self.out.byte(AT);
                self.out.moment(*at);
            }
            Kept::Values(values) => {
                self.out.byte(VALUES);
                let Some((object, property)) = property_of(self.prepared.traces.get(id)) else {
                    return self.out.count(0);
                };
                self.out.count(values.len());
                let declared = &self.prepared.program.catalog.objects[object];
                for value in values {
                    let place = self.names.property(object, property);
                    self.out.number(place);
                    self.out
                        .value(Some(value), &declared.properties[property].ty);
                }
            }
            Kept::Counted(counter) => {
                self.out.byte(COUNTED);
                self.counter(counter);
            }
        }
    }
}

impl Thawing<'_, '_> {
    pub(super) fn all_past(&mut self, records: &mut Records) -> Result<(), ThawError> {
        let orphan = "the past of a record that is none";
        self.by_record(records, orphan, Self::past)
    }

    fn past(&mut self, cell: &mut RecordCell) -> Result<(), ThawError> {
        for _ in 0..self.from.count()? {
            let id = self.table.trace(&mut self.from)?;
            cell.past.set(id, Some(self.kept()?));
        }
        Ok(())
    }

    fn kept(&mut self) -> Result<Kept, ThawError> {
        Ok(match self.from.byte()? {
            YES => Kept::Yes,
            AT => Kept::At(self.from.moment()?),
            VALUES => {
                let mut values = Vec::new();
                for _ in 0..self.from.count()? {
                    let (_, _, shape) = self.table.property(&mut self.from)?;
                    values.extend(self.from.value(shape)?);
                }
                Kept::Values(values)
            }
            COUNTED => Kept::Counted(Box::new(self.counter()?)),
            _ => return Err(ThawError::damaged("a past of no kind")),
        })
    }
}

/// The property whose values are kept.
fn property_of(trace: Option<&Trace>) -> Option<(ObjectId, PropertyId)> {
    match trace? {
        Trace::Had(object, property, _) => Some((*object, *property)),
        _ => None,
    }
}
