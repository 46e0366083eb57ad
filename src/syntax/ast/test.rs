//! Tests as written.

use super::{Doc, Expr, Field, Ident, Path, Plain};
use crate::base::{Decimal, Duration, Name, Span};

/// `test "NAME" { … }`.
#[derive(Debug, Clone)]
pub struct Test {
    /// Its doc comment.
    pub doc: Doc,
    /// What it is called.
    pub name: Plain,
    /// The whole declaration.
    pub span: Span,
    /// What it says, in the order of the text.
    pub statements: Vec<Statement>,
    /// Names that stand in what could not be read: perhaps those of records.
    pub lost: Vec<Name>,
    /// Whether a statement could not be read.
    pub broken: bool,
    /// Whether one of them names a record, and what it names it is not known.
    pub nameless: bool,
}

/// One statement of a test.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its doc comment.
    pub doc: Doc,
    /// Which statement.
    pub kind: StatementKind,
    /// The whole statement.
    pub span: Span,
}

/// The statements of a test.
#[derive(Debug, Clone)]
pub enum StatementKind {
    /// `at INSTANT`.
    At(Expr),
    /// `given …`: the world before the workflows are turned on.
    Given(Given),
    /// `mock ACTION …`.
    Mock(Mock),
    /// `when …`: something happens.
    When(When),
    /// `advance …`.
    Advance(Advance),
    /// `expect [not] …`: what holds now.
    Expect(Claim),
    /// `always …`: what holds at every moment.
    Always(Claim),
    /// `never …`: what holds at no moment.
    Never(Claim),
}

/// `given …`.
#[derive(Debug, Clone)]
pub enum Given {
    /// `OBJECT NAME { … }`.
    Record(NewRecord),
    /// `R in PATH [label l]`.
    Link(End),
    /// `R in segment S`.
    Member(Ident, Ident),
    /// `R did EVENT { … } at T`.
    Event(Occurrence, Option<Expr>),
}

/// `OBJECT NAME { … }`: a record and what the test calls it.
#[derive(Debug, Clone)]
pub struct NewRecord {
    /// Its object.
    pub object: Ident,
    /// Its name in the test.
    pub name: Ident,
    /// Its values.
    pub fields: Vec<Field>,
}

/// `R … PATH [label l]`: a record at the other end of an association.
#[derive(Debug, Clone)]
pub struct End {
    /// The record.
    pub record: Ident,
    /// Another record and its association.
    pub path: Path,
    /// The label of the link.
    pub label: Option<Ident>,
}

/// `R … EVENT { … }`.
#[derive(Debug, Clone)]
pub struct Occurrence {
    /// The record that it happens to.
    pub record: Ident,
    /// The event.
    pub event: Ident,
    /// Its properties.
    pub fields: Vec<Field>,
}

/// `mock ACTION … [times N]`.
#[derive(Debug, Clone)]
pub struct Mock {
    /// The action, dotted names in one.
    pub action: Ident,
    /// What its attempts come to.
    pub outcome: Outcome,
    /// For how many attempts.
    pub times: Option<(Decimal, Span)>,
}

/// What an attempt of an action comes to.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// `=> { … }`: the results.
    Answer(Vec<Field>),
    /// `fails STATUS`.
    Fails(Decimal, Span),
    /// `times out`.
    TimesOut,
}

/// `when …`.
#[derive(Debug, Clone)]
pub enum When {
    /// `R does EVENT { … }`.
    Does(Occurrence),
    /// `R sets P = e, …`.
    Sets(Ident, Vec<Assignment>),
    /// `R clears P, …`.
    Clears(Ident, Vec<Ident>),
    /// `OBJECT NAME is created { … }`.
    Created(NewRecord),
    /// `R joins PATH [label l]`.
    Joins(End),
    /// `R leaves PATH [label l]`.
    Leaves(End),
    /// `R merges into S`.
    Merges(Ident, Ident),
    /// `R is deleted`.
    Deleted(Ident),
    /// `R is restored`.
    Restored(Ident),
    /// `R is added to SEG`.
    Added(Ident, Ident),
    /// `R is removed from SEG`.
    Removed(Ident, Ident),
    /// `R enrolls in W`.
    Enrolls(Ident, Ident),
    /// `R unenrolls from W`.
    Unenrolls(Ident, Ident),
    /// `webhook NAME receives r"""…"""`.
    Receives(Ident, Plain),
    /// `W turns on` and its kin.
    Switches(Ident, Switch),
    /// `program is "DIR"`.
    Program(Plain),
}

/// `P = e`.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The property.
    pub property: Ident,
    /// Its new value.
    pub value: Expr,
}

/// What is done with a workflow (E17).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// `turns on`.
    On,
    /// `turns off`.
    Off,
    /// `is paused`.
    Pause,
    /// `is resumed`.
    Resume,
}

/// `advance …`.
#[derive(Debug, Clone)]
pub enum Advance {
    /// By an amount of time.
    By(Duration, Span),
    /// By the amount of time that a constant names.
    Named(Ident),
    /// `to INSTANT`.
    To(Expr),
}

/// What `expect`, `always` and `never` speak of.
#[derive(Debug, Clone)]
pub struct Claim {
    /// `not` before it; that of a condition belongs to the condition.
    pub not: bool,
    /// What is claimed.
    pub kind: ClaimKind,
    /// Where it stands.
    pub span: Span,
}

/// The claims.
#[derive(Debug, Clone)]
pub enum ClaimKind {
    /// A condition whose paths begin at records of the test.
    Holds(Expr),
    /// `R [not] in segment S`, `R happened EVENT …`: a condition on the record.
    About(Ident, Expr),
    /// `R enrolled in W [N times]`.
    Enrolled(Ident, Ident, Option<Count>),
    /// `R not in W [because REASON]`.
    NotIn(Ident, Ident, Option<Ident>),
    /// `R waiting at [W.]STEP [until T]`.
    Waiting(Box<Waiting>),
    /// `R path W [STEP, …]`.
    Path(Ident, Ident, Vec<Ident>),
    /// `sent ACTION …`.
    Sent(Box<Sent>),
    /// `nothing else sent [to R]`.
    NothingElse(Option<Ident>),
    /// Something that a finding was given for.
    Broken,
}

/// `R waiting at [W.]STEP [until T]`.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The record.
    pub record: Ident,
    /// The workflow, where it is said.
    pub workflow: Option<Ident>,
    /// The step.
    pub step: Ident,
    /// When the wait ends.
    pub until: Option<Expr>,
}

/// `sent ACTION [{ … }] [to R] [N times] [within D]`.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The action, dotted names in one.
    pub action: Ident,
    /// Arguments that it had.
    pub fields: Vec<Field>,
    /// `to R`.
    pub to: Vec<Ident>,
    /// How often.
    pub counts: Vec<Count>,
    /// `within D`.
    pub within: Vec<(Duration, Span)>,
}

/// `once`, `N times`, `more than N times`, `at least N times`, …
#[derive(Debug, Clone)]
pub struct Count {
    /// How the number bounds it.
    pub bound: Bound,
    /// The number.
    pub number: Decimal,
    /// Where it stands.
    pub span: Span,
}

/// How a number bounds how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// So often.
    Exactly,
    /// So often, or more.
    AtLeast,
    /// So often, or less.
    AtMost,
    /// More often.
    MoreThan,
}
