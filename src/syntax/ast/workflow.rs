//! Workflows and their clauses as written.

use super::{
    Alert, Breaker, ClosedDays, DateTrigger, Doc, Exclusive, Expr, Hours, Ident, Let, OnMerge,
    Plain, Schedule, Step, Zone,
};
use crate::base::{Decimal, Span};

/// `workflow NAME on OBJECT { … }`.
#[derive(Debug, Clone)]
pub struct Workflow {
    /// Its doc comment.
    pub doc: Doc,
    /// Its name.
    pub name: Ident,
    /// The object whose records it takes.
    pub object: Ident,
    /// The whole declaration.
    pub span: Span,
    /// Everything between its braces, in the order of the text.
    pub clauses: Vec<Clause>,
}

/// One clause of a workflow.
#[derive(Debug, Clone)]
pub struct Clause {
    /// Its doc comment.
    pub doc: Doc,
    /// The word that says what it is about: the clauses of an instance stand in
    /// place of those of its template that have the same.
    pub keyword: &'static str,
    /// Which clause.
    pub kind: ClauseKind,
    /// The whole clause.
    pub span: Span,
}

/// The clauses of a workflow.
#[derive(Debug, Clone)]
pub enum ClauseKind {
    /// `title "…"`.
    Title(Plain),
    /// `off`.
    Off,
    /// `campaign "…"`.
    Campaign(Plain),
    /// `enroll on EVENT …`.
    EnrollOn(EventTrigger),
    /// `enroll when C`.
    EnrollWhen(Expr),
    /// `enroll every …`, `enroll once at …`, `enroll cron "…"`.
    EnrollAtTimes(Box<Schedule>),
    /// `enroll at PROPERTY …`.
    EnrollAtDate(Box<DateTrigger>),
    /// `enroll at most N per hour`.
    EnrollAtMost(Breaker),
    /// `only when C`.
    OnlyWhen(Expr),
    /// `reenroll on EVENT …`.
    ReenrollOn(EventTrigger),
    /// `reenroll when C`.
    ReenrollWhen(Expr),
    /// `reenroll always`.
    ReenrollAlways,
    /// `suppress when C`.
    SuppressWhen(Expr),
    /// `unenroll when C`.
    UnenrollWhen(Expr),
    /// `unenroll on EVENT …`.
    UnenrollOn(EventTrigger),
    /// `unenroll on leaving`.
    UnenrollLeaving,
    /// `goal when C`.
    GoalWhen(Expr),
    /// `existing enroll` (true) or `existing skip`.
    Existing(bool),
    /// `on edit migrate` or `on edit pin`.
    OnEdit(OnEdit),
    /// `on merge unenroll` or `on merge keep`.
    OnMerge(OnMerge),
    /// `exclusive with …`.
    Exclusive(Exclusive),
    /// `hours …`.
    Hours(Hours),
    /// `closed …`.
    Closed(Vec<ClosedDays>),
    /// `timezone "…"`.
    Timezone(Zone),
    /// `alert …`.
    Alert(Alert),
    /// `let NAME = EXPR`.
    Let(Let),
    /// `renamed from OLD`.
    Renamed(Ident),
    /// `steps { … }`.
    Steps(Vec<Step>),
}

/// What an edit of a workflow does with those inside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnEdit {
    /// They move to the new version (V2).
    #[default]
    Migrate,
    /// They finish on the version on which they began (V3).
    Pin,
}

/// `EVENT [where C] [refinement …] [per EXPR]`.
#[derive(Debug, Clone)]
pub struct EventTrigger {
    /// Which event.
    pub event: EventRef,
    /// Where the event stands.
    pub event_span: Span,
    /// `where C`.
    pub filter: Option<Expr>,
    /// How often, or when.
    pub refinements: Vec<Refinement>,
    /// `per EXPR`.
    pub per: Option<Expr>,
}

/// An event as a clause names it.
#[derive(Debug, Clone)]
pub enum EventRef {
    /// A declared event or a webhook, `action_failed` too.
    Named(Ident),
    /// `changed PROPERTY [from V] [to V]`.
    Changed {
        /// The property.
        property: Ident,
        /// The value before.
        from: Option<Box<Expr>>,
        /// The value after.
        to: Option<Box<Expr>>,
    },
    /// `created`.
    Created,
    /// `joined SEGMENT`.
    Joined(Ident),
    /// `left SEGMENT`.
    Left(Ident),
}

/// How often an event happened, or when.
#[derive(Debug, Clone)]
pub struct Refinement {
    /// Which kind.
    pub kind: RefinementKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of refinement.
#[derive(Debug, Clone)]
pub enum RefinementKind {
    /// `at least N times`.
    AtLeast(Decimal),
    /// `at most N times`.
    AtMost(Decimal),
    /// `exactly N times`.
    Exactly(Decimal),
    /// `within last D`.
    Within(super::Period),
    /// `between T and T`.
    Between(Expr, Expr),
    /// `before T`.
    Before(Expr),
    /// `after T`.
    After(Expr),
}
