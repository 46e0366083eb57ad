//! Waits: how long they last at most.

use crate::syntax::repair::Draft;

/// What others write before the longest time of a wait; longer ones first.
const LIMITS: &[&[&str]] = &[
    &["for", "up", "to"],
    &["for", "at", "most"],
    &["no", "longer", "than"],
    &["or", "timeout"],
    &["for", "max"],
    &["up", "to"],
    &["at", "most"],
    &["upto"],
    &["within"],
    &["timeout"],
    &["limit"],
    &["until"],
    &["for"],
];

impl Draft<'_> {
    /// `wait for E up to 3 days`, `wait until C within 3 days`.
    pub(super) fn limited(&mut self, place: usize) {
        let end = self.line_end(place);
        let brace = (place..=end).find(|at| self.word(*at) == "{");
        for at in place + 2..brace.unwrap_or(end + 1) {
            if self.limit(at) {
                return;
            }
        }
    }

    fn limit(&mut self, at: usize) -> bool {
        let written = |phrase: &&&[&str]| {
            let words = phrase.iter().enumerate();
            words
                .into_iter()
                .all(|(back, word)| self.word(at + back) == *word)
        };
        if self.word(at) == "max" {
            self.sign_of_limit(at);
            self.name_behind(at, at);
            return true;
        }
        let Some(phrase) = LIMITS.iter().find(written) else {
            return false;
        };
        let last = at + phrase.len() - 1;
        let digit = |c: char| c.is_ascii_digit();
        let number = self.is_digits(last + 1) && self.is_unit(last + 2);
        let short = !self.is_digits(last + 1) && self.word(last + 1).starts_with(digit);
        if !number && !short {
            return false;
        }
        let message = "how long a wait lasts at most is written `max`";
        self.written_as((at, last), message, "max");
        self.alias(last, "max");
        (at..last).for_each(|at| self.alias(at, ""));
        self.name_behind(at, last);
        true
    }

    /// `max: 3 days`, `wait for E, max 3 days`.
    fn sign_of_limit(&mut self, at: usize) {
        if self.word(at + 1) == ":" {
            self.too_much(at + 1, at + 1, "`max` takes no `:`");
        }
        if let Some(comma) = at.checked_sub(1).filter(|at| self.word(*at) == ",") {
            self.too_much(comma, comma, "no comma stands before `max`");
        }
    }

    /// `wait for E max 3 days as NAME`, where `max` stands at `first` to `last`.
    fn name_behind(&mut self, first: usize, last: usize) {
        let amount = if self.is_unit(last + 2) { 2 } else { 1 };
        let (word, name) = (last + amount + 1, last + amount + 2);
        if self.word(word) != "as" || !self.is_name(name) || !self.same_line(name) {
            return;
        }
        let named = self.written(word, name).to_owned();
        let finding = self.habit(word, name, "what a wait finds is named before `max`");
        let title = format!("write `{named}` before `max`");
        let edits = vec![
            self.ahead(first, format!("{named} ")),
            self.edit(word, name, ""),
        ];
        self.amend(finding, &title, edits);
        self.alias(word, "");
        self.alias(name, "");
    }
}
