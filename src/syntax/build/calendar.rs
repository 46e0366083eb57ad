//! Calendars, hours, closed days and zones.

use super::Builder;
use crate::diagnostic::{Code, Finding};
use crate::syntax::ast::{Calendar, ClosedDay, ClosedDays, OpenHours, TimeRange, Zone};
use crate::syntax::grammar::{Pair, Rule};

impl<'i> Builder<'i> {
    pub(super) fn calendar(&mut self, pair: Pair<'i>) -> Option<Calendar> {
        let span = self.span(&pair);
        let doc = self.doc(span.start);
        let (mut name, mut body) = (None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => name = Some(self.declared(&part)),
                Rule::stray_header => self.stray_header(&part),
                Rule::calendar_body => body = Some(part),
                _ => {}
            }
        }
        let mut calendar = Calendar {
            doc,
            name: name?,
            span,
            hours: Vec::new(),
            closed: Vec::new(),
            zones: Vec::new(),
            broken: false,
        };
        self.calendar_body(&mut calendar, body?);
        Some(calendar)
    }

    fn calendar_body(&mut self, calendar: &mut Calendar, pair: Pair<'i>) {
        let opener = self.opener(&pair);
        for part in pair.into_inner() {
            // A line may have a doc comment like any clause.
            self.doc(self.span(&part).start);
            match part.as_rule() {
                Rule::open_hours => {
                    let hours = self.open_hours(part);
                    calendar.broken |= hours.is_none();
                    calendar.hours.extend(hours);
                }
                Rule::closed => calendar.closed.extend(self.closed(part)),
                Rule::timezone => calendar.zones.extend(self.timezone(part)),
                _ => {
                    calendar.broken |= part.as_rule() == Rule::stray_clause;
                    self.leftover(&part, opener, Rule::open_hours);
                }
            }
        }
    }

    /// The days and the times in an `hours`.
    pub(super) fn open_hours(&mut self, pair: Pair<'i>) -> Option<OpenHours> {
        let (mut days, mut ranges) = (Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::weekdays => days = self.weekdays(part),
                Rule::time_range => ranges.extend(self.time_range(part)),
                _ => {}
            }
        }
        (!ranges.is_empty()).then_some(OpenHours { days, ranges })
    }

    fn time_range(&mut self, pair: Pair<'i>) -> Option<TimeRange> {
        let span = self.span(&pair);
        let mut ends = pair.into_inner();
        let (first, last) = (ends.next()?, ends.next()?);
        let from = self.time_or_midnight(&first);
        let to = self.time_or_midnight(&last)?;
        let Some(from) = from? else {
            let place = self.span(&first);
            self.report(
                Finding::new(
                    Code::BadLiteral,
                    place,
                    "`24:00` is the end of a day, not a start",
                )
                .help("a day begins at `00:00`")
                .fix("write `00:00`", place, "00:00"),
            );
            return None;
        };
        Some(TimeRange { from, to, span })
    }

    pub(super) fn closed(&mut self, pair: Pair<'i>) -> Vec<ClosedDays> {
        let days = pair
            .into_inner()
            .filter(|part| part.as_rule() == Rule::closed_days);
        days.filter_map(|part| self.closed_days(part)).collect()
    }

    fn closed_days(&mut self, pair: Pair<'i>) -> Option<ClosedDays> {
        let span = self.span(&pair);
        let mut ends = pair.into_inner();
        let first = self.closed_day(&ends.next()?);
        let last = ends.next().map(|last| self.closed_day(&last));
        Some(ClosedDays {
            first: first?,
            last: match last {
                Some(last) => Some(last?),
                None => None,
            },
            span,
        })
    }

    fn closed_day(&mut self, pair: &Pair<'i>) -> Option<ClosedDay> {
        match pair.as_rule() {
            Rule::date => self.date(pair).map(ClosedDay::Date),
            _ => self.yearly(pair).map(ClosedDay::Yearly),
        }
    }

    pub(super) fn timezone(&mut self, pair: Pair<'i>) -> Option<Zone> {
        let span = self.span(&pair);
        let name = self.plain(pair.into_inner().last()?);
        Some(Zone { name, span })
    }
}
