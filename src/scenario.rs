//! The driver with a virtual clock: it stops at each deadline, carries actions
//! out one by one in the order decided, and gives their results back at the
//! same instant (I9). Who carries them out is not known here.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod test;

use std::collections::VecDeque;

use crate::base::Timestamp;
use crate::engine::decision::{Action, Answer, Entry};
use crate::engine::frozen::DecisionHash;
use crate::engine::frozen::v1::event::Place;
use crate::engine::message::Outcome;
use crate::engine::{Effects, Engine, Event, Input, State};

/// What a scenario drives: an engine, alone or with a log behind it.
pub trait Machine {
    /// Takes what has happened; `place` says where it comes from.
    fn take(&mut self, now: Timestamp, place: Option<Place>, event: Event) -> Effects;

    /// Delivers what is under way, without letting time pass.
    fn settle(&mut self) -> Effects;

    /// Whether nothing is under way.
    fn is_settled(&self) -> bool;

    /// When it must be woken, if nothing comes before.
    fn next_deadline(&self) -> Option<Timestamp>;

    /// The state.
    fn state(&self) -> &State;

    /// Makes sure that all that was taken survives, before anything of it
    /// leaves; whether it does.
    fn secure(&mut self) -> bool {
        true
    }
}

impl Machine for Engine {
    fn take(&mut self, now: Timestamp, _: Option<Place>, event: Event) -> Effects {
        Engine::take(self, now, event)
    }

    fn settle(&mut self) -> Effects {
        Engine::settle(self)
    }

    fn is_settled(&self) -> bool {
        Engine::is_settled(self)
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        Engine::next_deadline(self)
    }

    fn state(&self) -> &State {
        Engine::state(self)
    }
}

/// The outside of a scenario: it carries actions out and keeps the history.
pub trait Carrier {
    /// Carries an action out, and says what came of it; `None` where it cannot
    /// be said, and the scenario is over.
    fn carry(&mut self, state: &State, action: &Action) -> Option<Outcome>;

    /// Takes the entries of what has just been taken, in order.
    fn told(&mut self, state: &State, entries: &[Entry]);
}

/// A machine under a virtual clock.
pub struct Scenario<M, C> {
    machine: M,
    carrier: C,
    now: Timestamp,
    /// What is to be carried out, and whether its attempt may begin already.
    decided: VecDeque<(Action, bool)>,
    over: bool,
    hash: DecisionHash,
}

impl<M: Machine, C: Carrier> Scenario<M, C> {
    /// Begins with a machine. `decided` is what was asked of the outside
    /// before and has not come back; an attempt that may begin is not asked
    /// for again.
    #[must_use]
    pub fn new(machine: M, carrier: C, decided: Vec<(Action, bool)>) -> Self {
        Scenario {
            now: machine.state().now(),
            machine,
            carrier,
            decided: decided.into(),
            over: false,
            hash: DecisionHash::default(),
        }
    }

    /// The machine.
    #[must_use]
    pub fn machine(&self) -> &M {
        &self.machine
    }

    /// The same, to be changed while nothing is under way.
    pub fn machine_mut(&mut self) -> &mut M {
        &mut self.machine
    }

    /// The outside.
    #[must_use]
    pub fn carrier(&self) -> &C {
        &self.carrier
    }

    /// The same, to be changed.
    pub fn carrier_mut(&mut self) -> &mut C {
        &mut self.carrier
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Whether it is over, because something could not be carried out or kept.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// The hash of all decisions so far.
    #[must_use]
    pub fn hash(&self) -> DecisionHash {
        self.hash
    }

    /// Ends the scenario.
    #[must_use]
    pub fn into_parts(self) -> (M, C) {
        (self.machine, self.carrier)
    }

    /// Lets the clock move on, with a stop at each deadline, then applies an
    /// input and what follows from it.
    pub fn apply(&mut self, at: Timestamp, input: Input) -> Option<Answer> {
        self.apply_from(None, at, input)
    }

    /// The same for an input that comes from a place within a source.
    pub fn apply_from(
        &mut self,
        place: Option<Place>,
        at: Timestamp,
        input: Input,
    ) -> Option<Answer> {
        // What was decided before this scenario began is carried out first.
        self.carry_out();
        self.advance(at);
        if self.over {
            return None;
        }
        let event = Event::Input(Box::new(input));
        let mut effects = self.machine.take(self.now, place, event);
        let answer = effects.answer.take();
        self.absorb(effects);
        self.carry_out();
        self.wake();
        answer
    }

    /// Lets the clock move on, with a stop at each deadline.
    pub fn advance(&mut self, to: Timestamp) {
        if to > self.now {
            self.settle();
        }
        while !self.over
            && let Some(due) = self.machine.next_deadline()
            && due <= to
        {
            self.now = self.now.max(due);
            self.wake();
            self.settle();
        }
        self.now = self.now.max(to);
    }

    /// Lets the clock move on and stop there.
    pub fn stop_at(&mut self, to: Timestamp) {
        self.advance(to);
        self.settle();
        if !self.over {
            let effects = self.machine.take(self.now, None, Event::Clock);
            self.absorb(effects);
            self.carry_out();
        }
    }

    /// Lets the clock move on without a stop, as where the program stood still:
    /// what has come due meanwhile is late (I8).
    pub fn stand_still(&mut self, to: Timestamp) {
        self.settle();
        self.now = self.now.max(to);
        if !self.over {
            let effects = self.machine.take(self.now, None, Event::Clock);
            self.absorb(effects);
            self.carry_out();
        }
        self.wake();
    }

    /// Fires the timers that are due by now.
    fn wake(&mut self) {
        while !self.over
            && self
                .machine
                .next_deadline()
                .is_some_and(|due| due <= self.now)
        {
            let effects = self.machine.take(self.now, None, Event::Clock);
            self.absorb(effects);
            self.carry_out();
        }
    }

    /// Delivers all that is under way, at the present instant.
    pub fn settle(&mut self) {
        self.carry_out();
        while !self.machine.is_settled() {
            let effects = self.machine.settle();
            self.absorb(effects);
            self.carry_out();
        }
    }

    fn absorb(&mut self, effects: Effects) {
        self.carrier.told(self.machine.state(), &effects.entries);
        self.hash = self.hash.then(effects.hash);
        let actions = effects.actions.into_iter();
        self.decided.extend(actions.map(|action| (action, false)));
    }

    fn carry_out(&mut self) {
        while let (false, Some((action, released))) = (self.over, self.decided.pop_front()) {
            if released || self.may_begin(&action) {
                self.carry(&action);
            }
        }
    }

    fn may_begin(&mut self, action: &Action) -> bool {
        let event = Event::Attempt(action.attempt());
        let mut effects = self.machine.take(self.now, None, event);
        let released = effects.answer.take() == Some(Answer::Released);
        self.absorb(effects);
        released
    }

    fn carry(&mut self, action: &Action) {
        if !self.machine.secure() {
            self.over = true;
            return;
        }
        match self.carrier.carry(self.machine.state(), action) {
            Some(outcome) => {
                let event = Event::Finished(action.attempt(), outcome);
                let effects = self.machine.take(self.now, None, event);
                self.absorb(effects);
            }
            None => self.over = true,
        }
    }
}
