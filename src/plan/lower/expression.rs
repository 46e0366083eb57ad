//! Expressions: trees → flat nodes.

use super::Lowering;
use crate::model::{Kind, Type};
use crate::plan::{Condition, Expression, JsonNode, Node, NodeId, Pattern, TextNode};
use crate::semantic::hir::{Expr, ExprKind, Json, TextPart};
use crate::syntax::ast::Logic;

impl Lowering<'_> {
    pub(super) fn expression(self, expr: &Expr) -> Expression {
        let mut into = Expression::default();
        self.push(expr, &mut into);
        into
    }

    pub(super) fn condition(self, expr: &Expr) -> Condition {
        let expression = self.expression(expr);
        let root = expression.root();
        let clauses = match root.and_then(|root| expression.node(root)) {
            Some(Node::And(terms) | Node::Or(terms)) => terms.to_vec(),
            _ => root.into_iter().collect(),
        };
        Condition {
            expression,
            clauses,
            direct: self.direct(expr),
        }
    }

    /// Adds the nodes of an expression; returns the last.
    pub(super) fn push(self, expr: &Expr, into: &mut Expression) -> NodeId {
        let node = self.value(expr, into);
        let id = into.push(node, expr.span);
        if expr.known {
            into.note_known();
        }
        id
    }

    /// Leaves and what is made of them.
    fn value(self, expr: &Expr, into: &mut Expression) -> Node {
        use ExprKind as K;
        match &expr.kind {
            K::Literal(value) => Node::Constant(value.clone()),
            K::Constant(id) => Node::Named(*id),
            K::WebhookValue => Node::WebhookValue,
            K::Property(path) => Node::Property(self.way(&path.record), path.property),
            K::Record(path) => Node::Record(self.way(path)),
            K::Event(field) => Node::Event(field.sources.as_slice().into()),
            K::Occurrence(which, field) => {
                Node::Occurrence(*which, field.sources.as_slice().into())
            }
            K::Parameter(place) => Node::Parameter(*place),
            K::Binding(binding, result) => Node::Binding(*binding, *result),
            K::Message(message) => Node::Message(*message),
            K::Now => Node::Now,
            K::Today => Node::Today,
            K::Relative(duration, ahead) => Node::Relative(*duration, *ahead),
            K::Text(parts) => Node::Text(
                parts
                    .iter()
                    .map(|part| self.text_part(part, into))
                    .collect(),
            ),
            K::List(items) => Node::List(self.all(items, into)),
            K::InSegment(segment) => Node::InSegment(*segment),
            K::Past(past) => self.past(past, expr.span, into),
            K::Arithmetic(op, a, b) => {
                Node::Arithmetic(*op, self.push(a, into), self.push(b, into))
            }
            K::Negative(a) => Node::Negative(self.push(a, into)),
            K::Coalesce(a, b) => Node::Coalesce(self.push(a, into), self.push(b, into)),
            K::At(a, b) => Node::At(self.push(a, into), self.push(b, into)),
            K::Call(function, arguments) => {
                let prints = function.parameters.contains(&Kind::Printable);
                let arguments = arguments.iter().map(|argument| match prints {
                    true => self.printed(argument, into),
                    false => self.push(argument, into),
                });
                Node::Call(function, arguments.collect())
            }
            K::Unit(unit) => Node::Unit(*unit),
            K::Convert(places, a) => Node::Convert(places.clone(), self.push(a, into)),
            K::Secret(name) => Node::Secret(name.clone()),
            K::Scheme(name, arguments) => Node::Scheme(name.clone(), self.all(arguments, into)),
            K::Json(json) => Node::Json(self.json(json, into)),
            // INVARIANT: a valid program has no broken part.
            K::Broken => Node::Impossible,
            _ => self.test(expr, into),
        }
    }

    /// Conditions.
    fn test(self, expr: &Expr, into: &mut Expression) -> Node {
        use ExprKind as K;
        match &expr.kind {
            K::Not(a) => Node::Not(self.push(a, into)),
            K::Logic(Logic::And, terms) => Node::And(self.all(terms, into)),
            K::Logic(Logic::Or, terms) => Node::Or(self.all(terms, into)),
            K::OrUnknown(a) => Node::OrUnknown(self.push(a, into)),
            K::Compare(op, a, b) => {
                let [a, b] = self.compared([a, b], into);
                Node::Compare(*op, a, b)
            }
            K::In(a, list, negated) => {
                let [a, list] = self.compared([a, list], into);
                Node::In(a, list, *negated)
            }
            K::Between(a, ends, negated) => {
                let [a, low, high] = self.compared([a, &ends.0, &ends.1], into);
                Node::Between(a, low, high, *negated)
            }
            K::TextTest(test, a, b, negated) => {
                let [a, b] = self.compared([a, b], into);
                Node::TextTest(*test, a, b, *negated)
            }
            K::SetTest(kind, a, places, negated) => Node::SetTest(
                *kind,
                self.push(a, into),
                places.as_slice().into(),
                *negated,
            ),
            K::Matches(a, text, negated) => match regex::Regex::new(text) {
                Ok(regex) => {
                    let pattern = Pattern {
                        text: text.clone(),
                        regex,
                    };
                    Node::Matches(self.push(a, into), Box::new(pattern), *negated)
                }
                // INVARIANT: it compiled when it was checked.
                Err(_) => Node::Impossible,
            },
            K::Known(a, unknown) => Node::Known(self.push(a, into), *unknown),
            K::Within(a, edge, duration, counted) => {
                Node::Within(self.push(a, into), *edge, *duration, *counted)
            }
            K::Quantified(quantifier, path, condition) => Node::Quantified(
                *quantifier,
                Box::new(self.link(path)),
                self.push(condition, into),
            ),
            K::Aggregate(aggregate, path, property, filter) => {
                let filter = filter.as_ref().map(|filter| self.push(filter, into));
                Node::Aggregate(*aggregate, Box::new(self.link(path)), *property, filter)
            }
            // INVARIANT: `value` takes every other form.
            _ => Node::Impossible,
        }
    }

    /// The sides of a comparison. Addresses compare in lower case.
    pub(super) fn compared<const N: usize>(
        self,
        sides: [&Expr; N],
        into: &mut Expression,
    ) -> [NodeId; N] {
        let folded = sides.iter().any(|side| is_address(&side.ty));
        sides.map(|side| {
            let node = self.push(side, into);
            match folded {
                true => into.push(Node::Folded(node), side.span),
                false => node,
            }
        })
    }

    /// One side of a comparison with a value of a type, where the two do not
    /// stand in one expression.
    pub(super) fn beside(self, value: &Expr, ty: &Type) -> Expression {
        let mut into = Expression::default();
        let node = self.push(value, &mut into);
        if is_address(ty) {
            into.push(Node::Folded(node), value.span);
        }
        into
    }

    /// A value that becomes part of a text: a member by its label.
    fn printed(self, value: &Expr, into: &mut Expression) -> NodeId {
        self.spelled(value, false, into)
    }

    /// The value of a key: a member by its name.
    pub(super) fn key(self, value: &Expr) -> Expression {
        let mut into = Expression::default();
        self.spelled(value, true, &mut into);
        into
    }

    fn spelled(self, value: &Expr, name: bool, into: &mut Expression) -> NodeId {
        let node = self.push(value, into);
        match &value.ty {
            ty @ (Type::Enum(_) | Type::Set(_)) => {
                into.push(Node::Spelled(Box::new(ty.clone()), node, name), value.span)
            }
            _ => node,
        }
    }

    fn all(self, list: &[Expr], into: &mut Expression) -> Box<[NodeId]> {
        list.iter().map(|expr| self.push(expr, into)).collect()
    }

    fn text_part(self, part: &TextPart, into: &mut Expression) -> TextNode {
        match part {
            TextPart::Literal(text) => TextNode::Literal(text.clone()),
            TextPart::Value(value, format) => {
                TextNode::Value(self.printed(value, into), format.clone())
            }
            TextPart::Fallback(value, format, other) => TextNode::Fallback(
                self.printed(value, into),
                format.clone(),
                self.printed(other, into),
            ),
        }
    }

    fn json(self, json: &Json, into: &mut Expression) -> JsonNode {
        match json {
            Json::Null => JsonNode::Null,
            Json::Value(value) => JsonNode::Value(self.spelled(value, true, into)),
            Json::Object(members) => JsonNode::Object(
                members
                    .iter()
                    .map(|(key, json)| (key.clone(), self.json(json, into)))
                    .collect(),
            ),
            Json::Array(items) => {
                JsonNode::Array(items.iter().map(|json| self.json(json, into)).collect())
            }
        }
    }
}

/// Whether values are addresses, or lists of them.
fn is_address(ty: &Type) -> bool {
    match ty {
        Type::Email => true,
        Type::List(inner) => is_address(inner),
        _ => false,
    }
}
