//! Schedules: `enroll every …`, `enroll once at …`, `enroll cron "…"`.

use crate::base::{
    Cron, CronError, CronFlaw, Decimal, Duration, Span, Time, Unit, YearlyDate, print_decimal,
};
use crate::diagnostic::{Code, Finding};
use crate::model::Type;
use crate::semantic::hir::{Every, Expr, MonthDay, Schedule, Timing};
use crate::semantic::types::{Checker, Scope};
use crate::syntax::ast::{self, DayKind, Nth, OnDay, OnDayKind, Plain};

impl Checker<'_> {
    pub(super) fn schedule(
        &mut self,
        tree: &ast::Schedule,
        scope: &Scope,
        span: Span,
    ) -> Option<Schedule> {
        let when = tree.when.as_ref().map(|when| self.condition(when, scope));
        let timing = match &tree.timing {
            ast::Timing::Weekdays(days, at) => {
                Timing::Every(Every::Weeks(1, days.clone(), time_of(*at)))
            }
            ast::Timing::Every(every) => Timing::Every(self.every(every)?),
            ast::Timing::Once(moment) => Timing::Once(self.once_at(moment)?),
            ast::Timing::Cron(fields) => Timing::Cron(self.cron(fields)?),
        };
        Some(Schedule { timing, when, span })
    }

    fn every(&mut self, tree: &ast::Every) -> Option<Every> {
        let amount = tree.amount;
        if let Some(finding) = wrong_amount(amount, tree.span) {
            self.report(finding);
            return None;
        }
        let (count, at) = (amount.count, time_of(tree.at));
        let on = tree.on.as_slice();
        match amount.unit {
            Unit::Second | Unit::Minute | Unit::Hour => self.clock(tree),
            Unit::Day => {
                self.no_days(tree, "`every mon, thu` is on days of the week")?;
                Some(Every::Days(count, at))
            }
            Unit::Week => {
                self.days_are_said(tree, "mon")?;
                let days = self.each(on, week_days, "a week has `mon` to `sun`")?;
                Some(Every::Weeks(count, flat(days), at))
            }
            Unit::Month => {
                self.days_are_said(tree, "1")?;
                let days = self.month_days(on)?;
                Some(Every::Months(count, days, at))
            }
            Unit::Year => {
                self.days_are_said(tree, "01-01")?;
                let days = self.each(on, yearly_date, "a day of the year is `12-01`")?;
                Some(Every::Years(count, days, at))
            }
        }
    }

    /// Minutes and hours, which have no days and no time of day.
    fn clock(&mut self, tree: &ast::Every) -> Option<Every> {
        self.no_days(tree, "for hours of some days write `enroll cron \"…\"`")?;
        if let Some(at) = tree.at {
            let message = format!("`every {}` has no time of day", plural(tree.amount));
            self.report(Finding::new(Code::WrongSchedule, at.span, message).help(
                "it is counted from 00:00 of each day; for other times write `enroll cron \"…\"`",
            ));
            return None;
        }
        Some(Every::Clock(tree.amount))
    }

    /// `on` where the unit has no days to choose from.
    fn no_days(&mut self, tree: &ast::Every, help: &str) -> Option<()> {
        let Some(first) = tree.on.first() else {
            return Some(());
        };
        let unit = tree.amount.unit.word();
        self.report(
            Finding::new(
                Code::WrongSchedule,
                first.span,
                format!("`every {unit}` takes no `on`"),
            )
            .help(help),
        );
        None
    }

    /// Weeks, months and years need to know their days.
    fn days_are_said(&mut self, tree: &ast::Every, likely: &str) -> Option<()> {
        if !tree.on.is_empty() {
            return Some(());
        }
        let unit = tree.amount.unit.word();
        let finding = Finding::new(
            Code::MissingPart,
            tree.span,
            format!("`every {}` does not say on which day", plural(tree.amount)),
        );
        self.report(
            finding
                .help(format!("say the day of the {unit}: `on {likely}`"))
                .fix(
                    format!("write `on {likely}`"),
                    tree.span.after(),
                    format!(" on {likely}"),
                ),
        );
        None
    }

    /// Each day after `on` as what the unit takes.
    fn each<T>(
        &mut self,
        on: &[OnDay],
        take: impl Fn(&OnDayKind) -> Option<T>,
        help: &str,
    ) -> Option<Vec<T>> {
        let mut days = Vec::with_capacity(on.len());
        for day in on {
            match take(&day.kind) {
                Some(day) => days.push(day),
                None => {
                    let message = "this day does not go with the unit";
                    self.report(Finding::new(Code::WrongSchedule, day.span, message).help(help));
                }
            }
        }
        (days.len() == on.len()).then_some(days)
    }

    fn month_days(&mut self, on: &[OnDay]) -> Option<Vec<MonthDay>> {
        for day in on {
            if let OnDayKind::Number(number) = day.kind
                && day_number(number).is_none()
            {
                let message = format!("no month has a day {}", print_decimal(number));
                self.report(
                    Finding::new(Code::BadLiteral, day.span, message)
                        .help("write a whole number from 1 to 31, or `last day`"),
                );
                return None;
            }
        }
        self.each(
            on,
            month_day,
            "a day of the month is `15`, `last day` or `first mon`",
        )
    }

    /// A moment that is known when the program is compiled.
    fn once_at(&mut self, tree: &ast::Expr) -> Option<Expr> {
        let value = self.expr(tree, &Scope::default(), None);
        if matches!(value.ty, Type::Broken) {
            return None;
        }
        if !value.ty.is_moment() {
            let found = self.describe(&value.ty);
            self.report(
                Finding::new(
                    Code::WrongType,
                    value.span,
                    format!("expected a moment, found {found}"),
                )
                .help("like `2026-12-01T09:00`, or `2026-12-01` for 00:00"),
            );
            return None;
        }
        if let Some(part) = value.time_dependent() {
            self.report(
                Finding::new(
                    Code::WrongSchedule,
                    part.span,
                    "a moment that moves with the present never comes",
                )
                .help("write the moment itself, like `2026-12-01T09:00`"),
            );
            return None;
        }
        Some(value)
    }

    fn cron(&mut self, fields: &Plain) -> Option<Cron> {
        match Cron::parse(&fields.text) {
            Ok(cron) => Some(cron),
            Err(error) => {
                self.report(wrong_cron(fields, &error));
                None
            }
        }
    }
}

