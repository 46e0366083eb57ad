//! The heads of declarations.

use crate::diagnostic::{Code, Finding};
use crate::syntax::repair::Draft;
use crate::syntax::repair::walk::{Block, Walk};
use crate::syntax::words::DECLARATIONS;

/// The declarations that say which object they are for.
const ON_OBJECT: &[&str] = &["event", "message", "webhook", "segment", "workflow"];

impl Draft<'_> {
    /// The first words of a declaration; answers what its brace opens.
    pub(in crate::syntax::repair) fn declaration_item(
        &mut self,
        place: usize,
        walk: &mut Walk,
    ) -> Block {
        self.misspelt_declaration(place);
        match self.word(place) {
            "extend" => self.extend_what(place),
            "object" => self.braces_of_object(place, walk),
            "message" => self.parameter_types(place),
            _ => {}
        }
        if ON_OBJECT.contains(&self.word(place)) {
            self.on_object(place);
        }
        if self.word(place) == "segment" {
            self.kind_of_segment(place + 4);
        }
        match self.word(place) {
            "object" | "extend" | "event" => Block::Lines,
            "message" => Block::Fields,
            "webhook" => Block::Webhook,
            "workflow" | "template" => Block::Clauses,
            _ => Block::Other,
        }
    }

    /// `worklfow warm_up on contact {`.
    fn misspelt_declaration(&mut self, place: usize) {
        let Some(meant) = self.meant(place, DECLARATIONS) else {
            return;
        };
        let follows = self.word(place + 2);
        let fits = match meant {
            "extend" => self.word(place + 1) == "object",
            "test" => self.word(place + 1).starts_with('"'),
            "const" => follows == "=",
            "action" => matches!(follows, "(" | "."),
            "calendar" => follows == "{",
            _ => matches!(follows, "{" | "(" | "on" | "activity" | "renamed"),
        };
        if fits && self.same_line(place + 1) {
            let message = format!("`{}` opens no declaration", self.word(place));
            self.misspelt(place, meant, &message);
        }
    }

    /// `action grade(total: number) { … }`, where the results follow `->`.
    pub(in crate::syntax::repair) fn results_of_action(&mut self, place: usize, walk: &Walk) {
        let mut open = place + 2;
        while self.word(open) == "." {
            open += 2;
        }
        let close = walk.partner(open).filter(|_| self.word(open) == "(");
        let results = close.filter(|close| self.word(close + 1) == "{");
        if let (Some(close), "action") = (results, self.word(place)) {
            if let Some(via) = self.via_of(close + 2) {
                let span = self.over(close, close).after();
                let message = format!("expected `{via}` before what it is carried out by");
                let finding = Finding::new(Code::UnexpectedText, span, message);
                let edits = vec![self.behind(close, format!(" {via}"))];
                return self.amend(finding, &format!("write `{via}`"), edits);
            }
            let span = self.over(close, close).after();
            let finding = Finding::new(
                Code::UnexpectedText,
                span,
                "expected `->` before the results",
            );
            let edits = vec![self.behind(close, " ->")];
            self.amend(finding, "write `->`", edits);
        }
    }

    /// What a first key in braces belongs to, where a value follows it and no type.
    fn via_of(&self, place: usize) -> Option<&'static str> {
        let colon = usize::from(self.word(place + 1) == ":");
        let is_value = self.word(place + 1 + colon).starts_with(['"', '[']);
        match self.word(place) {
            "method" => Some("via http"),
            "url" | "json" | "headers" | "query" if is_value => Some("via http"),
            "run" if is_value => Some("via command"),
            _ => None,
        }
    }

    /// `extend contact {`.
    fn extend_what(&mut self, place: usize) {
        let next = self.word(place + 1);
        if next != "object" && self.is_name(place + 1) && self.word(place + 2) == "{" {
            let message = format!("expected `object`, found `{next}`");
            let finding = self.unfit(place + 1, place + 1, &message);
            let edits = vec![self.ahead(place + 1, "object ")];
            self.amend(finding, "write `object`", edits);
        }
    }

    /// `object contact ( … )`.
    fn braces_of_object(&mut self, place: usize, walk: &Walk) {
        let open = place + 2;
        let Some(close) = walk.partner(open).filter(|_| self.word(open) == "(") else {
            return;
        };
        let finding = self.habit(open, open, "the properties of an object stand in braces");
        let edits = vec![self.edit(open, open, "{"), self.edit(close, close, "}")];
        self.amend(finding, "write braces", edits);
        self.alias(open, "{");
        self.alias(close, "}");
    }

    /// `message invite(link) on contact {`.
    fn parameter_types(&mut self, place: usize) {
        let mut at = place + 2;
        if self.word(at) != "(" {
            return;
        }
        while matches!(self.word(at), "(" | ",") && self.is_name(at + 1) {
            if !matches!(self.word(at + 2), "," | ")") {
                return;
            }
            let finding = Finding::new(
                Code::UnexpectedText,
                self.over(at + 1, at + 1).after(),
                format!("expected `:` and a type after `{}`", self.word(at + 1)),
            );
            self.report(finding.help("like `link: url`"));
            let end = self.over(at + 1, at + 1).end as usize;
            self.patch.insert(end, ": string");
            at += 2;
        }
    }

    /// `workflow warm_up {`, `workflow warm_up for contact {`, `workflow on
    /// contact warm_up {`.
    fn on_object(&mut self, place: usize) {
        let (name, follows) = (place + 1, self.word(place + 2));
        if self.word(name) == "on" && self.is_name(name + 1) && self.is_name(name + 2) {
            let (object, own) = (self.word(name + 1), self.word(name + 2));
            if self.same_line(name + 2) && self.word(name + 3) == "{" {
                let proper = format!("{own} on {object}");
                let finding = self.unfit(name, name, "the name stands before `on`");
                let edits = vec![self.edit(name, name + 2, proper.clone())];
                self.amend(finding, &format!("write `{proper}`"), edits);
            }
            return;
        }
        if !self.is_name(name) || !self.same_line(name) {
            return;
        }
        let of = matches!(follows, "for" | "of" | "in" | "to");
        if of && self.is_name(place + 3) && self.same_line(place + 3) {
            let finding = self.unfit(
                place + 2,
                place + 2,
                &format!("expected `on`, found `{follows}`"),
            );
            let edits = vec![self.edit(place + 2, place + 2, "on")];
            self.amend(finding, "write `on`", edits);
            self.alias(place + 2, "on");
            return;
        }
        let lacks =
            follows == "{" || self.word(place) == "segment" && matches!(follows, "when" | "static");
        let object = self.only_object().filter(|_| lacks);
        if let Some(object) = object {
            let message = format!("expected `on` and an object after `{}`", self.word(name));
            let span = self.over(name, name).after();
            let finding = Finding::new(Code::UnexpectedText, span, message);
            let edits = vec![self.behind(name, format!(" on {object}"))];
            self.amend(finding, &format!("write `on {object}`"), edits);
        }
    }

    /// `segment vip on contact statik`.
    fn kind_of_segment(&mut self, at: usize) {
        let words: &[&str] = if self.same_line(at + 1) {
            &["when"]
        } else {
            &["static"]
        };
        let on = self.word(at - 2) == "on" && self.same_line(at);
        if on && let Some(meant) = self.meant(at, words) {
            let message = format!("expected `when` or `static`, found `{}`", self.word(at));
            self.misspelt(at, meant, &message);
        }
    }

    /// The first object of the file: most are about one object.
    fn only_object(&self) -> Option<String> {
        let first = (0..self.tokens.len().min(2000)).find(|place| {
            self.word(*place) == "object" && self.token(*place).is_some_and(|token| token.first)
        })?;
        self.is_name(first + 1)
            .then(|| self.word(first + 1).to_owned())
    }
}
