//! Findings as text: one module for each form. The renderers return text and write it nowhere;
//! findings are shown in the order in which they are given.

pub mod concise;
pub mod github;
pub mod json;
#[cfg(feature = "cli")]
pub mod pretty;
#[cfg(feature = "cli")]
pub mod sarif;

/// The text on one line and without characters that a terminal would obey.
fn printable(text: &str) -> String {
    text.chars()
        .map(|character| {
            if is_hidden(character) {
                HIDDEN
            } else {
                character
            }
        })
        .collect()
}

/// What is shown in the place of a character that a terminal would obey.
const HIDDEN: char = '\u{fffd}';

/// Whether a character has no form of its own but changes how others are shown.
fn is_hidden(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
