//! Checked steps.

use super::{AssociationPath, Await, Create, Expr, RecordPath, Split, Tie};
use crate::base::{Duration, Name, Span, Time, YearlyDate};
use crate::model::{ActionId, PropertyId, SegmentId, WorkflowId};
use crate::syntax::ast::SetOp;

/// A step with its identity.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its name, or `KIND_N`.
    pub id: Name,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// What it does.
    pub kind: StepKind,
    /// From the keyword to the end, inner blocks included.
    pub span: Span,
    /// From the keyword to before the first inner block.
    pub head: Span,
}

/// What steps do.
#[derive(Debug, Clone)]
pub enum StepKind {
    /// Waits.
    Wait(Wait),
    /// Writes a property.
    Set(Set),
    /// Makes a property unknown, or its default.
    Clear(Target),
    /// Carries an action out.
    Do(Box<Do>),
    /// Takes the first case that is true.
    Branch(Vec<Case>, Option<Vec<Step>>),
    /// Compares a value with constants.
    Match(Expr, Vec<MatchArm>, Option<Vec<Step>>),
    /// Ends the enrolment as completed.
    Stop,
    /// Asks for an enrolment.
    Enroll(WorkflowId, Records),
    /// Adds to a static segment.
    Add(SegmentId, Records),
    /// Removes from a static segment.
    Remove(SegmentId, Records),
    /// Waits for an event or a condition.
    Await(Box<Await>),
    /// Writes a property from another one, whose type may differ (A7).
    Copy(Expr, Target),
    /// Makes a record.
    Create(Box<Create>),
    /// Links the enrolled record.
    Associate(Box<Tie>),
    /// Unlinks the enrolled record.
    Dissociate(Box<Tie>),
    /// Deletes the enrolled record, which ends the enrolment.
    Delete,
    /// Asks for the end of enrolments: in one workflow, or in all.
    Unenroll(Option<WorkflowId>),
    /// Takes one of its cases by lot that is stable (B3).
    Split(Vec<Split>),
    /// Goes on at a named step.
    Goto(Name),
    /// Stands for what is still to be written.
    Todo(Box<str>),
}

impl StepKind {
    /// The inner blocks, in the order of the text.
    #[must_use]
    pub fn blocks(&self) -> Vec<&[Step]> {
        match self {
            StepKind::Do(action) => action.on_error.iter().map(Vec::as_slice).collect(),
            StepKind::Branch(cases, otherwise) => {
                let cases = cases.iter().map(|case| &*case.steps);
                cases.chain(otherwise.as_deref()).collect()
            }
            StepKind::Match(_, arms, otherwise) => {
                let arms = arms.iter().map(|arm| &*arm.steps);
                arms.chain(otherwise.as_deref()).collect()
            }
            StepKind::Await(wait) => wait.blocks(),
            StepKind::Split(cases) => cases.iter().map(|case| &*case.steps).collect(),
            _ => Vec::new(),
        }
    }

    /// The names that the step binds.
    #[must_use]
    pub fn bindings(&self) -> Vec<&Binding> {
        match self {
            StepKind::Do(action) => action.binding.iter().collect(),
            StepKind::Create(create) => create.binding.iter().collect(),
            StepKind::Await(wait) => {
                let arms = wait.arms.iter();
                arms.filter_map(|arm| arm.binding.as_ref()).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The records that a step acts on.
#[derive(Debug, Clone)]
pub enum Records {
    /// The enrolled record.
    This,
    /// One record, reached through associations with one record each.
    One(RecordPath),
    /// All linked records.
    Linked(AssociationPath),
}

/// A property to write.
#[derive(Debug, Clone)]
pub struct Target {
    /// Whose.
    pub records: Records,
    /// Which.
    pub property: TargetProperty,
    /// Where it stands.
    pub span: Span,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetProperty {
    /// A stored property.
    Property(PropertyId),
    /// The link of a `one` association.
    Association(crate::model::AssociationId),
}

/// `set PATH = EXPR` and its kin.
#[derive(Debug, Clone)]
pub struct Set {
    /// What is written.
    pub target: Target,
    /// How.
    pub op: SetOp,
    /// The value.
    pub value: Expr,
}

/// `wait …`.
#[derive(Debug, Clone)]
pub enum Wait {
    /// An amount of time.
    For(Duration),
    /// Until a moment (W4).
    Until {
        /// The moment.
        moment: Box<Moment>,
        /// What is done where it has passed.
        past: PastAction,
        /// What is done where it is unknown.
        unknown: PastAction,
    },
}

/// What a wait does where its moment is past or unknown (W4).
pub use crate::syntax::ast::PastAction;

/// A moment to wait for.
#[derive(Debug, Clone)]
pub enum Moment {
    /// A date at 00:00, or an instant.
    At(Expr),
    /// The next such time of day.
    Time(Time),
    /// The next of these days of the week, 0 is Monday, at a time.
    Weekdays(Vec<u8>, Time),
    /// The next such day of the year, at a time.
    Yearly(YearlyDate, Time),
}

/// `do ACTION { … }`.
#[derive(Debug, Clone)]
pub struct Do {
    /// The action.
    pub action: ActionId,
    /// The arguments, in the order of the text.
    pub arguments: Vec<(Name, Expr)>,
    /// The name of its results.
    pub binding: Option<Binding>,
    /// Further attempts, and the last delay between two.
    pub retry: Option<(u32, Duration)>,
    /// What is done when it has failed for good.
    pub on_error: Option<Vec<Step>>,
}

/// A name bound to the results of a `do`, to an occurrence, to a new record.
#[derive(Debug, Clone)]
pub struct Binding {
    /// The name.
    pub name: Name,
    /// Which of the workflow's bindings.
    pub place: usize,
    /// Where the name stands.
    pub span: Span,
}

/// One case of a branch.
#[derive(Debug, Clone)]
pub struct Case {
    /// What people are shown.
    pub label: Option<Box<str>>,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// Its condition.
    pub when: Expr,
    /// What is done.
    pub steps: Vec<Step>,
    /// From `case` to before the block.
    pub head: Span,
}

/// One case of a match.
#[derive(Debug, Clone)]
pub struct MatchArm {
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// One of them must hold.
    pub tests: Vec<MatchTest>,
    /// What is done.
    pub steps: Vec<Step>,
    /// From `case` to before the block.
    pub head: Span,
}

/// What a value is compared with.
#[derive(Debug, Clone)]
pub enum MatchTest {
    /// Equal.
    Equal(Expr),
    /// Between, both included.
    Range(Expr, Expr),
    /// Unknown.
    Unknown,
}
