//! Calendars: hours, closed days, zones.

use crate::base::{Name, Span, YearlyDate, nearest, zone, zone_names};
use crate::diagnostic::{Code, Finding};
use crate::model::{CalendarId, Closed, Hours, Item, Opening, WEEK, Zone};
use crate::semantic::hir::Origins;
use crate::semantic::resolve::Trees;
use crate::semantic::types::Checker;
use crate::syntax::ast::{self, ClosedDay, Ident, OpenHours};

impl Checker<'_> {
    pub(super) fn check_calendars(
        &mut self,
        trees: &Trees<'_>,
        origins: &mut Origins,
    ) -> Vec<Hours> {
        let mut calendars = Vec::with_capacity(trees.calendars.len());
        for (id, tree) in self.catalog.calendars.ids().zip(&trees.calendars) {
            self.stand_in(tree.span.source);
            calendars.push(self.calendar(tree));
            self.declare(origins, Item::Calendar(id), tree.span);
        }
        calendars
    }

    fn calendar(&mut self, tree: &ast::Calendar) -> Hours {
        let zone = self.single_zone(&tree.zones);
        let open = self.openings(tree.hours.iter().map(|hours| (hours, ())));
        if tree.hours.is_empty() && !tree.broken {
            let message = format!("`{}` has no hours", tree.name.name);
            self.report(
                Finding::new(Code::MissingPart, tree.name.span, message).help(
                    "write `hours mon-fri 09:00-17:00`; `hours mon-sun 00:00-24:00` is always open",
                ),
            );
        }
        Hours {
            open: open.into_iter().map(|(opening, ())| opening).collect(),
            closed: self.closed(&tree.closed),
            zone,
        }
    }

    /// The first of some `timezone`, which may stand once.
    fn single_zone(&mut self, zones: &[ast::Zone]) -> Option<Zone> {
        if let [first, second, ..] = zones {
            self.report(
                Finding::new(
                    Code::RepeatedClause,
                    second.span,
                    "`timezone` may stand only once",
                )
                .also(first.span, "the first")
                .help("keep one of them"),
            );
        }
        self.time_zone(zones.first()?)
    }

    /// What `hours` of days and times hold, each stretch apart from the others
    /// and with what belongs to it.
    pub(super) fn openings<'t, T: Copy>(
        &mut self,
        trees: impl IntoIterator<Item = (&'t OpenHours, T)>,
    ) -> Vec<(Opening, T)> {
        let mut all: Vec<(Opening, T)> = Vec::new();
        let mut spans: Vec<Span> = Vec::new();
        for (tree, with) in trees {
            for range in &tree.ranges {
                if range.to == Some(range.from) {
                    self.report(
                        Finding::new(Code::WrongHours, range.span, "these hours are empty")
                            .help("the end does not belong to them; a whole day is `00:00-24:00`"),
                    );
                    continue;
                }
                let opening = Opening {
                    days: tree.days.clone(),
                    from: range.from,
                    to: range.to,
                };
                let others = all.iter().zip(&spans);
                let mut before = others.filter(|((other, _), _)| overlap(other, &opening));
                if let Some((_, first)) = before.next() {
                    let first = *first;
                    self.report(
                        Finding::new(Code::WrongHours, range.span, "these hours overlap others")
                            .also(first, "the others")
                            .help("let one range end where the next begins, or make one of both"),
                    );
                }
                all.push((opening, with));
                spans.push(range.span);
            }
        }
        all
    }

    pub(super) fn closed(&mut self, trees: &[ast::ClosedDays]) -> Vec<Closed> {
        let days = trees.iter().filter_map(|tree| self.closed_days(tree));
        days.collect()
    }

    fn closed_days(&mut self, tree: &ast::ClosedDays) -> Option<Closed> {
        use ClosedDay::{Date, Yearly};
        match (tree.first, tree.last.unwrap_or(tree.first)) {
            (Date(first), Date(last)) if first <= last => Some(Closed::Dates(first, last)),
            (Date(_), Date(_)) => {
                self.report(
                    Finding::new(
                        Code::WrongHours,
                        tree.span,
                        "this range ends before it begins",
                    )
                    .help("the first day stands before `..`, the last after it"),
                );
                None
            }
            // A range of yearly dates may go on after the end of the year.
            (Yearly(first), Yearly(last)) => Some(Closed::Yearly(first, last)),
            (first, last) => {
                let message = "one end of this range has a year, the other has none";
                let help = match (first, last) {
                    (Date(first), Yearly(last)) => {
                        format!("write `{first}..{}`", in_year_of(first, last))
                    }
                    _ => "give both a year, or neither".to_owned(),
                };
                self.report(Finding::new(Code::WrongHours, tree.span, message).help(help));
                None
            }
        }
    }

    /// The zone of a name.
    pub(super) fn time_zone(&mut self, tree: &ast::Zone) -> Option<Zone> {
        let name = tree.name.text.as_str();
        let found = zone(name).map(|zone| Zone {
            name: zone.iana_name().unwrap_or(name).into(),
            zone,
        });
        if found.is_none() {
            let span = tree.name.span;
            let finding = Finding::new(
                Code::UnknownZone,
                span,
                format!("there is no time zone `{name}`"),
            );
            let names = zone_names();
            let meant = nearest(name, names.iter().map(String::as_str));
            self.report(match meant {
                Some(meant) => finding.help(format!("did you mean `{meant}`?")).fix(
                    format!("write `{meant}`"),
                    span,
                    format!("\"{meant}\""),
                ),
                None => finding.help("a zone has an IANA name, like `Europe/Oslo`"),
            });
        }
        found
    }

    /// The calendar of a name.
    pub(super) fn calendar_of(&mut self, name: &Ident) -> Option<CalendarId> {
        let meant = self.meant("calendar", name);
        let found = self.catalog.calendar(&meant);
        match found {
            Some(calendar) => {
                self.uses.insert(Item::Calendar(calendar));
            }
            None => {
                let message = format!("there is no calendar `{}`", name.name);
                let rows = self.catalog.calendars.rows().iter();
                let names: Vec<Name> = rows.map(|calendar| calendar.name.clone()).collect();
                self.unknown(
                    Code::UnknownCalendar,
                    (name.name.as_str(), name.span),
                    message,
                    names.iter().map(Name::as_str),
                );
            }
        }
        found
    }
}

/// Whether two stretches have an instant in common.
fn overlap(one: &Opening, other: &Opening) -> bool {
    one.stretches().any(|(start, end)| {
        let mut others = other.stretches();
        others.any(|(from, to)| {
            // One that goes on after Sunday is met again at the next Monday.
            [-WEEK, 0, WEEK]
                .into_iter()
                .any(|week| start < to + week && from + week < end)
        })
    })
}

/// A yearly date in the year of a day, or in the next one.
fn in_year_of(first: crate::base::Date, last: YearlyDate) -> String {
    let before = (last.month, last.day) < (first.month(), first.day());
    let year = first.year() + i16::from(before);
    format!("{year:04}-{:02}-{:02}", last.month, last.day)
}
