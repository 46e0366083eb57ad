//! Checked tests. Workflows and steps stand here by name: an edited program may
//! take the place of the one that the test begins with.

use super::{AssociationPath, Expr, TargetProperty};
use crate::base::{Duration, Name, Span};
use crate::model::{ActionId, EventId, EventPropertyId, ObjectId, SegmentId};
use crate::syntax::ast::test::Switch;

/// A checked test.
#[derive(Debug, Clone)]
pub struct Test {
    /// What it is called.
    pub name: Box<str>,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// Its records. A path that begins at one of them begins at the bound name
    /// of the same place.
    pub records: Vec<Record>,
    /// When it begins.
    pub begins: Expr,
    /// What it says, in the order of the text.
    pub statements: Vec<Statement>,
    /// The whole declaration.
    pub span: Span,
}

/// A record of a test.
#[derive(Debug, Clone)]
pub struct Record {
    /// What the test calls it.
    pub name: Name,
    /// Its object.
    pub object: ObjectId,
    /// Where it is named first.
    pub span: Span,
}

/// A statement with its place.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Which statement.
    pub kind: StatementKind,
    /// The whole statement.
    pub span: Span,
}

/// The statements of a test.
#[derive(Debug, Clone)]
pub enum StatementKind {
    /// The world before.
    Given(Given),
    /// What attempts of an action come to.
    Mock(Mock),
    /// Something happens.
    When(When),
    /// By an amount of time.
    AdvanceBy(Duration),
    /// To a moment.
    AdvanceTo(Expr),
    /// Holds now.
    Expect(Claim),
    /// Holds at every moment.
    Always(Claim),
    /// Holds at no moment.
    Never(Claim),
}

/// Values of properties, and ends of `one` associations.
pub type Values = Vec<(TargetProperty, Expr)>;

/// The world before the workflows are turned on.
#[derive(Debug, Clone)]
pub enum Given {
    /// A record, by its place, with its values.
    Record(usize, Values),
    /// A link.
    Link(End),
    /// A member of a static segment.
    Member(usize, SegmentId),
    /// An event, and when it happened.
    Event(Box<Occurrence>, Expr),
}

/// A record at the other end of an association.
#[derive(Debug, Clone)]
pub struct End {
    /// The record.
    pub record: usize,
    /// The association.
    pub path: AssociationPath,
    /// The label of the link.
    pub label: Option<Name>,
}

/// An event of a record.
#[derive(Debug, Clone)]
pub struct Occurrence {
    /// The record.
    pub record: usize,
    /// The event.
    pub event: EventId,
    /// Its properties.
    pub fields: Vec<(EventPropertyId, Expr)>,
    /// Its id, where it is said.
    pub id: Option<Expr>,
    /// When it happened, where that is not when it is accepted.
    pub occurred_at: Option<Expr>,
}

/// What attempts of an action come to.
#[derive(Debug, Clone)]
pub struct Mock {
    /// The action.
    pub action: ActionId,
    /// What they come to.
    pub outcome: Outcome,
    /// For how many; `None` where it is not said.
    pub times: Option<u32>,
}

/// What an attempt comes to.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Results, by their places in the action.
    Answer(Vec<(usize, Expr)>),
    /// This status.
    Fails(u16),
    /// No answer.
    TimesOut,
}

/// Something happens.
#[derive(Debug, Clone)]
pub enum When {
    /// An event.
    Does(Box<Occurrence>),
    /// Properties are set.
    Sets(usize, Values),
    /// Properties become unknown.
    Clears(usize, Vec<TargetProperty>),
    /// A record is created.
    Created(usize, Values),
    /// A link comes about, or gets a label.
    Joins(End),
    /// A link goes, or its label.
    Leaves(End),
    /// The first is merged into the second.
    Merges(usize, usize),
    /// A record is deleted.
    Deleted(usize),
    /// A record is restored.
    Restored(usize),
    /// A record joins a static segment.
    Added(usize, SegmentId),
    /// A record leaves a static segment.
    Removed(usize, SegmentId),
    /// A person asks for an enrolment.
    Enrolls(usize, Name),
    /// A person ends one.
    Unenrolls(usize, Name),
    /// A webhook gets this body.
    Receives(EventId, Box<str>),
    /// The operator's switch (E17).
    Switches(Name, Switch),
    /// An edited program is published: a folder, relative to the file that
    /// holds the test.
    Program(Box<str>),
}

