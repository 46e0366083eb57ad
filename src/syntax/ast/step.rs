//! Steps as written.

use super::{Create, Dissociate, Doc, Expr, Field, Ident, LinkWith, Path, Plain, Wait};
use crate::base::{Decimal, Duration, Span};

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
    /// `copy PATH to PATH`.
    Copy(Path, Path),
    /// `create OBJECT { … }`.
    Create(Box<Create>),
    /// `associate ASSOC with OBJECT by PROP = EXPR [label l]`.
    Associate(Box<LinkWith>),
    /// `dissociate …`.
    Dissociate(Box<Dissociate>),
    /// `delete`.
    Delete,
    /// `unenroll from WORKFLOW`, or `all` where there is no name.
    Unenroll(Option<Ident>),
    /// `split { … }`.
    Split(Split),
    /// `goto NAME`.
    Goto(Ident),
    /// `todo "…"`.
    Todo(Plain),
    /// A step that a finding was given for: the kind that it would have been.
    Lost(&'static str),
}

impl StepKind {
    /// The inner blocks, in the order of the text.
    #[must_use]
    pub fn blocks(&self) -> Vec<&[Step]> {
        match self {
            StepKind::Wait(wait) => wait.blocks(),
            StepKind::Do(action) => action.on_error.iter().map(|(steps, _)| &**steps).collect(),
            StepKind::Branch(branch) => {
                let cases = branch.cases.iter().map(|case| &*case.steps);
                cases
                    .chain(branch.otherwise.iter().map(|case| &*case.steps))
                    .collect()
            }
            StepKind::Match(tree) => {
                let cases = tree.cases.iter().map(|case| &*case.steps);
                cases
                    .chain(tree.otherwise.iter().map(|case| &*case.steps))
                    .collect()
            }
            StepKind::Split(split) => split.cases.iter().map(|case| &*case.steps).collect(),
            _ => Vec::new(),
        }
    }

    /// How many names the step binds, without its inner blocks.
    #[must_use]
    pub fn bindings(&self) -> usize {
        match self {
            StepKind::Do(action) => action.bindings.len(),
            StepKind::Create(create) => create.bindings.len(),
            StepKind::Wait(wait) => wait.bindings(),
            _ => 0,
        }
    }
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

/// `split { case … }`.
#[derive(Debug, Clone)]
pub struct Split {
    /// The cases, in order.
    pub cases: Vec<SplitCase>,
    /// Whether something in the block could not be read.
    pub broken: bool,
}

/// `case ["label"] SHARE { … }`.
#[derive(Debug, Clone)]
pub struct SplitCase {
    /// Its doc comment.
    pub doc: Doc,
    /// What people are shown.
    pub label: Option<Plain>,
    /// Its part of the whole; `None` where none is written.
    pub share: Option<Share>,
    /// What is done.
    pub steps: Vec<Step>,
    /// From `case` to before the block.
    pub head: Span,
}

/// `50%`, or a weight.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    /// The number.
    pub number: Decimal,
    /// Whether it is a percentage.
    pub percent: bool,
    /// Where it stands.
    pub span: Span,
}
