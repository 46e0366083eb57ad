//! Numbers, dates, times and durations.

use super::Builder;
use crate::base::{Date, Decimal, Duration, Offset, Time, Unit, YearlyDate, parse_decimal};
use crate::diagnostic::{Code, Finding};
use crate::syntax::ast::{EdgeKind, ExprKind, Period};
use crate::syntax::grammar::{Pair, Rule};

impl<'i> Builder<'i> {
    pub(super) fn bad_literal(&mut self, pair: &Pair<'i>, message: String, help: &str) {
        let span = self.span(pair);
        self.report(Finding::new(Code::BadLiteral, span, message).help(help));
    }

    pub(super) fn number(&mut self, pair: &Pair<'i>) -> Option<Decimal> {
        let number = parse_decimal(pair.as_str());
        if number.is_none() {
            self.bad_literal(
                pair,
                "this number has more than 28 digits".into(),
                "numbers are exact decimals of up to 28 digits",
            );
        }
        number
    }

    pub(super) fn date(&mut self, pair: &Pair<'i>) -> Option<Date> {
        let date = pair.as_str().parse().ok();
        if date.is_none() {
            let (message, help) = no_such_day(pair.as_str());
            self.bad_literal(pair, message, help);
        }
        date
    }

    /// `24:00`, the end of a day, is `None`.
    pub(super) fn time_or_midnight(&mut self, pair: &Pair<'i>) -> Option<Option<Time>> {
        if matches!(pair.as_str(), "24:00" | "24:00:00") {
            return Some(None);
        }
        self.time(pair).map(Some)
    }

    pub(super) fn time(&mut self, pair: &Pair<'i>) -> Option<Time> {
        let time = parse_time(pair.as_str());
        if time.is_none() {
            self.bad_literal(
                pair,
                format!("there is no time `{}`", pair.as_str()),
                "a time is written HOUR:MINUTE: `09:00`",
            );
        }
        time
    }

    pub(super) fn instant(&mut self, pair: &Pair<'i>) -> Option<ExprKind> {
        let instant = parse_instant(pair.as_str());
        if instant.is_none() {
            let help =
                "a moment is written `2026-11-21T09:00`, with an offset `2026-11-21T09:00+01:00`";
            self.bad_literal(
                pair,
                format!("there is no moment `{}`", pair.as_str()),
                help,
            );
        }
        instant
    }

    /// `12-24`.
    pub(super) fn yearly(&mut self, pair: &Pair<'i>) -> Option<YearlyDate> {
        // A leap year has every day that any year has.
        let date: Option<Date> = format!("2024-{}", pair.as_str()).parse().ok();
        if date.is_none() {
            self.bad_literal(
                pair,
                format!("no year has a day `{}`", pair.as_str()),
                "a day of every year is written MONTH-DAY: `12-24`",
            );
        }
        date.map(|date| YearlyDate {
            month: date.month(),
            day: date.day(),
        })
    }

    /// `N [business] UNIT`, without `ago` or `from now`.
    pub(super) fn duration(&mut self, pair: Pair<'i>) -> Option<Duration> {
        let business = pair
            .clone()
            .into_inner()
            .any(|part| part.as_rule() == Rule::kw_business);
        let mut parts = pair.into_inner();
        let number = parts.next()?;
        let unit = parts.find(|part| part.as_rule() == Rule::unit)?;
        self.whole(&number, Unit::parse(unit.as_str())?, business)
    }

    pub(super) fn duration_expr(&mut self, pair: Pair<'i>) -> Option<ExprKind> {
        let has = |rule| pair.clone().into_inner().any(|part| part.as_rule() == rule);
        let (ago, ahead) = (has(Rule::kw_ago), has(Rule::from_now));
        let duration = self.duration(pair)?;
        Some(if ago || ahead {
            ExprKind::Relative(duration, ahead)
        } else {
            ExprKind::Duration(duration)
        })
    }

    /// An amount of time: a whole number of units.
    pub(super) fn whole(
        &mut self,
        number: &Pair<'i>,
        unit: Unit,
        business: bool,
    ) -> Option<Duration> {
        let count = self.number(number)?;
        let whole = i64::try_from(count)
            .ok()
            .filter(|count_whole| count.fract().is_zero() && *count_whole <= MOST);
        let Some(count) = whole else {
            let help =
                "an amount of time is a whole number of units; for half an hour write `30 minutes`";
            self.bad_literal(
                number,
                format!("`{}` is no amount of time", number.as_str()),
                help,
            );
            return None;
        };
        if business && !matches!(unit, Unit::Minute | Unit::Hour | Unit::Day) {
            let help = "business time is counted in minutes, hours or days";
            self.bad_literal(
                number,
                format!("there are no business {}s", unit.word()),
                help,
            );
            return None;
        }
        Some(Duration {
            count,
            unit,
            business,
        })
    }

