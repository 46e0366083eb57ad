//! Snapshots of what has come of the log, taken while it goes on: the state is
//! shared, not copied, and another thread writes it down.

use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rayon::prelude::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::Durable;
use super::core::{Core, Unopened, program};
use super::pending::{Open, Pending};
use super::seen::Listed;
use super::wire::{Beside, WireOpen};
use crate::base::{Timestamp, Uid};
use crate::engine::decision::Action;
use crate::engine::enrolment::Stage;
use crate::engine::frozen::v1::event::Event;
use crate::engine::frozen::v1::state::{
    FreezeError, Thaw, ThawError, freeze_block, freeze_head, thaw_block,
};
use crate::engine::{Engine, Image, Order, PARTITIONS, Prepared, State};
use crate::store::StoreError;
use crate::store::disk::Disk;
use crate::store::log::{Kind, Position};
use crate::store::programs::Programs;
use crate::store::snapshot::{Snapshot, Snapshots};

/// How long the log is kept behind two snapshots, if nobody says: 30 days.
pub(super) const RETENTION: Duration = Duration::from_secs(30 * 86_400);

/// How many parts stand before the partitions.
const BEFORE: usize = 2;

/// A snapshot that is being written: it ends with the position before which
/// the log is needed no more.
pub type Writing = JoinHandle<Result<Position, StoreError>>;

impl<D: Disk + Send + 'static> Durable<D>
where
    D::File: Send,
{
    /// Begins a snapshot of what has come of the log so far. `None` while
    /// something is under way, and where nothing has come since the one that
    /// the store was opened with.
    ///
    /// # Errors
    /// If the log cannot be written.
    pub fn snapshot(&mut self) -> Result<Option<Writing>, StoreError> {
        self.commit()?;
        let decided = self.core.decided;
        let Some(image) = self
            .core
            .engine
            .image()
            .filter(|_| decided > self.core.since)
        else {
            return Ok(None);
        };
        let beside = self.core.beside().bytes();
        let (store, position) = (*self.core.identity.bytes(), decided);
        let (snapshots, secured) = (self.snapshots.clone(), self.history.securing());
        Ok(Some(thread::spawn(move || {
            // The log before the snapshot may go: what it told must be kept.
            secured()?;
            write(&snapshots, (store, position), &beside, &image)
        })))
    }

    /// Removes what of the log no snapshot needs any more and what is older
    /// than the retention; how many segments. Files of ids that no snapshot needs go
    /// too.
    ///
    /// # Errors
    /// If the system does not let it be removed.
    pub fn forget(&mut self, oldest: Position) -> Result<usize, StoreError> {
        self.forget_files(oldest)?;
        let now = self.core.state().now();
        let Ok(since) = now.checked_sub(self.retention) else {
            return Ok(0);
        };
        let (mut first, mut end) = (self.log.first().get(), oldest.get());
        // The log is in the order of time.
        while first < end {
            let middle = first + (end - first) / 2;
            if self.accepted(Position::new(middle))? < since {
                first = middle + 1;
            } else {
                end = middle;
            }
        }
        self.log.drop_before(Position::new(first))
    }

    /// The position of the oldest snapshot; the origin where there is none.
    ///
    /// # Errors
    /// If the snapshots cannot be listed.
    pub fn oldest_snapshot(&self) -> Result<Position, StoreError> {
        Ok(self
            .snapshots
            .positions()?
            .first()
            .copied()
            .unwrap_or(Position::ORIGIN))
    }

    /// Removes all of the log that no snapshot needs, however young it is; how
    /// many segments.
    ///
    /// # Errors
    /// If the system does not let it be removed.
    pub fn compact(&mut self, oldest: Position) -> Result<usize, StoreError> {
        self.forget_files(oldest)?;
        self.log.drop_before(oldest.next())
    }

    /// When the first input at or behind a position was accepted.
    fn accepted(&self, from: Position) -> Result<Timestamp, StoreError> {
        for frame in self.log.frames(from) {
            let frame = frame?;
            if frame.kind == Kind::Input
                && let Some(event) = Event::read(&frame.payload)
            {
                return Ok(event.at());
            }
        }
        Ok(Timestamp::MAX)
    }
}

