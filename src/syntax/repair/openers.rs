//! Blocks whose opening brace is missing while the closing one is there.

use super::Draft;
use super::amend::MOST;
use super::token::{Kind, Token};
use crate::diagnostic::{Code, Finding};
use crate::syntax::words::CLAUSES;

/// The most heads that are mended: a text with more has enough to tell, and each
/// may be searched to its end.
const HEADS: usize = 100;

impl Draft<'_> {
    /// Puts a brace where a block begins without one, as long as there are
    /// closing braces for them.
    pub(super) fn missing_openers(&mut self) {
        let mut surplus = self.surplus();
        if surplus == 0 {
            return;
        }
        let mut kept: Vec<Token> = Vec::with_capacity(self.tokens.len() + surplus);
        let mut head = None;
        for place in 0..self.tokens.len() {
            let Some(token) = self.token(place) else {
                break;
            };
            if token.first && !self.is_continued(place) && !self.follows_arguments(place) {
                if surplus > 0
                    && let Some(head) = head.take()
                    && self.is_indented(head, place)
                {
                    kept.push(self.opener_after(place - 1));
                    surplus -= 1;
                }
                head = self.opens_block(place).then_some(place);
            }
            let labels = self.word(place) == ":" && self.word(place + 1) == "do";
            if matches!(self.word(place), "{" | "}" | ":") && !labels {
                head = None;
            }
            if surplus > 0 && self.lacks_opener(place) {
                kept.push(self.opener_after(place - 1));
                surplus -= 1;
            }
            kept.push(token);
        }
        self.tokens = kept;
    }

    /// `{ {`, of which one has no partner.
    pub(super) fn doubled_openers(&mut self) {
        let mut unclosed = self.unclosed();
        let mut place = 0;
        while unclosed > 0 && place < self.tokens.len() {
            let doubled = self.word(place) == "{" && self.word(place + 1) == "{";
            if doubled && self.same_line(place + 1) {
                let message = "this `{` stands twice";
                let finding =
                    Finding::new(Code::Unclosed, self.over(place + 1, place + 1), message);
                let edits = vec![self.edit(place + 1, place + 1, "")];
                self.amend(finding, "delete one", edits);
                self.tokens.remove(place + 1);
                unclosed -= 1;
            }
            place += 1;
        }
    }

    /// `workflow x on contact steps`, with `{ {` on the next line.
    pub(super) fn late_openers(&mut self) {
        let mut heads = 0;
        for place in 3..self.tokens.len() {
            let late = self.word(place + 1) == "{"
                && !self.same_line(place + 1)
                && self.same_line(place)
                && CLAUSES.contains(&self.word(place))
                && self.word(place - 2) == "on"
                && self.opens_declaration_before(place);
            if !late || heads == HEADS {
                continue;
            }
            heads += 1;
            if self.word(place) == "steps" && self.word(place + 2) != "{" {
                self.steps_of_no_block(place);
                continue;
            }
            let message = format!("the `{{` stands behind `{}`", self.word(place));
            let finding = Finding::new(Code::Unclosed, self.over(place, place), message);
            let edits = vec![self.ahead(place, "{ "), self.edit(place + 1, place + 1, "")];
            self.amend(finding, "write `{` before it", edits);
            let brace = self.tokens.remove(place + 1);
            let word = self.token(place).map_or(brace.start, |token| token.start);
            let moved = Token {
                start: word,
                end: word,
                first: false,
                instead: Some("{"),
                ..brace
            };
            self.tokens.insert(place, moved);
        }
    }

    /// `workflow x on contact steps`, with the block of the steps behind it.
    fn steps_of_no_block(&mut self, place: usize) {
        let mut depth = 0_usize;
        let closes = (place + 1..self.tokens.len()).find(|at| {
            match self.word(*at) {
                "{" => depth += 1,
                "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0
        });
        let Some(last) = closes else {
            return;
        };
        let finding = self.habit(
            place,
            place,
            "`steps` stands inside the block of the workflow",
        );
        let edits = vec![self.ahead(place, "{ "), self.behind(last, " }")];
        self.amend(finding, "write the braces of the workflow", edits);
        let brace = |at: usize, sign| Token {
            start: at,
            end: at,
            first: false,
            instead: Some(sign),
            kind: Kind::Sign,
            indent: 0,
        };
        let (start, end) = (self.over(place, place).start, self.over(last, last).end);
        self.tokens.insert(last + 1, brace(end as usize, "}"));
        self.tokens.insert(place, brace(start as usize, "{"));
    }

    /// Whether a token stands in the head of a declaration, on one line.
    fn opens_declaration_before(&self, place: usize) -> bool {
        let first = (0..place).rev().find(|at| !self.same_line(*at));
        first.is_some_and(|first| place - first <= MOST && self.opens_declaration(first))
    }

    /// How many opening braces have no partner.
    fn unclosed(&self) -> usize {
        let mut open = 0_usize;
        for place in 0..self.tokens.len() {
            match self.word(place) {
                "{" => open += 1,
                "}" => open = open.saturating_sub(1),
                _ => {}
            }
        }
        open
    }

    /// `do search q: "x" }`, `json: name: first_name }`, and the head of a
    /// message: a field where its block should begin; `mock log => }`.
    fn lacks_opener(&self, place: usize) -> bool {
        let arrow = place > 2 && self.word(place - 1) == ">" && self.word(place - 2) == "=";
        if arrow && self.word(place) == "}" {
            return true;
        }
        let is_text = self
            .token(place)
            .is_some_and(|token| token.kind == Kind::Text);
        let field = (self.is_name(place) || is_text)
            && self.same_line(place)
            && self.word(place + 1) == ":"
            && self.adjacent(place + 1);
        if !field || place < 2 {
            return false;
        }
        let mut name = place - 1;
        while name > 1 && self.word(name - 1) == "." {
            name -= 2;
        }
        let given = place > 2 && self.word(place - 3) == "given";
        given
            || matches!(self.word(place - 1), ":" | "created")
            || self.word(place - 1) == ">" && self.word(place - 2) == "="
            || matches!(
                self.word(name.wrapping_sub(1)),
                "do" | "on" | "via" | "does" | "did" | "sent" | "create"
            )
    }

    /// How many closing braces have no partner.
    fn surplus(&self) -> usize {
        let (mut open, mut surplus) = (0_usize, 0_usize);
        for place in 0..self.tokens.len() {
            match self.word(place) {
                "{" => open += 1,
                "}" if open == 0 => surplus += 1,
                "}" => open -= 1,
                _ => {}
            }
        }
        surplus.saturating_sub(open)
    }

    /// Whether the line of a token goes on with what stands before it.
    fn is_continued(&self, place: usize) -> bool {
        matches!(self.word(place), "and" | "or" | "{" | ")" | "where")
    }

    /// Whether a line is the head of a block.
    fn opens_block(&self, place: usize) -> bool {
        match self.word(place) {
            "steps" | "branch" | "else" => !self.same_line(place + 1),
            "case" | "match" => self.same_line(place + 1),
            "do" => !self.same_line(self.behind_name(place + 1)),
            "via" => self.is_name(place + 1) && !self.same_line(place + 2),
            _ if self.word(place + 1) == ":" && self.word(place + 2) == "do" => {
                !self.same_line(self.behind_name(place + 3))
            }
            "object" => self.is_name(place + 1) && !self.same_line(place + 2),
            "test" => self.word(place + 1).starts_with('"') && !self.same_line(place + 2),
            "workflow" | "event" | "message" | "webhook" => {
                self.word(place + 2) == "on" && !self.same_line(place + 4)
            }
            _ => false,
        }
    }

    /// The token behind a name with points.
    fn behind_name(&self, place: usize) -> usize {
        let mut next = place + 1;
        while self.word(next) == "." {
            next += 2;
        }
        next
    }

    fn is_indented(&self, head: usize, place: usize) -> bool {
        let indent = |place: usize| self.token(place).map_or(0, |token| token.indent);
        indent(place) > indent(head)
    }

    fn opener_after(&mut self, place: usize) -> Token {
        let end = self.token(place).map_or(0, |token| token.end);
        let span = self.span(end, end);
        let message = "the `{` of this block is missing";
        let edits = vec![self.behind(place, " {")];
        self.amend(
            Finding::new(Code::Unclosed, span, message),
            "write `{`",
            edits,
        );
        Token {
            kind: Kind::Sign,
            start: end,
            end,
            first: false,
            indent: self.token(place).map_or(0, |token| token.indent),
            instead: Some("{"),
        }
    }
}