    /// `last 7 days`, `this month`, `next quarter`.
    pub(super) fn period(&mut self, pair: Pair<'i>) -> Option<Period> {
        let span = self.span(&pair);
        let (mut edge, mut number, mut word) = (EdgeKind::Last, None, None);
        let mut business = false;
        if pair.as_str().starts_with(|c: char| c.is_ascii_digit()) {
            let place = span.before();
            let message = format!("expected `last` or `next` before `{}`", self.written(span));
            self.report(Finding::new(Code::UnexpectedText, place, message).fix(
                "write `last`",
                place,
                "last ",
            ));
        }
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_next => edge = EdgeKind::Next,
                Rule::kw_this => edge = EdgeKind::This,
                Rule::kw_business => business = true,
                Rule::number => number = Some(part),
                Rule::word => word = Some(part),
                _ => {}
            }
        }
        let word = word?;
        let (unit, factor) = self.period_unit(&word)?;
        if edge == EdgeKind::This && number.is_some() || number.is_none() && unit < Unit::Day {
            self.bad_literal(
                &word,
                "there is no such period".into(),
                "write `this day`, `this week`, `last 3 hours`, …",
            );
            return None;
        }
        let counted = number.is_some();
        let count = match number {
            Some(number) => self.whole(&number, unit, business)?.count,
            None => 1,
        };
        Some(Period {
            edge,
            amount: Duration {
                count: count * factor,
                unit,
                business,
            },
            counted,
            span,
        })
    }

    /// The unit of a period, and how many of it a word means.
    fn period_unit(&mut self, word: &Pair<'i>) -> Option<(Unit, i64)> {
        Some(match (Unit::parse(word.as_str()), word.as_str()) {
            (Some(unit), _) => (unit, 1),
            (None, "quarter" | "quarters") => (Unit::Month, 3),
            _ => {
                let help =
                    "a period is `last 7 days`, `next 2 weeks`, `this month`, `last quarter`, …";
                self.bad_literal(
                    word,
                    format!("`{}` is no unit of time", word.as_str()),
                    help,
                );
                return None;
            }
        })
    }
}

/// The longest amount of any unit: far beyond the calendar, far from overflow.
const MOST: i64 = 1_000_000_000;

/// Why a text that has the form of a date is none.
fn no_such_day(text: &str) -> (String, &'static str) {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let mut parts = text.split('-');
    let year = parts.next().unwrap_or_default();
    let month = parts.next().and_then(|month| month.parse::<usize>().ok());
    let day = parts.next().and_then(|day| day.parse::<u8>().ok());
    let name = month.and_then(|month| MONTHS.get(month.checked_sub(1)?));
    match (name, month, day) {
        (Some(name), _, Some(day)) => (
            format!("{name} {year} has no day {day}"),
            "write a day that the month has",
        ),
        (None, Some(month), _) => (
            format!("there is no month {month}"),
            "a date is written YEAR-MONTH-DAY: `2026-11-21`",
        ),
        _ => (
            format!("there is no day `{text}`"),
            "a date is written YEAR-MONTH-DAY: `2026-11-21`",
        ),
    }
}

fn parse_time(text: &str) -> Option<Time> {
    let mut parts = text.split(':').map(|part| part.parse::<i8>().ok());
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    Time::new(hour, minute, second, 0).ok()
}

fn parse_instant(text: &str) -> Option<ExprKind> {
    let (date, rest) = text.split_once('T')?;
    let date: Date = date.parse().ok()?;
    let place = rest.find(['Z', '+', '-']);
    let (time, offset) = rest.split_at_checked(place.unwrap_or(rest.len()))?;
    let offset = match offset {
        "" => None,
        "Z" => Some(Offset::UTC),
        _ => Some(parse_offset(offset)?),
    };
    Some(ExprKind::Instant(
        date.to_datetime(parse_time(time)?),
        offset,
    ))
}

fn parse_offset(text: &str) -> Option<Offset> {
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let seconds = hours.parse::<i32>().ok()? * 3600
        + minutes
            .parse::<i32>()
            .ok()
            .filter(|minutes| *minutes < 60)?
            * 60;
    Offset::from_seconds(if text.starts_with('-') {
        -seconds
    } else {
        seconds
    })
    .ok()
}
