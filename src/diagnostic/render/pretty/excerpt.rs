//! The lines of a source that a finding shows, with the places to underline in them. It reads no
//! more of the source than those lines, and knows nothing of drawing.

use std::ops::Range;

use super::place::{Note, Place, line_text};
use super::window::{Room, Window, wrap};
use crate::base::{Position, Source};

/// Neighbouring lines of a source in a text of their own, with one line on each
/// side.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    text: String,
    /// The first line in the source, from 0.
    line: usize,
    /// Where each line stands in the text, without its line end.
    rows: Vec<Range<usize>>,
    marks: Vec<Mark>,
}

/// A place to underline, in bytes of the excerpt.
#[derive(Debug)]
pub(super) struct Mark {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) primary: bool,
    /// The words about it, in lines that fit.
    pub(super) text: Option<String>,
    /// Where it begins in the source.
    pub(super) place: Position,
}

impl Excerpt {
    /// Cuts out the lines of a primary note and of others near it.
    pub(super) fn new(source: &Source, notes: &[Note<'_>], room: Room) -> Self {
        let places: Vec<Place<'_>> = notes.iter().map(|note| Place::new(source, note)).collect();
        let lines = shown_lines(source, &places);
        let window = Window::new(room, lines.end, &places);
        let mut excerpt = Excerpt {
            line: lines.start,
            ..Excerpt::default()
        };
        for line in lines {
            let start = excerpt.text.len();
            excerpt.text.push_str(&window.cut(line_text(source, line)));
            excerpt.rows.push(start..excerpt.text.len());
            excerpt.text.push('\n');
        }
        excerpt.marks = places
            .iter()
            .filter_map(|place| excerpt.mark(place, &window))
            .collect();
        excerpt.marks.sort_by_key(|mark| mark.start);
        excerpt
    }

    /// The lines, each with a line end.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The first line in the source, from 0.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// How many lines there are.
    pub(super) fn line_count(&self) -> usize {
        self.rows.len()
    }

    /// The places, in the order of the text.
    pub(super) fn marks(&self) -> &[Mark] {
        &self.marks
    }

    fn mark(&self, place: &Place<'_>, window: &Window) -> Option<Mark> {
        let first = self.rows.get(place.first - self.line)?;
        let last = self.rows.get(place.last - self.line)?;
        let start = self.offset(first, place.from.saturating_sub(window.left));
        let end = self.offset(last, place.to.saturating_sub(window.left));
        Some(Mark {
            start,
            end: end.max(start),
            primary: place.primary,
            text: wrap(place.text, window.label_room(place)),
            place: place.position,
        })
    }

    /// Where a column of a line stands in the text.
    fn offset(&self, row: &Range<usize>, column: usize) -> usize {
        let shown = self.text.get(row.clone()).unwrap_or_default();
        let mut starts = shown.char_indices().map(|(at, _)| row.start + at);
        starts.nth(column).unwrap_or(row.end)
    }
}

/// The lines of the places and one on each side, unless that is blank.
fn shown_lines(source: &Source, places: &[Place<'_>]) -> Range<usize> {
    let first = places.iter().map(|place| place.first).min();
    let last = places.iter().map(|place| place.last).max();
    let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
    let says = |line: &usize| !line_text(source, *line).trim().is_empty();
    let before = first.checked_sub(1).filter(says);
    let after = Some(last + 1).filter(says);
    before.unwrap_or(first)..after.unwrap_or(last) + 1
}
