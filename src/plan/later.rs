//! Steps that are checked and lowered, and not run by this version. They are
//! whole: what runs them one day finds everything here.

use super::{Case, Condition, EventTrigger, Expression, Next, Records, TargetProperty};
use crate::base::{Decimal, Duration, Name};
use crate::model::{AssociationId, ObjectId, PropertyId, Type, WorkflowId};

/// A step that this version does not run.
#[derive(Debug, Clone)]
pub enum LaterStep {
    /// Waits for an event or a condition.
    Await(Await),
    /// Writes a property from a value of a type, which is made the property's
    /// (A7).
    Copy {
        /// The value.
        value: Expression,
        /// Its type.
        from: Type,
        /// Whose property is written.
        records: Records,
        /// Which.
        property: TargetProperty,
    },
    /// Makes a record.
    Create(Create),
    /// Links the enrolled record.
    Associate(Tie),
    /// Unlinks the enrolled record.
    Dissociate(Tie),
    /// Deletes the enrolled record, which ends the enrolment.
    Delete,
    /// Asks for the end of enrolments: in one workflow, or in all.
    Unenroll(Option<WorkflowId>),
    /// Takes one of the cases by a lot that is stable (B3); their shares are
    /// percentages or weights.
    Split(Vec<Case<Decimal>>),
    /// Goes on at another step.
    Goto(Next),
    /// Stands for what is still to be written.
    Todo(Box<str>),
}

impl LaterStep {
    /// The keyword of the step.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            LaterStep::Await(_) => "wait",
            LaterStep::Copy { .. } => "copy",
            LaterStep::Create(_) => "create",
            LaterStep::Associate(_) => "associate",
            LaterStep::Dissociate(_) => "dissociate",
            LaterStep::Delete => "delete",
            LaterStep::Unenroll(_) => "unenroll",
            LaterStep::Split(_) => "split",
            LaterStep::Goto(_) => "goto",
            LaterStep::Todo(_) => "todo",
        }
    }

    /// The events that it waits for.
    #[must_use]
    pub fn triggers(&self) -> Vec<&EventTrigger> {
        let arms = match self {
            LaterStep::Await(wait) => wait.arms.as_slice(),
            _ => &[],
        };
        let events = arms.iter().filter_map(|arm| match &arm.test {
            Awaited::Event(trigger, _) => Some(&**trigger),
            Awaited::Holds(_) | Awaited::Timeout => None,
        });
        events.collect()
    }

    /// Its conditions.
    #[must_use]
    pub fn conditions(&self) -> Vec<&Condition> {
        let arms = match self {
            LaterStep::Await(wait) => wait.arms.as_slice(),
            _ => &[],
        };
        let conditions = arms.iter().filter_map(|arm| match &arm.test {
            Awaited::Event(trigger, _) => trigger.filter.as_ref(),
            Awaited::Holds(condition) => Some(condition),
            Awaited::Timeout => None,
        });
        conditions.collect()
    }

    /// What it reads besides.
    #[must_use]
    pub fn values(&self) -> Vec<&Expression> {
        match self {
            LaterStep::Await(_) => {
                let triggers = self.triggers().into_iter();
                let ends = triggers.flat_map(|trigger| trigger.from.iter().chain(&trigger.to));
                ends.collect()
            }
            LaterStep::Copy { value, .. } => vec![value],
            LaterStep::Create(create) => create.values.iter().map(|(_, value)| value).collect(),
            LaterStep::Associate(tie) | LaterStep::Dissociate(tie) => {
                tie.other.iter().map(|(_, value)| value).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The names that it binds, with their places.
    #[must_use]
    pub fn bindings(&self) -> Vec<&(usize, Name)> {
        match self {
            LaterStep::Await(wait) => {
                let arms = wait.arms.iter();
                let names = arms.filter_map(|arm| match &arm.test {
                    Awaited::Event(_, name) => name.as_ref(),
                    Awaited::Holds(_) | Awaited::Timeout => None,
                });
                names.collect()
            }
            LaterStep::Create(create) => create.binding.iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Where it leads besides its cases, where `next` follows it.
    #[must_use]
    pub(super) fn follows(&self, next: Next) -> Option<Next> {
        match self {
            LaterStep::Await(wait) if wait.has_blocks => None,
            LaterStep::Split(cases) if !cases.is_empty() => None,
            LaterStep::Goto(target) => Some(*target),
            LaterStep::Delete => Some(Next::End),
            _ => Some(next),
        }
    }
}

/// `wait until COND`, `wait for EVENT`, `wait for first { … }`.
#[derive(Debug, Clone)]
pub struct Await {
    /// What ends it, in the order of the text.
    pub arms: Vec<Case<Awaited>>,
    /// The longest time; `None`: forever.
    pub max: Option<Duration>,
    /// Whether its arms have blocks; else all of them lead to what follows.
    pub has_blocks: bool,
}

/// What ends a wait.
#[derive(Debug, Clone)]
pub enum Awaited {
    /// An event that is accepted after the wait began (W3), and the name of
    /// the occurrence with its place.
    Event(Box<EventTrigger>, Option<(usize, Name)>),
    /// A condition that holds (W5).
    Holds(Condition),
    /// Nothing of it within the longest time.
    Timeout,
}

/// `create OBJECT { … }`.
#[derive(Debug, Clone)]
pub struct Create {
    /// The object.
    pub object: ObjectId,
    /// What it begins with, in the order of the text.
    pub values: Vec<(TargetProperty, Expression)>,
    /// The association of the enrolled record by which it is linked, and the
    /// label of the link.
    pub link: Option<(AssociationId, Option<Name>)>,
    /// The place and the name of the new record.
    pub binding: Option<(usize, Name)>,
}

/// What `associate` makes and `dissociate` takes away.
#[derive(Debug, Clone)]
pub struct Tie {
    /// The association of the enrolled record.
    pub association: AssociationId,
    /// The label of the link: it alone is taken away.
    pub label: Option<Name>,
    /// The unique property of the other record and its value; `None`: all
    /// that are linked.
    pub other: Option<(PropertyId, Expression)>,
}
