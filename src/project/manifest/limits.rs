//! `[limits]`: a profile, and single limits that differ from it. Nothing is limited here.

use super::entry::Entry;
use super::keys::{LIFTED, PROFILE, Table};
use crate::base::nearest;
use crate::diagnostic::Finding;
use crate::model::{Count, Limits, Profile};

/// Reads one key. The profile must be the first.
pub(super) fn read(limits: &mut Limits, entry: &Entry<'_>) -> Result<(), Box<Finding>> {
    if entry.name == PROFILE {
        *limits = profile(entry)?.into();
        return Ok(());
    }
    let counted = Limits::COUNTS.iter().find(|count| count.key == entry.name);
    let switched = Limits::SWITCHES.iter();
    let switched = switched.into_iter().find(|switch| switch.key == entry.name);
    match (counted, switched) {
        (Some(limit), _) => (limit.set)(limits, count(limit, entry)?),
        (None, Some(limit)) => (limit.set)(limits, entry.truth()?),
        (None, None) => return Err(entry.unknown(Table::Limits.keys()).into()),
    }
    Ok(())
}

fn profile(entry: &Entry<'_>) -> Result<Profile, Box<Finding>> {
    let word = entry.words()?;
    if let Some(profile) = Profile::ALL
        .into_iter()
        .find(|profile| profile.word() == word)
    {
        return Ok(profile);
    }
    let finding = entry.wrong(format!("there is no profile `{word}`"));
    let words = Profile::ALL.map(Profile::word);
    Err(match nearest(word, words) {
        Some(meant) => entry.mean(finding, meant),
        None => finding.help(format!("it is one of `{}`", words.join("`, `"))),
    }
    .into())
}

/// A number, or that there is none.
fn count(limit: &Count, entry: &Entry<'_>) -> Result<Option<u32>, Box<Finding>> {
    if entry.is_string() {
        let word = entry.words()?;
        if word == LIFTED {
            return Ok(None);
        }
        let message = format!("`{}` must be a number, found a string", limit.key);
        return Err(entry
            .wrong(message)
            .help(format!("`\"{LIFTED}\"` lifts the limit"))
            .into());
    }
    let number = entry.integer()?;
    match u32::try_from(number) {
        Ok(most) if (limit.least..=limit.most).contains(&most) => Ok(Some(most)),
        _ => Err(entry
            .wrong(format!(
                "`{}` must be from {} to {}, found {number}",
                limit.key, limit.least, limit.most
            ))
            .help(format!("`\"{LIFTED}\"` lifts the limit"))
            .into()),
    }
}
