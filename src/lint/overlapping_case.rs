//! `overlapping-case`: a case of which an earlier one takes a part.

use std::cmp::Ordering;

use super::found::Found;
use super::places::{tested, whole};
use crate::base::Span;
use crate::diagnostic::{Code, Finding, Findings};
use crate::model::{Value, compute};
use crate::plan::{Case, Condition, Expression, Node, Program, StepKind, Test};

pub(super) fn check(found: &mut Found<'_>) {
    let program = found.program;
    found.in_workflows(|workflow, findings| {
        for step in &workflow.steps {
            match &step.kind {
                StepKind::Match(_, cases, _) => matched(program, cases, findings),
                StepKind::Branch(cases, _) => branched(cases, findings),
                _ => {}
            }
        }
    });
}

/// What a value of a case takes, both ends included.
struct Taken<'p> {
    ends: Option<(&'p Value, &'p Value)>,
    span: Span,
}

fn matched(program: &Program, cases: &[Case<Vec<Test>>], findings: &mut Findings) {
    let mut before: Vec<Taken<'_>> = Vec::new();
    let tests = cases
        .iter()
        .flat_map(|case| case.test.iter().map(|test| (case.span, test)));
    for (head, test) in tests {
        let span = tested(test).unwrap_or(head);
        let ends = match test {
            Test::Unknown => None,
            _ => match ends(program, test) {
                Some(ends) => Some(ends),
                None => continue,
            },
        };
        let taken = Taken { ends, span };
        let overlap = before
            .iter()
            .find_map(|earlier| Some((earlier, taken.within(earlier)?)));
        if let Some((earlier, wholly)) = overlap {
            findings.push(finding(span, (earlier.span, wholly)));
        }
        before.push(taken);
    }
}

impl Taken<'_> {
    /// Whether an earlier value takes the whole of this one, or (false) a part.
    fn within(&self, earlier: &Taken<'_>) -> Option<bool> {
        let (Some((low, high)), Some((first, last))) = (self.ends, earlier.ends) else {
            return (self.ends.is_none() && earlier.ends.is_none()).then_some(true);
        };
        let not_after = |one, other| compute::compare(one, other).map(Ordering::is_le);
        let apart = !(not_after(low, last)? && not_after(first, high)?);
        if apart {
            return None;
        }
        Some(not_after(first, low)? && not_after(high, last)?)
    }
}

fn ends<'p>(program: &'p Program, test: &'p Test) -> Option<(&'p Value, &'p Value)> {
    match test {
        Test::Equal(value) => {
            let value = constant(program, value)?;
            Some((value, value))
        }
        Test::Range(low, high) => Some((constant(program, low)?, constant(program, high)?)),
        Test::Unknown => None,
    }
}

/// The value of a literal, or of a constant that is one.
fn constant<'p>(program: &'p Program, expression: &'p Expression) -> Option<&'p Value> {
    match expression.node(expression.root()?)? {
        Node::Constant(value) => Some(value),
        Node::Named(id) => constant(program, program.constants.get(id.index())?),
        _ => None,
    }
}

fn branched(cases: &[Case<Condition>], findings: &mut Findings) {
    for (place, case) in cases.iter().enumerate() {
        let mut earlier = cases.iter().take(place);
        let same = earlier.find(|earlier| earlier.test == case.test);
        if let (Some(same), Some(span)) = (same, whole(&case.test.expression)) {
            let first = whole(&same.test.expression).unwrap_or(same.span);
            findings.push(finding(span, (first, true)));
        }
    }
}

fn finding(span: Span, (earlier, wholly): (Span, bool)) -> Finding {
    let message = match wholly {
        true => "an earlier case takes all of this",
        false => "an earlier case takes a part of this",
    };
    Finding::new(Code::OverlappingCase, span, message)
        .also(earlier, "taken here")
        .help(match wholly {
            true => "it is never taken here; delete it, or mend one of the two",
            false => "the first case that fits is taken; let the cases begin where others end",
        })
}
