//! What follows from the arguments of an instance alone is no doubt about its
//! template: in another instance it is something else. It judges nothing itself.

use crate::base::Span;
use crate::diagnostic::{Code, Finding, Findings};
use crate::plan::Program;

/// The rules that look at values.
const OF_VALUES: [Code; 3] = [
    Code::ConstantCondition,
    Code::OverlappingCase,
    Code::ShadowedTrigger,
];

/// Findings without those that are about the value of a parameter.
pub(super) fn without(findings: Findings, program: &Program) -> Findings {
    let plans = program.workflows().iter();
    let made = plans.filter_map(|workflow| workflow.made.as_ref());
    let given: Vec<Span> = made.flat_map(|made| &made.given).copied().collect();
    if given.is_empty() {
        return findings;
    }
    let stays = |finding: &Finding| {
        let mut places = finding.others.iter().chain([&finding.primary]);
        !OF_VALUES.contains(&finding.code)
            || !places.any(|place| given.iter().any(|given| place.span.contains(*given)))
    };
    let mut kept = Findings::default();
    kept.extend(findings.into_iter().filter(stays));
    kept
}
