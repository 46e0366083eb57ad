//! Calls of functions: which arguments may be unknown. What a function does
//! stands with its family.

use super::{Computed, Flaw, moment, number, text};
use crate::base::TimeZone;
use crate::model::{Function, Value};

/// The result of a function. With an unknown argument it is unknown, but for
/// `concat` and `join`. The unit of `start_of` and `end_of` arrives as a text.
/// `if` and `coalesce` are for the caller, who evaluates their arguments one by
/// one; here they are unknown. What prints otherwise with its type, like a
/// member, comes to `concat` and `join` as its text.
///
/// # Errors
/// Why the result is unknown though the arguments are known.
pub fn call(function: &Function, arguments: &[Option<Value>], zone: &TimeZone) -> Computed {
    match function.name {
        "if" | "coalesce" => return Ok(None),
        "concat" => return text::concat(arguments, zone),
        "join" => return text::join(arguments, zone),
        _ => {}
    }
    let known: Option<Vec<&Value>> = arguments.iter().map(Option::as_ref).collect();
    let Some(known) = known else {
        return Ok(None);
    };
    text::call(function.name, &known)
        .or_else(|| number::call(function.name, &known))
        .or_else(|| moment::call(function.name, &known, zone))
        .unwrap_or(Err(Flaw::Unreadable))
}
