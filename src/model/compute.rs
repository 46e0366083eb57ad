//! What is done with values: arithmetic, comparison, functions, printing. An
//! unknown value is `None`. Nothing here knows records, expressions, the
//! present or a zone of its own.

mod arithmetic;
mod call;
mod compare;
mod moment;
mod number;
mod period;
mod print;
mod read;
mod text;
mod web;

pub use arithmetic::{Operator, arithmetic, negative};
pub use call::call;
pub use compare::{compare, equal};
pub use moment::at;
pub use period::{period_end, period_start};
pub use print::{format, print, print_as, spell};

pub(in crate::model) use number::tidy;
pub(in crate::model) use read::{read_date, read_datetime, read_number, read_time};
pub(in crate::model) use web::host;

use super::Value;

/// Why a value is unknown though all that it was made of was known (N4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flaw {
    /// Something was divided by zero.
    DivisionByZero,
    /// A number past 28 digits, or a moment out of range.
    Overflow,
    /// A text that does not hold what is looked for in it, or an amount that
    /// has no meaning there.
    Unreadable,
}

impl Flaw {
    /// What people are shown.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Flaw::DivisionByZero => "division by zero",
            Flaw::Overflow => "overflow",
            Flaw::Unreadable => "unreadable",
        }
    }
}

impl std::fmt::Display for Flaw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// A value, unknown, or unknown for a reason that is noted.
pub type Computed = Result<Option<Value>, Flaw>;
