//! Expressions → values: three-valued, exact, without a clock. What is done
//! with a value is not known here.

mod choice;
mod compare;
mod count;
mod direct;
mod link;
mod past;
mod text;
mod time;
mod turn;
mod view;

pub(super) use count::{Bounds, of_day};
pub(super) use direct::holds as holds_directly;
pub(super) use past::is_asked;
pub(super) use time::extent;
pub(super) use turn::just_before;
pub(super) use view::View;

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::cast::Cast;
use super::enrolment::{Kept, Occurrence};
use super::prepared::Prepared;
use super::record::RecordCell;
use crate::base::{TimeZone, Timestamp};
use crate::model::compute::{self, Flaw, Operator};
use crate::model::{Function, PropertyId, SegmentId, Timetable, Value};
use crate::plan::{Condition, Expression, Node, NodeId};
use crate::semantic::hir::Occurrence as Which;
use crate::syntax::ast::Arithmetic;

/// The most bytes that a computed text may have.
const LONGEST_TEXT: usize = 1 << 20;

/// What an expression is evaluated with.
pub(super) struct Scope<'a> {
    pub(super) prepared: &'a Prepared,
    /// The record that the expression is about.
    pub(super) this: &'a RecordCell,
    /// The present instant.
    pub(super) now: Timestamp,
    /// The occurrence at hand.
    pub(super) occurrence: Option<&'a Occurrence>,
    /// The occurrence that is being judged whether a wait ends with it.
    pub(super) awaited: Option<&'a Occurrence>,
    /// What steps have bound names to.
    pub(super) bindings: &'a [Option<Kept>],
    /// The parameters of a message.
    pub(super) parameters: &'a [Option<Value>],
    /// What a webhook has read.
    pub(super) intake: Option<Value>,
    /// The zone of its days, and the hours of business time (D1, D4).
    pub(super) timetable: &'a Timetable,
    /// What is noted on the way.
    pub(super) notes: &'a Notes,
    /// Computed properties that are worked out already, while one is.
    pub(super) computed: Option<&'a Worked>,
    /// The records of a test, where it is one that asks.
    pub(super) cast: Option<Cast<'a>>,
}

/// Computed properties by place.
pub(super) type Worked = RefCell<BTreeMap<PropertyId, Option<Value>>>;

/// What evaluating notes down.
#[derive(Debug, Default)]
pub(super) struct Notes {
    flaws: RefCell<Vec<Flaw>>,
    reads: RefCell<Option<Vec<(String, String)>>>,
}

impl Notes {
    /// Notes why something is unknown (N4).
    pub(super) fn note(&self, flaw: Flaw) {
        self.flaws.borrow_mut().push(flaw);
    }

    /// Forgets what was noted for something else.
    pub(super) fn clear(&self) {
        self.flaws.borrow_mut().clear();
    }

    /// Begins to note the values that are read (H1).
    pub(super) fn watch(&self) {
        *self.reads.borrow_mut() = Some(Vec::new());
    }

    /// Whether they are noted.
    fn watches(&self) -> bool {
        self.reads.borrow().is_some()
    }

    /// The values read since then, each once.
    pub(super) fn read(&self) -> Vec<(String, String)> {
        self.reads.borrow_mut().take().unwrap_or_default()
    }

    /// What was unknown though it was computed from known values (N4).
    pub(super) fn flaws(&self) -> Vec<String> {
        let flaws = self.flaws.take();
        let mut words: Vec<String> = flaws
            .into_iter()
            .map(|flaw| flaw.word().to_owned())
            .collect();
        words.sort();
        words.dedup();
        words
    }

    fn saw(&self, path: impl FnOnce() -> (String, String)) {
        if let Some(reads) = &mut *self.reads.borrow_mut() {
            let read = path();
            if !reads.contains(&read) {
                reads.push(read);
            }
        }
    }
}

impl<'a> Scope<'a> {
    /// A scope with a record alone.
    pub(super) fn of(
        prepared: &'a Prepared,
        this: &'a RecordCell,
        now: Timestamp,
        notes: &'a Notes,
    ) -> Self {
        Scope {
            prepared,
            this,
            now,
            occurrence: None,
            awaited: None,
            bindings: &[],
            parameters: &[],
            intake: None,
            timetable: prepared.usual(),
            notes,
            computed: None,
            cast: None,
        }
    }

