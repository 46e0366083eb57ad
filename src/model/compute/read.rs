//! Values out of text.

use jiff::fmt::strtime;
use jiff::fmt::temporal::{Pieces, PiecesOffset};

use crate::base::{
    Date, DateTime, Decimal, Offset, Time, TimeZone, Timestamp, instant, parse_decimal,
};

/// A plain decimal, space around it left out: `-12.50`, no `1_000`, no `1e3`.
pub(in crate::model) fn read_number(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.'));
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    if plain && has_digit {
        parse_decimal(text)
    } else {
        None
    }
}

/// A day as `2026-11-21`, and in no other form.
pub(in crate::model) fn read_date(text: &str) -> Option<Date> {
    let text = text.trim();
    let dashed = text.bytes().enumerate().all(|(place, byte)| match place {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if dashed && text.len() == 10 {
        text.parse().ok()
    } else {
        None
    }
}

/// A time of day: `09:00`, `09:00:30`, or `24:00` as its end, which is
/// `Some(None)`.
pub(in crate::model) fn read_time(text: &str) -> Option<Option<Time>> {
    let text = text.trim();
    let plain = |c: char| c.is_ascii_digit() || matches!(c, ':' | '.');
    match text {
        "24:00" => Some(None),
        // Else what has a day would be read as a time too.
        _ if text.contains(':') && text.chars().all(plain) => text.parse().ok().map(Some),
        _ => None,
    }
}

/// An instant as ISO 8601, to the microsecond; without an offset it is a wall
/// time in the zone, and without a time the start of the day.
pub(in crate::model) fn read_datetime(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let pieces = Pieces::parse(text.trim()).ok()?;
    let wall = DateTime::from_parts(pieces.date(), pieces.time().unwrap_or(Time::midnight()));
    let offset = pieces.offset().and_then(|offset| match offset {
        PiecesOffset::Zulu => Some(Offset::UTC),
        PiecesOffset::Numeric(offset) => Some(offset.offset()),
        _ => None,
    });
    let at = match (offset, pieces.to_time_zone()) {
        (Some(offset), _) => offset.to_timestamp(wall).ok(),
        (None, Ok(None)) => instant(wall, zone),
        (None, Ok(Some(named))) => instant(wall, &named),
        (None, Err(_)) => None,
    };
    in_microseconds(at?)
}

/// An instant in a form of its own, as `strptime` writes forms; without an
/// offset it is a wall time in the zone, and without a time the start of the
/// day.
pub(super) fn read_as(text: &str, format: &str, zone: &TimeZone) -> Option<Timestamp> {
    let parts = strtime::parse(format, text.trim()).ok()?;
    if let Ok(at) = parts.to_timestamp() {
        return in_microseconds(at);
    }
    let day = parts.to_date().ok()?;
    let time = parts.to_time().unwrap_or(Time::midnight());
    in_microseconds(instant(day.to_datetime(time), zone)?)
}

/// What is below a microsecond is cut.
fn in_microseconds(at: Timestamp) -> Option<Timestamp> {
    Timestamp::from_microsecond(at.as_microsecond()).ok()
}
