//! `deep-nesting`: steps inside more blocks than people keep in mind.

use super::places::keyword;
use crate::diagnostic::{Code, Finding, Findings};
use crate::plan::Program;

pub(super) fn check(program: &Program, findings: &mut Findings) {
    let Some(most) = program.settings.limits.nesting_warning else {
        return;
    };
    for workflow in program.workflows() {
        let mut steps = workflow.steps.iter();
        let Some(step) = steps.find(|step| step.depth > most as usize) else {
            continue;
        };
        let message = format!("this step stands inside more than {most} blocks");
        findings.push(Finding::new(Code::DeepNesting, keyword(step), message).help(
            "put cases beside each other, write a `match`, or enrol in a second workflow; or raise `nesting_warning` under `[limits]` in flow.toml",
        ));
    }
}
