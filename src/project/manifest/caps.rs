//! `[caps]`: how often an action may reach a record, across workflows (A9). Whether there is such
//! an action is not known here.

use super::Reader;
use super::amount::rolling;
use super::entry::Entry;
use crate::diagnostic::Finding;
use crate::model::Cap;

/// How it is written.
const FORM: &str = "write it like `3 per 7 days`";

impl Reader<'_> {
    /// The cap of an action. The name of one may have a dot in it, which makes a table of it.
    pub(super) fn cap(&mut self, entry: &Entry<'_>) -> Result<(), Box<Finding>> {
        if !entry.is_table() {
            let cap = cap(entry.name.to_owned(), entry)?;
            self.manifest.settings.caps.push(cap);
            return Ok(());
        }
        let group = entry.name;
        let table = format!("caps.{group}");
        for inner in entry.entries(&table)? {
            let cap = self.sound(cap(format!("{group}.{}", inner.name), &inner));
            self.manifest.settings.caps.extend(cap);
        }
        Ok(())
    }
}

fn cap(action: String, entry: &Entry<'_>) -> Result<Cap, Box<Finding>> {
    let text = match entry.words() {
        Ok(text) => text,
        Err(finding) => return Err(finding.help(FORM).into()),
    };
    let wrong = || {
        entry
            .wrong(format!("`{text}` says not how often within what time"))
            .help(FORM)
    };
    let (count, time) = text.split_once(" per ").ok_or_else(wrong)?;
    let most: u32 = count.trim().parse().map_err(|_| wrong())?;
    if most == 0 {
        let message = format!("a cap of none would keep every `{action}` back");
        return Err(entry.wrong(message).help(FORM).into());
    }
    let time = time.trim();
    // `per day` is `per 1 day`.
    let amount = match time.starts_with(|c: char| c.is_ascii_digit()) {
        true => rolling(entry, time)?,
        false => rolling(entry, &format!("1 {time}"))?,
    };
    Ok(Cap {
        action: action.into(),
        place: entry.key,
        most,
        within: amount,
    })
}
