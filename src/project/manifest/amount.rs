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

fn amount(entry: &Entry<'_>, like: &str) -> Result<Duration, Box<Finding>> {
    let form = format!("write an amount of time, like `{like}`");
    let text = match entry.words() {
        Ok(text) => text,
        Err(finding) => return Err(finding.help(form).into()),
    };
    match coerce(&Type::Duration, &Raw::Text(text.into()), &TimeZone::UTC) {
        Ok(Some(Value::Duration(amount))) => Ok(amount),
        _ => {
            let finding = entry.wrong(format!("`{text}` is no amount of time"));
            Err(match in_full(text) {
                Some(meant) => entry.mean(finding, &meant),
                None => finding.help(form),
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
    let name = entry.name;
    match seconds_of(amount) {
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
