//! Which block each token stands in, as far as tokens tell, and where the
//! items of a block begin.

use super::Draft;
use super::amend::MOST;
use super::token::Kind;
use crate::base::nearest;
use crate::syntax::words::{CLAUSES, DECLARATIONS, STEPS, is_reserved};

/// What a pair of braces holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    /// No braces: declarations.
    File,
    /// The lines of an object or an event.
    Lines,
    /// The lines of a webhook.
    Webhook,
    /// Fields `NAME: VALUE` of a message or an action.
    Fields,
    Clauses,
    Steps,
    Branch,
    Match,
    /// What `split` and `wait` lead to.
    Arms,
    /// Parentheses, JSON, and what is not looked into.
    Other,
}

/// The blocks that are open at a token.
pub(super) struct Walk {
    open: Vec<(Block, u8)>,
    /// What the next brace opens.
    pub(super) next: Block,
    /// Blocks that have no brace, and the tokens behind which they end.
    ends: Vec<usize>,
    /// For each bracket its partner.
    partners: Vec<Option<usize>>,
}

impl Walk {
    pub(super) fn block(&self) -> Block {
        self.open.last().map_or(Block::File, |(block, _)| *block)
    }

    pub(super) fn partner(&self, place: usize) -> Option<usize> {
        self.partners.get(place).copied().flatten()
    }

    /// A block without a brace begins, and ends behind a token.
    pub(super) fn enter(&mut self, block: Block, last: usize) {
        self.open.push((block, b'{'));
        self.ends.push(last);
    }

    fn close(&mut self, sign: u8) {
        if let Some(place) = self.open.iter().rposition(|(_, open)| *open == sign) {
            self.open.truncate(place);
        }
    }

    fn clear(&mut self) {
        self.open.clear();
        self.ends.clear();
        self.next = Block::Other;
    }
}

