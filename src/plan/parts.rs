//! What a workflow is made of: its conditions and its expressions, one by one.

use super::{
    Condition, EventTrigger, Expression, Moment, Node, Past, Program, Reenroll, Refinement, Root,
    Step, StepKind, Test, Timing, Wait, Way, Workflow,
};

impl Program {
    /// All conditions, those of segments first.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let segments = self.segments.iter();
        let segments = segments.flat_map(|segment| segment.condition.with_inner());
        segments.chain(self.workflows().iter().flat_map(Workflow::conditions))
    }
}

impl Workflow {
    /// Its conditions: those of clauses, those of steps, and those that stand
    /// inside expressions.
    #[must_use]
    pub fn conditions(&self) -> Vec<&Condition> {
        let inner = self.expressions().into_iter().flat_map(Expression::inner);
        let inner: Vec<&Condition> = inner.collect();
        let mut all = self.outer();
        all.extend(inner);
        all
    }

    fn outer(&self) -> Vec<&Condition> {
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

    /// Its expressions, conditions among them but for those inside others.
    #[must_use]
    pub fn expressions(&self) -> Vec<&Expression> {
        let conditions = self.outer().into_iter();
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

impl Condition {
    /// Itself, and the conditions that stand in it.
    #[must_use]
    pub fn with_inner(&self) -> Vec<&Condition> {
        let mut all = vec![self];
        all.extend(self.expression.inner());
        all
    }
}

impl Expression {
    /// The conditions that stand in it as wholes: what an event of the past, or
    /// a chosen record, must be like.
    fn inner(&self) -> Vec<&Condition> {
        let mut all = Vec::new();
        for (_, node, _) in self.nodes() {
            let held = match node {
                Node::Later(past) => past.filter(),
                Node::Property(way, _) | Node::Record(way) => way.filter(),
                Node::Quantified(_, link, _) | Node::Aggregate(_, link, ..) => link.from.filter(),
                _ => None,
            };
            all.extend(held.into_iter().flat_map(Condition::with_inner));
        }
        all
    }
}

impl Way {
    fn filter(&self) -> Option<&Condition> {
        match &self.root {
            Root::Chosen(choice) => choice.filter.as_ref(),
            _ => None,
        }
    }
}

impl Past {
    fn filter(&self) -> Option<&Condition> {
        match self {
            Past::Happened(happened) => happened.filter.as_ref(),
            _ => None,
        }
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
            StepKind::Await(wait) => wait.conditions().collect(),
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
            StepKind::Await(wait) => wait.values().collect(),
            StepKind::Copy(copy) => vec![&copy.value],
            StepKind::Create(create) => create.values.iter().map(|(_, value)| value).collect(),
            StepKind::Associate(tie) | StepKind::Dissociate(tie) => {
                tie.other.iter().map(|(_, value)| value).collect()
            }
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
