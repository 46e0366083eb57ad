//! Schedules and date triggers.

use super::Builder;
use crate::base::{Duration, Unit};
use crate::syntax::ast::{
    AtTime, DateTrigger, DayKind, Every, Expr, ExprKind, Nth, OnDay, OnDayKind, Schedule, Timing,
};
use crate::syntax::grammar::{Pair, Rule};

/// Monday to Friday.
const WORKDAYS: [u8; 5] = [0, 1, 2, 3, 4];

impl<'i> Builder<'i> {
    /// `every …`.
    pub(super) fn enroll_every(&mut self, pair: Pair<'i>) -> Option<Schedule> {
        let (mut timing, mut at, mut when) = (None, None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::every_weekday => timing = Some(Timing::Weekdays(WORKDAYS.to_vec(), None)),
                Rule::weekdays => timing = Some(Timing::Weekdays(self.weekdays(part), None)),
                Rule::every_unit => timing = Some(Timing::Every(self.every_unit(part)?)),
                Rule::at_time => at = Some(self.at_time(part)?),
                Rule::schedule_when => when = Some(self.inner_expr(part)),
                _ => {}
            }
        }
        let timing = match timing? {
            Timing::Weekdays(days, _) => Timing::Weekdays(days, at),
            Timing::Every(every) => Timing::Every(Every { at, ..every }),
            other => other,
        };
        Some(Schedule { timing, when })
    }

    /// `2 weeks on mon`, `day`.
    fn every_unit(&mut self, pair: Pair<'i>) -> Option<Every> {
        let (mut amount, mut on) = (None, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::every_count => amount = Some((self.span(&part), self.amount(part)?)),
                Rule::unit => {
                    let unit = Unit::parse(part.as_str().trim())?;
                    amount = Some((self.span(&part), one(unit)));
                }
                Rule::every_on => {
                    let days = part.into_inner();
                    let days = days.filter(|part| part.as_rule() == Rule::every_day);
                    let days: Vec<Option<OnDay>> = days.map(|day| self.on_day(day)).collect();
                    on = days.into_iter().collect::<Option<Vec<OnDay>>>()?;
                }
                _ => {}
            }
        }
        let (span, amount) = amount?;
        Some(Every {
            amount,
            span,
            on,
            at: None,
        })
    }

    /// A day after `on`.
    fn on_day(&mut self, pair: Pair<'i>) -> Option<OnDay> {
        let span = self.span(&pair);
        let parts: Vec<Pair<'i>> = pair.into_inner().collect();
        let kind = match parts.as_slice() {
            [date] if date.as_rule() == Rule::yearly_date => OnDayKind::Yearly(self.yearly(date)?),
            [number] if number.as_rule() == Rule::number => OnDayKind::Number(self.number(number)?),
            [nth, kind] if nth.as_rule() == Rule::nth => {
                OnDayKind::Nth(nth_of(nth.as_str()), self.day_kind(kind)?)
            }
            days => OnDayKind::Weekdays(self.week(days)?),
        };
        Some(OnDay { kind, span })
    }

    fn day_kind(&mut self, pair: &Pair<'i>) -> Option<DayKind> {
        Some(match pair.as_rule() {
            Rule::kw_day => DayKind::Any,
            Rule::kw_weekday => DayKind::Weekday,
            _ => DayKind::Of(self.weekday(pair)?),
        })
    }

    /// `mon`, or `mon-fri`, which may wrap.
    fn week(&mut self, days: &[Pair<'i>]) -> Option<Vec<u8>> {
        let first = self.weekday(days.first()?)?;
        let Some(last) = days.get(1) else {
            return Some(vec![first]);
        };
        let last = self.weekday(last)?;
        Some(
            (0..=(last + 7 - first) % 7)
                .map(|more| (first + more) % 7)
                .collect(),
        )
    }

    /// `at 09:00`.
    pub(super) fn at_time(&mut self, pair: Pair<'i>) -> Option<AtTime> {
        let span = self.span(&pair);
        let time = self.time(&pair.into_inner().last()?)?;
        Some(AtTime { time, span })
    }

    /// `once at INSTANT`.
    pub(super) fn enroll_once(&mut self, pair: Pair<'i>) -> Option<Schedule> {
        let (mut moment, mut when) = (None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::operand => moment = Some(self.expr(part)),
                Rule::schedule_when => when = Some(self.inner_expr(part)),
                _ => {}
            }
        }
        Some(Schedule {
            timing: Timing::Once(moment?),
            when,
        })
    }

    /// `cron "…"`.
    pub(super) fn enroll_cron(&mut self, pair: Pair<'i>) -> Option<Schedule> {
        let (mut fields, mut when) = (None, None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::kw_enroll | Rule::kw_cron => {}
                Rule::schedule_when => when = Some(self.inner_expr(part)),
                _ => fields = Some(self.plain(part)),
            }
        }
        Some(Schedule {
            timing: Timing::Cron(fields?),
            when,
        })
    }

    /// `at PROPERTY …`.
    pub(super) fn enroll_at(&mut self, pair: Pair<'i>) -> Option<DateTrigger> {
        let (mut property, mut offset, mut when) = (None, None, None);
        let (mut at, mut yearly) = (Vec::new(), Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::path => property = Some(self.property_expr(part)?),
                Rule::date_offset => offset = Some(self.date_offset(part)?),
                Rule::at_time => at.push(self.at_time(part)?),
                Rule::every_year => yearly.push(self.span(&part)),
                Rule::schedule_when => when = Some(self.inner_expr(part)),
                _ => {}
            }
        }
        Some(DateTrigger {
            property: property?,
            offset,
            at,
            yearly,
            when,
        })
    }

    fn date_offset(&mut self, pair: Pair<'i>) -> Option<(Duration, bool, crate::base::Span)> {
        let span = self.span(&pair);
        let back = pair.as_str().starts_with('-');
        let amount = pair
            .into_inner()
            .find(|part| part.as_rule() == Rule::every_count)?;
        Some((self.amount(amount)?, back, span))
    }

    /// A path alone, as an expression.
    pub(super) fn property_expr(&mut self, pair: Pair<'i>) -> Option<Expr> {
        let span = self.span(&pair);
        let mut depth = 1;
        let kind = self.path_expr(pair, &mut depth).unwrap_or(ExprKind::Broken);
        Some(Expr { kind, span, depth })
    }
}

fn one(unit: Unit) -> Duration {
    Duration {
        count: 1,
        unit,
        business: false,
    }
}

fn nth_of(word: &str) -> Nth {
    match word {
        "first" => Nth::From(1),
        "second" => Nth::From(2),
        "third" => Nth::From(3),
        "fourth" => Nth::From(4),
        _ => Nth::Last,
    }
}
