//! Checked clauses about times, other workflows and rates.

use super::Expr;
use crate::base::{Cron, Decimal, Duration, Name, Span, Time, YearlyDate};
use crate::model::{CalendarId, Closed, Opening, PropertyId, WorkflowId, Zone};
use crate::syntax::ast::{DayKind, Nth};

/// `enroll every …`, `enroll once at …`, `enroll cron "…"`.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// When.
    pub timing: Timing,
    /// Who.
    pub when: Option<Expr>,
    /// The whole clause.
    pub span: Span,
}

/// When a schedule enrols.
#[derive(Debug, Clone)]
pub enum Timing {
    /// Again and again.
    Every(Every),
    /// At a date at 00:00, or at an instant.
    Once(Expr),
    /// At moments of cron.
    Cron(Cron),
}

/// What comes again and again. More than one unit is counted from the
/// beginning of Monday, 5 January 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Every {
    /// So many minutes or hours, counted from the beginning of each day.
    Clock(Duration),
    /// Every so many days.
    Days(i64, Time),
    /// Every so many weeks, on these days, 0 is Monday.
    Weeks(i64, Vec<u8>, Time),
    /// Every so many months, counted from January 1970.
    Months(i64, Vec<MonthDay>, Time),
    /// Every so many years, counted from 1970.
    Years(i64, Vec<YearlyDate>, Time),
}

/// A day of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MonthDay {
    /// By its number; the last day of a month that has no such day.
    Number(u8),
    /// `first mon`, `last day`.
    Nth(Nth, DayKind),
}

/// `enroll at PROPERTY …`.
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
    /// Who.
    pub when: Option<Expr>,
    /// The whole clause.
    pub span: Span,
}

/// The workflows that enrolling takes a record out of (E11).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Exclusive {
    /// None.
    #[default]
    None,
    /// These.
    With(Vec<WorkflowId>),
    /// All others.
    All,
}

/// `let NAME = EXPR`: what the name stands for. Where it is used, the value
/// stands already.
#[derive(Debug, Clone)]
pub struct DataSource {
    /// The name.
    pub name: Name,
    /// What it stands for.
    pub value: Expr,
    /// Whether anything uses it.
    pub used: bool,
    /// Where the name stands.
    pub place: Span,
    /// The whole clause.
    pub span: Span,
}

/// `enroll at most N per hour` or `per day` (E17).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker {
    /// How many.
    pub most: u64,
    /// In how long a window.
    pub window: Duration,
}

/// When the actions of a workflow may run (W1, W2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActionHours {
    /// The hours of a calendar, over so long a stretch.
    pub calendar: Option<(CalendarId, Option<Duration>)>,
    /// Hours of its own, over so long a stretch.
    pub open: Vec<(Opening, Option<Duration>)>,
    /// Days without actions, beside those of the calendar.
    pub closed: Vec<Closed>,
    /// Its zone (D1).
    pub zone: Option<Zone>,
    /// The property of the record that holds a zone.
    pub zone_of: Option<PropertyId>,
}

/// `alert "address", … when enrollment rate changes by N%` (H4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Who is told.
    pub to: Vec<Box<str>>,
    /// By how many percent.
    pub percent: Decimal,
}
