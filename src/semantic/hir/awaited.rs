//! Checked waits for events and conditions, and splits.

use super::{Binding, EventTrigger, Expr, Step};
use crate::base::{Decimal, Duration, Span};

/// `wait until COND`, `wait for EVENT`, `wait for first { … }`.
#[derive(Debug, Clone)]
pub struct Await {
    /// What ends it, and what is done then, in the order of the text.
    pub arms: Vec<Arm>,
    /// The longest time; `None`: forever.
    pub max: Option<Duration>,
}

impl Await {
    /// The inner blocks, in the order of the text.
    pub(super) fn blocks(&self) -> Vec<&[Step]> {
        let arms = self.arms.iter();
        arms.filter_map(|arm| arm.steps.as_deref()).collect()
    }
}

/// One way on from a wait.
#[derive(Debug, Clone)]
pub struct Arm {
    /// What ends the wait.
    pub until: Until,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// The name of the occurrence.
    pub binding: Option<Binding>,
    /// What is done; `None` where the wait has no block.
    pub steps: Option<Vec<Step>>,
    /// From its first word to before the block.
    pub head: Span,
}

/// What ends a wait.
#[derive(Debug, Clone)]
pub enum Until {
    /// An event that is accepted after the wait began (W3).
    Event(Box<EventTrigger>),
    /// A condition that holds (W5).
    Holds(Expr),
    /// Nothing of it within the longest time.
    Timeout,
}

/// One case of a `split`.
#[derive(Debug, Clone)]
pub struct Split {
    /// What people are shown.
    pub label: Option<Box<str>>,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// Its share: a percentage, or a weight. All cases of a step have the same.
    pub share: Decimal,
    /// What is done.
    pub steps: Vec<Step>,
    /// From `case` to before the block.
    pub head: Span,
}
