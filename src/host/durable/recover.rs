//! Opening a store: what had come of its log is worked out anew, and each
//! decision is compared with the one of before.

use std::collections::BTreeSet;
use std::path::Path;

use super::core::{Core, Unopened, program};
use super::{Durable, History, keep};
use crate::base::{Timestamp, Uid};
use crate::engine::frozen::v1::event::Event as Frozen;
use crate::host::program::Loaded;
use crate::store::StoreError;
use crate::store::disk::Disk;
use crate::store::log::payload::SetAside;
use crate::store::log::{self, Cut, Frame, Frames, Identity, Kind, Log, Position};
use crate::store::programs::Programs;
use crate::store::snapshot::Snapshots;

/// After how many bytes a segment of the log is full.
const SEGMENT: u64 = 64 << 20;

/// Where a store is.
#[derive(Debug)]
pub struct Site<'s, D> {
    /// Its disk.
    pub disk: &'s D,
    /// Its folder.
    pub dir: &'s Path,
    /// The folder of the project, of which texts are shown.
    pub root: &'s Path,
}

/// A store that was opened.
pub struct Opened<D: Disk> {
    /// The store.
    pub durable: Durable<D>,
    /// What was found.
    pub recovered: Recovered,
}

/// What was found in a store.
#[derive(Debug, Default)]
pub struct Recovered {
    /// Whether there was nothing yet.
    pub fresh: bool,
    /// How many inputs were taken anew.
    pub replayed: u64,
    /// The end of the log that a crash had torn.
    pub cut: Option<Cut>,
}

/// Opens a store. One that is empty begins with `program`.
///
/// # Errors
/// If it cannot be read, or not be continued from as it was.
pub fn open<D: Disk>(
    site: Site<'_, D>,
    program: Option<Loaded>,
    (now, store): (Timestamp, Uid),
    history: Box<dyn History + Send>,
) -> Result<Opened<D>, Unopened> {
    let options = log::Options {
        segment_bytes: SEGMENT,
        identity: Identity {
            store: *store.bytes(),
            epoch: 0,
        },
    };
    let (mut log, opened) = Log::open(site.disk.clone(), &site.log(), options)?;
    let fresh = opened.next == Position::FIRST;
    if fresh {
        let program = program.as_ref().ok_or(Unopened::Empty)?;
        keep(&mut log, &site.programs(), (now, program, store))?;
        log.commit()?;
    }
    let told = history.through();
    let (core, replayed) = follow(&site, told, || Ok(log.frames(log.first())))?;
    let mut durable = Durable {
        core,
        log,
        snapshots: Snapshots::new(site.disk.clone(), &site.dir.join("snapshots")),
        history,
        failure: None,
    };
    for decided in durable.core.unchecked() {
        durable.log.append(Kind::Decision, &decided.to_bytes())?;
    }
    durable.commit()?;
    Ok(Opened {
        durable,
        recovered: Recovered {
            fresh,
            replayed,
            cut: opened.cut,
        },
    })
}

/// What has come of a store so far. Nothing is written, and another process
/// may go on writing.
///
/// # Errors
/// If it cannot be read.
pub fn peek<D: Disk>(site: Site<'_, D>) -> Result<Core<D>, Unopened> {
    let frames = || log::frames(site.disk.clone(), &site.log(), Position::ORIGIN);
    // What is told is in the archive.
    let never = Position::new(u64::MAX);
    let (core, _) = follow(&site, never, frames)?;
    Ok(core)
}

impl<D: Disk> Site<'_, D> {
    fn log(&self) -> std::path::PathBuf {
        self.dir.join("log")
    }

    fn programs(&self) -> Programs<D> {
        Programs::new(self.disk.clone(), &self.dir.join("programs"))
    }
}

/// Takes in the frames of a log; also how many things had happened. `told`
/// says up to where the archive has everything.
fn follow<D: Disk>(
    site: &Site<'_, D>,
    told: Position,
    frames: impl Fn() -> Result<Frames<D>, StoreError>,
) -> Result<(Core<D>, u64), Unopened> {
    let asides = asides(frames()?)?;
    let programs = site.programs();
    let begun = frames()?.next().ok_or(Unopened::Empty)??;
    let (first, identity) = first(&begun, (&programs, site.root))?;
    let mut core = Core::new((programs, site.root), first, identity);
    let mut count = 0;
    for frame in frames()? {
        count += u64::from(core.again(&frame?, &asides, told)?);
    }
    Ok((core, count))
}

/// The inputs that are left out.
fn asides<D: Disk>(frames: Frames<D>) -> Result<BTreeSet<Position>, Unopened> {
    let mut found = BTreeSet::new();
    for frame in frames {
        let frame = frame?;
        if frame.kind == Kind::SetAside {
            let aside = SetAside::read(&frame.payload);
            let aside = aside.ok_or(Unopened::Unreadable(frame.position))?;
            found.insert(aside.input);
        }
    }
    Ok(found)
}

/// The program that the log begins with, and whose log it is.
fn first<D: Disk>(
    begun: &Frame,
    (programs, root): (&Programs<D>, &Path),
) -> Result<(Loaded, Uid), Unopened> {
    match Frozen::read(&begun.payload).and_then(|event| event.program()) {
        Some((hash, store)) => Ok((program(programs, root, hash)?, store)),
        None => Err(Unopened::Unreadable(begun.position)),
    }
}
