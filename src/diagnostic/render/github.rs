//! Findings as commands of GitHub's workflows, which show them beside the lines of a change. The
//! form is GitHub's: nothing of it is decided here.

use crate::base::Sources;
use crate::diagnostic::{Finding, Findings};

/// Writes `::error file=…,line=…,…::message` for each finding.
#[must_use]
pub fn render(findings: &Findings, sources: &Sources) -> String {
    findings
        .iter()
        .map(|finding| line(finding, sources))
        .collect()
}

fn line(finding: &Finding, sources: &Sources) -> String {
    let span = finding.primary.span;
    let source = sources.get(span.source);
    let (start, end) = (source.position(span.start), source.position(span.end));
    let title = format!("{} {}", finding.code, finding.code.name());
    let help = finding.help.as_deref().map(|help| format!("\n{help}"));
    let text = format!("{}{}", finding.message, help.unwrap_or_default());
    // Columns are shown only where the finding stands on one line.
    let columns = match start.line == end.line {
        true => format!(",col={},endColumn={}", start.column, end.column),
        false => String::new(),
    };
    format!(
        "::{} file={},line={},endLine={}{columns},title={}::{}\n",
        finding.level.word(),
        property(source.name()),
        start.line,
        end.line,
        property(&title),
        data(&text),
    )
}

/// What ends a command is written otherwise.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// So is what ends a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
