//! `branch` and `match` (B1, B2).

use super::{At, Flow};
use crate::engine::decision::What;
use crate::engine::draft::Draft;
use crate::model::Value;
use crate::model::compute;
use crate::plan::{Case, Condition, Expression, Next, Test};

/// What is told where no case was true.
const NONE_MET: &str = "none_met";

impl<'w> Draft<'w> {
    /// The first case that is true; values are those of the instant.
    pub(super) fn branch(
        &mut self,
        at: At<'w>,
        cases: &'w [Case<Condition>],
        otherwise: Option<Next>,
    ) -> Flow {
        let Some(of) = self.after.enrolment(at.enrolment) else {
            return Flow::End;
        };
        self.notes.watch();
        let scope = self.step_scope(of);
        let taken = cases.iter().find(|case| scope.holds(&case.test));
        self.taken(at, taken.map(|case| (name(case), case.entry)), otherwise)
    }

    /// The first case that one of its constants fits.
    pub(super) fn match_value(
        &mut self,
        at: At<'w>,
        value: &Expression,
        (cases, otherwise): (&'w [Case<Vec<Test>>], Option<Next>),
    ) -> Flow {
        let Some(of) = self.after.enrolment(at.enrolment) else {
            return Flow::End;
        };
        self.notes.watch();
        let scope = self.step_scope(of);
        let value = scope.value(value);
        let fits = |test: &Test| match (test, &value) {
            (Test::Unknown, value) => value.is_none(),
            (_, None) => false,
            (Test::Equal(constant), Some(value)) => scope
                .value(constant)
                .is_some_and(|constant| compute::equal(&constant, value)),
            (Test::Range(low, high), Some(value)) => {
                let within = |low: &Value, high: &Value| {
                    let above = compute::compare(low, value).is_some_and(|order| order.is_le());
                    above && compute::compare(value, high).is_some_and(|order| order.is_le())
                };
                match (scope.value(low), scope.value(high)) {
                    (Some(low), Some(high)) => within(&low, &high),
                    _ => false,
                }
            }
        };
        let taken = cases.iter().find(|case| case.test.iter().any(fits));
        self.taken(at, taken.map(|case| (name(case), case.entry)), otherwise)
    }

    pub(super) fn taken(
        &mut self,
        at: At<'w>,
        taken: Option<(&'w str, Next)>,
        otherwise: Option<Next>,
    ) -> Flow {
        let (case, next) = match (taken, otherwise) {
            (Some((case, entry)), _) => (case, entry),
            (None, Some(entry)) => ("else", entry),
            (None, None) => (NONE_MET, at.step.next),
        };
        let read = self.notes.read();
        let read = read.into_iter().filter(|(path, _)| !path.is_empty());
        let what = What::Branch {
            case: case.into(),
            read: read.collect(),
        };
        self.tell_step(at.enrolment, Some(at.place), what);
        Flow::On(next)
    }
}

/// What people know a case by.
pub(super) fn name<T>(case: &Case<T>) -> &str {
    match case.label.as_str() {
        "" => &case.text,
        label => label,
    }
}
