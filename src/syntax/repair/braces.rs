//! Brackets without partner. Which one of many braces lacks its partner is
//! told by how the lines are indented, and by the declarations that begin.

use super::Draft;
use super::token::Kind;
use crate::base::Name;
use crate::diagnostic::{Code, Edit, Finding};

/// An open bracket.
#[derive(Clone, Copy)]
struct Opener {
    sign: u8,
    start: usize,
    /// What its line is indented by, and which line that is.
    indent: usize,
    line: usize,
    /// Whether something follows it on its line.
    inline: bool,
    /// Whether it holds the arguments of a `do`.
    arguments: bool,
    /// Whether the first line after it is indented further.
    inward: Option<bool>,
    /// Where the lines end that are indented further; of a parenthesis, where
    /// the line ends before something that cannot stand in it.
    ends: Option<usize>,
}

/// The brackets that are open at a place of the text.
#[derive(Default)]
struct Stack {
    open: Vec<Opener>,
    /// How many braces have no partner, counted without a look at the lines.
    unclosed: usize,
    surplus: usize,
    line: usize,
    number: usize,
}

impl Draft<'_> {
    /// Gives every bracket a partner.
    pub(super) fn braces(&mut self) {
        let mut stack = self.counted();
        let mut place = 0;
        while let Some(token) = self.token(place) {
            if token.first {
                stack.line = token.indent;
                stack.number += 1;
                self.line_begins(&mut stack, place);
                if self.opens_declaration(place)
                    && !stack.open.is_empty()
                    && let Some(next) = self.declaration_inside(&mut stack, place)
                {
                    place = next;
                    continue;
                }
            }
            if self.follows_arguments(place)
                && let Some(top) = stack.open.last_mut().filter(|top| top.arguments)
            {
                top.ends.get_or_insert(self.end_before(place));
            }
            if self.ends_parenthesis(place)
                && let Some(top) = stack.open.last_mut().filter(|top| top.sign == b'(')
            {
                top.ends.get_or_insert(self.end_before(place));
            }
            if token.kind == Kind::Sign {
                self.bracket(&mut stack, place);
            }
            place += 1;
        }
        let end = self.tokens.last().map_or(0, |token| token.end);
        let open = std::mem::take(&mut stack.open);
        if !open.is_empty() {
            self.never_closed(&open, end, self.open_end);
            self.patch.said(end, end);
        }
    }

    /// How many braces lack a partner.
    fn counted(&self) -> Stack {
        let mut stack = Stack::default();
        for place in 0..self.tokens.len() {
            match self.word(place) {
                "{" => stack.unclosed += 1,
                "}" if stack.unclosed == 0 => stack.surplus += 1,
                "}" => stack.unclosed -= 1,
                _ => {}
            }
        }
        stack
    }

    fn end_before(&self, place: usize) -> usize {
        self.before(place).map_or(0, |token| token.end)
    }

    /// Notes where the lines inside an opener end.
    fn line_begins(&mut self, stack: &mut Stack, place: usize) {
        let end = self.end_before(place);
        let closer = matches!(self.word(place), "}" | ")" | "]");
        let edge = closer || self.word(place) == "{" || self.left_edge(place);
        let goes_on = place > 0 && matches!(self.word(place - 1), "," | "(" | "[");
        let definite = self.definite_edge(place);
        for opener in stack.open.iter_mut().rev() {
            if opener.sign == b'{' {
                let inward = *opener.inward.get_or_insert(stack.line > opener.indent);
                if stack.line > opener.indent {
                    break;
                }
                if inward || opener.inline {
                    opener.ends.get_or_insert(end);
                }
            } else if edge && !goes_on {
                opener.ends.get_or_insert(end);
            }
        }
        if definite {
            self.drop_parentheses(stack, end);
        }
    }

    /// `as NAME`, `retry N`, `on error`, which stand behind the arguments.
    pub(super) fn follows_arguments(&self, place: usize) -> bool {
        match self.word(place) {
            "as" => self.is_name(place + 1),
            "retry" => self.is_digits(place + 1),
            "on" => self.word(place + 1) == "error",
            _ => false,
        }
    }

    /// A modifier behind a list of members, a count behind a condition.
    fn ends_parenthesis(&self, place: usize) -> bool {
        let listed = matches!(self.word(place.saturating_sub(1)), "(" | ",");
        match self.word(place) {
            "unique" | "required" | "default" | "computed" | "sensitive" => !listed,
            "at" => matches!(self.word(place + 1), "least" | "most"),
            "exactly" => self.is_digits(place + 1),
            _ => false,
        }
    }

    /// Something that stands in no parenthesis, however it is laid out.
    fn definite_edge(&self, place: usize) -> bool {
        let next = self.token(place + 1).filter(|next| !next.first);
        let word_follows = next.is_some_and(|next| next.kind == Kind::Word)
            || next.is_some() && self.word(place + 1) == "{";
        self.opens_declaration(place) || word_follows && self.left_edge(place)
    }

    fn bracket(&mut self, stack: &mut Stack, place: usize) {
        let before = self.end_before(place);
        let (word, Some(token)) = (self.word(place), self.token(place)) else {
            return;
        };
        match word {
            "{" | "(" | "[" => {
                if word == "{" && stack.open.last().is_some_and(|top| top.sign == b'(') {
                    self.drop_parentheses(stack, before);
                }
                stack.open.push(Opener {
                    sign: word.bytes().next().unwrap_or_default(),
                    start: token.start,
                    indent: stack.line,
                    line: stack.number,
                    inline: self.same_line(place + 1),
                    arguments: word == "{" && self.holds_arguments(place),
                    inward: None,
                    ends: None,
                });
            }
            ")" | "]" => {
                let sign = if word == ")" { b'(' } else { b'[' };
                let inner = stack.open.iter().rposition(|open| open.sign == b'{');
                let partner = stack.open.iter().rposition(|open| open.sign == sign);
                // JSON may stand in brackets, on one line.
                let unclosed = stack.unclosed > 0
                    && stack
                        .open
                        .last()
                        .is_some_and(|top| top.line == stack.number);
                let partner =
                    partner.filter(|place| unclosed || inner.is_none_or(|inner| inner < *place));
                match partner {
                    Some(partner) => {
                        let open: Vec<Opener> = stack.open.drain(partner + 1..).collect();
                        let braces = open.iter().filter(|open| open.sign == b'{').count();
                        stack.unclosed = stack.unclosed.saturating_sub(braces);
                        self.each_never_closed(&open, before);
                        stack.open.pop();
                    }
                    None => self.closes_nothing(place),
                }
            }
            "}" => {
                self.drop_parentheses(stack, before);
                self.closing_brace(stack, place, before);
            }
            _ => {}
        }
    }

    /// Reports the parentheses inside the innermost brace.
    fn drop_parentheses(&mut self, stack: &mut Stack, end: usize) {
        let brace = stack.open.iter().rposition(|open| open.sign == b'{');
        let first = brace.map_or(0, |brace| brace + 1);
        let open: Vec<Opener> = stack.open.drain(first..).collect();
        self.each_never_closed(&open, end);
    }

    fn each_never_closed(&mut self, open: &[Opener], end: usize) {
        for opener in open.iter().rev() {
            self.never_closed(std::slice::from_ref(opener), end, false);
            self.patch.said(opener.start, opener.start);
        }
    }

    fn closing_brace(&mut self, stack: &mut Stack, place: usize, before: usize) {
        let (Some(top), Some(token)) = (stack.open.last().copied(), self.token(place)) else {
            self.closes_nothing(place);
            return;
        };
        if token.first && token.indent > top.indent && stack.surplus > 0 {
            stack.surplus -= 1;
            self.closes_nothing(place);
            return;
        }
        if !token.first && stack.surplus > 0 && self.is_doubled(place, top, stack.number) {
            stack.surplus -= 1;
            self.closes_nothing(place);
            return;
        }
        if token.first && token.indent < top.indent && stack.unclosed > 0 {
            let same = |open: &Opener| open.indent == token.indent;
            if let Some(partner) = stack.open.iter().rposition(same) {
                let open: Vec<Opener> = stack.open.drain(partner + 1..).collect();
                stack.unclosed = stack.unclosed.saturating_sub(open.len());
                self.never_closed(&open, before, false);
            }
        }
        stack.open.pop();
    }

    /// Whether `} }` closes a block of many lines in which more follows, or
    /// what follows on its line.
    fn is_doubled(&self, place: usize, top: Opener, line: usize) -> bool {
        let next = self.token(place + 1);
        self.word(place.wrapping_sub(1)) == "}"
            && top.line != line
            && next.is_some_and(|next| !next.first || next.indent > top.indent)
    }

    fn closes_nothing(&mut self, place: usize) {
        let Some(token) = self.token(place) else {
            return;
        };
        let span = self.span(token.start, token.end);
        let message = format!("this `{}` closes nothing", self.word(place));
        self.report(Finding::new(Code::Unclosed, span, message).fix("delete it", span, ""));
        self.patch.blank(token.start, token.end, b' ');
    }

    /// One finding for brackets that end together, at the innermost.
    fn never_closed(&mut self, open: &[Opener], end: usize, silent: bool) {
        let mut edits: Vec<Edit> = Vec::new();
        let mut signs = String::new();
        for opener in open.iter().rev() {
            let sign = match opener.sign {
                b'{' => '}',
                b'(' => ')',
                _ => ']',
            };
            signs.push(sign);
            let at = opener.ends.unwrap_or(end);
            let brace = sign == '}';
            let at = if brace { self.end_of_line(at) } else { at };
            let text = if brace {
                format!("\n{}}}", " ".repeat(opener.indent))
            } else {
                sign.to_string()
            };
            self.patch.insert(at, text.clone());
            let span = self.span(at, at);
            match edits.iter_mut().find(|edit| edit.span == span) {
                Some(edit) => edit.text.push_str(&text),
                None => edits.push(Edit { span, text }),
            }
        }
        let (Some(opener), Some(last)) = (open.last(), edits.first().map(|edit| edit.span)) else {
            return;
        };
        if silent {
            return;
        }
        // One that was missing is nowhere in the text.
        let is_there = self.text.as_bytes().get(opener.start) == Some(&opener.sign);
        let end = opener.start + usize::from(is_there);
        let span = self.span(opener.start, end);
        self.patch.said(opener.start, end);
        let sign = char::from(opener.sign);
        let is = if signs.len() > 1 { "are" } else { "is" };
        self.report(
            Finding::new(
                Code::Unclosed,
                span,
                format!("this `{sign}` is never closed"),
            )
            .also(last, format!("`{signs}` {is} missing, at the latest here"))
            .fix_all(format!("write `{signs}`"), edits),
        );
    }

    /// The end of a line of which only a comment is left.
    fn end_of_line(&self, at: usize) -> usize {
        let rest = self.slice(at, self.text.len());
        let line = rest.split('\n').next().unwrap_or_default();
        let left = line.trim_start();
        if left.starts_with("//") {
            at + line.trim_end().len()
        } else {
            at
        }
    }

    /// A declaration that begins inside braces: they are never closed, or it
    /// stands in the wrong place. Answers where to go on.
    fn declaration_inside(&mut self, stack: &mut Stack, place: usize) -> Option<usize> {
        let bottom = stack.open.first().map_or(0, |open| open.indent);
        if stack.unclosed > 0 && stack.line <= bottom {
            let open = std::mem::take(&mut stack.open);
            stack.unclosed = stack.unclosed.saturating_sub(open.len());
            self.never_closed(&open, self.end_before(place), false);
            return None;
        }
        let token = self.token(place)?;
        let word = self.word(place);
        let span = self.span(token.start, token.end);
        self.report(
            Finding::new(
                Code::UnexpectedText,
                span,
                format!("`{word}` cannot stand here"),
            )
            .help("a declaration stands outside all braces"),
        );
        let name = if word == "extend" {
            place + 2
        } else {
            place + 1
        };
        self.lost.push(Name::new(self.word(name)));
        let next = self.declaration_end(place);
        self.patch.blank(token.start, self.end_before(next), b' ');
        Some(next)
    }

    /// The token after a declaration.
    fn declaration_end(&self, place: usize) -> usize {
        let (mut depth, mut next) = (0_usize, place + 1);
        while let Some(token) = self.token(next) {
            match self.word(next) {
                "{" => depth += 1,
                "}" if depth <= 1 => return next + usize::from(depth == 1),
                "}" => depth -= 1,
                _ if depth == 0 && token.first && self.left_edge(next) => return next,
                _ => {}
            }
            next += 1;
        }
        next
    }
}
