//! The file of one month: its tables, how rows come into it and how they are
//! found. What the other months hold is not known here.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, Error, OpenFlags, OptionalExtension, TransactionBehavior, params};

use super::failure::refused;
use super::row::{COLUMNS, Row, Unpacker, Writer};
use crate::store::error::StoreError;
use crate::store::log::Position;

/// The format that is written, and the latest that is read.
const VERSION: u32 = 2;

/// That of files whose rows are all compressed without what they have in
/// common. They are laid out alike, and may hold rows of both kinds from now on.
const WITHOUT_COMMON: u32 = 1;

/// How long another program may keep a file for itself.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a file is laid out as. `mark` has one row.
const TABLES: &str = "
    CREATE TABLE history (
        position INTEGER NOT NULL,
        ordinal INTEGER NOT NULL,
        at INTEGER NOT NULL,
        record BLOB,
        object TEXT,
        workflows TEXT NOT NULL,
        kinds TEXT NOT NULL,
        entries BLOB NOT NULL,
        PRIMARY KEY (position, ordinal)
    ) WITHOUT ROWID;
    CREATE INDEX history_of_record ON history (record, position) WHERE record IS NOT NULL;
    CREATE TABLE mark (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        through INTEGER,
        syncs INTEGER NOT NULL
    );
    INSERT INTO mark VALUES (1, NULL, 0);
    PRAGMA user_version = 2;
";

/// How the writer works. A commit is durable with the next sync, not before:
/// what is lost can be filled in again from the log.
const WRITING: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = 16000;
    PRAGMA cache_size = -65536;
";

/// The open file of a month.
#[derive(Debug)]
pub(super) struct MonthFile {
    path: PathBuf,
    connection: Connection,
}

impl MonthFile {
    /// Opens a file for writing, and makes it if it is not there.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = Connection::open(path).map_err(refused(path))?;
        let version = prepare(&connection).map_err(refused(path))?;
        known(path, version)?;
        if version == 0 {
            lay_out(&mut connection).map_err(refused(path))?;
        }
        let path = path.to_owned();
        Ok(MonthFile { path, connection })
    }

    /// Opens a file for reading beside the process that writes it. One that is
    /// not laid out yet is none.
    pub(super) fn open_to_read(path: &Path) -> Result<Option<Self>, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(refused(path))?;
        let version = connection
            .busy_timeout(PATIENCE)
            .and_then(|()| version(&connection))
            .map_err(refused(path))?;
        known(path, version)?;
        let path = path.to_owned();
        Ok((version > 0).then_some(MonthFile { path, connection }))
    }

    /// Up to which position a file says that all files hold the history, as far
    /// as it is put away in it. Nothing is changed on disk: what SQLite keeps
    /// beside the file is not looked at. What cannot be read says nothing.
    pub(super) fn at_least(path: &Path) -> Result<Option<Position>, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_URI;
        let Ok(connection) = Connection::open_with_flags(immutable(path), flags) else {
            return Ok(None);
        };
        let Ok(version) = version(&connection) else {
            return Ok(None);
        };
        known(path, version)?;
        let path = path.to_owned();
        let file = MonthFile { path, connection };
        Ok(file.through_row().unwrap_or(None))
    }

    /// Writes a copy of all that it holds now into a file that is not there.
    pub(super) fn copy(&self, to: &Path) -> Result<(), StoreError> {
        let name = to.to_string_lossy();
        self.connection
            .execute("VACUUM INTO ?1", [name])
            .map_err(refused(to))
            .map(drop)
    }

    /// Whether it says anything of what stands behind a position.
    pub(super) fn reaches_behind(&self, position: Position) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM history WHERE position > ?1) \
                   OR EXISTS (SELECT 1 FROM mark WHERE through > ?1)";
        let position = i64::try_from(position.get()).unwrap_or(i64::MAX);
        self.connection
            .query_row(sql, [position], |row| row.get(0))
            .map_err(refused(&self.path))
    }

    /// Removes what it says of what stands behind a position; where there is
    /// none, all of it.
    pub(super) fn cut(&mut self, through: Option<Position>) -> Result<(), StoreError> {
        cut(&mut self.connection, through).map_err(refused(&self.path))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Up to which position this file says that all files hold the history.
    pub(super) fn through(&self) -> Result<Option<Position>, StoreError> {
        self.through_row().map_err(refused(&self.path))
    }

    fn through_row(&self) -> Result<Option<Position>, Error> {
        let sql = "SELECT through FROM mark WHERE through IS NOT NULL";
        let found = self.connection.query_row(sql, [], |row| row.get(0));
        let number: Option<i64> = found.optional()?;
        Ok(number.map(|number| Position::new(number.unsigned_abs())))
    }

    /// Takes in rows, those that are there already excepted, and, in the same
    /// transaction, up to which position all files hold the history.
    pub(super) fn append<'r>(
        &mut self,
        rows: impl Iterator<Item = &'r Row>,
        through: Option<Position>,
    ) -> Result<(), StoreError> {
        insert(&mut self.connection, rows, through).map_err(refused(&self.path))
    }

    /// Makes durable what was taken in.
    pub(super) fn sync(&mut self) -> Result<(), StoreError> {
        sync(&self.connection).map_err(refused(&self.path))
    }

    /// Removes all rows and gives their room back.
    pub(super) fn clear(&mut self) -> Result<(), StoreError> {
        self.connection
            .execute_batch("DELETE FROM history; VACUUM;")
            .map_err(refused(&self.path))
    }

    /// Closes the file so that nothing of it is left in files beside it.
    pub(super) fn close(self) -> Result<(), StoreError> {
        let path = self.path;
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        self.connection
            .query_row(sql, [], |_| Ok(()))
            .and_then(|()| self.connection.close().map_err(|(_, error)| error))
            .map_err(refused(&path))
    }

    /// The rows of a record, in order.
    pub(super) fn of_record(&self, record: [u8; 16]) -> Result<Vec<Row>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM history WHERE record = ?1 ORDER BY position, ordinal");
        self.select(&sql, params![record])
    }

    /// So many rows after a place, in order.
    pub(super) fn page(&self, after: (i64, i64), count: u32) -> Result<Vec<Row>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM history WHERE (position, ordinal) > (?1, ?2) \
             ORDER BY position, ordinal LIMIT ?3"
        );
        self.select(&sql, params![after.0, after.1, count])
    }

    fn select(&self, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Row>, StoreError> {
        select(&self.connection, sql, params).map_err(refused(&self.path))
    }
}

