//! The smallest places that rules speak of.

use crate::base::Span;
use crate::plan::{Expression, Step, Test};

/// The keyword of a step.
pub(super) fn keyword(step: &Step) -> Span {
    let length = step.kind.word().len() as u32;
    let span = step.span;
    Span {
        end: (span.start + length).min(span.end),
        ..span
    }
}

/// Where a whole expression stands.
pub(super) fn whole(expression: &Expression) -> Option<Span> {
    expression.span(expression.root()?)
}

/// Where a value of a case stands; `unknown` has no place of its own.
pub(super) fn tested(test: &Test) -> Option<Span> {
    match test {
        Test::Equal(value) => whole(value),
        Test::Range(low, high) => Some(whole(low)?.to(whole(high)?)),
        Test::Unknown => None,
    }
}
