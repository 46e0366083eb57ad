//! What `expect`, `always` and `never` speak of.

use crate::base::{Name, nearest};
use crate::diagnostic::{Code, Finding};
use crate::model::{ObjectId, WorkflowId};
use crate::semantic::check::test::cast::Cast;
use crate::semantic::hir::test::{Because, Claim, ClaimKind, Waiting};
use crate::semantic::types::{Checker, Scope};
use crate::syntax::ast::Ident;
use crate::syntax::ast::test::{Claim as Tree, ClaimKind as Kind, Waiting as WaitingTree};

/// The workflow that a claim names.
pub(super) fn workflow_in(claim: &Tree) -> Option<&Ident> {
    match &claim.kind {
        Kind::Enrolled(_, name, _) | Kind::NotIn(_, name, _) | Kind::Path(_, name, _) => Some(name),
        Kind::Waiting(waiting) => waiting.workflow.as_ref(),
        _ => None,
    }
}

impl Checker<'_> {
    pub(super) fn claim(&mut self, tree: &Tree, cast: &Cast<'_>) -> Option<Claim> {
        Some(Claim {
            not: tree.not,
            kind: self.claim_kind(&tree.kind, cast)?,
            span: tree.span,
        })
    }

    fn claim_kind(&mut self, tree: &Kind, cast: &Cast<'_>) -> Option<ClaimKind> {
        Some(match tree {
            Kind::Holds(condition) => ClaimKind::Holds(self.condition(condition, &cast.scope)),
            Kind::About(record, condition) => {
                let (place, object) = self.role(record, cast)?;
                let scope = Scope {
                    this: Some(object),
                    ..cast.scope.clone()
                };
                ClaimKind::About(place, self.condition(condition, &scope))
            }
            Kind::Enrolled(record, workflow, count) => {
                let count = match count {
                    Some(count) => Some(self.test_count(count)?),
                    None => None,
                };
                let place = self.enrolled(record, workflow, cast)?;
                ClaimKind::Enrolled(place, workflow.name.clone(), count)
            }
            Kind::NotIn(record, workflow, reason) => {
                let place = self.enrolled(record, workflow, cast);
                let because = match reason {
                    Some(reason) => Some(self.because(reason)?),
                    None => None,
                };
                ClaimKind::NotIn(place?, workflow.name.clone(), because)
            }
            Kind::Waiting(waiting) => ClaimKind::Waiting(self.test_waiting(waiting, cast)?),
            Kind::Path(record, workflow, steps) => {
                let place = self.enrolled(record, workflow, cast)?;
                self.taken(workflow, steps, cast);
                let steps = steps.iter().map(|step| step.name.clone()).collect();
                ClaimKind::Path(place, workflow.name.clone(), steps)
            }
            Kind::Sent(sent) => ClaimKind::Sent(self.sent(sent, cast)?),
            Kind::NothingElse(None) => ClaimKind::NothingElse(None),
            Kind::NothingElse(Some(record)) => {
                ClaimKind::NothingElse(Some(self.role(record, cast)?.0))
            }
            Kind::Broken => return None,
        })
    }

    fn because(&mut self, reason: &Ident) -> Option<Because> {
        let all = Because::ALL;
        let found = all.iter().find(|(word, _)| reason.name == **word);
        if found.is_none() {
            let message = format!("`{}` is no reason", reason.name);
            let meant = nearest(reason.name.as_str(), all.iter().map(|(word, _)| *word));
            let finding = Finding::new(Code::UnknownName, reason.span, message);
            self.report(match meant {
                Some(_) => finding.did_you_mean(meant, reason.span),
                None => finding.help(
                    "a reason is `suppressed`, `goal_met`, `enrolled_before`, `completed`, `manual`, …",
                ),
            });
        }
        found.map(|(_, because)| *because)
    }

    /// The steps of a path, all of one workflow.
    fn taken(&mut self, workflow: &Ident, steps: &[Ident], cast: &Cast<'_>) {
        let Some(id) = self.catalog.workflow(&workflow.name) else {
            return;
        };
        for step in steps {
            if !self.has_step(id, step) && !cast.edited {
                self.no_such_step(&[id], step, format!("`{}` has no step", workflow.name));
            }
        }
    }

    fn has_step(&self, workflow: WorkflowId, step: &Ident) -> bool {
        let steps = self.step_ids.get(workflow.index());
        steps.is_some_and(|steps| steps.contains(&step.name))
    }

    fn no_such_step(&mut self, workflows: &[WorkflowId], step: &Ident, message: String) {
        let broken = |id: &WorkflowId| self.lost.is_partial(&self.catalog.workflows[*id].name);
        if workflows.iter().any(broken) {
            return;
        }
        let all = workflows
            .iter()
            .filter_map(|id| self.step_ids.get(id.index()));
        let names: Vec<Name> = all.flatten().cloned().collect();
        self.unknown(
            Code::UnknownStep,
            (step.name.as_str(), step.span),
            format!("{message} `{}`", step.name),
            names.iter().map(Name::as_str),
        );
    }

    /// `R waiting at [W.]STEP [until T]`.
    fn test_waiting(&mut self, tree: &WaitingTree, cast: &Cast<'_>) -> Option<Waiting> {
        let until = tree
            .until
            .as_ref()
            .map(|until| self.point(until, &cast.scope));
        let (record, workflows) = match &tree.workflow {
            Some(workflow) => {
                let record = self.enrolled(&tree.record, workflow, cast)?;
                self.taken(workflow, std::slice::from_ref(&tree.step), cast);
                (record, vec![workflow.name.clone()])
            }
            None => {
                let (record, object) = self.role(&tree.record, cast)?;
                (record, self.workflows_with(&tree.step, object, cast))
            }
        };
        Some(Waiting {
            record,
            workflows,
            step: tree.step.name.clone(),
            until,
        })
    }

    /// The workflows of an object that have a step: of several, the one that
    /// the test names.
    fn workflows_with(&mut self, step: &Ident, object: ObjectId, cast: &Cast<'_>) -> Vec<Name> {
        let of_object = |id: &WorkflowId| self.catalog.workflows[*id].object == object;
        let all: Vec<WorkflowId> = self.catalog.workflows.ids().filter(of_object).collect();
        let with: Vec<WorkflowId> = all
            .iter()
            .copied()
            .filter(|id| self.has_step(*id, step))
            .collect();
        let names = with
            .iter()
            .map(|id| self.catalog.workflows[*id].name.clone());
        let names: Vec<Name> = names.collect();
        if names.is_empty() && !cast.edited {
            let object = &self.catalog.objects[object].name;
            self.no_such_step(
                &all,
                step,
                format!("no workflow of {object} records has a step"),
            );
        }
        if names.len() < 2 {
            return names;
        }
        let named = names
            .iter()
            .filter(|name| cast.names_workflow(name.as_str()));
        let named: Vec<Name> = named.cloned().collect();
        if named.len() == 1 {
            return named;
        }
        self.several(step, &names);
        names
    }

    fn several(&mut self, step: &Ident, names: &[Name]) {
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let message = format!("`{}` is a step of {}", step.name, quoted.join(" and "));
        let mut finding = Finding::new(Code::AmbiguousStep, step.span, message)
            .label("waiting in any of them will do")
            .help("name the workflow before it");
        for name in names {
            let text = format!("{name}.{}", step.name);
            finding = finding.fix(format!("write `{text}`"), step.span, text);
        }
        self.report(finding);
    }
}
