//! Words that the lexer of the language cannot take as one: names with
//! foreign letters, numbers and dates as other places write them.

use std::collections::BTreeSet;

use super::Draft;
use super::token::Kind;
use crate::base::Name;
use crate::diagnostic::{Code, Finding};

impl Draft<'_> {
    /// `scöre`: said once for each such name.
    pub(super) fn foreign_letters(&mut self) {
        let mut known = BTreeSet::new();
        let mut place = 0;
        while let Some(first) = self.token(place) {
            let (start, mut end, mut foreign) = (first.start, first.end, self.is_foreign(place));
            let lettered = foreign || first.kind == Kind::Word;
            place += 1;
            while lettered && self.adjacent(place) && self.continues_word(place) {
                foreign |= self.is_foreign(place);
                end = self.token(place).map_or(end, |token| token.end);
                self.tokens.remove(place);
                if let Some(token) = self.tokens.get_mut(place - 1) {
                    token.end = end;
                }
            }
            if !foreign {
                continue;
            }
            if let Some(token) = self.tokens.get_mut(place - 1) {
                token.kind = Kind::Word;
            }
            let written = self.slice(start, end);
            let plain: String = written
                .bytes()
                .map(|byte| {
                    if byte.is_ascii() {
                        char::from(byte)
                    } else {
                        'x'
                    }
                })
                .collect();
            self.lost.push(Name::new(&plain));
            self.patch.blank_foreign(self.text, start, end);
            if known.insert(written.to_owned()) {
                let span = self.span(start, end);
                self.report(
                    Finding::new(Code::NameForm, span, format!("`{written}` is not a name"))
                        .help("names are made of the letters a to z, digits and `_`"),
                );
            }
        }
    }

    fn is_foreign(&self, place: usize) -> bool {
        self.word(place)
            .chars()
            .any(|c| !c.is_ascii() && c.is_alphabetic())
            && self
                .token(place)
                .is_some_and(|token| token.kind != Kind::Text && token.kind != Kind::Open)
    }

    fn continues_word(&self, place: usize) -> bool {
        self.is_foreign(place)
            || self
                .token(place)
                .is_some_and(|token| token.kind == Kind::Word)
    }

    /// `1.000,50`, `03.02.2026`.
    pub(super) fn numbers(&mut self) {
        for place in 0..self.tokens.len() {
            let mut last = place;
            while self.is_mark(last + 1) && self.is_digits(last + 2) && self.is_digits(last) {
                last += 2;
            }
            let nested = self.adjacent(place) && self.is_mark(place.saturating_sub(1));
            let (Some(first), Some(end)) = (self.token(place), self.token(last)) else {
                continue;
            };
            if last == place || nested {
                continue;
            }
            let written = self.slice(first.start, end.end);
            let Some((instead, help, safe)) = meant(written) else {
                continue;
            };
            if written.contains(',') && self.in_list(place) {
                continue;
            }
            let span = self.span(first.start, end.end);
            let what = if written.contains(',') {
                "number"
            } else {
                "date"
            };
            let finding = Finding::new(Code::BadLiteral, span, format!("`{written}` is no {what}"))
                .help(help);
            self.report(if safe {
                finding.fix(format!("write `{instead}`"), span, instead.clone())
            } else {
                finding
            });
            self.patch.blank(first.start, end.end, b' ');
            self.patch.insert(end.end, instead);
        }
    }

    pub(super) fn is_digits(&self, place: usize) -> bool {
        let word = self.word(place);
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// A `.` or `,` with a word directly on both sides.
    fn is_mark(&self, place: usize) -> bool {
        matches!(self.word(place), "." | ",") && self.adjacent(place) && self.adjacent(place + 1)
    }

    /// Whether a parenthesis or bracket is open on the line.
    fn in_list(&self, place: usize) -> bool {
        let mut depth = 0_i32;
        for at in (0..place).rev() {
            match self.word(at) {
                "(" | "[" => depth += 1,
                ")" | "]" => depth -= 1,
                _ => {}
            }
            if depth > 0 {
                return true;
            }
            if self.token(at).is_none_or(|token| token.first) {
                return false;
            }
        }
        false
    }
}

/// What digits with marks between them mean, how that is explained, and
/// whether it is certain.
fn meant(written: &str) -> Option<(String, &'static str, bool)> {
    let parts: Vec<&str> = written.split(['.', ',']).collect();
    if let ([day, month, year], false) = (parts.as_slice(), written.contains(',')) {
        let dated = day.len() <= 2 && month.len() <= 2 && year.len() == 4;
        let help = "a date is written YEAR-MONTH-DAY: `2026-02-03`";
        return dated.then(|| (format!("{year}-{month:0>2}-{day:0>2}"), help, true));
    }
    let help = "a number has a point before its decimals and no marks between its thousands, \
                but perhaps `_`: `1_000.5`";
    let (whole, decimals) = written.rsplit_once(',')?;
    if whole.contains(',') || !whole.contains('.') && decimals.len() == 3 {
        // `1,000`: thousands here, decimals there.
        return Some((written.replace(',', ""), help, false));
    }
    if decimals.contains('.') {
        return Some((written.replace(',', ""), help, true));
    }
    Some((format!("{}.{decimals}", whole.replace('.', "")), help, true))
}
