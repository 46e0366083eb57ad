//! The present, moments relative to it, and periods around it (D2).

use super::{Evaluation, View};
use crate::base::{Duration, Timestamp, Unit, day_of, end_of_day, shift_date, start_of_day};
use crate::model::compute::{period_end, period_start};
use crate::model::{PeriodUnit, Timetable, Value};
use crate::plan::{Node, NodeId};
use crate::syntax::ast::{Arithmetic, EdgeKind};

impl<'s> Evaluation<'s, '_> {
    /// A node that depends on the present alone.
    pub(super) fn moment(self, node: &Node) -> Option<Value> {
        let (now, zone) = (self.scope.now, self.scope.zone());
        match node {
            Node::Now => Some(Value::Datetime(now)),
            Node::Today => Some(Value::Date(day_of(now, zone))),
            Node::Relative(amount, ahead) => {
                let moved = self.scope.timetable.shift(now, *amount, !ahead);
                moved.map(Value::Datetime)
            }
            _ => None,
        }
    }

    /// A moment or a day moved by business time (D4); `None` where that is not
    /// what is asked.
    #[expect(
        clippy::option_option,
        reason = "what is not asked and what is unknown differ"
    )]
    pub(super) fn by_business(self, op: Arithmetic, a: &Value, b: &Value) -> Option<Option<Value>> {
        let (moment, by) = match (op, a, b) {
            (Arithmetic::Add, Value::Duration(by), moment) if by.business => (moment, *by),
            (Arithmetic::Add | Arithmetic::Subtract, moment, Value::Duration(by))
                if by.business =>
            {
                (moment, *by)
            }
            _ => return None,
        };
        let (timetable, back) = (self.scope.timetable, op == Arithmetic::Subtract);
        match moment {
            Value::Datetime(at) => Some(timetable.shift(*at, by, back).map(Value::Datetime)),
            Value::Date(day) => Some(timetable.shift_day(*day, by, back).map(Value::Date)),
            _ => None,
        }
    }

    /// The value of a bound: `N days ago` is the start of that day, `N days
    /// from now` its end.
    pub(super) fn bound(self, id: NodeId, member: Option<View<'s>>) -> Option<Value> {
        let Some(Node::Relative(amount, ahead)) = self.expression.node(id) else {
            return self.node(id, member);
        };
        if is_exact(amount.unit) {
            return self.node(id, member);
        }
        let zone = self.scope.zone();
        let today = day_of(self.scope.now, zone);
        let day = self.scope.timetable.shift_day(today, *amount, !ahead)?;
        let edge = match ahead {
            true => end_of_day(day, zone),
            false => start_of_day(day, zone),
        };
        edge.map(Value::Datetime)
    }

    /// Whether a moment lies in a period around the present.
    pub(super) fn within(self, value: &Value, period: (EdgeKind, Duration, bool)) -> Option<bool> {
        let zone = self.scope.zone();
        let (low, high) = extent(period, self.scope.now, self.scope.timetable)?;
        match value {
            Value::Datetime(at) => Some((low..=high).contains(at)),
            Value::Date(day) => {
                let (low, high) = (day_of(low, zone), day_of(high, zone));
                Some((low..=high).contains(day))
            }
            _ => None,
        }
    }
}

/// The first and the last instant of a period around now: counted units, or
/// one calendar unit.
pub(in crate::engine) fn extent(
    (edge, amount, counted): (EdgeKind, Duration, bool),
    now: Timestamp,
    timetable: &Timetable,
) -> Option<(Timestamp, Timestamp)> {
    let zone = &timetable.zone;
    if counted {
        return match edge {
            EdgeKind::Next => {
                let end = match is_exact(amount.unit) {
                    true => timetable.shift(now, amount, false)?,
                    false => {
                        let day = timetable.shift_day(day_of(now, zone), amount, false)?;
                        end_of_day(day, zone)?
                    }
                };
                Some((now, end))
            }
            EdgeKind::Last | EdgeKind::This => {
                let start = match is_exact(amount.unit) {
                    true => timetable.shift(now, amount, true)?,
                    false => {
                        let day = timetable.shift_day(day_of(now, zone), amount, true)?;
                        start_of_day(day, zone)?
                    }
                };
                Some((start, now))
            }
        };
    }
    let unit = calendar_unit(amount);
    let today = day_of(now, zone);
    let day = match edge {
        EdgeKind::This => today,
        EdgeKind::Last => shift_date(period_start(today, unit)?, one_day(), true)?,
        EdgeKind::Next => shift_date(period_end(today, unit)?, one_day(), false)?,
    };
    let (first, last) = (period_start(day, unit)?, period_end(day, unit)?);
    Some((start_of_day(first, zone)?, end_of_day(last, zone)?))
}

fn is_exact(unit: Unit) -> bool {
    matches!(unit, Unit::Second | Unit::Minute | Unit::Hour)
}

fn one_day() -> Duration {
    Duration {
        count: 1,
        unit: Unit::Day,
        business: false,
    }
}

fn calendar_unit(amount: Duration) -> PeriodUnit {
    match (amount.unit, amount.count) {
        (Unit::Week, _) => PeriodUnit::Week,
        (Unit::Month, 3) => PeriodUnit::Quarter,
        (Unit::Month, _) => PeriodUnit::Month,
        (Unit::Year, _) => PeriodUnit::Year,
        _ => PeriodUnit::Day,
    }
}
