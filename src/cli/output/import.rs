//! What an import has come to, for people and for programs.

use std::path::PathBuf;

use serde::Serialize;

use super::desk::document;
use crate::cli::check::count;
use crate::host::import::Reject;

/// The version of the form.
const VERSION: u32 = 1;

/// What an import has come to.
#[derive(Debug, Default)]
pub(in crate::cli) struct Summary {
    pub(in crate::cli) name: String,
    /// Whether nothing was taken in.
    pub(in crate::cli) dry: bool,
    pub(in crate::cli) rows: usize,
    pub(in crate::cli) created: usize,
    pub(in crate::cli) updated: usize,
    /// How many had gone in before.
    pub(in crate::cli) before: usize,
    pub(in crate::cli) rejected: usize,
    /// How many actions the rows asked for.
    pub(in crate::cli) actions: usize,
    /// The first of the rows that did not go in.
    pub(in crate::cli) first: Vec<(usize, String)>,
    /// The columns that are no property.
    pub(in crate::cli) left_out: Vec<String>,
    /// The headers that are mapped and not there.
    pub(in crate::cli) missing: Vec<String>,
    /// Where the rows are that did not go in.
    pub(in crate::cli) file: Option<PathBuf>,
}

#[derive(Serialize)]
struct WireSummary<'s> {
    version: u32,
    name: &'s str,
    dry_run: bool,
    rows: usize,
    created: usize,
    updated: usize,
    before: usize,
    rejected: usize,
    actions: usize,
    left_out: &'s [String],
    file: Option<String>,
}

impl Summary {
    /// Counts a row that did not go in; the first `most` are shown.
    pub(in crate::cli) fn reject(&mut self, reject: &Reject, most: usize) {
        self.rejected += 1;
        if self.first.len() < most {
            self.first.push((reject.number, reject.reason.clone()));
        }
    }
}

/// For programs.
pub(in crate::cli) fn json(summary: &Summary) -> String {
    document(&WireSummary {
        version: VERSION,
        name: &summary.name,
        dry_run: summary.dry,
        rows: summary.rows,
        created: summary.created,
        updated: summary.updated,
        before: summary.before,
        rejected: summary.rejected,
        actions: summary.actions,
        left_out: &summary.left_out,
        file: summary.file.as_ref().map(|file| file.display().to_string()),
    })
}

/// For people.
pub(in crate::cli) fn text(summary: &Summary) -> String {
    let rows = count(summary.rows, "row");
    let parts = [
        (summary.created, "created"),
        (summary.updated, "updated"),
        (summary.before, "there already"),
        (summary.rejected, "rejected"),
    ];
    let parts = parts.into_iter().filter(|(number, _)| *number > 0);
    let mut parts: Vec<String> = parts.map(|(n, word)| format!("{n} {word}")).collect();
    if summary.dry {
        let good = summary.rows - summary.rejected;
        parts.insert(0, format!("{good} can be read"));
    }
    let mut text = format!("{}: {rows}: {}\n", summary.name, parts.join(", "));
    for (line, reason) in &summary.first {
        text += &format!("  line {line}: {reason}\n");
    }
    if summary.rejected > summary.first.len() {
        let more = summary.rejected - summary.first.len();
        text += &format!("  and {more} more\n");
    }
    if !summary.left_out.is_empty() {
        let left_out = summary.left_out.join("`, `");
        text += &format!("left out: `{left_out}`\n");
    }
    if let Some(file) = &summary.file {
        text += &format!("rejects: {}\n", file.display());
    }
    text
}
