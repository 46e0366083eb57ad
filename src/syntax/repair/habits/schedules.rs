//! Schedules, hours and breakers: when and how often something happens.

use crate::diagnostic::Edit;
use crate::syntax::repair::Draft;
use crate::syntax::repair::token::Kind;
use crate::syntax::words::WEEKDAYS;

/// How often, in one word, and how a schedule says it.
const RHYTHMS: &[(&str, &str)] = &[
    ("hourly", "every hour"),
    ("daily", "every day"),
    ("weekly", "every week"),
    ("monthly", "every month"),
    ("yearly", "every year"),
    ("annually", "every year"),
];

/// What begins a schedule.
const SCHEDULES: &[&str] = &["every", "once", "cron", "at"];

fn rhythm(word: &str) -> Option<&'static str> {
    let found = RHYTHMS.iter().find(|(written, _)| *written == word);
    found.map(|(_, instead)| *instead)
}

impl Draft<'_> {
    /// `schedule: weekly on mon`, as a clause.
    pub(super) fn schedule_clause(&mut self, place: usize) {
        let colon = usize::from(self.word(place + 1) == ":");
        let next = self.word(place + 1 + colon);
        let is_schedule = colon == 1 && SCHEDULES.contains(&next);
        if rhythm(next).is_none() && !is_schedule {
            return;
        }
        let message = "a schedule is a kind of `enroll`";
        self.written_as((place, place + colon), message, "enroll");
        self.alias(place, "enroll");
        (place + 1..=place + colon).for_each(|at| self.alias(at, ""));
        self.rhythm(place + 1 + colon);
    }

    /// `enroll schedule weekly on mon`, `enroll daily at 09:00`; answers
    /// whether it is a schedule.
    pub(super) fn rhythm(&mut self, at: usize) -> bool {
        let next = self.word(at + 1);
        if self.word(at) == "schedule" && (rhythm(next).is_some() || SCHEDULES.contains(&next)) {
            self.too_much(at, at, "a schedule needs no word but its own");
            self.rhythm(at + 1);
            return true;
        }
        let ends = !self.same_line(at + 1) || matches!(next, "at" | "on" | "when" | "}");
        let Some(instead) = rhythm(self.word(at)).filter(|_| ends) else {
            return false;
        };
        let message = format!("`{}` is written `{instead}`", self.word(at));
        self.written_as((at, at), &message, instead);
        self.alias(at, instead);
        true
    }

    /// `cron 0 9 * * *`, without quotes.
    pub(super) fn bare_cron(&mut self, cron: usize) {
        let first = cron + 1;
        let is_text = matches!(self.token(first), Some(token) if token.kind == Kind::Text);
        if !self.same_line(first) || is_text {
            return;
        }
        let end = self.line_end(first);
        let when = (first..=end).find(|at| self.word(*at) == "when");
        let last = when.map_or(end, |when| when - 1);
        let proper = format!("\"{}\"", self.written(first, last));
        let finding = self.unfit(first, last, "the times of `cron` stand in quotes");
        let edits = vec![self.edit(first, last, proper)];
        self.amend(finding, "write quotes", edits);
        (first..=last).for_each(|at| self.alias(at, ""));
    }

    /// `enroll on birthday - 3 days every year`: a date is no event.
    pub(super) fn date_as_event(&mut self, on: usize) -> bool {
        let (name, after) = (on + 1, self.word(on + 2));
        let end = self.line_end(on);
        let yearly = |at: &usize| self.word(*at) == "every" && self.word(at + 1) == "year";
        let moved = matches!(after, "-" | "+") && self.is_digits(on + 3) && self.is_unit(on + 4);
        let is_date = moved || (on..=end).any(|at| yearly(&at));
        if !self.is_name(name) || !self.same_line(on + 2) || !is_date {
            return false;
        }
        let message = "a date of the record comes by `enroll at`";
        self.written_as((on, on), message, "at");
        self.alias(on, "at");
        true
    }

    /// `reenroll never`, `reenroll once`, `reenroll after 30 days`; answers
    /// whether it is one of them.
    pub(super) fn reenrolment(&mut self, place: usize) -> bool {
        let at = place + 1;
        let alone = !self.same_line(at + 1);
        match self.word(at) {
            "never" | "once" | "false" | "no" if alone => {
                let message = "without `reenroll` only schedules enrol a record again";
                self.too_much(place, at, message);
            }
            "after" | "every" if self.is_digits(at + 1) && self.is_unit(at + 2) => {
                let amount = self.written(at + 1, at + 2).to_owned();
                let message = "what re-enrols is an event or a condition, not a time";
                let last = self.line_end(at);
                let finding = self.unfit(at, last, message);
                self.report(finding.help(format!(
                    "for a rhythm write `enroll every {amount}`, which re-enrols by itself; \
                     else `reenroll on EVENT` or `reenroll when CONDITION`"
                )));
                let span = self.over(place, last);
                let (start, end) = (span.start as usize, span.end as usize);
                self.patch.blank(start, end, b' ');
                (place..=last).for_each(|at| self.alias(at, ""));
            }
            _ => return false,
        }
        true
    }

    /// `at most 5 per hour`, `limit 5 per hour`, as a clause.
    pub(super) fn bare_breaker(&mut self, place: usize) {
        let message = "how many may enrol is written `enroll at most N per hour`";
        match self.word(place) {
            "at" if self.word(place + 1) == "most" && self.is_digits(place + 2) => {
                let finding = self.unfit(place, place + 1, message);
                let edits = vec![self.ahead(place, "enroll ")];
                self.amend(finding, "write `enroll`", edits);
                self.period(place + 2);
            }
            "limit" | "max" if self.is_digits(place + 1) => {
                self.written_as((place, place), message, "enroll at most");
                self.period(place + 1);
            }
            _ => {}
        }
    }

    /// `at most 5 an hour`, `5 each day`, `5/hour`, from the number on.
    pub(super) fn period(&mut self, number: usize) {
        let word = self.word(number + 1);
        let is_other = matches!(word, "a" | "an" | "each" | "every" | "/" | "in");
        if self.is_digits(number) && is_other && self.is_unit(number + 2) {
            let message = "the time of a breaker stands behind `per`";
            let instead = if word == "/" { " per " } else { "per" };
            self.written_as((number + 1, number + 1), message, instead);
            self.alias(number + 1, "per");
        }
    }

    /// `hours: mon to fri from 09:00 to 17:00`, in a workflow or a calendar.
    pub(in crate::syntax::repair) fn hours_habit(&mut self, place: usize) {
        let first = self.token(place).is_some_and(|token| token.first);
        let word = self.word(place);
        if first && self.is_weekday(place) {
            self.days_alone(place);
        }
        if !first || !matches!(word, "hours" | "closed") {
            return;
        }
        let next = place + 1;
        let days = self.is_weekday(next + 1) || self.is_digits(next + 1);
        if self.word(next) == ":" && self.same_line(next + 1) && days {
            let message = format!("`{word}` takes no `:`");
            return self.too_much(next, next, &message);
        }
        if self.word(next) == "on" && self.is_digits(next + 1) {
            return self.too_much(next, next, "the days stand right behind `closed`");
        }
        if word == "closed" {
            return;
        }
        let weekdays = matches!(self.word(next), "weekday" | "weekdays" | "workdays");
        if weekdays && self.is_time(next + 1) {
            let message = "the days of work are written `mon-fri`";
            self.written_as((next, next), message, "mon-fri");
        }
        self.days_behind(next);
        for at in next..=self.line_end(place) {
            self.range_in_words(at);
            self.days_in_the_same_line(at);
        }
    }

    /// Whether a token is a day of the week, written short or out.
    pub(super) fn is_weekday(&self, place: usize) -> bool {
        let word = self.word(place);
        WEEKDAYS
            .iter()
            .any(|day| *day == word || word.len() == 3 && day.starts_with(word))
    }

    /// Whether a time of day begins at a token.
    fn is_time(&self, place: usize) -> bool {
        self.is_digits(place) && self.word(place + 1) == ":" && self.is_digits(place + 2)
    }

    /// Whether a time of day ends before a token.
    fn is_behind_time(&self, place: usize) -> bool {
        place.checked_sub(3).is_some_and(|time| self.is_time(time))
    }

    /// `mon-fri 09:00-17:00`, on a line of its own.
    fn days_alone(&mut self, place: usize) {
        let mut last = place;
        while matches!(self.word(last + 1), "-" | ",") && self.is_weekday(last + 2) {
            last += 2;
        }
        let range = self.is_time(last + 1) && self.word(last + 4) == "-" && self.is_time(last + 5);
        if range && self.same_line(last + 1) {
            let finding = self.unfit(place, last, "days and their times stand behind `hours`");
            let edits = vec![self.ahead(place, "hours ")];
            self.amend(finding, "write `hours`", edits);
        }
    }

    /// `mon to fri`, `from 09:00 to 17:00`.
    fn range_in_words(&mut self, at: usize) {
        match self.word(at) {
            "from" if self.is_time(at + 1) => {
                self.too_much(at, at, "the times stand right behind the days");
            }
            "to" | "until" | "till" => {
                let days = self.is_weekday(at - 1) && self.is_weekday(at + 1);
                let times = self.is_behind_time(at) && self.is_time(at + 1);
                if days || times {
                    let message = format!("`{}` is written `-` here", self.word(at));
                    let finding = self.habit(at, at, &message);
                    let (before, after) = (self.over(at - 1, at - 1), self.over(at + 1, at + 1));
                    let span = self.span(before.end as usize, after.start as usize);
                    let text = "-".to_owned();
                    self.amend(finding, "write `-`", vec![Edit { span, text }]);
                    self.alias(at, "-");
                }
            }
            _ => {}
        }
    }

    /// `hours 09:00-17:00 mon-fri`.
    fn days_behind(&mut self, first: usize) {
        let days = first + 7;
        let range = self.is_time(first) && self.word(first + 3) == "-" && self.is_time(first + 4);
        if !range || !self.is_weekday(days) {
            return;
        }
        let mut last = days;
        while matches!(self.word(last + 1), "-" | ",") && self.is_weekday(last + 2) {
            last += 2;
        }
        let times = self.written(first, days - 1);
        let proper = format!("{} {times}", self.written(days, last));
        let finding = self.unfit(days, last, "the days stand before the times");
        let edits = vec![self.edit(first, last, proper)];
        self.amend(finding, "write the days first", edits);
        (first..=last).for_each(|at| self.alias(at, ""));
    }

    /// `hours mon-fri 09:00-17:00, sat 10:00-12:00`.
    fn days_in_the_same_line(&mut self, at: usize) {
        if self.word(at) == "," && self.is_behind_time(at) && self.is_weekday(at + 1) {
            let finding = self.unfit(at, at, "other days have `hours` of their own");
            let edits = vec![self.edit(at, at, "\n  hours")];
            self.amend(finding, "write `hours`", edits);
            self.alias(at, "hours");
        }
    }
}
