//! The months of the calendar by which the history is divided. Files are known
//! here by name alone.

use std::fmt;
use std::ops::RangeInclusive;

const ENDING: &str = ".sqlite";

const MICROSECONDS_OF_DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// The years of all times that 64 bits of microseconds can tell.
const YEARS: RangeInclusive<i64> = -300_000..=300_000;

/// A month of a year, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i64,
    /// From 1 on.
    month: i64,
}

impl Month {
    /// A month by its numbers; nothing if there are not that many.
    #[must_use]
    pub fn new(year: i64, month: i64) -> Option<Self> {
        let there = (1..=12).contains(&month) && YEARS.contains(&year);
        there.then_some(Month { year, month })
    }

    /// The month of a time, in microseconds since 1970 in UTC.
    #[must_use]
    pub fn of(at: i64) -> Self {
        // Days are counted from the first of March of the year 0, so that a leap
        // day comes last; 400 years are always as long.
        let days = at.div_euclid(MICROSECONDS_OF_DAY) + 719_468;
        let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day_of_year = day - (365 * year + year / 4 - year / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let month = if from_march < 10 {
            from_march + 3
        } else {
            from_march - 9
        };
        Month {
            year: era * 400 + year + i64::from(month <= 2),
            month,
        }
    }

    /// What its file is called.
    pub(super) fn file_name(self) -> String {
        format!("{self}{ENDING}")
    }

    /// The month whose file has a name.
    pub(super) fn of_file(name: &str) -> Option<Self> {
        let (year, month) = name.strip_suffix(ENDING)?.rsplit_once('-')?;
        let found = Month::new(year.parse().ok()?, month.parse().ok()?)?;
        (found.file_name() == name).then_some(found)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

#[cfg(test)]
mod tests {
    use super::Month;

    #[test]
    fn a_time_is_in_its_month() {
        for (seconds, month) in [
            (0, "1970-01"),
            (-1, "1969-12"),
            (951_782_399, "2000-02"),
            (951_868_799, "2000-02"),
            (951_868_800, "2000-03"),
            (1_709_251_199, "2024-02"),
            (1_709_251_200, "2024-03"),
            (1_796_083_199, "2026-11"),
            (1_796_083_200, "2026-12"),
            (4_102_444_799, "2099-12"),
            (4_107_542_400, "2100-03"),
            (4_107_542_399, "2100-02"),
        ] {
            assert_eq!(Month::of(seconds * 1_000_000).to_string(), month);
        }
        assert_eq!(Month::of(-1).to_string(), "1969-12");
        for at in [i64::MIN, i64::MAX] {
            let month = Month::of(at);
            assert_eq!(Month::of_file(&month.file_name()), Some(month));
        }
    }

    #[test]
    fn a_name_is_that_of_its_month() {
        for name in ["2026-11.sqlite", "0001-01.sqlite", "-044-03.sqlite"] {
            let month = Month::of_file(name);
            assert_eq!(month.map(Month::file_name).as_deref(), Some(name));
        }
        for name in [
            "2026-13.sqlite",
            "2026-1.sqlite",
            "26-01.sqlite",
            "2026-11.sqlite-wal",
            "sqlite",
        ] {
            assert_eq!(Month::of_file(name), None, "{name}");
        }
    }
}
