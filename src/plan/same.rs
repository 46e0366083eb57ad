//! Whether two parts of expressions are the same, wherever they stand.

use super::{Expression, Node, NodeId};

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
    for child in node.places_mut() {
        *child = NodeId(0);
    }
    node
}
