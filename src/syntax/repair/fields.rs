//! Lines `NAME: …` that lack their `:`.

use pest::Parser;

use super::Draft;
use super::token::Kind;
use crate::diagnostic::{Code, Finding};
use crate::syntax::grammar::{FlowParser, Rule};
use crate::syntax::words::STEPS;

impl Draft<'_> {
    /// `amount number` in the body of an object, an event, a message, a
    /// webhook or a `do`.
    pub(super) fn fields(&mut self) {
        let mut open: Vec<Option<Rule>> = Vec::new();
        for place in 0..self.tokens.len() {
            if self.opens_declaration(place) {
                open.clear();
            }
            // A step or a statement is no line of the arguments above it.
            if self.left_edge(place)
                && self.word(place + 1) != ":"
                && let Some(body @ Some(_)) = open.last_mut()
            {
                *body = None;
            }
            let opened = place > 0 && matches!(self.word(place - 1), "{" | ",");
            let starts = opened || self.token(place).is_some_and(|token| token.first);
            let field = match self.token(place).map(|token| token.kind) {
                Some(Kind::Word) if starts => open.last().copied().flatten(),
                _ => None,
            };
            match (self.word(place), field) {
                ("{", _) => open.push(self.body(place)),
                ("(" | "[", _) => open.push(None),
                ("}" | ")" | "]", _) => drop(open.pop()),
                (_, Some(rule)) => self.field(place, rule),
                _ => {}
            }
        }
    }

    /// What the lines are that stand behind a `{`.
    fn body(&self, brace: usize) -> Option<Rule> {
        let mut place = brace;
        while place > 0 && !self.token(place).is_some_and(|token| token.first) {
            place -= 1;
            match self.word(place) {
                "do" | "create" => return Some(Rule::field),
                "via" => return Some(Rule::via_field),
                _ => {}
            }
            if matches!(self.word(place), "{" | "}") {
                return None;
            }
        }
        match self.word(place) {
            "do" | "create" => Some(Rule::field),
            "via" => Some(Rule::via_field),
            "given" | "mock" | "expect" | "always" | "never" => Some(Rule::field),
            "when" if self.left_edge(place) => Some(Rule::field),
            "message" if self.opens_declaration(place) => Some(Rule::field),
            "webhook" if self.opens_declaration(place) => Some(Rule::webhook_field),
            "object" | "extend" | "event" | "action" if self.opens_declaration(place) => {
                Some(Rule::property)
            }
            _ => None,
        }
    }

    /// Whether a `{` opens the arguments of a `do`.
    pub(super) fn holds_arguments(&self, brace: usize) -> bool {
        let mut name = brace.saturating_sub(1);
        while name > 1 && self.word(name - 1) == "." {
            name -= 2;
        }
        name > 0 && self.word(name - 1) == "do"
    }

    fn field(&mut self, place: usize, rule: Rule) {
        let (name, next) = (self.word(place), self.word(place + 1));
        let (Some(token), Some(after)) = (self.token(place), self.token(place + 1)) else {
            return;
        };
        let keyword = STEPS.contains(&name)
            || matches!(name, "as" | "retry" | "on" | "case" | "else" | "steps");
        let known = match rule {
            _ if keyword => true,
            Rule::webhook_field => matches!(name, "id" | "match" | "verify"),
            Rule::property => name == "match",
            _ => false,
        };
        let equals = next == "=";
        let value = after.kind == Kind::Word || after.kind == Kind::Text || equals;
        if known || next == ":" || after.first || !value {
            return;
        }
        let end = self
            .text
            .get(after.start..)
            .and_then(|rest| rest.find('\n'));
        let end = end.map_or(self.text.len(), |length| after.start + length);
        let value = self.slice(if equals { after.end } else { after.start }, end);
        let candidate = format!("{name}: {value}");
        let read = FlowParser::parse(rule, &candidate).map_or("", |pairs| pairs.as_str());
        let rest = candidate.get(read.len()..).unwrap_or_default().trim_start();
        let comma = read.trim_end().ends_with(',');
        if read.is_empty() || !(comma || rest.is_empty() || rest.starts_with(['}', '/', ',', ';']))
        {
            return;
        }
        let (start, end) = if equals {
            (after.start, after.end)
        } else {
            (token.end, token.end)
        };
        let place = self.span(start, end);
        let message = format!("expected `:` after `{name}`");
        // The space before the `=` goes with it.
        let edit = self.span(token.end, end);
        self.report(Finding::new(Code::UnexpectedText, place, message).fix("write `:`", edit, ":"));
        self.patch.blank(token.end, end, b' ');
        self.patch.insert(token.end, ":");
    }
}
