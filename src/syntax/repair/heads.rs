//! Heads of declarations that break off before the next declaration begins.

use super::Draft;
use super::token::Kind;
use crate::base::Name;
use crate::diagnostic::{Code, Finding};
use crate::syntax::words::DECLARATIONS;

/// The longest head that is looked at, in tokens.
const LONGEST: usize = 7;

impl Draft<'_> {
    /// `event clicked on`, with the next declaration on a line below: what the
    /// head has is taken out, so that it does not swallow the next one.
    pub(super) fn heads(&mut self) {
        let mut place = 0;
        while let Some(token) = self.token(place) {
            let next = match token.first && token.indent == 0 {
                true => self.next_declaration(place),
                false => None,
            };
            if let Some(next) = next {
                self.broken_head(place, next);
            }
            place = next.unwrap_or(place + 1);
        }
    }

    /// Where the next declaration begins, if nothing of this one but its head
    /// stands before it.
    fn next_declaration(&self, place: usize) -> Option<usize> {
        if !DECLARATIONS.contains(&self.word(place)) {
            return None;
        }
        for next in place + 1..=place + LONGEST {
            let token = self.token(next)?;
            if token.first {
                // The longest head is that of an event with another name.
                let short = next - place <= 4 || self.word(place + 4) == "renamed";
                let opens = short && token.indent == 0 && self.opens_declaration(next);
                return opens.then_some(next);
            }
            if token.kind != Kind::Word || matches!(self.word(next), "when" | "static") {
                return None;
            }
        }
        None
    }

    fn broken_head(&mut self, first: usize, next: usize) {
        let last = next - 1;
        let message = format!(
            "expected {} after `{}`",
            self.what_follows(first, last),
            self.word(last)
        );
        let finding = Finding::new(Code::UnexpectedText, self.over(last, last), message);
        self.report(finding);
        for place in first + 1..next {
            if self
                .token(place)
                .is_some_and(|token| token.kind == Kind::Word)
            {
                self.lost.push(Name::new(self.word(place)));
            }
        }
        let span = self.over(first, last);
        let (start, end) = (span.start as usize, span.end as usize);
        self.patch.blank(start, end, b' ');
        for place in first..next {
            self.alias(place, "");
        }
    }

    /// What is missing behind a head.
    fn what_follows(&self, first: usize, last: usize) -> &'static str {
        let word = self.word(first);
        let on = self.word(last) == "on";
        match (last - first, word) {
            (0, "extend") => "`object` and its name",
            (0, "test") => "a title in quotes",
            (0, _) => "a name",
            (_, "const") => "`=` and a value",
            _ if on => "an object",
            (1, "event" | "message" | "webhook" | "segment" | "workflow") => "`on` and an object",
            (_, "segment") => "`when` or `static`",
            _ => "`{`",
        }
    }
}
