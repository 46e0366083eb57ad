//! What a workflow is made of: its conditions and its expressions, one by one.

use super::{
    Condition, EventTrigger, Expression, Moment, Program, Reenroll, Refinement, Step, StepKind,
    Test, Timing, Wait, Workflow,
};

impl Program {
    /// All conditions, those of segments first.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let segments = self.segments.iter().map(|segment| &segment.condition);
        segments.chain(self.workflows().iter().flat_map(Workflow::conditions))
    }
}

impl Workflow {
    /// Its conditions: those of clauses, then those of steps.
    #[must_use]
    pub fn conditions(&self) -> Vec<&Condition> {
        let triggers = self.triggers().into_iter();
        let mut all: Vec<&Condition> = triggers
            .filter_map(|trigger| trigger.filter.as_ref())
            .collect();
        all.extend(&self.filters);
        all.extend(&self.only);
        all.extend(&self.suppress);
        all.extend(&self.unenroll);
        all.extend(&self.goal);
        all.extend(self.reenroll.iter().filter_map(|reenroll| match reenroll {
            Reenroll::When(condition) => Some(condition),
            Reenroll::On(_) | Reenroll::Always => None,
        }));
        all.extend(self.schedules.iter().flat_map(|schedule| &schedule.when));
        all.extend(self.dates.iter().flat_map(|trigger| &trigger.when));
        all.extend(self.steps.iter().flat_map(Step::conditions));
        all
    }

    /// Its event triggers: those that enrol, enrol again and take out.
    #[must_use]
    pub fn triggers(&self) -> Vec<&EventTrigger> {
        let again = self.reenroll.iter().filter_map(|reenroll| match reenroll {
            Reenroll::On(trigger) => Some(&**trigger),
            Reenroll::When(_) | Reenroll::Always => None,
        });
        self.events
            .iter()
            .chain(again)
            .chain(&self.unenroll_on)
            .collect()
    }

    /// Its expressions, conditions among them.
    #[must_use]
    pub fn expressions(&self) -> Vec<&Expression> {
        let conditions = self.conditions().into_iter();
        let mut all: Vec<&Expression> = conditions.map(|condition| &condition.expression).collect();
        for trigger in self.triggers() {
            all.extend(trigger.from.iter().chain(&trigger.to).chain(&trigger.per));
            all.extend(trigger.refinements.iter().flat_map(Refinement::points));
        }
        let schedules = self.schedules.iter();
        all.extend(schedules.filter_map(|schedule| match &schedule.timing {
            Timing::Once(moment) => Some(moment),
            Timing::Every(_) | Timing::Cron(_) => None,
        }));
        all.extend(self.steps.iter().flat_map(Step::values));
        all
    }
}

impl Refinement {
    /// Its points in time.
    fn points(&self) -> Vec<&Expression> {
        match self {
            Refinement::Between(low, high) => vec![low, high],
            Refinement::Before(point) | Refinement::After(point) => vec![point],
            _ => Vec::new(),
        }
    }
}

impl Step {
    /// The conditions of its cases.
    #[must_use]
    pub fn conditions(&self) -> Vec<&Condition> {
        match &self.kind {
            StepKind::Branch(cases, _) => cases.iter().map(|case| &case.test).collect(),
            StepKind::Later(step) => step.conditions(),
            _ => Vec::new(),
        }
    }

    /// What it reads besides.
    #[must_use]
    pub fn values(&self) -> Vec<&Expression> {
        match &self.kind {
            StepKind::Set(_, _, _, value) => vec![value],
            StepKind::Do(action) => action.arguments.iter().map(|(_, value)| value).collect(),
            StepKind::Match(value, cases, _) => {
                let tests = cases.iter().flat_map(|case| &case.test);
                std::iter::once(value)
                    .chain(tests.flat_map(Test::values))
                    .collect()
            }
            StepKind::Wait(Wait::Until {
                moment: Moment::At(moment),
                ..
            }) => vec![moment],
            StepKind::Later(step) => step.values(),
            _ => Vec::new(),
        }
    }
}

impl Test {
    /// What the value is compared with.
    #[must_use]
    pub fn values(&self) -> Vec<&Expression> {
        match self {
            Test::Equal(value) => vec![value],
            Test::Range(low, high) => vec![low, high],
            Test::Unknown => Vec::new(),
        }
    }
}
