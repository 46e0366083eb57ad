//! Steps that this version does not run.

use super::Lowering;
use super::step::{Place, property};
use crate::base::Decimal;
use crate::plan::{Await, Awaited, Case, Create, LaterStep, Next, Step, Tie};
use crate::semantic::hir::{self, Binding, StepKind};

impl Lowering<'_> {
    /// A step of these kinds; others are lowered where they are run.
    pub(super) fn later(
        self,
        kind: &StepKind,
        place: Place<'_>,
        into: &mut Vec<Step>,
    ) -> Option<LaterStep> {
        Some(match kind {
            StepKind::Await(wait) => LaterStep::Await(self.awaiting(wait, place, into)),
            StepKind::Copy(value, target) => LaterStep::Copy {
                value: self.expression(value),
                from: value.ty.clone(),
                records: self.records(&target.records),
                property: property(target.property),
            },
            StepKind::Create(create) => LaterStep::Create(self.create(create)),
            StepKind::Associate(tie) => LaterStep::Associate(self.tie(tie)),
            StepKind::Dissociate(tie) => LaterStep::Dissociate(self.tie(tie)),
            StepKind::Delete => LaterStep::Delete,
            StepKind::Unenroll(workflow) => LaterStep::Unenroll(*workflow),
            StepKind::Split(cases) => {
                let cases = cases.iter();
                LaterStep::Split(cases.map(|case| self.share(case, place, into)).collect())
            }
            StepKind::Goto(name) => {
                let target = place.named.get(name).copied();
                LaterStep::Goto(target.map_or(Next::End, Next::Step))
            }
            StepKind::Todo(text) => LaterStep::Todo(text.clone()),
            _ => return None,
        })
    }

    /// A case of a split; people are shown its share beside the label.
    fn share(self, case: &hir::Split, place: Place<'_>, into: &mut Vec<Step>) -> Case<Decimal> {
        let text = self.text(case.head);
        let share = text.rsplit_once(' ').map_or("", |(_, share)| share);
        let label = case.label.as_ref();
        Case {
            label: label.map_or(String::new(), |label| format!("{label} {share}")),
            doc: case.doc.clone(),
            test: case.share,
            entry: self.inner(&case.steps, place, into),
            span: case.head,
            text,
        }
    }

    fn awaiting(self, wait: &hir::Await, place: Place<'_>, into: &mut Vec<Step>) -> Await {
        let arms = wait.arms.iter().map(|arm| Case {
            label: String::new(),
            doc: arm.doc.clone(),
            test: self.awaited(arm),
            entry: match &arm.steps {
                Some(steps) => self.inner(steps, place, into),
                None => place.after,
            },
            span: arm.head,
            text: self.text(arm.head),
        });
        Await {
            arms: arms.collect(),
            max: wait.max,
            has_blocks: wait.arms.iter().any(|arm| arm.steps.is_some()),
        }
    }

    fn awaited(self, arm: &hir::Arm) -> Awaited {
        match &arm.until {
            hir::Until::Event(trigger) => {
                let binding = arm.binding.as_ref().map(named);
                Awaited::Event(Box::new(self.trigger(trigger)), binding)
            }
            hir::Until::Holds(condition) => Awaited::Holds(self.condition(condition)),
            hir::Until::Timeout => Awaited::Timeout,
        }
    }

    fn create(self, create: &hir::Create) -> Create {
        let values = create.values.iter();
        let values = values.map(|(target, value)| (property(*target), self.expression(value)));
        Create {
            object: create.object,
            values: values.collect(),
            link: create.link.clone(),
            binding: create.binding.as_ref().map(named),
        }
    }

    fn tie(self, tie: &hir::Tie) -> Tie {
        let other = tie.other.as_ref();
        Tie {
            association: tie.association,
            label: tie.label.clone(),
            other: other.map(|(property, value)| (*property, self.expression(value))),
        }
    }
}

fn named(binding: &Binding) -> (usize, crate::base::Name) {
    (binding.place, binding.name.clone())
}
