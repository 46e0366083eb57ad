//! Findings as one document of SARIF 2.1.0, for services that keep and compare them. The form is
//! that of OASIS; lines and columns count from 1 and in characters.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::base::{Sources, Span};
use crate::diagnostic::{Code, Edit, Finding, Findings, Fix, Label, Level};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const VERSION: &str = "2.1.0";

/// What stands for itself in the path of an address.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'~');

/// Writes the document, indented, with a line end after it.
#[must_use]
pub fn render(findings: &Findings, sources: &Sources) -> String {
    let document = Document {
        schema: SCHEMA,
        version: VERSION,
        runs: [run(findings, sources)],
    };
    // It fails for maps with keys that are no strings, and there is no map.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<WireResult<'a>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    name: &'static str,
    short_description: Text<'static>,
    help: Page,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Page {
    text: &'static str,
    markdown: &'static str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Text<'a> {
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireResult<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Owned,
    locations: [Location<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<WireFix<'a>>,
}

#[derive(Serialize)]
struct Owned {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireFix<'a> {
    description: Text<'a>,
    artifact_changes: Vec<Change<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    artifact_location: Artifact,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Text<'a>,
}

fn run<'a>(findings: &'a Findings, sources: &Sources) -> Run<'a> {
    let mut places: BTreeMap<Code, usize> =
        findings.iter().map(|finding| (finding.code, 0)).collect();
    for (place, index) in places.values_mut().enumerate() {
        *index = place;
    }
    let results = findings.iter().map(|finding| {
        let index = places.get(&finding.code).copied().unwrap_or_default();
        result(finding, index, sources)
    });
    Run {
        results: results.collect(),
        tool: Tool {
            driver: Driver {
                name: "flow",
                version: env!("CARGO_PKG_VERSION"),
                rules: places.into_keys().map(rule).collect(),
            },
        },
        column_kind: "unicodeCodePoints",
    }
}

fn rule(code: Code) -> Rule {
    Rule {
        id: code.code(),
        name: code.name(),
        short_description: Text {
            text: code.summary(),
        },
        help: Page {
            text: code.page(),
            markdown: code.page(),
        },
        default_configuration: Configuration {
            level: code.level().word(),
        },
    }
}

fn result<'a>(finding: &'a Finding, rule_index: usize, sources: &Sources) -> WireResult<'a> {
    let help = finding.help.as_deref().map(|help| format!("\n{help}"));
    let related = finding.others.iter().map(|label| related(label, sources));
    let fixes = finding.fixes.iter().map(|fix| change(fix, sources));
    WireResult {
        rule_id: finding.code.code(),
        rule_index,
        level: level(finding.level),
        message: Owned {
            text: format!("{}{}", finding.message, help.unwrap_or_default()),
        },
        locations: [Location {
            physical_location: physical(finding.primary.span, sources),
            message: words(&finding.primary),
        }],
        related_locations: related.collect(),
        fixes: fixes.collect(),
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
    }
}

fn words(label: &Label) -> Option<Text<'_>> {
    (!label.text.is_empty()).then_some(Text { text: &label.text })
}

fn related<'a>(label: &'a Label, sources: &Sources) -> Location<'a> {
    Location {
        physical_location: physical(label.span, sources),
        message: words(label),
    }
}

fn physical(span: Span, sources: &Sources) -> Physical {
    Physical {
        artifact_location: artifact(span, sources),
        region: region(span, sources),
    }
}

fn artifact(span: Span, sources: &Sources) -> Artifact {
    let name = sources.get(span.source).name().replace('\\', "/");
    Artifact {
        uri: utf8_percent_encode(&name, PATH).to_string(),
    }
}

fn region(span: Span, sources: &Sources) -> Region {
    let source = sources.get(span.source);
    let (start, end) = (source.position(span.start), source.position(span.end));
    Region {
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

/// A fix, its edits by file.
fn change<'a>(fix: &'a Fix, sources: &Sources) -> WireFix<'a> {
    let mut files: BTreeMap<_, Vec<&Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        files.entry(edit.span.source).or_default().push(edit);
    }
    let changes = files.into_values().filter_map(|edits| {
        let first = edits.first()?;
        let replacements = edits.iter().map(|edit| Replacement {
            deleted_region: region(edit.span, sources),
            inserted_content: Text { text: &edit.text },
        });
        Some(Change {
            artifact_location: artifact(first.span, sources),
            replacements: replacements.collect(),
        })
    });
    WireFix {
        description: Text { text: &fix.title },
        artifact_changes: changes.collect(),
    }
}
