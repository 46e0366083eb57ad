//! What is to be kept of a broken store, and what would come of it. Nothing is
//! written here.

use std::fmt;

use super::Diagnosis;
use super::survey::{Found, Survey};
use crate::base::{Timestamp, Uid};
use crate::host::durable::{Core, Kept, Site, Unopened, lost_ids, try_out};
use crate::host::program::hash;
use crate::store::StoreError;
use crate::store::disk::Disk;
use crate::store::log::{Identity, Position, Problem, Stretch};
use crate::store::mending::Mending;

/// How a store is put in order.
#[derive(Debug)]
pub struct Plan {
    /// What is wrong with the log.
    pub problems: Vec<Problem>,
    /// What of the log is kept.
    pub kept: Stretch,
    /// How many outside inputs are in it.
    pub inputs: u64,
    /// Whether the log changes.
    pub rewrites: bool,
    /// The snapshot that the state comes from, where the log alone does not
    /// give it.
    pub snapshot: Option<Position>,
    /// What was there behind it, and is lost.
    pub lost: Part,
    /// What was there before it: it is in the state, and cannot be worked out
    /// again.
    pub before: Part,
    /// The snapshots that do not stay.
    pub snapshots: Vec<(Position, Aside)>,
    /// The program that is put back.
    pub program: Option<Program>,
    /// The files of ids that cannot be read: their ids are forgotten (I3).
    pub ids: Vec<Uid>,
    /// The program that runs at its end, by its hash.
    pub runs: Option<Uid>,
    /// What comes of the kept part: how many records, and the hash of all
    /// decisions; nothing where an input makes the engine fail, which opening
    /// sets aside.
    pub comes_to: Option<(usize, String)>,
}

/// A part of a log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Part {
    /// How many positions it has.
    pub positions: u64,
    /// How many of them can be read.
    pub readable: u64,
    /// How many of those are outside inputs.
    pub inputs: u64,
}

/// Why a snapshot does not stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aside {
    /// It cannot be read.
    Unreadable,
    /// It has taken in what is lost.
    Later,
    /// The log that is kept begins behind it.
    Earlier,
}

/// A program that is missing and known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// By which name the log knows it.
    pub name: String,
    /// Its texts.
    pub bytes: Vec<u8>,
    /// Whether there is something else under its name.
    pub damaged: bool,
}

/// Why a store cannot be repaired.
#[derive(Debug)]
pub enum Hopeless {
    /// Nothing of it can be read.
    Nothing,
    /// The log has lost its beginning, and there is no snapshot to go on from.
    NoState {
        /// The first position that can be read.
        first: Position,
    },
    /// What can be read cannot be continued from.
    Unopened(Unopened),
}

impl fmt::Display for Hopeless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hopeless::Nothing => f.write_str(
                "neither the log nor a snapshot can be read: bring the store back from a backup",
            ),
            Hopeless::NoState { first } => write!(
                f,
                "what can be read of the log begins at position {first}, and no snapshot says what had come of all before: bring a snapshot back from a backup, or the whole store"
            ),
            Hopeless::Unopened(error) => error.fmt(f),
        }
    }
}

/// A part of a store that could be kept.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    first: Position,
    last: Position,
    inputs: u64,
    /// The snapshot that it begins from; the beginning of all, if there is none.
    snapshot: Option<Position>,
}

/// Finds out what is wrong with a store, and what can be done. `own` is the
/// program of the folder. Nothing is written.
///
/// # Errors
/// If a later release has written it, or the system does not let it be read.
pub fn diagnose<D: Disk>(
    site: &Site<'_, D>,
    own: &[u8],
    now: Timestamp,
) -> Result<Diagnosis, StoreError> {
    if let Some(mending) = Mending::of(site.disk, site.dir)? {
        return Ok(Diagnosis::Interrupted(mending));
    }
    let survey = Survey::of(site)?;
    if survey.is_empty() {
        return Ok(Diagnosis::Sound(0));
    }
    let Some(store) = survey.store else {
        return Ok(Diagnosis::Hopeless(Hopeless::Nothing));
    };
    let first = survey.stretches.first().map(|stretch| stretch.first);
    let head = survey.segments.first().map(|(first, _)| *first);
    let mut why = match first.or(head) {
        Some(first) if first > Position::FIRST => Hopeless::NoState { first },
        _ => Hopeless::Nothing,
    };
    for candidate in candidates(&survey) {
        match attempt(site, (&survey, candidate), own) {
            Ok(tried) => {
                let identity = identity(store, survey.epoch, now);
                return Ok(decided(survey, candidate, (identity, tried)));
            }
            // A snapshot that is whole and says nothing.
            Err(
                Unopened::Store(StoreError::Dropped { .. })
                | Unopened::Unreadable(_)
                | Unopened::Empty,
            ) => {}
            Err(Unopened::Store(error)) => return Err(error),
            Err(error) => {
                why = Hopeless::Unopened(error);
                break;
            }
        }
    }
    Ok(Diagnosis::Hopeless(why))
}

/// What has come of trying a part.
struct Tried {
    runs: Option<Uid>,
    comes_to: Option<(usize, String)>,
    program: Option<Program>,
    ids: Vec<Uid>,
}

