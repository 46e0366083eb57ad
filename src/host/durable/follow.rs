//! What comes of a log: its latest snapshot is read, and what came after it is
//! decided again. Nothing is written here.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::Path;

use super::core::{Core, Unopened, program};
use super::recover::Site;
use super::snapshot;
use crate::base::{Timestamp, Uid};
use crate::engine::frozen::v1::event::Event as Frozen;
use crate::host::program::Loaded;
use crate::store::StoreError;
use crate::store::disk::Disk;
use crate::store::log::payload::SetAside;
use crate::store::log::{Frame, Frames, Kind, Position, Salvage};
use crate::store::programs::Programs;

/// Behind every position: for those who do not ask what is told.
pub const NEVER: Position = Position::new(u64::MAX);

/// What of a store is followed.
pub(super) struct Scope<D> {
    /// Up to where the archive has everything.
    pub(super) told: Position,
    /// The programs.
    pub(super) programs: Programs<D>,
    /// The positions whose snapshots count.
    pub(super) within: RangeInclusive<Position>,
    /// What came later is left out.
    pub(super) until: Option<Timestamp>,
}

/// Frames in order, one after the other.
pub(super) trait Source {
    /// The next one, and the epoch in which it was taken.
    fn take(&mut self) -> Result<Option<(u64, Frame)>, StoreError>;

    /// The position after the last one, once all have been read.
    fn end(&self) -> Position;
}

impl<D: Disk> Source for Frames<D> {
    fn take(&mut self) -> Result<Option<(u64, Frame)>, StoreError> {
        let frame = self.read()?.map(|frame| frame.to_frame());
        Ok(frame.map(|frame| (self.epoch(), frame)))
    }

    fn end(&self) -> Position {
        Frames::end(self).unwrap_or(Position::FIRST)
    }
}

/// A part of the frames of a broken log.
pub(super) struct Part<D: Disk> {
    frames: Salvage<D>,
    from: Position,
    last: Position,
}

impl<D: Disk> Part<D> {
    /// Those from one position up to another.
    pub(super) fn new(frames: Salvage<D>, from: Position, last: Position) -> Self {
        Part { frames, from, last }
    }
}

impl<D: Disk> Source for Part<D> {
    fn take(&mut self) -> Result<Option<(u64, Frame)>, StoreError> {
        for found in &mut self.frames {
            let found = found?;
            if found.frame.position > self.last {
                break;
            }
            if found.frame.position >= self.from {
                return Ok(Some((found.epoch, found.frame)));
            }
        }
        Ok(None)
    }

    fn end(&self) -> Position {
        self.last.next()
    }
}

/// What is kept of a store.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'k> {
    /// The first and the last position of its log; the last may be the one
    /// before the first.
    pub stretch: (Position, Position),
    /// Whose store it is.
    pub store: Option<[u8; 16]>,
    /// A program that is known, by name, though it may not be there.
    pub spare: Option<(&'k str, &'k [u8])>,
}

/// What has come of a store so far. Nothing is written, and another process
/// may go on writing. What is told behind `told` is kept, for those who ask.
///
/// # Errors
/// If it cannot be read.
pub fn peek<D: Disk>(site: &Site<'_, D>, told: Position) -> Result<Core<D>, Unopened> {
    let (core, _) = follow(site, site.scope(told), |from| site.frames(from))?;
    Ok(core)
}

/// What had come of a store at an instant: of the latest snapshot before it that is kept, and of
/// the log up to there. Nothing is written.
///
/// # Errors
/// If it cannot be read, or the log does not reach back so far.
pub fn peek_at<D: Disk>(site: Site<'_, D>, until: Timestamp) -> Result<Core<D>, Unopened> {
    let scope = Scope {
        until: Some(until),
        ..site.scope(NEVER)
    };
    let (core, _) = follow(&site, scope, |from| site.frames(from))?;
    Ok(core)
}

/// What would come of a store of which a part is kept. Nothing is written.
///
/// # Errors
/// If that part cannot be read.
pub fn try_out<D: Disk>(site: &Site<'_, D>, kept: Kept<'_>) -> Result<Core<D>, Unopened> {
    let (first, last) = kept.stretch;
    let mut scope = site.scope(NEVER);
    scope.within = first.before()..=last;
    if let Some((name, bytes)) = kept.spare {
        scope.programs = scope.programs.with_spare(name, bytes.to_vec());
    }
    let frames = |from: Position| {
        if from < first {
            return Err(StoreError::Dropped {
                dir: site.log(),
                asked: from.get(),
                first: first.get(),
            });
        }
        let frames = site.salvage(kept.store)?;
        Ok(Part::new(frames, from, last))
    };
    follow(site, scope, frames).map(|(core, _)| core)
}

/// What has come of a log; also how many things were taken in anew.
pub(super) fn follow<D: Disk, S: Source>(
    site: &Site<'_, D>,
    scope: Scope<D>,
    frames: impl Fn(Position) -> Result<S, StoreError>,
) -> Result<(Core<D>, u64), Unopened> {
    let mut core = match latest(site, &scope)? {
        Some(core) => core,
        None => {
            let begun = frames(Position::FIRST)?.take()?.ok_or(Unopened::Empty)?;
            let (first, identity) = first(&begun.1, (&scope.programs, site.root))?;
            Core::new((scope.programs, site.root), first, identity)
        }
    };
    let (from, mut count) = (core.decided.next(), 0);
    let asides = asides(frames(from)?)?;
    let mut source = frames(from)?;
    while let Some((epoch, frame)) = source.take()? {
        if is_later(&frame, scope.until) {
            return Ok((core, count));
        }
        core.enter_epoch(epoch);
        count += u64::from(core.again(&frame, &asides, scope.told)?);
    }
    let end = source.end().before();
    if end < core.since {
        return Err(Unopened::Short {
            end,
            snapshot: core.since,
        });
    }
    Ok((core, count))
}

/// What the latest snapshot that is whole holds.
fn latest<D: Disk>(site: &Site<'_, D>, scope: &Scope<D>) -> Result<Option<Core<D>>, Unopened> {
    let snapshots = site.snapshots();
    for position in snapshots.positions()?.into_iter().rev() {
        if scope.within.contains(&position)
            && let Some(found) = snapshots.read(position)?
            && let Some(core) = snapshot::read(found, (scope.programs.clone(), site.root))?
            && scope.until.is_none_or(|until| core.state().now() <= until)
        {
            return Ok(Some(core));
        }
    }
    Ok(None)
}

/// Whether a frame is something that has happened after an instant.
fn is_later(frame: &Frame, until: Option<Timestamp>) -> bool {
    let at = || Frozen::read(&frame.payload).map(|event| event.at());
    until.is_some_and(|until| frame.kind == Kind::Input && at().is_some_and(|at| at > until))
}

/// The inputs that are left out.
fn asides(mut frames: impl Source) -> Result<BTreeSet<Position>, Unopened> {
    let mut found = BTreeSet::new();
    while let Some((_, frame)) = frames.take()? {
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
