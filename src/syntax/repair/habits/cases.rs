//! Cases of `branch` and `match`.

use crate::syntax::repair::Draft;
use crate::syntax::repair::token::Kind;
use crate::syntax::repair::walk::{Block, Walk};

const CASES: &[&str] = &["case", "else"];

impl Draft<'_> {
    /// One case; answers what its brace opens.
    pub(in crate::syntax::repair) fn case_item(&mut self, place: usize, walk: &mut Walk) -> Block {
        let branch = walk.block() == Block::Branch;
        let complete = self.case_word(place, branch);
        let labelled = branch && self.word(place) == "case" && self.case_label(place);
        if self.word(place) == "case" && branch && !complete && !labelled {
            self.case_when(place);
        }
        if matches!(self.word(place), "case" | "else" | "default" | "otherwise") {
            self.colon(place, walk);
        }
        Block::Steps
    }

    /// Mends the word of a case; answers whether `when` is behind it.
    fn case_word(&mut self, place: usize, branch: bool) -> bool {
        let (word, next) = (self.word(place), self.word(place + 1));
        if let Some(meant) = self.meant(place, CASES)
            && (meant == "case" || next == "{")
        {
            let message = format!("`{word}` opens no case");
            self.misspelt(place, meant, &message);
            return false;
        }
        let (last, instead, message): (usize, &'static str, _) = match (word, next) {
            ("default" | "otherwise", _) => (place, "else", "what is left is written `else`"),
            ("case", "_" | "default" | "else") => {
                (place + 1, "else", "what is left is written `else`")
            }
            ("else", "when") if branch => (
                place + 1,
                "case when",
                "a further case is written `case when`",
            ),
            ("when", _) if branch => (place, "case when", "a case is written `case when`"),
            _ => {
                self.no_case(place, branch);
                return false;
            }
        };
        self.written_as((place, last), message, instead);
        let (first, second) = instead.split_once(' ').unwrap_or((instead, ""));
        self.alias(place, first);
        if last > place {
            self.alias(last, second);
        }
        !second.is_empty()
    }

    /// `lead { … }` in a `match`.
    fn no_case(&mut self, place: usize, branch: bool) {
        let word = self.word(place);
        let value = self
            .token(place)
            .is_some_and(|token| token.kind != Kind::Sign);
        let follows = matches!(self.word(place + 1), "{" | ",");
        if branch || !value || !follows || Self::is_word_of_language(word) {
            return;
        }
        let message = format!("expected `case` before `{word}`");
        let finding = self.unfit(place, place, &message);
        let edits = vec![self.ahead(place, "case ")];
        self.amend(finding, "write `case`", edits);
    }

    /// `case hot: when …`; answers whether it was one.
    fn case_label(&mut self, place: usize) -> bool {
        let label = place + 1;
        let last = label + usize::from(self.word(label + 1) == ":");
        if self.word(label) == "when" || self.word(last + 1) != "when" || !self.same_line(last + 1)
        {
            return false;
        }
        if self.is_name(label) {
            let text = format!("\"{}\"", self.word(label));
            self.written_as((label, last), "the label of a case is a text", &text);
            if last > label {
                self.alias(last, "");
            }
            return true;
        }
        if last > label {
            self.too_much(last, last, "no `:` stands behind the label of a case");
        }
        last > label
    }

    /// `case score > 50 { … }`.
    fn case_when(&mut self, place: usize) {
        let label = self
            .token(place + 1)
            .is_some_and(|token| token.kind == Kind::Text);
        let at = place + 1 + usize::from(label);
        let word = self.word(at);
        if word == "when" || !self.is_name(at) || !self.same_line(at) {
            return;
        }
        let message = format!("expected `when`, found `{word}`");
        let value = self.value_on_line(at + 1);
        if value && let Some(meant) = self.meant(at, &["when"]) {
            return self.misspelt(at, meant, &message);
        }
        let finding = self.unfit(at, at, &message);
        let edits = vec![self.ahead(at, "when ")];
        self.amend(finding, "write `when`", edits);
    }

    /// `case lead:`, with the steps behind it.
    fn colon(&mut self, place: usize, walk: &mut Walk) {
        let mut at = place + 1;
        while self.same_line(at) && !matches!(self.word(at), ":" | "{" | "}" | "") {
            at += 1;
        }
        if self.word(at) != ":" || !self.same_line(at) || self.word(at + 1) == "{" {
            return;
        }
        let last = self.end_of_case(at, walk);
        let finding = self.habit(at, at, "the steps of a case stand in braces");
        let edits = vec![self.edit(at, at, " {"), self.behind(last, " }")];
        self.amend(finding, "write braces", edits);
        self.alias(at, "");
        if last > at {
            walk.enter(Block::Steps, last);
        }
    }

    /// The last token of the steps of a case without braces.
    fn end_of_case(&self, colon: usize, walk: &Walk) -> usize {
        let mut at = colon + 1;
        while self.token(at).is_some() {
            let first = self.token(at).is_some_and(|token| token.first);
            match self.word(at) {
                "}" => break,
                "{" | "(" | "[" => at = walk.partner(at).unwrap_or(at),
                "case" | "else" | "default" | "otherwise" if first => break,
                _ => {}
            }
            at += 1;
        }
        at - 1
    }
}
