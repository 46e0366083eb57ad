//! Expressions with their types.

use std::sync::Arc;

use super::{AssociationPath, Past, Path, RecordPath};
use crate::base::{Duration, Name, Span};
use crate::model::{
    ConstantId, EventId, EventPropertyId, Function, MessageId, ObjectId, PeriodUnit, PropertyId,
    SegmentId, Type, Value,
};
use crate::syntax::ast::{Arithmetic, Comparison, ContainsKind, EdgeKind, Logic, Quantifier};

/// A checked expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// The type of its value.
    pub ty: Type,
    /// Where it stands.
    pub span: Span,
    /// Whether its value is always known.
    pub known: bool,
}

/// A property of the occurrence at hand.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventField {
    /// Its name.
    pub name: Name,
    /// Where it comes from, for each event that may be at hand.
    pub sources: Vec<FieldSource>,
}

/// Where a property of an occurrence comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldSource {
    /// A property of a declared event.
    Property(EventId, EventPropertyId),
    /// One of what every occurrence has.
    Occurrence(usize),
    /// The value before a change.
    Old(ObjectId, PropertyId),
    /// The value after a change.
    New(ObjectId, PropertyId),
    /// One of what `action_failed` has.
    ActionFailed(usize),
}

/// An occurrence that a step waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Occurrence {
    /// The one that is judged whether it ends the wait.
    Awaited,
    /// The one that a step has bound: its place among the workflow's names.
    Bound(usize),
}

/// How two texts are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextRelation {
    /// Ignores case.
    Contains,
    /// Exact.
    StartsWith,
    /// Exact.
    EndsWith,
}

/// The aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregate {
    /// How many.
    Count,
    /// The sum.
    Sum,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// The mean.
    Avg,
}

impl Aggregate {
    /// All of them, with their words.
    pub const ALL: [(&str, Aggregate); 5] = [
        ("count", Aggregate::Count),
        ("sum", Aggregate::Sum),
        ("min", Aggregate::Min),
        ("max", Aggregate::Max),
        ("avg", Aggregate::Avg),
    ];
}

/// The forms of a checked expression.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A value.
    Literal(Value),
    /// A declared constant.
    Constant(ConstantId),
    /// A property.
    Property(Path),
    /// A record.
    Record(RecordPath),
    /// A property of the occurrence.
    Event(EventField),
    /// A property of an occurrence that a step waits for.
    Occurrence(Occurrence, EventField),
    /// A parameter of the message.
    Parameter(usize),
    /// A result of a `do`: which binding, which result; `None` asks whether it
    /// has answered.
    Binding(usize, Option<usize>),
    /// The JSON value that a webhook has read.
    WebhookValue,
    /// A message.
    Message(MessageId),
    /// The present instant.
    Now,
    /// The present day in the zone.
    Today,
    /// `N units ago`, or (true) `from now`.
    Relative(Duration, bool),
    /// Text put together.
    Text(Vec<TextPart>),
    /// Values for `in`.
    List(Vec<Expr>),
    /// `not`.
    Not(Box<Expr>),
    /// `and`, `or`.
    Logic(Logic, Vec<Expr>),
    /// `C or unknown`.
    OrUnknown(Box<Expr>),
    /// `==`, `<`, …
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// Any of a list; none of it where the flag is set.
    In(Box<Expr>, Box<Expr>, bool),
    /// Inclusive at both ends; negated where the flag is set.
    Between(Box<Expr>, Box<(Expr, Expr)>, bool),
    /// A test on text; negated where the flag is set.
    TextTest(TextRelation, Box<Expr>, Box<Expr>, bool),
    /// A test on a set with member places; negated where the flag is set.
    SetTest(ContainsKind, Box<Expr>, Vec<usize>, bool),
    /// A regular expression that was checked; negated where the flag is set.
    Matches(Box<Expr>, Arc<str>, bool),
    /// `is known`; `is unknown` where the flag is set.
    Known(Box<Expr>, bool),
    /// In a period around now.
    Within(Box<Expr>, EdgeKind, Duration, bool),
    /// A condition over associated records.
    Quantified(Quantifier, AssociationPath, Box<Expr>),
    /// A number over associated records.
    Aggregate(
        Aggregate,
        AssociationPath,
        Option<PropertyId>,
        Option<Box<Expr>>,
    ),
    /// Membership of `this`.
    InSegment(SegmentId),
    /// A condition on what has happened.
    Past(Box<Past>),
    /// `+ - * /`.
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// `-x`.
    Negative(Box<Expr>),
    /// `a ?? b`.
    Coalesce(Box<Expr>, Box<Expr>),
    /// A day at a time of day.
    At(Box<Expr>, Box<Expr>),
    /// A function.
    Call(&'static Function, Vec<Expr>),
    /// The unit of `start_of` and `end_of`.
    Unit(PeriodUnit),
    /// A member of one enum as that of another, by place.
    Convert(Arc<[usize]>, Box<Expr>),
    /// The value of a secret, by its name.
    Secret(Name),
    /// `bearer(…)` and its kin: the scheme and its arguments.
    Scheme(Name, Vec<Expr>),
    /// JSON, in arguments.
    Json(Json),
    /// Something that a finding was given for.
    Broken,
}

