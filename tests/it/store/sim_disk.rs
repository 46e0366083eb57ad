//! A file system in memory that fails at a call of one's choice and shows what
//! may be found after a loss of power. It knows nothing of what is written.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use flow::store::disk::{Disk, DiskFile};

use super::chance::Chance;
use super::sim_file::SimContent;

/// A simulated disk. Clones are handles of the same one.
#[derive(Debug, Clone)]
pub(crate) struct SimDisk(Arc<Mutex<World>>);

/// An open file of it.
#[derive(Debug)]
pub(crate) struct SimFile {
    disk: SimDisk,
    number: usize,
}

/// What goes wrong, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    Never,
    /// The power is gone at a call, counted from 1.
    Power(u64),
    /// A call fails.
    Error(u64),
    /// There is room for so many bytes.
    Full(u64),
}

/// What the disk says it has done and has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lie {
    /// Nothing.
    Never,
    /// Files are synced.
    Sync,
    /// Folders are synced.
    SyncDir,
    /// What is written over itself is written.
    Overwrite,
}

#[derive(Debug)]
struct World {
    contents: Vec<SimContent>,
    dirs: BTreeSet<PathBuf>,
    /// The files by name, as they are seen, and as they are durable.
    seen: BTreeMap<PathBuf, usize>,
    durable: BTreeMap<PathBuf, usize>,
    /// What has been done to names since.
    unsynced: Vec<Entry>,
    chance: Chance,
    calls: u64,
    fault: Fault,
    /// Whether the fault has come to pass.
    struck: bool,
    powered: bool,
    lie: Lie,
}

/// Something done to a name.
#[derive(Debug)]
enum Entry {
    Put(PathBuf, usize),
    Remove(PathBuf),
    Rename(PathBuf, PathBuf, usize),
}

/// What becomes of a call.
enum Call {
    Go,
    /// It fails, and has or has not done something before.
    Fail(io::Error, bool),
}

impl SimDisk {
    pub(crate) fn new(seed: u64) -> Self {
        SimDisk(Arc::new(Mutex::new(World {
            contents: Vec::new(),
            dirs: BTreeSet::new(),
            seen: BTreeMap::new(),
            durable: BTreeMap::new(),
            unsynced: Vec::new(),
            chance: Chance::new(seed),
            calls: 0,
            fault: Fault::Never,
            struck: false,
            powered: true,
            lie: Lie::Never,
        })))
    }

    /// What will go wrong; calls are counted from now on.
    pub(crate) fn plan(&self, fault: Fault) {
        let mut world = self.world();
        world.calls = 0;
        world.fault = fault;
        world.struck = false;
    }

    pub(super) fn lie(&self, lie: Lie) {
        self.world().lie = lie;
    }

    /// How many calls there were since the last plan.
    pub(crate) fn calls(&self) -> u64 {
        self.world().calls
    }

    /// Whether what was to go wrong has gone wrong.
    pub(crate) fn struck(&self) -> bool {
        self.world().struck
    }

    pub(crate) fn powered(&self) -> bool {
        self.world().powered
    }

    /// The power goes and comes back. What was not synced is kept, lost or torn
    /// as chance will have it.
    pub(crate) fn crash(&self, seed: u64) {
        self.world().crash(Chance::new(seed));
    }

    /// Puts a file there, durably and behind the back of who writes it.
    pub(crate) fn put(&self, path: &Path, bytes: &[u8]) {
        let mut world = self.world();
        let number = world.contents.len();
        let mut content = SimContent::default();
        content.write(0, bytes);
        content.sync();
        world.contents.push(content);
        world.dirs.extend(path.parent().map(Path::to_owned));
        world.seen.insert(path.to_owned(), number);
        world.durable.insert(path.to_owned(), number);
    }

    /// A disk that holds these files.
    pub(crate) fn holding(files: &BTreeMap<PathBuf, Vec<u8>>) -> Self {
        let disk = SimDisk::new(0);
        for (path, bytes) in files {
            disk.put(path, bytes);
        }
        disk
    }

    /// All files and what they hold.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let world = self.world();
        let files = world.seen.iter();
        files
            .map(|(path, number)| (path.clone(), world.contents[*number].seen.clone()))
            .collect()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().expect("no test holds it")
    }

    fn file(&self, number: usize) -> SimFile {
        SimFile {
            disk: self.clone(),
            number,
        }
    }

    /// Does something to a name, all of it or nothing.
    fn entry(&self, entry: impl FnOnce(&World) -> io::Result<Entry>) -> io::Result<()> {
        let mut world = self.world();
        let call = world.call();
        let entry = entry(&world)?;
        match call {
            Call::Go => world.enter(entry),
            Call::Fail(error, done) => {
                if done {
                    world.enter(entry);
                }
                return Err(error);
            }
        }
        Ok(())
    }
}

impl World {
    fn call(&mut self) -> Call {
        self.calls += 1;
        if !self.powered {
            return Call::Fail(io::Error::other("no power"), false);
        }
        match self.fault {
            Fault::Power(call) if call == self.calls => {
                self.struck = true;
                self.powered = false;
                Call::Fail(io::Error::other("no power"), self.chance.percent(50))
            }
            Fault::Error(call) if call == self.calls => {
                self.struck = true;
                Call::Fail(
                    io::Error::other("input/output error"),
                    self.chance.percent(50),
                )
            }
            _ => Call::Go,
        }
    }

    /// A call that changes nothing.
    fn look(&mut self) -> io::Result<()> {
        match self.call() {
            Call::Go => Ok(()),
            Call::Fail(error, _) => Err(error),
        }
    }

