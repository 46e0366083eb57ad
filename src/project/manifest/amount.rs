//! Amounts of time in `flow.toml`: texts, written as in programs. Only those of a fixed length are
//! taken.

use std::time::Duration as Length;

use super::entry::Entry;
use crate::base::{Duration, TimeZone, Unit, seconds_of};
use crate::diagnostic::Finding;
use crate::model::{Raw, Type, Value, coerce};

/// The most that there is, in days: a hundred years.
const MOST_DAYS: i64 = 36_500;

/// A day in seconds.
const DAY: i64 = 86_400;

/// What people write for units in other places.
const SHORT: [(&str, &[&str]); 4] = [
    ("seconds", &["s", "sec", "secs"]),
    ("minutes", &["m", "min", "mins"]),
    ("hours", &["h", "hr", "hrs"]),
    ("days", &["d"]),
];

/// A length of time, longer than none.
pub(super) fn length(entry: &Entry<'_>) -> Result<Length, Box<Finding>> {
    let amount = amount(entry, "30 seconds")?;
    let seconds = seconds(entry, amount)?;
    Ok(Length::from_secs(seconds.unsigned_abs()))
}

/// A whole number of days, at least one.
pub(super) fn days(entry: &Entry<'_>) -> Result<u32, Box<Finding>> {
    let amount = amount(entry, "30 days")?;
    let seconds = seconds(entry, amount)?;
    let whole = (seconds % DAY == 0).then(|| u32::try_from(seconds / DAY).ok());
    whole.flatten().ok_or_else(|| {
        entry
            .wrong(format!("`{amount}` is no whole number of days"))
            .help("write it like `30 days`")
            .into()
    })
}

/// A time for which something is kept: months and years too.
pub(super) fn long(entry: &Entry<'_>) -> Result<Duration, Box<Finding>> {
    let amount = amount(entry, "2 years")?;
    match amount.unit {
        Unit::Month | Unit::Year if !amount.business => {
            let days = if amount.unit == Unit::Month { 31 } else { 366 };
            in_range(entry, amount, amount.count.checked_mul(days * DAY))?;
        }
        _ => drop(seconds(entry, amount)?),
    }
    Ok(amount)
}

/// A time that looks back from now, as a part of a text.
pub(super) fn rolling(entry: &Entry<'_>, text: &str) -> Result<Duration, Box<Finding>> {
    let amount = parse(entry, text, "3 per 7 days")?;
    seconds(entry, amount)?;
    Ok(amount)
}

fn amount(entry: &Entry<'_>, like: &str) -> Result<Duration, Box<Finding>> {
    match entry.words() {
        Ok(text) => parse(entry, text, like),
        Err(finding) => {
            let form = format!("write an amount of time, like `{like}`");
            Err(finding.help(form).into())
        }
    }
}

/// An amount, as the value of an entry or a part of it.
fn parse(entry: &Entry<'_>, text: &str, like: &str) -> Result<Duration, Box<Finding>> {
    match coerce(&Type::Duration, &Raw::Text(text.into()), &TimeZone::UTC) {
        Ok(Some(Value::Duration(amount))) => Ok(amount),
        _ => {
            let finding = entry.wrong(format!("`{text}` is no amount of time"));
            Err(match in_full(text) {
                Some(meant) if entry.words().is_ok_and(|whole| whole == text) => {
                    entry.mean(finding, &meant)
                }
                _ => finding.help(format!("write an amount of time, like `{like}`")),
            }
            .into())
        }
    }
}

fn seconds(entry: &Entry<'_>, amount: Duration) -> Result<i64, Box<Finding>> {
    let unit = amount.unit.word();
    if amount.business {
        let finding = entry.wrong("business time counts in workflows alone".to_owned());
        return Err(finding.help("leave `business` out").into());
    }
    if matches!(amount.unit, Unit::Month | Unit::Year) {
        let finding = entry.wrong(format!("a {unit} has no fixed length"));
        return Err(finding.help("write it in days").into());
    }
    in_range(entry, amount, seconds_of(amount))
}

/// Some time, and no more than the most that there is.
fn in_range(
    entry: &Entry<'_>,
    amount: Duration,
    seconds: Option<i64>,
) -> Result<i64, Box<Finding>> {
    let (name, unit) = (entry.name, amount.unit.word());
    match seconds {
        Some(..=0) => Err(entry
            .wrong(format!("`{name}` must be longer than `0 {unit}s`"))
            .into()),
        Some(seconds) if seconds <= MOST_DAYS * DAY => Ok(seconds),
        _ => Err(entry
            .wrong(format!("`{name}` is longer than {MOST_DAYS} days"))
            .into()),
    }
}

/// `30s` as programs write it.
fn in_full(text: &str) -> Option<String> {
    let text = text.trim();
    let (count, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    let count: u32 = count.parse().ok()?;
    let unit = unit.trim_start();
    let (word, _) = SHORT
        .iter()
        .find(|(word, short)| short.contains(&unit) || Unit::parse(unit) == Unit::parse(word))?;
    let word = if count == 1 {
        word.trim_end_matches('s')
    } else {
        word
    };
    Some(format!("{count} {word}"))
}
