//! The engine: a pure function from inputs to effects. `decide` sees the
//! program and one cell and changes nothing, `evolve` carries a decision out
//! and decides nothing; the loop between them delivers messages until none is
//! left. It knows no clock, no file, no thread and no chance.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod alert;
mod breaker;
pub mod call;
pub mod cast;
mod consider;
mod date_trigger;
pub mod decision;
mod deliver;
pub mod diagnose;
mod draft;
pub mod enrolment;
mod evaluate;
mod event;
mod exclusive;
pub mod frozen;
pub mod gather;
mod hear;
pub mod heard;
pub mod history;
mod input;
mod intake;
pub mod kept;
mod led;
mod look;
pub mod message;
mod migrate;
mod prepared;
pub mod put_back;
mod queue;
pub mod rate;
pub mod record;
mod recall;
mod refine;
pub mod retries;
pub mod retry;
pub mod schedule;
pub mod seldom;
mod state;
mod step;
mod wake;
mod world;

pub use event::event_name;
pub use intake::{DAY as BODY_SECONDS, Input, InputBody, Received, Target, YEAR as ID_SECONDS};
pub use migrate::{Finishes, Goes, Lost, Migrated, Move, Refused, Violation, Withdrawn};
pub use prepared::Prepared;
pub use queue::Order;
pub use state::{Image, PARTITIONS, State, Timer};
pub use step::lot;
pub use world::{Switch, key};

use std::sync::Arc;

use self::decision::{Action, Answer, Asked, Entry, What};
use self::deliver::{Gathered, cell_of};
use self::gather::Pasts;
use self::message::{Body, Delivery, Outcome, Request};
use self::put_back::Retry;
use self::queue::Queue;
use self::world::World;
use crate::base::{Timestamp, Uid};

/// The number of the rules by which inputs become decisions. A change of any
/// decision needs a new one.
pub const RULES: u32 = 1;

/// A program running on a state in memory.
pub struct Engine {
    state: State,
    queue: Queue,
    store: Arc<str>,
    epoch: u32,
    accepted: Vec<u64>,
}

/// What can happen to an engine: an outside input, the clock, an attempt of an
/// action asked for, its result, an action put back (I1, A4).
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// An outside input.
    Input(Box<Input>),
    /// An outside input whose id was seen, though the state holds it no more (I3).
    Repeated(Box<Input>),
    /// The clock: timers that are due by now fire.
    Clock,
    /// An attempt is asked for (A8).
    Attempt(Asked),
    /// An attempt has ended.
    Finished(Asked, Outcome),
    /// An action that failed for good is put back (A4).
    Retry(Box<Retry>),
}

/// What an input has come to.
#[derive(Debug, Default, PartialEq)]
pub struct Effects {
    /// What is told of it, in order (H1); shared by those who tell it on.
    pub entries: Arc<Vec<Entry>>,
    /// What the outside is asked for, in order.
    pub actions: Vec<Action>,
    /// What the sender is told.
    pub answer: Option<Answer>,
    /// The hash of its decisions, in the order of delivery.
    pub hash: frozen::DecisionHash,
}

impl Engine {
    /// An engine with an empty state. `store` names the store in the ids that
    /// are made here.
    #[must_use]
    pub fn new(prepared: Arc<Prepared>, store: &str, order: Order) -> Self {
        Engine {
            state: State::new(prepared),
            queue: Queue::new(order),
            store: store.into(),
            epoch: 0,
            accepted: vec![0; PARTITIONS],
        }
    }

    /// An engine that goes on from an image. Positions count on from those of
    /// the image.
    #[must_use]
    pub fn from_image(image: Image, store: &str, order: Order) -> Self {
        let accepted = image.accepted.clone();
        let has_wakes = image.has_wakes;
        let mut state = image.into_state();
        if !has_wakes {
            state.set_wakes();
        }
        Engine {
            state,
            queue: Queue::new(order),
            store: store.into(),
            epoch: 0,
            accepted,
        }
    }

    /// From now on it is in another epoch of its store.
    pub fn enter_epoch(&mut self, epoch: u32) {
        self.epoch = epoch;
    }

    /// What it is now; `None` while something is under way. It copies no
    /// record, so another thread can freeze it while the engine runs on.
    #[must_use]
    pub fn image(&self) -> Option<Image> {
        let image = || self.state.image(self.accepted.clone());
        self.is_settled().then(image)
    }

    /// Takes another program: carries over by name what records have and where
    /// enrolments stand. Who enrols is decided by the input
    /// [`InputBody::Publish`] that follows. Actions that were asked for before
    /// are named anew by [`Migrated::action`].
    ///
    /// # Errors
    ///
    /// Where something is under way, or records violate what the program
    /// requires from now on; then nothing has changed.
    pub fn publish(&mut self, prepared: &Arc<Prepared>) -> Result<Migrated, Refused> {
        self.publish_with(prepared, &Pasts::new())
    }

    /// The same with what was gathered of the past for the conditions that are
    /// new (V6).
    ///
    /// # Errors
    ///
    /// As [`Engine::publish`].
    pub fn publish_with(
        &mut self,
        prepared: &Arc<Prepared>,
        gathered: &Pasts,
    ) -> Result<Migrated, Refused> {
        let image = self.image().ok_or(Refused::UnderWay)?;
        let (image, migrated) = migrate::migrate(image, prepared, gathered)?;
        let before = std::mem::replace(&mut self.state, image.into_state());
        self.state.keep_wakes(&before);
        Ok(migrated)
    }

