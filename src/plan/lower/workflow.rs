//! Workflows: triggers and clauses.

use super::{Lowering, VersionOf};
use crate::base::Span;
use crate::model::WorkflowId;
use crate::plan::{
    ActionGraph, BoundName, Clause, Condition, EventTrigger, Made, Next, Reenroll, Refinement,
    Workflow,
};
use crate::semantic::hir;

impl Lowering<'_> {
    pub(super) fn workflow(
        self,
        id: WorkflowId,
        workflow: &hir::Workflow,
        of: VersionOf,
    ) -> Workflow {
        let steps = self.steps(&workflow.steps);
        let entry = steps.first().map_or(Next::End, |_| Next::Step(0));
        let one = |condition: &Option<hir::Expr>| {
            condition
                .as_ref()
                .map(|condition| self.condition(condition))
        };
        let triggers = |list: &[hir::EventTrigger]| each(list, |trigger| self.trigger(trigger));
        Workflow {
            name: workflow.name.clone(),
            object: workflow.object,
            title: workflow.title.clone(),
            doc: self.program.catalog.workflows[id].doc.clone(),
            off: workflow.off,
            campaigns: workflow.campaigns.clone(),
            text: of.text,
            whole: of.whole,
            kept: of.kept,
            version: of.version,
            on_edit: workflow.on_edit,
            events: triggers(&workflow.events),
            filters: self.conditions(workflow.filters.iter().map(|trigger| &trigger.condition)),
            schedules: each(&workflow.schedules, |schedule| self.schedule(schedule)),
            dates: each(&workflow.dates, |trigger| self.date_trigger(trigger)),
            breaker: workflow.breaker,
            only: one(&workflow.only),
            reenroll: each(&workflow.reenroll, |reenroll| self.reenroll(reenroll)),
            existing: workflow.existing,
            on_merge: workflow.on_merge,
            exclusive: workflow.exclusive.clone(),
            hours: workflow.hours.clone(),
            alerts: workflow.alerts.clone(),
            suppress: self.conditions(&workflow.suppress),
            unenroll: self.conditions(&workflow.unenroll),
            unenroll_on: triggers(&workflow.unenroll_on),
            unenroll_on_leaving: workflow.unenroll_on_leaving.is_some(),
            goal: one(&workflow.goal),
            sources: each(&workflow.sources, |source| self.source(source)),
            graph: ActionGraph::of(&steps, entry),
            bindings: places(&workflow.steps),
            names: self.names(&workflow.steps),
            steps,
            entry,
            clauses: each(&workflow.clauses, |clause| self.clause(clause)),
            made: workflow.made.as_ref().map(|made| self.made(made)),
            span: workflow.span,
        }
    }

    /// The names that the steps bind, in the order of the text.
    fn names(self, steps: &[hir::Step]) -> Vec<BoundName> {
        let mut bindings = bindings(steps);
        bindings.sort_by_key(|binding| binding.span);
        // Several arms of a wait may bind one name.
        bindings.dedup_by_key(|binding| binding.span);
        let names = bindings.into_iter().map(|binding| BoundName {
            name: binding.name.clone(),
            place: binding.place,
            span: binding.span,
            cut: self.binding(binding.span).map(|clause| self.cut(clause)),
        });
        names.collect()
    }

    /// `as NAME`, by its name.
    fn binding(self, name: Span) -> Option<Span> {
        let text = self.sources.get(name.source).text();
        let before = text.get(..name.start as usize)?;
        let before = before.trim_end().strip_suffix("as")?;
        Some(Span {
            start: before.len() as u32,
            ..name
        })
    }

    fn made(self, made: &hir::Made) -> Made {
        Made {
            template: made.template.clone(),
            call: self.text(made.call),
            span: made.span,
            given: made.given.clone(),
        }
    }

    fn conditions<'e>(self, list: impl IntoIterator<Item = &'e hir::Expr>) -> Vec<Condition> {
        list.into_iter()
            .map(|condition| self.condition(condition))
            .collect()
    }

    fn clause(self, clause: &hir::Clause) -> Clause {
        Clause {
            kind: clause.kind,
            text: self.text(clause.span),
            parts: each(&clause.parts, |(name, span)| (*name, self.text(*span))),
            span: clause.span,
        }
    }

    pub(super) fn trigger(self, trigger: &hir::EventTrigger) -> EventTrigger {
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

/// Each of a list, lowered.
fn each<T, U>(list: &[T], lower: impl Fn(&T) -> U) -> Vec<U> {
    list.iter().map(lower).collect()
}

/// What the steps bind.
fn bindings(steps: &[hir::Step]) -> Vec<&hir::Binding> {
    let mut all = Vec::new();
    for step in steps {
        all.extend(step.kind.bindings());
        all.extend(step.kind.blocks().into_iter().flat_map(bindings));
    }
    all
}

/// How many names the steps bind.
fn places(steps: &[hir::Step]) -> usize {
    let places = bindings(steps).into_iter().map(|binding| binding.place + 1);
    places.max().unwrap_or(0)
}
