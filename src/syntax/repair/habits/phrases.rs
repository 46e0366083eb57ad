//! Operators in words and signs that conditions of other languages have.

use crate::base::nearest;
use crate::syntax::repair::Draft;
use crate::syntax::repair::token::Kind;
use crate::syntax::repair::walk::Block;

/// Words between two values, and what is written instead; the longest first.
const BETWEEN_VALUES: &[(&[&str], &str)] = &[
    (&["is", "greater", "than", "or", "equal", "to"], ">="),
    (&["is", "less", "than", "or", "equal", "to"], "<="),
    (&["is", "not", "equal", "to"], "!="),
    (&["does", "not", "start", "with"], "not starts_with"),
    (&["does", "not", "end", "with"], "not ends_with"),
    (&["does", "not", "contain"], "not contains"),
    (&["does", "not", "include"], "not contains"),
    (&["does", "not", "equal"], "!="),
    (&["is", "greater", "than"], ">"),
    (&["is", "more", "than"], ">"),
    (&["is", "less", "than"], "<"),
    (&["is", "at", "least"], ">="),
    (&["is", "at", "most"], "<="),
    (&["is", "equal", "to"], "=="),
    (&["is", "not", "in"], "not in"),
    (&["is", "in"], "in"),
    (&["starts", "with"], "starts_with"),
    (&["begins", "with"], "starts_with"),
    (&["ends", "with"], "ends_with"),
    (&["greater", "than"], ">"),
    (&["less", "than"], "<"),
];

/// Words in upper case, and what is written instead; the longest first.
const UPPER: &[(&[&str], &str)] = &[
    (&["IS", "NOT", "NULL"], "is known"),
    (&["IS", "NULL"], "is unknown"),
    (&["NOT", "IN"], "not in"),
    (&["AND"], "and"),
    (&["OR"], "or"),
    (&["NOT"], "not"),
    (&["IN"], "in"),
    (&["BETWEEN"], "between"),
    (&["CONTAINS"], "contains"),
    (&["WHERE"], "where"),
];

/// The operators that a word between two values may be near to.
const OPERATORS: &[&str] = &[
    "contains",
    "between",
    "starts_with",
    "ends_with",
    "matches",
    "within",
];

/// Words that no value is, wherever they stand.
fn is_joint(word: &str) -> bool {
    matches!(
        word,
        "where" | "when" | "and" | "or" | "not" | "in" | "is" | "any" | "all" | "no"
    )
}

