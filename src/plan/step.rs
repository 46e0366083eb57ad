//! Steps as the engine walks them.

use super::{Await, Condition, Copy, Create, Expression, Link, Tie, Way};
use crate::base::{Decimal, Duration, Name, Span, Time, YearlyDate};
use crate::model::{ActionId, AssociationId, PropertyId, SegmentId, WorkflowId};
use crate::syntax::ast::{PastAction, SetOp};

/// Where an enrolment goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// At a step, by its place in the workflow.
    Step(usize),
    /// Nowhere: it is completed.
    End,
}

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its name, or `KIND_N`: its identity for tests, history and migration.
    pub id: Name,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// What it does.
    pub kind: StepKind,
    /// What follows it.
    pub next: Next,
    /// How many blocks it stands in.
    pub depth: usize,
    /// From the keyword to the end.
    pub span: Span,
    /// Its first line as people read it, white space folded.
    pub text: String,
}

/// What steps do.
#[derive(Debug, Clone)]
pub enum StepKind {
    /// Waits.
    Wait(Wait),
    /// Writes a property of some records.
    Set(Records, TargetProperty, SetOp, Expression),
    /// Makes a property unknown, or its default.
    Clear(Records, TargetProperty),
    /// Carries an action out.
    Do(Box<Do>),
    /// Takes the first case that is true, else `otherwise`, else what follows.
    Branch(Vec<Case<Condition>>, Option<Next>),
    /// Compares a value with constants.
    Match(Expression, Vec<Case<Vec<Test>>>, Option<Next>),
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
    /// Takes one of the cases by a lot that is stable (B3).
    Split(Vec<Case<Share>>),
    /// Goes on at another step.
    Goto(Next),
    /// Stands for what is still to be written.
    Todo(Box<str>),
    /// Writes a property from a value of another type (A7).
    Copy(Box<Copy>),
    /// Makes a record.
    Create(Box<Create>),
    /// Links the enrolled record.
    Associate(Box<Tie>),
    /// Unlinks the enrolled record.
    Dissociate(Box<Tie>),
    /// Deletes the enrolled record, which ends the enrolment.
    Delete,
    /// Asks for the end of enrolments: in one workflow, or in all others.
    Unenroll(Option<WorkflowId>),
}

impl StepKind {
    /// The keyword of the step.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            StepKind::Wait(_) | StepKind::Await(_) => "wait",
            StepKind::Set(..) => "set",
            StepKind::Clear(..) => "clear",
            StepKind::Do(_) => "do",
            StepKind::Branch(..) => "branch",
            StepKind::Match(..) => "match",
            StepKind::Stop => "stop",
            StepKind::Enroll(..) => "enroll",
            StepKind::Add(..) => "add",
            StepKind::Remove(..) => "remove",
            StepKind::Split(_) => "split",
            StepKind::Goto(_) => "goto",
            StepKind::Todo(_) => "todo",
            StepKind::Copy(_) => "copy",
            StepKind::Create(_) => "create",
            StepKind::Associate(_) => "associate",
            StepKind::Dissociate(_) => "dissociate",
            StepKind::Delete => "delete",
            StepKind::Unenroll(_) => "unenroll",
        }
    }

    /// The inner blocks that have a head of their own, in the order of the
    /// text; not `else` and `on error`.
    #[must_use]
    pub fn cases(&self) -> Vec<Entry<'_>> {
        match self {
            StepKind::Branch(cases, _) => cases.iter().map(Entry::of).collect(),
            StepKind::Match(_, cases, _) => cases.iter().map(Entry::of).collect(),
            StepKind::Await(wait) if wait.has_blocks => wait.arms.iter().map(Entry::of).collect(),
            StepKind::Split(cases) => cases.iter().map(Entry::of).collect(),
            _ => Vec::new(),
        }
    }
}

impl StepKind {
    /// The names that it binds, with their places.
    #[must_use]
    pub fn bindings(&self) -> Vec<&(usize, Name)> {
        match self {
            StepKind::Do(action) => action.binding.iter().collect(),
            StepKind::Await(wait) => {
                let arms = 0..wait.arms.len();
                arms.filter_map(|arm| wait.binding(arm)).collect()
            }
            StepKind::Create(create) => create.binding.iter().collect(),
            _ => Vec::new(),
        }
    }
}

/// The head of an inner block, and where it begins.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'s> {
    /// What people are shown; empty where it has no label.
    pub label: &'s str,
    /// Its head as people read it.
    pub text: &'s str,
    /// Where the enrolment goes on.
    pub next: Next,
    /// From `case` to before the block.
    pub span: Span,
}

impl<'s> Entry<'s> {
    fn of<T>(case: &'s Case<T>) -> Self {
        Entry {
            label: &case.label,
            text: &case.text,
            next: case.entry,
            span: case.span,
        }
    }
}

/// The records that a step acts on.
#[derive(Debug, Clone)]
pub enum Records {
    /// The enrolled record.
    This,
    /// One record.
    One(Way),
    /// All linked records.
    Linked(Link),
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetProperty {
    /// A stored property.
    Property(PropertyId),
    /// The link of a `one` association.
    Association(AssociationId),
}

/// `wait …`.
#[derive(Debug, Clone)]
pub enum Wait {
    /// An amount of time, by the calendar of the zone (D1).
    For(Duration),
    /// Until a moment (W4).
    Until {
        /// The moment.
        moment: Moment,
        /// What is done where it has passed.
        past: PastAction,
        /// What is done where it is unknown.
        unknown: PastAction,
    },
}

/// A moment to wait for.
#[derive(Debug, Clone)]
pub enum Moment {
    /// A date at 00:00, or an instant.
    At(Expression),
    /// The next such time of day.
    Time(Time),
    /// The next of these days of the week, 0 is Monday, at a time.
    Weekdays(Vec<u8>, Time),
    /// The next such day of the year, at a time.
    Yearly(YearlyDate, Time),
}

/// An action.
#[derive(Debug, Clone)]
pub struct Do {
    /// Which.
    pub action: ActionId,
    /// Its arguments, in the order of the text.
    pub arguments: Vec<(Name, Expression)>,
    /// The place and the name under which its results are kept.
    pub binding: Option<(usize, Name)>,
    /// Further attempts, and the last delay between two (A3).
    pub retry: Option<(u32, Duration)>,
    /// Where the enrolment goes on when it has failed for good (A4).
    pub on_error: Option<Next>,
}

/// The share of a case of a split.
#[derive(Debug, Clone)]
pub struct Share {
    /// A percentage or a weight: all cases of a step have the same.
    pub number: Decimal,
    /// What people call the case, whatever its share; empty where it has no
    /// label.
    pub name: Box<str>,
}

/// One case of a branch, a match, a split or a wait.
#[derive(Debug, Clone)]
pub struct Case<T> {
    /// What people are shown; empty where it has no label.
    pub label: String,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// When it is taken.
    pub test: T,
    /// Where the enrolment goes on.
    pub entry: Next,
    /// From `case` to before the block.
    pub span: Span,
    /// Its head as people read it.
    pub text: String,
}

/// What a value is compared with.
#[derive(Debug, Clone)]
pub enum Test {
    /// Equal.
    Equal(Expression),
    /// Between, both included.
    Range(Expression, Expression),
    /// Unknown.
    Unknown,
}
