//! Expressions as written.

use super::{Ident, Past, Plain};
use crate::base::{Date, DateTime, Decimal, Duration, Offset, Span, Time};

/// An expression with its place.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
    /// How many levels of expressions it holds, itself included: at most
    /// [`Expr::MAX_DEPTH`], so that walking a tree fits the stack of any
    /// thread.
    pub depth: u32,
}

impl Expr {
    /// The deepest tree that is built.
    pub const MAX_DEPTH: u32 = 450;

    /// Whether this is just that name.
    #[must_use]
    pub fn is_name(&self, name: &str) -> bool {
        matches!(&self.kind, ExprKind::Path(path)
            if path.head.name == name && path.rest.is_empty() && path.arguments.is_none() && path.label.is_none())
    }

    /// The expressions that this one is made of.
    #[must_use]
    pub fn children(&self) -> Vec<&Expr> {
        use ExprKind as K;
        match &self.kind {
            K::Path(path) => path
                .arguments
                .iter()
                .flatten()
                .flat_map(Argument::children)
                .collect(),
            K::Text(text) => text.parts.iter().filter_map(Part::expr).collect(),
            K::List(items) | K::Logic(_, items) => items.iter().collect(),
            K::Group(a) | K::Not(a) | K::Negative(a) | K::OrUnknown(a) => vec![a],
            K::Is(a, _) | K::Matches(a, ..) | K::Within(a, _) => vec![a],
            K::Compare(_, a, b) | K::Arithmetic(_, a, b) | K::Coalesce(a, b) | K::At(a, b) => {
                vec![a, b]
            }
            K::In(a, b, _) | K::TextTest(_, a, b, _) | K::Contains(_, a, b, _) => vec![a, b],
            K::Between(a, ends, _) => vec![a, &ends.0, &ends.1],
            K::Quantified(_, _, filter) => filter.iter().map(|filter| &**filter).collect(),
            K::Number(_)
            | K::Date(_)
            | K::Time(_)
            | K::Instant(..)
            | K::Duration(_)
            | K::Relative(..) => Vec::new(),
            K::Past(past) => past.children(),
            K::InSegment(_) | K::Broken => Vec::new(),
        }
    }
}

/// The forms of an expression.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A name, a path or a call.
    Path(Box<Path>),
    /// Text, interpolated or not.
    Text(Box<Text>),
    /// `2.5`.
    Number(Decimal),
    /// `2026-11-21`.
    Date(Date),
    /// `09:00`; `None` is `24:00`.
    Time(Option<Time>),
    /// `2026-11-21T09:00`, with or without an offset.
    Instant(DateTime, Option<Offset>),
    /// `2 days`.
    Duration(Duration),
    /// `2 days ago`, or (true) `2 days from now`.
    Relative(Duration, bool),
    /// `(x, y)`, `()`.
    List(Vec<Expr>),
    /// `(x)`.
    Group(Box<Expr>),
    /// `not C`.
    Not(Box<Expr>),
    /// `-x`.
    Negative(Box<Expr>),
    /// `a and b and c`.
    Logic(Logic, Vec<Expr>),
    /// `a < b`.
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// `a + b`.
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// `a ?? b`.
    Coalesce(Box<Expr>, Box<Expr>),
    /// `DATE at TIME`.
    At(Box<Expr>, Box<Expr>),
    /// `C or unknown`.
    OrUnknown(Box<Expr>),
    /// `x is known`, or (true) `x is unknown`.
    Is(Box<Expr>, bool),
    /// `x in LIST`; the list is a path or a list; `not in` where the flag is
    /// set.
    In(Box<Expr>, Box<Expr>, bool),
    /// `x between a and b`; `not between` where the flag is set.
    Between(Box<Expr>, Box<(Expr, Expr)>, bool),
    /// `x starts_with y` and its kin; negated where the flag is set.
    TextTest(TextTest, Box<Expr>, Box<Expr>, bool),
    /// `x contains y`; negated where the flag is set.
    Contains(ContainsKind, Box<Expr>, Box<Expr>, bool),
    /// `x matches /re/`; negated where the flag is set.
    Matches(Box<Expr>, Plain, bool),
    /// `t within last 7 days`.
    Within(Box<Expr>, Period),
    /// `any companies where (…)`.
    Quantified(Quantifier, Box<Path>, Option<Box<Expr>>),
    /// `in segment NAME`.
    InSegment(Ident),
    /// A condition on what has happened.
    Past(Box<Past>),
    /// Something that a finding was given for.
    Broken,
}