impl Draft<'_> {
    /// What begins at a token and is no condition of this language.
    pub(in crate::syntax::repair) fn phrase(&mut self, place: usize, block: Block) {
        let settled = self
            .token(place)
            .is_some_and(|token| token.instead.is_some());
        if matches!(block, Block::Lines) || settled {
            return;
        }
        self.signs(place);
        self.dollar(place);
        if self
            .token(place)
            .is_some_and(|token| token.kind == Kind::Word)
        {
            self.words_between(place);
            self.upper_case(place);
            self.like(place);
            self.near_operator(place);
            self.ends_of_range(place);
            self.membership(place);
            self.list_without_parentheses(place);
            self.ahead_of_now(place);
            self.quantified(place);
            self.number_in_words(place);
            self.method(place);
            self.near_known(place);
            self.workflow_of_test(place);
            self.statement_of_test(place);
        }
    }

    /// `active nurture`, without `in`.
    fn workflow_of_test(&mut self, place: usize) {
        let word = self.word(place);
        if !matches!(word, "active" | "completed" | "enrolled") || self.value_before(place) {
            return;
        }
        let after = place.checked_sub(1).map_or("", |at| self.word(at));
        let begins = matches!(after, "when" | "where" | "and" | "or" | "not" | "(");
        let named = self.is_name(place + 1)
            && self.same_line(place + 1)
            && !Self::is_word_of_language(self.word(place + 1));
        if begins && named {
            let message = format!("expected `in` between `{word}` and the workflow");
            let finding = self.unfit(place, place + 1, &message);
            let edits = vec![self.ahead(place + 1, "in ")];
            self.amend(finding, "write `in`", edits);
        }
    }

    /// Whether words stand on the line of a token, from it on.
    pub(super) fn matches_words(&self, place: usize, words: &[&str], exact: bool) -> bool {
        words.iter().enumerate().all(|(more, word)| {
            let written = self.word(place + more);
            let same = if exact {
                written == *word
            } else {
                written.eq_ignore_ascii_case(word)
            };
            same && (more == 0 || self.same_line(place + more))
        })
    }

    /// Whether a value stands before a token, on its line.
    pub(super) fn value_before(&self, place: usize) -> bool {
        let Some(before) = place.checked_sub(1).filter(|_| self.same_line(place)) else {
            return false;
        };
        let kind = self.token(before).map(|token| token.kind);
        let word = self.word(before);
        let value = kind != Some(Kind::Sign) || matches!(word, ")" | "]");
        let after = before.checked_sub(1).map_or("", |at| self.word(at));
        let begins = matches!(after, "where" | "when" | "and" | "or" | "not" | "(");
        let named = begins || matches!(word, "this" | "event" | "today" | "now" | "known");
        value && !word.is_empty() && (!Self::is_word_of_language(word) || named && !is_joint(word))
    }

    /// `is greater than`, `starts with`.
    fn words_between(&mut self, place: usize) {
        let found = BETWEEN_VALUES
            .iter()
            .find(|(words, _)| self.matches_words(place, words, false));
        let Some((words, instead)) = found else {
            return;
        };
        let last = place + words.len() - 1;
        if !self.value_before(place) || !self.value_on_line(last + 1) {
            return;
        }
        let message = format!("`{}` is written `{instead}`", self.written(place, last));
        self.written_as((place, last), &message, instead);
        self.blank_aliases(place, last, instead);
    }

    fn blank_aliases(&mut self, first: usize, last: usize, instead: &'static str) {
        for at in first..=last {
            self.alias(at, "");
        }
        self.alias(first, instead);
    }

    /// `AND`, `IS NOT NULL`.
    fn upper_case(&mut self, place: usize) {
        let found = UPPER
            .iter()
            .find(|(words, _)| self.matches_words(place, words, true));
        let Some((words, instead)) = found else {
            return;
        };
        let last = place + words.len() - 1;
        let after = place.checked_sub(1).map_or("", |before| self.word(before));
        let prefix = *instead == "not" && !matches!(after, "." | "=" | ",");
        let complete = instead.starts_with("is ");
        let more = complete || self.value_on_line(last + 1);
        if !more || !(prefix || self.value_before(place)) {
            return;
        }
        let message = format!("`{}` is written `{instead}`", self.written(place, last));
        self.written_as((place, last), &message, instead);
        self.blank_aliases(place, last, instead);
    }

    /// `city LIKE "Berg%"`.
    fn like(&mut self, place: usize) {
        let text = self.word(place + 1).to_owned();
        let quoted = text.len() > 1 && text.starts_with('"') && text.ends_with('"');
        let like = self.word(place).eq_ignore_ascii_case("like") && self.value_before(place);
        if !like || !quoted || !self.same_line(place + 1) {
            return;
        }
        let pattern = text.trim_matches('"');
        let (starts, ends) = (pattern.starts_with('%'), pattern.ends_with('%'));
        let inner = pattern.trim_matches('%');
        let instead = match (starts, ends) {
            _ if inner.contains(['%', '_']) => return,
            (false, false) => "==",
            (true, true) => "contains",
            (false, true) => "starts_with",
            (true, false) => "ends_with",
        };
        let finding = self.habit(
            place,
            place,
            &format!("`{}` is no operator", self.word(place)),
        );
        let proper = format!("{instead} \"{inner}\"");
        let edits = vec![self.edit(place, place + 1, proper.clone())];
        self.amend(finding, &format!("write `{proper}`"), edits);
        self.alias(place, instead);
    }

    /// `url contians "/pricing"`.
    fn near_operator(&mut self, place: usize) {
        let word = self.word(place);
        let settled = self
            .token(place)
            .is_some_and(|token| token.instead.is_some());
        if settled || word.len() < 5 || !self.value_before(place) || !self.value_on_line(place + 1)
        {
            return;
        }
        let next = self.word(place + 1);
        let value = next.starts_with(['"', '/', '(']) || !Self::is_word_of_language(next);
        let known = ["includes", "containing", "contain", "include"].contains(&word);
        let meant = nearest(word, OPERATORS.iter().copied());
        if let Some(meant) = meant.filter(|_| value && !known && !Self::is_word_of_language(word)) {
            let message = format!("`{word}` is no operator");
            self.misspelt(place, meant, &message);
        }
    }

    /// `> =`, `>>`, `&`, `|`.
    fn signs(&mut self, place: usize) {
        let (sign, next) = (self.word(place), self.word(place + 1));
        let adjacent = self.adjacent(place + 1);
        let alone = !adjacent && !self.adjacent(place);
        let instead = match (sign, next) {
            (">", "=") if !adjacent => ">=",
            ("<", "=") if !adjacent => "<=",
            ("!", "=") if !adjacent => "!=",
            ("=", "=") if !adjacent => "==",
            (">", ">") if adjacent => ">",
            ("<", "<") if adjacent => "<",
            ("&", _) if alone && self.value_before(place) => {
                self.written_as((place, place), "`&` is written `and`", "and");
                return self.alias(place, "and");
            }
            _ => return,
        };
        if !self.value_before(place) || !self.same_line(place + 1) {
            return;
        }
        let message = format!(
            "`{}` is written `{instead}`",
            self.written(place, place + 1)
        );
        self.written_as((place, place + 1), &message, instead);
        self.blank_aliases(place, place + 1, instead);
    }

    /// `$score`.
    fn dollar(&mut self, place: usize) {
        if self.word(place) == "$" && self.adjacent(place + 1) && self.is_name(place + 1) {
            self.too_much(
                place,
                place,
                "a property is called by its name, without `$`",
            );
        }
    }
}
