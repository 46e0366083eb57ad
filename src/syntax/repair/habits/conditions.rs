//! Conditions that lack a word, or are put together in another way.

use crate::syntax::repair::Draft;

impl Draft<'_> {
    /// `between 20, 50`, `between 20 to 50`.
    pub(super) fn ends_of_range(&mut self, place: usize) {
        if self.word(place) != "between" || !self.value_on_line(place + 1) {
            return;
        }
        let at = place + 2;
        if matches!(self.word(at), "," | "to") && self.value_on_line(at + 1) {
            let message = format!("expected `and`, found `{}`", self.word(at));
            let finding = self.unfit(at, at, &message);
            let edits = vec![self.edit(at, at, if self.adjacent(at) { " and" } else { "and" })];
            self.amend(finding, "write `and`", edits);
            self.alias(at, "and");
        }
    }

    /// `in vip`, `segment vip`, `has city` where a condition begins.
    pub(super) fn membership(&mut self, place: usize) {
        let after = place.checked_sub(1).map_or("", |before| self.word(before));
        let begins = matches!(after, "when" | "and" | "or" | "not" | "where" | "(")
            && !matches!(
                place.checked_sub(2).map_or("", |before| self.word(before)),
                "any" | "all" | "count"
            );
        let name = place + 1;
        let line = self.same_line(place) && self.same_line(name);
        if !begins || !self.is_name(name) || !line {
            return;
        }
        match self.word(place) {
            "in" if !Self::is_word_of_language(self.word(name)) && after != "not" => {
                let message = format!("expected `segment`, found `{}`", self.word(name));
                let finding = self.unfit(name, name, &message);
                let edits = vec![self.ahead(name, "segment ")];
                self.amend(finding, "write `segment`", edits);
            }
            "segment" if !Self::is_word_of_language(self.word(name)) => {
                let finding = self.unfit(place, place, "expected `in` before `segment`");
                let edits = vec![self.ahead(place, "in ")];
                self.amend(finding, "write `in`", edits);
            }
            "has" | "exists"
                if !self.value_on_line(name + 1) || matches!(self.word(name + 1), "and" | "or") =>
            {
                let message = "whether there is a value is written `is known`";
                let finding = self.habit(place, place, message);
                let property = self.word(name).to_owned();
                let edits = vec![self.edit(place, name, format!("{property} is known"))];
                self.amend(finding, "write `is known`", edits);
            }
            _ => {}
        }
    }

    /// `stage in subscriber, lead`.
    pub(super) fn list_without_parentheses(&mut self, place: usize) {
        if self.word(place) != "in"
            || !self.value_before(place) && self.word(place.saturating_sub(1)) != "not"
        {
            return;
        }
        let mut last = place + 1;
        while self.value_on_line(last) && self.word(last + 1) == "," && self.value_on_line(last + 2)
        {
            last += 2;
        }
        if last == place + 1 || self.word(place + 1) == "(" {
            return;
        }
        let finding = self.unfit(place + 1, last, "a list stands in parentheses");
        let edits = vec![self.ahead(place + 1, "("), self.behind(last, ")")];
        self.amend(finding, "write parentheses", edits);
    }

    /// `trial_ends in 3 days`.
    pub(super) fn ahead_of_now(&mut self, place: usize) {
        let amount = self.is_digits(place + 1) && self.is_unit(place + 2);
        if self.word(place) == "in" && amount && self.value_before(place) {
            let message = "how far ahead a moment lies is written `within next`";
            self.written_as((place, place), message, "within next");
        }
    }

    /// `any companies industry == software`.
    pub(super) fn quantified(&mut self, place: usize) {
        let word = self.word(place);
        let (path, condition) = (place + 1, place + 2);
        let names = self.is_name(path) && self.is_name(condition);
        let compared = matches!(
            self.word(condition + 1),
            "=" | "!" | "<" | ">" | "is" | "contains" | "in"
        );
        let bare = !Self::is_word_of_language(self.word(condition));
        if !matches!(word, "any" | "all" | "no")
            || !names
            || !compared
            || !bare
            || !self.same_line(path)
            || !self.same_line(condition)
        {
            return;
        }
        let message = format!("expected `where (…)`, found `{}`", self.word(condition));
        let finding = self.unfit(condition, condition, &message);
        let last = self.line_end(condition);
        if (condition..last).any(|place| matches!(self.word(place), "and" | "or" | "{" | ")")) {
            return;
        }
        let edits = vec![self.ahead(condition, "where ("), self.behind(last, ")")];
        self.amend(finding, "write `where (…)`", edits);
    }

    /// `at least three times`, `wait two days`.
    pub(super) fn number_in_words(&mut self, place: usize) {
        const NUMBERS: &[&str] = &[
            "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
            "eleven", "twelve",
        ];
        let word = self.word(place);
        let after = place.checked_sub(1).map_or("", |before| self.word(before));
        let counts = matches!(
            after,
            "wait" | "least" | "most" | "exactly" | "last" | "next" | "max" | "within" | "+" | "-"
        );
        let counted = self.is_name(place + 1) && self.same_line(place + 1);
        let number = NUMBERS.iter().position(|number| *number == word);
        if let (Some(number), true, true) = (number, counts, counted) {
            let digits = (number + 1).to_string();
            self.written_as((place, place), "numbers are written in digits", &digits);
        }
    }

    /// `city.lower()`.
    pub(super) fn method(&mut self, place: usize) {
        let function = match self.word(place) {
            "lower" | "toLowerCase" | "lowercase" => "lower",
            "upper" | "toUpperCase" | "uppercase" => "upper",
            "trim" | "strip" => "trim",
            "length" | "len" | "size" => "length",
            _ => return,
        };
        let dot = place.wrapping_sub(1);
        let called = (self.word(place + 1), self.word(place + 2)) == ("(", ")");
        if self.word(dot) != "." || !called || !self.adjacent(place) {
            return;
        }
        let mut first = dot.saturating_sub(1);
        while first >= 2 && self.word(first - 1) == "." && self.is_name(first - 2) {
            first -= 2;
        }
        if !self.is_name(first) {
            return;
        }
        let message = format!("a function has its value in parentheses: `{function}(…)`");
        let finding = self.habit(dot, place, &message);
        let edits = vec![
            self.ahead(first, format!("{function}(")),
            self.edit(dot, place + 2, ")"),
        ];
        self.amend(finding, &format!("write `{function}(…)`"), edits);
        for at in dot..=place + 2 {
            self.alias(at, "");
        }
    }

    /// `city is knwon`.
    pub(super) fn near_known(&mut self, place: usize) {
        let after = |back: usize| place.checked_sub(back).map_or("", |at| self.word(at));
        let tested = after(1) == "is" || after(1) == "not" && after(2) == "is";
        if tested && let Some(meant) = self.meant(place, &["known", "unknown"]) {
            let message = format!(
                "expected `known` or `unknown`, found `{}`",
                self.word(place)
            );
            self.misspelt(place, meant, &message);
        }
    }
}