/// All parts that have a state to begin from, the one first that reaches
/// furthest; of equals the one that begins first.
fn candidates(survey: &Survey) -> Vec<Candidate> {
    let of_stretch = |stretch: &Found| {
        let (first, last) = (stretch.first, stretch.last);
        let fits = first.before()..=last;
        let snapshot = survey.whole().filter(|at| fits.contains(at)).max();
        let begins = first == Position::FIRST;
        (begins || snapshot.is_some()).then_some(Candidate {
            first,
            last,
            inputs: stretch.inputs,
            snapshot: snapshot.filter(|_| !begins),
        })
    };
    let of_snapshot = |position: Position| Candidate {
        first: position.next(),
        last: position,
        inputs: 0,
        snapshot: Some(position),
    };
    let stretches = survey.stretches.iter().filter_map(of_stretch);
    let mut all: Vec<Candidate> = stretches.chain(survey.whole().map(of_snapshot)).collect();
    all.sort_by_key(|candidate| (u64::MAX - candidate.last.get(), candidate.first));
    all
}

/// What would come of a part; a program that is missing may be that of the
/// folder.
fn attempt<D: Disk>(
    site: &Site<'_, D>,
    (survey, candidate): (&Survey, Candidate),
    own: &[u8],
) -> Result<Tried, Unopened> {
    let mut kept = Kept {
        stretch: (candidate.first, candidate.last),
        store: survey.store,
        spare: None,
    };
    let name = hash(own).to_string();
    let (core, program) = match try_out(site, kept) {
        Err(Unopened::NoProgram(missing)) if missing == hash(own) => {
            kept.spare = Some((&name, own));
            let damaged = site.programs().get(&name)?.is_some();
            let program = Program {
                name: name.clone(),
                bytes: own.to_vec(),
                damaged,
            };
            (try_out(site, kept), Some(program))
        }
        tried => (tried, None),
    };
    let mut tried = Tried {
        runs: None,
        comes_to: None,
        program,
        ids: Vec::new(),
    };
    match core {
        Ok(core) => {
            tried.runs = Some(core.program().hash);
            tried.comes_to = Some(told(&core));
            tried.ids = lost_ids(site, &core)?;
        }
        // Opening sets it aside.
        Err(Unopened::Panicked(_)) => {}
        Err(error) => return Err(error),
    }
    Ok(tried)
}

fn told<D: Disk>(core: &Core<D>) -> (usize, String) {
    let hash = core.ledger().hash.to_string();
    (core.state().records().count(), hash)
}

/// The epoch in which a store goes on. It is that of the present second, so
/// that two repairs or copies of one store never share one.
pub(in crate::host) fn epoch(before: u64, now: Timestamp) -> u64 {
    let now = u64::try_from(now.as_second()).unwrap_or(0);
    before.saturating_add(1).max(now)
}

fn identity(store: [u8; 16], before: u64, now: Timestamp) -> Identity {
    let epoch = epoch(before, now);
    Identity { store, epoch }
}

/// The plan of a part; that there is nothing to do, where it is all there is.
fn decided(survey: Survey, candidate: Candidate, with: (Identity, Tried)) -> Diagnosis {
    let (identity, tried) = with;
    let Candidate { first, last, .. } = candidate;
    let head = survey.segments.first().map(|(first, _)| *first);
    let end = survey.end();
    let begins = head == Some(first);
    let unsound = survey.unsound();
    let rewrites = !begins || unsound.is_some() || last < end;
    let aside = asides(&survey, candidate);
    let whole = aside.is_empty() && tried.ids.is_empty();
    if let (false, true, None, Some((records, _))) =
        (rewrites, whole, &tried.program, &tried.comes_to)
    {
        return Diagnosis::Sound(*records);
    }
    let lost = survey.count(|stretch| stretch.first > last);
    let before = survey.count(|stretch| stretch.last < first);
    let begun = survey
        .stretches
        .first()
        .map_or(first, |stretch| stretch.first);
    // Where a program or a snapshot is missing, the log stays.
    let anew = if begins {
        unsound.unwrap_or(first)
    } else {
        Position::ORIGIN
    };
    Diagnosis::Broken(Box::new(Plan {
        kept: Stretch {
            first,
            last,
            anew,
            identity,
        },
        inputs: candidate.inputs,
        rewrites,
        snapshot: candidate.snapshot.filter(|_| !begins),
        lost: part(end.get().saturating_sub(last.get()), lost),
        before: part(first.get().saturating_sub(begun.get()), before),
        snapshots: aside,
        program: tried.program,
        ids: tried.ids,
        runs: tried.runs,
        comes_to: tried.comes_to,
        problems: survey.problems,
    }))
}

fn part(positions: u64, (readable, inputs): (u64, u64)) -> Part {
    Part {
        positions,
        readable,
        inputs,
    }
}

/// The snapshots that do not go with what is kept.
fn asides(survey: &Survey, candidate: Candidate) -> Vec<(Position, Aside)> {
    let aside = survey.snapshots.iter().filter_map(|(position, whole)| {
        let why = match *position {
            _ if !whole => Aside::Unreadable,
            position if position > candidate.last => Aside::Later,
            position if position < candidate.first.before() => Aside::Earlier,
            _ => return None,
        };
        Some((*position, why))
    });
    aside.collect()
}
