//! The loop of the engine: fires what is due, delivers what is under way, and
//! gathers what comes of it. What is decided about a delivery is not known here.

use std::sync::Arc;

use super::decision::{Decision, Entry};
use super::frozen;
use super::input::{self, Cell};
use super::message::{Address, Body, Delivery, Request};
use super::schedule::{self, ScheduleId};
use super::state::{Due, Timer};
use super::{Effects, Engine, alert};
use crate::base::{Timestamp, Uid};

/// What is gathered while an input is carried out.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) effects: Effects,
    pub(super) entries: Vec<Entry>,
    /// The input whose sender is answered.
    pub(super) root: Option<Uid>,
    hash: frozen::Hashing,
}

impl Gathered {
    pub(super) fn finish(self) -> Effects {
        Effects {
            entries: Arc::new(self.entries),
            hash: self.hash.finish(),
            ..self.effects
        }
    }
}

/// The cell in which a timer, or an action, stands.
pub(super) fn cell_of(record: Uid) -> Address {
    match record == alert::program() {
        true => Address::Program,
        false => Address::Record(record),
    }
}

impl Engine {
    /// Lets time pass: what is under way is delivered first, then each timer
    /// that is due, in order, with what follows from it.
    pub(super) fn move_to(&mut self, now: Timestamp, gathered: &mut Gathered) {
        if now > self.state.now {
            self.deliver_all(gathered);
            self.state.move_to(now);
        }
        while let Some(due) = self.state.due() {
            if !self.queue.is_empty() {
                // What is under way may end it, or set an earlier one.
                self.deliver_all(gathered);
                continue;
            }
            self.state.take(&due);
            match due {
                Due::Wake(due, record) => self.wake((due, record), gathered),
                Due::Schedule(at, id) => self.schedule((at, id), gathered),
                Due::Timer(timer) => self.fire(&timer, gathered),
            }
        }
    }

    /// Looks at a record because time has passed (E12). It comes but once for an
    /// instant, so that it begins no chain that counts.
    fn wake(&mut self, (due, record): (Timestamp, Uid), gathered: &mut Gathered) {
        let cell = self.state.record(record);
        if cell.is_none_or(|cell| cell.gone.is_some()) {
            return;
        }
        let at = due.as_microsecond().to_le_bytes();
        let id = Uid::of(&[b"wake", record.bytes(), &at]);
        let delivery = Delivery {
            id,
            root: id,
            chain: 1,
            from: None,
            to: Address::Record(record),
            occurred_at: None,
            by: None,
            object: None,
            body: Body::Request(Box::new(Request::Wake { due })),
        };
        self.run(delivery, gathered);
    }

    /// Lets a schedule take the next records.
    fn schedule(&mut self, (at, id): (Timestamp, ScheduleId), gathered: &mut Gathered) {
        let Some(cursor) = self.state.cursor(id) else {
            return;
        };
        let delivery = schedule::delivery(self.state.prepared(), id, (&cursor, at));
        let world = self.state.world();
        let records = |after| self.state.records_after(after);
        let decision = schedule::decide(world, records, (&delivery, id, cursor));
        self.take_decision(&delivery, decision, gathered);
        self.follow(gathered);
    }

    fn fire(&mut self, timer: &Timer, gathered: &mut Gathered) {
        let due = timer.due.as_microsecond().to_le_bytes();
        let step = timer.step.to_le_bytes();
        let request = Request::Due {
            enrolment: timer.enrolment,
            due: timer.due,
        };
        let id = Uid::of(&[b"timer", timer.enrolment.bytes(), &step, &due]);
        let delivery = Delivery {
            id,
            root: self.state.root(timer.record, id),
            chain: self.state.begin_chain(timer.record),
            from: None,
            to: cell_of(timer.record),
            occurred_at: None,
            by: None,
            object: None,
            body: Body::Request(Box::new(request)),
        };
        self.run(delivery, gathered);
    }

    pub(super) fn run(&mut self, delivery: Delivery, gathered: &mut Gathered) {
        self.deliver(delivery, gathered);
        self.follow(gathered);
    }

    /// Delivers what follows.
    fn follow(&mut self, gathered: &mut Gathered) {
        while let Some(message) = self.queue.next(false) {
            self.deliver(message, gathered);
        }
    }

    /// Delivers everything that is under way, late or not.
    pub(super) fn deliver_all(&mut self, gathered: &mut Gathered) {
        while let Some(message) = self.queue.next(true) {
            self.deliver(message, gathered);
        }
    }

    /// One delivery: decide, evolve, queue.
    fn deliver(&mut self, mut delivery: Delivery, gathered: &mut Gathered) {
        delivery.chain = self.state.chain(&delivery);
        let decision = self.decide(&delivery);
        self.take_decision(&delivery, decision, gathered);
    }

    fn take_decision(&mut self, delivery: &Delivery, decision: Decision, gathered: &mut Gathered) {
        self.state.evolve(&decision);
        self.state.count_caused(delivery, &decision);
        // That nothing has turned leaves no trace: when a record is looked at only
        // to look again depends on how far was looked before.
        if !(delivery.is_wake() && decision.is_idle()) {
            gathered.hash.add(self.state.prepared(), &decision);
        }
        let Decision {
            entries,
            messages,
            actions,
            answer,
            ..
        } = decision;
        if gathered.entries.is_empty() {
            gathered.entries = entries;
        } else {
            gathered.entries.extend(entries);
        }
        gathered.effects.actions.extend(actions);
        // The first cell that the input reaches answers, not what follows.
        let answers = gathered.root == Some(delivery.root) && gathered.effects.answer.is_none();
        if answers {
            gathered.effects.answer = answer;
        }
        for message in messages {
            self.queue.put(message);
        }
    }

    fn decide(&self, delivery: &Delivery) -> Decision {
        let state = &self.state;
        let world = state.world();
        match &delivery.to {
            Address::Program => input::decide_program(world, state.records(), delivery),
            Address::Record(id) => input::decide(world, Cell::Record(state.record(*id)), delivery),
            Address::Key(key) => input::decide(world, Cell::Key(state.key(key)), delivery),
            Address::Seen(id) => input::decide(world, Cell::Seen(state.seen(*id)), delivery),
        }
    }
}
