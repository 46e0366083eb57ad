//! Where in a source a note stands, by lines and columns. It reads only the lines that it is asked
//! for.

use std::ops::Range;

use super::super::{HIDDEN, is_hidden};
use crate::base::{Position, Source, Span};
use crate::diagnostic::Label;

/// How many columns a tab is shown as.
const TAB: usize = 2;

/// How many lines a place may cover; of a longer one the first line is shown.
const MOST_LINES: usize = 8;

/// How many lines apart two places may be in one excerpt.
const NEAR: usize = 4;

/// A place that is shown, with the words about it.
pub(super) struct Note<'a> {
    span: Span,
    text: &'a str,
    primary: bool,
}

impl<'a> Note<'a> {
    /// A label of a finding; `primary` if it is the finding's own place.
    pub(super) fn new(label: &'a Label, primary: bool) -> Self {
        Note {
            span: label.span,
            text: &label.text,
            primary,
        }
    }
}

/// A note by lines, from 0, and by the columns in which it begins and ends.
pub(super) struct Place<'a> {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) position: Position,
    pub(super) text: &'a str,
    pub(super) primary: bool,
}

impl<'a> Place<'a> {
    pub(super) fn new(source: &Source, note: &Note<'a>) -> Self {
        let (first, last) = lines(source, note.span);
        // An end beyond the last line that is shown is the end of that line.
        let end = note.span.end.min(source.line_start(last + 1));
        Place {
            first,
            last,
            from: column(source, first, note.span.start),
            to: column(source, last, end),
            position: source.position(note.span.start),
            text: note.text,
            primary: note.primary,
        }
    }

    /// The columns that are underlined in the first line; at least one.
    pub(super) fn columns(&self) -> Range<usize> {
        let end = if self.first == self.last {
            self.to
        } else {
            self.from
        };
        self.from..end.max(self.from + 1)
    }
}

/// Whether a place stands so near another that one excerpt shows both.
pub(super) fn is_near(source: &Source, place: Span, other: Span) -> bool {
    let ((first, last), (from, to)) = (lines(source, place), lines(source, other));
    from + NEAR >= first && to <= last + NEAR
}

/// The first and the last line that are shown of a span.
fn lines(source: &Source, span: Span) -> (usize, usize) {
    let first = source.line_at(span.start);
    let mut last = source.line_at(span.end).max(first);
    if last > first && source.line_start(last) == span.end {
        last -= 1;
    }
    if last - first >= MOST_LINES {
        (first, first)
    } else {
        (first, last)
    }
}

/// A line without its line end; empty past the last.
pub(super) fn line_text(source: &Source, line: usize) -> &str {
    let (start, end) = (source.line_start(line), source.line_start(line + 1));
    let text = source.text().get(start as usize..end as usize);
    text.unwrap_or_default().trim_end_matches(['\n', '\r'])
}

/// The column of an offset within its line, from 0.
fn column(source: &Source, line: usize, offset: u32) -> usize {
    let start = source.line_start(line) as usize;
    let before = source.text().get(start..offset as usize);
    cells(before.unwrap_or_default().trim_end_matches(['\n', '\r'])).count()
}

/// What a line is shown as, column by column.
pub(super) fn cells(line: &str) -> impl Iterator<Item = char> {
    line.chars().flat_map(|character| match character {
        '\t' => std::iter::repeat_n(' ', TAB),
        _ if is_hidden(character) => std::iter::repeat_n(HIDDEN, 1),
        _ => std::iter::repeat_n(character, 1),
    })
}
