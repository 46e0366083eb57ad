//! Days and wall times in a zone. Which zone that is, and what now is, comes
//! in; business time waits for calendars.

use jiff::tz::AmbiguousOffset;
use jiff::{SignedDuration, Span, ToSpan};

use super::time::{Date, DateTime, Duration, Time, TimeZone, Timestamp, Unit};

/// The instant of a wall time. One that does not exist becomes the next one
/// that does, one that exists twice is the first (D1).
#[must_use]
pub fn instant(wall: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(wall);
    let AmbiguousOffset::Gap { after, .. } = ambiguous.offset() else {
        return ambiguous.compatible().ok();
    };
    // In the gap the offset of afterwards gives an instant before the change.
    let before = ambiguous.earlier().ok()?;
    zone.following(before)
        .find(|change| change.offset() == after)
        .map(|change| change.timestamp())
}

/// A moment moved by an amount of time. Seconds, minutes and hours are exact;
/// longer units go by the calendar and keep the wall time (D1): a month after
/// 31 January is the last day of February. `None` where the result is out of
/// range or the amount is one of business time.
#[must_use]
pub fn shift(at: Timestamp, by: Duration, back: bool, zone: &TimeZone) -> Option<Timestamp> {
    if by.count == 0 && !by.business {
        return Some(at);
    }
    if by.unit >= Unit::Day {
        let wall = zone.to_datetime(at);
        let day = shift_date(wall.date(), by, back)?;
        return instant(day.to_datetime(wall.time()), zone);
    }
    let amount = SignedDuration::from_secs(seconds_of(signed(by, back)?)?);
    at.checked_add(amount).ok()
}

/// A day moved by an amount of days or longer units; `None` for shorter ones,
/// for business time, and where the result is out of range.
#[must_use]
pub fn shift_date(day: Date, by: Duration, back: bool) -> Option<Date> {
    let by = signed(by, back)?;
    if by.business {
        return None;
    }
    let span = match by.unit {
        Unit::Second | Unit::Minute | Unit::Hour => return None,
        Unit::Day => Span::new().try_days(by.count),
        Unit::Week => Span::new().try_weeks(by.count),
        Unit::Month => Span::new().try_months(by.count),
        Unit::Year => Span::new().try_years(by.count),
    };
    day.checked_add(span.ok()?).ok()
}

fn signed(by: Duration, back: bool) -> Option<Duration> {
    let count = if back {
        by.count.checked_neg()?
    } else {
        by.count
    };
    Some(Duration { count, ..by })
}

/// The day of a moment.
#[must_use]
pub fn day_of(at: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(at).date()
}

/// The first instant of a day. Where the clocks skip midnight it is later than
/// 00:00.
#[must_use]
pub fn start_of_day(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    instant(day.to_datetime(Time::midnight()), zone)
}

/// The last microsecond before the next day.
#[must_use]
pub fn end_of_day(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let next = start_of_day(day.tomorrow().ok()?, zone)?;
    next.checked_sub(1.microsecond()).ok()
}

/// How many seconds an amount has, where it is compared with another: a day is
/// 24 hours. `None` for months, years and business time, which have no length.
#[must_use]
pub fn seconds_of(amount: Duration) -> Option<i64> {
    if amount.business {
        return None;
    }
    amount.count.checked_mul(amount.unit.seconds()?)
}
