//! What comes of a log: the engine, what is counted, what is under way. It is
//! worked out from the log alone; who writes the log is not known here.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::pending::Pending;
use super::seen::Listed;
use crate::base::{Timestamp, Uid};
use crate::engine::decision::Entry;
use crate::engine::frozen::DecisionHash;
use crate::engine::frozen::v1::event::{Event as Frozen, Place, Thawed};
use crate::engine::{Effects, Engine, Event, Migrated, Order, Refused, State, Withdrawn};
use crate::host::ledger::{About, Ledger};
use crate::host::program::Loaded;
use crate::host::telling::{Telling, Told};
use crate::store::StoreError;
use crate::store::archive::Row;
use crate::store::disk::Disk;
use crate::store::log::payload::Decided;
use crate::store::log::{Frame, Kind, Position};
use crate::store::programs::Programs;

/// Why a store cannot be opened.
#[derive(Debug)]
pub enum Unopened {
    /// The store says so.
    Store(StoreError),
    /// There is nothing yet, and no program to begin with.
    Empty,
    /// The log names a program that is not there, or that this release no
    /// longer takes.
    NoProgram(Uid),
    /// An input of the log is none.
    Unreadable(Position),
    /// An input makes the engine fail.
    Panicked(Position),
    /// The log ends before what a snapshot has taken in.
    Short {
        /// The last position of the log.
        end: Position,
        /// Up to where the snapshot has it.
        snapshot: Position,
    },
    /// This release decides otherwise than the one that wrote the log.
    Diverged(Position),
}

impl From<StoreError> for Unopened {
    fn from(error: StoreError) -> Self {
        Unopened::Store(error)
    }
}

impl fmt::Display for Unopened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unopened::Store(error) => error.fmt(f),
            Unopened::Empty => f.write_str("there is nothing in the store yet"),
            Unopened::NoProgram(hash) => write!(
                f,
                "the store was run on a program that cannot be read any more (`programs/{hash}.program`): bring the file back from a backup, or use the release that wrote it"
            ),
            Unopened::Unreadable(position) => write!(
                f,
                "the log holds something at position {position} that this release does not know: use the release that wrote it, or a later one"
            ),
            Unopened::Panicked(position) => write!(
                f,
                "the input at position {position} makes the engine fail, which is a mistake of this release"
            ),
            Unopened::Short { end, snapshot } => write!(
                f,
                "the log ends at position {end}, though a snapshot has taken in all up to position {snapshot}: nothing was changed; `flow store repair` says what can be kept, or bring the store back from a backup"
            ),
            Unopened::Diverged(position) => write!(
                f,
                "this release decides otherwise than the one that wrote the log, first at position {position}: nothing was sent; use the release that wrote it"
            ),
        }
    }
}

impl std::error::Error for Unopened {}

/// What has come of a log.
pub struct Core<D: Disk> {
    pub(super) engine: Engine,
    pub(super) programs: Programs<D>,
    pub(super) program: Loaded,
    pub(super) ledger: Ledger,
    pub(super) pending: Pending,
    /// The files of ids.
    pub(super) listed: Listed,
    /// The position of what was decided last.
    pub(super) decided: Position,
    /// Up to where a snapshot has taken everything in.
    pub(super) since: Position,
    /// What was told and not handed over.
    pub(super) told: Vec<Told>,
    /// Whose log it is.
    pub(super) identity: Uid,
    telling: Arc<Telling>,
    root: PathBuf,
    /// What was gathered for the program that is loaded next (V6).
    pub(super) gathered: Vec<Frozen>,
    /// Decisions that wait for the hash of before.
    unchecked: VecDeque<(Position, DecisionHash)>,
}

