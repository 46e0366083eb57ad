//! Workflows as the engine considers them.

use super::{
    ActionGraph, ActionHours, Alert, Breaker, Condition, DataSource, DateTrigger, Exclusive,
    Expression, Next, Schedule, Step,
};
use crate::base::{Decimal, Duration, Fingerprint, Name, Span};
use crate::model::ObjectId;
use crate::semantic::hir::{EventSource, Given};
use crate::syntax::ast::{EdgeKind, OnEdit, OnMerge};

/// A workflow.
#[derive(Debug, Clone)]
pub struct Workflow {
    pub(super) name: Name,
    /// The object whose records it takes.
    pub object: ObjectId,
    /// The display name.
    pub title: Option<Box<str>>,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// Whether its source turns it off (E17).
    pub off: bool,
    /// Tags.
    pub campaigns: Vec<Box<str>>,
    /// The hash of its own text.
    pub text: Fingerprint,
    /// The hash of its own text and of what is kept with it.
    pub whole: Fingerprint,
    /// The declarations that are kept with it when others are published (V3).
    pub kept: Vec<Span>,
    /// The hash of all that it is compiled from (V1).
    pub version: Fingerprint,
    /// What an edit does with those inside (V2, V3).
    pub on_edit: OnEdit,
    /// Event triggers, joined by or (E1).
    pub events: Vec<EventTrigger>,
    /// Filter triggers, joined by or (E1, E2).
    pub filters: Vec<Condition>,
    /// Schedules.
    pub schedules: Vec<Schedule>,
    /// Date triggers.
    pub dates: Vec<DateTrigger>,
    /// How many may enrol in a window (E17).
    pub breaker: Option<Breaker>,
    /// Must hold too, for every trigger.
    pub only: Option<Condition>,
    /// When a record may enrol again (E8).
    pub reenroll: Vec<Reenroll>,
    /// Whether records that match at the first turn-on enrol (E9, E10).
    pub existing: bool,
    /// What a merge does with those inside (L4).
    pub on_merge: OnMerge,
    /// The workflows that enrolling takes a record out of (E11).
    pub exclusive: Exclusive,
    /// When actions may run (W1).
    pub hours: Option<ActionHours>,
    /// Who is told when the rate changes (H4).
    pub alerts: Vec<Alert>,
    /// Never inside while one of them holds (E6, L2).
    pub suppress: Vec<Condition>,
    /// Conditions that take a record out (L2).
    pub unenroll: Vec<Condition>,
    /// Events that take a record out.
    pub unenroll_on: Vec<EventTrigger>,
    /// Whether a record leaves when no filter trigger holds (L1).
    pub unenroll_on_leaving: bool,
    /// What the workflow is for (L3).
    pub goal: Option<Condition>,
    /// Names for values that clauses and steps use.
    pub sources: Vec<DataSource>,
    /// All steps, those of inner blocks too, in the order of the text.
    pub steps: Vec<Step>,
    /// The first step.
    pub entry: Next,
    /// How many results of actions it keeps.
    pub bindings: usize,
    /// The names that its steps bind, in the order of the text.
    pub names: Vec<BoundName>,
    /// The action graph.
    pub graph: ActionGraph,
    /// Its clauses as people read them, in the order of the text.
    pub clauses: Vec<Clause>,
    /// The template that it is made of, where it is an instance.
    pub made: Option<Made>,
    /// The whole declaration.
    pub span: Span,
}

impl Workflow {
    /// Whether anything enrols but a person or another workflow.
    #[must_use]
    pub fn has_trigger(&self) -> bool {
        let by_event = !self.events.is_empty() || !self.filters.is_empty();
        by_event || !self.schedules.is_empty() || !self.dates.is_empty()
    }

    /// Its name, which is its identity (V7).
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.name
    }
}

/// What an instance is made of.
#[derive(Debug, Clone)]
pub struct Made {
    /// The name of the template.
    pub template: Name,
    /// The template with the arguments, white space folded.
    pub call: String,
    /// The whole declaration of the template.
    pub span: Span,
    /// What is given to the template.
    pub given: Given,
}

/// A name that a step binds. Names that are not in reach of each other may
/// share a place.
#[derive(Debug, Clone)]
pub struct BoundName {
    /// The name.
    pub name: Name,
    /// Its place.
    pub place: usize,
    /// Where it stands.
    pub span: Span,
    /// What goes when `as NAME` is taken out; `None` where something stands between the two words.
    pub cut: Option<Span>,
}

/// A clause as people read it.
#[derive(Debug, Clone)]
pub struct Clause {
    /// The words that it begins with, joined by `_`.
    pub kind: &'static str,
    /// Its text, white space folded.
    pub text: String,
    /// What it is made of, each with its text. A part may stand several times.
    pub parts: Vec<(&'static str, String)>,
    /// Where it stands.
    pub span: Span,
}

/// An event that enrols, or takes out.
#[derive(Debug, Clone)]
pub struct EventTrigger {
    /// Which event.
    pub event: EventSource,
    /// The value before a change.
    pub from: Option<Expression>,
    /// The value after a change.
    pub to: Option<Expression>,
    /// What must hold of the occurrence and the record (E3).
    pub filter: Option<Condition>,
    /// How often, or when (E14).
    pub refinements: Vec<Refinement>,
    /// The key of the enrolment (E16).
    pub per: Option<Expression>,
    /// The whole clause.
    pub span: Span,
    /// The clause as people read it.
    pub text: String,
}

/// How often an event happened, or when.
#[derive(Debug, Clone, PartialEq)]
pub enum Refinement {
    /// At least so often.
    AtLeast(Decimal),
    /// At most so often.
    AtMost(Decimal),
    /// Exactly so often.
    Exactly(Decimal),
    /// In a period around now; counted units, or one calendar unit.
    Within(EdgeKind, Duration, bool),
    /// Between two points in time.
    Between(Expression, Expression),
    /// Before a point in time.
    Before(Expression),
    /// After a point in time.
    After(Expression),
}

/// When a record may enrol again (E8).
#[derive(Debug, Clone)]
pub enum Reenroll {
    /// At every occurrence and transition.
    Always,
    /// At an event.
    On(Box<EventTrigger>),
    /// When a condition turns true.
    When(Condition),
}
