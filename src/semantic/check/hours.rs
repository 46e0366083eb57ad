//! When the actions of a workflow may run: `hours`, `closed`, `timezone`.

use crate::base::{Duration, Span, Unit, seconds_of};
use crate::diagnostic::{Code, Finding};
use crate::model::{ObjectId, Opening, Type};
use crate::semantic::hir::{ActionHours, ExprKind, Workflow};
use crate::semantic::types::{Checker, Scope};
use crate::syntax::ast::{self, ClauseKind, HoursOf, Ident, OpenHours, Spread};

/// The `hours` of a workflow as written: the first calendar, and hours of its
/// own with their clauses.
#[derive(Default)]
struct Written<'t> {
    calendar: Option<(&'t Ident, Option<Spread>, Span)>,
    own: Vec<(&'t OpenHours, Option<Spread>, Span)>,
}

impl Checker<'_> {
    /// All clauses about hours together.
    pub(super) fn action_hours(&mut self, workflow: &mut Workflow, clauses: &[ast::Clause]) {
        let mut hours = ActionHours::default();
        let mut written = Written::default();
        for clause in clauses {
            match &clause.kind {
                ClauseKind::Hours(tree) => {
                    self.zone_of_record(&mut hours, tree, workflow.object);
                    let spread = self.spread(tree);
                    match &tree.of {
                        HoursOf::Calendar(name) => {
                            let first = written.calendar.get_or_insert((name, spread, clause.span));
                            let first = (first.2 != clause.span).then_some(first.2);
                            self.one_calendar(first, clause.span);
                        }
                        HoursOf::Own(open) => written.own.push((open, spread, clause.span)),
                    }
                }
                ClauseKind::Closed(days) => {
                    hours.closed.extend(self.closed(days));
                }
                ClauseKind::Timezone(zone) => {
                    let zone = self.time_zone(zone);
                    hours.zone = hours.zone.or(zone);
                }
                _ => {}
            }
        }
        self.written_hours(&mut hours, &written);
        workflow.hours = (hours != ActionHours::default()).then_some(hours);
    }

    fn written_hours(&mut self, hours: &mut ActionHours, written: &Written<'_>) {
        if let (Some((_, _, calendar)), Some((_, _, own))) = (written.calendar, written.own.first())
        {
            self.report(
                Finding::new(
                    Code::RepeatedClause,
                    *own,
                    "`hours` names a calendar already",
                )
                .also(calendar, "the calendar")
                .help("put these hours into the calendar, or leave it out"),
            );
        }
        if let Some((name, spread, _)) = written.calendar
            && let Some(id) = self.calendar_of(name)
        {
            let open = self
                .calendars
                .get(id.index())
                .map(|hours| hours.open.clone());
            for opening in open.iter().flatten() {
                if self.is_too_wide(spread, opening) {
                    break;
                }
            }
            hours.calendar = Some((id, spread.map(|spread| spread.over)));
        }
        let own = written.own.iter().map(|(open, spread, _)| (*open, *spread));
        for (opening, spread) in self.openings(own) {
            self.is_too_wide(spread, &opening);
            hours.open.push((opening, spread.map(|spread| spread.over)));
        }
    }

    fn one_calendar(&mut self, first: Option<Span>, span: Span) {
        if let Some(first) = first {
            self.report(
                Finding::new(
                    Code::RepeatedClause,
                    span,
                    "`hours` names a calendar already",
                )
                .also(first, "the first")
                .help("keep one of them; one calendar may have many hours"),
            );
        }
    }

    /// `spread D`: an exact amount of time.
    fn spread(&mut self, tree: &ast::Hours) -> Option<Spread> {
        if let Some(second) = tree.spreads.get(1) {
            self.report(Finding::new(
                Code::RepeatedClause,
                second.span,
                "`spread` may stand only once",
            ));
        }
        let spread = tree.spreads.first()?;
        let exact = spread.over.unit <= Unit::Hour && !spread.over.business;
        if exact && spread.over.count > 0 {
            return Some(*spread);
        }
        self.report(
            Finding::new(
                Code::WrongHours,
                spread.span,
                format!("actions cannot be spread over {}", spread.over),
            )
            .help("write minutes or hours, like `spread 15 minutes`"),
        );
        None
    }

    /// Whether a stretch ends before all its actions have run.
    fn is_too_wide(&mut self, spread: Option<Spread>, opening: &Opening) -> bool {
        let seconds = spread.and_then(|spread| seconds_of(spread.over));
        let wide = seconds.is_some_and(|seconds| seconds > opening.seconds());
        if let (true, Some(spread)) = (wide, spread) {
            let whole = hours_and_minutes(opening.seconds());
            let message = format!(
                "{} are longer than the hours, which are {whole} here",
                spread.over
            );
            self.report(
                Finding::new(Code::WrongHours, spread.span, message)
                    .help("an action would run after the end: spread over less"),
            );
        }
        wide
    }

    /// `in PROPERTY`: a property of the record that holds the name of a zone.
    fn zone_of_record(&mut self, hours: &mut ActionHours, tree: &ast::Hours, object: ObjectId) {
        for tree in &tree.zones {
            let value = self.value(tree, &Scope::of(object), &Type::String);
            let property = match value.kind {
                ExprKind::Property(path) if path.record.hops.is_empty() => path.property,
                ExprKind::Broken => continue,
                _ => {
                    self.report(
                        Finding::new(
                            Code::WrongType,
                            value.span,
                            "the zone must be a property of the record itself",
                        )
                        .help("a property like `timezone: string`, which holds `Europe/Oslo`"),
                    );
                    continue;
                }
            };
            if hours.zone_of.is_some_and(|first| first != property) {
                self.report(
                    Finding::new(
                        Code::RepeatedClause,
                        value.span,
                        "another property holds the zone already",
                    )
                    .help("all hours of a workflow are in one zone"),
                );
            }
            hours.zone_of = hours.zone_of.or(Some(property));
        }
    }
}

/// `8 hours`, `90 minutes`.
fn hours_and_minutes(seconds: i64) -> Duration {
    let (count, unit) = match seconds {
        whole if whole % 3_600 == 0 => (whole / 3_600, Unit::Hour),
        whole if whole % 60 == 0 => (whole / 60, Unit::Minute),
        other => (other, Unit::Second),
    };
    Duration {
        count,
        unit,
        business: false,
    }
}
