//! Which nodes a node of an expression is made of. They are declared once, to
//! be read and to be changed; what else a node holds is not told here.

use super::{JsonNode, Node, NodeId, Past, TextNode};

impl Node {
    /// The nodes that it is made of, from the left.
    #[must_use]
    pub fn children(&self) -> Vec<NodeId> {
        self.places().into_iter().copied().collect()
    }
}

/// Declares `$name` for all that holds nodes: it gives their places, with
/// `mut` to be changed.
macro_rules! places {
    ($name:ident, $iter:ident $(, $mutable:tt)?) => {
        impl Node {
            /// What is not listed is made of no nodes.
            pub(super) fn $name(&$($mutable)? self) -> Vec<&$($mutable)? NodeId> {
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
                    | Node::Scheme(_, list) => list.$iter().collect(),
                    Node::Aggregate(_, _, _, filter) => filter.$iter().collect(),
                    Node::Text(parts) => parts.$iter().flat_map(TextNode::$name).collect(),
                    Node::Json(json) => json.$name(),
                    Node::Past(past) => past.$name(),
                    _ => Vec::new(),
                }
            }
        }

        impl TextNode {
            fn $name(&$($mutable)? self) -> Vec<&$($mutable)? NodeId> {
                match self {
                    TextNode::Literal(_) => Vec::new(),
                    TextNode::Value(value, _) => vec![value],
                    TextNode::Fallback(value, _, other) => vec![value, other],
                }
            }
        }

        impl JsonNode {
            fn $name(&$($mutable)? self) -> Vec<&$($mutable)? NodeId> {
                match self {
                    JsonNode::Null => Vec::new(),
                    JsonNode::Value(value) => vec![value],
                    JsonNode::Object(members) => {
                        members.$iter().flat_map(|(_, json)| json.$name()).collect()
                    }
                    JsonNode::Array(items) => items.$iter().flat_map(JsonNode::$name).collect(),
                }
            }
        }

        impl Past {
            fn $name(&$($mutable)? self) -> Vec<&$($mutable)? NodeId> {
                match self {
                    Past::Was { value, other, .. } => vec![value, other],
                    Past::Changed { value, .. } => vec![value],
                    _ => Vec::new(),
                }
            }
        }
    };
}

places!(places, iter);
places!(places_mut, iter_mut, mut);
