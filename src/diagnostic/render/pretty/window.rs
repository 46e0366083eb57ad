//! The part of a line that fits the width, and the room that is left for labels. It knows columns,
//! not sources.

use std::ops::Range;

use super::super::printable;
use super::place::{Place, cells};

/// How many columns of a line are kept before a place where the line is cut.
const LEAD: usize = 8;

/// How many columns of a label move a line to the left.
const LABEL: usize = 32;

/// The fewest columns that a label is broken for.
const LEAST: usize = 16;

/// How many columns a drawn label stands after the middle of its place.
const HOOK: usize = 4;

/// What an excerpt has to fit in.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// The columns of a whole line, its number included.
    pub(super) width: usize,
    /// What stands where a line is cut.
    pub(super) ellipsis: &'static str,
}

/// The part of a line that is shown.
pub(super) struct Window {
    /// The columns that are shown.
    columns: usize,
    /// The columns that are left out before them.
    pub(super) left: usize,
    ellipsis: &'static str,
}

impl Window {
    /// Subtracts what miette puts before a line: its number, three marks and
    /// spaces, and arrows where a place covers several lines.
    pub(super) fn new(room: Room, last_line: usize, places: &[Place<'_>]) -> Self {
        let long = places.iter().filter(|place| place.first != place.last);
        let arrows = long.count();
        let gutter = if arrows == 0 { 0 } else { arrows + 3 };
        let number = last_line.to_string().len();
        let columns = room.width.saturating_sub(number + 4 + gutter);
        let primary = places.iter().find(|place| place.primary);
        let left = primary.map_or(0, |place| hidden_columns(place, columns));
        Window {
            columns,
            left,
            ellipsis: room.ellipsis,
        }
    }

    /// How many columns there are for the label of a place.
    pub(super) fn label_room(&self, place: &Place<'_>) -> usize {
        let Range { start, end } = place.columns();
        let middle = if place.first == place.last {
            (start + end) / 2
        } else {
            0
        };
        let taken = middle.saturating_sub(self.left) + HOOK;
        self.columns.saturating_sub(taken).max(LEAST)
    }

    /// What is shown of a line.
    pub(super) fn cut(&self, line: &str) -> String {
        let mut before = cells(line).take(self.left);
        let mut after = cells(line).skip(self.left + self.columns);
        let mut shown: Vec<char> = cells(line).skip(self.left).take(self.columns).collect();
        if before.any(|cell| cell != ' ') {
            // A line that ends before the cut still shows that it is there.
            shown.resize(shown.len().max(self.ellipsis.chars().count()), ' ');
            overwrite(shown.iter_mut(), self.ellipsis);
        }
        if after.any(|cell| cell != ' ') {
            overwrite(shown.iter_mut().rev(), self.ellipsis);
        }
        shown.into_iter().collect()
    }
}

/// How many columns to leave out so that a place and its label fit.
fn hidden_columns(place: &Place<'_>, columns: usize) -> usize {
    let Range { start, end } = place.columns();
    let label = place.text.chars().count().min(LABEL);
    let hook = if label == 0 { 0 } else { HOOK };
    let need = end.max((start + end) / 2 + hook + label);
    need.saturating_sub(columns).min(start.saturating_sub(LEAD))
}

fn overwrite<'a>(cells: impl Iterator<Item = &'a mut char>, dots: &str) {
    cells.zip(dots.chars()).for_each(|(cell, dot)| *cell = dot);
}

/// Breaks a label between words so that its lines fit; `None` for no label.
pub(super) fn wrap(text: &str, room: usize) -> Option<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(printable(word)),
        }
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}
