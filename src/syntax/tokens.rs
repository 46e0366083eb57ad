//! The hash of a text's tokens: what a version is made of (V1).

use super::lexer::{Kind, Lexer, Token};
use crate::base::Hasher;

/// Adds the tokens of a text to a hash. Comments, white space and commas that
/// a line end can replace do not count, so that laying out a text anew leaves
/// its versions as they are.
pub fn hash_tokens(text: &str, hasher: &mut Hasher) {
    let mut braces = Vec::new();
    let mut tokens = Lexer::new(text)
        .filter(|token| token.kind != Kind::Comment)
        .peekable();
    while let Some(token) = tokens.next() {
        let written = text.get(token.start..token.end).unwrap_or_default();
        match token.kind {
            Kind::Open => braces.push(written == "{"),
            Kind::Close => drop(braces.pop()),
            _ => {}
        }
        let last = tokens.peek().is_some_and(|next| next.kind == Kind::Close);
        if written == "," && (last || braces.last().copied().unwrap_or(true)) {
            continue;
        }
        hasher.text(&without_layout(text, token));
    }
}

/// The text of a token; pieces of strings as they stand.
fn without_layout(text: &str, token: Token) -> std::borrow::Cow<'_, str> {
    let written = text.get(token.start..token.end).unwrap_or_default();
    if written.contains('\r') {
        written.replace("\r\n", "\n").into()
    } else {
        written.into()
    }
}
