//! What has happened, as a log keeps it: an input, the clock, an attempt asked
//! for, its result, an action put back, a program loaded, ids that have left the
//! memory.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::call::{self, Call};
use super::input::{self, Input};
use super::kept::{self, Kept};
use super::value::{self, Frozen};
use crate::base::{Name, Timestamp, Uid};
use crate::engine::Event as LiveEvent;
use crate::engine::decision::Asked as LiveAsked;
use crate::engine::kept::Past;
use crate::engine::message::{Again as LiveAgain, Attempt, Outcome as LiveOutcome};
use crate::engine::prepared::Prepared;
use crate::engine::put_back::Retry;
use crate::model::{Action, ActionId, written};

/// How many bytes most events have at most.
const USUAL_BYTES: usize = 512;

/// Something that has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    at: i64,
    /// The place within the source that it comes from, where it has one.
    place: Option<Place>,
    body: Body,
}

/// A place within a source that is read from its beginning to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The hash of all its inputs up to this one.
    pub through: [u8; 16],
    /// Which of its inputs, from 1.
    pub number: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Body {
    Load { program: [u8; 16], store: [u8; 16] },
    Input(Input),
    Clock,
    Attempt(Asked),
    Finished(Asked, Outcome),
    Retry(Asked, Call, String, Option<String>),
    Past([u8; 16], Vec<(String, Kept)>),
    Repeated(Input),
    Moved(Moved),
}

/// Ids that were seen have moved out of memory, into files (I3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Moved {
    from: i64,
    to: i64,
    file: Option<[u8; 16]>,
    instead_of: Vec<[u8; 16]>,
}

