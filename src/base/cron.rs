//! The five fields of cron. Which moment comes next is not worked out here.

/// The moments of `MINUTE HOUR DAY MONTH WEEKDAY`: a bit for each number that
/// fits. As in cron, where both the days of the month and those of the week are
/// limited, either is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cron {
    /// Minutes, 0 to 59.
    pub minutes: u64,
    /// Hours, 0 to 23.
    pub hours: u64,
    /// Days of the month, 1 to 31.
    pub days: u64,
    /// Months, 1 to 12.
    pub months: u64,
    /// Days of the week, 0 is Monday.
    pub weekdays: u64,
    /// Whether the days of the month are limited.
    pub by_day: bool,
    /// Whether the days of the week are limited.
    pub by_weekday: bool,
}

/// Why a text is no five fields of cron.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CronError {
    /// There are so many fields.
    Count(usize),
    /// A field cannot be read.
    Field {
        /// Its place, from 0.
        place: usize,
        /// The part of it that is wrong.
        part: String,
        /// Why.
        why: CronFlaw,
    },
    /// No month that it names has a day that it names.
    Never,
}

/// What is wrong with a part of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CronFlaw {
    /// It is neither `*`, a number, a name nor a range.
    Form,
    /// A number is too low or too high.
    Range,
    /// A range ends before it begins.
    Backwards,
    /// It steps by nothing.
    Step,
}

/// A field: what it is called, its least and its greatest number, the names
/// that stand for numbers from the least on.
#[derive(Debug)]
pub struct CronField {
    /// What it is called.
    pub name: &'static str,
    /// The least number.
    pub least: u8,
    /// The greatest number.
    pub most: u8,
    names: &'static [&'static str],
}

impl Cron {
    /// The fields, in order.
    pub const FIELDS: [CronField; 5] = [
        CronField::of("minute", 0, 59, &[]),
        CronField::of("hour", 0, 23, &[]),
        CronField::of("day of the month", 1, 31, &[]),
        CronField::of(
            "month",
            1,
            12,
            &[
                "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
            ],
        ),
        CronField::of(
            "day of the week",
            0,
            7,
            &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
        ),
    ];

    /// Reads five fields.
    ///
    /// # Errors
    /// Which field is wrong, and why.
    pub fn parse(text: &str) -> Result<Cron, CronError> {
        let written: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = written.as_slice() else {
            return Err(CronError::Count(written.len()));
        };
        let [minutes, hours, days, months, of_week] = Cron::FIELDS;
        let cron = Cron {
            minutes: minutes.read(0, minute)?,
            hours: hours.read(1, hour)?,
            days: days.read(2, day)?,
            months: months.read(3, month)?,
            weekdays: from_monday(of_week.read(4, weekday)?),
            by_day: !day.starts_with('*'),
            by_weekday: !weekday.starts_with('*'),
        };
        if cron.by_day && !cron.by_weekday && !cron.has_day() {
            return Err(CronError::Never);
        }
        Ok(cron)
    }

    /// Whether any of its months has any of its days.
    fn has_day(&self) -> bool {
        const LONGEST: [u64; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let first = self.days.trailing_zeros();
        let mut months = (1u32..).zip(LONGEST);
        months.any(|(month, days)| (self.months >> month) & 1 == 1 && u64::from(first) <= days)
    }
}

/// Bits from Sunday, which is 0 and 7 → bits from Monday.
fn from_monday(bits: u64) -> u64 {
    let sunday = (bits & 1) | ((bits >> 7) & 1);
    ((bits >> 1) & 0b11_1111) | (sunday << 6)
}

impl CronField {
    const fn of(name: &'static str, least: u8, most: u8, names: &'static [&'static str]) -> Self {
        CronField {
            name,
            least,
            most,
            names,
        }
    }

    /// The bits of a field: parts with commas between them.
    fn read(&self, place: usize, field: &str) -> Result<u64, CronError> {
        field.split(',').try_fold(0, |bits, part| {
            let wrong = |why| CronError::Field {
                place,
                part: part.to_owned(),
                why,
            };
            Ok(bits | self.part(part).map_err(wrong)?)
        })
    }

    /// `*`, `5`, `mon-fri`, `*/15`, `8-18/2`.
    fn part(&self, part: &str) -> Result<u64, CronFlaw> {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, step.parse::<u16>().map_err(|_| CronFlaw::Form)?),
            None => (part, 1),
        };
        if step == 0 {
            return Err(CronFlaw::Step);
        }
        let (low, high) = match range.split_once('-') {
            _ if range == "*" => (self.least, self.most),
            Some((low, high)) => (self.number(low)?, self.number(high)?),
            // `5/15` begins at 5.
            None if part.contains('/') => (self.number(range)?, self.most),
            None => (self.number(range)?, self.number(range)?),
        };
        if low > high {
            return Err(CronFlaw::Backwards);
        }
        let numbers = (low..=high).step_by(usize::from(step));
        Ok(numbers.fold(0, |bits, number| bits | (1 << number)))
    }

    fn number(&self, word: &str) -> Result<u8, CronFlaw> {
        let lower = word.to_ascii_lowercase();
        let named = self.names.iter().position(|name| *name == lower);
        if let Some(place) = named.and_then(|place| u8::try_from(place).ok()) {
            return Ok(self.least.saturating_add(place));
        }
        let digits = !word.is_empty() && word.bytes().all(|c| c.is_ascii_digit());
        if !digits {
            return Err(CronFlaw::Form);
        }
        let number = word.parse().map_err(|_| CronFlaw::Range)?;
        let fits = (self.least..=self.most).contains(&number);
        fits.then_some(number).ok_or(CronFlaw::Range)
    }
}