impl Draft<'_> {
    /// Looks at each token with the block that it stands in.
    pub(super) fn habits(&mut self) {
        let mut walk = Walk {
            open: Vec::new(),
            next: Block::Other,
            ends: Vec::new(),
            partners: self.partners(),
        };
        for place in 0..self.tokens.len() {
            if self.opens_declaration(place) {
                walk.clear();
                self.results_of_action(place, &walk);
            }
            if self.is_text(place) && self.quoted(place, walk.block()) {
                continue;
            }
            if self.starts_item(place, walk.block()) {
                walk.next = self.item(place, &mut walk);
            }
            self.phrase(place, walk.block());
            self.hours_habit(place);
            self.time_habit(place);
            self.track(place, &mut walk);
        }
        self.drop_empty();
    }

    /// Takes out the tokens that were too many.
    fn drop_empty(&mut self) {
        let mut begins = None;
        let tokens = std::mem::take(&mut self.tokens);
        for mut token in tokens {
            if token.instead == Some("") {
                begins = begins.or(token.first.then_some(token.indent));
                continue;
            }
            match begins.take() {
                Some(indent) if !token.first => (token.first, token.indent) = (true, indent),
                _ => {}
            }
            self.tokens.push(token);
        }
    }

    fn is_text(&self, place: usize) -> bool {
        let kind = self.token(place).map(|token| token.kind);
        matches!(kind, Some(Kind::Text | Kind::Open))
    }

    /// The partners of all brackets.
    fn partners(&self) -> Vec<Option<usize>> {
        let mut partners = vec![None; self.tokens.len()];
        let mut open: Vec<(usize, &str)> = Vec::new();
        for place in 0..self.tokens.len() {
            let opener = match self.word(place) {
                sign @ ("{" | "(" | "[") => {
                    open.push((place, sign));
                    continue;
                }
                "}" => "{",
                ")" => "(",
                "]" => "[",
                _ => continue,
            };
            if let Some((partner, sign)) = open.pop() {
                if sign == opener {
                    let pair = [(partner, place), (place, partner)];
                    for (one, other) in pair {
                        if let Some(entry) = partners.get_mut(one) {
                            *entry = Some(other);
                        }
                    }
                } else if opener == "{" {
                    open.retain(|(_, sign)| *sign == "{");
                    open.pop();
                }
            }
        }
        partners
    }

    fn track(&self, place: usize, walk: &mut Walk) {
        match self.word(place) {
            "{" => {
                let block = std::mem::replace(&mut walk.next, Block::Other);
                walk.open.push((block, b'{'));
            }
            "(" => walk.open.push((Block::Other, b'(')),
            "[" => walk.open.push((Block::Other, b'[')),
            "}" => walk.close(b'{'),
            ")" => walk.close(b'('),
            "]" => walk.close(b'['),
            _ => {}
        }
        while walk.ends.last() == Some(&place) {
            walk.ends.pop();
            walk.close(b'{');
        }
    }

    /// Whether a token begins an item of its block.
    fn starts_item(&self, place: usize, block: Block) -> bool {
        let Some(token) = self.token(place) else {
            return false;
        };
        let after = place.checked_sub(1).map_or("", |before| self.word(before));
        let first = token.first || matches!(after, "{" | "}");
        match block {
            Block::Other => false,
            Block::File => token.first,
            Block::Lines | Block::Fields | Block::Webhook => first || after == ",",
            Block::Steps => first || after == ":" && self.names_step(place),
            Block::Clauses | Block::Branch | Block::Match | Block::Arms => first,
        }
    }

    /// Whether the colon before a token follows the name of a step.
    fn names_step(&self, place: usize) -> bool {
        place >= 2
            && self.token(place - 2).is_some_and(|token| token.first)
            && !STEPS.contains(&self.word(place - 2))
            && self.word(place - 2) != "case"
    }

    /// One item of a block; answers what its brace opens.
    fn item(&mut self, place: usize, walk: &mut Walk) -> Block {
        match walk.block() {
            Block::File => self.declaration_item(place, walk),
            Block::Lines => self.line_item(place, walk),
            Block::Webhook => self.webhook_item(place),
            Block::Fields => Block::Other,
            Block::Clauses => self.clause_item(place, walk),
            Block::Steps => self.step_item(place, walk),
            Block::Branch | Block::Match => self.case_item(place, walk),
            Block::Arms => Block::Steps,
            Block::Other => Block::Other,
        }
    }

    /// Whether a word is one of the language, wherever that is.
    pub(super) fn is_word_of_language(word: &str) -> bool {
        is_reserved(word)
            || STEPS.contains(&word)
            || CLAUSES.contains(&word)
            || DECLARATIONS.contains(&word)
            || MORE.contains(&word)
    }

    /// The word of a list that an unknown one was meant to be.
    pub(super) fn meant(&self, place: usize, words: &[&'static str]) -> Option<&'static str> {
        let word = self.word(place);
        let unknown = self.is_name(place) && word.len() > 2 && !Self::is_word_of_language(word);
        unknown
            .then(|| nearest(word, words.iter().copied()))
            .flatten()
    }

    /// The first brace after a token, outside parentheses, on its item.
    pub(super) fn brace_after(&self, place: usize, walk: &Walk) -> Option<usize> {
        let mut at = place;
        loop {
            match self.word(at) {
                "{" => return Some(at),
                "(" | "[" => at = walk.partner(at)?,
                "" | "}" => return None,
                _ if at > place + MOST || at > place && self.left_edge(at) => return None,
                _ => {}
            }
            at += 1;
        }
    }
}

/// Words of the language that are free as names, or stand in the middle.
const MORE: &[&str] = &[
    "active",
    "after",
    "ago",
    "always",
    "as",
    "asc",
    "at",
    "before",
    "business",
    "by",
    "changed",
    "completed",
    "computed",
    "continue",
    "created",
    "default",
    "desc",
    "edit",
    "encoding",
    "enrolled",
    "enum",
    "error",
    "ever",
    "exactly",
    "for",
    "forever",
    "from",
    "header",
    "if",
    "imported",
    "inverse",
    "joined",
    "keep",
    "labels",
    "label",
    "last",
    "least",
    "leaving",
    "left",
    "many",
    "max",
    "merge",
    "met",
    "migrate",
    "most",
    "never",
    "next",
    "now",
    "of",
    "one",
    "over",
    "past",
    "per",
    "pin",
    "prefix",
    "required",
    "retry",
    "secret",
    "sensitive",
    "skip",
    "spread",
    "static",
    "then",
    "times",
    "timeout",
    "timestamp",
    "to",
    "today",
    "unique",
    "until",
    "verify",
    "via",
    "weekday",
    "with",
    "year",
    "every",
    "once",
    "cron",
    "day",
    "days",
    "first",
    "activity",
];