    /// The zone of days and times of day (D1).
    pub(super) fn zone(&self) -> &'a TimeZone {
        &self.timetable.zone
    }

    /// The value of an expression.
    pub(super) fn value(&self, expression: &Expression) -> Option<Value> {
        let whole = self.of_this(expression);
        whole.node(expression.root()?, None)
    }

    /// An expression about the record.
    fn of_this<'s>(&'s self, expression: &'s Expression) -> Evaluation<'s, 'a> {
        Evaluation {
            scope: self,
            expression,
            this: View::Own(self.this),
        }
    }

    /// Whether a condition is true; false and unknown are alike here.
    pub(super) fn holds(&self, condition: &Condition) -> bool {
        let direct = self.directly(condition);
        direct.unwrap_or_else(|| self.value(&condition.expression) == Some(Value::Bool(true)))
    }

    /// The same by the tests of stored values, where there are such and nobody
    /// wants to know what was read.
    fn directly(&self, condition: &Condition) -> Option<bool> {
        match self.notes.watches() {
            true => None,
            false => direct::holds(self.prepared, self.this, condition),
        }
    }

    /// The value of one node of an expression that is about the record.
    pub(super) fn part(&self, expression: &Expression, node: NodeId) -> Option<Value> {
        let whole = self.of_this(expression);
        whole.node(node, None)
    }

    /// One node as an operand of a comparison (D2).
    pub(super) fn bound_part(&self, expression: &Expression, node: NodeId) -> Option<Value> {
        let whole = self.of_this(expression);
        whole.bound(node, None)
    }

    /// A point in time as a bound (D2).
    pub(super) fn bound(&self, expression: &Expression) -> Option<Value> {
        let whole = self.of_this(expression);
        whole.bound(expression.root()?, None)
    }

    /// Whether the record is in a segment.
    pub(super) fn in_segment(&self, segment: SegmentId) -> Option<bool> {
        match self.prepared.segment(segment) {
            None => Some(self.this.segments.contains(&segment)),
            Some(condition) => match self.alone().value(&condition.expression) {
                Some(Value::Bool(is)) => Some(is),
                _ => None,
            },
        }
    }

    /// An occurrence that a step waits for.
    fn waited(&self, which: Which) -> Option<&Occurrence> {
        match which {
            Which::Awaited => self.awaited,
            Which::Bound(place) => match self.bindings.get(place)? {
                Some(Kept::Occurrence(occurrence)) => Some(occurrence),
                _ => None,
            },
        }
    }

    /// The same record without what is at hand besides it.
    fn alone(&self) -> Scope<'a> {
        Scope::of(self.prepared, self.this, self.now, self.notes)
    }

    /// The same by the days of the project (D1).
    fn of_project(&self) -> Scope<'_> {
        Scope {
            timetable: self.prepared.usual(),
            intake: self.intake.clone(),
            ..*self
        }
    }
}

/// One expression being evaluated.
#[derive(Clone, Copy)]
struct Evaluation<'s, 'a> {
    scope: &'s Scope<'a>,
    expression: &'s Expression,
    /// The record that the expression is about.
    this: View<'s>,
}

