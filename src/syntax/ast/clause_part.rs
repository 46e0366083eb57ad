//! What clauses are called and made of, for programs that read them. What the
//! parts mean is not known here.

use super::workflow::{ClauseKind, EventRef, EventTrigger};
use super::{DateTrigger, Expr, HoursOf, Timing};
use crate::base::Span;

/// What a part of a clause is called, and where it stands.
pub type ClausePart = (&'static str, Span);

impl ClauseKind {
    /// The words that it begins with, joined by `_`.
    // size: one arm for each clause.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            ClauseKind::Title(_) => "title",
            ClauseKind::Off => "off",
            ClauseKind::Campaign(_) => "campaign",
            ClauseKind::EnrollOn(_) => "enroll_on",
            ClauseKind::EnrollWhen(_) => "enroll_when",
            ClauseKind::EnrollAtTimes(schedule) => match schedule.timing {
                Timing::Weekdays(..) | Timing::Every(_) => "enroll_every",
                Timing::Once(_) => "enroll_once",
                Timing::Cron(_) => "enroll_cron",
            },
            ClauseKind::EnrollAtDate(_) => "enroll_at",
            ClauseKind::EnrollAtMost(_) => "enroll_at_most",
            ClauseKind::OnlyWhen(_) => "only_when",
            ClauseKind::ReenrollOn(_) => "reenroll_on",
            ClauseKind::ReenrollWhen(_) => "reenroll_when",
            ClauseKind::ReenrollAlways => "reenroll_always",
            ClauseKind::SuppressWhen(_) => "suppress_when",
            ClauseKind::UnenrollWhen(_) => "unenroll_when",
            ClauseKind::UnenrollOn(_) => "unenroll_on",
            ClauseKind::UnenrollLeaving => "unenroll_on_leaving",
            ClauseKind::GoalWhen(_) => "goal_when",
            ClauseKind::Existing(true) => "existing_enroll",
            ClauseKind::Existing(false) => "existing_skip",
            ClauseKind::OnEdit(_) => "on_edit",
            ClauseKind::OnMerge(_) => "on_merge",
            ClauseKind::Exclusive(_) => "exclusive_with",
            ClauseKind::Hours(_) => "hours",
            ClauseKind::Closed(_) => "closed",
            ClauseKind::Timezone(_) => "timezone",
            ClauseKind::Alert(_) => "alert",
            ClauseKind::Let(_) => "let",
            ClauseKind::Renamed(_) => "renamed_from",
            ClauseKind::Steps(_) => "steps",
        }
    }

    /// What it is made of, in the order of the text. A part may stand several
    /// times.
    #[must_use]
    pub fn parts(&self) -> Vec<ClausePart> {
        match self {
            ClauseKind::Title(text) | ClauseKind::Campaign(text) => vec![("text", text.span)],
            ClauseKind::EnrollOn(trigger)
            | ClauseKind::ReenrollOn(trigger)
            | ClauseKind::UnenrollOn(trigger) => of_trigger(trigger),
            ClauseKind::EnrollWhen(condition)
            | ClauseKind::OnlyWhen(condition)
            | ClauseKind::ReenrollWhen(condition)
            | ClauseKind::SuppressWhen(condition)
            | ClauseKind::UnenrollWhen(condition)
            | ClauseKind::GoalWhen(condition) => when(Some(condition)),
            ClauseKind::EnrollAtTimes(schedule) => {
                let mut parts = of_timing(&schedule.timing);
                parts.extend(when(schedule.when.as_ref()));
                parts
            }
            ClauseKind::EnrollAtDate(trigger) => of_date(trigger),
            ClauseKind::EnrollAtMost(breaker) => vec![("most", breaker.span)],
            ClauseKind::Exclusive(super::Exclusive::With(names)) => {
                names.iter().map(|name| ("workflow", name.span)).collect()
            }
            ClauseKind::Hours(hours) => of_hours(hours),
            ClauseKind::Closed(days) => days.iter().map(|days| ("days", days.span)).collect(),
            ClauseKind::Timezone(zone) => vec![("zone", zone.name.span)],
            ClauseKind::Alert(alert) => {
                let to = alert.to.iter().map(|to| ("to", to.span));
                to.chain([("percent", alert.span)]).collect()
            }
            ClauseKind::Let(tree) => vec![("name", tree.name.span), ("value", tree.value.span)],
            ClauseKind::Renamed(name) => vec![("name", name.span)],
            _ => Vec::new(),
        }
    }
}

fn when(condition: Option<&Expr>) -> Vec<ClausePart> {
    let condition = condition.iter();
    condition
        .map(|condition| ("when", condition.span))
        .collect()
}

fn of_trigger(trigger: &EventTrigger) -> Vec<ClausePart> {
    let mut parts = vec![("event", trigger.event_span)];
    if let EventRef::Changed { property, from, to } = &trigger.event {
        parts.push(("property", property.span));
        parts.extend(from.iter().map(|from| ("from", from.span)));
        parts.extend(to.iter().map(|to| ("to", to.span)));
    }
    parts.extend(trigger.filter.iter().map(|filter| ("where", filter.span)));
    let refinements = trigger.refinements.iter();
    parts.extend(refinements.map(|refinement| ("refinement", refinement.span)));
    parts.extend(trigger.per.iter().map(|per| ("per", per.span)));
    parts
}

fn of_timing(timing: &Timing) -> Vec<ClausePart> {
    match timing {
        Timing::Weekdays(_, at) => at.iter().map(|at| ("at", at.span)).collect(),
        Timing::Every(every) => {
            let on = every.on.iter().map(|day| ("on", day.span));
            let at = every.at.iter().map(|at| ("at", at.span));
            [("every", every.span)]
                .into_iter()
                .chain(on)
                .chain(at)
                .collect()
        }
        Timing::Once(moment) => vec![("at", moment.span)],
        Timing::Cron(text) => vec![("cron", text.span)],
    }
}

fn of_date(trigger: &DateTrigger) -> Vec<ClausePart> {
    let mut parts = vec![("property", trigger.property.span)];
    parts.extend(trigger.offset.iter().map(|(.., span)| ("offset", *span)));
    parts.extend(trigger.at.iter().map(|at| ("at", at.span)));
    parts.extend(trigger.yearly.iter().map(|span| ("every", *span)));
    parts.extend(when(trigger.when.as_ref()));
    parts
}

fn of_hours(hours: &super::Hours) -> Vec<ClausePart> {
    let mut parts: Vec<ClausePart> = match &hours.of {
        HoursOf::Calendar(name) => vec![("calendar", name.span)],
        HoursOf::Own(own) => own
            .ranges
            .iter()
            .map(|range| ("open", range.span))
            .collect(),
    };
    parts.extend(hours.spreads.iter().map(|spread| ("spread", spread.span)));
    parts.extend(hours.zones.iter().map(|zone| ("zone", zone.span)));
    parts
}
