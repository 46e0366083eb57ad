//! The levels that a project gives to rules. Errors of the language have one
//! level alone.

use crate::diagnostic::{Findings, Level};
use crate::model::{LintLevel, Settings};

/// The findings at the levels of a project; those that it allows are left out.
#[must_use]
pub fn levelled(findings: Findings, settings: &Settings) -> Findings {
    if settings.lints.is_empty() {
        return findings;
    }
    let mut kept = Findings::default();
    for finding in findings {
        let set = settings.lints.get(&finding.code);
        match set.filter(|_| finding.level == Level::Warning) {
            Some(LintLevel::Allow) => {}
            Some(LintLevel::Deny) => kept.push(finding.at_level(Level::Error)),
            Some(LintLevel::Warn) | None => kept.push(finding),
        }
    }
    kept
}
