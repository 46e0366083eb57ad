//! One line for each finding, for `grep` and for editors that read compilers.

use super::printable;
use crate::base::Sources;
use crate::diagnostic::{Finding, Findings};

/// Writes `path:line:column: level[code]: message` for each finding.
#[must_use]
pub fn render(findings: &Findings, sources: &Sources) -> String {
    findings
        .iter()
        .map(|finding| line(finding, sources))
        .collect()
}

/// The line of one finding, with its line end.
pub(super) fn line(finding: &Finding, sources: &Sources) -> String {
    let span = finding.primary.span;
    let source = sources.get(span.source);
    let place = source.position(span.start);
    format!(
        "{}:{}:{}: {}[{}]: {}\n",
        printable(source.name()),
        place.line,
        place.column,
        finding.level.word(),
        finding.code,
        printable(&finding.message),
    )
}
