//! `empty-branch`: a case, or a whole branch, that does nothing. An empty case
//! keeps records from what follows it; only where nothing does it is of no use.

use super::found::Found;
use super::places::keyword;
use crate::base::Span;
use crate::diagnostic::{Code, Finding, Findings};
use crate::plan::{Case, Next, Step, StepKind};

pub(super) fn check(found: &mut Found<'_>) {
    found.in_workflows(|workflow, findings| {
        for step in &workflow.steps {
            judge(step, findings);
        }
    });
}

fn judge(step: &Step, findings: &mut Findings) {
    match &step.kind {
        StepKind::Branch(cases, otherwise) => {
            block(step, (&spans(cases, step), *otherwise), findings);
        }
        kind if chooses(kind, step) && no_case_does(step) => findings.push(nothing(step)),
        _ => {}
    }
}

/// Whether a step takes one of several ways, and nothing else.
fn chooses(kind: &StepKind, step: &Step) -> bool {
    match kind {
        StepKind::Match(_, _, otherwise) => is_empty(*otherwise, step),
        StepKind::Split(_) => true,
        _ => false,
    }
}

/// The heads of cases, and whether they hold no step: then what follows the
/// case follows the whole.
fn spans<T>(cases: &[Case<T>], step: &Step) -> Vec<(Span, bool)> {
    let cases = cases.iter();
    cases
        .map(|case| (case.span, case.entry == step.next))
        .collect()
}

fn no_case_does(step: &Step) -> bool {
    let mut cases = step.kind.cases().into_iter();
    cases.all(|case| case.next == step.next)
}

fn is_empty(otherwise: Option<Next>, step: &Step) -> bool {
    otherwise.is_none_or(|entry| entry == step.next)
}

fn block(
    step: &Step,
    (cases, otherwise): (&[(Span, bool)], Option<Next>),
    findings: &mut Findings,
) {
    if !is_empty(otherwise, step) {
        return;
    }
    if cases.iter().all(|(_, empty)| *empty) {
        return findings.push(nothing(step));
    }
    let useless = cases.iter().rev().take_while(|(_, empty)| *empty);
    for (span, _) in useless {
        findings.push(
            Finding::new(Code::EmptyBranch, *span, "this case does nothing")
                .label("nothing follows from which it would keep a record")
                .help("give it steps, or delete it"),
        );
    }
}

fn nothing(step: &Step) -> Finding {
    let message = format!("this `{}` does nothing", step.kind.word());
    Finding::new(Code::EmptyBranch, keyword(step), message)
        .help("give one of its cases steps, or delete it")
}
