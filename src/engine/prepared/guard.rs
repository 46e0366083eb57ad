//! What must hold of a record, or of an occurrence, before a condition can be
//! true: what an index of conditions goes by. It errs on one side only: where
//! the guard fails, the condition is not true.

use super::constants;
use super::reads::Sources;
use crate::base::{Decimal, Text};
use crate::engine::evaluate::folded;
use crate::model::{EventId, ObjectId, PropertyId, SegmentId, Type, Value};
use crate::plan::{Condition, EventTrigger, Expression, Node, NodeId, Root};
use crate::semantic::hir::{EventSource, FieldSource};
use crate::syntax::ast::Comparison;

/// What must hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Guard {
    /// Nothing that an index could go by.
    Free,
    /// What is looked up is one of these.
    Equal(Probe, Vec<Key>),
    /// A property of the record lies between these, ends included.
    Range(PropertyId, Ends),
}

/// The ends of a range; none at a side where it is open.
pub(super) type Ends = (Option<Decimal>, Option<Decimal>);

/// What is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine) enum Source {
    /// A property of the record.
    Own(PropertyId),
    /// A property of the occurrence, by place.
    Field(usize),
}

/// What is looked up; in lower case where the flag is set.
pub(super) type Probe = (Source, bool);

/// A value that can be found among others. Two are equal where the comparison
/// says so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    Text(Text),
    /// Its digits and their scale, without zeros at the end.
    Number(i128, u32),
    Bool(bool),
    Member(usize),
}

impl Key {
    /// The key of a value; `None` for those that compare in other ways too,
    /// as a day does with a moment.
    pub(super) fn of(value: &Value) -> Option<Key> {
        Some(match value {
            Value::Text(text) => Key::Text(text.clone()),
            Value::Number(number) => {
                let number = number.normalize();
                Key::Number(number.mantissa(), number.scale())
            }
            Value::Bool(is) => Key::Bool(*is),
            Value::Member(place) => Key::Member(*place),
            _ => return None,
        })
    }
}

/// What guards are made with.
#[derive(Clone, Copy)]
pub(super) struct Guards<'p> {
    /// What a program reads is found by.
    pub(super) sources: Sources<'p>,
    /// The values of constants.
    pub(super) constants: &'p [Option<Value>],
}

impl<'p> Guards<'p> {
    /// The guard of a condition.
    pub(super) fn condition(self, condition: &Condition) -> Guard {
        self.of(&condition.expression, None)
    }

    fn segment(self, segment: SegmentId) -> Guard {
        let condition = self.sources.segments.get(&segment);
        condition.map_or(Guard::Free, |condition| self.condition(condition))
    }

    /// The guard of an event trigger of an object, once its event occurs.
    pub(super) fn trigger(self, object: ObjectId, trigger: &EventTrigger) -> Guard {
        let event = match &trigger.event {
            EventSource::Declared(event) => Some(*event),
            EventSource::Joined(segment) => return self.segment(*segment),
            EventSource::Changed(property) => {
                let to = self.changed((object, *property), trigger.to.as_ref());
                if let Some(guard) = to {
                    return guard;
                }
                None
            }
            _ => None,
        };
        let filter = trigger.filter.as_ref();
        filter.map_or(Guard::Free, |filter| self.of(&filter.expression, event))
    }

    /// The guard of a change to a value. An address is the same in any case.
    fn changed(
        self,
        (object, property): (ObjectId, PropertyId),
        to: Option<&Expression>,
    ) -> Option<Guard> {
        let value = self.constant(to?, to?.root()?)?;
        let lower =
            self.sources.program.catalog.objects[object].properties[property].ty == Type::Email;
        let key = Key::of(&if lower { folded(value) } else { value })?;
        Some(Guard::Equal((Source::Own(property), lower), vec![key]))
    }

    /// An equality before a range, as it leaves fewer.
    fn of(self, expression: &Expression, event: Option<EventId>) -> Guard {
        let Some(root) = expression.root() else {
            return Guard::Free;
        };
        let whole = [root];
        let terms = match expression.node(root) {
            Some(Node::And(terms)) => &**terms,
            _ => &whole,
        };
        let guards = || terms.iter().map(|term| self.term(expression, *term, event));
        let equal = guards().find(|guard| matches!(guard, Guard::Equal(..)));
        let other = || guards().find(|guard| *guard != Guard::Free);
        equal.or_else(other).unwrap_or(Guard::Free)
    }

