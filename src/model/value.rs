//! Values that are known when a program is compiled.

use crate::base::{Date, Decimal, Duration, Text, Time, Timestamp};

/// A known value. It is as large as a text: records hold many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text of any form.
    Text(Text),
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
    Set(Box<[usize]>),
    /// Values for `in`.
    List(Box<[Value]>),
}

// INVARIANT: neither a value nor its being unknown takes more than a text.
const _: () = assert!(size_of::<Option<Value>>() == size_of::<Text>());
