//! The driver with a virtual clock: it stops at each deadline, carries actions
//! out one by one in the order decided, and gives their results back at the
//! same instant (I9). Who carries them out is not known here.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

use std::collections::VecDeque;

use crate::base::Timestamp;
use crate::engine::decision::{Action, Answer, Entry};
use crate::engine::message::Outcome;
use crate::engine::{Effects, Engine, Input, State};

/// The outside of a scenario: it carries actions out and keeps the history.
pub trait Carrier {
    /// Carries an action out, and says what came of it.
    fn carry(&mut self, state: &State, action: &Action) -> Outcome;

    /// Takes the entries of what has just been applied, in order.
    fn told(&mut self, state: &State, entries: &[Entry]);
}

/// An engine under a virtual clock.
pub struct Scenario<C> {
    engine: Engine,
    carrier: C,
    now: Timestamp,
    decided: VecDeque<Action>,
    hashes: Vec<crate::engine::frozen::DecisionHash>,
}

impl<C: Carrier> Scenario<C> {
    /// Begins with an engine.
    #[must_use]
    pub fn new(engine: Engine, carrier: C) -> Self {
        Scenario {
            engine,
            carrier,
            now: Timestamp::MIN,
            decided: VecDeque::new(),
            hashes: Vec::new(),
        }
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The outside.
    #[must_use]
    pub fn carrier(&self) -> &C {
        &self.carrier
    }

    /// The hashes of all decisions so far, one for each input, timer and
    /// result.
    #[must_use]
    pub fn hashes(&self) -> &[crate::engine::frozen::DecisionHash] {
        &self.hashes
    }

    /// Ends the scenario.
    #[must_use]
    pub fn into_parts(self) -> (Engine, C) {
        (self.engine, self.carrier)
    }

    /// Lets the clock move on, with a stop at each deadline, then applies an
    /// input and what follows from it.
    pub fn apply(&mut self, at: Timestamp, input: Input) -> Option<Answer> {
        self.advance(at);
        let mut effects = self.engine.apply(self.now, input);
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
        while let Some(due) = self.engine.next_deadline()
            && due <= to
        {
            self.now = self.now.max(due);
            self.wake();
            self.settle();
        }
        self.now = self.now.max(to);
        let effects = self.engine.advance(self.now);
        self.absorb(effects);
        self.carry_out();
    }

    /// Fires the timers that are due by now.
    fn wake(&mut self) {
        while self
            .engine
            .next_deadline()
            .is_some_and(|due| due <= self.now)
        {
            let effects = self.engine.advance(self.now);
            self.absorb(effects);
            self.carry_out();
        }
    }

    /// Delivers all that is under way, at the present instant.
    pub fn settle(&mut self) {
        self.carry_out();
        while !self.engine.is_settled() {
            let effects = self.engine.settle();
            self.absorb(effects);
            self.carry_out();
        }
    }

    fn absorb(&mut self, effects: Effects) {
        self.carrier.told(self.engine.state(), &effects.entries);
        if effects.hash != Default::default() {
            self.hashes.push(effects.hash);
        }
        self.decided.extend(effects.actions);
    }

    fn carry_out(&mut self) {
        while let Some(action) = self.decided.pop_front() {
            let outcome = self.carrier.carry(self.engine.state(), &action);
            let effects = self.engine.finish(self.now, &action, outcome);
            self.absorb(effects);
        }
    }
}