/// What is claimed.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Whether the opposite is claimed.
    pub not: bool,
    /// The claim.
    pub kind: ClaimKind,
    /// Where it stands.
    pub span: Span,
}

/// The claims.
#[derive(Debug, Clone)]
pub enum ClaimKind {
    /// A condition whose paths begin at records of the test.
    Holds(Expr),
    /// A condition on one record, which is `this` in it.
    About(usize, Expr),
    /// Inside a workflow now; with a count: ever, so often.
    Enrolled(usize, Name, Option<Count>),
    /// Not inside, and why.
    NotIn(usize, Name, Option<Because>),
    /// At a step.
    Waiting(Waiting),
    /// The steps finished in a workflow, in order.
    Path(usize, Name, Vec<Name>),
    /// An action was sent.
    Sent(Sent),
    /// Nothing was sent that no claim before has named; to one record, or at
    /// all.
    NothingElse(Option<usize>),
}

/// A record waits at a step.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The record.
    pub record: usize,
    /// The workflows that have the step, one of which it is; any where there
    /// are none.
    pub workflows: Vec<Name>,
    /// The step.
    pub step: Name,
    /// When the wait ends, where it is said.
    pub until: Option<Expr>,
}

/// An action was sent, since the test began.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The action.
    pub action: ActionId,
    /// Arguments that it had, among others.
    pub arguments: Vec<(Name, Expr)>,
    /// For the enrolment of this record.
    pub to: Option<usize>,
    /// How often.
    pub count: Count,
    /// Only in so long before now.
    pub within: Option<Duration>,
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// So often.
    Exactly(u32),
    /// So often, or more.
    AtLeast(u32),
    /// So often, or less.
    AtMost(u32),
}

/// Why a record is not inside a workflow: it was not enrolled (E5), or it left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// The record was not there.
    NoRecord,
    /// The workflow had created it (E15).
    SelfCreated,
    /// A chain of more than 100 causes (I5).
    ChainTooLong,
    /// Turned off.
    WorkflowOff,
    /// Paused.
    WorkflowPaused,
    /// A trigger or `only when` did not hold.
    NotMatching,
    /// A `suppress` held.
    Suppressed,
    /// The goal held.
    GoalMet,
    /// It was inside.
    AlreadyEnrolled,
    /// It had been inside, and there is no `reenroll`.
    EnrolledBefore,
    /// It had been inside, and no `reenroll` fired.
    NoReenrollTrigger,
    /// The breaker.
    OverLimit,
    /// It went through.
    Completed,
    /// An `unenroll` turned true.
    UnenrollCondition,
    /// No filter trigger held any longer.
    Leaving,
    /// It enrolled in another workflow (E11).
    Exclusive,
    /// A person took it out.
    Manual,
    /// A step of a workflow took it out.
    ByWorkflow,
    /// It was deleted.
    Deleted,
    /// It was merged into another.
    Merged,
    /// Its step was gone (V2).
    StepRemoved,
}

impl Because {
    /// All of them, with their words.
    pub const ALL: [(&str, Because); 21] = [
        ("no_record", Because::NoRecord),
        ("self_created", Because::SelfCreated),
        ("chain_too_long", Because::ChainTooLong),
        ("workflow_off", Because::WorkflowOff),
        ("workflow_paused", Because::WorkflowPaused),
        ("not_matching", Because::NotMatching),
        ("suppressed", Because::Suppressed),
        ("goal_met", Because::GoalMet),
        ("already_enrolled", Because::AlreadyEnrolled),
        ("enrolled_before", Because::EnrolledBefore),
        ("no_reenroll_trigger", Because::NoReenrollTrigger),
        ("over_limit", Because::OverLimit),
        ("completed", Because::Completed),
        ("unenroll_condition", Because::UnenrollCondition),
        ("leaving", Because::Leaving),
        ("exclusive", Because::Exclusive),
        ("manual", Because::Manual),
        ("by_workflow", Because::ByWorkflow),
        ("deleted", Because::Deleted),
        ("merged", Because::Merged),
        ("step_removed", Because::StepRemoved),
    ];
}
