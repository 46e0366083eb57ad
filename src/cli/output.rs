//! What is printed: data on standard output, talk on standard error, and how both look. A reader
//! that has gone away ends the printing, not the program.

pub(super) mod desk;
pub(super) mod import;
pub(super) mod junit;
pub(super) mod repair;
pub(super) mod report;
mod terminal;
pub(super) mod test;
pub(super) mod verify;
pub(super) mod wire;

use std::fmt;
use std::io::{self, ErrorKind, Write};

use self::terminal::Terminal;
use super::args::Color;
use super::exit::{Exit, Failure};
use crate::base::Sources;
use crate::diagnostic::Findings;
use crate::diagnostic::render::pretty::{self, Style};

/// Where a command prints.
pub(super) struct Output {
    data: Style,
    talk: Style,
}

impl Output {
    /// Asks the environment and the terminal once.
    pub(super) fn new(color: Color) -> Self {
        Output {
            data: Terminal::stdout().style(color),
            talk: Terminal::stderr().style(color),
        }
    }

    /// How data looks.
    pub(super) fn data_style(&self) -> Style {
        self.data
    }

    /// Prints data.
    pub(super) fn data(&self, text: &str) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        match stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush())
        {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure {
                exit: Exit::Environment,
                message: format!("cannot write to standard output: {error}"),
                help: None,
            }),
            _ => Ok(()),
        }
    }

    /// Prints a line about what was done.
    pub(super) fn talk(&self, text: impl fmt::Display) {
        say(&format!("{text}\n"));
    }

    /// Prints something that is worth knowing, but no mistake.
    pub(super) fn note(&self, text: impl fmt::Display) {
        say(&format!("{} {text}\n", self.heading("note:", CYAN)));
    }

    /// Prints why a command could not do its work.
    pub(super) fn failure(&self, failure: &Failure) {
        let mut text = format!("{} {}\n", self.heading("error:", RED), failure.message);
        if let Some(help) = &failure.help {
            text += &format!("{} {help}\n", self.heading("help:", CYAN));
        }
        say(&text);
    }

    /// Prints findings as talk, where the data would have been something else.
    pub(super) fn findings(&self, findings: &Findings, sources: &Sources) {
        say(&pretty::render(findings, sources, self.talk));
    }

    fn heading(&self, word: &str, color: &str) -> String {
        if self.talk.color {
            format!("{color}{word}{PLAIN}")
        } else {
            word.to_owned()
        }
    }
}

/// The text in bold letters.
pub(super) fn bold(text: &str) -> String {
    format!("{BOLD}{text}{PLAIN}")
}

const BOLD: &str = "\u{1b}[1m";
const RED: &str = "\u{1b}[1;31m";
const CYAN: &str = "\u{1b}[36m";
const PLAIN: &str = "\u{1b}[0m";

/// Writes to standard error. If it cannot, nobody is left to be told.
fn say(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
