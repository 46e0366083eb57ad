//! Findings as one JSON document, for programs. The wire types here change only together with
//! the number `version`; lines and columns count from 1 and in characters, offsets from 0 and in
//! bytes of UTF-8.

use serde::Serialize;

use crate::base::{SourceId, Sources, Span};
use crate::diagnostic::{Edit, Finding, Findings, Fix, Label, Level};

/// The version of the form.
const VERSION: u32 = 1;

/// Writes the document, indented, with a line end after it.
#[must_use]
pub fn render(findings: &Findings, sources: &Sources) -> String {
    let places = Places { sources };
    let document = Document {
        version: VERSION,
        findings: findings
            .iter()
            .map(|finding| places.finding(finding))
            .collect(),
        summary: Summary {
            errors: findings.count(Level::Error),
            warnings: findings.count(Level::Warning),
        },
    };
    // It fails for maps with keys that are no strings, and there is no map.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    findings: Vec<WireFinding<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
}

#[derive(Serialize)]
struct WireFinding<'a> {
    code: &'static str,
    name: &'static str,
    level: &'static str,
    message: &'a str,
    #[serde(flatten)]
    primary: WireLabel<'a>,
    others: Vec<WireLabel<'a>>,
    help: Option<&'a str>,
    fixes: Vec<WireFix<'a>>,
}

#[derive(Serialize)]
struct WireLabel<'a> {
    #[serde(flatten)]
    range: WireRange<'a>,
    label: Option<&'a str>,
}

#[derive(Serialize)]
struct WireFix<'a> {
    title: &'a str,
    edits: Vec<WireEdit<'a>>,
}

#[derive(Serialize)]
struct WireEdit<'a> {
    #[serde(flatten)]
    range: WireRange<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct WireRange<'a> {
    path: &'a str,
    start: WirePosition,
    end: WirePosition,
}

#[derive(Serialize)]
struct WirePosition {
    line: usize,
    column: usize,
    offset: u32,
}

/// Turns findings into wire types, which need the texts for lines and columns.
struct Places<'a> {
    sources: &'a Sources,
}

impl<'a> Places<'a> {
    fn finding(&self, finding: &'a Finding) -> WireFinding<'a> {
        WireFinding {
            code: finding.code.code(),
            name: finding.code.name(),
            level: finding.level.word(),
            message: &finding.message,
            primary: self.label(&finding.primary),
            others: finding
                .others
                .iter()
                .map(|label| self.label(label))
                .collect(),
            help: finding.help.as_deref(),
            fixes: finding.fixes.iter().map(|fix| self.fix(fix)).collect(),
        }
    }

    fn label(&self, label: &'a Label) -> WireLabel<'a> {
        let text = Some(label.text.as_str()).filter(|text| !text.is_empty());
        WireLabel {
            range: self.range(label.span),
            label: text,
        }
    }

    fn fix(&self, fix: &'a Fix) -> WireFix<'a> {
        WireFix {
            title: &fix.title,
            edits: fix.edits.iter().map(|edit| self.edit(edit)).collect(),
        }
    }

    fn edit(&self, edit: &'a Edit) -> WireEdit<'a> {
        WireEdit {
            range: self.range(edit.span),
            text: &edit.text,
        }
    }

    fn range(&self, span: Span) -> WireRange<'a> {
        WireRange {
            path: self.sources.get(span.source).name(),
            start: self.position(span.source, span.start),
            end: self.position(span.source, span.end),
        }
    }

    fn position(&self, source: SourceId, offset: u32) -> WirePosition {
        let place = self.sources.get(source).position(offset);
        WirePosition {
            line: place.line,
            column: place.column,
            offset,
        }
    }
}
