//! What a workflow is made of: its conditions and its expressions, one by one.

use super::{
    Choice, Condition, EventTrigger, Expression, Moment, Node, Past, Program, Reenroll, Refinement,
    Root, Step, StepKind, Test, Timing, Wait, Way, Workflow,
};

impl Program {
    /// All expressions that read records, those inside others too: of segments,
    /// messages and workflows, older versions among them.
    #[must_use]
    pub fn expressions(&self) -> Vec<&Expression> {
        let of_workflows = self.plans().flat_map(Workflow::expressions);
        let mut all = self.common_expressions();
        all.extend(of_workflows.flat_map(Expression::with_inner));
        all
    }

    /// Those that stand in no workflow.
    #[must_use]
    pub fn common_expressions(&self) -> Vec<&Expression> {
        let segments = self.segments.iter();
        let messages = self.messages.iter().flat_map(|message| &message.fields);
        let outer = segments
            .map(|segment| &segment.condition.expression)
            .chain(messages.map(|(_, text)| text));
        outer.flat_map(Expression::with_inner).collect()
    }

    /// All conditions, those of segments first.
    pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let of_workflows = self.workflows().iter().flat_map(Workflow::conditions);
        self.segment_conditions().chain(of_workflows)
    }

    /// Those of segments.
    pub fn segment_conditions(&self) -> impl Iterator<Item = &Condition> {
        let segments = self.segments.iter();
        segments.flat_map(|segment| segment.condition.with_inner())
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
    /// Itself, and the expressions that stand in it as wholes.
    #[must_use]
    pub fn with_inner(&self) -> Vec<&Expression> {
        let mut all = vec![self];
        for (_, node, _) in self.nodes() {
            let choices = node.choices().into_iter();
            let orders = choices.filter_map(|choice| Some(&choice.by.as_ref()?.0));
            let filters = node.filters().into_iter();
            let held = orders.chain(filters.map(|filter| &filter.expression));
            all.extend(held.flat_map(Expression::with_inner));
        }
        all
    }

    /// The conditions that stand in it as wholes: what an event of the past, or
    /// a chosen record, must be like.
    fn inner(&self) -> Vec<&Condition> {
        let filters = self.nodes().flat_map(|(_, node, _)| node.filters());
        filters.flat_map(Condition::with_inner).collect()
    }
}

impl Node {
    /// What an event of the past, or a chosen record, must be like.
    fn filters(&self) -> Vec<&Condition> {
        match self {
            Node::Past(past) => match &**past {
                Past::Happened(happened) => happened.filter.iter().collect(),
                _ => Vec::new(),
            },
            node => {
                let choices = node.choices().into_iter();
                choices
                    .filter_map(|choice| choice.filter.as_ref())
                    .collect()
            }
        }
    }

    /// The records that are chosen on its way.
    fn choices(&self) -> Vec<&Choice> {
        match self {
            Node::Property(way, _) | Node::Record(way) => way.choices(),
            Node::Quantified(_, link, _) | Node::Aggregate(_, link, ..) => link.from.choices(),
            _ => Vec::new(),
        }
    }
}

impl Way {
    /// The choices that it begins with, each from the one before.
    fn choices(&self) -> Vec<&Choice> {
        match &self.root {
            Root::Chosen(choice) => {
                let mut all = choice.from.from.choices();
                all.push(choice);
                all
            }
            _ => Vec::new(),
        }
    }
}

impl Refinement {
    /// Its points in time.
    #[must_use]
    pub fn points(&self) -> Vec<&Expression> {
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
