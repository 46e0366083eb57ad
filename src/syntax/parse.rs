//! The way in: one text, one tree, its findings.

use pest::Parser;

use super::ast::{Declaration, File};
use super::build::Builder;
use super::grammar::{FlowParser, Rule};
use super::lexer::names_in;
use super::repair::{Patch, repair};
use super::scan::{MAX_NESTING, scan};
use crate::base::{Name, SourceId, Span};
use crate::diagnostic::{Code, Finding, Findings};

/// A tree with the findings of making it.
#[derive(Debug)]
pub struct Parsed {
    /// The tree; what could not be read is not in it.
    pub file: File,
    /// What was wrong with the text.
    pub findings: Findings,
    /// Whether every declaration of the text is in the tree, at least by its
    /// name.
    pub complete: bool,
}

/// Reads a text. It never fails: what it cannot read becomes findings.
#[must_use]
pub fn parse(source: SourceId, text: &str) -> Parsed {
    let mut parsed = twice(source, text);
    doubtful_names(&mut parsed, text);
    parsed
}

fn twice(source: SourceId, text: &str) -> Parsed {
    let first = attempt(source, text, text, &Patch::default());
    if !first.doubtful {
        return first.parsed;
    }
    let Some(repair) = repair(source, text) else {
        return first.parsed;
    };
    let mut second = attempt(source, text, &repair.patch.text, &repair.patch).parsed;
    second.findings.append(repair.findings);
    let lost = repair.lost.into_iter().map(Declaration::Lost);
    second.file.declarations.extend(lost);
    second
}

/// The most lines whose names are noted: a text with more mistakes has enough
/// to tell.
const LINES: usize = 100;

/// What stands on a line that could not be read may be the name of something
/// that is used elsewhere.
fn doubtful_names(parsed: &mut Parsed, text: &str) {
    let unread = |finding: &&Finding| {
        matches!(
            finding.code,
            Code::UnexpectedText | Code::UnknownKeyword | Code::NameForm
        )
    };
    let spans = parsed.findings.iter().filter(unread).take(LINES);
    let spans: Vec<Span> = spans.map(|finding| finding.primary.span).collect();
    for span in spans {
        let before = text.get(..span.start as usize).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let behind = text.get(span.end as usize..).unwrap_or_default();
        let end = span.end as usize + behind.find('\n').unwrap_or(behind.len());
        let line = Span {
            start: start as u32,
            end: end as u32,
            ..span
        };
        let written = text.get(start..end).unwrap_or_default();
        let names = declared_in(written).into_iter();
        let names = names.map(|name| Declaration::Doubtful(Name::new(name), line));
        parsed.file.declarations.extend(names);
    }
}

/// The names that a line may declare: all in the head of a declaration, else
/// those that it binds.
fn declared_in(line: &str) -> Vec<&str> {
    if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
        let head = line.split('=').next().unwrap_or_default();
        return names_in(head).collect();
    }
    let mut after = "";
    let bound = names_in(line).filter(|word| {
        let binds = matches!(std::mem::replace(&mut after, *word), "as" | "let");
        binds
    });
    bound.collect()
}

/// What one parse gave.
pub(super) struct Attempt {
    pub(super) parsed: Parsed,
    /// Whether a second look at the text can make the findings better.
    pub(super) doubtful: bool,
}

/// Parses a text, which patches may have made of another.
fn attempt(source: SourceId, original: &str, text: &str, patch: &Patch) -> Attempt {
    let scan = scan(text);
    if let Some(at) = scan.too_deep {
        let at = patch.original(at);
        return Attempt {
            parsed: refused(source, too_deep(source, at)),
            doubtful: false,
        };
    }
    match FlowParser::parse(Rule::file, text) {
        Ok(pairs) => Builder::new(source, original, text, patch, scan).file(pairs),
        Err(error) => {
            // The grammar takes any text; this is for the day when it does not.
            let at = match error.location {
                pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => {
                    patch.original(at)
                }
            };
            let span = Span::new(source, at as u32, at as u32);
            let finding = Finding::new(Code::UnexpectedText, span, "this text cannot be read");
            Attempt {
                parsed: refused(source, finding),
                doubtful: false,
            }
        }
    }
}

/// Whether the grammar takes the text; builds no tree. For measuring the
/// parser alone.
#[must_use]
pub fn recognise(text: &str) -> bool {
    scan(text).too_deep.is_none() && FlowParser::parse(Rule::file, text).is_ok()
}

fn refused(source: SourceId, finding: Finding) -> Parsed {
    let mut findings = Findings::default();
    findings.push(finding);
    let file = File {
        source,
        declarations: Vec::new(),
        comments: Vec::new(),
        allows: Vec::new(),
    };
    Parsed {
        file,
        findings,
        complete: false,
    }
}

fn too_deep(source: SourceId, at: usize) -> Finding {
    let span = Span::new(source, at as u32, at as u32 + 1);
    Finding::new(
        Code::NestedTooDeeply,
        span,
        format!("more than {MAX_NESTING} brackets are open here"),
    )
    .label("one level too many")
    .help("split the expression or the steps; the file is not read any further")
}