/// How conditions are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logic {
    /// `and`.
    And,
    /// `or`.
    Or,
}

/// The comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterEqual,
}

/// The arithmetic operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
}

/// The tests on text, but for `contains` and `matches`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextTest {
    /// `starts_with`.
    StartsWith,
    /// `ends_with`.
    EndsWith,
}

/// The forms of `contains`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainsKind {
    /// `contains x`.
    One,
    /// `contains all (…)`.
    All,
    /// `contains any (…)`.
    Any,
}

/// The quantifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// `any`.
    Any,
    /// `all`.
    All,
    /// `no`.
    No,
}

/// `companies[billing].tier`, `count(deals where …)`, `city`.
#[derive(Debug, Clone)]
pub struct Path {
    /// The first name.
    pub head: Ident,
    /// `( … )` after it: a call.
    pub arguments: Option<Vec<Argument>>,
    /// `[label]` after it.
    pub label: Option<Ident>,
    /// What follows, each after a dot.
    pub rest: Vec<Segment>,
    /// The whole path.
    pub span: Span,
}

/// `.NAME[label]`.
#[derive(Debug, Clone)]
pub struct Segment {
    /// The name.
    pub name: Ident,
    /// `[label]` after it.
    pub label: Option<Ident>,
}

/// One argument of a call.
#[derive(Debug, Clone)]
pub struct Argument {
    /// `NAME:` before it; only some calls take it.
    pub name: Option<Ident>,
    /// The value, or the association of an aggregate.
    pub value: Expr,
    /// `by EXPR`; descending where the flag is set.
    pub by: Option<(Box<Expr>, bool)>,
    /// `where C`.
    pub filter: Option<Box<Expr>>,
    /// As it is written, white space folded.
    pub written: Box<str>,
    /// The whole argument.
    pub span: Span,
}

impl Argument {
    fn children(&self) -> Vec<&Expr> {
        let by = self.by.iter().map(|(by, _)| &**by);
        let filter = self.filter.iter().map(|filter| &**filter);
        std::iter::once(&self.value)
            .chain(by)
            .chain(filter)
            .collect()
    }
}

impl Part {
    fn expr(&self) -> Option<&Expr> {
        match self {
            Part::Literal(_) => None,
            Part::Interpolation(expr, _) => Some(expr),
        }
    }
}

/// Text with interpolations.
#[derive(Debug, Clone)]
pub struct Text {
    /// Literal pieces and interpolations, in order.
    pub parts: Vec<Part>,
}

/// A piece of text.
#[derive(Debug, Clone)]
pub enum Part {
    /// As it stands, escapes resolved.
    Literal(String),
    /// `{EXPR}` or `{EXPR:FORMAT}`.
    Interpolation(Expr, Option<Plain>),
}

/// `last 7 days`, `this month`.
#[derive(Debug, Clone)]
pub struct Period {
    /// Which side of now.
    pub edge: EdgeKind,
    /// How long; a unit without a number is one calendar unit.
    pub amount: Duration,
    /// Whether a number was written.
    pub counted: bool,
    /// Where it stands.
    pub span: Span,
}

/// Which side of now a period lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeKind {
    /// `last`.
    Last,
    /// `this`.
    This,
    /// `next`.
    Next,
}

/// What a field may be: an expression or JSON.
#[derive(Debug, Clone)]
pub enum Value {
    /// An expression.
    Expr(Expr),
    /// `{ … }` or `[ … ]`.
    Json(Json),
}

/// JSON with expressions in it.
#[derive(Debug, Clone)]
pub enum Json {
    /// `{ KEY: VALUE, … }`.
    Object(Vec<(JsonKey, Value)>, Span),
    /// `[ VALUE, … ]`.
    Array(Vec<Value>, Span),
}

/// A key of a JSON object.
#[derive(Debug, Clone)]
pub struct JsonKey {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl Path {
    /// The path as it is written, arguments aside: `a.b[label]`.
    #[must_use]
    pub fn text(&self) -> String {
        let label = |label: &Option<Ident>| {
            label
                .as_ref()
                .map(|label| format!("[{}]", label.name))
                .unwrap_or_default()
        };
        let rest = self
            .rest
            .iter()
            .map(|segment| format!(".{}{}", segment.name.name, label(&segment.label)));
        format!(
            "{}{}{}",
            self.head.name,
            label(&self.label),
            rest.collect::<String>()
        )
    }
}

impl Value {
    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Value::Expr(expr) => expr.span,
            Value::Json(Json::Object(_, span) | Json::Array(_, span)) => *span,
        }
    }
}