fn prepare(connection: &Connection) -> Result<u32, Error> {
    connection.busy_timeout(PATIENCE)?;
    let version = version(connection)?;
    if version <= VERSION {
        connection.execute_batch(WRITING)?;
    }
    if version == WITHOUT_COMMON {
        connection.pragma_update(None, "user_version", VERSION)?;
    }
    Ok(version)
}

fn version(connection: &Connection) -> Result<u32, Error> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn known(path: &Path, version: u32) -> Result<(), StoreError> {
    if version <= VERSION {
        return Ok(());
    }
    Err(StoreError::Newer {
        path: path.to_owned(),
        found: version,
        known: VERSION,
    })
}

fn lay_out(connection: &mut Connection) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(TABLES)?;
    transaction.commit()
}

fn insert<'r>(
    connection: &mut Connection,
    rows: impl Iterator<Item = &'r Row>,
    through: Option<Position>,
) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let insert = transaction.prepare(&format!(
            "INSERT INTO history ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
             ON CONFLICT (position, ordinal) DO NOTHING"
        ))?;
        let mut writer = Writer::new(insert)?;
        for row in rows {
            writer.write(row)?;
        }
    }
    if let Some(through) = through.and_then(|through| i64::try_from(through.get()).ok()) {
        let sql = "UPDATE mark SET through = max(coalesce(through, ?1), ?1)";
        transaction.execute(sql, [through])?;
    }
    transaction.commit()
}

fn cut(connection: &mut Connection, through: Option<Position>) -> Result<(), Error> {
    let through = through.map(|position| i64::try_from(position.get()).unwrap_or(i64::MAX));
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let sql = "DELETE FROM history WHERE position > ?1";
    transaction.execute(sql, [through.unwrap_or(-1)])?;
    let sql = "UPDATE mark SET through = min(through, ?1)";
    transaction.execute(sql, [through])?;
    transaction.commit()
}

/// The address of a file that SQLite takes for one that nobody changes.
fn immutable(path: &Path) -> String {
    let mut address = "file:".to_owned();
    for byte in path.to_string_lossy().bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => address.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => address.push(char::from(byte)),
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address + "?immutable=1"
}

/// A commit that waits for the disk takes with it all commits before it. A
/// checkpoint alone does not, while a reader holds it up.
fn sync(connection: &Connection) -> Result<(), Error> {
    connection.execute_batch("PRAGMA synchronous = FULL")?;
    let done = connection.execute("UPDATE mark SET syncs = syncs + 1", []);
    connection.execute_batch("PRAGMA synchronous = NORMAL")?;
    done?;
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}

fn select(
    connection: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
) -> Result<Vec<Row>, Error> {
    let mut unpacker = Unpacker::new()?;
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query(params)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        rows.push(unpacker.read(row)?);
    }
    Ok(rows)
}
