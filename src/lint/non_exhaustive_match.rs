//! `non-exhaustive-match`: a match of an enum that leaves members out, and has
//! no `else`.

use super::found::Found;
use super::places::{keyword, whole};
use super::types::type_of;
use crate::base::Span;
use crate::diagnostic::{Code, Finding};
use crate::model::{Members, Type, Value};
use crate::plan::{Case, Expression, Node, Step, StepKind, Test};

/// How many members are named at most.
const SHOWN: usize = 3;

pub(super) fn check(found: &mut Found<'_>) {
    let program = found.program;
    found.in_workflows(|workflow, findings| {
        for step in &workflow.steps {
            let StepKind::Match(value, cases, None) = &step.kind else {
                continue;
            };
            if let Some(Type::Enum(members)) = type_of((program, workflow), value) {
                let left = left_out(members, cases);
                if !left.is_empty() {
                    let span = whole(value).unwrap_or_else(|| keyword(step));
                    findings.push(finding(step, span, &left));
                }
            }
        }
    });
}

/// The members that no case takes.
fn left_out<'m>(members: &'m Members, cases: &[Case<Vec<Test>>]) -> Vec<&'m str> {
    let tests: Vec<&Test> = cases.iter().flat_map(|case| &case.test).collect();
    let taken = |place: usize| tests.iter().any(|test| takes(test, place));
    let names = members.names().enumerate();
    names
        .filter(|(place, _)| !taken(*place))
        .map(|(_, name)| name)
        .collect()
}

fn takes(test: &Test, place: usize) -> bool {
    match test {
        Test::Equal(value) => member(value).is_none_or(|member| member == place),
        // An end that is no plain member is taken to reach as far as it can.
        Test::Range(low, high) => {
            member(low).is_none_or(|low| low <= place)
                && member(high).is_none_or(|high| place <= high)
        }
        Test::Unknown => false,
    }
}

/// The member that an expression names.
fn member(value: &Expression) -> Option<usize> {
    match value.node(value.root()?)? {
        Node::Constant(Value::Member(place)) => Some(*place),
        _ => None,
    }
}

fn finding(step: &Step, span: Span, left: &[&str]) -> Finding {
    let mut shown: Vec<String> = left
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    if left.len() > SHOWN {
        shown.push(format!("{} more", left.len() - SHOWN));
    }
    let last = shown.pop().unwrap_or_default();
    let shown = match shown.is_empty() {
        true => last,
        false => format!("{} and {last}", shown.join(", ")),
    };
    let brace = Span {
        start: step.span.end.saturating_sub(1),
        end: step.span.end.saturating_sub(1),
        ..step.span
    };
    Finding::new(
        Code::NonExhaustiveMatch,
        span,
        format!("no case takes {shown}"),
    )
    .help("add cases, or `else {}` if the others just go on")
    .fix(
        "add a case",
        brace,
        format!("case {} {{}} ", left.join(", ")),
    )
    .fix("let the others go on", brace, "else {} ")
}