/// Ids that were seen have moved out of memory, into files (I3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdsMoved {
    /// Those that are remembered until a moment from one to before another.
    pub between: (Timestamp, Timestamp),
    /// The file that holds them, by its name.
    pub file: Option<Uid>,
    /// The files that count no more.
    pub instead_of: Vec<Uid>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    record: [u8; 16],
    does: String,
    enrolment: [u8; 16],
    workflow: String,
    step: String,
    action: [u8; 16],
    number: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Outcome {
    Done(Vec<(String, Frozen)>),
    Failed(Option<u16>, String, Again),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Again {
    Usual,
    After(u32),
    Never,
}

/// Something that has happened, thawed.
#[derive(Debug, Clone, PartialEq)]
pub enum Thawed {
    /// A program is loaded; its sources are known by this hash.
    Load(Uid),
    /// What was gathered of a record's past, for the program that is loaded next
    /// (V6).
    Past,
    /// Ids have moved out of memory (I3).
    Moved(IdsMoved),
    /// The engine takes it.
    Event(LiveEvent),
    /// The program does not have what it names.
    Gone,
}

impl Event {
    /// When it was accepted (I7).
    #[must_use]
    pub fn at(&self) -> Timestamp {
        Timestamp::from_microsecond(self.at).unwrap_or(Timestamp::MIN)
    }

    /// The place that it comes from.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.place
    }

    /// The program that it loads, and the identity of the store.
    #[must_use]
    pub fn program(&self) -> Option<(Uid, Uid)> {
        match self.body {
            Body::Load { program, store } => {
                Some((Uid::from_bytes(program), Uid::from_bytes(store)))
            }
            _ => None,
        }
    }

    /// Whether it is an outside input.
    #[must_use]
    pub fn is_input(&self) -> bool {
        matches!(self.body, Body::Input(_) | Body::Repeated(_))
    }

    /// The frozen form of a move of ids.
    #[must_use]
    pub fn moved(at: Timestamp, moved: &IdsMoved) -> Self {
        let (from, to) = moved.between;
        let instead_of = moved.instead_of.iter();
        Event {
            at: at.as_microsecond(),
            place: None,
            body: Body::Moved(Moved {
                from: from.as_microsecond(),
                to: to.as_microsecond(),
                file: moved.file.map(|file| *file.bytes()),
                instead_of: instead_of.map(|file| *file.bytes()).collect(),
            }),
        }
    }

    /// The frozen form of the loading of a program.
    #[must_use]
    pub fn load(at: Timestamp, program: Uid, store: Uid) -> Self {
        Event {
            at: at.as_microsecond(),
            place: None,
            body: Body::Load {
                program: *program.bytes(),
                store: *store.bytes(),
            },
        }
    }

    /// The frozen form of what was gathered of a record's past for a program.
    #[must_use]
    pub fn past(prepared: &Prepared, at: Timestamp, (record, past): (Uid, &Past)) -> Self {
        let kept = past.iter().map(|(id, kept)| {
            let name = prepared.traces.name(id).to_owned();
            (name, kept::freeze(prepared, id, kept))
        });
        Event {
            at: at.as_microsecond(),
            place: None,
            body: Body::Past(*record.bytes(), kept.collect()),
        }
    }

    /// What was gathered of a record's past, for the program that it was
    /// gathered for.
    #[must_use]
    pub fn gathered(&self, prepared: &Prepared) -> Option<(Uid, Past)> {
        let Body::Past(record, all) = &self.body else {
            return None;
        };
        let mut past = Past::default();
        for (name, kept) in all {
            if let Some(id) = prepared.traces.named(name) {
                past.set(id, kept::thaw(prepared, id, kept));
            }
        }
        Some((Uid::from_bytes(*record), past))
    }

    /// The frozen form of what the engine takes.
    #[must_use]
    pub fn freeze(
        prepared: &Prepared,
        at: Timestamp,
        place: Option<Place>,
        event: &LiveEvent,
    ) -> Self {
        let body = match event {
            LiveEvent::Input(input) => Body::Input(input::freeze(prepared, input)),
            LiveEvent::Repeated(input) => Body::Repeated(input::freeze(prepared, input)),
            LiveEvent::Clock => Body::Clock,
            LiveEvent::Attempt(asked) => Body::Attempt(asked_by(prepared, asked)),
            LiveEvent::Finished(asked, outcome) => Body::Finished(
                asked_by(prepared, asked),
                came(action(prepared, asked.action), outcome),
            ),
            LiveEvent::Retry(retry) => Body::Retry(
                asked_by(prepared, &retry.asked),
                call::freeze(prepared, &retry.request),
                retry.per.to_string(),
                retry.by.as_ref().map(ToString::to_string),
            ),
        };
        Event {
            at: at.as_microsecond(),
            place,
            body,
        }
    }

    /// The bytes of it.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        // Writing to memory does not fail.
        postcard::to_extend(self, Vec::with_capacity(USUAL_BYTES)).unwrap_or_default()
    }

    /// Reads what was kept; `None` where the bytes are no such thing.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }

    /// What it is for a program.
    #[must_use]
    pub fn thaw(&self, prepared: &Prepared) -> Thawed {
        let event = match &self.body {
            Body::Load { program, .. } => return Thawed::Load(Uid::from_bytes(*program)),
            Body::Input(input) => {
                input::thaw(prepared, input).map(|input| LiveEvent::Input(Box::new(input)))
            }
            Body::Repeated(input) => {
                input::thaw(prepared, input).map(|input| LiveEvent::Repeated(Box::new(input)))
            }
            Body::Past(..) => return Thawed::Past,
            Body::Moved(moved) => return Thawed::Moved(moved.thaw()),
            Body::Clock => Some(LiveEvent::Clock),
            Body::Attempt(asked) => thaw_asked(prepared, asked).map(LiveEvent::Attempt),
            Body::Finished(asked, outcome) => thaw_asked(prepared, asked).and_then(|asked| {
                let outcome = thaw_outcome(action(prepared, asked.action), outcome)?;
                Some(LiveEvent::Finished(asked, outcome))
            }),
            Body::Retry(asked, call, per, by) => thaw_asked(prepared, asked).and_then(|asked| {
                Some(LiveEvent::Retry(Box::new(Retry {
                    asked,
                    request: Arc::new(call::thaw(prepared, call)?),
                    per: per.as_str().into(),
                    by: by.as_deref().map(Arc::from),
                })))
            }),
        };
        event.map_or(Thawed::Gone, Thawed::Event)
    }
}