    fn term(self, expression: &Expression, term: NodeId, event: Option<EventId>) -> Guard {
        let looked = |node: NodeId| looked(expression, node, event);
        let guard = match expression.node(term) {
            Some(Node::Compare(Comparison::Equal, a, b)) => self
                .equal((expression, *a), *b, event)
                .or_else(|| self.equal((expression, *b), *a, event)),
            Some(Node::In(a, list, false)) => looked(*a).zip(self.keys(expression, *list)),
            Some(Node::Property(..) | Node::Event(_)) => {
                looked(term).map(|probe| (probe, vec![Key::Bool(true)]))
            }
            Some(Node::Not(inner)) => looked(*inner).map(|probe| (probe, vec![Key::Bool(false)])),
            Some(Node::InSegment(segment)) => return self.segment(*segment),
            _ => return self.range(expression, term).unwrap_or(Guard::Free),
        };
        guard.map_or(Guard::Free, |(probe, keys)| Guard::Equal(probe, keys))
    }

    fn equal(
        self,
        (expression, looked_up): (&Expression, NodeId),
        with: NodeId,
        event: Option<EventId>,
    ) -> Option<(Probe, Vec<Key>)> {
        let probe = looked(expression, looked_up, event)?;
        let key = Key::of(&self.constant(expression, with)?)?;
        Some((probe, vec![key]))
    }

    fn keys(self, expression: &Expression, list: NodeId) -> Option<Vec<Key>> {
        match self.constant(expression, list)? {
            Value::List(items) => items.iter().map(Key::of).collect(),
            _ => None,
        }
    }

    fn range(self, expression: &Expression, term: NodeId) -> Option<Guard> {
        let own = |node: NodeId| match looked(expression, node, None)? {
            (Source::Own(property), false) => Some(property),
            _ => None,
        };
        let number = |node: NodeId| match self.constant(expression, node)? {
            Value::Number(number) => Some(number),
            _ => None,
        };
        let (property, ends) = match expression.node(term)? {
            Node::Between(a, low, high, false) => {
                (own(*a)?, (Some(number(*low)?), Some(number(*high)?)))
            }
            Node::Compare(op, a, b) => match (own(*a), number(*b)) {
                (Some(property), Some(end)) => (property, ends(*op, end)?),
                _ => (own(*b)?, ends(turned(*op), number(*a)?)?),
            },
            _ => return None,
        };
        Some(Guard::Range(property, ends))
    }

    fn constant(self, expression: &Expression, node: NodeId) -> Option<Value> {
        constants::known(self.constants, expression, node)
    }
}

/// What a node looks up, if it is nothing else.
fn looked(expression: &Expression, node: NodeId, event: Option<EventId>) -> Option<Probe> {
    match expression.node(node)? {
        Node::Property(way, property) => {
            let own = way.root == Root::This && way.hops.is_empty();
            own.then_some((Source::Own(*property), false))
        }
        Node::Event(sources) => sources.iter().find_map(|source| match source {
            FieldSource::Property(of, property) if Some(*of) == event => {
                Some((Source::Field(property.index()), false))
            }
            _ => None,
        }),
        Node::Folded(inner) => {
            let (source, _) = looked(expression, *inner, event)?;
            Some((source, true))
        }
        _ => None,
    }
}

/// Where a property may lie that compares so.
fn ends(op: Comparison, with: Decimal) -> Option<Ends> {
    match op {
        Comparison::Less | Comparison::LessEqual => Some((None, Some(with))),
        Comparison::Greater | Comparison::GreaterEqual => Some((Some(with), None)),
        Comparison::Equal | Comparison::NotEqual => None,
    }
}

/// The comparison read from the right.
fn turned(op: Comparison) -> Comparison {
    match op {
        Comparison::Less => Comparison::Greater,
        Comparison::LessEqual => Comparison::GreaterEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterEqual => Comparison::LessEqual,
        other => other,
    }
}
