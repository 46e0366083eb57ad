//! Opening a store: what had come of its log is worked out anew, each decision
//! is compared with the one of before, and only then anything is written.

use std::path::{Path, PathBuf};

use super::core::Unopened;
use super::follow::{Scope, follow};
use super::seen::Ids;
use super::{Closed, Durable, keep, set_aside, snapshot};
use crate::base::{Timestamp, Uid};
use crate::host::program::Loaded;
use crate::store::StoreError;
use crate::store::disk::Disk;
use crate::store::log::{self, Cut, Frames, Identity, Kind, Log, Position, Salvage};
use crate::store::programs::Programs;
use crate::store::snapshot::Snapshots;

/// After how many bytes a segment of the log is full.
pub(in crate::host) const SEGMENT: u64 = 64 << 20;

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
    history: Closed<'_>,
) -> Result<Opened<D>, Unopened> {
    let options = log::Options {
        segment_bytes: SEGMENT,
        identity: Identity {
            store: *store.bytes(),
            epoch: 0,
        },
    };
    let open = || Log::open(site.disk.clone(), &site.log(), options);
    let fresh = log::is_empty(site.disk.clone(), &site.log())?;
    if fresh {
        site.is_fresh()?;
        let program = program.as_ref().ok_or(Unopened::Empty)?;
        let (mut log, _) = open()?;
        keep(&mut log, &site.programs(), (now, program, store))?;
        log.commit()?;
    }
    // Nothing on the disk has changed before all of this has been read.
    let (mut core, replayed) = loop {
        match follow(&site, site.scope(history.through), |from| site.frames(from)) {
            // What was set aside is left out the next time.
            Err(Unopened::Panicked(position)) => set_aside(&mut open()?.0, position)?,
            followed => break followed?,
        }
    };
    let ids = Ids::open(&site, &core)?;
    let (log, opened) = open()?;
    core.enter_epoch(opened.identity.epoch);
    let history = (history.open)()?;
    let mut durable = Durable {
        core,
        log,
        snapshots: site.snapshots(),
        history,
        ids,
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

impl<D: Disk> Site<'_, D> {
    /// The folder of its log.
    pub(super) fn log(&self) -> PathBuf {
        self.dir.join("log")
    }

    /// The frames of its log from a position on.
    pub(super) fn frames(&self, from: Position) -> Result<Frames<D>, StoreError> {
        log::frames(self.disk.clone(), &self.log(), from)
    }

    /// All frames of its log that can be read.
    pub(in crate::host) fn salvage(
        &self,
        store: Option<[u8; 16]>,
    ) -> Result<Salvage<D>, StoreError> {
        log::salvage(self.disk.clone(), &self.log(), store)
    }

    /// Its snapshots.
    #[must_use]
    pub fn snapshots(&self) -> Snapshots<D> {
        Snapshots::new(self.disk.clone(), &self.dir.join("snapshots"))
    }

    /// The folder of its files of ids.
    #[must_use]
    pub fn ids(&self) -> PathBuf {
        self.dir.join("seen")
    }

    /// Its programs.
    #[must_use]
    pub fn programs(&self) -> Programs<D> {
        Programs::new(self.disk.clone(), &self.dir.join("programs"))
    }

    /// All of it. `told` says up to where the archive has everything.
    pub(super) fn scope(&self, told: Position) -> Scope<D> {
        Scope {
            told,
            programs: self.programs(),
            within: Position::ORIGIN..=Position::new(u64::MAX),
            until: None,
        }
    }

    /// Refuses a store of which there is a snapshot and no log.
    fn is_fresh(&self) -> Result<(), Unopened> {
        match self.snapshots().positions()?.last() {
            None => Ok(()),
            Some(last) => Err(Unopened::Short {
                end: Position::ORIGIN,
                snapshot: *last,
            }),
        }
    }
}
