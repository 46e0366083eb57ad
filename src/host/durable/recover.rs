//! Opening a store: what had come of its log is worked out anew, and each
//! decision is compared with the one of before.

use std::collections::BTreeSet;
use std::path::Path;

use super::core::{Core, Unopened, program};
use super::{Durable, History, keep, set_aside, snapshot};
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
    let (core, replayed) = loop {
        match follow(&site, told, |from| Ok(log.frames(from))) {
            // What was set aside is left out the next time.
            Err(Unopened::Panicked(position)) => set_aside(&mut log, position)?,
            followed => break followed?,
        }
    };
    let mut durable = Durable {
        core,
        log,
        snapshots: site.snapshots(),
        history,
        failure: None,
        retention: snapshot::RETENTION,
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
    let frames = |from| log::frames(site.disk.clone(), &site.log(), from);
    // What is told is in the archive.
    let never = Position::new(u64::MAX);
    let (core, _) = follow(&site, never, frames)?;
    Ok(core)
}

impl<D: Disk> Site<'_, D> {
    fn log(&self) -> std::path::PathBuf {
        self.dir.join("log")
    }

    fn snapshots(&self) -> Snapshots<D> {
        Snapshots::new(self.disk.clone(), &self.dir.join("snapshots"))
    }

    fn programs(&self) -> Programs<D> {
        Programs::new(self.disk.clone(), &self.dir.join("programs"))
    }
}

/// What has come of a log; also how many things were taken in anew. `told`
/// says up to where the archive has everything.
fn follow<D: Disk>(
    site: &Site<'_, D>,
    told: Position,
    frames: impl Fn(Position) -> Result<Frames<D>, StoreError>,
) -> Result<(Core<D>, u64), Unopened> {
    let mut core = match latest(site)? {
        Some(core) => core,
        None => {
            let begun = frames(Position::FIRST)?.next().ok_or(Unopened::Empty)??;
            let programs = site.programs();
            let (first, identity) = first(&begun, (&programs, site.root))?;
            Core::new((programs, site.root), first, identity)
        }
    };
    let (from, mut count) = (core.decided.next(), 0);
    let asides = asides(frames(from)?)?;
    for frame in frames(from)? {
        count += u64::from(core.again(&frame?, &asides, told)?);
    }
    Ok((core, count))
}

/// What the latest snapshot that is whole holds.
fn latest<D: Disk>(site: &Site<'_, D>) -> Result<Option<Core<D>>, Unopened> {
    let snapshots = site.snapshots();
    for position in snapshots.positions()?.into_iter().rev() {
        if let Some(found) = snapshots.read(position)?
            && let Some(core) = snapshot::read(found, (site.programs(), site.root))?
        {
            return Ok(Some(core));
        }
    }
    Ok(None)
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
