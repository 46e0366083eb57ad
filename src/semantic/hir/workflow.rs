//! Workflows with their triggers and clauses.

use super::{
    ActionHours, Alert, Breaker, DataSource, DateTrigger, Exclusive, Expr, Schedule, Step,
};
use crate::base::{Decimal, Duration, Name, Span};
use crate::diagnostic::Label;
use crate::model::{EventId, ObjectId, PropertyId, SegmentId};
use crate::syntax::ast::{ClausePart, EdgeKind, OnEdit, OnMerge};

/// A checked workflow.
#[derive(Debug, Clone)]
pub struct Workflow {
    /// Its name.
    pub name: Name,
    /// The object whose records it takes.
    pub object: ObjectId,
    /// The display name.
    pub title: Option<Box<str>>,
    /// Whether its source turns it off (E17).
    pub off: bool,
    /// Tags.
    pub campaigns: Vec<Box<str>>,
    /// Event triggers, joined by or (E1).
    pub events: Vec<EventTrigger>,
    /// Filter triggers, joined by or (E1, E2).
    pub filters: Vec<FilterTrigger>,
    /// Schedules.
    pub schedules: Vec<Schedule>,
    /// Date triggers.
    pub dates: Vec<DateTrigger>,
    /// How many may enrol in a window (E17).
    pub breaker: Option<Breaker>,
    /// Must hold too, for every trigger.
    pub only: Option<Expr>,
    /// When a record may enrol again (E8).
    pub reenroll: Vec<Reenroll>,
    /// Whether records that match at the first turn-on enrol (E9, E10).
    pub existing: bool,
    /// What an edit does with those inside (V2, V3).
    pub on_edit: OnEdit,
    /// What a merge does with those inside (L4).
    pub on_merge: OnMerge,
    /// The workflows that enrolling takes a record out of (E11).
    pub exclusive: Exclusive,
    /// When actions may run (W1).
    pub hours: Option<ActionHours>,
    /// Who is told when the rate changes (H4).
    pub alerts: Vec<Alert>,
    /// Never inside while one of them holds (E6, L2).
    pub suppress: Vec<Expr>,
    /// Conditions that take a record out.
    pub unenroll: Vec<Expr>,
    /// Events that take a record out.
    pub unenroll_on: Vec<EventTrigger>,
    /// Whether a record leaves when no filter trigger holds (L1).
    pub unenroll_on_leaving: Option<Span>,
    /// What the workflow is for (L3).
    pub goal: Option<Expr>,
    /// Names for values that clauses and steps may use.
    pub sources: Vec<DataSource>,
    /// What it does.
    pub steps: Vec<Step>,
    /// Its clauses but for the steps, in the order of the text.
    pub clauses: Vec<Clause>,
    /// The template that it is made of, where it is an instance.
    pub made: Option<Made>,
    /// The whole declaration.
    pub span: Span,
}

/// A clause as it is written.
#[derive(Debug, Clone)]
pub struct Clause {
    /// The words that it begins with, joined by `_`.
    pub kind: &'static str,
    /// What it is made of.
    pub parts: Vec<ClausePart>,
    /// The whole clause.
    pub span: Span,
}

/// What an instance is made of.
#[derive(Debug, Clone)]
pub struct Made {
    /// The name of the template.
    pub template: Name,
    /// The whole declaration of the template.
    pub span: Span,
    /// The template with the arguments, where the instance names it.
    pub call: Span,
    /// What is given to the template.
    pub given: Given,
}

/// What an instance gives to its template.
#[derive(Debug, Clone)]
pub struct Given {
    /// The name of the instance.
    pub name: Span,
    /// Where the template names its parameters, each with the argument: what stands there is another value
    /// in another instance.
    pub arguments: Vec<(Span, Span)>,
}

impl Given {
    /// The argument that stands somewhere inside a place.
    #[must_use]
    pub fn inside(&self, place: Span) -> Option<Span> {
        let mut arguments = self.arguments.iter();
        arguments.find_map(|(named, argument)| place.contains(*named).then_some(*argument))
    }

    /// Where a finding in the text of the template comes from: the argument that stands there, else the
    /// instance.
    #[must_use]
    pub fn cause(&self, place: Span) -> Label {
        let (span, text) = match self.inside(place) {
            Some(argument) => (argument, "in this instance, by this argument"),
            None => (self.name, "in this instance"),
        };
        Label {
            span,
            text: text.to_owned(),
        }
    }
}

/// An event that may happen to a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventSource {
    /// A declared event or a webhook.
    Declared(EventId),
    /// A property has changed.
    Changed(PropertyId),
    /// The record was created.
    Created,
    /// The record has joined a segment.
    Joined(SegmentId),
    /// The record has left a segment.
    Left(SegmentId),
    /// An action has failed for good (A4).
    ActionFailed,
}

/// `on EVENT [where C] [refinement] [per EXPR]`.
#[derive(Debug, Clone)]
pub struct EventTrigger {
    /// Which event.
    pub event: EventSource,
    /// `from V` of a change.
    pub from: Option<Expr>,
    /// `to V` of a change.
    pub to: Option<Expr>,
    /// `where C`.
    pub filter: Option<Expr>,
    /// How often, or when (E14).
    pub refinements: Vec<(Refinement, Span)>,
    /// The key of the enrolment (E16).
    pub per: Option<Expr>,
    /// The whole clause.
    pub span: Span,
}

/// How often an event happened, or when.
#[derive(Debug, Clone)]
pub enum Refinement {
    /// At least so often.
    AtLeast(Decimal),
    /// At most so often.
    AtMost(Decimal),
    /// Exactly so often.
    Exactly(Decimal),
    /// In a period around now; counted, or one calendar unit.
    Within(EdgeKind, Duration, bool),
    /// Between two points in time.
    Between(Expr, Expr),
    /// Before a point in time.
    Before(Expr),
    /// After a point in time.
    After(Expr),
}

impl Refinement {
    /// Whether its bounds move as time passes.
    #[must_use]
    pub fn moves(&self) -> bool {
        match self {
            Refinement::AtLeast(_) | Refinement::AtMost(_) | Refinement::Exactly(_) => false,
            Refinement::Within(..) => true,
            Refinement::Between(low, high) => {
                low.time_dependent().is_some() || high.time_dependent().is_some()
            }
            Refinement::Before(point) | Refinement::After(point) => {
                point.time_dependent().is_some()
            }
        }
    }
}

/// `enroll when C`.
#[derive(Debug, Clone)]
pub struct FilterTrigger {
    /// The condition.
    pub condition: Expr,
    /// The whole clause.
    pub span: Span,
}

/// One `reenroll` clause.
#[derive(Debug, Clone)]
pub enum Reenroll {
    /// At every occurrence and transition.
    Always(Span),
    /// At an event.
    On(Box<EventTrigger>),
    /// When a condition turns true.
    When(Expr),
}
