//! One value of a table. Which column it stands in is not known here.

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};

/// How many digits a number of 64 bits with a point keeps for certain.
const DIGITS: usize = 15;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// None.
    Null,
    /// A text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// Another number, as near as SQLite has it.
    Real(f64),
}

impl Cell {
    /// A number by its digits: a whole one as such, another one as a real
    /// number where that keeps all of its digits, and as a text where not.
    #[must_use]
    pub fn number(digits: String) -> Self {
        if let Ok(whole) = digits.parse() {
            return Cell::Whole(whole);
        }
        let significant = digits.bytes().filter(u8::is_ascii_digit);
        let significant = significant.skip_while(|digit| *digit == b'0').count();
        match digits.parse() {
            Ok(real) if significant <= DIGITS => Cell::Real(real),
            _ => Cell::Text(digits),
        }
    }

    /// Yes or no, as SQLite has it.
    #[must_use]
    pub fn bool(yes: bool) -> Self {
        Cell::Whole(i64::from(yes))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Cell::Null => ToSqlOutput::Owned(Value::Null),
            Cell::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Cell::Whole(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Cell::Real(number) => ToSqlOutput::Owned(Value::Real(*number)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Cell;

    #[test]
    fn a_number_keeps_its_digits() {
        for (digits, cell) in [
            ("0", Cell::Whole(0)),
            ("-7", Cell::Whole(-7)),
            ("9223372036854775807", Cell::Whole(i64::MAX)),
            ("1.50", Cell::Real(1.5)),
            ("-0.000000000000123", Cell::Real(-0.000_000_000_000_123)),
            ("123456789012.345", Cell::Real(123_456_789_012.345)),
        ] {
            assert_eq!(Cell::number(digits.to_owned()), cell, "{digits}");
        }
        for digits in ["9223372036854775808", "1234567890123.4567"] {
            let text = Cell::Text(digits.to_owned());
            assert_eq!(Cell::number(digits.to_owned()), text, "{digits}");
        }
    }
}
