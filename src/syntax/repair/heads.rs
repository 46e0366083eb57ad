//! Heads of declarations that break off before the next declaration begins.

use super::Draft;
use super::amend::MOST;
use super::token::Kind;
use crate::base::Name;
use crate::diagnostic::{Code, Finding};
use crate::syntax::words::DECLARATIONS;

/// The longest head that is looked at, in tokens.
const LONGEST: usize = 12;

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
        let opener = self.word(place);
        if !DECLARATIONS.contains(&opener) {
            return None;
        }
        let takes_parameters = matches!(opener, "action" | "message" | "template");
        let (mut at, mut count, mut renamed) = (place + 1, 1, false);
        while count <= LONGEST {
            let token = self.token(at)?;
            if token.first && self.opens_declaration(at) {
                // The longest head is that of an event with another name.
                let short = count <= 4 || renamed || opener == "action";
                return (short && token.indent == 0 && self.is_not_whole(place, at)).then_some(at);
            }
            let word = self.word(at);
            at = match token.kind {
                Kind::Sign if word == "(" && takes_parameters => self.behind_bracket(at)?,
                Kind::Sign if word == "{" && opener == "action" => self.behind_bracket(at)?,
                Kind::Sign if opener == "action" && matches!(word, "-" | ">" | ".") => at + 1,
                Kind::Text if opener == "test" => at + 1,
                Kind::Word if token.first && opener != "action" => return None,
                Kind::Word if !matches!(word, "when" | "static") => at + 1,
                _ => return None,
            };
            renamed |= word == "renamed";
            count += usize::from(word != "(");
        }
        None
    }

    /// Whether a head that ends before a token is not whole: an action may be.
    fn is_not_whole(&self, first: usize, next: usize) -> bool {
        let last = self.word(next - 1);
        self.word(first) != "action" || matches!(last, "via" | ">")
    }

    /// What stands behind a bracket with all that is in it.
    fn behind_bracket(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for at in open..open + MOST {
            match self.word(at) {
                "(" | "{" => depth += 1,
                ")" | "}" => depth = depth.checked_sub(1)?,
                "" => return None,
                _ => {}
            }
            if depth == 0 {
                return Some(at + 1);
            }
        }
        None
    }

    fn broken_head(&mut self, first: usize, next: usize) {
        let last = next - 1;
        let message = format!(
            "expected {} after `{}`",
            self.what_follows(first, last),
            match self.word(last) {
                ">" => "->",
                word => word,
            }
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
            (_, "action") if self.word(last) == "via" => "how it is carried out, like `http`",
            (_, "action") => "`{` and the names of its results",
            (_, "segment") => "`when` or `static`",
            _ => "`{`",
        }
    }
}
