//! Calendars as people and programs read them.

use serde::Serialize;

use crate::base::{Time, YearlyDate};
use crate::model::{CalendarId, Closed, Opening};
use crate::plan::Program;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A calendar, as far as it is said.
#[derive(Serialize)]
pub(super) struct CalendarWire<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    doc: Option<&'a str>,
    open: Vec<OpenWire>,
    closed: Vec<ClosedWire>,
    /// Without one it is the zone of the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<&'a str>,
}

#[derive(Serialize)]
struct OpenWire {
    days: Vec<&'static str>,
    from: String,
    /// Before `from` it is on the next day.
    to: String,
}

/// Both ends belong to it. Without a year it is every year.
#[derive(Serialize)]
struct ClosedWire {
    from: String,
    to: String,
}

/// All calendars of a program, in the order of their names.
pub(super) fn all(program: &Program) -> Vec<CalendarWire<'_>> {
    let calendars = program.catalog.calendars.ids();
    let mut all: Vec<CalendarWire<'_>> = calendars.filter_map(|id| wire(program, id)).collect();
    all.sort_by_key(|calendar| calendar.name);
    all
}

/// One of them, in lines.
pub(super) fn lines(program: &Program, id: CalendarId) -> Vec<String> {
    let Some(calendar) = wire(program, id) else {
        return Vec::new();
    };
    let mut lines = vec![format!("calendar {}", calendar.name)];
    for open in &calendar.open {
        let days = open.days.join(", ");
        lines.push(format!("  hours {days} {}-{}", open.from, open.to));
    }
    for closed in &calendar.closed {
        lines.push(match closed.from == closed.to {
            true => format!("  closed {}", closed.from),
            false => format!("  closed {}..{}", closed.from, closed.to),
        });
    }
    let zone = calendar.timezone.iter();
    lines.extend(zone.map(|zone| format!("  timezone \"{zone}\"")));
    lines
}

fn wire(program: &Program, id: CalendarId) -> Option<CalendarWire<'_>> {
    let head = &program.catalog.calendars[id];
    let hours = program.calendars.get(id.index())?;
    Some(CalendarWire {
        name: head.name.as_str(),
        doc: head.doc.as_deref(),
        open: hours.open.iter().map(open).collect(),
        closed: hours.closed.iter().map(closed).collect(),
        timezone: hours.zone.as_ref().map(|zone| &*zone.name),
    })
}

fn open(opening: &Opening) -> OpenWire {
    let days = opening.days.iter();
    let days = days.filter_map(|day| DAYS.get(usize::from(*day)).copied());
    OpenWire {
        days: days.collect(),
        from: clock(opening.from),
        to: opening.to.map_or_else(|| "24:00".to_owned(), clock),
    }
}

fn closed(closed: &Closed) -> ClosedWire {
    let yearly = |day: YearlyDate| format!("{:02}-{:02}", day.month, day.day);
    let (from, to) = match *closed {
        Closed::Dates(from, to) => (from.to_string(), to.to_string()),
        Closed::Yearly(from, to) => (yearly(from), yearly(to)),
    };
    ClosedWire { from, to }
}

fn clock(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}
