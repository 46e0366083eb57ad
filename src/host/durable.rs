//! An engine with a log behind it: what has happened is appended and synced
//! before anything of it leaves, and what has come of it is worked out anew
//! when the process begins again. Who sends and who carries out is not known
//! here.

mod core;
mod follow;
pub mod pending;
mod recover;
mod seen;
mod snapshot;
mod wire;

pub use self::core::{Core, Unopened};
pub use self::follow::{Kept, NEVER, peek, peek_at, try_out};
pub(super) use self::recover::SEGMENT;
pub use self::recover::{Opened, Recovered, Site, open};
pub use self::seen::{Bounds, lost_ids, verify_ids};
pub use self::snapshot::Writing;

use std::time::Duration;

use self::seen::Ids;
use super::older::{self, Unfit};
use super::program::Loaded;
use super::replay::bygone::bygones;
use super::telling::Told;
use crate::base::{Timestamp, Uid};
use crate::engine::frozen::v1::event::{Event as Frozen, Place, Thawed};
use crate::engine::gather::Gathering;
use crate::engine::{Effects, Event, Migrated, State};
use crate::scenario::Machine;
use crate::store::StoreError;
use crate::store::archive::Row;
use crate::store::disk::Disk;
use crate::store::log::payload::{Decided, SetAside};
use crate::store::log::{Kind, Log, Position};
use crate::store::programs::Programs;
use crate::store::snapshot::Snapshots;

/// Where the history goes: behind the log, in its order.
pub trait History {
    /// Up to where it has everything.
    fn through(&self) -> Position;

    /// Takes what was told of positions that are durable in the log; with it
    /// there is everything up to a position.
    ///
    /// # Errors
    /// If it could not be kept.
    fn take(&mut self, told: Vec<Told>, through: Position) -> Result<(), StoreError>;

    /// Makes sure that it survives.
    ///
    /// # Errors
    /// If it cannot be kept.
    fn secure(&mut self) -> Result<(), StoreError>;

    /// Does the same for what was taken so far, in another thread.
    fn securing(&self) -> Securing;

    /// Reads all that it has, in order; nothing where it keeps nothing.
    ///
    /// # Errors
    /// If it cannot be read.
    fn read(&mut self, _take: &mut dyn FnMut(&Row)) -> Result<(), StoreError> {
        Ok(())
    }
}

/// A history that is yet to be opened: to open it may change it, and nothing is
/// to change before it is known that the log can be read.
pub struct Closed<'h> {
    /// Up to where it has everything at least.
    pub through: Position,
    /// Opens it.
    pub open: Opening<'h>,
}

/// What opens a history.
pub type Opening<'h> = Box<dyn FnOnce() -> Result<Box<dyn History + Send>, StoreError> + 'h>;

/// Makes sure that what was taken survives, and says if it does not.
pub type Securing = Box<dyn FnOnce() -> Result<(), StoreError> + Send>;

/// A program that goes with what is in a store.
#[derive(Debug)]
pub struct Fit {
    /// The program.
    program: Loaded,
    /// What loading it would do.
    pub migrated: Migrated,
}

impl Fit {
    /// The program, with the versions on which those inside finish.
    #[must_use]
    pub fn program(&self) -> &Loaded {
        &self.program
    }
}

/// An engine with a log behind it.
pub struct Durable<D: Disk> {
    core: Core<D>,
    log: Log<D>,
    snapshots: Snapshots<D>,
    history: Box<dyn History + Send>,
    ids: Ids<D>,
    failure: Option<StoreError>,
    /// How long the log is kept behind two snapshots (H2).
    retention: Duration,
}

impl<D: Disk> Durable<D> {
    /// What has come of the log.
    #[must_use]
    pub fn core(&self) -> &Core<D> {
        &self.core
    }

    /// The position of what was taken last.
    #[must_use]
    pub fn position(&self) -> Position {
        self.log.next().before()
    }

    /// Keeps the log for so many days behind two snapshots.
    pub fn keep_for(&mut self, days: u32) {
        self.retention = Duration::from_secs(u64::from(days) * 86_400);
    }

    /// Why nothing more is taken, if so.
    pub fn take_failure(&mut self) -> Option<StoreError> {
        self.failure.take()
    }

