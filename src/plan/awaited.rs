//! Waits for events and conditions as the engine walks them.

use super::{Case, Condition, EventTrigger, Expression};
use crate::base::{Duration, Name};

/// `wait until COND`, `wait for EVENT`, `wait for first { … }`.
#[derive(Debug, Clone)]
pub struct Await {
    /// What ends it, in the order of the text.
    pub arms: Vec<Case<Awaited>>,
    /// The longest time; `None`: forever.
    pub max: Option<Duration>,
    /// Whether its arms have blocks; else all of them lead to what follows.
    pub has_blocks: bool,
}

/// What ends a wait.
#[derive(Debug, Clone)]
pub enum Awaited {
    /// An event that is accepted after the wait began (W3), and the name of
    /// the occurrence with its place.
    Event(Box<EventTrigger>, Option<(usize, Name)>),
    /// A condition that holds (W5).
    Holds(Condition),
    /// Nothing of it within the longest time.
    Timeout,
}

impl Await {
    /// The events that it waits for.
    pub fn triggers(&self) -> impl Iterator<Item = &EventTrigger> {
        self.arms.iter().filter_map(|arm| match &arm.test {
            Awaited::Event(trigger, _) => Some(&**trigger),
            Awaited::Holds(_) | Awaited::Timeout => None,
        })
    }

    /// Its conditions: those of its events too.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.arms.iter().filter_map(|arm| match &arm.test {
            Awaited::Event(trigger, _) => trigger.filter.as_ref(),
            Awaited::Holds(condition) => Some(condition),
            Awaited::Timeout => None,
        })
    }

    /// What it reads besides: the values from and to which properties change.
    pub fn values(&self) -> impl Iterator<Item = &Expression> {
        self.triggers()
            .flat_map(|trigger| trigger.from.iter().chain(&trigger.to))
    }

    /// Where the occurrence stands that an arm waits for.
    #[must_use]
    pub fn binding(&self, arm: usize) -> Option<&(usize, Name)> {
        match &self.arms.get(arm)?.test {
            Awaited::Event(_, name) => name.as_ref(),
            Awaited::Holds(_) | Awaited::Timeout => None,
        }
    }
}
