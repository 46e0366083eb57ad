//! The second look at a text that has mistakes. Over its tokens, not its
//! grammar, this finds what would mislead the parser for many lines: braces,
//! parentheses and quotes without partner, operators without a value, names
//! with foreign letters. Each becomes one finding and a patch, so that the
//! parser reads the rest as it was meant. A text without mistakes never comes
//! here.

mod amend;
mod braces;
mod comments;
mod fields;
mod habits;
mod heads;
mod names;
mod openers;
mod operators;
mod patch;
mod quotes;
mod token;
mod walk;
mod words;

pub(super) use patch::Patch;

use crate::base::{Name, SourceId, Span};
use crate::diagnostic::{Code, Finding, Findings};
use token::{Kind, Token, tokens};

/// The text as the parser is to read it, and what had to be said before.
pub(super) struct Repair {
    /// The patched text.
    pub(super) patch: Patch,
    /// The findings.
    pub(super) findings: Findings,
    /// Names whose declarations the patches changed or hid.
    pub(super) lost: Vec<Name>,
}

/// Looks a second time; `None` where there is nothing to patch.
pub(super) fn repair(source: SourceId, text: &str) -> Option<Repair> {
    let tokens = tokens(text);
    let mut draft = Draft {
        source,
        text,
        tokens,
        patch: Patch::default(),
        findings: Findings::default(),
        lost: Vec::new(),
        open_end: false,
    };
    draft.foreign_comments();
    draft.foreign_quotes();
    draft.foreign_letters();
    draft.joined_names();
    draft.numbers();
    draft.open_texts();
    draft.heads();
    draft.late_openers();
    draft.doubled_openers();
    draft.missing_openers();
    draft.habits();
    draft.operators();
    draft.fields();
    draft.braces();
    if draft.patch.is_empty() && draft.findings.is_empty() {
        return None;
    }
    Some(Repair {
        patch: draft.patch.applied_to(text),
        findings: draft.findings,
        lost: draft.lost,
    })
}

/// A repair in the making.
struct Draft<'t> {
    source: SourceId,
    text: &'t str,
    tokens: Vec<Token>,
    patch: Patch,
    findings: Findings,
    lost: Vec<Name>,
    /// Whether an open text takes the rest of the file.
    open_end: bool,
}

impl<'t> Draft<'t> {
    fn token(&self, place: usize) -> Option<Token> {
        self.tokens.get(place).copied()
    }

    fn before(&self, place: usize) -> Option<Token> {
        self.token(place.checked_sub(1)?)
    }

    /// The text of a token; empty where there is none.
    fn word(&self, place: usize) -> &'t str {
        let token = self.token(place);
        token.map_or("", |token| match token.instead {
            Some(word) => word,
            None => self.slice(token.start, token.end),
        })
    }

    fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, start as u32, end as u32)
    }

    /// Whether a token and the one before it stand on one line.
    fn same_line(&self, place: usize) -> bool {
        self.token(place).is_some_and(|token| !token.first)
    }

    /// Whether a token follows the one before it directly.
    fn adjacent(&self, place: usize) -> bool {
        let ends = self.before(place).map(|token| token.end);
        ends.is_some() && ends == self.token(place).map(|token| token.start)
    }

    fn report(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Text that is not closed on its line. A brace that ends the line is
    /// taken for one of the program.
    fn open_texts(&mut self) {
        let mut place = 0;
        while let Some(token) = self.token(place) {
            place += 1;
            if token.kind != Kind::Open {
                continue;
            }
            let written = self.slice(token.start, token.end);
            let block = written.contains("\"\"\"");
            let quotes = if block { "\"\"\"" } else { "\"" };
            let opening = written.len() - written.trim_start_matches(['r', '"']).len();
            let opening = opening.min(quotes.len() + usize::from(written.starts_with('r')));
            let line = token.start + written.trim_end().len();
            let inner = written.trim_end().trim_end_matches(['}', ' ', '\t']);
            let inner = inner.strip_suffix('{').unwrap_or(inner).trim_end();
            let label = inner
                .find(" when ")
                .filter(|_| self.word(place.wrapping_sub(2)) == "case");
            let inner = inner.get(..label.unwrap_or(inner.len())).unwrap_or(inner);
            let end = match inner.len() {
                length if !block && length > opening => token.start + length,
                _ => line,
            };
            self.open_end = place == self.tokens.len();
            let braces = (end..line).filter(|at| self.slice(*at, at + 1).starts_with(['{', '}']));
            let braces: Vec<Token> = braces
                .map(|start| Token {
                    kind: Kind::Sign,
                    start,
                    end: start + 1,
                    first: false,
                    ..token
                })
                .collect();
            self.tokens.splice(place..place, braces);
            let last = self.span(end, end);
            let open = self.span(token.start, token.start + opening);
            self.report(
                Finding::new(Code::Unclosed, open, "this text is never closed")
                    .also(last, format!("`{quotes}` is missing, at the latest here"))
                    .fix(format!("write `{quotes}`"), last, quotes),
            );
            self.patch.insert(end, quotes);
            self.patch.said(token.start, end);
        }
    }
}
