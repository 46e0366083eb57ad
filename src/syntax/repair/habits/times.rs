//! Amounts of time, times of day and dates as they are written elsewhere.

use crate::diagnostic::{Code, Finding};
use crate::syntax::repair::Draft;
use crate::syntax::repair::token::Kind;

const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The unit that a short form stands for.
fn unit(short: &str) -> Option<&'static str> {
    Some(match short {
        "s" | "sec" | "secs" => "seconds",
        "min" | "mins" => "minutes",
        "h" | "hr" | "hrs" => "hours",
        "d" => "days",
        "w" | "wk" | "wks" => "weeks",
        "mo" | "mos" => "months",
        "y" | "yr" | "yrs" => "years",
        _ => return None,
    })
}

/// How many of a smaller unit a larger one has, always.
fn units_in(large: &str, small: &str) -> Option<u64> {
    let seconds = |unit| match unit {
        "second" => Some(1_u64),
        "minute" => Some(60),
        "hour" => Some(3_600),
        _ => None,
    };
    match (large, small) {
        ("week", "day") => Some(7),
        _ => seconds(large)?
            .checked_div(seconds(small)?)
            .filter(|of| *of > 1),
    }
}

impl Draft<'_> {
    /// What begins at a token and is no time of this language.
    pub(in crate::syntax::repair) fn time_habit(&mut self, place: usize) {
        if !self
            .token(place)
            .is_some_and(|token| token.kind == Kind::Word)
        {
            return;
        }
        self.short_unit(place);
        self.hyphen_before_unit(place);
        self.half_day(place);
        self.before_moment(place);
        self.ago_first(place);
        self.month(place);
        self.slashes(place);
        self.whole_hours(place);
        self.two_units(place);
    }

    /// `1 hour 30 minutes`, `1 day and 12 hours`.
    fn two_units(&mut self, place: usize) {
        let and = usize::from(matches!(self.word(place + 2), "and" | ","));
        let last = place + 3 + and;
        let digits = self.is_digits(place) && self.is_digits(last - 1);
        let units = self.is_unit(place + 1) && self.is_unit(last);
        if !digits || !units || !(place + 1..=last).all(|at| self.same_line(at)) {
            return;
        }
        let small = self.word(last).trim_end_matches('s');
        let number = |place: usize| self.word(place).parse::<u64>().ok();
        let total = || {
            let each = units_in(self.word(place + 1).trim_end_matches('s'), small)?;
            number(place)?
                .checked_mul(each)?
                .checked_add(number(last - 1)?)
        };
        if let Some(total) = total() {
            let instead = format!("{total} {small}s");
            self.written_as((place, last), "an amount of time has one unit", &instead);
            self.alias(place, "2");
            (place + 2..=last).for_each(|at| self.alias(at, ""));
        }
    }

    /// `hours mon-fri 9-17`.
    fn whole_hours(&mut self, place: usize) {
        let after = place.checked_sub(1).map_or("", |at| self.word(at));
        let day = matches!(after, "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun");
        let hyphen =
            self.word(place + 1) == "-" && self.adjacent(place + 1) && self.adjacent(place + 2);
        let hour = |place: usize| {
            self.word(place)
                .parse::<u8>()
                .ok()
                .filter(|hour| *hour <= 24)
        };
        let (Some(from), Some(to), true) = (hour(place), hour(place + 2), day && hyphen) else {
            return;
        };
        if self.word(place + 3) != ":" {
            let message = format!("`{}` are no times of day", self.written(place, place + 2));
            self.bad_time(
                (place, place + 2),
                message,
                &format!("{from:02}:00-{to:02}:00"),
            );
        }
    }

    /// `24/12/2026`.
    fn slashes(&mut self, place: usize) {
        let last = place + 4;
        let slashes = (self.word(place + 1), self.word(place + 3)) == ("/", "/");
        let close = (place + 1..=last).all(|at| self.adjacent(at));
        let parts = [place, place + 2, last].map(|at| self.word(at).parse::<u16>().ok());
        let [Some(one), Some(two), Some(year)] = parts else {
            return;
        };
        if !slashes || !close || self.word(last).len() != 4 {
            return;
        }
        let (day, month) = if two > 12 { (two, one) } else { (one, two) };
        let proper = format!("{year}-{month:02}-{day:02}");
        let certain = (one > 12) != (two > 12);
        let message = format!("`{}` is no date", self.written(place, last));
        if certain {
            return self.bad_time((place, last), message, &proper);
        }
        let span = self.over(place, last);
        let finding = Finding::new(Code::BadLiteral, span, message);
        self.report(finding.help("a date is written YEAR-MONTH-DAY: `2026-02-03`"));
        self.patch
            .replace(self.text, (span.start as usize, span.end as usize), &proper);
    }

    pub(in crate::syntax::repair) fn is_unit(&self, place: usize) -> bool {
        let word = self.word(place);
        let one = word.strip_suffix('s').unwrap_or(word);
        matches!(
            one,
            "second" | "minute" | "hour" | "day" | "week" | "month" | "year"
        )
    }

    fn bad_time(&mut self, places: (usize, usize), message: String, instead: &str) {
        let finding = Finding::new(Code::BadLiteral, self.over(places.0, places.1), message);
        let edits = vec![self.edit(places.0, places.1, instead)];
        self.amend(finding, &format!("write `{}`", instead.trim()), edits);
    }

    /// `2d`, `30 min`.
    fn short_unit(&mut self, place: usize) {
        let word = self.word(place).to_owned();
        let letters = word.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = word.len() - letters.len();
        let after = |back: usize| place.checked_sub(back).map_or("", |at| self.word(at));
        let amount = |word: &str| {
            matches!(
                word,
                "wait"
                    | "for"
                    | "last"
                    | "next"
                    | "within"
                    | "max"
                    | "over"
                    | "spread"
                    | "timeout"
                    | "advance"
            ) || matches!(word, "+" | "-" | ":")
        };
        let Some(unit) = unit(letters) else {
            return;
        };
        if digits > 0 && amount(after(1)) {
            let number = word.get(..digits).unwrap_or_default();
            let message = format!("`{word}` is no amount of time");
            self.bad_time((place, place), message, &format!("{number} {unit}"));
        } else if digits == 0 && self.is_digits(place.saturating_sub(1)) && amount(after(2)) {
            let message = format!("`{word}` is no unit of time");
            self.bad_time((place, place), message, unit);
            self.alias(place, unit);
        }
    }

    /// `2-days`.
    fn hyphen_before_unit(&mut self, place: usize) {
        let hyphen = self.word(place + 1) == "-" && self.adjacent(place + 1);
        if hyphen && self.is_digits(place) && self.is_unit(place + 2) && self.adjacent(place + 2) {
            let message = "no hyphen stands between a number and its unit";
            self.written_as((place + 1, place + 1), message, " ");
            self.alias(place + 1, "");
        }
    }

    /// `9am`, `9 am`, `9:30pm`.
    fn half_day(&mut self, place: usize) {
        let word = self.word(place).to_lowercase();
        let Some(half) = ["am", "pm"].into_iter().find(|half| word.ends_with(half)) else {
            return;
        };
        let digits = word.strip_suffix(half).unwrap_or_default();
        let colon = |at: usize| self.word(at) == ":" && self.adjacent(at) && self.adjacent(at + 1);
        let before = place.wrapping_sub(1);
        let (first, number) = if digits.is_empty() && self.is_digits(before) {
            (before, before)
        } else if digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.is_empty() {
            (place, place)
        } else {
            return;
        };
        let number = if number == place {
            digits
        } else {
            self.word(number)
        };
        let minutes = first >= 2 && colon(first - 1) && self.is_digits(first - 2);
        let (first, hour, minute) = if minutes {
            (first - 2, self.word(first - 2), number)
        } else {
            (first, number, "00")
        };
        let Some(hour) = hour
            .parse::<u8>()
            .ok()
            .filter(|hour| (1..=12).contains(hour))
        else {
            return;
        };
        let hour = hour % 12 + if half == "pm" { 12 } else { 0 };
        let after = first.checked_sub(1).map_or("", |at| self.word(at));
        let at = matches!(after, "day" | "days" | "month" | "year" | "weekday")
            || self.token(first).is_some_and(|token| token.first);
        let proper = format!("{}{hour:02}:{minute}", if at { "at " } else { "" });
        let message = format!("`{}` is no time of day", self.written(first, place));
        self.bad_time((first, place), message, &proper);
    }

    /// `30 days before renewal_date`.
    fn before_moment(&mut self, place: usize) {
        let sign = match self.word(place) {
            "before" => "-",
            "after" => "+",
            _ => return,
        };
        let Some(number) = place
            .checked_sub(2)
            .filter(|number| self.is_digits(*number))
        else {
            return;
        };
        if !self.is_unit(place - 1) || !self.is_name(place + 1) || !self.same_line(place + 1) {
            return;
        }
        let mut last = place + 1;
        while self.word(last + 1) == "." && self.is_name(last + 2) {
            last += 2;
        }
        let (amount, moment) = (
            self.written(number, place - 1),
            self.written(place + 1, last),
        );
        let enrols = number.checked_sub(1).map_or("", |before| self.word(before)) == "enroll";
        let at = if enrols { "at " } else { "" };
        let proper = format!("{at}{moment} {sign} {amount}");
        let message = format!(
            "a moment {} another is written `{proper}`",
            self.word(place)
        );
        let finding = self.habit(place, place, &message);
        let edits = vec![self.edit(number, last, proper.clone())];
        self.amend(finding, &format!("write `{proper}`"), edits);
    }

    /// `ago 30 days`.
    fn ago_first(&mut self, place: usize) {
        if self.word(place) == "ago" && self.is_digits(place + 1) && self.is_unit(place + 2) {
            let proper = format!("{} ago", self.written(place + 1, place + 2));
            let finding = self.habit(place, place, "`ago` stands behind the unit");
            let edits = vec![self.edit(place, place + 2, proper.clone())];
            self.amend(finding, &format!("write `{proper}`"), edits);
        }
    }

    /// `december 24`, `24 december 2026`.
    fn month(&mut self, place: usize) {
        let word = self.word(place).to_lowercase();
        let Some(month) = MONTHS.iter().position(|month| *month == word) else {
            return;
        };
        let day = |place: usize| {
            let day = self.word(place).parse::<u8>().ok();
            day.filter(|day| (1..=31).contains(day))
        };
        let year = |place: usize| self.is_digits(place) && self.word(place).len() == 4;
        let before = place.wrapping_sub(1);
        let (first, mut last, day) = match (day(before), day(place + 1)) {
            (Some(day), _) => (before, place, day),
            (_, Some(day)) => (place, place + 1, day),
            _ => return,
        };
        let comma = usize::from(self.word(last + 1) == ",");
        let mut proper = format!("{:02}-{day:02}", month + 1);
        if year(last + 1 + comma) {
            last += 1 + comma;
            proper = format!("{}-{proper}", self.word(last));
        }
        let message = format!("`{}` is no date", self.written(first, last));
        self.bad_time((first, last), message, &proper);
    }
}