    /// What loading another program would do, which then holds the versions on
    /// which those inside finish (V3).
    ///
    /// # Errors
    /// If what is there does not go with it.
    pub fn would_load(&self, program: Loaded) -> Result<Fit, Unfit> {
        let texts = self.core.program.places.sources();
        let older = older::needed(self.core.state(), texts, &program.prepared);
        let program = program.with(&older)?;
        let migrated = self.core.engine.would_publish(&program.prepared);
        let migrated = migrated.map_err(|refused| Unfit::refused(self.core.state(), refused))?;
        Ok(Fit { program, migrated })
    }

    /// Loads another program (V1, V2). It is durable when this returns.
    ///
    /// # Errors
    /// If it cannot be kept, or something has happened since it was found to go
    /// with what is there.
    pub fn load(&mut self, now: Timestamp, fit: Fit) -> Result<Migrated, Unopened> {
        let program = fit.program;
        let store = self.core.identity;
        let gathered = self.gather(now, &program)?;
        for of in &gathered {
            self.log.append(Kind::Input, &of.bytes())?;
        }
        self.core.gathered = gathered;
        let position = keep(&mut self.log, &self.core.programs, (now, &program, store))?;
        self.commit()?;
        let tells = position > self.history.through();
        let changed = self.core.change((position, tells), program);
        changed.map_err(|_| Unopened::Diverged(position))
    }

    /// What the conditions of another program ask of the past that none has
    /// asked yet, from the history up to here (V6).
    fn gather(&mut self, now: Timestamp, program: &Loaded) -> Result<Vec<Frozen>, StoreError> {
        let running = self.core.state().prepared();
        let Some(mut gathering) = Gathering::between(running, &program.prepared, now) else {
            return Ok(Vec::new());
        };
        self.rest()?;
        self.history.read(&mut |row| {
            for of in bygones(row) {
                gathering.take(&of);
            }
        })?;
        let found = gathering.finish().into_iter();
        let state = self.core.state();
        let there = found.filter(|(record, _)| state.record(*record).is_some());
        let frozen =
            there.map(|(record, past)| Frozen::past(&program.prepared, now, (record, &past)));
        Ok(frozen.collect())
    }

