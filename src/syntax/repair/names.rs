//! Names with hyphens or spaces in them, where they are declared.

use super::Draft;
use super::token::{Kind, Token};
use crate::base::Name;
use crate::diagnostic::{Code, Finding};
use crate::syntax::words::{CLAUSES, DECLARATIONS, is_reserved};

impl Draft<'_> {
    /// Makes each of them one token.
    pub(super) fn joined_names(&mut self) {
        let mut kept: Vec<Token> = Vec::with_capacity(self.tokens.len());
        let mut place = 0;
        while let Some(token) = self.token(place) {
            let last = self.joined_name(place).unwrap_or(place);
            let end = self.token(last).map_or(token.end, |last| last.end);
            kept.push(Token { end, ..token });
            place = last + 1;
        }
        self.tokens = kept;
    }

    /// Where a name ends that is made of several words.
    fn joined_name(&mut self, place: usize) -> Option<usize> {
        let token = self.token(place).filter(|_| self.is_name(place))?;
        let last = self.end_of_name(place)?;
        let before = place.checked_sub(1);
        let after = before.map_or("", |before| self.word(before));
        let declared = before
            .and_then(|before| self.token(before))
            .is_some_and(|token| token.first)
            && DECLARATIONS.contains(&after)
            && self.same_line(place)
            && after != "extend"
            && !is_reserved(self.word(place))
            && matches!(self.word(last + 1), "on" | "for" | "{" | "(");
        let starts = token.first || after == "{";
        let word = self.word(place);
        let opens = token.indent == 0 && DECLARATIONS.contains(&word);
        // `given ada: contact { … }` of a test.
        let record = word == "given" && self.word(last + 3) == "{";
        let taken = is_reserved(word) || CLAUSES.contains(&word) || opens || record;
        let key = starts && !taken && self.word(last + 1) == ":" && self.adjacent(last + 1);
        if !declared && !key {
            return None;
        }
        let proper: String = self
            .written(place, last)
            .replace(['-', ' '], "_")
            .to_lowercase();
        let (span, written) = (self.over(place, last), self.written(place, last));
        let message = format!("`{written}` is not a name: words are joined by `_`");
        let finding = Finding::new(Code::NameForm, span, message).help(format!("write `{proper}`"));
        // One of the words may be the name that is used elsewhere.
        let words = written.split(['-', ' ']).map(Name::new);
        let words: Vec<Name> = words.collect();
        self.lost.extend(words);
        let edits = vec![self.edit(place, last, proper.clone())];
        self.amend(finding, &format!("write `{proper}`"), edits);
        Some(last)
    }

    /// The last of words that are joined by hyphens or single spaces.
    fn end_of_name(&self, place: usize) -> Option<usize> {
        let mut last = place;
        while last < place + 9 {
            let hyphen = self.word(last + 1) == "-"
                && self.adjacent(last + 1)
                && self.adjacent(last + 2)
                && self.is_name(last + 2);
            let letters = self
                .word(last + 1)
                .starts_with(|c: char| c.is_ascii_alphabetic());
            let space = letters
                && !Self::is_word_of_language(self.word(last + 1))
                && self.same_line(last + 1);
            let end = |place: usize| self.token(place).map_or(0, |token| token.end);
            let start = |place: usize| self.token(place).map_or(0, |token| token.start);
            if hyphen {
                last += 2;
            } else if space && start(last + 1) == end(last) + 1 {
                last += 1;
            } else {
                break;
            }
        }
        (last > place && self.token(last)?.kind == Kind::Word && last < place + 9).then_some(last)
    }
}
