//! A history for people: days, times, workflows, and what happened in words.
//! Which entries are shown is decided elsewhere.

use crate::base::{TimeZone, Timestamp};
use crate::host::desk::Candidate;
use crate::host::replay::past::Told;

/// How wide the column of times is, with what stands around it.
const TIME: usize = 12;

/// An instant with its year.
const MOMENT: &str = "%-d %B %Y, %H:%M";

/// The most and the fewest columns that are used.
const WIDEST: usize = 100;
const NARROWEST: usize = 60;

/// The history of a record.
pub(in crate::cli) fn text(
    record: &Candidate,
    told: &[Told],
    (zone, width): (&TimeZone, usize),
) -> String {
    let names = told.iter().filter_map(|told| told.field("workflow"));
    let longest = names.map(|name| name.chars().count()).max();
    let mut page = Page {
        text: format!("{} {}\nid {}\n", record.object, record.name, record.id),
        workflow: longest.map_or(0, |longest| longest.min(24) + 2),
        width: width.clamp(NARROWEST, WIDEST),
        zone,
    };
    let mut before: Option<&Told> = None;
    for told in told.iter().filter(|told| !is_plain(told)) {
        page.entry(told, before);
        before = Some(told);
    }
    if told.is_empty() {
        page.text += "\nnothing happened to it\n";
    }
    page.text
}

/// Whether an entry says only that all went as it should.
fn is_plain(told: &Told) -> bool {
    told.kind == "done" && told.field("attempt") == Some("1")
}

struct Page<'z> {
    text: String,
    workflow: usize,
    width: usize,
    zone: &'z TimeZone,
}

impl Page<'_> {
    fn entry(&mut self, told: &Told, before: Option<&Told>) {
        let day = self.day(told.at);
        if before.map(|before| self.day(before.at)) != Some(day.clone()) {
            self.text += &format!("\n{day}\n");
        }
        let same = before.is_some_and(|before| before.at == told.at);
        let time = if same {
            String::new()
        } else {
            self.shown(told.at, "%H:%M:%S")
        };
        let workflow = told.field("workflow").unwrap_or_default();
        let column = self.workflow;
        let gap = if workflow.chars().count() < column {
            ""
        } else {
            "  "
        };
        let head = format!("  {time:10}{workflow:column$}{gap}{}", self.words(told));
        self.line(&head, told.field("source"));
        let details = ["with", "read", "note"];
        for detail in details.iter().flat_map(|name| told.all(name)) {
            let indent = TIME + column + 2;
            let detail = self.dated(detail);
            self.line(&format!("{:indent$}{detail}", ""), None);
        }
    }

    /// A line, folded where it is too long, with a place of the text at its end.
    fn line(&mut self, line: &str, place: Option<&str>) {
        let one: String = line
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let length = one.chars().count();
        let place = place.unwrap_or_default();
        let room = self.width.saturating_sub(length + place.chars().count());
        if place.is_empty() || room < 2 {
            let indent = TIME + self.workflow + 4;
            self.text += &folded(&one, self.width, indent);
            if !place.is_empty() {
                let indent = TIME + self.workflow + 2;
                self.text += &format!("\n{:indent$}{place}", "");
            }
        } else {
            self.text += &format!("{one}{:room$}{place}", "");
        }
        self.text.push('\n');
    }

    fn day(&self, at: Timestamp) -> String {
        self.shown(at, "%A, %-d %B %Y")
    }

    fn shown(&self, at: Timestamp, format: &str) -> String {
        at.to_zoned(self.zone.clone()).strftime(format).to_string()
    }

    /// An instant within a field, with the year if it is not that of the entry.
    fn instant(&self, text: &str, entry: Timestamp) -> String {
        let year = |at: Timestamp| self.shown(at, "%Y");
        match text.parse::<Timestamp>() {
            Ok(at) if year(at) == year(entry) => self.shown(at, "%-d %B, %H:%M"),
            Ok(at) => self.shown(at, MOMENT),
            Err(_) => text.to_owned(),
        }
    }

    /// A value; an instant in the project's zone.
    fn value(&self, text: &str) -> String {
        match text.parse::<Timestamp>() {
            Ok(at) if text.ends_with('Z') => self.shown(at, MOMENT),
            _ => text.to_owned(),
        }
    }

    /// A detail, `name: value`, with its value as it is shown.
    fn dated(&self, detail: &str) -> String {
        match detail.split_once(": ") {
            Some((name, value)) => format!("{name}: {}", self.value(value)),
            None => detail.to_owned(),
        }
    }

    /// What happened.
    fn words(&self, told: &Told) -> String {
        let field = |name: &str| told.field(name).unwrap_or_default();
        let step = told.field("step").unwrap_or("a step that is gone");
        let until = || self.instant(field("until"), told.at);
        match told.kind.as_str() {
            "wait_began" if told.field("until").is_none() => format!("{step}: waits"),
            "wait_began" => format!("{step}: waits until {}", until()),
            "held" => format!("{step}: held by the hours until {}", until()),
            "wait_moved" => format!("{step}: now waits until {}", until()),
            "wait_ended" => match told.field("case") {
                Some(case) => format!("{step}: goes on by `{case}`"),
                None => format!("{step}: goes on"),
            },
            "action" => format!("{step}: {}", field("action")),
            "branch" => format!("{step}: takes `{}`", field("case")),
            "step" => step.to_owned(),
            "skipped" | "failed" => format!("{step}: {}, {}", told.kind, field("reason")),
            "done" => format!("{step}: done at attempt {}", field("attempt")),
            "put_back" => {
                let by = told.field("by").map(|by| format!(" by {by}"));
                format!("{step}: put back{}", by.unwrap_or_default())
            }
            "withdrawn" => format!("{step}: withdrawn, {}", field("reason")),
            "attempt_failed" => {
                let again = told.field("retry").map(|at| self.instant(at, told.at));
                let again = again.map(|at| format!(", again {at}")).unwrap_or_default();
                let (attempt, error) = (field("attempt"), field("error"));
                format!("{step}: attempt {attempt} failed, {error}{again}")
            }
            "enrolled" => format!("enrolled by {}{}", field("cause"), key(told)),
            "refused" => {
                let (reason, cause) = (field("reason"), field("cause"));
                format!("not enrolled by {cause}: {reason}{}", key(told))
            }
            "left" if field("reason") == "completed" => "completed".into(),
            "left" => format!("left: {}", field("reason")),
            "wrote" => {
                let was = told
                    .field("old")
                    .map(|old| format!(" (was {})", self.value(old)));
                let was = was.unwrap_or_default();
                let new = self.value(field("new"));
                format!("{} = {new}{was}", field("property"))
            }
            _ => of_record(told),
        }
    }
}

