//! Clauses about other workflows, hours and rates as written.

use super::{Expr, Ident, OpenHours, Plain};
use crate::base::{Decimal, Duration, Span};

/// `exclusive with …`.
#[derive(Debug, Clone)]
pub enum Exclusive {
    /// `all`.
    All,
    /// These workflows.
    With(Vec<Ident>),
}

/// `enroll at most N per hour` or `per day`.
#[derive(Debug, Clone)]
pub struct Breaker {
    /// How many.
    pub most: Decimal,
    /// Where the number stands.
    pub span: Span,
    /// `per day`, else `per hour`.
    pub per_day: bool,
}

/// `hours CALENDAR …` or `hours mon-fri 09:00-17:00 …`.
#[derive(Debug, Clone)]
pub struct Hours {
    /// Which hours.
    pub of: HoursOf,
    /// `spread D`.
    pub spreads: Vec<Spread>,
    /// `in PROPERTY`.
    pub zones: Vec<Expr>,
}

/// The hours of a workflow.
#[derive(Debug, Clone)]
pub enum HoursOf {
    /// Those of a calendar.
    Calendar(Ident),
    /// Those that stand there.
    Own(OpenHours),
}

/// `spread D`.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    /// Over how long.
    pub over: Duration,
    /// The whole part.
    pub span: Span,
}

/// `alert "address", … when enrollment rate changes by N%`.
#[derive(Debug, Clone)]
pub struct Alert {
    /// Who is told.
    pub to: Vec<Plain>,
    /// By how many percent.
    pub percent: Decimal,
    /// Where the percentage stands.
    pub span: Span,
    /// Whether the `%` is there.
    pub sign: bool,
}

/// What a merge does with the enrolments of the record that goes (L4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnMerge {
    /// They end.
    #[default]
    Unenroll,
    /// They move to the record that stays.
    Keep,
}

/// `let NAME = EXPR`.
#[derive(Debug, Clone)]
pub struct Let {
    /// The name.
    pub name: Ident,
    /// What it stands for.
    pub value: Expr,
}
