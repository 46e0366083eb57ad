//! Tables that go out as one SQLite file: names that may be anything, values that keep their kind,
//! a file that is whole or not there. It knows no object and no record.

mod cell;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Error, ErrorCode, params_from_iter};

pub use self::cell::Cell;

/// The file is no one's before it is finished: nothing is to be brought back.
const WRITING: &str = "
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    BEGIN;
";

/// A file in the making.
#[derive(Debug)]
pub struct Database {
    path: PathBuf,
    part: PathBuf,
    /// It is closed when the file is put in its place, or given up.
    connection: Option<Connection>,
    /// The names of tables that are taken, in lower case.
    tables: BTreeSet<String>,
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Texts.
    Text,
    /// Whole numbers.
    Whole,
    /// Numbers as they come: see [`Cell::number`].
    Number,
    /// Of the JSON of the last column, what stands at a path.
    Of(&'static str),
}

/// A column by its name.
pub type Column<'c> = (&'c str, Kind);

/// A table as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name; another than was asked for, if that was taken.
    pub name: String,
    insert: String,
}

impl Table {
    /// Its name as it stands in SQL.
    #[must_use]
    pub fn quoted(&self) -> String {
        quoted(&self.name)
    }
}

impl Database {
    /// Begins a file beside the place where it will stand.
    ///
    /// # Errors
    /// What the system says.
    pub fn create(path: &Path) -> io::Result<Self> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        // What an interrupted run has left is in the way.
        match fs::remove_file(&part) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        // SQLite says less of what is wrong with a path.
        drop(File::create_new(&part)?);
        let connection = Connection::open(&part).map_err(said)?;
        connection.execute_batch(WRITING).map_err(said)?;
        Ok(Database {
            path: path.to_owned(),
            part,
            connection: Some(connection),
            tables: BTreeSet::new(),
        })
    }

    /// Makes a table. Names are told apart as SQLite does, in whatever case; a
    /// second one of a name gets a number.
    ///
    /// # Errors
    /// What the system says.
    pub fn table(&mut self, name: &str, columns: &[Column<'_>]) -> io::Result<Table> {
        let name = free(&mut self.tables, name);
        let mut taken = BTreeSet::new();
        let names: Vec<String> = columns
            .iter()
            .map(|(name, _)| quoted(&free(&mut taken, name)))
            .collect();
        let declared = names
            .iter()
            .zip(columns)
            .map(|(name, (_, kind))| match kind {
                Kind::Text | Kind::Of(_) => format!("{name} TEXT"),
                Kind::Whole => format!("{name} INTEGER"),
                // Without a type SQLite keeps each value as it is given.
                Kind::Number => name.clone(),
            });
        let declared: Vec<String> = declared.collect();
        let quoted = quoted(&name);
        self.execute(&format!("CREATE TABLE {quoted} ({})", declared.join(", ")))?;
        let plain = columns
            .iter()
            .filter(|(_, kind)| !matches!(kind, Kind::Of(_)));
        let last = plain.count();
        let mut number = 0;
        let values = columns.iter().map(|(_, kind)| match kind {
            Kind::Of(path) => format!("json_extract(?{last}, '{path}')"),
            _ => {
                number += 1;
                format!("?{number}")
            }
        });
        let values: Vec<String> = values.collect();
        let (names, values) = (names.join(", "), values.join(", "));
        let insert = format!("INSERT INTO {quoted} ({names}) VALUES ({values})");
        Ok(Table { name, insert })
    }

    /// Adds rows to a table: a cell for each column, but for those that are
    /// taken out of the JSON in the last one.
    ///
    /// # Errors
    /// What the system says.
    pub fn fill(&mut self, table: &Table, rows: &[Vec<Cell>]) -> io::Result<()> {
        let Some(connection) = &self.connection else {
            return Ok(());
        };
        let mut insert = connection.prepare_cached(&table.insert).map_err(said)?;
        for row in rows {
            insert.execute(params_from_iter(row)).map_err(said)?;
        }
        Ok(())
    }

    /// Lets rows be found by some columns of a table.
    ///
    /// # Errors
    /// What the system says.
    pub fn index(&mut self, table: &Table, columns: &[&str]) -> io::Result<()> {
        let name = format!("{}_by_{}", table.name, columns.join("_"));
        let name = quoted(&free(&mut self.tables, &name));
        let columns: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
        let (table, columns) = (table.quoted(), columns.join(", "));
        self.execute(&format!("CREATE INDEX {name} ON {table} ({columns})"))
    }

    /// Carries out SQL.
    ///
    /// # Errors
    /// What the system says.
    pub fn execute(&mut self, sql: &str) -> io::Result<()> {
        match &self.connection {
            Some(connection) => connection.execute_batch(sql).map_err(said),
            None => Ok(()),
        }
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(mut self) -> io::Result<()> {
        self.execute("COMMIT")?;
        if let Some(connection) = self.connection.take() {
            connection.close().map_err(|(_, error)| said(error))?;
        }
        let done = File::open(&self.part)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&self.part, &self.path));
        if done.is_err() {
            let _ = fs::remove_file(&self.part);
        }
        done
    }
}

impl Drop for Database {
    /// What was not finished is taken away, if the system lets it.
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(connection);
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// A name that is not taken yet; SQLite keeps some for itself.
fn free(taken: &mut BTreeSet<String>, wanted: &str) -> String {
    let lower = wanted.to_ascii_lowercase();
    let own = lower.starts_with("sqlite_") || wanted.is_empty();
    let wanted = if own {
        format!("_{wanted}")
    } else {
        wanted.to_owned()
    };
    let mut name = wanted.clone();
    for number in 2.. {
        if taken.insert(name.to_ascii_lowercase()) {
            break;
        }
        name = format!("{wanted}_{number}");
    }
    name
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// What SQLite says, as the system would.
fn said(error: Error) -> io::Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => ErrorKind::StorageFull.into(),
        _ => io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{free, quoted};

    #[test]
    fn names_are_told_apart_as_sqlite_does() {
        let mut taken = BTreeSet::new();
        let names = [
            "Contact",
            "contact",
            "CONTACT",
            "sqlite_master",
            "contact_2",
            "",
        ];
        let names = names.map(|name| free(&mut taken, name));
        assert_eq!(
            names,
            [
                "Contact",
                "contact_2",
                "CONTACT_3",
                "_sqlite_master",
                "contact_2_2",
                "_"
            ]
        );
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
    }
}
