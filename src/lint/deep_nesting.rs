//! `deep-nesting`: steps inside more blocks than people keep in mind.

use super::found::Found;
use super::places::keyword;
use crate::diagnostic::{Code, Finding};

pub(super) fn check(found: &mut Found<'_>) {
    let Some(most) = found.program.settings.limits.nesting_warning else {
        return;
    };
    found.in_workflows(|workflow, findings| {
        let mut steps = workflow.steps.iter();
        let Some(step) = steps.find(|step| step.depth > most as usize) else {
            return;
        };
        let message = format!("this step stands inside more than {most} blocks");
        findings.push(Finding::new(Code::DeepNesting, keyword(step), message).help(
            "put cases beside each other, write a `match`, or enrol in a second workflow; or raise `nesting_warning` under `[limits]` in flow.toml",
        ));
    });
}
