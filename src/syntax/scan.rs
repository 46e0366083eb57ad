//! The linear pass before the parse: how deep the text is nested, where its
//! comments are, and to which token a doc comment belongs.

use super::lexer::{Kind, Lexer, Token};

/// How deep brackets may be nested. The parser uses the stack of its thread;
/// this keeps it within that of any thread.
pub const MAX_NESTING: usize = 200;

/// What the pass found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// The bytes of each comment, in order.
    pub(super) comments: Vec<(usize, usize)>,
    /// Blocks of doc comments, in order.
    pub(super) docs: Vec<DocBlock>,
    /// The first bracket that is nested too deeply.
    pub(super) too_deep: Option<usize>,
}

/// Doc comments on lines that follow each other.
#[derive(Debug, Clone, Copy)]
pub(super) struct DocBlock {
    /// Where the first begins.
    pub(super) start: usize,
    /// Where the last ends.
    pub(super) end: usize,
    /// Where the token begins that they stand before; the end of the text
    /// where there is none.
    pub(super) anchor: usize,
}

/// Reads a text once.
pub(super) fn scan(text: &str) -> Scan {
    let mut scan = Scan::default();
    let mut open: Option<DocBlock> = None;
    let mut lexer = Lexer::new(text);
    while let Some(token) = lexer.next() {
        if token.kind == Kind::Comment {
            scan.comments.push((token.start, token.end));
            if is_doc(text, token) {
                let start = open.map_or(token.start, |block| block.start);
                open = Some(DocBlock {
                    start,
                    end: token.end,
                    anchor: text.len(),
                });
            }
        } else {
            scan.docs.extend(open.take().map(|block| DocBlock {
                anchor: token.start,
                ..block
            }));
        }
        if lexer.depth() > MAX_NESTING {
            scan.too_deep = Some(token.start);
            break;
        }
    }
    scan.docs.extend(open);
    scan
}

/// `///`, but not `////`.
fn is_doc(text: &str, comment: Token) -> bool {
    let written = text.get(comment.start..comment.end).unwrap_or_default();
    written.starts_with("///") && !written.starts_with("////")
}
