//! What rules find, with the workflow in which they find it. What stands in the text of a template is told
//! once: alone where it holds in all instances, else with those in which it holds.

use std::collections::BTreeMap;

use crate::base::Span;
use crate::diagnostic::{Code, Finding, Findings, Shared};
use crate::plan::{Made, Program, Workflow};

/// The rules that look at values. What follows from the arguments of an instance alone is no doubt about
/// its template: in another instance it is something else.
const OF_VALUES: [Code; 3] = [
    Code::ConstantCondition,
    Code::OverlappingCase,
    Code::ShadowedTrigger,
];

/// The rules that look at steps, which are those of the template in each instance.
const OF_STEPS: [Code; 5] = [
    Code::DeepNesting,
    Code::EmptyBranch,
    Code::Naming,
    Code::UnreachableStep,
    Code::UnusedBinding,
];

/// What rules have found so far.
pub(super) struct Found<'p> {
    pub(super) program: &'p Program,
    /// In the text of no template.
    pub(super) findings: Findings,
    /// By template.
    inside: BTreeMap<Span, Shared>,
}

impl<'p> Found<'p> {
    pub(super) fn of(program: &'p Program) -> Self {
        Found {
            program,
            findings: Findings::default(),
            inside: BTreeMap::new(),
        }
    }

    /// Looks at each workflow.
    pub(super) fn in_workflows(&mut self, mut judge: impl FnMut(&'p Workflow, &mut Findings)) {
        for workflow in self.program.workflows() {
            let mut findings = Findings::default();
            judge(workflow, &mut findings);
            for finding in findings.sorted() {
                self.add(finding, workflow.made.as_ref());
            }
        }
    }

    fn add(&mut self, finding: Finding, made: Option<&Made>) {
        let place = finding.primary.span;
        match made {
            Some(made) if is_given(&finding, made) => {}
            Some(made) if made.span.contains(place) => {
                let template = self.inside.entry(made.span).or_default();
                template.add(finding, made.given.cause(place));
            }
            _ => self.findings.push(finding),
        }
    }

    /// All that was found.
    pub(super) fn finish(self) -> Findings {
        let mut findings = self.findings;
        for (template, found) in self.inside {
            let workflows = self.program.workflows().iter();
            let made = workflows.filter_map(|workflow| workflow.made.as_ref());
            let instances = made.filter(|made| made.span == template).count();
            for (mut finding, of) in found {
                let everywhere = of.len() == instances;
                if everywhere && (instances > 1 || OF_STEPS.contains(&finding.code)) {
                    findings.push(finding);
                } else if finding.code != Code::UnusedBinding {
                    // What mends the template for one instance may break it for another.
                    finding.fixes.clear();
                    findings.push(finding.from_places(of));
                }
            }
        }
        findings
    }
}

/// Whether a finding is about the value of an argument.
fn is_given(finding: &Finding, made: &Made) -> bool {
    let mut places = finding.others.iter().chain([&finding.primary]);
    OF_VALUES.contains(&finding.code) && places.any(|place| made.given.inside(place.span).is_some())
}
