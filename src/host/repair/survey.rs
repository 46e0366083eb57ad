//! What can be read of a store that may be broken: the stretches of its log and
//! its snapshots. What is to be kept of it is not known here.

use std::path::PathBuf;

use crate::engine::frozen::v1::event::Event;
use crate::host::durable::Site;
use crate::store::StoreError;
use crate::store::disk::Disk;
use crate::store::log::{self, Kind, Position, Problem};

/// Frames that follow one another and can all be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The position of the first.
    pub first: Position,
    /// That of the last.
    pub last: Position,
    /// How many of them are outside inputs.
    pub inputs: u64,
}

/// What can be read of a store.
#[derive(Debug)]
pub struct Survey {
    /// What is wrong with its log, torn ends included.
    pub problems: Vec<Problem>,
    /// The segments of its log, by the position that each begins with.
    pub segments: Vec<(Position, PathBuf)>,
    /// What of its log can be read.
    pub stretches: Vec<Found>,
    /// Its snapshots, and whether they are whole.
    pub snapshots: Vec<(Position, bool)>,
    /// Whose store it is.
    pub store: Option<[u8; 16]>,
    /// The latest epoch of its log.
    pub epoch: u64,
}

impl Survey {
    /// Looks through a store.
    pub(super) fn of<D: Disk>(site: &Site<'_, D>) -> Result<Self, StoreError> {
        let dir = site.dir.join("log");
        let segments = log::segments(site.disk.clone(), &dir)?;
        let problems = if segments.is_empty() {
            Vec::new()
        } else {
            log::verify(site.disk.clone(), &dir)?
        };
        let mut survey = Survey {
            problems,
            segments,
            stretches: Vec::new(),
            snapshots: Vec::new(),
            store: None,
            epoch: 0,
        };
        survey.snapshots(site)?;
        let mut frames = log::salvage(site.disk.clone(), &dir, survey.store)?;
        for found in &mut frames {
            let frame = found?.frame;
            let event = (frame.kind == Kind::Input).then(|| Event::read(&frame.payload));
            let event = event.flatten();
            let is_input = event.as_ref().is_some_and(Event::is_input);
            survey.take(frame.position, is_input);
            let load = event.and_then(|event| event.program());
            survey.store = survey.store.or(load.map(|(_, store)| *store.bytes()));
        }
        survey.store = survey.store.or(frames.store());
        survey.epoch = frames.epoch();
        Ok(survey)
    }

    /// The latest whole snapshot says whose store it is.
    fn snapshots<D: Disk>(&mut self, site: &Site<'_, D>) -> Result<(), StoreError> {
        let snapshots = site.snapshots();
        for position in snapshots.positions()? {
            let found = snapshots.read(position)?;
            self.snapshots.push((position, found.is_some()));
            self.store = found.map(|found| found.store).or(self.store);
        }
        Ok(())
    }

    fn take(&mut self, position: Position, is_input: bool) {
        let inputs = u64::from(is_input);
        match self.stretches.last_mut() {
            Some(stretch) if stretch.last.next() == position => {
                stretch.last = position;
                stretch.inputs += inputs;
            }
            _ => self.stretches.push(Found {
                first: position,
                last: position,
                inputs,
            }),
        }
    }

    /// The snapshots that are whole.
    pub(super) fn whole(&self) -> impl Iterator<Item = Position> {
        let whole = self.snapshots.iter().filter(|(_, whole)| *whole);
        whole.map(|(position, _)| *position)
    }

    /// Whether nothing was ever taken in.
    pub(super) fn is_empty(&self) -> bool {
        let sound = self.problems.iter().all(|problem| problem.torn);
        let head = self.segments.first();
        let begins = head.is_none_or(|(first, _)| *first == Position::FIRST);
        sound && begins && self.stretches.is_empty() && self.snapshots.is_empty()
    }

    /// The last position that is known to have been there.
    #[must_use]
    pub fn end(&self) -> Position {
        let last = self.stretches.last().map(|stretch| stretch.last);
        let last = last.into_iter().chain(self.whole());
        last.max().unwrap_or(Position::ORIGIN)
    }

    /// What can be read behind a position, or before it: how many frames, and
    /// how many of them are inputs. A stretch is never divided.
    pub(super) fn count(&self, counts: impl Fn(&Found) -> bool) -> (u64, u64) {
        let found = self.stretches.iter().filter(|stretch| counts(stretch));
        found.fold((0, 0), |(frames, inputs), stretch| {
            let own = stretch.last.get() + 1 - stretch.first.get();
            (frames + own, inputs + stretch.inputs)
        })
    }

    /// The segment before the first one with which something is wrong that is
    /// more than a torn end: what is wrong may be between the two.
    pub(super) fn unsound(&self) -> Option<Position> {
        let broken = self.problems.iter().filter(|problem| !problem.torn);
        let broken = broken.filter_map(|problem| {
            let mut segments = self.segments.iter();
            segments.position(|(_, path)| *path == problem.segment)
        });
        let place = broken.min()?.saturating_sub(1);
        self.segments.get(place).map(|(first, _)| *first)
    }
}
