//! The ids that were seen (I3), of which the state holds those of the last two
//! days: the others stand in files by day. A file is written first; then the log
//! says that it counts, and the state drops what it holds. Whoever follows the log
//! reads no file: of an input that was found in one the log says that it is
//! repeated.

use std::collections::BTreeMap;

use super::Durable;
use super::core::{Core, Unopened};
use super::recover::Site;
use crate::base::{Timestamp, Uid};
use crate::engine::frozen::v1::event::{Event as Frozen, IdsMoved};
use crate::engine::{BODY_SECONDS, Event, ID_SECONDS};
use crate::store::StoreError;
use crate::store::disk::Disk;
use crate::store::log::{Kind, Position};
use crate::store::seen::{Id, Seen};

/// How many microseconds a day has.
const DAY: i64 = 86_400_000_000;

/// How many ids stay in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Ids of the day before yesterday and older go once they are so many: for
    /// fewer a file is not worth it.
    pub least: usize,
    /// All go once they are more, however young.
    pub most: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds {
            least: 4_096,
            most: 1 << 18,
        }
    }
}

/// The files of ids that count, as the log says.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// Their names, the oldest first.
    pub(super) files: Vec<Uid>,
    /// Those that count no more, and since when.
    gone: BTreeMap<Uid, Position>,
}

impl Listed {
    pub(super) fn of(files: impl Iterator<Item = Uid>) -> Self {
        Listed {
            files: files.collect(),
            gone: BTreeMap::new(),
        }
    }
}

/// The files of ids of a store that is open.
#[derive(Debug)]
pub(super) struct Ids<D: Disk> {
    seen: Seen<D>,
    bounds: Bounds,
    /// The day on which it was last looked for ids to put away.
    looked: i64,
    /// What was there when the store was opened and counts no more has not
    /// counted since here.
    opened: Position,
}

impl<D: Disk> Ids<D> {
    /// Opens those that count.
    pub(super) fn open(site: &Site<'_, D>, core: &Core<D>) -> Result<Self, StoreError> {
        Ok(Ids {
            seen: open(site, core)?,
            bounds: Bounds::default(),
            looked: i64::MIN,
            opened: core.decided,
        })
    }

    /// Which of the ids in memory go now, by the moments until which they are
    /// remembered. Those of the last day that was and of this one stay; so do what
    /// bodies are known by, which are forgotten within a day.
    fn due(&mut self, now: Timestamp, held: usize) -> Option<(Timestamp, Timestamp)> {
        if held > self.bounds.most {
            return Some((Timestamp::MIN, Timestamp::MAX));
        }
        let now = now.as_microsecond();
        let day = now.div_euclid(DAY);
        if day == self.looked {
            return None;
        }
        self.looked = day;
        let from = now + BODY_SECONDS * 1_000_000 + 1;
        let to = (day - 1) * DAY + ID_SECONDS * 1_000_000;
        let moment = |at| Timestamp::from_microsecond(at).ok();
        Some((moment(from)?, moment(to)?))
    }
}

impl<D: Disk> Durable<D> {
    /// Holds so many ids in memory.
    pub fn hold_ids(&mut self, bounds: Bounds) {
        self.ids.bounds = bounds;
    }

    /// Puts ids away, if there are any that are to go. What they were seen in is in
    /// the log before, and what is in the file is durable before the log says so.
    pub(super) fn put_away(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let state = self.core.state();
        let Some(mut between) = self.ids.due(now, state.ids()) else {
            return Ok(());
        };
        let crowded = state.ids() > self.ids.bounds.most;
        let mut ids = state.ids_between(between);
        if ids.len() < self.ids.bounds.least && !crowded {
            if !self.ids.seen.has_old(now) {
                return Ok(());
            }
            // Files whose ids are all forgotten go alone.
            ids.clear();
            between = (now, now);
        }
        self.commit()?;
        let ids = ids.into_iter().filter(|(_, until)| now <= *until);
        let ids = ids.map(|(id, until)| Id { id, until });
        let written = self.ids.seen.write(ids.collect(), now)?;
        let moved = IdsMoved {
            between,
            file: written.file(),
            instead_of: written.instead_of().to_vec(),
        };
        let frozen = Frozen::moved(now, &moved);
        let position = self.log.append(Kind::Input, &frozen.bytes())?;
        self.log.commit()?;
        self.core.move_ids(position, &moved);
        self.ids.seen.take(written);
        Ok(())
    }

    /// An event as it is to be logged: an input whose id stands in a file is
    /// repeated.
    pub(super) fn known_again(
        &mut self,
        now: Timestamp,
        event: Event,
    ) -> Result<Event, StoreError> {
        let Event::Input(input) = event else {
            return Ok(event);
        };
        if self.ids.seen.is_empty() {
            return Ok(Event::Input(input));
        }
        let known = match self.core.state().known_by(&input) {
            Some(id) => self.ids.seen.holds(id, now)?,
            None => false,
        };
        Ok(match known {
            true => Event::Repeated(input),
            false => Event::Input(input),
        })
    }

    /// Removes the files that no state needs any more that can be worked out from a
    /// snapshot on.
    pub(super) fn forget_files(&mut self, oldest: Position) -> Result<(), StoreError> {
        let (listed, opened) = (&self.core.listed, self.ids.opened);
        self.ids.seen.remove(|file| {
            let gone = listed.gone.get(&file).copied().unwrap_or(opened);
            listed.files.contains(&file) || gone > oldest
        })?;
        self.core.listed.gone.retain(|_, gone| *gone > oldest);
        Ok(())
    }
}

impl<D: Disk> Core<D> {
    /// Ids have gone into a file, as a position of the log says.
    pub(super) fn move_ids(&mut self, position: Position, moved: &IdsMoved) {
        self.engine.drop_ids(moved.between);
        let listed = &mut self.listed;
        listed.files.retain(|file| !moved.instead_of.contains(file));
        let gone = moved.instead_of.iter().map(|file| (*file, position));
        listed.gone.extend(gone);
        if let Some(file) = moved.file {
            listed.gone.remove(&file);
            listed.files.push(file);
        }
        self.decided = position;
    }
}

fn open<D: Disk>(site: &Site<'_, D>, core: &Core<D>) -> Result<Seen<D>, StoreError> {
    let store = *core.identity.bytes();
    Seen::open(site.disk.clone(), (&site.ids(), store), &core.listed.files)
}

/// The files of ids that count in a store and cannot be read.
///
/// # Errors
/// If the system does not let them be read, or a later release has written one.
pub fn lost_ids<D: Disk>(site: &Site<'_, D>, core: &Core<D>) -> Result<Vec<Uid>, StoreError> {
    let (dir, store) = (site.ids(), *core.identity.bytes());
    let mut lost = Vec::new();
    for name in &core.listed.files {
        let file = Seen::open(site.disk.clone(), (&dir, store), &[*name]);
        match file.and_then(|mut file| file.verify()) {
            Err(StoreError::BrokenIds { .. }) => lost.push(*name),
            read => read?,
        }
    }
    Ok(lost)
}

/// Reads all files of ids that count in a store.
///
/// # Errors
/// If one of them is missing or damaged.
pub fn verify_ids<D: Disk>(site: &Site<'_, D>, core: &Core<D>) -> Result<(), Unopened> {
    Ok(open(site, core)?.verify()?)
}
