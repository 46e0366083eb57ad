//! The way in: one text, one tree, its findings.

use pest::Parser;

use super::ast::File;
use super::build::Builder;
use super::grammar::{FlowParser, Rule};
use super::scan::{MAX_NESTING, scan};
use crate::base::{SourceId, Span};
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
    let scan = scan(text);
    if let Some(at) = scan.too_deep {
        return refused(source, too_deep(source, at));
    }
    match FlowParser::parse(Rule::file, text) {
        Ok(pairs) => Builder::new(source, text, scan).file(pairs),
        Err(error) => {
            // The grammar takes any text; this is for the day when it does not.
            let at = match error.location {
                pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => {
                    at
                }
            };
            let span = Span::new(source, at as u32, at as u32);
            refused(
                source,
                Finding::new(Code::UnexpectedText, span, "this text cannot be read"),
            )
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
