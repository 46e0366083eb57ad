//! The functions of texts. Characters are Unicode characters, counted from 1.

use sha2::{Digest, Sha256};

use super::number::whole;
use super::{Computed, Flaw, print, web};
use crate::base::{Decimal, TimeZone};
use crate::model::Value;

/// The functions of texts; `None` where the name is none of them.
pub(super) fn call(name: &str, arguments: &[&Value]) -> Option<Computed> {
    use Value::{Number, Text};
    let made = match (name, arguments) {
        ("lower", [Text(text)]) => Some(text.to_lowercase()),
        ("upper", [Text(text)]) => Some(text.to_uppercase()),
        ("trim", [Text(text)]) => Some(text.trim().to_owned()),
        ("capitalize", [Text(text)]) => Some(capitalize(text)),
        ("replace", [Text(text), Text(from), Text(to)]) => Some(replace(text, from, to)),
        ("cut", [Text(text), Number(from), Number(length)]) => {
            Some(cut(text, whole(*from), whole(*length)))
        }
        ("split", [Text(text), Text(separator), Number(part)]) => split(text, separator, *part),
        ("email_domain", [Text(address)]) => web::domain(address),
        ("url_host", [Text(url)]) => web::host(url),
        ("url_path", [Text(url)]) => web::path(url),
        ("length", [Text(text)]) => return Some(number(text.chars().count() as u64)),
        ("hash", [Text(text)]) => return Some(number(hash(text))),
        _ => return None,
    };
    Some(made.map(said).ok_or(Flaw::Unreadable))
}

fn said(text: String) -> Option<Value> {
    Some(Value::Text(text.into()))
}

fn number(number: u64) -> Computed {
    Ok(Some(Value::Number(Decimal::from(number))))
}

/// All values printed one after the other. Unknown ones print as nothing; if
/// all are, so is the text.
pub(super) fn concat(values: &[Option<Value>], zone: &TimeZone) -> Computed {
    Ok(joined(values, "", zone))
}

/// The known values printed, with the separator between them. Unknown ones are
/// left out with their separator; if all are unknown, or the separator is, so
/// is the text.
pub(super) fn join(arguments: &[Option<Value>], zone: &TimeZone) -> Computed {
    match arguments {
        [Some(Value::Text(separator)), values @ ..] => Ok(joined(values, separator, zone)),
        [None, ..] | [] => Ok(None),
        [Some(_), ..] => Err(Flaw::Unreadable),
    }
}

fn joined(values: &[Option<Value>], separator: &str, zone: &TimeZone) -> Option<Value> {
    let printed: Vec<String> = values
        .iter()
        .flatten()
        .map(|value| print(value, zone))
        .collect();
    if printed.is_empty() {
        return None;
    }
    said(printed.join(separator))
}

/// The first character in upper case, the others as they are.
fn capitalize(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// All occurrences, from the left; an empty one is nowhere.
fn replace(text: &str, from: &str, to: &str) -> String {
    if from.is_empty() {
        return text.to_owned();
    }
    text.replace(from, to)
}

/// So many characters, the first of a text being 1. A place before the first
/// is the first; what is not there is not taken.
fn cut(text: &str, from: i64, length: i64) -> String {
    let skipped = usize::try_from(from.saturating_sub(1)).unwrap_or(0);
    let taken = usize::try_from(length).unwrap_or(0);
    text.chars().skip(skipped).take(taken).collect()
}

/// The part at a place, from 1; an empty separator parts nothing.
fn split(text: &str, separator: &str, part: Decimal) -> Option<String> {
    let before = usize::try_from(whole(part)).ok()?.checked_sub(1)?;
    if separator.is_empty() {
        return (before == 0).then(|| text.to_owned());
    }
    text.split(separator).nth(before).map(str::to_owned)
}

/// The first 53 bits of the SHA-256 of the text.
fn hash(text: &str) -> u64 {
    let digest = Sha256::digest(text.as_bytes());
    let first = digest
        .iter()
        .take(8)
        .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    first >> 11
}
