//! An engine that nothing outlives: a dry run. What is counted is counted as
//! everywhere.

use std::sync::Arc;

use super::durable::identity;
use super::ledger::Ledger;
use crate::base::Timestamp;
use crate::engine::frozen::v1::event::Place;
use crate::engine::{Effects, Engine, Event, Order, Prepared, State};
use crate::scenario::Machine;

/// An engine in memory, and what is counted of it.
pub struct Memory {
    engine: Engine,
    ledger: Ledger,
}

impl Memory {
    /// An empty one. Messages are delivered in an order.
    #[must_use]
    pub fn new(prepared: Arc<Prepared>, order: Order) -> Self {
        let name = identity(&prepared.program.settings.name).to_string();
        Memory {
            engine: Engine::new(prepared, &name, order),
            ledger: Ledger::default(),
        }
    }

    /// What was counted.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}

impl Machine for Memory {
    fn take(&mut self, now: Timestamp, place: Option<Place>, event: Event) -> Effects {
        let effects = self.engine.take(now, event);
        // What fails in a dry run is listed nowhere.
        self.ledger
            .follow(self.engine.state(), (place, None), &effects);
        effects
    }

    fn settle(&mut self) -> Effects {
        let effects = self.engine.settle();
        self.ledger
            .follow(self.engine.state(), (None, None), &effects);
        effects
    }

    fn is_settled(&self) -> bool {
        self.engine.is_settled()
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        self.engine.next_deadline()
    }

    fn state(&self) -> &State {
        self.engine.state()
    }
}
