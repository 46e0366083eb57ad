//! Operators without a value, and the operators of other languages.

use super::Draft;
use super::amend::MOST;
use super::token::Kind;
use crate::base::Name;
use crate::diagnostic::{Code, Edit, Finding};

/// What stands for a value that is missing; the grammar reads it as a value,
/// and the builder as something that a finding was given for.
const HOLE: &str = "\0";
const OF: &str = "of name_that_is_missing";
const EVER: &str = "ever \0";
const LIST: &str = "(\0)";
const TWO: &str = "\0 and \0";
/// The same where only a name can stand; it is declared as lost.
const NAME: &str = "name_that_is_missing";
/// The same in the head of a declaration that lacks the rest too.
const HEAD: &str = "name_that_is_missing { }";

impl Draft<'_> {
    /// Operators whose line, block or file ends before their value, and words
    /// that are operators elsewhere.
    pub(super) fn operators(&mut self) {
        let mut action = false;
        for place in 0..self.tokens.len() {
            let token = self.token(place);
            if self.opens_declaration(place) {
                action = self.word(place) == "action";
            }
            // The results of an action stand behind an arrow.
            let results = action && self.word(place) == ">" && self.sign_start_is(place, "->");
            if results || token.is_some_and(|token| token.kind == Kind::Text) {
                continue;
            }
            self.dangling(place);
            self.unit(place);
            self.foreign_operator(place);
            self.foreign_call(place);
        }
    }

    fn dangling(&mut self, place: usize) {
        let next = self.word(place + 1);
        let ends = matches!(next, "" | "}" | ")" | "]") || self.left_edge(place + 1);
        let opens = next == "{";
        if !ends && !opens {
            return;
        }
        let word = self.word(place);
        let after = if place > 0 { self.word(place - 1) } else { "" };
        if after == "." || self.word(place + 1) == ":" && !self.left_edge(place + 1) {
            return;
        }
        let Some(token) = self.token(place).filter(|token| token.instead.is_none()) else {
            return;
        };
        let start = self.sign_start(place);
        let written = self.slice(start, token.end);
        if self.is_of_test(place, written) {
            return;
        }
        if opens && matches!(written, "=>" | "->") {
            self.arrow(start, token.end);
            return;
        }
        let Some((what, hole)) = self.missing(place, written, (opens, ends)) else {
            return;
        };
        // A member of an enum may be called `and`.
        if hole.is_empty() || matches!(after, "," | "(") && !matches!(word, "not" | "-") {
            return;
        }
        let silent = next.is_empty() && self.breaks_off();
        self.fill((what, hole), (start, token.end), silent);
    }

    /// Says what is missing behind a word, and puts something there. Where the
    /// file breaks off, its open braces say enough.
    fn fill(&mut self, (what, hole): (&str, &str), (start, end): (usize, usize), silent: bool) {
        if !silent {
            let message = format!("expected {what} after `{}`", self.slice(start, end));
            let span = self.span(start, end);
            self.report(Finding::new(Code::UnexpectedText, span, message));
        }
        self.patch.said(start, end);
        self.patch.insert(end, format!(" {hole}"));
        if matches!(hole, NAME | HEAD | OF) {
            self.lost.push(Name::new(NAME));
        }
    }

    /// What is missing behind a word or sign, and what stands for it.
    fn missing(
        &self,
        place: usize,
        written: &str,
        (opens, ends): (bool, bool),
    ) -> Option<(&'static str, &'static str)> {
        let token = self.token(place)?;
        let after = if place > 0 { self.word(place - 1) } else { "" };
        let next = self.word(place + 1);
        let name = (!opens).then_some(NAME);
        let declares = self.opens_declaration(place + 1);
        Some(match written {
            "and" | "or" | "not" | "when" | "where" => ("a condition", HOLE),
            "is" | "contains" | "starts_with" | "ends_with" | "matches" => ("a value", HOLE),
            "on" if declares => ("an object", HEAD),
            "any" | "all" | "no" | "inverse" | "as" if declares => ("a name", NAME),
            "." if ends && (after == ")" || self.is_name(place.wrapping_sub(1))) => {
                ("a name", name.unwrap_or_default())
            }
            "on" if after.ends_with("enroll") => ("an event", name.unwrap_or_default()),
            "in" if after == "enroll" => ("a workflow", name.unwrap_or_default()),
            "to" if after == "add" => ("a segment", name.unwrap_or_default()),
            "from" if after == "remove" => ("a segment", name.unwrap_or_default()),
            "to" | "until" if matches!(after, "advance" | "wait") => ("a moment", HOLE),
            "at" if token.first => ("a moment", HOLE),
            "expect" | "always" | "never" if token.first => ("a condition", HOLE),
            "do" if token.first => ("an action", name.unwrap_or_default()),
            "happened" => ("an event", name.unwrap_or_default()),
            "goal" if after == "met" && declares => ("`of` and a workflow", OF),
            "ever" | "never" if matches!(after, "was" | "had") => ("a value", HOLE),
            "one" | "many" if after == ":" => ("an object", name.unwrap_or_default()),
            "least" | "most" | "exactly" if declares => ("a number", "1 times"),
            "at" if declares && self.line_names(place, "happened") => ("a number", "least 1 times"),
            "before" | "after" if declares => ("a moment", HOLE),
            "this" if after == "within" && declares => ("`day`, `week`, `month` or `year`", "day"),
            "was" if declares => ("`ever` or `never` and a value", EVER),
            "from" if after == "imported" && declares => ("the name of an import", "\"\""),
            "last" | "next" if after == "within" => ("an amount of time", "1 day"),
            "of" if after == "goal" => ("a workflow", name.unwrap_or_default()),
            "in" if matches!(after, "active" | "completed" | "enrolled") => {
                ("a workflow", name.unwrap_or_default())
            }
            "segment" if after == "in" => ("a segment", name.unwrap_or_default()),
            "within" if after != "goto" => ("a period", "last 1 day"),
            "by" if next == ")" => ("a value", HOLE),
            "in" => ("a list", LIST),
            "between" => ("two values", TWO),
            "default" | "computed" if ends && self.same_line(place) => ("a value", HOLE),
            "then" if ends && after.starts_with('"') => ("a value", HOLE),
            "=" | "+=" | "-=" if opens => return None,
            _ if is_operator(written) => ("a value", HOLE),
            _ => return None,
        })
    }

    /// Whether what looks like an operator is a word of a statement of a test:
    /// `mock log => {`, `when ada is`.
    fn is_of_test(&self, place: usize, written: &str) -> bool {
        let starts = |place: usize| self.token(place).is_some_and(|token| token.first);
        let behind = |words: usize| place.checked_sub(words).filter(|place| starts(*place));
        // Of `mock chat.post ->` the sign has two tokens.
        match written {
            "is" => behind(2).is_some_and(|first| self.word(first) == "when"),
            "=>" | "->" | "=" => (2..=8)
                .filter_map(behind)
                .any(|first| self.word(first) == "mock"),
            _ => false,
        }
    }

    /// `wait 2`, with the next step on the next line.
    fn unit(&mut self, place: usize) {
        let business = usize::from(self.word(place + 2) == "business");
        let last = place + 1 + business;
        let ends = !self.same_line(last + 1) || self.word(last + 1) == "}";
        let (Some(token), true) = (self.token(last), ends) else {
            return;
        };
        if !matches!(self.word(place), "wait" | "advance" | "last" | "next")
            || !self.is_digits(place + 1)
            || !self.same_line(last)
        {
            return;
        }
        let span = self.span(token.end, token.end);
        let message = "expected a unit of time";
        self.report(
            Finding::new(Code::UnexpectedText, span, message)
                .help("`wait 2 days`, `wait 90 minutes`, …"),
        );
        self.patch.insert(token.end, " days");
    }

    /// Whether a word stands before a token on its line.
    fn line_names(&self, place: usize, word: &str) -> bool {
        let mut at = place;
        while self.same_line(at) && at > 0 && place - at < MOST {
            at -= 1;
            if self.word(at) == word {
                return true;
            }
        }
        false
    }

    /// Whether braces are open where the file ends.
    fn breaks_off(&self) -> bool {
        let depth = (0..self.tokens.len()).map(|place| match self.word(place) {
            "{" => 1,
            "}" => -1,
            _ => 0_i64,
        });
        depth.sum::<i64>() > 0
    }

    /// `case 1 => { … }`.
    fn arrow(&mut self, start: usize, end: usize) {
        let span = self.span(start, end);
        let message = format!("no `{}` stands before a block", self.slice(start, end));
        self.report(Finding::new(Code::ForeignSyntax, span, message).fix("delete it", span, ""));
        self.patch.blank(start, end, b' ');
    }

    /// Where the signs begin that stand together with one.
    fn sign_start(&self, place: usize) -> usize {
        let is_sign = |at: usize| {
            matches!(
                self.word(at),
                "=" | "!" | "<" | ">" | "+" | "-" | "*" | "?" | "&" | "|"
            )
        };
        let mut first = place;
        while is_sign(first) && first > 0 && is_sign(first - 1) && self.adjacent(first) {
            first -= 1;
        }
        self.token(first).map_or(0, |token| token.start)
    }

    /// Whether a sign and those directly before it are this one.
    fn sign_start_is(&self, place: usize, written: &str) -> bool {
        let end = self.token(place).map_or(0, |token| token.end);
        self.slice(self.sign_start(place), end) == written
    }

    /// `interests includes sport`.
    fn foreign_operator(&mut self, place: usize) {
        let word = self.word(place);
        if word == "has" && self.word(place + 1) == "changed" {
            self.has_changed(place);
            return;
        }
        let (instead, safe) = match word {
            "includes" | "include" | "has" | "contain" | "containing" => ("contains", true),
            "like" | "ilike" => ("contains", false),
            "equals" | "eq" => ("==", true),
            "ne" | "neq" => ("!=", true),
            "gt" => (">", true),
            "gte" | "ge" => (">=", true),
            "lt" => ("<", true),
            "lte" | "le" => ("<=", true),
            "startswith" | "startsWith" | "begins_with" => ("starts_with", true),
            "endswith" | "endsWith" => ("ends_with", true),
            _ => return,
        };
        let value_before = place > 0
            && self.same_line(place)
            && self.before(place).is_some_and(|token| {
                token.kind != Kind::Sign || matches!(self.word(place - 1), ")" | "]")
            })
            && !self.is_joint(place - 1);
        let value_after = self.same_line(place + 1)
            && self
                .token(place + 1)
                .is_some_and(|token| token.kind != Kind::Sign || self.word(place + 1) == "(")
            && !self.is_joint(place + 1)
            && self.word(place + 2) != ":";
        if let (Some(token), true, true) = (self.token(place), value_before, value_after) {
            self.instead(token.start, token.end, instead, safe);
        }
    }

    /// `city has changed within last 7 days`.
    fn has_changed(&mut self, place: usize) {
        let (Some(token), Some(next)) = (self.token(place), self.token(place + 1)) else {
            return;
        };
        let (start, end) = (token.start, token.end);
        let place = self.span(start, end);
        let word = self.span(start, next.start);
        self.report(
            Finding::new(
                Code::ForeignSyntax,
                place,
                "a change is written without `has`",
            )
            .fix("delete `has`", word, ""),
        );
        self.patch.blank(start, end, b' ');
    }

    /// Words between values, which are none themselves.
    fn is_joint(&self, place: usize) -> bool {
        matches!(
            self.word(place),
            "and"
                | "or"
                | "not"
                | "when"
                | "where"
                | "on"
                | "in"
                | "is"
                | "set"
                | "do"
                | "default"
                | "object"
                | "event"
                | "message"
                | "segment"
                | "const"
                | "workflow"
                | "webhook"
                | "many"
                | "one"
                | "from"
                | "to"
                | "as"
                | "by"
                | "if"
                | "then"
                | "computed"
                | "inverse"
        )
    }

    /// `name.contains("x")`.
    fn foreign_call(&mut self, place: usize) {
        let instead = match self.word(place) {
            "contains" | "includes" => "contains",
            "startsWith" | "starts_with" | "startswith" => "starts_with",
            "endsWith" | "ends_with" | "endswith" => "ends_with",
            _ => return,
        };
        let called = self.word(place.saturating_sub(1)) == "."
            && self.adjacent(place)
            && self.word(place + 1) == "(";
        if let (Some(dot), Some(token), true) = (self.before(place), self.token(place), called) {
            self.instead(dot.start, token.end, instead, true);
        }
    }

    fn instead(&mut self, start: usize, end: usize, instead: &str, safe: bool) {
        let span = self.span(start, end);
        let spaced = if self.slice(start, end).starts_with('.') {
            format!(" {instead} ")
        } else {
            instead.to_owned()
        };
        let finding = Finding::new(
            Code::ForeignSyntax,
            span,
            format!("`{}` is no operator", self.slice(start, end)),
        )
        .help(format!("write `{instead}`"));
        let edit = Edit {
            span,
            text: spaced.clone(),
        };
        self.report(if safe {
            finding.fix_all(format!("write `{instead}`"), vec![edit])
        } else {
            finding
        });
        self.patch.blank(start, end, b' ');
        self.patch.insert(end, format!("{spaced} "));
    }
}

fn is_operator(written: &str) -> bool {
    matches!(
        written,
        "=" | "=="
            | "==="
            | "!="
            | "<"
            | "<="
            | ">"
            | ">="
            | "+"
            | "-"
            | "*"
            | "/"
            | "+="
            | "-="
            | "??"
            | "&&"
            | "||"
            | "<>"
            | "=>"
            | "=<"
    )
}