/// A piece of a text.
#[derive(Debug, Clone)]
pub enum TextPart {
    /// As it stands.
    Literal(Arc<str>),
    /// A value, printed.
    Value(Box<Expr>, Option<Box<str>>),
    /// `{a ?? "text"}`: the value printed, or the text (section 7).
    Fallback(Box<Expr>, Option<Box<str>>, Box<Expr>),
}

/// JSON with expressions in it.
#[derive(Debug, Clone)]
pub enum Json {
    /// `null`.
    Null,
    /// A value.
    Value(Box<Expr>),
    /// Keys in the order of the text.
    Object(Vec<(Box<str>, Json)>),
    /// Values.
    Array(Vec<Json>),
}

/// Something whose being known can be tested.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// A property.
    Property(Path),
    /// A record.
    Record(RecordPath),
    /// A property of the occurrence.
    Event(EventField),
    /// A property of an occurrence that a step waits for.
    Occurrence(Occurrence, EventField),
    /// A parameter.
    Parameter(usize),
    /// A result of a `do`, or all of them.
    Binding(usize, Option<usize>),
    /// That no path to here sets a name, by its place: what is the case on
    /// all of them, like what is known.
    Unset(usize),
}

impl Fact {
    /// The record that it is about.
    #[must_use]
    pub fn record(&self) -> Option<&RecordPath> {
        match self {
            Fact::Property(path) => Some(&path.record),
            Fact::Record(record) => Some(record),
            _ => None,
        }
    }
}

impl Expr {
    /// The stand-in for what a finding was given for.
    #[must_use]
    pub fn broken(span: Span) -> Self {
        Expr {
            kind: ExprKind::Broken,
            ty: Type::Broken,
            span,
            known: true,
        }
    }

    /// The parts that this expression is made of.
    #[must_use]
    pub fn children(&self) -> Vec<&Expr> {
        use ExprKind as K;
        match &self.kind {
            K::Not(a)
            | K::OrUnknown(a)
            | K::Known(a, _)
            | K::Within(a, ..)
            | K::Negative(a)
            | K::Convert(_, a) => vec![a],
            K::Matches(a, ..) | K::SetTest(_, a, ..) => vec![a],
            K::Past(past) => past.children(),
            K::Property(path) => path.record.parts(),
            K::Record(path) => path.parts(),
            K::Quantified(_, path, a) => path.record.parts().into_iter().chain([&**a]).collect(),
            K::Logic(_, list) | K::List(list) | K::Call(_, list) | K::Scheme(_, list) => {
                list.iter().collect()
            }
            K::Compare(_, a, b)
            | K::In(a, b, _)
            | K::TextTest(_, a, b, _)
            | K::Arithmetic(_, a, b) => vec![a, b],
            K::Coalesce(a, b) | K::At(a, b) => vec![a, b],
            K::Between(a, ends, _) => vec![a, &ends.0, &ends.1],
            K::Aggregate(_, path, _, filter) => {
                let filter = filter.iter().map(|filter| &**filter);
                path.record.parts().into_iter().chain(filter).collect()
            }
            K::Text(parts) => parts.iter().flat_map(TextPart::children).collect(),
            K::Json(json) => json.children(),
            _ => Vec::new(),
        }
    }

    /// The first part, itself included, for which a test holds; from the left.
    pub fn find<'a>(&'a self, test: &dyn Fn(&Expr) -> bool) -> Option<&'a Expr> {
        if test(self) {
            return Some(self);
        }
        self.children()
            .into_iter()
            .find_map(|child| child.find(test))
    }

    /// The part that makes the value change with time alone (E12).
    #[must_use]
    pub fn time_dependent(&self) -> Option<&Expr> {
        self.find(&|part| match &part.kind {
            ExprKind::Now | ExprKind::Today | ExprKind::Relative(..) | ExprKind::Within(..) => true,
            ExprKind::Past(past) => past.moves(),
            _ => false,
        })
    }

    /// What can be tested for being known, where this is such a thing.
    #[must_use]
    pub fn fact(&self) -> Option<Fact> {
        match &self.kind {
            ExprKind::Property(path) => Some(Fact::Property(path.clone())),
            ExprKind::Record(path) => Some(Fact::Record(path.clone())),
            ExprKind::Event(field) => Some(Fact::Event(field.clone())),
            ExprKind::Occurrence(which, field) => Some(Fact::Occurrence(*which, field.clone())),
            ExprKind::Parameter(place) => Some(Fact::Parameter(*place)),
            ExprKind::Binding(binding, result) => Some(Fact::Binding(*binding, *result)),
            _ => None,
        }
    }
}

impl TextPart {
    fn children(&self) -> Vec<&Expr> {
        match self {
            TextPart::Literal(_) => Vec::new(),
            TextPart::Value(value, _) => vec![value],
            TextPart::Fallback(value, _, other) => vec![value, other],
        }
    }
}

impl Json {
    fn children(&self) -> Vec<&Expr> {
        match self {
            Json::Null => Vec::new(),
            Json::Value(value) => vec![value],
            Json::Object(members) => members
                .iter()
                .flat_map(|(_, json)| json.children())
                .collect(),
            Json::Array(items) => items.iter().flat_map(Json::children).collect(),
        }
    }
}
