//! A text as its tokens: what a version is made of (V1), and the text on one
//! line.

use std::borrow::Cow;

use super::lexer::{Kind, Lexer, Token};
use crate::base::Hasher;

/// Adds the tokens of a text to a hash. Comments, white space and commas that
/// a line end can replace do not count, so that laying out a text anew leaves
/// its versions as they are. Text in quotes counts as it stands.
pub fn hash_tokens(text: &str, hasher: &mut Hasher) {
    let mut tokens = Lexer::new(text)
        .filter(|token| token.kind != Kind::Comment)
        .peekable();
    while let Some(token) = tokens.next() {
        let written = slice(text, token);
        if written == "," && tokens.peek().is_none_or(|next| ends_field(text, *next)) {
            continue;
        }
        hasher.text(&without_returns(written));
    }
}

/// A text on one line: comments left out, white space folded, and a comma
/// where a line end parts two fields.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = String::new();
    let mut open: Vec<char> = Vec::new();
    let mut end = None;
    for token in Lexer::new(text).filter(|token| token.kind != Kind::Comment) {
        let written = slice(text, token);
        let gap = end.map_or("", |end| text.get(end..token.start).unwrap_or_default());
        let parted = gap.contains('\n') && open.last() == Some(&'{');
        if parted && !line.ends_with(['{', '(', '[', ',']) && token.kind != Kind::Close {
            line.push(',');
        }
        if !gap.is_empty() {
            line.push(' ');
        }
        match token.kind {
            Kind::Open => open.extend(written.chars()),
            Kind::Close => drop(open.pop()),
            _ => {}
        }
        line.push_str(&fold(written, token));
        end = Some(token.end);
    }
    line
}

fn slice(text: &str, token: Token) -> &str {
    text.get(token.start..token.end).unwrap_or_default()
}

/// Whether a comma before this token only ends a field: a bracket closes, or
/// the next field begins.
fn ends_field(text: &str, next: Token) -> bool {
    let after = text.get(next.end..).unwrap_or_default().trim_start();
    next.kind == Kind::Close
        || matches!(next.kind, Kind::Word | Kind::Text) && after.starts_with(':')
}

/// A piece of text over several lines, on one.
fn fold(written: &str, token: Token) -> Cow<'_, str> {
    if token.kind != Kind::Text || !written.contains('\n') {
        return written.into();
    }
    let lines: Vec<&str> = written.lines().map(str::trim).collect();
    lines.join(" ").into()
}

/// Line ends are those of Unix, whatever the file has.
fn without_returns(written: &str) -> Cow<'_, str> {
    if written.contains('\r') {
        written.replace("\r\n", "\n").into()
    } else {
        written.into()
    }
}
