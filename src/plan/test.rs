//! Tests in their executable form: the world before, what happens, and what
//! must hold. Values are expressions, whose bound records are those of the
//! test; workflows and steps stand by name, so that they also mean those of an
//! edited program.

use super::{Condition, Expression, Link, TargetProperty};
use crate::base::{Duration, Name, Span};
use crate::model::{ActionId, EventId, EventPropertyId, SegmentId};
use crate::semantic::hir::test::{Because, Count, Record};
use crate::syntax::ast::test::Switch;

/// A test.
#[derive(Debug, Clone)]
pub struct Test {
    /// What it is called.
    pub name: Box<str>,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// Its records. `Root::Bound` is the place of one of them.
    pub records: Vec<Record>,
    /// When it begins.
    pub begins: Expression,
    /// The world before the workflows are turned on.
    pub world: Vec<Placed<Given>>,
    /// What happens then, and what is expected between.
    pub acts: Vec<Placed<Act>>,
    /// What holds at every moment; at none, where the flag is set.
    pub invariants: Vec<(Placed<Claim>, bool)>,
    /// The whole declaration.
    pub span: Span,
}

impl Test {
    /// The events of its records, in the order of the text.
    pub fn occurrences(&self) -> impl Iterator<Item = &Occurrence> {
        let before = self.world.iter().filter_map(|given| match &given.what {
            Given::Event(occurrence, _) => Some(occurrence),
            _ => None,
        });
        let then = self.acts.iter().filter_map(|act| match &act.what {
            Act::Input(Input::Event(occurrence)) => Some(occurrence),
            _ => None,
        });
        before.chain(then)
    }
}

/// A part of a test with its place.
#[derive(Debug, Clone)]
pub struct Placed<T> {
    /// What it says.
    pub what: T,
    /// The whole statement.
    pub span: Span,
    /// The statement as people read it, white space folded.
    pub text: String,
}

/// Values of properties, and ends of `one` associations.
pub type Values = Vec<(TargetProperty, Expression)>;

/// The world before.
#[derive(Debug, Clone)]
pub enum Given {
    /// A record with its values.
    Record(usize, Values),
    /// A link.
    Link(End),
    /// A member of a static segment.
    Member(usize, SegmentId),
    /// An event, and when it happened.
    Event(Occurrence, Expression),
}

/// A record at the other end of an association.
#[derive(Debug, Clone)]
pub struct End {
    /// The record.
    pub record: usize,
    /// The association; its label is that of the link.
    pub link: Link,
}

/// An event of a record.
#[derive(Debug, Clone)]
pub struct Occurrence {
    /// The record.
    pub record: usize,
    /// The event.
    pub event: EventId,
    /// Its properties.
    pub fields: Vec<(EventPropertyId, Expression)>,
    /// Its id, where it has one from its source (I3).
    pub id: Option<Expression>,
    /// When it happened, where that is not when it is accepted (I7).
    pub occurred_at: Option<Expression>,
}

/// What is done, one after the other.
#[derive(Debug, Clone)]
pub enum Act {
    /// From here on attempts of an action come to this.
    Mock(Mock),
    /// Something comes in.
    Input(Input),
    /// Time goes on, as a wait does.
    AdvanceBy(Duration),
    /// Time goes on to a moment.
    AdvanceTo(Expression),
    /// This must hold now.
    Expect(Claim),
}

/// What attempts of an action come to. Several of one action serve attempts in
/// their order, the last all that follow.
#[derive(Debug, Clone)]
pub struct Mock {
    /// The action.
    pub action: ActionId,
    /// What they come to.
    pub outcome: Outcome,
    /// For how many attempts: one, where it is not said.
    pub times: u32,
}

/// What an attempt comes to.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Results, by their places in the action.
    Answer(Vec<(usize, Expression)>),
    /// This status.
    Fails(u16),
    /// No answer.
    TimesOut,
}

/// What comes in from outside.
#[derive(Debug, Clone)]
pub enum Input {
    /// An event.
    Event(Occurrence),
    /// New values.
    Set(usize, Values),
    /// Values that go.
    Clear(usize, Vec<TargetProperty>),
    /// A new record.
    Create(usize, Values),
    /// A link comes about, or gets a label.
    Link(End),
    /// A link goes, or its label.
    Unlink(End),
    /// The first is merged into the second.
    Merge(usize, usize),
    /// A record is deleted.
    Delete(usize),
    /// A record is restored.
    Restore(usize),
    /// A record joins a static segment.
    Add(usize, SegmentId),
    /// A record leaves a static segment.
    Remove(usize, SegmentId),
    /// A person asks for an enrolment (E6).
    Enroll(usize, Name),
    /// A person ends one.
    Unenroll(usize, Name),
    /// A webhook gets a body, which is JSON.
    Webhook(EventId, Box<str>),
    /// The operator's switch (E17).
    Switch(Name, Switch),
    /// An edited program: a folder, relative to the file of the test.
    Program(Box<str>),
}

/// What is claimed.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Whether the opposite is claimed.
    pub not: bool,
    /// The claim.
    pub kind: ClaimKind,
}

impl Test {
    /// The conditions that it claims.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let acts = self.acts.iter().filter_map(|act| match &act.what {
            Act::Expect(claim) => Some(claim),
            _ => None,
        });
        let invariants = self.invariants.iter().map(|(claim, _)| &claim.what);
        acts.chain(invariants)
            .filter_map(|claim| match &claim.kind {
                ClaimKind::Holds(condition) | ClaimKind::About(_, condition) => Some(condition),
                _ => None,
            })
    }
}

/// The claims.
#[derive(Debug, Clone)]
pub enum ClaimKind {
    /// A condition whose ways begin at records of the test.
    Holds(Condition),
    /// A condition on one record, which is `this` in it.
    About(usize, Condition),
    /// Inside a workflow now.
    Inside(usize, Name),
    /// Was enrolled in a workflow, ever, so often.
    Enrolled(usize, Name, Count),
    /// Not inside; the latest refusal or leaving has this reason.
    NotIn(usize, Name, Option<Because>),
    /// Waits at a step.
    Waiting(Waiting),
    /// The steps finished in a workflow, in order.
    Path(usize, Name, Vec<Name>),
    /// An action was sent since the test began.
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
    /// The workflow is one of these; any where there are none.
    pub workflows: Vec<Name>,
    /// The step.
    pub step: Name,
    /// When the wait ends, where that is claimed.
    pub until: Option<Expression>,
}

/// An action was sent: its first attempt has left.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The action.
    pub action: ActionId,
    /// Arguments that it had, among others. Where one compares as an address,
    /// so does what it had.
    pub arguments: Vec<(Name, Expression)>,
    /// Only by enrolments of this record.
    pub to: Option<usize>,
    /// How often.
    pub count: Count,
    /// Only in so long before now.
    pub within: Option<Duration>,
}
