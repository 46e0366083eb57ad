//! The replay file: things that happened, one JSON object a line, in their
//! order. All lines are read and checked against the program before anything
//! runs. What a line does is not known here.

pub(in crate::host) mod bygone;
mod input;
mod keys;
pub mod kept;
mod line;
mod names;
pub mod past;
pub(super) mod wire;
pub(in crate::host) mod written;

use std::path::Path;

use crate::base::{Source, SourceId, Span, Timestamp};
use crate::diagnostic::{Code, Finding, Findings};
use crate::engine::{Input, InputBody, Prepared};
use crate::host::import::Import;
use crate::model::{ObjectId, PropertyId};
use crate::plan::{Program, Readers};

/// What some editors put before the first character of UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A replay that goes with its program.
#[derive(Debug, Default)]
pub struct Replay {
    /// Its lines, in order.
    pub lines: Vec<Line>,
}

/// One line of a replay.
#[derive(Debug)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: usize,
    /// When it is accepted.
    pub at: Timestamp,
    /// What it brings.
    pub brings: Brings,
}

/// What a line brings.
#[derive(Debug)]
pub enum Brings {
    /// One input.
    Input(Box<Input>),
    /// The rows of a table.
    Import(Box<Import>),
}

/// What is wrong with a line.
#[derive(Debug)]
pub(super) struct Mistake {
    code: Code,
    message: String,
    /// The word of the line that explains it; the whole line where there is
    /// none.
    word: Option<String>,
    help: Option<String>,
    /// What was likely meant instead of the word.
    meant: Option<String>,
}

/// What is wrong, and what to do about it.
pub type Said = (String, Option<String>);

impl Mistake {
    fn new(code: Code, message: impl Into<String>) -> Self {
        Mistake {
            code,
            message: message.into(),
            word: None,
            help: None,
            meant: None,
        }
    }

    fn bad(message: impl Into<String>) -> Self {
        Mistake::new(Code::BadReplayLine, message)
    }

    fn at(mut self, word: impl Into<String>) -> Self {
        self.word = Some(word.into());
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What is wrong, and what to do about it.
    fn words(self) -> Said {
        let meant = self.meant.map(|meant| format!("did you mean `{meant}`?"));
        (self.message, meant.or(self.help))
    }

    /// The finding; its place is the first of the word in the line.
    fn finding(self, line: (Span, &str)) -> Finding {
        let (whole, text) = line;
        let quoted = self.word.as_deref().map(wire::quoted);
        let found = quoted
            .as_deref()
            .and_then(|word| Some((text.find(word)?, word.len())));
        let span = match found {
            Some((start, length)) => {
                let start = whole.start + start as u32;
                Span::new(whole.source, start, start + length as u32)
            }
            None => whole,
        };
        let finding = Finding::new(self.code, span, self.message);
        match (self.meant, found) {
            (Some(meant), Some(_)) => finding.help(format!("did you mean `{meant}`?")).fix(
                format!("write `{meant}`"),
                span,
                wire::quoted(&meant),
            ),
            _ => finding.help_if(self.help),
        }
    }
}

/// Reads a replay. `folder` is where the files that it names are looked for.
///
/// # Errors
/// One finding for each line that cannot be read.
pub fn read(
    (id, source): (SourceId, &Source),
    prepared: &Prepared,
    folder: &Path,
) -> Result<Replay, Findings> {
    let readers = Readers::new(&prepared.program);
    let reader = line::Reader {
        prepared,
        readers: &readers,
        folder,
    };
    let mut replay = Replay::default();
    let mut findings = Findings::default();
    let mut before = None;
    for (number, (start, text)) in lines(source.text()).enumerate() {
        if text.trim().is_empty() {
            continue;
        }
        let span = Span::new(id, start, start + text.len() as u32);
        match reader.line(text, before) {
            Ok((at, brings)) => {
                before = Some(at);
                let number = number + 1;
                replay.lines.push(Line { number, at, brings });
            }
            Err(mistake) => findings.push(mistake.finding((span, text))),
        }
    }
    if findings.is_empty() {
        publish(&mut replay);
        Ok(replay)
    } else {
        Err(findings)
    }
}

/// Reads orders: lines that are accepted now, so that they have no `at`.
///
/// # Errors
/// What is wrong with the first that cannot be read, and what to do about it.
pub(in crate::host) fn orders<'t>(
    texts: impl Iterator<Item = &'t str>,
    prepared: &Prepared,
) -> Result<Vec<Input>, Said> {
    let readers = Readers::new(&prepared.program);
    let reader = line::Reader {
        prepared,
        readers: &readers,
        folder: Path::new(""),
    };
    let read = texts.map(|text| reader.order(text).map_err(Mistake::words));
    read.collect()
}

/// The object of a name.
///
/// # Errors
/// That there is none, and which there are.
pub fn object(program: &Program, name: &str) -> Result<ObjectId, Said> {
    names::object(program, name).map_err(Mistake::words)
}

/// The property of a name, which an input may write.
///
/// # Errors
/// That there is none, and which there are, or why it is not written.
pub fn writable(program: &Program, object: ObjectId, name: &str) -> Result<PropertyId, Said> {
    names::writable(program, object, name).map_err(Mistake::words)
}

/// The lines with their places, without what ends them.
fn lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |whole| {
        let at = start;
        start += whole.len() as u32;
        let line = whole.trim_end_matches(['\n', '\r']);
        match line.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) if at == 0 => (BYTE_ORDER_MARK.len() as u32, rest),
            _ => (at, line),
        }
    })
}

/// A replay that does not say when the program is published has it published
/// just before the first line.
fn publish(replay: &mut Replay) {
    let says = replay.lines.iter().any(|line| match &line.brings {
        Brings::Input(input) => input.body == InputBody::Publish,
        Brings::Import(_) => false,
    });
    if let (false, Some(first)) = (says, replay.lines.first()) {
        let line = Line {
            number: 0,
            at: first.at,
            brings: Brings::Input(Box::new(InputBody::Publish.into())),
        };
        replay.lines.insert(0, line);
    }
}
