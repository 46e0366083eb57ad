//! The archive of the history: SQLite files by month, filled behind the log, for
//! this program and anyone else's to query. Where the rows come from and what
//! their entries mean is not known here.
//!
//! What a crash can do to it: rows since the last [`Archive::sync`] may be lost,
//! and [`Archive::through`] says from where on the log has to fill them in again.
//! Rows that are filled in twice are there once.
//!
//! A batch may fall into two months, which are two files and two transactions.
//! So only the last of them raises the mark that `through` reads, and only after
//! all other files have been synced: it never claims what a file does not hold.

mod failure;
mod file;
mod month;
mod months;
mod row;

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

pub use self::month::Month;
pub use self::months::Rows;
pub use self::row::Row;

use self::file::MonthFile;
use self::months::{Months, listed};
use super::disk::real::RealDisk;
use super::disk::{Disk, DiskFile};
use super::error::{StoreError, failed};
use super::log::Position;

/// What the file is called, behind the name of the month's, that holds what is
/// yet to be put into it.
const WAITING: &str = "-wal";

/// The history, open for writing. Only one process may have it so: see `lock`.
#[derive(Debug)]
pub struct Archive {
    dir: PathBuf,
    months: Months,
    /// Those that hold what a loss of power may take away.
    unsynced: BTreeSet<Month>,
    through: Option<Position>,
}

impl Archive {
    /// Opens the history in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// If a file is damaged, of a later format or held by another program, or
    /// cannot be read or written.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        RealDisk.create_dir_all(dir).map_err(failed(dir))?;
        let mut archive = Archive {
            dir: dir.to_owned(),
            months: Months::default(),
            unsynced: BTreeSet::new(),
            through: None,
        };
        for month in listed(dir)? {
            archive.open_month(month)?;
        }
        archive.through = archive.months.through()?;
        Ok(archive)
    }

    /// Takes in all rows up to and with a position that are not in yet, one
    /// transaction for each month. Rows that are there already are left as they
    /// are.
    ///
    /// # Errors
    /// If the disk is full or the system does not let them be written. Then
    /// `through` is as it was, and the same rows may be given again.
    pub fn append(&mut self, rows: &[Row], through: Position) -> Result<(), StoreError> {
        let mut months: BTreeSet<Month> = rows.iter().map(|row| Month::of(row.at)).collect();
        let Some(last) = months.pop_last().or_else(|| self.latest()) else {
            return Ok(());
        };
        for month in months {
            self.fill(month, rows, None)?;
        }
        self.sync_all_but(Some(last))?;
        self.fill(last, rows, Some(through))?;
        self.through = self.through.max(Some(through));
        Ok(())
    }

    /// Up to which position the history holds all rows; nothing if it does not
    /// hold any.
    #[must_use]
    pub fn through(&self) -> Option<Position> {
        self.through
    }

    /// Makes durable what was appended. Until then the log must keep it.
    ///
    /// # Errors
    /// If the system does not let it be written.
    pub fn sync(&mut self) -> Result<(), StoreError> {
        self.sync_all_but(None)
    }

    /// The rows of a record, in order of position.
    ///
    /// # Errors
    /// If a file is damaged or cannot be read.
    pub fn of_record(&self, record: [u8; 16]) -> Result<Vec<Row>, StoreError> {
        self.months.of_record(record)
    }

    /// All rows in order of position, read bit by bit.
    #[must_use]
    pub fn all(&self) -> Rows<'_> {
        self.months.all()
    }

    /// The months that have a file, in order.
    pub fn months(&self) -> impl Iterator<Item = Month> {
        self.months.0.keys().copied()
    }

    /// Removes all rows of a month. Its file goes too, unless `through` is read
    /// from it.
    ///
    /// # Errors
    /// If another program holds the file, or the system does not let it be
    /// removed.
    pub fn drop_month(&mut self, month: Month) -> Result<(), StoreError> {
        let Some(file) = self.months.0.get_mut(&month) else {
            return Ok(());
        };
        if file.through()? == self.through {
            self.unsynced.insert(month);
            return file.clear();
        }
        let path = file.path().to_owned();
        if let Some(file) = self.months.0.remove(&month) {
            file.close()?;
        }
        self.unsynced.remove(&month);
        remove(&path)?;
        RealDisk.sync_dir(&self.dir).map_err(failed(&self.dir))
    }

    fn latest(&self) -> Option<Month> {
        self.months.0.keys().next_back().copied()
    }

    /// Writes the rows of a month.
    fn fill(
        &mut self,
        month: Month,
        rows: &[Row],
        through: Option<Position>,
    ) -> Result<(), StoreError> {
        self.open_month(month)?;
        self.unsynced.insert(month);
        let Some(file) = self.months.0.get_mut(&month) else {
            return Ok(());
        };
        let of_month = rows.iter().filter(|row| Month::of(row.at) == month);
        file.append(of_month, through)
    }

    /// Opens the file of a month, if it is not open.
    fn open_month(&mut self, month: Month) -> Result<(), StoreError> {
        if self.months.0.contains_key(&month) {
            return Ok(());
        }
        let path = self.dir.join(month.file_name());
        // What SQLite has not put away yet may be unsynced since the last process.
        if fs::metadata(beside(&path, WAITING)).is_ok_and(|waiting| waiting.len() > 0) {
            self.unsynced.insert(month);
        }
        let file = MonthFile::open(&path)?;
        RealDisk.sync_dir(&self.dir).map_err(failed(&self.dir))?;
        self.months.0.insert(month, file);
        Ok(())
    }

    fn sync_all_but(&mut self, kept: Option<Month>) -> Result<(), StoreError> {
        let unsynced = self.unsynced.iter().copied();
        let due: Vec<Month> = unsynced.filter(|month| Some(*month) != kept).collect();
        for month in due {
            if let Some(file) = self.months.0.get_mut(&month) {
                file.sync()?;
            }
            self.unsynced.remove(&month);
        }
        Ok(())
    }
}