/// What happened to the record itself.
fn of_record(told: &Told) -> String {
    let field = |name: &str| told.field(name).unwrap_or_default();
    match told.kind.as_str() {
        "created" => match told.field("import") {
            Some(import) => format!("created by the import `{import}`"),
            None => "created".into(),
        },
        "imported" => format!("found again by the import `{}`", field("import")),
        "merged" => format!("{} was merged into this", field("from")),
        "merged_into" => format!("merged into {}", field("into")),
        "moved" => format!("goes on here, from {}", field("from")),
        "linked" | "unlinked" => {
            let label = told.field("label").map(|label| format!(" as {label}"));
            let label = label.unwrap_or_default();
            format!("{} `{}` {}{label}", told.kind, field("as"), field("other"))
        }
        "joined" => format!("joins the segment `{}`", field("segment")),
        "left_segment" => format!("leaves the segment `{}`", field("segment")),
        "event" => format!("event {}", field("event")),
        "alert" => format!("alert: {}", field("text")),
        "input_refused" => format!("refused: {}", field("reason")),
        other => other.to_owned(),
    }
}

fn key(told: &Told) -> String {
    let key = told.field("key").map(|key| format!(", for {key}"));
    key.unwrap_or_default()
}

/// The text in lines of a width, those after the first behind an indent. A
/// word that is longer than a line is broken.
pub(in crate::cli) fn folded(text: &str, width: usize, indent: usize) -> String {
    let room = width.saturating_sub(indent).max(1);
    let letters: Vec<char> = text.chars().collect();
    let mut rest = letters.as_slice();
    let mut lines: Vec<String> = Vec::new();
    let mut space = width;
    while rest.len() > space {
        let head = rest.get(..=space).unwrap_or(rest);
        let lead = head.iter().take_while(|c| **c == ' ').count();
        let gap = head.iter().rposition(|c| *c == ' ');
        // A long word is broken; one that only begins late goes to the next line.
        let end = gap.filter(|gap| *gap > lead.max(if lines.is_empty() { indent } else { 0 }));
        let (line, after) = rest.split_at(end.unwrap_or(space));
        lines.push(line.iter().collect());
        let blank = after.iter().take_while(|c| **c == ' ').count();
        rest = after.get(blank..).unwrap_or_default();
        space = room;
    }
    lines.push(rest.iter().collect());
    lines.join(&format!("\n{:indent$}", ""))
}

/// The text, with a mark where it is cut.
pub(in crate::cli) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}
