//! What tests have come through: the steps of workflows and the cases of
//! branches, and which of them none has reached.

use std::collections::BTreeMap;

use super::{Outcome, Suite};
use crate::base::{Name, Span};
use crate::plan::{StepKind, Workflow};
use crate::scenario::test::Reached;

/// A step or a case, and how many tests have reached it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The workflow.
    pub workflow: Name,
    /// The step.
    pub step: Name,
    /// The case of the step; `None` for the step itself.
    pub case: Option<String>,
    /// Where it stands.
    pub span: Span,
    /// How many tests have reached it.
    pub tests: usize,
}

/// The steps and cases of a suite, in the order of workflows and the text.
#[must_use]
pub fn coverage(suite: &Suite, outcomes: &[Outcome<'_>]) -> Vec<Place> {
    let Some(program) = &suite.program else {
        return Vec::new();
    };
    let (mut steps, mut cases) = (BTreeMap::new(), BTreeMap::new());
    let own = outcomes.iter().filter(|of| std::ptr::eq(of.suite, suite));
    for played in own.filter_map(|outcome| outcome.played.as_ref()) {
        count(&played.reached, (&mut steps, &mut cases));
    }
    let mut places = Vec::new();
    for workflow in program.program.workflows() {
        for (span, step, case) in parts(workflow) {
            let own = (workflow.name().clone(), step.clone());
            let tests = match &case {
                None => steps.get(&own),
                Some(case) => cases.get(&(own.0, own.1, case.clone())),
            };
            places.push(Place {
                workflow: workflow.name().clone(),
                step,
                case,
                span,
                tests: tests.copied().unwrap_or_default(),
            });
        }
    }
    places
}

type Steps = BTreeMap<(Name, Name), usize>;
type Cases = BTreeMap<(Name, Name, String), usize>;

fn count(reached: &Reached, (steps, cases): (&mut Steps, &mut Cases)) {
    for step in &reached.steps {
        *steps.entry(step.clone()).or_default() += 1;
    }
    for case in &reached.cases {
        *cases.entry(case.clone()).or_default() += 1;
    }
}

/// The steps of a workflow, each with its cases behind it.
fn parts(workflow: &Workflow) -> Vec<(Span, Name, Option<String>)> {
    let mut parts = Vec::new();
    for step in &workflow.steps {
        parts.push((step.span, step.id.clone(), None));
        for entry in step.kind.cases() {
            // However long it is, it is told as this.
            let name =
                if matches!(step.kind, StepKind::Await(_)) && entry.text.starts_with("timeout") {
                    "timeout"
                } else if entry.label.is_empty() {
                    entry.text
                } else {
                    entry.label
                };
            parts.push((entry.span, step.id.clone(), Some(name.to_owned())));
        }
        if let StepKind::Branch(_, Some(_)) | StepKind::Match(_, _, Some(_)) = &step.kind {
            parts.push((step.span, step.id.clone(), Some("else".to_owned())));
        }
    }
    parts
}
