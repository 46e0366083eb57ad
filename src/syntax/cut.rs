//! What goes when a part of a text is taken out, so that no empty line and no double space is left.

use crate::base::Span;

/// A part of a text with what goes with it: where it stands alone, its lines and the doc comments before
/// them; else the white space on one side of it.
#[must_use]
pub fn cut(text: &str, part: Span) -> Span {
    let (start, end) = (part.start as usize, part.end as usize);
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    let head = before.trim_end_matches([' ', '\t']);
    let begins = head.is_empty() || head.ends_with('\n');
    let line = after.split_inclusive('\n').next().unwrap_or_default();
    let gap = line.len() - line.trim_start().len();
    let (start, end) = match (begins, gap == line.len()) {
        (true, true) => (without_docs(head), end + gap),
        (true, false) => (start, end + gap),
        (false, _) => (head.len(), end),
    };
    Span {
        start: start as u32,
        end: end as u32,
        ..part
    }
}

/// Where the doc comments begin with which a text ends.
fn without_docs(text: &str) -> usize {
    let lines = text.split_inclusive('\n').rev();
    let docs = lines.take_while(|line| line.trim_start().starts_with("///"));
    text.len() - docs.map(str::len).sum::<usize>()
}
