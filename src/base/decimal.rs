//! Exact decimals of 28 digits.

/// An exact decimal. Operators on it panic on overflow: use `checked_*`.
pub use rust_decimal::Decimal;

/// The most digits that a number may have.
const DIGITS: usize = 28;

/// Reads `1_000.25`. `None` where the text is no number or has more than 28
/// digits.
#[must_use]
pub fn parse_decimal(text: &str) -> Option<Decimal> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    if digits.chars().filter(char::is_ascii_digit).count() > DIGITS {
        return None;
    }
    Decimal::from_str_exact(&digits).ok()
}

/// Prints a number without trailing zeros.
#[must_use]
pub fn print_decimal(number: Decimal) -> String {
    number.normalize().to_string()
}
