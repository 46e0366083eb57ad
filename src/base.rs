//! Values that every stage shares: sources, spans, names, typed ids, times.
//! It knows nothing of findings, of the language, of paths or of the present.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod calendar;
mod cron;
mod decimal;
mod fingerprint;
mod lookup;
mod name;
mod source;
mod span;
mod suggest;
mod table;
mod time;
mod uid;

/// A text that is a value: a short one is held in place, copies are cheap.
pub type Text = smol_str::SmolStr;

pub use calendar::{day_of, end_of_day, instant, seconds_of, shift, shift_date, start_of_day};
pub use cron::{Cron, CronError, CronField, CronFlaw};
pub use decimal::{Decimal, parse_decimal, print_decimal};
pub use fingerprint::{Fingerprint, Hasher};
pub use lookup::Lookup;
pub use name::Name;
pub use source::{Position, Source, SourceId, Sources};
pub use span::Span;
pub use suggest::{meant, nearest};
pub use table::{Id, Table};
pub use time::{
    Date, DateTime, Duration, Offset, SignedDuration, Time, TimeZone, Timestamp, Unit, YearlyDate,
    zone, zone_names, zones_version,
};
pub use uid::Uid;
