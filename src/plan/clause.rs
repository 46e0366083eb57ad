//! Clauses about times, other workflows and rates as they are carried out.

use super::{Condition, Expression};
use crate::base::{Cron, Duration, Name, Span, Time};
use crate::model::PropertyId;

pub use crate::semantic::hir::{ActionHours, Alert, Breaker, Every, Exclusive, MonthDay};

/// A schedule: at that time, those enrol for whom a condition holds.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// When.
    pub timing: Timing,
    /// Who; `None` is all.
    pub when: Option<Condition>,
    /// The whole clause.
    pub span: Span,
    /// The clause as people read it.
    pub text: String,
}

/// When a schedule enrols.
#[derive(Debug, Clone)]
pub enum Timing {
    /// Again and again.
    Every(Every),
    /// At a date at 00:00, or at an instant.
    Once(Expression),
    /// At moments of cron.
    Cron(Cron),
}

/// A name for a value. Where it is used, the value stands already.
#[derive(Debug, Clone)]
pub struct DataSource {
    /// The name.
    pub name: Name,
    /// The value.
    pub value: Expression,
    /// Whether anything uses it.
    pub used: bool,
    /// Where the name stands.
    pub place: Span,
    /// What goes when it is taken out.
    pub cut: Span,
}

/// A trigger by a date that the record holds.
#[derive(Debug, Clone)]
pub struct DateTrigger {
    /// A date or a datetime of the record.
    pub property: PropertyId,
    /// By how much the moment is moved; back where the flag is set.
    pub offset: Option<(Duration, bool)>,
    /// The time of day; a date has 00:00 without it, a datetime its own.
    pub at: Option<Time>,
    /// Whether it comes every year (D3).
    pub yearly: bool,
    /// Who; `None` is all.
    pub when: Option<Condition>,
    /// The whole clause.
    pub span: Span,
    /// The clause as people read it.
    pub text: String,
}
