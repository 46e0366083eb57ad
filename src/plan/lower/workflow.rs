//! Workflows: triggers and clauses.

use super::Lowering;
use crate::base::{Fingerprint, Span};
use crate::model::WorkflowId;
use crate::plan::{
    ActionGraph, Clause, Condition, EventTrigger, Next, Reenroll, Refinement, Workflow,
};
use crate::semantic::hir;

impl Lowering<'_> {
    pub(super) fn workflow(
        self,
        id: WorkflowId,
        workflow: &hir::Workflow,
        (text, version): (Fingerprint, Fingerprint),
    ) -> Workflow {
        let steps = self.steps(&workflow.steps);
        let entry = if steps.is_empty() {
            Next::End
        } else {
            Next::Step(0)
        };
        let one = |condition: &Option<hir::Expr>| {
            condition
                .as_ref()
                .map(|condition| self.condition(condition))
        };
        let triggers =
            |list: &[hir::EventTrigger]| list.iter().map(|trigger| self.trigger(trigger)).collect();
        Workflow {
            name: workflow.name.clone(),
            object: workflow.object,
            title: workflow.title.clone(),
            doc: self.program.catalog.workflows[id].doc.clone(),
            off: workflow.off,
            campaigns: workflow.campaigns.clone(),
            text,
            version,
            on_edit: workflow.on_edit,
            events: triggers(&workflow.events),
            filters: self.conditions(workflow.filters.iter().map(|trigger| &trigger.condition)),
            only: one(&workflow.only),
            reenroll: workflow
                .reenroll
                .iter()
                .map(|reenroll| self.reenroll(reenroll))
                .collect(),
            existing: workflow.existing,
            suppress: self.conditions(&workflow.suppress),
            unenroll: self.conditions(&workflow.unenroll),
            unenroll_on: triggers(&workflow.unenroll_on),
            unenroll_on_leaving: workflow.unenroll_on_leaving.is_some(),
            goal: one(&workflow.goal),
            graph: ActionGraph::of(&steps, entry),
            bindings: bindings(&workflow.steps),
            steps,
            entry,
            clauses: workflow
                .clauses
                .iter()
                .map(|span| self.clause(*span))
                .collect(),
            span: workflow.span,
        }
    }

    fn conditions<'e>(self, list: impl IntoIterator<Item = &'e hir::Expr>) -> Vec<Condition> {
        list.into_iter()
            .map(|condition| self.condition(condition))
            .collect()
    }

    fn clause(self, span: Span) -> Clause {
        Clause {
            text: self.text(span),
            span,
        }
    }

    fn trigger(self, trigger: &hir::EventTrigger) -> EventTrigger {
        let value = |value: &Option<hir::Expr>| value.as_ref().map(|value| self.expression(value));
        EventTrigger {
            event: trigger.event.clone(),
            from: value(&trigger.from),
            to: value(&trigger.to),
            filter: trigger.filter.as_ref().map(|filter| self.condition(filter)),
            refinements: trigger
                .refinements
                .iter()
                .map(|(refinement, _)| self.refinement(refinement))
                .collect(),
            per: trigger.per.as_ref().map(|per| self.key(per)),
            span: trigger.span,
            text: self.text(trigger.span),
        }
    }

    pub(super) fn refinement(self, refinement: &hir::Refinement) -> Refinement {
        match refinement {
            hir::Refinement::AtLeast(count) => Refinement::AtLeast(*count),
            hir::Refinement::AtMost(count) => Refinement::AtMost(*count),
            hir::Refinement::Exactly(count) => Refinement::Exactly(*count),
            hir::Refinement::Within(edge, duration, counted) => {
                Refinement::Within(*edge, *duration, *counted)
            }
            hir::Refinement::Between(low, high) => {
                Refinement::Between(self.expression(low), self.expression(high))
            }
            hir::Refinement::Before(point) => Refinement::Before(self.expression(point)),
            hir::Refinement::After(point) => Refinement::After(self.expression(point)),
        }
    }

    fn reenroll(self, reenroll: &hir::Reenroll) -> Reenroll {
        match reenroll {
            hir::Reenroll::Always(_) => Reenroll::Always,
            hir::Reenroll::On(trigger) => Reenroll::On(Box::new(self.trigger(trigger))),
            hir::Reenroll::When(condition) => Reenroll::When(self.condition(condition)),
        }
    }
}

/// How many results of actions are kept.
fn bindings(steps: &[hir::Step]) -> usize {
    steps.iter().map(bindings_of).sum()
}

fn bindings_of(step: &hir::Step) -> usize {
    match &step.kind {
        hir::StepKind::Do(action) => {
            usize::from(action.binding.is_some()) + action.on_error.as_deref().map_or(0, bindings)
        }
        hir::StepKind::Branch(cases, otherwise) => {
            let inner: usize = cases.iter().map(|case| bindings(&case.steps)).sum();
            inner + otherwise.as_deref().map_or(0, bindings)
        }
        hir::StepKind::Match(_, arms, otherwise) => {
            let inner: usize = arms.iter().map(|arm| bindings(&arm.steps)).sum();
            inner + otherwise.as_deref().map_or(0, bindings)
        }
        _ => 0,
    }
}
