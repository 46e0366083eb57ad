//! Steps: nested blocks → one list, in the order of the text.

use super::Lowering;
use crate::base::{Lookup, Name};
use crate::model::Type;
use crate::plan::{Case, Do, Moment, Next, Share, Step, StepKind, TargetProperty, Test, Wait};
use crate::semantic::hir;

/// A block in the making: where its first step goes, what follows its last,
/// how deep it stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'n> {
    at: usize,
    pub(super) after: Next,
    depth: usize,
    /// The places of all steps, by their ids.
    named: &'n Lookup<Name, usize>,
}

impl Lowering<'_> {
    pub(super) fn steps(self, steps: &[hir::Step]) -> Vec<Step> {
        let (mut into, mut named) = (Vec::new(), Lookup::default());
        places(steps, &mut 0, &mut named);
        self.block(
            steps,
            Place {
                at: 0,
                after: Next::End,
                depth: 0,
                named: &named,
            },
            &mut into,
        );
        into
    }

    /// Adds the steps of a block; returns the first, or what follows where
    /// the block is empty.
    fn block(self, steps: &[hir::Step], place: Place<'_>, into: &mut Vec<Step>) -> Next {
        let mut at = place.at;
        for (number, step) in steps.iter().enumerate() {
            let end = at + size(step);
            let next = if number + 1 == steps.len() {
                place.after
            } else {
                Next::Step(end)
            };
            self.step(
                step,
                Place {
                    at,
                    after: next,
                    ..place
                },
                into,
            );
            at = end;
        }
        if steps.is_empty() {
            place.after
        } else {
            Next::Step(place.at)
        }
    }

    fn step(self, step: &hir::Step, place: Place<'_>, into: &mut Vec<Step>) {
        // The step comes before its inner blocks; its kind is known after.
        let row = into.len();
        into.push(Step {
            id: step.id.clone(),
            doc: step.doc.clone(),
            kind: StepKind::Stop,
            next: place.after,
            depth: place.depth,
            span: step.span,
            text: self.text(step.head),
        });
        let kind = self.kind(&step.kind, place, into);
        if let Some(step) = into.get_mut(row) {
            step.kind = kind;
        }
    }

    // size: one arm for each kind of step.
    fn kind(self, kind: &hir::StepKind, place: Place<'_>, into: &mut Vec<Step>) -> StepKind {
        match kind {
            hir::StepKind::Wait(wait) => StepKind::Wait(self.wait(wait)),
            hir::StepKind::Set(set) => {
                let target = &set.target;
                StepKind::Set(
                    self.records(&target.records),
                    property(target.property),
                    set.op,
                    self.expression(&set.value),
                )
            }
            hir::StepKind::Clear(target) => {
                StepKind::Clear(self.records(&target.records), property(target.property))
            }
            hir::StepKind::Do(action) => StepKind::Do(Box::new(self.action(action, place, into))),
            hir::StepKind::Branch(cases, otherwise) => {
                let cases = cases
                    .iter()
                    .map(|case| self.case(case, place, into))
                    .collect();
                StepKind::Branch(cases, self.otherwise(otherwise.as_deref(), place, into))
            }
            hir::StepKind::Match(value, arms, otherwise) => {
                let ty = &value.ty;
                let cases = arms.iter().map(|arm| self.arm((arm, ty), place, into));
                let cases = cases.collect();
                let otherwise = self.otherwise(otherwise.as_deref(), place, into);
                StepKind::Match(self.beside(value, ty), cases, otherwise)
            }
            hir::StepKind::Stop => StepKind::Stop,
            hir::StepKind::Enroll(workflow, targets) => {
                StepKind::Enroll(*workflow, self.records(targets))
            }
            hir::StepKind::Add(segment, targets) => StepKind::Add(*segment, self.records(targets)),
            hir::StepKind::Remove(segment, targets) => {
                StepKind::Remove(*segment, self.records(targets))
            }
            hir::StepKind::Await(wait) => {
                StepKind::Await(Box::new(self.awaiting(wait, place, into)))
            }
            hir::StepKind::Split(cases) => {
                let cases = cases.iter();
                StepKind::Split(cases.map(|case| self.share(case, place, into)).collect())
            }
            hir::StepKind::Goto(name) => {
                let target = place.named.get(name).copied();
                StepKind::Goto(target.map_or(Next::End, Next::Step))
            }
            hir::StepKind::Todo(text) => StepKind::Todo(text.clone()),
            hir::StepKind::Copy(value, target) => {
                StepKind::Copy(Box::new(self.copy(value, target)))
            }
            hir::StepKind::Create(create) => StepKind::Create(Box::new(self.create(create))),
            hir::StepKind::Associate(tie) => StepKind::Associate(Box::new(self.tie(tie))),
            hir::StepKind::Dissociate(tie) => StepKind::Dissociate(Box::new(self.tie(tie))),
            hir::StepKind::Delete => StepKind::Delete,
            hir::StepKind::Unenroll(workflow) => StepKind::Unenroll(*workflow),
        }
    }

    /// An inner block; what follows it follows the step around it.
    pub(super) fn inner(self, steps: &[hir::Step], place: Place<'_>, into: &mut Vec<Step>) -> Next {
        self.block(
            steps,
            Place {
                at: into.len(),
                depth: place.depth + 1,
                ..place
            },
            into,
        )
    }

    fn otherwise(
        self,
        steps: Option<&[hir::Step]>,
        place: Place<'_>,
        into: &mut Vec<Step>,
    ) -> Option<Next> {
        steps.map(|steps| self.inner(steps, place, into))
    }

    fn case(
        self,
        case: &hir::Case,
        place: Place<'_>,
        into: &mut Vec<Step>,
    ) -> Case<crate::plan::Condition> {
        Case {
            label: case.label.as_deref().unwrap_or_default().to_owned(),
            doc: case.doc.clone(),
            test: self.condition(&case.when),
            entry: self.inner(&case.steps, place, into),
            span: case.head,
            text: self.text(case.head),
        }
    }

    fn arm(
        self,
        (arm, ty): (&hir::MatchArm, &Type),
        place: Place<'_>,
        into: &mut Vec<Step>,
    ) -> Case<Vec<Test>> {
        let tests = arm.tests.iter().map(|test| match test {
            hir::MatchTest::Equal(value) => Test::Equal(self.beside(value, ty)),
            hir::MatchTest::Range(low, high) => {
                Test::Range(self.expression(low), self.expression(high))
            }
            hir::MatchTest::Unknown => Test::Unknown,
        });
        Case {
            label: String::new(),
            doc: arm.doc.clone(),
            test: tests.collect(),
            entry: self.inner(&arm.steps, place, into),
            span: arm.head,
            text: self.text(arm.head),
        }
    }

    /// A case of a split; people are shown its share beside the label.
    fn share(self, case: &hir::Split, place: Place<'_>, into: &mut Vec<Step>) -> Case<Share> {
        let text = self.text(case.head);
        let share = text.rsplit_once(' ').map_or("", |(_, share)| share);
        let name = case.label.clone().unwrap_or_default();
        Case {
            label: match &*name {
                "" => String::new(),
                name => format!("{name} {share}"),
            },
            doc: case.doc.clone(),
            test: Share {
                number: case.share,
                name,
            },
            entry: self.inner(&case.steps, place, into),
            span: case.head,
            text,
        }
    }

    fn action(self, action: &hir::Do, place: Place<'_>, into: &mut Vec<Step>) -> Do {
        let arguments = action
            .arguments
            .iter()
            .map(|(name, value)| (name.clone(), self.expression(value)));
        Do {
            action: action.action,
            arguments: arguments.collect(),
            binding: action.binding.as_ref().map(named),
            retry: action.retry,
            on_error: self.otherwise(action.on_error.as_deref(), place, into),
        }
    }

    fn wait(self, wait: &hir::Wait) -> Wait {
        match wait {
            hir::Wait::For(duration) => Wait::For(*duration),
            hir::Wait::Until {
                moment,
                past,
                unknown,
            } => {
                let moment = match &**moment {
                    hir::Moment::At(moment) => Moment::At(self.expression(moment)),
                    hir::Moment::Time(time) => Moment::Time(*time),
                    hir::Moment::Weekdays(days, time) => Moment::Weekdays(days.clone(), *time),
                    hir::Moment::Yearly(date, time) => Moment::Yearly(*date, *time),
                };
                Wait::Until {
                    moment,
                    past: *past,
                    unknown: *unknown,
                }
            }
        }
    }
}

pub(super) fn property(property: hir::TargetProperty) -> TargetProperty {
    match property {
        hir::TargetProperty::Property(id) => TargetProperty::Property(id),
        hir::TargetProperty::Association(id) => TargetProperty::Association(id),
    }
}

/// The place of a name, with the name.
pub(super) fn named(binding: &hir::Binding) -> (usize, Name) {
    (binding.place, binding.name.clone())
}

/// How many steps a step is, with those of its inner blocks.
fn size(step: &hir::Step) -> usize {
    let inner = step.kind.blocks().into_iter().flatten().map(size);
    1 + inner.sum::<usize>()
}

/// The places of steps in the order of the text, by their ids.
fn places(steps: &[hir::Step], at: &mut usize, named: &mut Lookup<Name, usize>) {
    for step in steps {
        named.insert(step.id.clone(), *at);
        *at += 1;
        for block in step.kind.blocks() {
            places(block, at, named);
        }
    }
}
