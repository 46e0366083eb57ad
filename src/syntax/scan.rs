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
    /// Comments that silence rules, in order.
    pub(super) allows: Vec<AllowComment>,
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

/// A comment of the form `// allow(…)`.
#[derive(Debug, Clone, Copy)]
pub(super) struct AllowComment {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Where the token begins that it stands before; the end of the text where
    /// there is none.
    pub(super) anchor: usize,
    /// Where its line begins.
    pub(super) line: usize,
    /// Where the next line begins.
    pub(super) next: usize,
    /// Whether nothing else stands on its line.
    pub(super) alone: bool,
}

/// Reads a text once.
pub(super) fn scan(text: &str) -> Scan {
    let mut scan = Scan::default();
    let mut open: Option<DocBlock> = None;
    let mut anchored = 0;
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
            } else if is_allow(text, token) {
                scan.allows.push(AllowComment::of(text, token));
            }
        } else {
            for allow in scan.allows.iter_mut().skip(anchored) {
                allow.anchor = token.start;
            }
            anchored = scan.allows.len();
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

impl AllowComment {
    fn of(text: &str, comment: Token) -> Self {
        let before = text.get(..comment.start).unwrap_or_default();
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        let alone = before.get(line..).unwrap_or_default().trim().is_empty();
        AllowComment {
            start: comment.start,
            end: comment.end,
            anchor: text.len(),
            line: if alone { line } else { comment.start },
            next: if alone {
                (comment.end + 1).min(text.len())
            } else {
                comment.end
            },
            alone,
        }
    }
}

/// `// allow(`, with white space where people put it.
fn is_allow(text: &str, comment: Token) -> bool {
    let written = text.get(comment.start + 2..comment.end).unwrap_or_default();
    let word = written.trim_start().strip_prefix("allow");
    word.is_some_and(|rest| rest.trim_start().starts_with('('))
}

/// `///`, but not `////`.
fn is_doc(text: &str, comment: Token) -> bool {
    let written = text.get(comment.start..comment.end).unwrap_or_default();
    written.starts_with("///") && !written.starts_with("////")
}
