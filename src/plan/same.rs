//! Whether two parts of expressions are the same, wherever they stand.

use super::{Expression, JsonNode, Node, NodeId, TextNode};

impl Expression {
    /// Whether a part of this expression and one of another ask the same.
    #[must_use]
    pub fn is_same(&self, part: NodeId, (other, its): (&Expression, NodeId)) -> bool {
        let (Some(one), Some(two)) = (self.node(part), other.node(its)) else {
            return false;
        };
        let (ones, twos) = (one.children(), two.children());
        ones.len() == twos.len()
            && std::mem::discriminant(one) == std::mem::discriminant(two)
            && bare(one) == bare(two)
            && ones
                .into_iter()
                .zip(twos)
                .all(|(a, b)| self.is_same(a, (other, b)))
    }
}

/// Expressions are the same if they ask the same.
impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        match (self.root(), other.root()) {
            (Some(whole), Some(its)) => self.is_same(whole, (other, its)),
            (one, two) => one == two,
        }
    }
}

/// A node without the places of those that it is made of.
fn bare(node: &Node) -> Node {
    let mut node = node.clone();
    for child in node.children_mut() {
        *child = NodeId(0);
    }
    node
}

impl Node {
    /// The nodes that it is made of, to be changed. What is not listed is the
    /// same only where it stands in one place.
    fn children_mut(&mut self) -> Vec<&mut NodeId> {
        match self {
            Node::Not(a)
            | Node::OrUnknown(a)
            | Node::SetTest(_, a, ..)
            | Node::Matches(a, ..)
            | Node::Known(a, _)
            | Node::Within(a, ..)
            | Node::Quantified(_, _, a)
            | Node::Negative(a)
            | Node::Convert(_, a)
            | Node::Spelled(_, a, _)
            | Node::Folded(a) => vec![a],
            Node::Compare(_, a, b)
            | Node::In(a, b, _)
            | Node::TextTest(_, a, b, _)
            | Node::Arithmetic(_, a, b)
            | Node::Coalesce(a, b)
            | Node::At(a, b) => vec![a, b],
            Node::Between(a, b, c, _) => vec![a, b, c],
            Node::And(list)
            | Node::Or(list)
            | Node::List(list)
            | Node::Call(_, list)
            | Node::Scheme(_, list) => list.iter_mut().collect(),
            Node::Aggregate(_, _, _, filter) => filter.iter_mut().collect(),
            Node::Text(parts) => parts.iter_mut().flat_map(TextNode::children_mut).collect(),
            Node::Json(json) => json.children_mut(),
            Node::Later(past) => past.children_mut(),
            _ => Vec::new(),
        }
    }
}

impl TextNode {
    fn children_mut(&mut self) -> Vec<&mut NodeId> {
        match self {
            TextNode::Literal(_) => Vec::new(),
            TextNode::Value(value, _) => vec![value],
            TextNode::Fallback(value, _, other) => vec![value, other],
        }
    }
}

impl JsonNode {
    fn children_mut(&mut self) -> Vec<&mut NodeId> {
        match self {
            JsonNode::Null => Vec::new(),
            JsonNode::Value(value) => vec![value],
            JsonNode::Object(members) => {
                let members = members.iter_mut();
                members.flat_map(|(_, json)| json.children_mut()).collect()
            }
            JsonNode::Array(items) => items.iter_mut().flat_map(JsonNode::children_mut).collect(),
        }
    }
}
