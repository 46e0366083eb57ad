//! Compiled expressions: flat data over numbered slots, each node with the
//! place that it comes from.

use std::sync::Arc;

use super::direct::Direct;
use super::{Link, Past, Way};
use crate::base::{Duration, Name, Span};
use crate::model::{
    ConstantId, Function, MessageId, PeriodUnit, PropertyId, SegmentId, Type, Value,
};
use crate::semantic::hir::{Aggregate, FieldSource, Occurrence, TextRelation};
use crate::syntax::ast::{Arithmetic, Comparison, ContainsKind, EdgeKind, Quantifier};

/// The place of a node in its expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// An expression as a list of nodes. A node stands after those that it is
/// made of; the last is the whole.
#[derive(Debug, Clone, Default)]
pub struct Expression {
    nodes: Vec<Node>,
    spans: Vec<Span>,
    /// Nodes whose value is always known, in order.
    known: Vec<NodeId>,
}

impl Expression {
    /// An expression of one node, which is made of no others.
    #[must_use]
    pub fn alone(node: Node, span: Span) -> Self {
        let mut expression = Expression::default();
        expression.push(node, span);
        expression
    }

    /// Adds a node that is made of nodes before it.
    pub(super) fn push(&mut self, node: Node, span: Span) -> NodeId {
        self.nodes.push(node);
        self.spans.push(span);
        NodeId(u32::try_from(self.nodes.len() - 1).unwrap_or(u32::MAX))
    }

    /// Notes that the value of the last node is always known.
    pub(super) fn note_known(&mut self) {
        self.known.extend(self.root());
    }

    /// All nodes with their places.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node, Span)> {
        let spans = self.spans.iter().copied();
        self.nodes
            .iter()
            .zip(spans)
            .zip(0..)
            .map(|((node, span), place)| (NodeId(place), node, span))
    }

    /// A node.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    /// Where a node comes from.
    #[must_use]
    pub fn span(&self, id: NodeId) -> Option<Span> {
        self.spans.get(id.0 as usize).copied()
    }

    /// Whether the value of a node is always known, with all that was tested
    /// before it.
    #[must_use]
    pub fn is_known(&self, id: NodeId) -> bool {
        self.known.binary_search(&id).is_ok()
    }

    /// The whole; `None` for an expression without nodes, which no program
    /// holds.
    #[must_use]
    pub fn root(&self) -> Option<NodeId> {
        self.nodes
            .len()
            .checked_sub(1)
            .and_then(|last| u32::try_from(last).ok())
            .map(NodeId)
    }
}

/// A compiled condition with the parts that people think in.
#[derive(Debug, Clone)]
pub struct Condition {
    /// The whole condition.
    pub expression: Expression,
    /// The terms of its outermost `and` or `or`; itself where there is none.
    pub clauses: Vec<NodeId>,
    /// Its tests, where it asks of the record's own stored values alone.
    pub direct: Option<Direct>,
}

/// Conditions are the same if they ask the same.
impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.expression == other.expression && self.clauses == other.clauses
    }
}

/// A regular expression, compiled once.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// As it is written.
    pub text: Arc<str>,
    /// Compiled.
    pub regex: regex::Regex,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A value.
    Constant(Value),
    /// A declared constant, whose value the program holds.
    Named(ConstantId),
    /// A property.
    Property(Way, PropertyId),
    /// A record.
    Record(Way),
    /// A property of the occurrence, by event.
    Event(Box<[FieldSource]>),
    /// A property of an occurrence that a step waits for, by event. This
    /// version does not wait for any.
    Occurrence(Occurrence, Box<[FieldSource]>),
    /// A parameter of the message.
    Parameter(usize),
    /// A result of an action; `None` asks whether it has answered.
    Binding(usize, Option<usize>),
    /// What a webhook has read.
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
    Text(Box<[TextNode]>),
    /// Values for `in`.
    List(Box<[NodeId]>),
    /// Not.
    Not(NodeId),
    /// All of them (Kleene).
    And(Box<[NodeId]>),
    /// Any of them (Kleene).
    Or(Box<[NodeId]>),
    /// True also where it is unknown.
    OrUnknown(NodeId),
    /// A comparison.
    Compare(Comparison, NodeId, NodeId),
    /// Any of a list; none of it where the flag is set.
    In(NodeId, NodeId, bool),
    /// Inclusive at both ends; negated where the flag is set.
    Between(NodeId, NodeId, NodeId, bool),
    /// A test on text; negated where the flag is set.
    TextTest(TextRelation, NodeId, NodeId, bool),
    /// A test on a set; negated where the flag is set.
    SetTest(ContainsKind, NodeId, Box<[usize]>, bool),
    /// A regular expression; negated where the flag is set.
    Matches(NodeId, Box<Pattern>, bool),
    /// Whether it is known; unknown where the flag is set.
    Known(NodeId, bool),
    /// Whether it lies in a period; counted units, or one calendar unit.
    Within(NodeId, EdgeKind, Duration, bool),
    /// A condition over associated records.
    Quantified(Quantifier, Box<Link>, NodeId),
    /// A number over associated records.
    Aggregate(Aggregate, Box<Link>, Option<PropertyId>, Option<NodeId>),
    /// Membership of the record at hand.
    InSegment(SegmentId),
    /// Exact arithmetic (N4).
    Arithmetic(Arithmetic, NodeId, NodeId),
    /// The negative.
    Negative(NodeId),
    /// The second where the first is unknown.
    Coalesce(NodeId, NodeId),
    /// A day at a time of day.
    At(NodeId, NodeId),
    /// A function.
    Call(&'static Function, Box<[NodeId]>),
    /// The unit of `start_of` and `end_of`.
    Unit(PeriodUnit),
    /// A member of one enum as that of another, by place.
    Convert(Arc<[usize]>, NodeId),
    /// A member, or a set, as text: by its labels, or (true) by its names.
    Spelled(Box<Type>, NodeId, bool),
    /// A text, or the texts of a list, in lower case: how addresses compare.
    Folded(NodeId),
    /// The value of a secret.
    Secret(Name),
    /// How a request authenticates or is signed.
    Scheme(Name, Box<[NodeId]>),
    /// JSON.
    Json(JsonNode),
    /// A condition on what has happened.
    Past(Box<Past>),
    /// No valid program has one; its value is unknown.
    Impossible,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum TextNode {
    /// As it stands.
    Literal(Arc<str>),
    /// A value, printed.
    Value(NodeId, Option<Box<str>>),
    /// A value, printed, or what stands there where it is unknown.
    Fallback(NodeId, Option<Box<str>>, NodeId),
}

/// JSON with values in it.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonNode {
    /// `null`.
    Null,
    /// A value.
    Value(NodeId),
    /// Keys in the order of the text.
    Object(Vec<(Box<str>, JsonNode)>),
    /// Values.
    Array(Vec<JsonNode>),
}