/// Up to which position the history in a folder holds all rows at least: what
/// is not put away in its files yet is not seen. Nothing is changed on disk.
///
/// # Errors
/// If a file is of a later format or may not be read.
pub fn at_least(dir: &Path) -> Result<Option<Position>, StoreError> {
    let mut through = None;
    let there = if dir.is_dir() {
        listed(dir)?
    } else {
        Vec::new()
    };
    for month in there {
        through = through.max(MonthFile::at_least(&dir.join(month.file_name()))?);
    }
    Ok(through)
}

/// Writes a copy of the history in a folder into another one, with all rows up
/// to a position and none behind it. The process that writes it may go on.
/// Returns how many files there are, and up to where the copy holds all rows.
///
/// # Errors
/// If a file is damaged or cannot be read, or the copy cannot be written.
pub fn copy(dir: &Path, to: &Path) -> Result<(usize, Option<Position>), StoreError> {
    let reader = ArchiveReader::open(dir)?;
    // What comes meanwhile is not in all files.
    let through = reader.through()?;
    RealDisk.create_dir_all(to).map_err(failed(to))?;
    for (month, file) in &reader.months.0 {
        let to = to.join(month.file_name());
        file.copy(&to)?;
        MonthFile::open(&to)?.cut(through)?;
        RealDisk
            .open(&to)
            .and_then(|mut file| file.sync())
            .map_err(failed(&to))?;
    }
    RealDisk.sync_dir(to).map_err(failed(to))?;
    Ok((reader.months.0.len(), through))
}