fn time_of(at: Option<ast::AtTime>) -> Time {
    at.map_or(Time::midnight(), |at| at.time)
}

/// `2 weeks`, and `week` alone.
fn plural(amount: Duration) -> String {
    match amount.count {
        1 => amount.unit.word().to_owned(),
        _ => amount.to_string(),
    }
}

/// The most of a unit that can be counted from the beginning of a day.
fn most(unit: Unit) -> Option<i64> {
    match unit {
        Unit::Minute => Some(1_440),
        Unit::Hour => Some(24),
        _ => None,
    }
}

fn wrong_amount(amount: Duration, span: Span) -> Option<Finding> {
    let wrong = |message: String, help: &str| {
        Some(Finding::new(Code::WrongSchedule, span, message).help(help))
    };
    if amount.business {
        return wrong(
            "a schedule counts no business time".into(),
            "`every weekday` is Monday to Friday",
        );
    }
    if amount.count < 1 {
        return wrong(
            format!("`every {amount}` never comes"),
            "write a whole number from 1",
        );
    }
    if amount.unit == Unit::Second {
        return wrong(
            "nothing is enrolled by the second".into(),
            "the shortest schedule is `every 1 minute`",
        );
    }
    most(amount.unit).filter(|most| amount.count > *most)?;
    wrong(
        format!("{amount} are more than a day"),
        "minutes and hours are counted from 00:00 of each day; for longer write `every N days`",
    )
}

fn day_number(number: Decimal) -> Option<u8> {
    let whole = u8::try_from(number)
        .ok()
        .filter(|_| number.fract().is_zero())?;
    (1..=31).contains(&whole).then_some(whole)
}

fn month_day(kind: &OnDayKind) -> Option<MonthDay> {
    match kind {
        OnDayKind::Number(number) => day_number(*number).map(MonthDay::Number),
        OnDayKind::Nth(Nth::From(place), DayKind::Any) => Some(MonthDay::Number(*place)),
        OnDayKind::Nth(nth, kind) => Some(MonthDay::Nth(*nth, *kind)),
        OnDayKind::Weekdays(_) | OnDayKind::Yearly(_) => None,
    }
}

fn week_days(kind: &OnDayKind) -> Option<Vec<u8>> {
    match kind {
        OnDayKind::Weekdays(days) => Some(days.clone()),
        _ => None,
    }
}

fn yearly_date(kind: &OnDayKind) -> Option<YearlyDate> {
    match kind {
        OnDayKind::Yearly(date) => Some(*date),
        _ => None,
    }
}

/// The days of all items, each once, in order.
fn flat(days: Vec<Vec<u8>>) -> Vec<u8> {
    let mut days: Vec<u8> = days.into_iter().flatten().collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// The finding for what is no cron.
fn wrong_cron(fields: &Plain, error: &CronError) -> Finding {
    const FORM: &str = "the fields are minute, hour, day of the month, month, day of the week: \"0 9 * * mon-fri\"";
    let wrong = |span, message: String| Finding::new(Code::WrongSchedule, span, message);
    let (place, part, why) = match error {
        CronError::Count(count) => {
            return wrong(
                fields.span,
                format!("cron has five fields, this text has {count}"),
            )
            .help(FORM);
        }
        CronError::Never => {
            let message = "no month here has such a day: it never comes";
            return wrong(fields.span, message.into())
                .help("the last day of a month is `enroll every month on last day`");
        }
        CronError::Field { place, part, why } => (*place, part, *why),
    };
    let Some(field) = Cron::FIELDS.get(place) else {
        return wrong(fields.span, "this is no cron".into()).help(FORM);
    };
    let message = match why {
        CronFlaw::Form => format!("`{part}` is no {}", field.name),
        CronFlaw::Range => format!(
            "the {} goes from {} to {}, not `{part}`",
            field.name, field.least, field.most
        ),
        CronFlaw::Backwards => format!("the {} `{part}` ends before it begins", field.name),
        CronFlaw::Step => format!("the {} `{part}` steps by nothing", field.name),
    };
    wrong(field_span(fields, place), message).help(FORM)
}

/// Where a field of a text stands; the whole text where it has escapes.
fn field_span(fields: &Plain, place: usize) -> Span {
    let (whole, text) = (fields.span, fields.text.as_str());
    let quotes = 2;
    if whole.len() as usize != text.len() + quotes {
        return whole;
    }
    let (mut start, mut end) = (0, 0);
    for field in text.split_whitespace().take(place + 1) {
        let rest = text.get(end..).unwrap_or_default();
        start = end + rest.find(field).unwrap_or_default();
        end = start + field.len();
    }
    let at = |offset: usize| whole.start + 1 + offset as u32;
    Span {
        start: at(start),
        end: at(end),
        ..whole
    }
}
