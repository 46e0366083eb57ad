//! `missing-goal`: `met goal of` a workflow that has no goal, which nobody
//! ever meets.

use super::found::Found;
use crate::diagnostic::{Code, Finding, Findings};
use crate::plan::{Condition, Node, Past, Program};
use crate::semantic::hir::WorkflowTest;

pub(super) fn check(found: &mut Found<'_>) {
    let program = found.program;
    let segments = program.segment_conditions();
    segments.for_each(|condition| judge(program, condition, &mut found.findings));
    found.in_workflows(|workflow, findings| {
        let conditions = workflow.conditions().into_iter();
        conditions.for_each(|condition| judge(program, condition, findings));
    });
}

fn judge(program: &Program, condition: &Condition, findings: &mut Findings) {
    for (_, node, span) in condition.expression.nodes() {
        let Node::Past(past) = node else { continue };
        let Past::Workflow {
            test: WorkflowTest::MetGoal,
            workflow,
            ..
        } = &**past
        else {
            continue;
        };
        let Some(asked) = program.plan(*workflow).filter(|plan| plan.goal.is_none()) else {
            continue;
        };
        let message = format!("`{}` has no goal that could be met", asked.name());
        findings.push(Finding::new(Code::MissingGoal, span, message).help(
            "give it one: `goal when …`; `completed in` asks whether its steps were finished",
        ));
    }
}