    /// What has happened, with the times that the log keeps. An input that was taken
    /// before is said to be repeated.
    fn known(
        &mut self,
        events: Vec<(Timestamp, Event)>,
    ) -> Result<Vec<(Timestamp, Event)>, StoreError> {
        let Some((first, _)) = events.first() else {
            return Ok(events);
        };
        let mut now = self.core.state().now();
        self.put_away(now.max(*first))?;
        let events = events.into_iter().map(|(at, event)| {
            // The log keeps microseconds: finer times would decide otherwise
            // when it is read again.
            let at = Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at);
            now = now.max(at);
            Ok((at, self.known_again(now, event)?))
        });
        events.collect()
    }

    /// Takes what has happened, many things at once: all are durable before
    /// any is decided. What is too large for the log comes back as its error;
    /// of what was asked of the outside nothing may leave before
    /// [`Machine::secure`].
    ///
    /// # Errors
    /// If the log fails: then nothing more is taken.
    pub fn accept(
        &mut self,
        events: Vec<(Timestamp, Event)>,
    ) -> Result<Vec<Result<Effects, StoreError>>, StoreError> {
        let mut appended = Vec::with_capacity(events.len());
        for (at, event) in self.known(events)? {
            let position = self.append(at, None, &event);
            appended.push(position.map(|position| (position, at, event)));
        }
        self.commit()?;
        let mut decided = Vec::with_capacity(appended.len());
        for appended in appended {
            let taken =
                appended.map(|(position, at, event)| self.decide(position, (at, None), event));
            decided.push(taken);
            if let Some(failure) = self.failure.take() {
                return Err(failure);
            }
        }
        Ok(decided)
    }

    fn append(
        &mut self,
        at: Timestamp,
        place: Option<Place>,
        event: &Event,
    ) -> Result<Position, StoreError> {
        let prepared = &self.core.program.prepared;
        let frozen = Frozen::freeze(prepared, at, place, event);
        // INVARIANT: what is read again is what was taken.
        debug_assert_eq!(frozen.thaw(prepared), Thawed::Event(event.clone()));
        self.log.append(Kind::Input, &frozen.bytes())
    }

    /// Takes in one thing that has happened.
    fn take_in(
        &mut self,
        (at, place): (Timestamp, Option<Place>),
        event: Event,
    ) -> Result<Effects, StoreError> {
        self.put_away(at)?;
        let event = self.known_again(at, event)?;
        let position = self.append(at, place, &event)?;
        Ok(self.decide(position, (at, place), event))
    }

    /// Decides on what stands in the log, and notes what was decided.
    fn decide(
        &mut self,
        position: Position,
        (at, place): (Timestamp, Option<Place>),
        event: Event,
    ) -> Effects {
        let told = position > self.history.through();
        let Some(effects) = self.core.guarded((position, told), (at, place), event) else {
            self.failure = Some(self.set_aside(position));
            return Effects::default();
        };
        let decided = Decided {
            input: position,
            hash: *effects.hash.bytes(),
        };
        if let Err(error) = self.log.append(Kind::Decision, &decided.to_bytes()) {
            self.failure = Some(error);
        }
        effects
    }

    /// Leaves an input out that makes the engine fail (A5). What the engine
    /// holds now is nothing to go on with: the store is opened anew.
    fn set_aside(&mut self, position: Position) -> StoreError {
        match set_aside(&mut self.log, position) {
            Ok(()) => StoreError::SetAside {
                position: position.get(),
            },
            Err(error) => error,
        }
    }

    /// Brings what was appended to the disk; what was told of it may follow.
    ///
    /// # Errors
    /// If the log fails: then nothing more is taken.
    pub fn commit(&mut self) -> Result<(), StoreError> {
        self.log.commit()?;
        let told = std::mem::take(&mut self.core.told);
        if told.is_empty() {
            return Ok(());
        }
        // What was appended and not decided yet has told nothing yet.
        self.history.take(told, self.core.decided)
    }

    /// Makes sure that all survives, the history too.
    ///
    /// # Errors
    /// If something cannot be written.
    pub fn rest(&mut self) -> Result<(), StoreError> {
        self.commit()?;
        self.history.secure()
    }
}

/// Notes in the log that an input is left out.
fn set_aside<D: Disk>(log: &mut Log<D>, input: Position) -> Result<(), StoreError> {
    let why = "the engine failed on it";
    log.append(Kind::SetAside, &SetAside { input, why }.to_bytes())?;
    log.commit().map(drop)
}

/// Keeps a program, then notes in the log that it is loaded.
fn keep<D: Disk>(
    log: &mut Log<D>,
    programs: &Programs<D>,
    (now, program, store): (Timestamp, &Loaded, Uid),
) -> Result<Position, StoreError> {
    programs.put(&program.hash.to_string(), &program.packed)?;
    let frozen = Frozen::load(now, program.hash, store);
    log.append(Kind::Input, &frozen.bytes())
}

impl<D: Disk> Machine for Durable<D> {
    fn take(&mut self, now: Timestamp, place: Option<Place>, event: Event) -> Effects {
        if self.failure.is_some() {
            return Effects::default();
        }
        // A time before the last one counts as the last one (I7).
        let at = now.max(self.core.engine.state().now());
        match self.take_in((at, place), event) {
            Ok(effects) => effects,
            Err(error) => {
                self.failure = Some(error);
                Effects::default()
            }
        }
    }

    fn settle(&mut self) -> Effects {
        self.core.engine.settle()
    }

    fn is_settled(&self) -> bool {
        self.core.engine.is_settled()
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        self.core
            .engine
            .next_deadline()
            .filter(|_| self.failure.is_none())
    }

    fn state(&self) -> &State {
        self.core.engine.state()
    }

    fn secure(&mut self) -> bool {
        if self.failure.is_none()
            && let Err(error) = self.commit()
        {
            self.failure = Some(error);
        }
        self.failure.is_none()
    }
}

/// The identity of a store of a name.
#[must_use]
pub fn identity(name: &str) -> Uid {
    Uid::of(&[b"store", name.as_bytes()])
}