impl Moved {
    fn thaw(&self) -> IdsMoved {
        // A moment that is none is as late as any.
        let moment = |at| Timestamp::from_microsecond(at).unwrap_or(Timestamp::MAX);
        let instead_of = self.instead_of.iter();
        IdsMoved {
            between: (moment(self.from), moment(self.to)),
            file: self.file.map(Uid::from_bytes),
            instead_of: instead_of.map(|file| Uid::from_bytes(*file)).collect(),
        }
    }
}

fn action(prepared: &Prepared, id: ActionId) -> &Action {
    &prepared.program.catalog.actions[id]
}

fn asked_by(prepared: &Prepared, asked: &LiveAsked) -> Asked {
    let workflow = prepared.workflow(asked.attempt.workflow);
    let step = workflow.and_then(|workflow| workflow.steps.get(asked.attempt.step));
    Asked {
        record: *asked.record.bytes(),
        does: action(prepared, asked.action).name.to_string(),
        enrolment: *asked.attempt.enrolment.bytes(),
        workflow: prepared.plan_name(asked.attempt.workflow).into_owned(),
        step: step.map_or_else(String::new, |step| step.id.to_string()),
        action: *asked.attempt.action.bytes(),
        number: asked.attempt.number,
    }
}

fn thaw_asked(prepared: &Prepared, asked: &Asked) -> Option<LiveAsked> {
    let catalog = &prepared.program.catalog;
    let workflow = prepared.plan_named(&asked.workflow)?;
    let steps = &prepared.workflow(workflow)?.steps;
    let step = steps.iter().position(|step| step.id.as_str() == asked.step);
    let named = catalog.action(&Name::new(&asked.does));
    // One that was kept with a version that is forgotten since (V3).
    let does = named.or_else(|| catalog.action(&Name::new(written(&asked.does))))?;
    Some(LiveAsked {
        record: Uid::from_bytes(asked.record),
        action: does,
        attempt: Attempt {
            enrolment: Uid::from_bytes(asked.enrolment),
            workflow,
            // An edit may have taken the step away while the attempt ran.
            step: step.unwrap_or(usize::MAX),
            action: Uid::from_bytes(asked.action),
            number: asked.number,
        },
    })
}

fn came(action: &Action, outcome: &LiveOutcome) -> Outcome {
    match outcome {
        LiveOutcome::Done(values) => {
            let known = action.results.iter().zip(values);
            let known = known.filter_map(|(result, value)| {
                let value = value::freeze(value.as_ref()?, &result.ty);
                Some((result.name.to_string(), value))
            });
            Outcome::Done(known.collect())
        }
        LiveOutcome::Failed {
            status,
            error,
            again,
        } => {
            let again = match again {
                LiveAgain::Usual => Again::Usual,
                LiveAgain::After(seconds) => Again::After(*seconds),
                LiveAgain::Never => Again::Never,
            };
            Outcome::Failed(*status, error.to_string(), again)
        }
    }
}

fn thaw_outcome(action: &Action, outcome: &Outcome) -> Option<LiveOutcome> {
    Some(match outcome {
        Outcome::Done(known) => {
            let mut values = vec![None; action.results.len()];
            for (name, value) in known {
                let mut results = action.results.iter();
                let place = results.position(|result| result.name == **name)?;
                let value = value::thaw(value, &action.results.get(place)?.ty)?;
                *values.get_mut(place)? = Some(value);
            }
            LiveOutcome::Done(values)
        }
        Outcome::Failed(status, error, again) => LiveOutcome::Failed {
            status: *status,
            error: error.as_str().into(),
            again: match again {
                Again::Usual => LiveAgain::Usual,
                Again::After(seconds) => LiveAgain::After(*seconds),
                Again::Never => LiveAgain::Never,
            },
        },
    })
}
