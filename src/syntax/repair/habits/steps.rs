//! Steps.

use crate::diagnostic::{Code, Edit, Finding};
use crate::syntax::repair::Draft;
use crate::syntax::repair::walk::{Block, Walk};
use crate::syntax::words::STEPS;

impl Draft<'_> {
    /// One step; answers what its brace opens.
    pub(in crate::syntax::repair) fn step_item(&mut self, place: usize, walk: &mut Walk) -> Block {
        self.dash(place);
        self.comma_after(place, STEPS);
        if matches!(self.word(place), "if") && self.chosen(place, walk) {
            return Block::Steps;
        }
        self.foreign_step(place);
        self.misspelt_step(place);
        self.unnamed(place);
        match self.word(place) {
            "branch" if self.word(place + 1) != "{" && self.chosen(place, walk) => Block::Steps,
            "branch" => Block::Branch,
            "match" => Block::Match,
            "split" => Block::Arms,
            "create" => Block::Fields,
            "if" | "else" | "case" => Block::Steps,
            "do" => {
                self.bare_arguments(place);
                Block::Fields
            }
            "set" | "clear" => {
                self.assignment(place);
                Block::Other
            }
            "add" | "remove" => {
                self.segment_word(place);
                Block::Other
            }
            "wait" => {
                self.waiting(place);
                self.limited(place);
                Block::Arms
            }
            word if self.word(place + 1) == "{" && !STEPS.contains(&word) => Block::Fields,
            _ => Block::Other,
        }
    }

    /// `if C { … } else if D { … } else { … }`, `branch C { … }`.
    fn chosen(&mut self, place: usize, walk: &Walk) -> bool {
        let Some(open) = self.brace_after(place + 1, walk) else {
            return false;
        };
        let Some(mut close) = walk.partner(open) else {
            return false;
        };
        let inner = self.word(open + 1);
        if open == place + 1 || matches!(inner, "case" | "else") {
            return false;
        }
        let branch = self.word(place) == "branch";
        let finding = if branch {
            self.unfit(
                place + 1,
                open - 1,
                "the condition of a branch stands in a case",
            )
        } else {
            let message = "a choice is written `branch { case when … { … } else { … } }`";
            self.habit(place, place, message)
        };
        let mut edits = vec![self.edit(place, place, "branch { case when")];
        loop {
            let at = close + 1;
            let words = match (self.word(at), self.word(at + 1)) {
                ("else", "if") => 2,
                ("elif" | "elseif" | "elsif", _) => 1,
                _ => 0,
            };
            if words > 0 {
                edits.push(self.edit(at, at + words - 1, "case when"));
                self.alias(at, "case");
            }
            let next = match self.word(at) {
                "else" if words == 0 && self.word(at + 1) == "{" => Some(at + 1),
                _ if words > 0 => self.brace_after(at + words, walk),
                _ => None,
            };
            match next.and_then(|open| walk.partner(open)) {
                Some(end) => close = end,
                None => break,
            }
        }
        edits.push(self.behind(close, " }"));
        self.amend(finding, "write a `branch` with cases", edits);
        self.alias(place, "branch");
        true
    }

    /// Steps of other languages.
    fn foreign_step(&mut self, place: usize) {
        let next = self.word(place + 1);
        let alone = !self.same_line(place + 1) || next == "}";
        let (instead, message): (&'static str, _) = match self.word(place) {
            "delay" | "sleep" | "pause" if self.value_on_line(place + 1) => {
                ("wait", "time passes by `wait`")
            }
            "return" | "exit" | "end" | "quit" | "finish" if alone => {
                ("stop", "an enrolment ends with `stop`")
            }
            "update" | "change" | "let" | "var" | "assign" if self.assigns(place + 1) => {
                ("set", "a property is changed by `set`")
            }
            "unset" | "empty" | "erase" if self.is_name(place + 1) => {
                ("clear", "a property is emptied by `clear`")
            }
            "switch" if !alone => ("match", "a choice by value is a `match`"),
            "call" | "run" | "execute" if self.is_name(place + 1) && !alone => {
                ("do", "an action is carried out by `do`")
            }
            "increase" | "increment" | "decrease" | "decrement" => return self.grown(place),
            "break" if alone => {
                return self.too_much(place, place, "a case ends with its brace");
            }
            _ => return,
        };
        self.written_as((place, place), message, instead);
        self.alias(place, instead);
    }

    fn assigns(&self, place: usize) -> bool {
        let mut at = place;
        while self.is_name(at) && self.word(at + 1) == "." {
            at += 2;
        }
        self.is_name(at) && matches!(self.word(at + 1), "=" | "+" | "-" | "to")
    }

    /// `increase score by 5`.
    fn grown(&mut self, place: usize) {
        if !self.is_name(place + 1) || self.word(place + 2) != "by" || !self.same_line(place + 3) {
            return;
        }
        let sign = if self.word(place).starts_with('i') {
            "+="
        } else {
            "-="
        };
        let finding = self.habit(
            place,
            place,
            &format!("a number changes by `set … {sign} …`"),
        );
        let edits = vec![
            self.edit(place, place, "set"),
            self.edit(place + 2, place + 2, sign),
        ];
        self.amend(finding, &format!("write `set … {sign}`"), edits);
        self.alias(place, "set");
        self.alias(place + 2, "=");
    }

    /// `wiat 2 days`.
    fn misspelt_step(&mut self, place: usize) {
        let Some(meant) = self.meant(place, STEPS) else {
            return;
        };
        let next = self.word(place + 1);
        let line = self.same_line(place + 1);
        let fits = match meant {
            "branch" | "split" => next == "{" && matches!(self.word(place + 2), "case" | "else"),
            "stop" | "delete" => !line || next == "}",
            "enroll" => next == "in",
            "unenroll" | "remove" => next == "from",
            "add" => next == "to",
            "todo" => next.starts_with('"'),
            "wait" => line && self.value_on_line(place + 1),
            _ => line && self.is_name(place + 1),
        };
        if fits && !(line && self.assigns(place)) {
            let message = format!("`{}` opens no step", self.word(place));
            self.misspelt(place, meant, &message);
        }
    }

    /// `greeting do send_email { … }`.
    fn unnamed(&mut self, place: usize) {
        let word = self.word(place);
        let step = STEPS.contains(&self.word(place + 1)) && self.same_line(place + 1);
        let first = self.token(place).is_some_and(|token| token.first);
        if !first || !step || !self.is_name(place) || Self::is_word_of_language(word) {
            return;
        }
        let message = format!("expected `:` after `{word}`, the name of a step");
        let span = self.over(place, place).after();
        let finding = Finding::new(Code::UnexpectedText, span, message);
        let edits = vec![self.behind(place, ":")];
        self.amend(finding, "write `:`", edits);
    }

    /// `do send_email to: email, message: welcome`.
    fn bare_arguments(&mut self, place: usize) {
        let mut at = place + 1;
        while self.is_name(at) && self.word(at + 1) == "." {
            at += 2;
        }
        let argument = at + 1;
        if !self.is_name(at)
            || !self.is_name(argument)
            || self.word(argument + 1) != ":"
            || !self.same_line(argument)
        {
            return;
        }
        let last = self.line_end(argument);
        if (argument..=last).any(|place| matches!(self.word(place), "{" | "}")) {
            return;
        }
        let finding = self.unfit(
            argument,
            argument,
            "the arguments of an action stand in braces",
        );
        let edits = vec![self.ahead(argument, "{ "), self.behind(last, " }")];
        self.amend(finding, "write braces", edits);
    }

    /// What stands behind `set` and `clear`.
    fn assignment(&mut self, place: usize) {
        if self.word(place + 1) == "{" {
            let message = "each property has a `set` of its own";
            return self.each_its_own(place, message);
        }
        let mut at = place + 1;
        loop {
            let label = (self.word(at + 1), self.word(at + 3)) == ("(", ")");
            if label && self.is_name(at + 2) && matches!(self.word(at + 4), "." | "=" | "+" | "-") {
                let proper = format!("[{}]", self.word(at + 2));
                self.written_as(
                    (at + 1, at + 3),
                    "a label stands in square brackets",
                    &proper,
                );
                at += 3;
            }
            if self.word(at + 1) != "." {
                break;
            }
            at += 2;
        }
        if self.word(place) == "clear" {
            let sign = at + 1;
            if self.word(sign) == "=" && self.same_line(sign + 1) {
                self.too_much(sign, self.line_end(sign), "`clear` takes no value");
            }
            return;
        }
        if self.word(at + 1) == ":" && self.same_line(at + 1) {
            self.written_as((at + 1, at + 1), "`set` takes `=`", " =");
            self.alias(at + 1, "=");
        }
        self.assigned(at + 1);
    }

    /// `set { stage: lead, score: 0 }`.
    fn each_its_own(&mut self, place: usize, message: &str) {
        let finding = self.habit(place + 1, place + 1, message);
        let mut edits = vec![self.edit(place, place + 1, "")];
        let mut at = place + 2;
        while self.is_name(at) && self.word(at + 1) == ":" {
            edits.push(self.ahead(at, "set "));
            edits.push(self.edit(at + 1, at + 1, " ="));
            let mut end = at + 2;
            while self.same_line(end) && !matches!(self.word(end), "," | "}" | "{" | "(") {
                end += 1;
            }
            at = match self.word(end) {
                "," => {
                    edits.push(self.edit(end, end, "\n   "));
                    end + 1
                }
                _ => end,
            };
        }
        if self.word(at) == "}" {
            edits.push(self.edit(at, at, ""));
            self.amend(finding, "write a `set` for each", edits);
            self.alias(place + 1, "");
            self.alias(at, "");
        } else {
            self.report(finding.help("like `set stage = lead`"));
        }
    }

    /// What stands behind the path of a `set`.
    fn assigned(&mut self, sign: usize) {
        let last = self.line_end(sign);
        let mut depth = 0_usize;
        let (mut question, mut colon) = (None, None);
        for at in sign..=last {
            match self.word(at) {
                "(" | "[" => depth += 1,
                ")" | "]" => depth = depth.saturating_sub(1),
                "{" => return,
                "?" if depth == 0 && self.word(at + 1) != "?" && self.word(at - 1) != "?" => {
                    question = question.or(Some(at));
                }
                ":" if depth == 0 && question.is_some() => colon = colon.or(Some(at)),
                "," if depth == 0 && self.is_name(at + 1) && self.word(at + 2) == "=" => {
                    let finding = self.habit(at, at, "each property has a `set` of its own");
                    let edits = vec![self.edit(at, at, "\n    set")];
                    self.amend(finding, "write `set`", edits);
                }
                _ => {}
            }
        }
        if let (Some(question), Some(colon)) = (question, colon) {
            self.ternary(sign + 1, question, colon);
        }
    }

    /// `stage == lead ? 10 : 1`.
    fn ternary(&mut self, first: usize, question: usize, colon: usize) {
        let last = self.line_end(colon);
        let message = "a choice between values is `if(CONDITION, VALUE, VALUE)`";
        let finding = self.habit(question, question, message);
        let tight = |place: usize| -> Edit {
            let before = self.over(place - 1, place - 1).after();
            let span = before.to(self.over(place, place));
            Edit {
                span,
                text: ",".into(),
            }
        };
        let edits = vec![
            self.ahead(first, "if("),
            tight(question),
            tight(colon),
            self.behind(last, ")"),
        ];
        self.amend(finding, "write `if(…)`", edits);
    }

    /// `add to segment vip`.
    fn segment_word(&mut self, place: usize) {
        let word = place + 2;
        if self.word(word) == "segment" && self.is_name(word + 1) && self.same_line(word + 1) {
            self.too_much(word, word, "a segment is called by its name alone");
        }
    }

    /// `wait for 2 days`, `wait(2 days)`, `wait untill …`.
    fn waiting(&mut self, place: usize) {
        let at = place + 1;
        let digits = |place: usize| self.word(place).starts_with(|c: char| c.is_ascii_digit());
        match self.word(at) {
            "for" if digits(at + 1) => {
                self.too_much(at, at, "an amount of time stands right behind `wait`");
            }
            "until"
                if digits(at + 1)
                    && self.is_unit(at + 2)
                    && !self.value_on_line(at + 3)
                    && !self.adjacent(at + 2) =>
            {
                let message = "expected a moment to wait for, found an amount of time";
                let finding = Finding::new(Code::WrongType, self.over(at + 1, at + 2), message)
                    .help("an amount of time is waited for without `until`: `wait 2 days`");
                let edits = vec![self.edit(at, at, "")];
                self.amend(finding, "delete `until`", edits);
                self.alias(at, "");
            }
            "until" if self.word(at + 1) == "next" && self.is_weekday(at + 2) => {
                let message = "a wait for a day is for the next one";
                self.too_much(at + 1, at + 1, message);
            }
            ":" if digits(at + 1) => self.too_much(at, at, "`wait` takes no `:`"),
            "(" if digits(at + 1) => {
                let last = self.line_end(at);
                let Some(close) = (at..=last).find(|place| self.word(*place) == ")") else {
                    return;
                };
                let finding = self.habit(at, at, "`wait` takes no parentheses");
                let edits = vec![self.edit(at, at, " "), self.edit(close, close, "")];
                self.amend(finding, "delete them", edits);
                self.alias(at, "");
                self.alias(close, "");
            }
            _ => {
                let follows = self.value_on_line(at + 1) || self.word(at + 1) == "-";
                if let Some(meant) = self.meant(at, &["until"]).filter(|_| follows) {
                    let message = format!("expected `until`, found `{}`", self.word(at));
                    self.misspelt(at, meant, &message);
                }
            }
        }
    }
}