    fn enter(&mut self, entry: Entry) {
        rename(&mut self.seen, &entry);
        self.unsynced.push(entry);
    }

    fn number(&self, path: &Path) -> io::Result<usize> {
        let number = self.seen.get(path).copied();
        number.ok_or_else(|| ErrorKind::NotFound.into())
    }

    /// Writes, as far as there is room and the call does not fail.
    fn write(&mut self, number: usize, offset: usize, bytes: &[u8]) -> io::Result<()> {
        let (count, outcome) = match self.call() {
            Call::Go => self.room(bytes.len()),
            Call::Fail(error, _) => {
                let some = self.chance.below(bytes.len() as u64 + 1);
                let none = !self.powered && !self.struck;
                (if none { 0 } else { some as usize }, Err(error))
            }
        };
        self.contents[number].write(offset, &bytes[..count]);
        outcome
    }

    fn room(&mut self, wanted: usize) -> (usize, io::Result<()>) {
        let Fault::Full(room) = self.fault else {
            return (wanted, Ok(()));
        };
        let count = wanted.min(room as usize);
        self.fault = Fault::Full(room - count as u64);
        if count == wanted {
            return (count, Ok(()));
        }
        self.struck = true;
        (count, Err(ErrorKind::StorageFull.into()))
    }

    fn sync(&mut self, number: usize) -> io::Result<()> {
        let call = self.call();
        let content = &mut self.contents[number];
        match call {
            Call::Go if self.lie == Lie::Sync => Ok(()),
            Call::Go => {
                content.sync();
                Ok(())
            }
            Call::Fail(error, _) => {
                if self.powered {
                    content.fail_to_sync(&mut self.chance);
                }
                Err(error)
            }
        }
    }

    fn crash(&mut self, mut chance: Chance) {
        let rate = [0, 50, 90, 100][chance.below(4) as usize];
        for entry in std::mem::take(&mut self.unsynced) {
            if chance.percent(rate) {
                rename(&mut self.durable, &entry);
            }
        }
        self.seen.clone_from(&self.durable);
        let rate = [0, 50, 90, 100][chance.below(4) as usize];
        for content in &mut self.contents {
            content.lose_power(rate, &mut chance);
        }
        self.chance = chance;
        self.powered = true;
        self.fault = Fault::Never;
    }
}

fn rename(names: &mut BTreeMap<PathBuf, usize>, entry: &Entry) {
    match entry {
        Entry::Put(path, number) => {
            names.insert(path.clone(), *number);
        }
        Entry::Remove(path) => {
            names.remove(path);
        }
        Entry::Rename(from, to, number) => {
            names.remove(from);
            names.insert(to.clone(), *number);
        }
    }
}

impl Disk for SimDisk {
    type File = SimFile;

    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        let mut world = self.world();
        world.look()?;
        world.dirs.insert(dir.to_owned());
        Ok(())
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let mut world = self.world();
        world.look()?;
        if !world.dirs.contains(dir) {
            return Err(ErrorKind::NotFound.into());
        }
        let inside = world.seen.keys().filter(|path| path.parent() == Some(dir));
        let names = inside.filter_map(|path| path.file_name()?.to_str());
        Ok(names.map(str::to_owned).collect())
    }

    fn open(&self, path: &Path) -> io::Result<SimFile> {
        let mut world = self.world();
        world.look()?;
        world.number(path).map(|number| self.file(number))
    }

    fn open_to_write(&self, path: &Path) -> io::Result<SimFile> {
        self.open(path)
    }

    fn create_new(&self, path: &Path) -> io::Result<SimFile> {
        let number = self.world().contents.len();
        self.world().contents.push(SimContent::default());
        self.entry(|world| match world.number(path) {
            Ok(_) => Err(ErrorKind::AlreadyExists.into()),
            Err(_) => Ok(Entry::Put(path.to_owned(), number)),
        })?;
        Ok(self.file(number))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.entry(|world| {
            let number = world.number(from)?;
            Ok(Entry::Rename(from.to_owned(), to.to_owned(), number))
        })
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.entry(|world| world.number(path).map(|_| Entry::Remove(path.to_owned())))
    }

    fn sync_dir(&self, _dir: &Path) -> io::Result<()> {
        let mut world = self.world();
        world.look()?;
        if world.lie != Lie::SyncDir {
            for entry in std::mem::take(&mut world.unsynced) {
                rename(&mut world.durable, &entry);
            }
        }
        Ok(())
    }
}

impl DiskFile for SimFile {
    fn size(&self) -> io::Result<u64> {
        let mut world = self.disk.world();
        world.look()?;
        Ok(world.contents[self.number].seen.len() as u64)
    }

    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let mut world = self.disk.world();
        world.look()?;
        let seen = &world.contents[self.number].seen;
        let rest = seen.get(offset as usize..).unwrap_or_default();
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut world = self.disk.world();
        let end = world.contents[self.number].seen.len();
        world.write(self.number, end, bytes)
    }

    fn overwrite(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut world = self.disk.world();
        if world.lie == Lie::Overwrite {
            return world.look();
        }
        world.write(self.number, offset as usize, bytes)
    }

    fn truncate(&mut self, size: u64) -> io::Result<()> {
        let mut world = self.disk.world();
        let (done, outcome) = match world.call() {
            Call::Go => (true, Ok(())),
            Call::Fail(error, done) => (done, Err(error)),
        };
        if done {
            world.contents[self.number].truncate(size as usize);
        }
        outcome
    }

    fn sync(&mut self) -> io::Result<()> {
        self.disk.world().sync(self.number)
    }
}
