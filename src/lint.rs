//! Judgements over a program that can run: what is doubtful in it. One file
//! per rule. It knows nothing of parsing, rendering or running.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod unverified_webhook;

use crate::diagnostic::Findings;
use crate::plan::Program;

/// Runs all rules.
#[must_use]
pub fn check(program: &Program) -> Findings {
    let mut findings = Findings::default();
    unverified_webhook::check(program, &mut findings);
    findings
}
