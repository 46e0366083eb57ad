//! Values that are known when a program is compiled.

use std::sync::Arc;

use crate::base::{Date, Decimal, Duration, Time, Timestamp};

/// A known value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text of any form.
    Text(Arc<str>),
    /// An exact decimal.
    Number(Decimal),
    /// True or false.
    Bool(bool),
    /// A day.
    Date(Date),
    /// An instant.
    Datetime(Timestamp),
    /// A time of day; `None` is its end, `24:00`.
    Time(Option<Time>),
    /// An amount of time.
    Duration(Duration),
    /// The place of a member in its enum.
    Member(usize),
    /// The places of members in their set, ascending.
    Set(Vec<usize>),
    /// Values for `in`.
    List(Vec<Value>),
}