impl<D: Disk> Core<D> {
    /// That of a log of which nothing was taken yet.
    pub(super) fn new(
        (programs, root): (Programs<D>, &Path),
        program: Loaded,
        identity: Uid,
    ) -> Self {
        let prepared = program.prepared.clone();
        Core {
            engine: Engine::new(prepared, &identity.to_string(), Order::Sent),
            programs,
            telling: Telling::new(&program),
            program,
            ledger: Ledger::default(),
            pending: Pending::default(),
            listed: Listed::default(),
            identity,
            decided: Position::ORIGIN,
            since: Position::ORIGIN,
            told: Vec::new(),
            root: root.to_owned(),
            gathered: Vec::new(),
            unchecked: VecDeque::new(),
        }
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> &State {
        self.engine.state()
    }

    /// When it must be woken, if nothing comes before.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.engine.next_deadline()
    }

    /// The position of what was decided last.
    #[must_use]
    pub fn position(&self) -> Position {
        self.decided
    }

    /// What was told and is not handed over to the history.
    #[must_use]
    pub fn untold(&self) -> Vec<Row> {
        self.told.iter().flat_map(Told::rows).collect()
    }

    /// The program that runs.
    #[must_use]
    pub fn program(&self) -> &Loaded {
        &self.program
    }

    /// What was counted.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What was asked of the outside and has not come back.
    #[must_use]
    pub fn pending(&self) -> &Pending {
        &self.pending
    }

    /// Decides; `tells` says whether the archive lacks what is told.
    pub(super) fn follow(
        &mut self,
        (position, tells): (Position, bool),
        (at, place): (Timestamp, Option<Place>),
        event: Event,
    ) -> Effects {
        // Of an input nothing is asked for again: it is large, and not copied.
        let answered = match &event {
            Event::Input(_) | Event::Repeated(_) | Event::Clock | Event::Retry(_) => None,
            Event::Attempt(_) | Event::Finished(..) => Some(event.clone()),
        };
        let about = self.about(&event);
        let effects = self.engine.take(at, event);
        self.decided = position;
        let state = self.engine.state();
        self.ledger.follow(state, (place, about.as_ref()), &effects);
        self.pending.follow(answered.as_ref(), &effects);
        if tells {
            let told = self.telling.note(state, position, &effects.entries);
            self.told.extend(told);
        }
        effects
    }

    /// The action that an event is about, as it is before.
    fn about(&self, event: &Event) -> Option<About> {
        let asked = match event {
            Event::Attempt(asked) | Event::Finished(asked, _) => asked,
            Event::Retry(retry) => return Some(About::PutBack(retry.asked.attempt.action)),
            Event::Input(_) | Event::Repeated(_) | Event::Clock => return None,
        };
        let (key, number) = (asked.attempt.action, asked.attempt.number);
        let action = self.pending.get(key, number)?.clone();
        let record = self.engine.state().record(asked.record);
        let put_back = record.is_some_and(|record| record.put_back.contains_key(&key));
        Some(About::Attempt(action, put_back))
    }

    /// The same, but for a mistake of the engine, which is `None` (A5). What is
    /// held then is nothing to go on with.
    pub(super) fn guarded(
        &mut self,
        place: (Position, bool),
        source: (Timestamp, Option<Place>),
        event: Event,
    ) -> Option<Effects> {
        catch_unwind(AssertUnwindSafe(|| self.follow(place, source, event))).ok()
    }

    /// Another program runs from now on, which is what a position of the log
    /// says (V1, V2).
    ///
    /// # Errors
    /// If what is there does not go with it; then nothing has changed.
    pub(super) fn change(
        &mut self,
        (position, tells): (Position, bool),
        program: Loaded,
    ) -> Result<Migrated, Refused> {
        let would = self.engine.would_publish(&program.prepared)?;
        // Who leaves is told in the words of the program before.
        for entry in &would.left {
            self.ledger.told(&would.before, entry, None);
        }
        for Withdrawn { entry, action } in &would.withdrawn {
            let about = About::Attempt(action.clone(), true);
            self.ledger.told(&would.before, entry, Some(&about));
        }
        if tells {
            let withdrawn = would.withdrawn.iter().map(|one| &one.entry);
            let told: Vec<Entry> = would.left.iter().chain(withdrawn).cloned().collect();
            let told = self
                .telling
                .note(self.engine.state(), position, &Arc::new(told));
            self.told.extend(told);
        }
        let gathered = std::mem::take(&mut self.gathered).into_iter();
        let gathered = gathered.filter_map(|of| of.gathered(&program.prepared));
        let migrated = self
            .engine
            .publish_with(&program.prepared, &gathered.collect())?;
        self.pending.rename(|action| migrated.action(action));
        self.telling = Telling::new(&program);
        self.program = program;
        self.decided = position;
        Ok(migrated)
    }

