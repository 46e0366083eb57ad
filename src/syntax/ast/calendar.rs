//! Calendars, hours and closed days as written.

use super::{Doc, Ident, Plain};
use crate::base::{Date, Span, Time, YearlyDate};

/// `calendar NAME { … }`.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// Its doc comment.
    pub doc: Doc,
    /// Its name.
    pub name: Ident,
    /// The whole declaration.
    pub span: Span,
    /// `hours …`, in the order of the text.
    pub hours: Vec<OpenHours>,
    /// `closed …`, in the order of the text.
    pub closed: Vec<ClosedDays>,
    /// `timezone "…"`.
    pub zones: Vec<Zone>,
    /// Whether a line could not be read.
    pub broken: bool,
}

/// `mon-thu, sat 09:00-12:00, 13:00-24:00`.
#[derive(Debug, Clone)]
pub struct OpenHours {
    /// The days of the week, 0 is Monday.
    pub days: Vec<u8>,
    /// The times of each of these days.
    pub ranges: Vec<TimeRange>,
}

/// `09:00-12:00`.
#[derive(Debug, Clone)]
pub struct TimeRange {
    /// The start, which belongs to it.
    pub from: Time,
    /// The end, which does not; `None` is `24:00`.
    pub to: Option<Time>,
    /// Where it stands.
    pub span: Span,
}

/// One day of `closed`, or a range.
#[derive(Debug, Clone)]
pub struct ClosedDays {
    /// The first day.
    pub first: ClosedDay,
    /// The last day, where it is a range.
    pub last: Option<ClosedDay>,
    /// Where it stands.
    pub span: Span,
}

/// A day of `closed`.
#[derive(Debug, Clone, Copy)]
pub enum ClosedDay {
    /// `2026-05-17`.
    Date(Date),
    /// `12-25`: every year.
    Yearly(YearlyDate),
}

/// `timezone "…"`.
#[derive(Debug, Clone)]
pub struct Zone {
    /// The name of the zone.
    pub name: Plain,
    /// The whole line.
    pub span: Span,
}
