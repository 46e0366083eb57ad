//! Steps as written.

use super::{Doc, Expr, Field, Ident, Path, Plain};
use crate::base::{Duration, Span, Time, YearlyDate};

/// One step, with or without a name.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its doc comment.
    pub doc: Doc,
    /// `NAME:`.
    pub name: Option<Ident>,
    /// Which step.
    pub kind: StepKind,
    /// From the keyword to the end, inner blocks included.
    pub span: Span,
    /// From the keyword to before the first inner block.
    pub head: Span,
}

/// The steps.
#[derive(Debug, Clone)]
pub enum StepKind {
    /// `wait …`.
    Wait(Wait),
    /// `set PATH = EXPR`.
    Set(Path, SetOp, Expr),
    /// `clear PATH`.
    Clear(Path),
    /// `do ACTION { … } …`.
    Do(Box<Do>),
    /// `branch { … }`.
    Branch(Branch),
    /// `match EXPR { … }`.
    Match(Match),
    /// `stop`.
    Stop,
    /// `enroll in WORKFLOW [for PATH]`.
    EnrollIn(Ident, Option<Path>),
    /// `add to SEGMENT [for PATH]`.
    AddTo(Ident, Option<Path>),
    /// `remove from SEGMENT [for PATH]`.
    RemoveFrom(Ident, Option<Path>),
    /// A step that a finding was given for: the kind that it would have been.
    Lost(&'static str),
}

/// What `set` does with the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOp {
    /// `=`.
    Assign,
    /// `+=`.
    Add,
    /// `-=`.
    Subtract,
}

/// `wait D` or `wait until …`.
#[derive(Debug, Clone)]
pub enum Wait {
    /// For an amount of time.
    For(Duration),
    /// For the amount of time that a constant names.
    Named(Ident),
    /// Until a moment.
    Until(Box<Until>),
}

/// `wait until MOMENT [if past …] [if unknown …]`.
#[derive(Debug, Clone)]
pub struct Until {
    /// The moment.
    pub moment: Moment,
    /// What holds where it has passed or is not known.
    pub ifs: Vec<IfPast>,
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

/// `do ACTION { … } [as n] [retry …] [on error { … }]`.
#[derive(Debug, Clone)]
pub struct Do {
    /// The action, dotted names in one.
    pub action: Ident,
    /// The arguments.
    pub arguments: Vec<Field>,
    /// `as NAME`.
    pub bindings: Vec<Ident>,
    /// `retry N times over D`.
    pub retries: Vec<Retry>,
    /// `on error { … }`.
    pub on_error: Vec<(Vec<Step>, Span)>,
}

/// `retry N times over D`.
#[derive(Debug, Clone)]
pub struct Retry {
    /// Further attempts.
    pub times: u32,
    /// The last delay.
    pub over: Duration,
    /// Where it stands.
    pub span: Span,
}

/// `branch { case … else … }`.
#[derive(Debug, Clone)]
pub struct Branch {
    /// The cases, in order.
    pub cases: Vec<BranchCase>,
    /// The `else` cases: one, unless something is wrong.
    pub otherwise: Vec<ElseCase>,
}

/// `case ["label"] when C { … }`.
#[derive(Debug, Clone)]
pub struct BranchCase {
    /// Its doc comment.
    pub doc: Doc,
    /// What people are shown.
    pub label: Option<Plain>,
    /// Its condition.
    pub when: Expr,
    /// What is done.
    pub steps: Vec<Step>,
    /// From `case` to before the block.
    pub head: Span,
}

/// `else { … }`.
#[derive(Debug, Clone)]
pub struct ElseCase {
    /// What is done.
    pub steps: Vec<Step>,
    /// The word `else`.
    pub head: Span,
}

/// `match EXPR { case … else … }`.
#[derive(Debug, Clone)]
pub struct Match {
    /// What is compared.
    pub value: Expr,
    /// The cases, in order.
    pub cases: Vec<MatchCase>,
    /// The `else` cases: one, unless something is wrong.
    pub otherwise: Vec<ElseCase>,
}

/// `case v, w { … }`.
#[derive(Debug, Clone)]
pub struct MatchCase {
    /// Its doc comment.
    pub doc: Doc,
    /// What the value is compared with.
    pub values: Vec<MatchValue>,
    /// What is done.
    pub steps: Vec<Step>,
    /// From `case` to before the block.
    pub head: Span,
}

/// One constant, or a range of them.
#[derive(Debug, Clone)]
pub enum MatchValue {
    /// Equal to it.
    One(Expr),
    /// Between them, both included.
    Range(Expr, Expr),
    /// `unknown`.
    Unknown(Span),
}