/// Takes out of the history in a folder what is told of positions behind one.
/// Each file of which something is taken is copied into another folder before;
/// what is there already is taken for this copy. Returns how many were.
///
/// # Errors
/// If a file is damaged or cannot be read or written.
pub fn cut(dir: &Path, aside: &Path, through: Position) -> Result<usize, StoreError> {
    let mut count = 0;
    let there = if dir.is_dir() {
        listed(dir)?
    } else {
        Vec::new()
    };
    for month in there {
        let name = month.file_name();
        let mut file = match MonthFile::open(&dir.join(&name)) {
            Err(StoreError::BrokenHistory { .. }) => {
                move_aside((dir, &name), aside)?;
                count += 1;
                continue;
            }
            file => file?,
        };
        if !file.reaches_behind(through)? {
            file.close()?;
            continue;
        }
        put_aside(&file, &aside.join(name), aside)?;
        file.cut(Some(through))?;
        file.sync()?;
        file.close()?;
        count += 1;
    }
    Ok(count)
}

/// Moves a file that nothing can be read of, with what stands beside it.
fn move_aside((dir, name): (&Path, &str), aside: &Path) -> Result<(), StoreError> {
    RealDisk.create_dir_all(aside).map_err(failed(aside))?;
    for ending in ["-shm", WAITING, ""] {
        let name = format!("{name}{ending}");
        let from = dir.join(&name);
        match fs::rename(&from, aside.join(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            done => done.map_err(failed(&from))?,
        }
    }
    let synced = RealDisk.sync_dir(aside);
    synced
        .and_then(|()| RealDisk.sync_dir(dir))
        .map_err(failed(dir))
}

/// Copies a file, whole or not at all, unless that was done before.
fn put_aside(file: &MonthFile, to: &Path, aside: &Path) -> Result<(), StoreError> {
    if to.exists() {
        return Ok(());
    }
    RealDisk.create_dir_all(aside).map_err(failed(aside))?;
    let part = beside(to, ".part");
    // What an interrupted run has left is in the way.
    let _ = fs::remove_file(&part);
    file.copy(&part)?;
    let synced = RealDisk.open(&part).and_then(|mut file| file.sync());
    synced
        .and_then(|()| fs::rename(&part, to))
        .and_then(|()| RealDisk.sync_dir(aside))
        .map_err(failed(to))
}

/// The history, open for reading, beside the process that writes it.
#[derive(Debug)]
pub struct ArchiveReader {
    months: Months,
}

impl ArchiveReader {
    /// Opens the history in a folder as it is now: months that begin later are
    /// not seen. A folder that is not there holds none.
    ///
    /// # Errors
    /// If a file is damaged, of a later format or held by another program, or
    /// cannot be read.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let mut months = Months::default();
        let there = if dir.is_dir() {
            listed(dir)?
        } else {
            Vec::new()
        };
        for month in there {
            let file = MonthFile::open_to_read(&dir.join(month.file_name()))?;
            months.0.extend(file.map(|file| (month, file)));
        }
        Ok(ArchiveReader { months })
    }

    /// Up to which position the history holds all rows.
    ///
    /// # Errors
    /// If a file is damaged or cannot be read.
    pub fn through(&self) -> Result<Option<Position>, StoreError> {
        self.months.through()
    }

    /// The rows of a record, in order of position.
    ///
    /// # Errors
    /// If a file is damaged or cannot be read.
    pub fn of_record(&self, record: [u8; 16]) -> Result<Vec<Row>, StoreError> {
        self.months.of_record(record)
    }

    /// All rows in order of position, read bit by bit.
    #[must_use]
    pub fn all(&self) -> Rows<'_> {
        self.months.all()
    }
}

/// Removes the file of a month. What SQLite keeps beside it is empty by now, and
/// mostly gone.
fn remove(path: &Path) -> Result<(), StoreError> {
    fs::remove_file(path).map_err(failed(path))?;
    for ending in [WAITING, "-shm"] {
        let _ = fs::remove_file(beside(path, ending));
    }
    Ok(())
}

/// A file that SQLite keeps beside that of a month.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
