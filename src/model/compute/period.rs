//! Days, weeks, months, quarters and years.

use crate::base::{Date, Duration, Unit, shift_date};
use crate::model::PeriodUnit;

/// The first day of the period that a day is in. Weeks begin on Monday.
#[must_use]
pub fn period_start(day: Date, unit: PeriodUnit) -> Option<Date> {
    match unit {
        PeriodUnit::Day => Some(day),
        PeriodUnit::Week => {
            let since = day.weekday().to_monday_zero_offset();
            moved(day, Unit::Day, -i64::from(since))
        }
        PeriodUnit::Month => Some(day.first_of_month()),
        PeriodUnit::Quarter => {
            let since = (day.month() - 1).rem_euclid(3);
            moved(day.first_of_month(), Unit::Month, -i64::from(since))
        }
        PeriodUnit::Year => Some(day.first_of_year()),
    }
}

/// The last day of the period that a day is in.
#[must_use]
pub fn period_end(day: Date, unit: PeriodUnit) -> Option<Date> {
    let start = period_start(day, unit)?;
    match unit {
        PeriodUnit::Day => Some(start),
        PeriodUnit::Week => moved(start, Unit::Day, 6),
        PeriodUnit::Month => Some(start.last_of_month()),
        PeriodUnit::Quarter => Some(moved(start, Unit::Month, 2)?.last_of_month()),
        PeriodUnit::Year => Some(start.last_of_year()),
    }
}

fn moved(day: Date, unit: Unit, count: i64) -> Option<Date> {
    let by = Duration {
        count,
        unit,
        business: false,
    };
    shift_date(day, by, false)
}
