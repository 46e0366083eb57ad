//! Expressions: trees → flat nodes.

use super::Lowering;
use crate::plan::{
    Condition, Expression, Hop, JsonNode, Link, Node, NodeId, Pattern, TextNode, Way,
};
use crate::semantic::hir::{AssociationPath, Expr, ExprKind, Json, RecordPath, TextPart};
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
        }
    }

    /// Adds the nodes of an expression; returns the last.
    fn push(self, expr: &Expr, into: &mut Expression) -> NodeId {
        let node = self.value(expr, into);
        into.push(node, expr.span)
    }

    /// Leaves and what is made of them.
    fn value(self, expr: &Expr, into: &mut Expression) -> Node {
        use ExprKind as K;
        match &expr.kind {
            K::Literal(value) => Node::Constant(value.clone()),
            K::Constant(id) => Node::Named(*id),
            K::WebhookValue => Node::WebhookValue,
            K::Property(path) => Node::Property(way(&path.record), path.property),
            K::Record(path) => Node::Record(way(path)),
            K::Event(field) => Node::Event(field.sources.as_slice().into()),
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
            K::Arithmetic(op, a, b) => {
                Node::Arithmetic(*op, self.push(a, into), self.push(b, into))
            }
            K::Negative(a) => Node::Negative(self.push(a, into)),
            K::Coalesce(a, b) => Node::Coalesce(self.push(a, into), self.push(b, into)),
            K::At(a, b) => Node::At(self.push(a, into), self.push(b, into)),
            K::Call(function, arguments) => Node::Call(function, self.all(arguments, into)),
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
            K::Compare(op, a, b) => Node::Compare(*op, self.push(a, into), self.push(b, into)),
            K::In(a, list, negated) => {
                Node::In(self.push(a, into), self.push(list, into), *negated)
            }
            K::Between(a, ends, negated) => Node::Between(
                self.push(a, into),
                self.push(&ends.0, into),
                self.push(&ends.1, into),
                *negated,
            ),
            K::TextTest(test, a, b, negated) => {
                Node::TextTest(*test, self.push(a, into), self.push(b, into), *negated)
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
                Box::new(link(path)),
                self.push(condition, into),
            ),
            K::Aggregate(aggregate, path, property, filter) => {
                let filter = filter.as_ref().map(|filter| self.push(filter, into));
                Node::Aggregate(*aggregate, Box::new(link(path)), *property, filter)
            }
            // INVARIANT: `value` takes every other form.
            _ => Node::Impossible,
        }
    }

    fn all(self, list: &[Expr], into: &mut Expression) -> Box<[NodeId]> {
        list.iter().map(|expr| self.push(expr, into)).collect()
    }

    fn text_part(self, part: &TextPart, into: &mut Expression) -> TextNode {
        match part {
            TextPart::Literal(text) => TextNode::Literal(text.clone()),
            TextPart::Value(value, format) => {
                TextNode::Value(self.push(value, into), format.clone())
            }
            TextPart::Fallback(value, format, other) => TextNode::Fallback(
                self.push(value, into),
                format.clone(),
                self.push(other, into),
            ),
        }
    }

    fn json(self, json: &Json, into: &mut Expression) -> JsonNode {
        match json {
            Json::Null => JsonNode::Null,
            Json::Value(value) => JsonNode::Value(self.push(value, into)),
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

pub(super) fn way(record: &RecordPath) -> Way {
    let hops = record.hops.iter().map(|(object, association)| Hop {
        object: *object,
        association: *association,
    });
    Way {
        root: record.root,
        hops: hops.collect(),
    }
}

pub(super) fn link(path: &AssociationPath) -> Link {
    Link {
        from: way(&path.record),
        hop: Hop {
            object: path.record.object,
            association: path.association,
        },
        label: path.label.clone(),
        object: path.object,
    }
}