impl<'s> Evaluation<'s, '_> {
    /// The value of a node; `member` is the record of the innermost `where`.
    fn node(self, id: NodeId, member: Option<View<'s>>) -> Option<Value> {
        match self.expression.node(id)? {
            Node::Constant(value) => Some(value.clone()),
            Node::Named(constant) => self.scope.prepared.constants.get(constant.index())?.clone(),
            Node::Property(way, property) => self.property(way, *property, member),
            Node::Record(way) => {
                let record = self.walk(way, member).map(View::id);
                self.scope.notes.saw(|| self.described_record(way, record));
                Some(Value::Text(record?.to_string().into()))
            }
            Node::Event(sources) => {
                let occurrence = self.scope.occurrence?;
                occurrence.field(self.scope.this.object, sources)
            }
            Node::Parameter(place) => self.scope.parameters.get(*place)?.clone(),
            Node::Binding(place, None) => {
                let answered = self.scope.bindings.get(*place)?.is_some();
                answered.then_some(Value::Bool(true))
            }
            Node::Binding(place, Some(result)) => match self.scope.bindings.get(*place)? {
                Some(Kept::Answer(answer)) => answer.get(*result)?.clone(),
                _ => None,
            },
            Node::Occurrence(which, sources) => {
                let occurrence = self.scope.waited(*which)?;
                occurrence.field(self.scope.this.object, sources)
            }
            Node::WebhookValue => self.scope.intake.clone(),
            Node::Message(message) => {
                let name = &self.scope.prepared.program.catalog.messages[*message].name;
                Some(Value::Text(name.as_str().into()))
            }
            Node::Unit(unit) => {
                let all = crate::model::PeriodUnit::ALL;
                let word = all.iter().find(|(_, other)| other == unit)?.0;
                Some(Value::Text(word.into()))
            }
            node => self.made(node, member),
        }
    }

    /// The value of a node that is made of others.
    fn made(self, node: &'s Node, member: Option<View<'s>>) -> Option<Value> {
        match node {
            Node::Text(parts) => self.text(parts, member).and_then(|text| self.limited(text)),
            Node::List(items) => {
                let items = items.iter().map(|item| self.node(*item, member));
                items.collect::<Option<_>>().map(Value::List)
            }
            Node::Coalesce(a, b) => self.node(*a, member).or_else(|| self.node(*b, member)),
            Node::Arithmetic(op, a, b) => {
                let (a, b) = (self.node(*a, member)?, self.node(*b, member)?);
                if let Some(moved) = self.by_business(*op, &a, &b) {
                    return moved;
                }
                let result = compute::arithmetic(operator(*op), &a, &b, self.scope.zone());
                self.noted(result)
            }
            Node::Negative(a) => {
                let a = self.node(*a, member)?;
                self.noted(compute::negative(&a))
            }
            Node::At(day, time) => {
                let (day, time) = (self.node(*day, member)?, self.node(*time, member)?);
                self.noted(compute::at(&day, &time, self.scope.zone()))
            }
            Node::Call(function, arguments) => self.call((function, arguments), member),
            Node::Convert(places, a) => match self.node(*a, member)? {
                Value::Member(place) => places.get(place).copied().map(Value::Member),
                Value::Set(set) => {
                    let places = set.iter().filter_map(|place| places.get(*place).copied());
                    let mut places: Vec<usize> = places.collect();
                    places.sort_unstable();
                    Some(Value::Set(places.into()))
                }
                other => Some(other),
            },
            Node::Spelled(ty, a, name) => {
                let value = self.node(*a, member)?;
                let zone = self.scope.zone();
                let text = match name {
                    true => compute::spell(&value, ty, zone),
                    false => compute::print_as(&value, ty, zone),
                };
                Some(Value::Text(text.into()))
            }
            Node::Folded(a) => Some(folded(self.node(*a, member)?)),
            Node::Now | Node::Today | Node::Relative(..) => self.moment(node),
            Node::Aggregate(aggregate, link, property, filter) => {
                self.aggregate(*aggregate, (link, *property, *filter), member)
            }
            _ => self.test(node, member).map(Value::Bool),
        }
    }

    /// `if` and `coalesce` choose; all others take what they are given.
    fn call(
        self,
        (function, arguments): (&'static Function, &[NodeId]),
        member: Option<View<'s>>,
    ) -> Option<Value> {
        match (function.name, arguments) {
            ("if", [condition, yes, no]) => match self.node(*condition, member)? {
                Value::Bool(true) => self.node(*yes, member),
                Value::Bool(false) => self.node(*no, member),
                _ => None,
            },
            ("coalesce", all) => all.iter().find_map(|one| self.node(*one, member)),
            _ => {
                let values: Vec<Option<Value>> = arguments
                    .iter()
                    .map(|one| self.node(*one, member))
                    .collect();
                let zone = self.scope.zone();
                let result = compute::call(function, &values, zone);
                self.noted(result).and_then(|value| self.limited(value))
            }
        }
    }

    /// A computed text, unless it is longer than any mail: what grows by itself
    /// would end all memory.
    fn limited(self, value: Value) -> Option<Value> {
        match &value {
            Value::Text(text) if text.len() > LONGEST_TEXT => {
                self.scope.notes.note(Flaw::Overflow);
                None
            }
            _ => Some(value),
        }
    }

    /// Takes a result, and notes why it is unknown where it need not be (N4).
    fn noted(self, result: compute::Computed) -> Option<Value> {
        match result {
            Ok(value) => value,
            Err(flaw) => {
                self.scope.notes.note(flaw);
                None
            }
        }
    }
}

fn operator(op: Arithmetic) -> Operator {
    match op {
        Arithmetic::Add => Operator::Add,
        Arithmetic::Subtract => Operator::Subtract,
        Arithmetic::Multiply => Operator::Multiply,
        Arithmetic::Divide => Operator::Divide,
    }
}

/// A text, or the texts of a list, in lower case.
pub(super) fn folded(value: Value) -> Value {
    match value {
        Value::Text(text) if text.chars().any(char::is_uppercase) => {
            Value::Text(text.to_lowercase().into())
        }
        Value::List(items) => Value::List(items.into_iter().map(folded).collect()),
        other => other,
    }
}