    /// Takes in a frame of the log; whether it was something that happened.
    pub(super) fn again(
        &mut self,
        frame: &Frame,
        asides: &BTreeSet<Position>,
        told: Position,
    ) -> Result<bool, Unopened> {
        let position = frame.position;
        match frame.kind {
            Kind::Input if asides.contains(&position) => {
                let at = Frozen::read(&frame.payload).map(|event| event.at());
                self.ledger.failures.set_aside(position.get(), at);
                self.decided = position;
                Ok(false)
            }
            Kind::Input => {
                let event = Frozen::read(&frame.payload);
                let event = event.ok_or(Unopened::Unreadable(position))?;
                self.happened((position, position > told), &event)?;
                Ok(true)
            }
            Kind::Decision => {
                self.check(frame, asides)?;
                Ok(false)
            }
            Kind::SetAside | Kind::Mark => Ok(false),
        }
    }

    fn happened(&mut self, place: (Position, bool), frozen: &Frozen) -> Result<(), Unopened> {
        match frozen.thaw(&self.program.prepared) {
            Thawed::Load(hash) => {
                if hash != self.program.hash {
                    let loaded = program(&self.programs, &self.root, hash)?;
                    let changed = self.change(place, loaded);
                    changed.map_err(|_| Unopened::Diverged(place.0))?;
                }
                self.decided = place.0;
            }
            Thawed::Past => {
                self.gathered.push(frozen.clone());
                self.decided = place.0;
            }
            Thawed::Moved(moved) => self.move_ids(place.0, &moved),
            Thawed::Gone => return Err(Unopened::Unreadable(place.0)),
            Thawed::Event(event) => {
                let source = (frozen.at(), frozen.place());
                let effects = self.guarded(place, source, event);
                let effects = effects.ok_or(Unopened::Panicked(place.0))?;
                self.unchecked.push_back((place.0, effects.hash));
            }
        }
        Ok(())
    }

    fn check(&mut self, frame: &Frame, asides: &BTreeSet<Position>) -> Result<(), Unopened> {
        let decided = Decided::read(&frame.payload);
        let decided = decided.ok_or(Unopened::Unreadable(frame.position))?;
        if decided.input <= self.since || asides.contains(&decided.input) {
            return Ok(());
        }
        match self.unchecked.pop_front() {
            Some((position, hash)) if position == decided.input => {
                if *hash.bytes() == decided.hash {
                    return Ok(());
                }
                Err(Unopened::Diverged(position))
            }
            _ => Err(Unopened::Diverged(decided.input)),
        }
    }

    /// What comes next was taken in an epoch of the log.
    pub(super) fn enter_epoch(&mut self, epoch: u64) {
        let epoch = u32::try_from(epoch).unwrap_or(u32::MAX);
        self.engine.enter_epoch(epoch);
    }

    /// What was decided again, and not noted by the one that wrote the log.
    pub(super) fn unchecked(&mut self) -> impl Iterator<Item = Decided> {
        let unchecked = std::mem::take(&mut self.unchecked).into_iter();
        unchecked.map(|(input, hash)| Decided {
            input,
            hash: *hash.bytes(),
        })
    }
}

/// The program of a hash.
pub(super) fn program<D: Disk>(
    programs: &Programs<D>,
    root: &Path,
    hash: Uid,
) -> Result<Loaded, Unopened> {
    let packed = programs.get(&hash.to_string())?;
    let loaded = packed.and_then(|packed| Loaded::unpack(root, &packed));
    loaded
        .filter(|loaded| loaded.hash == hash)
        .ok_or(Unopened::NoProgram(hash))
}
