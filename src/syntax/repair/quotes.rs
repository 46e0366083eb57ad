//! Texts whose quotes are not those of the language, and texts without any
//! where only a text can stand.

use super::Draft;
use super::amend::MOST;
use super::token::{Kind, Token};
use crate::diagnostic::{Code, Edit, Finding};

/// The words that a plain text follows.
const PLAIN: &[&str] = &[
    "title", "campaign", "case", "test", "todo", "header", "prefix",
];

/// The words that follow a property called `title`, not the clause.
const OPERATORS: &[&str] = &[
    "contains",
    "is",
    "in",
    "not",
    "starts_with",
    "ends_with",
    "matches",
    "was",
    "changed",
    "between",
    "and",
    "or",
    "string",
];

impl Draft<'_> {
    /// Makes each of them one token.
    pub(super) fn foreign_quotes(&mut self) {
        let mut kept: Vec<Token> = Vec::with_capacity(self.tokens.len());
        let mut place = 0;
        while let Some(token) = self.token(place) {
            let found = self
                .curly(place)
                .or_else(|| self.quotes_inside(place))
                .or_else(|| self.bare_path(place))
                .or_else(|| self.bare_title(place))
                .or_else(|| self.bare_test(place));
            let last = found.unwrap_or(place);
            self.single_quotes(place);
            let end = self.token(last).map_or(token.end, |last| last.end);
            kept.push(match found {
                Some(_) => Token {
                    kind: Kind::Text,
                    end,
                    ..token
                },
                None => token,
            });
            place = last + 1;
        }
        self.tokens = kept;
    }

    /// `“Oslo”`.
    fn curly(&mut self, place: usize) -> Option<usize> {
        let closers: &[&str] = match self.word(place) {
            "“" | "”" | "„" => &["”", "“"],
            "‘" | "’" => &["’", "‘"],
            "«" => &["»"],
            _ => return None,
        };
        let mut last = place + 1;
        while !closers.contains(&self.word(last)) {
            last += 1;
            if !self.same_line(last) || last > place + MOST {
                return None;
            }
        }
        let inner = self.written(place + 1, last - 1).to_owned();
        if inner.contains(['"', '\\']) || last == place + 1 {
            return None;
        }
        let finding = self.habit(place, last, "text stands in plain double quotes");
        let edits = vec![self.edit(place, place, "\""), self.edit(last, last, "\"")];
        self.report(finding.fix_all("write plain quotes", edits));
        let (open, close) = (self.over(place, place), self.over(last, last));
        let (start, end) = (open.end as usize, close.start as usize);
        self.patch.blank(open.start as usize, start, b' ');
        self.patch.blank(start - 1, start, b'"');
        self.patch.blank(end, close.end as usize, b' ');
        self.patch.blank(end, end + 1, b'"');
        Some(last)
    }

    /// `"The "best" leads"`.
    fn quotes_inside(&mut self, place: usize) -> Option<usize> {
        let first = self.token(place).filter(|token| token.kind == Kind::Text)?;
        let second = self.token(place + 1)?;
        if second.kind != Kind::Word || second.start != first.end {
            return None;
        }
        let mut last = place + 2;
        while self
            .token(last)
            .is_some_and(|token| token.kind != Kind::Text)
            && self.same_line(last)
        {
            last += 1;
        }
        let end = self.token(last)?;
        let plain = |place: usize| {
            let written = self.written(place, place);
            written.starts_with('"') && !written.starts_with("\"\"")
        };
        let one_line = (place + 1..=last).all(|place| self.same_line(place));
        if !one_line || !self.adjacent(last) || !plain(place) || !plain(last) {
            return None;
        }
        let span = self.span(first.end - 1, end.start + 1);
        let message = "a quote inside a text is written `\\\"`";
        let finding = Finding::new(Code::Unclosed, span, message);
        let edits = [first.end - 1, end.start].map(|at| Edit {
            span: self.span(at, at),
            text: "\\".into(),
        });
        self.amend(finding, "write `\\\"`", edits.into());
        Some(last)
    }

    /// `from $.customer.email`.
    fn bare_path(&mut self, place: usize) -> Option<usize> {
        let after = place.checked_sub(1).map(|before| self.word(before))?;
        if self.word(place) != "$" || after != "from" || !self.same_line(place) {
            return None;
        }
        let mut last = place;
        while self.adjacent(last + 1) && self.word(last + 1) != "," {
            last += 1;
        }
        self.in_quotes(place, last, "a JSONPath stands in quotes");
        Some(last)
    }

    /// `title Warm up new leads`. Answers for the first word after `title`.
    fn bare_title(&mut self, place: usize) -> Option<usize> {
        let before = place.checked_sub(1)?;
        let title = matches!(self.word(before), "title" | "campaign")
            && self.token(before).is_some_and(|token| token.first);
        let word = self
            .token(place)
            .is_some_and(|token| token.kind == Kind::Word);
        if !title || !word || !self.same_line(place) || OPERATORS.contains(&self.word(place)) {
            return None;
        }
        let last = self.line_end(place);
        let simple = |place| {
            self.token(place)
                .is_some_and(|token| token.kind == Kind::Word)
                || matches!(self.word(place), "," | "." | "-" | "!" | "?" | "&")
        };
        if !(place..=last).all(simple) {
            return None;
        }
        self.in_quotes(place, last, "this text stands in quotes");
        Some(last)
    }

    /// `test a_hot_lead {`. Answers for the first word after `test`.
    fn bare_test(&mut self, place: usize) -> Option<usize> {
        let before = place.checked_sub(1)?;
        let test = self.word(before) == "test"
            && self
                .token(before)
                .is_some_and(|token| token.first && token.indent == 0);
        let mut last = place;
        while self.is_name(last) && self.same_line(last) && last < place + MOST {
            last += 1;
        }
        if !test || last == place || self.word(last) != "{" {
            return None;
        }
        self.in_quotes(place, last - 1, "the name of a test stands in quotes");
        Some(last - 1)
    }

    fn in_quotes(&mut self, first: usize, last: usize, message: &str) {
        let finding = self.unfit(first, last, message);
        let edits = vec![self.ahead(first, "\""), self.behind(last, "\"")];
        self.amend(finding, "write quotes around it", edits);
    }

    /// `title 'Warm up'`. In an expression the grammar reads such a text.
    fn single_quotes(&mut self, place: usize) {
        let after = place.checked_sub(1).map_or("", |before| self.word(before));
        let written = self.word(place).to_owned();
        let inner = written
            .get(1..written.len().saturating_sub(1))
            .unwrap_or_default();
        let quoted = written.len() > 1 && written.starts_with('\'');
        if !quoted || !PLAIN.contains(&after) || inner.contains(['"', '\\', '{']) {
            return;
        }
        self.written_as(
            (place, place),
            "text stands in double quotes",
            &format!("\"{inner}\""),
        );
    }
}
