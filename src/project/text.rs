//! The text of one file: what is UTF-8, what is nearly so, and what is no text at all. It knows no
//! language.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::{Error, discover};
use crate::base::{SourceId, Sources, Span};
use crate::diagnostic::{Code, Finding, Findings};

/// What some editors put before the first character of UTF-8.
pub(super) const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What a file holds.
pub(super) enum Text {
    /// UTF-8, without a byte-order mark.
    Clean(String),
    /// Text in which bytes are not UTF-8: replaced, with the place of the
    /// first.
    Lossy { text: String, first: usize },
    /// No text, with the reason.
    None(String),
}

impl Text {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let fail = |error| Error::environment(path, error);
        let most = Sources::MAX_BYTES as u64;
        let file = File::open(path).map_err(fail)?;
        let mut bytes = Vec::new();
        file.take(most + 1).read_to_end(&mut bytes).map_err(fail)?;
        if bytes.len() > Sources::MAX_BYTES {
            let mebibytes = most >> 20;
            return Ok(Text::None(format!(
                "the file is larger than {mebibytes} MiB"
            )));
        }
        Ok(Text::from_bytes(bytes))
    }

    /// Whether a file begins with a byte-order mark.
    pub(super) fn is_marked(path: &Path) -> io::Result<bool> {
        let mut head = Vec::new();
        let most = BYTE_ORDER_MARK.len() as u64;
        File::open(path)?.take(most).read_to_end(&mut head)?;
        Ok(head == BYTE_ORDER_MARK.as_bytes())
    }

    fn from_bytes(bytes: Vec<u8>) -> Self {
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Text::None("the file is UTF-16, not UTF-8".into());
        }
        let error = match String::from_utf8(bytes) {
            Ok(text) => return Text::Clean(without_mark(text)),
            Err(error) => error,
        };
        if error.as_bytes().contains(&0) {
            return Text::None("the file is no text".into());
        }
        let first = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        let mark = if text.starts_with(BYTE_ORDER_MARK) {
            BYTE_ORDER_MARK.len()
        } else {
            0
        };
        Text::Lossy {
            text: without_mark(text),
            first: first - mark,
        }
    }

    /// Adds the text to the sources under its path, with a finding where it is
    /// not clean. Also says whether it is of use to the compiler.
    pub(super) fn register(
        self,
        path: &Path,
        sources: &mut Sources,
        findings: &mut Findings,
    ) -> (SourceId, bool) {
        let name = discover::shown(path);
        match self {
            Text::Clean(text) => (sources.add(name, text), true),
            Text::Lossy { text, first } => {
                let id = sources.add(name, text);
                findings.push(replaced(id, first));
                (id, true)
            }
            Text::None(reason) => {
                let id = sources.add(name, "");
                let finding = Finding::new(Code::UnreadableSource, Span::new(id, 0, 0), reason);
                findings.push(finding.help("save it as UTF-8 text of less than 64 MiB"));
                (id, false)
            }
        }
    }
}

/// The finding about the first byte that was replaced. The text before it is
/// as long as it was in the file.
fn replaced(id: SourceId, first: usize) -> Finding {
    let start = u32::try_from(first).unwrap_or(u32::MAX);
    let end = start + char::REPLACEMENT_CHARACTER.len_utf8() as u32;
    Finding::new(
        Code::UnreadableSource,
        Span::new(id, start, end),
        "the file is not UTF-8",
    )
    .label("not UTF-8 from here")
    .help("save it as UTF-8")
}

fn without_mark(text: String) -> String {
    match text.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}