fn write<D: Disk>(
    snapshots: &Snapshots<D>,
    of: ([u8; 16], Position),
    beside: &[u8],
    image: &Image,
) -> Result<Position, StoreError> {
    let mut under_way = false;
    let blocks = (0..PARTITIONS).map(|partition| match freeze_block(image, partition) {
        Ok(block) => block,
        Err(FreezeError::UnderWay(_)) => {
            under_way = true;
            Vec::new()
        }
    });
    let parts = [beside.to_vec(), freeze_head(image)]
        .into_iter()
        .chain(blocks);
    let written = snapshots.write(of, BEFORE + PARTITIONS, parts);
    // INVARIANT: an image is taken only where nothing is under way.
    debug_assert!(!under_way);
    written
}

impl<D: Disk> Core<D> {
    fn beside(&self) -> Beside {
        let state = self.engine.state();
        let open = self.pending.iter().map(|open| WireOpen {
            record: *open.action.record.bytes(),
            waits: *waits(state, &open.action).bytes(),
            decided_at: open.action.decided_at.as_microsecond(),
            released: open.released,
        });
        Beside::new(
            (self.program.hash, self.identity),
            &self.ledger,
            open.collect(),
            &self.listed.files,
        )
    }
}

/// What a snapshot holds; `None` where it is broken.
///
/// # Errors
/// If its program cannot be read any more.
pub(super) fn read<D: Disk>(
    snapshot: Snapshot,
    (programs, root): (Programs<D>, &Path),
) -> Result<Option<Core<D>>, Unopened> {
    let mut parts = snapshot.parts.into_iter();
    let beside = parts.next().and_then(|bytes| Beside::read(&bytes));
    let (Some(beside), Some(head)) = (beside, parts.next()) else {
        return Ok(None);
    };
    let loaded = program(&programs, root, Uid::from_bytes(beside.program))?;
    let blocks: Vec<Vec<u8>> = parts.collect();
    let Ok(image) = thaw(&loaded.prepared, (&head, &blocks)) else {
        return Ok(None);
    };
    let identity = Uid::from_bytes(beside.store);
    let mut core = Core::new((programs, root), loaded, identity);
    core.engine = Engine::from_image(image, &identity.to_string(), Order::Sent);
    core.ledger = beside.ledger();
    core.pending = pending(core.engine.state(), &beside.open);
    core.listed = Listed::of(beside.ids.into_iter().map(Uid::from_bytes));
    core.decided = snapshot.position;
    core.since = snapshot.position;
    Ok(Some(core))
}

/// The state of a frozen form; its partitions are thawed side by side.
fn thaw(prepared: &Arc<Prepared>, (head, blocks): (&[u8], &[Vec<u8>])) -> Result<Image, ThawError> {
    let mut begun = Thaw::new(prepared.clone(), head)?;
    let thawed = blocks.par_iter().enumerate();
    let thawed = thawed.map(|(partition, block)| thaw_block(prepared, partition, block));
    for block in thawed.collect::<Result<Vec<_>, _>>()? {
        begun.put(block);
    }
    begun.finish()
}

/// What is under way, as the state knows it.
fn pending(state: &State, open: &[WireOpen]) -> Pending {
    let mut pending = Pending::default();
    for open in open {
        if let Some(action) = action(state, open) {
            pending.put(Open {
                action,
                released: open.released,
            });
        }
    }
    pending
}

/// Who waits for an action: its enrolment; what was put back stands by itself,
/// under its key.
fn waits(state: &State, action: &Action) -> Uid {
    let record = state.record(action.record);
    let of = record.and_then(|record| record.put_back.get(&action.key));
    of.map_or(action.enrolment, |of| of.key)
}

fn action(state: &State, open: &WireOpen) -> Option<Action> {
    let record = Uid::from_bytes(open.record);
    if let Some(of) = state.notice(Uid::from_bytes(open.waits)) {
        return Some(of.action(record, open.at()));
    }
    let (cell, waits) = (state.record(record)?, Uid::from_bytes(open.waits));
    if let Some(of) = cell.put_back.get(&waits) {
        let under_way = of.retry.is_none();
        return under_way.then(|| of.action(record, open.at()));
    }
    let enrolment = cell.enrolment(waits)?;
    match &enrolment.stage {
        Stage::Acting {
            action,
            attempt,
            request,
            retry: None,
            ..
        }
        | Stage::Finishing {
            action,
            attempt,
            request,
            ..
        } => Some(Action {
            key: *action,
            record,
            enrolment: enrolment.id,
            workflow: enrolment.workflow,
            // A step that an edit has taken away has no place.
            step: enrolment.step().unwrap_or(usize::MAX),
            attempt: *attempt,
            decided_at: open.at(),
            request: request.clone(),
        }),
        _ => None,
    }
}
