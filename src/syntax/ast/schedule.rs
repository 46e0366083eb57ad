//! Schedules and date triggers as written.

use super::{Expr, Plain};
use crate::base::{Decimal, Duration, Span, Time, YearlyDate};

/// `enroll every …`, `enroll once at …`, `enroll cron "…"`.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// When.
    pub timing: Timing,
    /// `when C`.
    pub when: Option<Expr>,
}

/// When a schedule enrols.
#[derive(Debug, Clone)]
pub enum Timing {
    /// `every weekday`, `every mon, thu`: these days of each week, 0 is
    /// Monday.
    Weekdays(Vec<u8>, Option<AtTime>),
    /// `every 2 weeks on mon`, `every month on 1, 15`.
    Every(Every),
    /// `once at INSTANT`.
    Once(Expr),
    /// `cron "0 9 * * *"`.
    Cron(Plain),
}

/// `every [N] UNIT [on DAYS] [at TIME]`.
#[derive(Debug, Clone)]
pub struct Every {
    /// How many of which unit.
    pub amount: Duration,
    /// Where that stands.
    pub span: Span,
    /// `on …`.
    pub on: Vec<OnDay>,
    /// `at TIME`.
    pub at: Option<AtTime>,
}

/// `at TIME`.
#[derive(Debug, Clone, Copy)]
pub struct AtTime {
    /// The time of day.
    pub time: Time,
    /// Where it stands.
    pub span: Span,
}

/// A day of `on`.
#[derive(Debug, Clone)]
pub struct OnDay {
    /// Which.
    pub kind: OnDayKind,
    /// Where it stands.
    pub span: Span,
}

/// The days that may stand after `on`.
#[derive(Debug, Clone)]
pub enum OnDayKind {
    /// `mon`, `mon-fri`: days of the week, 0 is Monday.
    Weekdays(Vec<u8>),
    /// `15`: a day of the month.
    Number(Decimal),
    /// `first mon`, `last day`.
    Nth(Nth, DayKind),
    /// `12-01`: a day of the year.
    Yearly(YearlyDate),
}

/// Which of the days of a month that fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nth {
    /// Counted from the first, which is 1.
    From(u8),
    /// The last.
    Last,
}

/// The days that [`Nth`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    /// All.
    Any,
    /// Monday to Friday.
    Weekday,
    /// One day of the week, 0 is Monday.
    Of(u8),
}

/// `enroll at PROPERTY [- 30 days] [at TIME] [every year] [when C]`.
#[derive(Debug, Clone)]
pub struct DateTrigger {
    /// The property.
    pub property: Expr,
    /// By how much the moment is moved; back where the flag is set.
    pub offset: Option<(Duration, bool, Span)>,
    /// `at TIME`: one, unless something is wrong.
    pub at: Vec<AtTime>,
    /// `every year`: one, unless something is wrong.
    pub yearly: Vec<Span>,
    /// `when C`.
    pub when: Option<Expr>,
}