    /// What [`Engine::publish`] would do.
    ///
    /// # Errors
    ///
    /// Where it would be refused.
    pub fn would_publish(&self, prepared: &Arc<Prepared>) -> Result<Migrated, Refused> {
        let image = self.image().ok_or(Refused::UnderWay)?;
        migrate::migrate(image, prepared, &Pasts::new()).map(|(_, migrated)| migrated)
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// When it must be woken, if no input comes before.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.state.next_deadline()
    }

    /// Fires the timers that are due, then applies an input, then delivers
    /// what follows (I8, I5). A time before the last one counts as the last
    /// one (I7).
    pub fn apply(&mut self, now: Timestamp, input: Input) -> Effects {
        self.apply_new(now, (input, false))
    }

    /// The same, where it may be known that it is repeated (I3).
    fn apply_new(&mut self, now: Timestamp, (input, repeated): (Input, bool)) -> Effects {
        let mut gathered = Gathered::default();
        self.move_to(now, &mut gathered);
        let by = input.by.clone();
        match self.delivery((input, repeated)) {
            Ok(delivery) => {
                gathered.root = Some(delivery.root);
                self.run(delivery, &mut gathered);
            }
            Err(what) => {
                gathered.effects.answer = what.answer();
                gathered.entries.push(Entry {
                    by,
                    ..Entry::of_input(self.state.now, what)
                });
            }
        }
        gathered.finish()
    }

    /// Fires the timers that are due.
    pub fn advance(&mut self, now: Timestamp) -> Effects {
        let mut gathered = Gathered::default();
        self.move_to(now, &mut gathered);
        gathered.finish()
    }

    /// Drops the ids that are remembered until a moment from one to before another
    /// (I3). Whoever does so knows from then on that they were seen.
    pub fn drop_ids(&mut self, between: (Timestamp, Timestamp)) {
        self.state.drop_ids(between);
    }

    /// Whether nothing is under way.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.queue.is_empty()
    }

    /// Delivers what is under way, without letting time pass.
    pub fn settle(&mut self) -> Effects {
        let mut gathered = Gathered::default();
        self.deliver_all(&mut gathered);
        gathered.finish()
    }

    /// Takes whatever has happened.
    pub fn take(&mut self, now: Timestamp, event: Event) -> Effects {
        match event {
            Event::Input(input) => self.apply(now, *input),
            Event::Repeated(input) => self.apply_new(now, (*input, true)),
            Event::Clock => self.advance(now),
            Event::Attempt(asked) => self.attempt(now, asked),
            Event::Finished(asked, outcome) => self.finish(now, asked, outcome),
            Event::Retry(retry) => self.put_back(now, *retry),
        }
    }

    /// Asks whether an attempt of an action may begin; it may if the answer is
    /// [`Answer::Released`] (A8).
    pub fn attempt(&mut self, now: Timestamp, asked: Asked) -> Effects {
        let request = Request::Attempt(asked.attempt);
        self.about(now, (asked, b"attempt"), (request, None))
    }

    /// Takes the result of an action: an input of its own, a new chain.
    pub fn finish(&mut self, now: Timestamp, asked: Asked, outcome: Outcome) -> Effects {
        let request = Request::Finished(asked.attempt, outcome);
        self.about(now, (asked, b"result"), (request, None))
    }

    /// Puts an action back that failed for good: it is asked for once more,
    /// under its key (A4).
    pub fn put_back(&mut self, now: Timestamp, retry: Retry) -> Effects {
        let Retry {
            asked,
            request,
            per,
            by,
        } = retry;
        let request = Request::Retry(asked.attempt, request, per);
        self.about(now, (asked, b"retry"), (request, by))
    }

    /// An input about an action.
    fn about(
        &mut self,
        now: Timestamp,
        (asked, what): (Asked, &[u8]),
        (request, by): (Request, Option<Arc<str>>),
    ) -> Effects {
        let mut gathered = Gathered::default();
        self.move_to(now, &mut gathered);
        let attempt = asked.attempt.number.to_le_bytes();
        let at = self.state.now.as_microsecond().to_le_bytes();
        let id = Uid::of(&[what, asked.attempt.action.bytes(), &attempt, &at]);
        let delivery = Delivery {
            id,
            root: self.state.root(asked.record, id),
            chain: self.state.begin_chain(asked.record),
            from: None,
            to: cell_of(asked.record),
            occurred_at: None,
            by,
            object: None,
            body: Body::Request(Box::new(request)),
        };
        gathered.root = Some(delivery.root);
        self.run(delivery, &mut gathered);
        gathered.finish()
    }

    fn delivery(&mut self, (input, repeated): (Input, bool)) -> Result<Delivery, What> {
        let input = led::led(&self.state, input);
        let world: World<'_> = self.state.world();
        intake::delivery(world, (input, repeated), &mut |cell| {
            let partition = cell.partition(PARTITIONS);
            let position = self.accepted.get_mut(partition).map(|position| {
                *position += 1;
                *position
            });
            // An input without an id of its own has that of its place (I3).
            Uid::of(&[
                b"position",
                self.store.as_bytes(),
                &self.epoch.to_le_bytes(),
                &(partition as u64).to_le_bytes(),
                &position.unwrap_or_default().to_le_bytes(),
            ])
        })
    }
}
