//! Waits as written.

use super::{Doc, EventRef, Expr, Ident, Step};
use crate::base::{Duration, Span, Time, YearlyDate};

/// `wait D` or `wait until …`.
#[derive(Debug, Clone)]
pub enum Wait {
    /// For an amount of time.
    For(Duration),
    /// For the amount of time that a constant names.
    Named(Ident),
    /// Until a moment, or a condition.
    Until(Box<Until>),
    /// For an event.
    Event(Box<WaitEvent>),
    /// For the first of several things.
    First(Box<WaitFirst>),
}

impl Wait {
    /// The inner blocks, in the order of the text.
    pub(super) fn blocks(&self) -> Vec<&[Step]> {
        let arms = match self {
            Wait::For(_) | Wait::Named(_) => return Vec::new(),
            Wait::Until(until) => &until.bounds.arms,
            Wait::Event(event) => &event.bounds.arms,
            Wait::First(first) => &first.arms,
        };
        arms.iter().map(|arm| &*arm.steps).collect()
    }

    /// How many names it binds, without its inner blocks.
    pub(super) fn bindings(&self) -> usize {
        let of = |arm: &Arm| match &arm.kind {
            ArmKind::Event(event) => event.bindings.len(),
            _ => 0,
        };
        match self {
            Wait::Event(event) => event.event.bindings.len(),
            Wait::First(first) => first.arms.iter().map(of).sum(),
            _ => 0,
        }
    }
}

/// `wait until MOMENT [if past …] [if unknown …]`, or
/// `wait until COND max D [{ met {…} timeout {…} }]`.
#[derive(Debug, Clone)]
pub struct Until {
    /// The moment.
    pub moment: Moment,
    /// What holds where it has passed or is not known.
    pub ifs: Vec<IfPast>,
    /// How long, and what follows: of a condition.
    pub bounds: Bounds,
}

/// `wait for EVENT [where C] [as n] max D [{ met {…} timeout {…} }]`.
#[derive(Debug, Clone)]
pub struct WaitEvent {
    /// What is waited for.
    pub event: Awaited,
    /// How long, and what follows.
    pub bounds: Bounds,
}

/// An event that is waited for.
#[derive(Debug, Clone)]
pub struct Awaited {
    /// The event.
    pub event: EventRef,
    /// Where the event stands.
    pub span: Span,
    /// `where C`: one, unless something is wrong.
    pub filters: Vec<Expr>,
    /// `as NAME`: one, unless something is wrong.
    pub bindings: Vec<Ident>,
}

/// `max D` or `forever`, and the block after it.
#[derive(Debug, Clone, Default)]
pub struct Bounds {
    /// How long: one, unless something is wrong.
    pub limits: Vec<Limit>,
    /// `met` and `timeout`, in the order of the text.
    pub arms: Vec<Arm>,
    /// The brace that opens the block.
    pub body: Option<Span>,
    /// Whether something of it could not be read.
    pub broken: bool,
}

impl Bounds {
    /// What is said of them could not be read to its end.
    pub fn cut(&mut self) {
        self.broken = true;
    }
}

/// How long something is waited for.
#[derive(Debug, Clone)]
pub struct Limit {
    /// The longest time; `None` for `forever`.
    pub max: Option<Amount>,
    /// Where it stands.
    pub span: Span,
}

/// An amount of time, or the constant that names one.
#[derive(Debug, Clone)]
pub enum Amount {
    /// As it is written.
    Literal(Duration, Span),
    /// A constant.
    Named(Ident),
    /// One that a finding was given for.
    Lost,
}

/// One block of a wait.
#[derive(Debug, Clone)]
pub struct Arm {
    /// Its doc comment.
    pub doc: Doc,
    /// When it is taken.
    pub kind: ArmKind,
    /// What is done.
    pub steps: Vec<Step>,
    /// From its first word to before the block.
    pub head: Span,
}

/// When a block of a wait is taken.
#[derive(Debug, Clone)]
pub enum ArmKind {
    /// `met`.
    Met,
    /// `timeout`, with its amount of time in a `wait for first`.
    Timeout(Option<Amount>),
    /// `case EVENT [where C] [as n]`.
    Event(Box<Awaited>),
    /// `case when C`.
    When(Expr),
}

/// `wait for first { … }`.
#[derive(Debug, Clone)]
pub struct WaitFirst {
    /// The cases and the `timeout`, in the order of the text.
    pub arms: Vec<Arm>,
    /// `forever`: one, unless something is wrong.
    pub forever: Vec<Span>,
    /// The word `first`.
    pub word: Span,
    /// The brace that opens the block.
    pub body: Span,
    /// Whether something in the block could not be read.
    pub broken: bool,
}

/// A moment to wait for.
#[derive(Debug, Clone)]
pub enum Moment {
    /// A date, a datetime or a time of day.
    Expr(Expr),
    /// The next of these days of the week; 0 is Monday.
    Weekdays(Vec<u8>, Option<Time>),
    /// A day of every year.
    Yearly(YearlyDate, Option<Time>),
}

/// `if past ACTION` or `if unknown ACTION`.
#[derive(Debug, Clone)]
pub struct IfPast {
    /// `if unknown`, else `if past`.
    pub unknown: bool,
    /// What is done.
    pub action: PastAction,
    /// Where it stands.
    pub span: Span,
}

/// What a wait does where its moment is past or unknown (W4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PastAction {
    /// Goes on at once.
    Continue,
    /// Skips the next step too.
    Skip,
    /// Ends the enrolment.
    Stop,
}
