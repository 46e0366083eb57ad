//! What was found where a claim does not hold: what stands there instead, and
//! how near it came.

use super::claim::{Seen, word};
use super::log::{Sent, Told};
use crate::base::{Name, Time, Timestamp, instant};
use crate::engine::cast::Judged;
use crate::engine::decision::{Rendered, What};
use crate::model::Value;
use crate::plan::Expression;
use crate::plan::test::{Claim, ClaimKind, Sent as Claimed, Waiting};
use crate::semantic::hir::test::Because;

/// How many things are listed.
const LISTED: usize = 8;

impl<'a> Seen<'a> {
    /// What was found, a line for each thing.
    pub(super) fn found(&self, claim: &'a Claim) -> Vec<String> {
        match &claim.kind {
            ClaimKind::Holds(condition) => read(&self.cast.judge(None, condition)),
            ClaimKind::About(place, condition) => match self.cast.cell(*place) {
                Some(_) => read(&self.cast.judge(Some(*place), condition)),
                None => vec![format!("there is no `{}`", self.name(*place))],
            },
            ClaimKind::Inside(place, workflow) => self.missing(*place, workflow),
            ClaimKind::Enrolled(place, workflow, _) => {
                let begun = self.told(*place, workflow).filter(|told| told.enrolls());
                let times: Vec<String> = begun.map(|told| self.instant(told.entry.at)).collect();
                match times.as_slice() {
                    [] => self.missing(*place, workflow),
                    times => {
                        let count = times_of(times.len());
                        vec![format!("it was enrolled {count}: at {}", times.join(", "))]
                    }
                }
            }
            ClaimKind::NotIn(place, workflow, because) => {
                vec![self.not_out(*place, workflow, *because)]
            }
            ClaimKind::Waiting(waiting) => self.elsewhere(waiting),
            ClaimKind::Path(place, workflow, _) => {
                let steps = self.path(*place, workflow);
                let steps: Vec<&str> = steps.iter().map(|step| step.as_str()).collect();
                let path = format!("it has finished [{}]", steps.join(", "));
                vec![path, self.standing(*place, workflow)]
            }
            ClaimKind::Sent(sent) => self.were_sent(sent),
            ClaimKind::NothingElse(place) => {
                let sent = self.unnamed(*place).take(LISTED);
                sent.map(|sent| self.told_of(sent)).collect()
            }
        }
    }

    /// How a record stands with a workflow that it should be in; where nothing
    /// was told of it, what stands against it.
    fn missing(&self, place: usize, workflow: &'a Name) -> Vec<String> {
        let mut lines = vec![self.standing(place, workflow)];
        if self.told(place, workflow).next().is_none() {
            lines.extend(self.against(place, workflow));
        }
        lines
    }

    /// How a record stands with a workflow: inside, or what became of it last.
    fn standing(&self, place: usize, workflow: &'a Name) -> String {
        let name = self.name(place);
        let all: Vec<&Told> = self.told(place, workflow).collect();
        let begun = all.iter().rposition(|told| told.enrolls());
        let begin = begun.and_then(|begun| all.get(begun));
        let inside = self.enrolments(place, workflow).next();
        if let (Some(of), Some(begin)) = (inside, begin) {
            let plan = self.cast.state.prepared().workflow(of.workflow);
            let step = of.step().and_then(|step| plan?.steps.get(step));
            let at = step.map(|step| format!(", at `{}`", step.id));
            let until = of
                .until()
                .map(|due| format!(" until {}", self.instant(due)));
            let since = self.instant(begin.entry.at);
            return format!(
                "`{name}` is in `{workflow}` since {since}{}{}",
                at.unwrap_or_default(),
                until.unwrap_or_default()
            );
        }
        let last = all.iter().rev().find(|told| told.reason().is_some());
        let Some(last) = last else {
            return match self.cast.cell(place) {
                None => format!("there is no `{name}`"),
                Some(_) => format!("nothing asked to enroll `{name}` in `{workflow}`"),
            };
        };
        let (at, reason) = (
            self.instant(last.entry.at),
            last.reason().unwrap_or_default(),
        );
        match (&last.entry.what, begin) {
            (What::Refused { .. }, _) => {
                format!("`{name}` was not enrolled in `{workflow}` at {at}: {reason}")
            }
            (_, Some(begin)) => {
                let began = self.instant(begin.entry.at);
                format!("`{name}` enrolled in `{workflow}` at {began}, left at {at}: {reason}")
            }
            (_, None) => format!("`{name}` left `{workflow}` at {at}: {reason}"),
        }
    }

    fn not_out(&self, place: usize, workflow: &'a Name, because: Option<Because>) -> String {
        let standing = self.standing(place, workflow);
        let inside = self.is_inside(place, workflow);
        match because.and_then(word) {
            Some(word) if !inside => {
                let now = self.would_be(place, workflow);
                format!("the reason is not `{word}`: {standing}{now}")
            }
            _ => standing,
        }
    }

