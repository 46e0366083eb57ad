//! What the environment says about a stream: whether it is a terminal, its colours, characters and
//! width.

use std::env;
use std::io::{self, IsTerminal};

use terminal_size::{Height, Width, terminal_size_of};

use crate::cli::args::Color;
use crate::diagnostic::render::pretty::Style;

/// The columns where neither a terminal nor `COLUMNS` tells.
const WIDTH: usize = 100;

/// A stream, as it can be asked about.
pub(super) struct Terminal {
    is_terminal: bool,
    width: Option<usize>,
}

impl Terminal {
    /// Asks about standard output.
    pub(super) fn stdout() -> Self {
        Terminal::new(&io::stdout(), terminal_size_of(io::stdout()))
    }

    /// Asks about standard error.
    pub(super) fn stderr() -> Self {
        Terminal::new(&io::stderr(), terminal_size_of(io::stderr()))
    }

    fn new(stream: &impl IsTerminal, size: Option<(Width, Height)>) -> Self {
        let width = size.map(|(Width(width), _)| usize::from(width));
        Terminal {
            is_terminal: stream.is_terminal(),
            width,
        }
    }

    /// How to draw on the stream.
    pub(super) fn style(&self, color: Color) -> Style {
        let columns = || variable("COLUMNS").and_then(|columns| columns.parse().ok());
        Style {
            color: match color {
                Color::Always => true,
                Color::Never => false,
                Color::Auto => self.is_terminal && !is_plain() && variable("NO_COLOR").is_none(),
            },
            unicode: !is_plain() && !is_console() && speaks_unicode(),
            width: self
                .width
                .or_else(columns)
                .filter(|width| *width > 0)
                .unwrap_or(WIDTH),
        }
    }
}

/// Whether the terminal says that it knows nothing but letters.
fn is_plain() -> bool {
    variable("TERM").is_some_and(|term| term == "dumb")
}

/// Whether it is the console of Linux, which has few characters.
fn is_console() -> bool {
    variable("TERM").is_some_and(|term| term == "linux")
}

/// Whether the locale leaves more than ASCII. One that names no character set
/// does.
fn speaks_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(variable);
    let locale = locale.unwrap_or_default().to_ascii_lowercase();
    let locale = locale.split('@').next().unwrap_or_default();
    match locale.split_once('.') {
        Some((_, charset)) => matches!(charset, "utf8" | "utf-8"),
        None => !matches!(locale, "c" | "posix"),
    }
}

/// A variable of the environment that is set to something.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
