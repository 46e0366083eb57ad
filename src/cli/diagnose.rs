//! `flow diagnose`: why a record is, or is not, enrolled in a workflow.

use super::args::{DataFormat, DiagnoseArguments};
use super::client::{Client, strange};
use super::exit::{Exit, Failure};
use super::history::folded;
use super::output::{Output, desk};
use super::run::moment;
use crate::base::{TimeZone, Timestamp};
use crate::host::desk::{
    Ask, DiagnosedChange, DiagnosedClause, DiagnosedStanding, DiagnosedTerm, Diagnosis, Reply,
};

/// How an instant is shown.
const MOMENT: &str = "%-d %B %Y, %H:%M";

/// Prints a diagnosis.
pub(super) fn run(arguments: &DiagnoseArguments, output: &Output) -> Result<Exit, Failure> {
    let place = arguments.project.place();
    let mut client = match &arguments.at {
        Some(text) => {
            let zone = place.load()?.settings.zone;
            Client::past(place, moment(text, &zone)?, output)?
        }
        None => Client::looking(place, output)?,
    };
    let record = client.record(&arguments.record)?;
    let ask = Ask::Diagnose {
        record: record.id,
        workflow: arguments.workflow.clone(),
    };
    let diagnosis = match client.ask(&ask)? {
        Reply::Diagnosis(diagnosis) => diagnosis,
        other => return Err(strange(&other)),
    };
    let shown = match arguments.format {
        DataFormat::Json => desk::document(&*diagnosis),
        DataFormat::Text => {
            let zone = &client.project.settings.zone;
            let page = Page {
                zone,
                width: output.data_style().width,
                text: String::new(),
            };
            page.whole(&diagnosis)
        }
    };
    output.data(&shown)?;
    Ok(Exit::Fine)
}

/// A diagnosis in lines of a width.
struct Page<'p> {
    zone: &'p TimeZone,
    width: usize,
    text: String,
}

impl Page<'_> {
    fn whole(mut self, of: &Diagnosis) -> String {
        let record = format!("{} {}", of.record.object, of.record.name);
        let answer = match of.enrolls {
            true if of.standing.manual => "can be enrolled",
            true => "enrols when a trigger fires",
            false => "does not enrol",
        };
        self.line(0, &format!("{record} {answer} in `{}`", of.workflow));
        if !of.enrolls {
            self.line(2, &reason(&of.reason));
        }
        self.line(2, &format!("as of {}", self.moment(&of.at)));
        for clause in &of.clauses {
            self.clause(clause);
        }
        self.text.push('\n');
        self.line(0, "how it stands");
        for words in standing(&of.standing) {
            self.line(2, &words);
        }
        self.change(of);
        self.text
    }

    fn clause(&mut self, clause: &DiagnosedClause) {
        self.text.push('\n');
        let waits = match (clause.waits, clause.role.as_str()) {
            (true, "time") => ", at its time",
            (true, _) => ", with its event",
            (false, _) => "",
        };
        let head = match clause.waits {
            true => clause.text.clone(),
            false => format!("{} {}", keyword(&clause.role), clause.text),
        };
        self.placed(0, &head, &clause.source);
        self.line(2, &format!("{}{waits}", clause.holds));
        if let [one] = clause.terms.as_slice() {
            return self.read(one);
        }
        for term in &clause.terms {
            let words = format!("{:8} {}", term.holds, term.text);
            self.placed(2, &words, &term.source);
            self.read(term);
        }
    }

    fn read(&mut self, term: &DiagnosedTerm) {
        for read in &term.read {
            let since = read.since.as_deref().map(|at| self.moment(at));
            let since = since.map(|at| format!(", since {at}")).unwrap_or_default();
            let value = self.value(&read.value);
            self.line(11, &format!("{} = {value}{since}", read.path));
        }
    }

    fn change(&mut self, of: &Diagnosis) {
        self.text.push('\n');
        if of.change.is_empty() {
            self.line(0, "no change of the record alone that was tried turns it");
            return;
        }
        let head = match of.enrolls {
            true => "it would not enrol any more with",
            false => "it would enrol with",
        };
        self.line(0, head);
        for change in &of.change {
            let words = self.changed(change);
            self.line(2, &words);
        }
    }

    fn changed(&self, change: &DiagnosedChange) -> String {
        match (&change.to, change.set.strip_prefix("segment ")) {
            (Some(_), Some(segment)) => format!("in the segment `{segment}`"),
            (None, Some(segment)) => format!("not in the segment `{segment}`"),
            (Some(value), None) => format!("{} = {}", change.set, self.value(value)),
            (None, None) => format!("{} unknown", change.set),
        }
    }

    /// A line with its place at the end, or on a line of its own.
    fn placed(&mut self, indent: usize, words: &str, place: &str) {
        let room = self
            .width
            .saturating_sub(indent + words.chars().count() + 2);
        if place.chars().count() <= room {
            let gap = self.width.saturating_sub(indent + words.chars().count());
            let line = format!("{:indent$}{words}{place:>gap$}", "");
            self.text += line.trim_end();
            self.text.push('\n');
        } else {
            self.line(indent, words);
            self.line(indent + 4, place);
        }
    }

    fn line(&mut self, indent: usize, words: &str) {
        let line = format!("{:indent$}{words}", "");
        self.text += &folded(&line, self.width, indent + 4);
        self.text.push('\n');
    }

    fn moment(&self, text: &str) -> String {
        match text.parse::<Timestamp>() {
            Ok(at) => at.to_zoned(self.zone.clone()).strftime(MOMENT).to_string(),
            Err(_) => text.to_owned(),
        }
    }

    fn value(&self, text: &str) -> String {
        match text.ends_with('Z') {
            true => self.moment(text),
            false => text.to_owned(),
        }
    }
}

/// The keyword of a clause that is shown by its condition.
fn keyword(role: &str) -> &'static str {
    match role {
        "filter" => "enroll when",
        "only" => "only when",
        "suppress" => "suppress when",
        "goal" => "goal when",
        _ => "reenroll when",
    }
}

/// A reason of the rules, in words.
fn reason(word: &str) -> String {
    let words = match word {
        "workflow_off" => "the workflow is not on",
        "workflow_paused" => "the workflow is paused",
        "not_matching" => "no trigger holds, or what must hold for all does not",
        "suppressed" => "a `suppress` holds",
        "goal_met" => "the goal is met already",
        "already_enrolled" => "it is inside",
        "enrolled_before" => "it was inside before, and there is no `reenroll`",
        "no_reenroll_trigger" => "it was inside before, and no `reenroll` lets it in again",
        "over_limit" => "`enroll at most` refuses more for now",
        _ => return word.to_owned(),
    };
    format!("{word}: {words}")
}

fn standing(of: &DiagnosedStanding) -> Vec<String> {
    let switch = match (of.on, of.paused) {
        (false, _) => "off",
        (true, true) => "paused",
        (true, false) => "on",
    };
    let inside = match of.inside {
        0 => "not inside".to_owned(),
        1 => "inside".to_owned(),
        several => format!("inside under {several} keys"),
    };
    let times = match of.times {
        0 => "never enrolled".to_owned(),
        1 => "enrolled once".to_owned(),
        several => format!("enrolled {several} times"),
    };
    let mut lines = vec![format!(
        "the workflow is {switch}; the record is {inside}, {times}"
    )];
    if of.manual {
        lines.push("it has no trigger: a person or another workflow enrols".to_owned());
    }
    if let Some((counted, most)) = of.breaker {
        lines.push(format!(
            "{counted} of {most} enrolled within the window of `enroll at most`"
        ));
    }
    lines
}
