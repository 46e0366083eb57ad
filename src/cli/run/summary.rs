//! What a run has come to, for people: it fits 80 columns, and fewer. What was
//! counted is decided elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use crate::base::{TimeZone, Timestamp};
use crate::cli::args::Place;
use crate::cli::check::count;
use crate::engine::RULES;
use crate::engine::decision::Reason;
use crate::host::carry::Sent;
use crate::host::run::{Imported, Report};
use crate::host::store::Store;
use crate::host::tally::{Acts, Flow, Inputs};
use crate::model::Settings;

/// Where a run took place.
pub(super) struct Setting<'s> {
    /// Where it was kept, if it was.
    pub(super) store: Option<&'s Store>,
    /// The project that was named.
    pub(super) place: Place<'s>,
    pub(super) settings: &'s Settings,
    /// Whether the end of the clock was asked for.
    pub(super) asked: bool,
    pub(super) width: usize,
}

/// The most columns that are used.
const WIDEST: usize = 80;

/// The summary.
pub(super) fn text(report: &Report, setting: &Setting<'_>) -> String {
    let mut page = Page {
        text: String::new(),
        width: setting.width.min(WIDEST),
    };
    for sent in &report.sent {
        page.text += &would(sent, &setting.settings.zone);
    }
    if !report.sent.is_empty() {
        page.text.push('\n');
    }
    clock(&mut page, report, setting);
    page.row("records", &pairs(&report.objects));
    page.row("segments", &pairs(&report.segments));
    page.row("inputs", &inputs(&report.inputs));
    for import in &report.imports {
        let same = report.imports.iter();
        let same = same.filter(|other| other.name == import.name);
        let files: BTreeSet<_> = same.flat_map(|other| &other.files).collect();
        imported(&mut page, import, files.len() > 1);
    }
    page.text.push('\n');
    workflows(&mut page, &report.tally.flows);
    actions(&mut page, &report.tally.actions);
    waiting(&mut page, report, setting);
    ending(&mut page, report, setting);
    page.text
}

/// A text of lines, none longer than its width where words allow it.
struct Page {
    text: String,
    width: usize,
}

/// How wide the first column is.
const FIRST: usize = 10;

impl Page {
    /// A word, then items with commas between them, folded beside it.
    fn row(&mut self, word: &str, items: &[String]) {
        if !items.is_empty() {
            self.hang(&format!("{word:FIRST$}"), items);
        }
    }

    fn hang(&mut self, head: &str, items: &[String]) {
        let indent = head.chars().count();
        let room = self.width.saturating_sub(indent);
        let last = items.len().saturating_sub(1);
        let items = items.iter().enumerate().map(|(place, item)| {
            let comma = if place < last { "," } else { "" };
            format!("{item}{comma}")
        });
        let pieces = items.flat_map(|item| pieces(&item, room));
        let mut line = head.to_owned();
        let mut fresh = true;
        for piece in pieces {
            let length = line.chars().count() + piece.chars().count() + 1;
            if !fresh && length > self.width {
                self.line(&line);
                line = " ".repeat(indent);
                fresh = true;
            }
            if !fresh {
                line.push(' ');
            }
            line += &piece;
            fresh = false;
        }
        self.line(&line);
    }

    fn line(&mut self, line: &str) {
        self.text += line.trim_end();
        self.text.push('\n');
    }
}

/// An item as one piece, or its words where it is too long for a line.
fn pieces(item: &str, room: usize) -> Vec<String> {
    if item.chars().count() <= room {
        return vec![item.to_owned()];
    }
    item.split(' ').map(str::to_owned).collect()
}

fn clock(page: &mut Page, report: &Report, setting: &Setting<'_>) {
    let Some((from, to)) = report.clock else {
        return;
    };
    let zone = &setting.settings.zone;
    let dry = if setting.store.is_none() {
        ", nothing written"
    } else {
        ""
    };
    page.line(&format!(
        "{}: {} to {}{dry}",
        setting.settings.name,
        moment(from, zone),
        moment(to, zone)
    ));
    let (all, before) = report.taken;
    if before >= all {
        page.line("Nothing new: the store has taken all of this replay before.");
    } else if before > 0 {
        page.line(&format!(
            "Went on where it had stopped, after {} of {all} inputs.",
            before
        ));
    }
    page.text.push('\n');
}

/// `5 March 2026, 14:00`.
fn moment(at: Timestamp, zone: &TimeZone) -> String {
    let at = at.to_zoned(zone.clone());
    at.strftime("%-d %B %Y, %H:%M").to_string()
}

fn pairs(counts: &BTreeMap<String, usize>) -> Vec<String> {
    counts
        .iter()
        .map(|(name, count)| format!("{name} {count}"))
        .collect()
}

fn inputs(inputs: &Inputs) -> Vec<String> {
    let mut items = vec![format!("{} applied", inputs.applied)];
    let some = [
        (inputs.duplicates, "seen before"),
        (inputs.no_record, "without a record"),
    ];
    for (count, what) in some {
        if count > 0 {
            items.push(format!("{count} {what}"));
        }
    }
    for (reason, count) in &inputs.refused {
        items.push(format!("{count} refused ({reason})"));
    }
    items
}

