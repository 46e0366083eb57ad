//! Conditions: comparisons, tests, logic (Kleene).

use std::cmp::Ordering;

use super::{Evaluation, View};
use crate::base::day_of;
use crate::model::Value;
use crate::model::compute;
use crate::plan::{Node, NodeId};
use crate::semantic::hir::TextRelation;
use crate::syntax::ast::{Comparison, ContainsKind};

impl<'s> Evaluation<'s, '_> {
    /// Whether a node is true; `None` where it is unknown.
    pub(super) fn truth(self, id: NodeId, member: Option<View<'s>>) -> Option<bool> {
        match self.node(id, member)? {
            Value::Bool(is) => Some(is),
            _ => None,
        }
    }

    /// The value of a node that is a condition (N1).
    pub(super) fn test(self, node: &'s Node, member: Option<View<'s>>) -> Option<bool> {
        match node {
            Node::Not(a) => self.truth(*a, member).map(|is| !is),
            Node::And(terms) => self.logic(terms, false, member),
            Node::Or(terms) => self.logic(terms, true, member),
            Node::OrUnknown(a) => Some(self.truth(*a, member).unwrap_or(true)),
            Node::Known(a, unknown) => Some(self.node(*a, member).is_none() == *unknown),
            Node::Compare(op, a, b) => {
                let (a, b) = (self.bound(*a, member)?, self.bound(*b, member)?);
                self.compared(*op, &a, &b)
            }
            Node::In(a, list, negated) => {
                let (a, list) = (self.node(*a, member)?, self.node(*list, member)?);
                let Value::List(list) = list else { return None };
                Some(list.iter().any(|one| compute::equal(one, &a)) != *negated)
            }
            Node::Between(a, low, high, negated) => {
                let a = self.node(*a, member)?;
                let (low, high) = (self.bound(*low, member)?, self.bound(*high, member)?);
                let above = self.compared(Comparison::GreaterEqual, &a, &low)?;
                let below = self.compared(Comparison::LessEqual, &a, &high)?;
                Some((above && below) != *negated)
            }
            Node::Within(a, edge, amount, counted) => {
                let value = self.node(*a, member)?;
                self.within(&value, (*edge, *amount, *counted))
            }
            Node::InSegment(segment) => self.segment(*segment, self.this),
            Node::Past(past) => self.past(past, member),
            Node::Quantified(quantifier, link, condition) => {
                self.quantified(*quantifier, (link, *condition), member)
            }
            _ => self.text_test(node, member),
        }
    }

    fn text_test(self, node: &'s Node, member: Option<View<'s>>) -> Option<bool> {
        match node {
            Node::TextTest(relation, a, b, negated) => {
                let (a, b) = (self.node(*a, member)?, self.node(*b, member)?);
                let (Value::Text(a), Value::Text(b)) = (a, b) else {
                    return None;
                };
                let is = match relation {
                    TextRelation::Contains => a.to_lowercase().contains(&b.to_lowercase()),
                    TextRelation::StartsWith => a.starts_with(&*b),
                    TextRelation::EndsWith => a.ends_with(&*b),
                };
                Some(is != *negated)
            }
            Node::Matches(a, pattern, negated) => match self.node(*a, member)? {
                Value::Text(text) => Some(pattern.regex.is_match(&text) != *negated),
                _ => None,
            },
            Node::SetTest(kind, a, places, negated) => match self.node(*a, member)? {
                Value::Set(set) => {
                    let mut wanted = places.iter().map(|place| set.contains(place));
                    let is = match kind {
                        ContainsKind::One | ContainsKind::All => wanted.all(|has| has),
                        ContainsKind::Any => wanted.any(|has| has),
                    };
                    Some(is != *negated)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// `and` ends at a false term, `or` at a true one.
    fn logic(self, terms: &[NodeId], decisive: bool, member: Option<View<'s>>) -> Option<bool> {
        let mut unknown = false;
        for term in terms {
            match self.truth(*term, member) {
                Some(is) if is == decisive => return Some(decisive),
                Some(_) => {}
                None => unknown = true,
            }
        }
        (!unknown).then_some(!decisive)
    }

    fn compared(self, op: Comparison, a: &Value, b: &Value) -> Option<bool> {
        Some(is(op, self.ordered(a, b)?))
    }

    /// How two values compare.
    pub(super) fn ordered(self, a: &Value, b: &Value) -> Option<Ordering> {
        let zone = self.scope.zone();
        // A date compared with a moment is the whole day (D3).
        let day = |value: &Value| match value {
            Value::Datetime(at) => Value::Date(day_of(*at, zone)),
            other => other.clone(),
        };
        match (a, b) {
            (Value::Date(_), Value::Datetime(_)) => compute::compare(a, &day(b)),
            (Value::Datetime(_), Value::Date(_)) => compute::compare(&day(a), b),
            (Value::Set(_), Value::Set(_)) => {
                let equal = compute::equal(a, b);
                Some(if equal {
                    Ordering::Equal
                } else {
                    Ordering::Less
                })
            }
            _ => compute::compare(a, b),
        }
    }
}

/// Whether a comparison is true of two values of this order.
pub(super) fn is(op: Comparison, order: Ordering) -> bool {
    match op {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::LessEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterEqual => order.is_ge(),
    }
}
