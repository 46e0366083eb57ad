//! The files of all months, and what is asked of all of them at once. How rows
//! come into them is not known here.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use super::file::MonthFile;
use super::month::Month;
use super::row::Row;
use crate::store::disk::Disk;
use crate::store::disk::real::RealDisk;
use crate::store::error::{StoreError, failed};
use crate::store::log::Position;

/// How many rows of a month are read at a time.
const PAGE: u32 = 256;

/// The files of a folder by month.
#[derive(Debug, Default)]
pub(super) struct Months(pub(super) BTreeMap<Month, MonthFile>);

/// The months whose files are in a folder.
pub(super) fn listed(dir: &Path) -> Result<Vec<Month>, StoreError> {
    let names = RealDisk.list(dir).map_err(failed(dir))?;
    Ok(names
        .iter()
        .filter_map(|name| Month::of_file(name))
        .collect())
}

impl Months {
    /// Up to which position all files hold the history.
    pub(super) fn through(&self) -> Result<Option<Position>, StoreError> {
        let mut through = None;
        for file in self.0.values() {
            through = through.max(file.through()?);
        }
        Ok(through)
    }

    /// The rows of a record, in order.
    pub(super) fn of_record(&self, record: [u8; 16]) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        for file in self.0.values() {
            rows.append(&mut file.of_record(record)?);
        }
        // Times may go back where positions go on.
        rows.sort_by_key(|row| (row.position, row.ordinal));
        Ok(rows)
    }

    pub(super) fn all(&self) -> Rows<'_> {
        let cursors = self.0.values().map(Cursor::new).collect();
        Rows {
            cursors,
            over: false,
        }
    }
}

/// All rows of the history in order of position. After an error there are no
/// more.
#[derive(Debug)]
pub struct Rows<'m> {
    cursors: Vec<Cursor<'m>>,
    over: bool,
}

impl Rows<'_> {
    /// The next row of all months.
    fn read(&mut self) -> Result<Option<Row>, StoreError> {
        let mut least: Option<((i64, i64), &mut Cursor<'_>)> = None;
        for cursor in &mut self.cursors {
            let Some(place) = cursor.place()? else {
                continue;
            };
            if least.as_ref().is_none_or(|(other, _)| place < *other) {
                least = Some((place, cursor));
            }
        }
        Ok(least.and_then(|(_, cursor)| cursor.page.pop_front()))
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let row = self.read().transpose();
        self.over = !matches!(row, Some(Ok(_)));
        row
    }
}

/// A place in the file of a month.
#[derive(Debug)]
struct Cursor<'m> {
    file: &'m MonthFile,
    page: VecDeque<Row>,
    /// The place of the last row that was read into the page.
    after: (i64, i64),
    over: bool,
}

impl<'m> Cursor<'m> {
    fn new(file: &'m MonthFile) -> Self {
        Cursor {
            file,
            page: VecDeque::new(),
            after: (-1, 0),
            over: false,
        }
    }

    /// The place of the row that comes next.
    fn place(&mut self) -> Result<Option<(i64, i64)>, StoreError> {
        if self.page.is_empty() && !self.over {
            self.page = self.file.page(self.after, PAGE)?.into();
            self.over = self.page.len() < PAGE as usize;
            self.after = self.page.back().map_or(self.after, place_of);
        }
        Ok(self.page.front().map(place_of))
    }
}

fn place_of(row: &Row) -> (i64, i64) {
    (row.position.get().cast_signed(), i64::from(row.ordinal))
}