fn imported(page: &mut Page, import: &Imported, several: bool) {
    let mut items = vec![format!("`{}`", import.name), count(import.rows, "row")];
    if !import.left_out.is_empty() {
        let columns = import.left_out.join("` and `");
        items.push(format!("no property for `{columns}`"));
    }
    page.row("import", &items);
    let rejects = import.rejects.iter().take(REJECTS);
    let mut items: Vec<String> = rejects
        .map(|reject| {
            let file = several.then(|| format!("{} ", reject.file));
            let file = file.unwrap_or_default();
            format!("{file}line {} ({})", reject.number, short(&reject.reason))
        })
        .collect();
    if import.rejects.len() > REJECTS {
        items.push(format!("{} more", import.rejects.len() - REJECTS));
    }
    page.row("rejected", &items);
}

/// How many rejects are shown.
const REJECTS: usize = 5;

/// A reason without its advice.
fn short(reason: &str) -> &str {
    match reason.split_once(": ") {
        Some((first, _)) if !first.starts_with('`') => first,
        _ => reason,
    }
}

fn reasons(counts: &BTreeMap<Reason, usize>) -> Vec<String> {
    counts
        .iter()
        .map(|(reason, count)| format!("{} {count}", reason.word()))
        .collect()
}

fn workflows(page: &mut Page, flows: &BTreeMap<String, Flow>) {
    let name = flows.keys().map(|name| name.chars().count()).max();
    let name = name.unwrap_or_default().clamp(8, 24) + 2;
    page.line(&format!("{:name$}enrolled  inside  outcome", "workflow"));
    for (workflow, flow) in flows {
        let head = format!("{workflow:name$}{:>8}{:>8}  ", flow.enrolled, flow.inside);
        let mut items = reasons(&flow.left);
        let refused = reasons(&flow.refused);
        if let Some((first, rest)) = refused.split_first() {
            items.push(format!("not enrolled: {first}"));
            items.extend(rest.iter().cloned());
        }
        for ((step, why), count) in &flow.missed {
            items.push(format!("`{step}` not done ({why}) {count}"));
        }
        page.hang(&head, &items);
    }
    page.text.push('\n');
}

fn actions(page: &mut Page, actions: &BTreeMap<(String, String), Acts>) {
    if actions.is_empty() {
        return;
    }
    let items: Vec<String> = actions
        .iter()
        .map(|((action, message), acts)| {
            let mut text = match message.as_str() {
                "" => action.clone(),
                message => format!("{action} {message}"),
            };
            let _ = write!(text, " {}", acts.asked);
            if action == "http" {
                text += " (written, not sent)";
            }
            if acts.failed > 0 {
                let _ = write!(text, " ({} failed)", acts.failed);
            }
            text
        })
        .collect();
    page.row("actions", &items);
}

fn waiting(page: &mut Page, report: &Report, setting: &Setting<'_>) {
    let inside: usize = report.tally.flows.values().map(|flow| flow.inside).sum();
    let mut items = Vec::new();
    if inside > 0 {
        items.push(count(inside, "enrolment"));
    }
    if let Some(next) = report.next {
        items.push(format!(
            "the next wakes {}",
            moment(next, &setting.settings.zone)
        ));
    }
    page.row("waiting", &items);
    if report.later > 0 {
        page.row(
            "later",
            &[format!("{} not applied", count(report.later, "line"))],
        );
    }
}

fn ending(page: &mut Page, report: &Report, setting: &Setting<'_>) {
    let decisions = format!("{} (rules {RULES})", report.hash);
    page.row("decisions", &[decisions]);
    let Some(store) = setting.store else {
        return;
    };
    page.text.push('\n');
    let shown = |path: &Path| path.display().to_string();
    let outbox = store.outbox().dir;
    for (word, path) in [("history", store.history()), ("outbox", outbox)] {
        page.row(word, &[shown(&path)]);
    }
    for file in report
        .imports
        .iter()
        .filter_map(|import| import.file.as_ref())
    {
        page.row("rejects", &[shown(file)]);
    }
    page.text.push('\n');
    let dir = setting.place.behind();
    if let Some(example) = &report.example {
        page.row("next", &[format!("flow history {example}{dir}")]);
    }
    page.row("", &[format!("flow records{dir}")]);
    if let (Some(next), false) = (report.next, setting.asked) {
        let day = next.to_zoned(setting.settings.zone.clone());
        let day = day.strftime("%Y-%m-%d").to_string();
        page.row(
            "",
            &[format!(
                "flow run … --until {day}   to let the clock run on"
            )],
        );
    }
}

fn would(sent: &Sent, zone: &TimeZone) -> String {
    let at = sent.at.to_zoned(zone.clone());
    let at = at.strftime("%Y-%m-%d %H:%M:%S").to_string();
    let action = &sent.action;
    let (subject, record) = (&sent.subject, &sent.record);
    match &sent.to {
        Some(to) if record.ends_with(to) => format!("{at}  {action} to {to}: {subject}\n"),
        Some(to) => format!("{at}  {action} to {to}: {subject} ({record})\n"),
        None => format!("{at}  {action}: {subject} ({record})\n"),
    }
}
