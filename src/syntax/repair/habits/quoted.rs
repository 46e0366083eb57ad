//! Names in quotes, where a name stands without.

use crate::diagnostic::Edit;
use crate::syntax::repair::Draft;
use crate::syntax::repair::token::Kind;
use crate::syntax::repair::walk::Block;
use crate::syntax::words::DECLARATIONS;

impl Draft<'_> {
    /// A text that is a name; whether it was one.
    pub(in crate::syntax::repair) fn quoted(&mut self, place: usize, block: Block) -> bool {
        let written = self.word(place).to_owned();
        let inner = written
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap_or_default();
        let Some(message) = self.should_be_bare(place, block, inner) else {
            return false;
        };
        let finding = self.habit(place, place, message);
        let span = self.over(place, place);
        let (start, end) = (span.start as usize, span.end as usize);
        let edit = |start, end| Edit {
            span: self.span(start, end),
            text: String::new(),
        };
        let edits = vec![edit(start, start + 1), edit(end - 1, end)];
        self.amend(finding, &format!("write `{inner}`"), edits);
        if let Some(token) = self.tokens.get_mut(place) {
            (token.kind, token.start, token.end) = (Kind::Word, start + 1, end - 1);
        }
        false
    }

    /// Why a text should stand without quotes.
    fn should_be_bare(&self, place: usize, block: Block, inner: &str) -> Option<&'static str> {
        let name = inner.starts_with(|c: char| c.is_ascii_lowercase())
            && inner
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
        let after = |back: usize| place.checked_sub(back).map_or("", |at| self.word(at));
        let before = after(1);
        let next = self.word(place + 1);
        let head = self
            .token(place.checked_sub(1)?)
            .is_some_and(|token| token.first);
        let lists = matches!(block, Block::Lines | Block::Webhook | Block::Fields);
        if before == "wait" {
            let amount = inner.starts_with(|c: char| c.is_ascii_digit()) && inner.contains(' ');
            return amount.then_some("an amount of time stands without quotes");
        }
        if !name {
            return None;
        }
        let declared = head && DECLARATIONS.contains(&before) && before != "test";
        let named = match before {
            "on" => {
                matches!(after(2), "enroll" | "reenroll" | "unenroll")
                    || next == "{"
                    || block == Block::File
            }
            "do" | "clear" | "changed" | "joined" | "left" | "many" | "one" | "inverse" => true,
            "segment" => matches!(after(2), "in" | "not"),
            "in" => after(2) == "enroll",
            "to" => after(2) == "add",
            "from" => after(2) == "remove",
            "set" => matches!(next, "=" | "+" | "-"),
            _ => false,
        };
        let key = lists && next == ":" && (self.token(place)?.first || matches!(before, "{" | ","));
        (declared || named || key).then_some("a name stands without quotes")
    }
}