    /// What would come of a record that nothing was told of.
    fn would_be(&self, place: usize, workflow: &'a Name) -> String {
        let mut told = self.told(place, workflow);
        if told.any(|told| told.reason().is_some()) || self.cast.cell(place).is_none() {
            return String::new();
        }
        match self.diagnosed(place, workflow) {
            Some(reason) => format!("; asked now, it would be `{reason}`"),
            None => "; asked now, it would be enrolled".to_owned(),
        }
    }

    /// Where a record stands that does not wait where it should.
    fn elsewhere(&self, waiting: &'a Waiting) -> Vec<String> {
        let name = self.name(waiting.record);
        let at: Vec<String> = self
            .at_steps(waiting)
            .map(|(step, due)| {
                let until = due.map(|due| format!(" until {}", self.instant(due)));
                format!("`{name}` waits at `{step}`{}", until.unwrap_or_default())
            })
            .collect();
        match (at.is_empty(), waiting.workflows.as_slice()) {
            (false, _) => at,
            (true, []) => vec![format!("`{name}` is in no workflow")],
            (true, workflows) => {
                let standing = workflows.iter();
                standing
                    .map(|workflow| self.standing(waiting.record, workflow))
                    .collect()
            }
        }
    }

    /// Actions of the kind that were sent, and in what they differ.
    fn were_sent(&self, claimed: &Claimed) -> Vec<String> {
        let meant = self.which(claimed).len();
        let near = self.log.sent.iter();
        let near: Vec<&Sent> = near.filter(|sent| self.is_near(claimed, sent)).collect();
        let action = &self.cast.state.prepared().program.catalog.actions[claimed.action].name;
        let mut lines = vec![match (near.len(), meant) {
            (0, _) => format!("no `{action}` was sent"),
            (all, meant) if all == meant => format!("it was sent {}", times_of(meant)),
            (all, meant) => format!("of {all} `{action}`, {meant} are so"),
        }];
        lines.extend(near.iter().take(LISTED).map(|sent| {
            let told = self.told_of(sent);
            let differing = self.differing(claimed, sent);
            let what: Vec<String> = differing
                .iter()
                .map(|(name, found)| {
                    let found = found.map_or("unknown".to_owned(), shown);
                    format!("`{name}` is {found}")
                })
                .collect();
            match what.is_empty() {
                true => told,
                false => format!("{told}; {}", what.join(", ")),
            }
        }));
        lines
    }

    /// An action that was sent, in one line.
    fn told_of(&self, sent: &Sent) -> String {
        let roles = self.cast.roles.iter();
        let mut of = roles.filter(|role| role.record == Some(sent.record));
        let of = of
            .next()
            .map_or_else(String::new, |role| format!(" for `{}`", role.name));
        let arguments = sent.call.arguments.iter().map(|(name, value)| {
            let value = shown(value);
            format!("{name}: {value}")
        });
        let arguments: Vec<String> = arguments.collect();
        let at = self.instant(sent.at);
        format!("{at}{of}: {} {{ {} }}", sent.action, arguments.join(", "))
    }

    fn name(&self, place: usize) -> &'a str {
        self.cast
            .roles
            .get(place)
            .map_or("?", |role| role.name.as_str())
    }

    /// An instant in the zone of the project.
    pub(super) fn instant(&self, at: Timestamp) -> String {
        let zone = self.cast.state.prepared().zone();
        let wall = at.to_zoned(zone.clone());
        let format = match wall.second() {
            0 => "%Y-%m-%d %H:%M",
            _ => "%Y-%m-%d %H:%M:%S",
        };
        wall.strftime(format).to_string()
    }

    /// The instant that an expression is; of a day it is its start.
    pub(super) fn instant_of(&self, expression: &Expression) -> Option<Timestamp> {
        match self.cast.value(expression)? {
            Value::Datetime(at) => Some(at),
            Value::Date(day) => {
                let zone = self.cast.state.prepared().zone();
                instant(day.to_datetime(Time::midnight()), zone)
            }
            _ => None,
        }
    }
}

/// What a condition has read.
fn read(judged: &Judged) -> Vec<String> {
    let read = judged.read.iter();
    let mut lines: Vec<String> = read
        .map(|(path, value)| format!("`{path}` is {value}"))
        .collect();
    if judged.holds.is_none() {
        lines.push("the whole is unknown, which is not true".to_owned());
    }
    lines
}

/// A value of an argument, for one line.
fn shown(value: &Rendered) -> String {
    const LONGEST: usize = 60;
    let text = match value {
        Rendered::Record(id, names) => names
            .first()
            .map_or_else(|| id.to_string(), |(_, value)| value.to_string()),
        other => other.to_string(),
    };
    if text.chars().count() <= LONGEST {
        return text;
    }
    let cut: String = text.chars().take(LONGEST).collect();
    format!("{cut}…")
}

/// `once`, `3 times`.
fn times_of(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}
