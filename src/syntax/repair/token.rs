//! Tokens with their lines. A text is one token, interpolations and all, and
//! ends where the grammar ends it.

use pest::Parser;

use crate::syntax::grammar::{FlowParser, Rule};
use crate::syntax::lexer::{self, Lexer};
use crate::syntax::words::{CLAUSES, DECLARATIONS, STATEMENTS, STEPS};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, a keyword or a number.
    Word,
    /// Text with its quotes.
    Text,
    /// Text whose last quote is missing.
    Open,
    /// A bracket or any other character.
    Sign,
}

/// A token with its line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether it is the first of its line.
    pub(super) first: bool,
    /// What its line is indented by.
    pub(super) indent: usize,
    /// What it is taken for, where a finding has said that it is that.
    pub(super) instead: Option<&'static str>,
}

/// The tokens of a text, without comments.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let (mut at, mut line) = (0, 0);
    let (mut first, mut indent, mut after_matches) = (true, 0, false);
    while let Some(found) = Lexer::resume(text, at, after_matches).next() {
        if let Some(gap) = text.get(at..found.start)
            && let Some(end) = gap.rfind('\n')
        {
            (line, first) = (at + end + 1, true);
        }
        let written = text.get(found.start..found.end).unwrap_or_default();
        let (kind, end) = match found.kind {
            lexer::Kind::Text if !written.starts_with(['\'', '/']) => text_token(text, found.start),
            lexer::Kind::Text => (Kind::Text, found.end),
            lexer::Kind::Word => (Kind::Word, found.end),
            _ => (Kind::Sign, found.end),
        };
        at = end.max(found.start + 1);
        if found.kind == lexer::Kind::Comment {
            continue;
        }
        if first {
            indent = width(text.get(line..found.start).unwrap_or_default());
        }
        after_matches = written == "matches";
        tokens.push(Token {
            kind,
            start: found.start,
            end,
            first,
            indent,
            instead: None,
        });
        first = false;
    }
    tokens
}

fn width(blank: &str) -> usize {
    blank.chars().map(|c| if c == '\t' { 4 } else { 1 }).sum()
}

/// Where the grammar ends a text, and whether its last quote is there.
fn text_token(text: &str, start: usize) -> (Kind, usize) {
    let rest = text.get(start..).unwrap_or_default();
    let rule = if rest.starts_with("r\"\"\"") {
        Rule::raw_block
    } else if rest.starts_with("r\"") {
        Rule::raw_string
    } else if rest.starts_with("\"\"\"") {
        Rule::block_string
    } else {
        Rule::plain_string
    };
    let Some(pair) = FlowParser::parse(rule, rest)
        .ok()
        .and_then(|mut pairs| pairs.next())
    else {
        return (Kind::Text, start + 1);
    };
    let written = pair.as_str();
    if let Some((line, _)) = written.split_once('\n')
        && rule == Rule::plain_string
        && line.trim_end().ends_with('{')
    {
        // Not an interpolation but a block, and the quote is missing.
        return (Kind::Open, start + line.len());
    }
    let end = start + written.len();
    let open = pair
        .into_inner()
        .any(|part| part.as_rule() == Rule::open_end);
    (if open { Kind::Open } else { Kind::Text }, end)
}

impl super::Draft<'_> {
    /// Whether a token surely opens a declaration.
    pub(super) fn opens_declaration(&self, place: usize) -> bool {
        if !self.token(place).is_some_and(|token| token.first) {
            return false;
        }
        match self.word(place) {
            "extend" => self.word(place + 1) == "object",
            "test" => self.word(place + 1).starts_with('"'),
            word if DECLARATIONS.contains(&word) && self.is_name(place + 1) => {
                let mut next = place + 2;
                while self.word(next) == "." {
                    next += 2;
                }
                matches!(
                    self.word(next),
                    "{" | "(" | "=" | "on" | "renamed" | "activity"
                )
            }
            _ => false,
        }
    }

    pub(super) fn is_name(&self, place: usize) -> bool {
        self.token(place)
            .is_some_and(|token| token.kind == Kind::Word && token.end > token.start)
    }

    /// Whether a token opens a clause, a step, a case, a declaration or a
    /// `name:`, first on its line.
    pub(super) fn left_edge(&self, place: usize) -> bool {
        let Some(token) = self.token(place).filter(|token| token.first) else {
            return false;
        };
        if token.kind != Kind::Word {
            return false;
        }
        let (word, next) = (self.word(place), self.word(place + 1));
        if next == ":" && self.adjacent(place + 1) {
            return true;
        }
        let listed = matches!(next, "," | ")" | "." | "]");
        match word {
            "steps" | "case" | "else" => !listed,
            _ if STEPS.contains(&word) => !listed,
            "only" | "suppress" | "goal" => next == "when",
            "reenroll" => matches!(next, "on" | "when" | "always"),
            "existing" => matches!(next, "enroll" | "skip"),
            "title" | "campaign" | "alert" | "timezone" => next.starts_with('"'),
            "off" => !self.same_line(place + 1),
            "let" => self.word(place + 2) == "=",
            "when" => self.happens(place),
            "at" => false,
            _ if STATEMENTS.contains(&word) => self.same_line(place + 1) && self.is_name(place + 1),
            _ if CLAUSES.contains(&word) => self.same_line(place + 1) && self.is_name(place + 1),
            _ => self.opens_declaration(place),
        }
    }

    /// Whether a `when` opens a statement of a test: `when ada does …`.
    fn happens(&self, place: usize) -> bool {
        let verb = self.word(place + 2);
        matches!(self.word(place + 1), "webhook" | "program") && self.is_name(place + 2)
            || matches!(
                verb,
                "does"
                    | "sets"
                    | "clears"
                    | "joins"
                    | "leaves"
                    | "merges"
                    | "enrolls"
                    | "unenrolls"
                    | "turns"
            )
            || verb == "is"
                && matches!(
                    self.word(place + 3),
                    "deleted" | "restored" | "added" | "removed" | "paused" | "resumed"
                )
            || self.word(place + 3) == "is" && self.word(place + 4) == "created"
    }
}
