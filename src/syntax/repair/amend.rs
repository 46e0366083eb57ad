//! What a habit is answered with: a finding whose fix is also the patch, so
//! that the parser reads the rest as it was meant.

use super::Draft;
use super::token::Kind;
use crate::base::Span;
use crate::diagnostic::{Code, Edit, Finding};

/// How many tokens are looked ahead at most, so that a line of any length is
/// read in linear time.
pub(super) const MOST: usize = 400;

impl Draft<'_> {
    /// From one token to another.
    pub(super) fn over(&self, first: usize, last: usize) -> Span {
        let start = self.token(first).map_or(0, |token| token.start);
        let end = self.token(last).map_or(start, |token| token.end);
        self.span(start, end.max(start))
    }

    /// What is written from one token to another.
    pub(super) fn written(&self, first: usize, last: usize) -> &str {
        let span = self.over(first, last);
        self.slice(span.start as usize, span.end as usize)
    }

    /// Something else instead of some tokens.
    pub(super) fn edit(&self, first: usize, last: usize, text: impl Into<String>) -> Edit {
        Edit {
            span: self.over(first, last),
            text: text.into(),
        }
    }

    /// Something right before a token.
    pub(super) fn ahead(&self, place: usize, text: impl Into<String>) -> Edit {
        Edit {
            span: self.over(place, place).before(),
            text: text.into(),
        }
    }

    /// Something right after a token.
    pub(super) fn behind(&self, place: usize, text: impl Into<String>) -> Edit {
        Edit {
            span: self.over(place, place).after(),
            text: text.into(),
        }
    }

    /// A habit, at some tokens.
    pub(super) fn habit(&self, first: usize, last: usize, message: &str) -> Finding {
        Finding::new(Code::ForeignSyntax, self.over(first, last), message)
    }

    /// Text that does not fit, at some tokens.
    pub(super) fn unfit(&self, first: usize, last: usize, message: &str) -> Finding {
        Finding::new(Code::UnexpectedText, self.over(first, last), message)
    }

    /// Reports a finding with a fix, and carries the fix out for the parser.
    pub(super) fn amend(&mut self, finding: Finding, title: &str, edits: Vec<Edit>) {
        for edit in &edits {
            let (start, end) = (edit.span.start as usize, edit.span.end as usize);
            self.patch.replace(self.text, (start, end), &edit.text);
        }
        let said = finding.primary.span;
        self.patch.said(said.start as usize, said.end as usize);
        self.report(finding.fix_all(title, edits));
    }

    /// Some tokens are written otherwise.
    pub(super) fn written_as(&mut self, places: (usize, usize), message: &str, instead: &str) {
        let finding = self.habit(places.0, places.1, message);
        let edits = vec![self.edit(places.0, places.1, instead)];
        self.amend(finding, &format!("write `{}`", instead.trim()), edits);
    }

    /// Some tokens are too many; what stands behind them moves up.
    pub(super) fn too_much(&mut self, first: usize, last: usize, message: &str) {
        let finding = self.habit(first, last, message);
        let mut span = self.over(first, last);
        let next = self.token(last + 1).filter(|next| !next.first);
        if let Some(next) = next.filter(|_| !self.adjacent(first)) {
            span = self.span(span.start as usize, next.start);
        }
        let text = String::new();
        self.amend(finding, "delete it", vec![Edit { span, text }]);
        for place in first..=last {
            self.alias(place, "");
        }
    }

    /// What a token is taken for from here on.
    pub(super) fn alias(&mut self, place: usize, word: &'static str) {
        if let Some(token) = self.tokens.get_mut(place) {
            token.instead = Some(word);
        }
    }

    /// A word that is near the one that was meant.
    pub(super) fn misspelt(&mut self, place: usize, meant: &'static str, message: &str) {
        let span = self.over(place, place);
        let finding = Finding::new(Code::UnknownKeyword, span, message)
            .help(format!("did you mean `{meant}`?"));
        let edits = vec![self.edit(place, place, meant)];
        self.amend(finding, &format!("write `{meant}`"), edits);
        self.alias(place, meant);
    }

    /// Whether a token is a name, a number or a text on the line of the one
    /// before it.
    pub(super) fn value_on_line(&self, place: usize) -> bool {
        self.same_line(place)
            && self
                .token(place)
                .is_some_and(|token| token.kind != Kind::Sign || self.word(place) == "(")
    }

    /// The last token on the line of a token, as far as one looks ahead.
    pub(super) fn line_end(&self, place: usize) -> usize {
        let mut last = place;
        let far = place + MOST;
        while last < far && self.same_line(last + 1) && !matches!(self.word(last + 1), "}") {
            last += 1;
        }
        last
    }
}
