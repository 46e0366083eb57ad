//! One row of the history and its columns. In which file it stands is not known
//! here.

use std::io;
use std::sync::LazyLock;

use rusqlite::types::Type;
use rusqlite::{Error, Statement, params};
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::get_frame_content_size;

use crate::store::log::Position;

/// How hard the entries are compressed: lightly, for they are small.
const LEVEL: i32 = 1;

/// What entries have in common, so that small ones become smaller, and sooner.
/// It was made of the entries of an example by `zstd --train`. Rows name it by
/// its number: it never changes, another one gets another number.
const COMMON: &[u8] = include_bytes!("entries.dict");

static TO_WRITE: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(COMMON, LEVEL));

/// Rows that were written without it name none, and are read all the same.
static TO_READ: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(COMMON));

/// How many bytes the entries of one row may have when they are read. More is
/// not believed of a file.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// What one input did to one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The position of the input in the log.
    pub position: Position,
    /// Tells the rows of an input apart.
    pub ordinal: u32,
    /// When, in microseconds since 1970 in UTC. It decides on the month.
    pub at: i64,
    /// The record, if it is about one.
    pub record: Option<[u8; 16]>,
    /// The object of the record.
    pub object: Option<String>,
    /// The names of the workflows concerned, with commas between them.
    pub workflows: String,
    /// The kinds of the entries, with commas between them.
    pub kinds: String,
    /// The entries. They are compressed in the file alone.
    pub entries: Vec<u8>,
}

/// The columns in the order in which they are written and read.
pub(super) const COLUMNS: &str = "position, ordinal, at, record, object, workflows, kinds, entries";

/// Writes rows.
pub(super) struct Writer<'c> {
    insert: Statement<'c>,
    compressor: Compressor<'static>,
}

impl<'c> Writer<'c> {
    /// One that writes by a statement with a parameter for each column.
    pub(super) fn new(insert: Statement<'c>) -> Result<Self, Error> {
        let compressor = Compressor::with_prepared_dictionary(&TO_WRITE).map_err(unpacked)?;
        Ok(Writer { insert, compressor })
    }

    pub(super) fn write(&mut self, row: &Row) -> Result<(), Error> {
        let entries = self.compressor.compress(&row.entries).map_err(unpacked)?;
        let position = i64::try_from(row.position.get());
        self.insert.execute(params![
            position.map_err(|error| Error::ToSqlConversionFailure(error.into()))?,
            row.ordinal,
            row.at,
            row.record,
            row.object,
            row.workflows,
            row.kinds,
            entries,
        ])?;
        Ok(())
    }
}

/// Reads rows.
pub(super) struct Unpacker(Decompressor<'static>);

impl Unpacker {
    pub(super) fn new() -> Result<Self, Error> {
        Decompressor::with_prepared_dictionary(&TO_READ)
            .map(Unpacker)
            .map_err(unpacked)
    }

    /// Reads a row that has all columns.
    pub(super) fn read(&mut self, row: &rusqlite::Row<'_>) -> Result<Row, Error> {
        Ok(Row {
            position: Position::new(row.get::<_, i64>(0)?.unsigned_abs()),
            ordinal: row.get(1)?,
            at: row.get(2)?,
            record: row.get(3)?,
            object: row.get(4)?,
            workflows: row.get(5)?,
            kinds: row.get(6)?,
            entries: self.unpack(row.get_ref(7)?.as_blob()?)?,
        })
    }

    fn unpack(&mut self, packed: &[u8]) -> Result<Vec<u8>, Error> {
        let size = get_frame_content_size(packed).ok().flatten();
        match size.filter(|size| *size <= MOST_BYTES) {
            Some(size) => self.0.decompress(packed, size as usize).map_err(unpacked),
            None => Err(unpacked(io::Error::other("entries of no known size"))),
        }
    }
}

fn unpacked(error: io::Error) -> Error {
    Error::FromSqlConversionFailure(7, Type::Blob, error.into())
}
