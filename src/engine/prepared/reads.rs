//! What an expression reads, and through which links.

use crate::model::{AssociationId, ObjectId, PropertyId, SegmentId};
use crate::plan::{Expression, Hop, Link, Node, NodeId, Root, Way};

/// One thing that an expression reads, from the record that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Read {
    /// The links on the way to it.
    pub(super) way: Vec<Hop>,
    /// What is read there.
    pub(super) leaf: Leaf,
}

/// What is read at the end of a way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaf {
    /// A property.
    Property(PropertyId),
    /// The links of an association.
    Links(ObjectId, AssociationId),
    /// Membership of a segment.
    Segment(SegmentId),
    /// Which record it is.
    Record,
}

/// Everything that an expression reads.
pub(super) fn reads(expression: &Expression) -> Vec<Read> {
    let mut reader = Reader {
        expression,
        found: Vec::new(),
    };
    if let Some(root) = expression.root() {
        reader.node(root, &[]);
    }
    reader.found
}

struct Reader<'e> {
    expression: &'e Expression,
    found: Vec<Read>,
}

impl Reader<'_> {
    /// Reads a node; `member` is the way to the record of the innermost
    /// `where`.
    fn node(&mut self, id: NodeId, member: &[Hop]) {
        let Some(node) = self.expression.node(id) else {
            return;
        };
        match node {
            // No program that is run holds what begins at such a record.
            Node::Property(way, _) | Node::Record(way) if !way.is_run() => {}
            Node::Property(way, property) => {
                self.add(full(way, member), Leaf::Property(*property));
            }
            Node::Record(way) => self.add(full(way, member), Leaf::Record),
            Node::Quantified(_, link, _) | Node::Aggregate(_, link, ..) if !link.from.is_run() => {}
            Node::InSegment(segment) => self.add(Vec::new(), Leaf::Segment(*segment)),
            Node::Quantified(_, link, inner) => {
                let inside = self.link(link, member);
                self.node(*inner, &inside);
            }
            Node::Aggregate(_, link, property, filter) => {
                let inside = self.link(link, member);
                if let Some(property) = property {
                    self.add(inside.clone(), Leaf::Property(*property));
                }
                if let Some(filter) = filter {
                    self.node(*filter, &inside);
                }
            }
            _ => {
                for child in node.children() {
                    self.node(child, member);
                }
            }
        }
    }

    fn link(&mut self, link: &Link, member: &[Hop]) -> Vec<Hop> {
        let mut way = full(&link.from, member);
        let leaf = Leaf::Links(link.hop.object, link.hop.association);
        self.add(way.clone(), leaf);
        way.push(link.hop);
        way
    }

    fn add(&mut self, way: Vec<Hop>, leaf: Leaf) {
        self.found.push(Read { way, leaf });
    }
}

/// The way from the record that the expression is about.
fn full(way: &Way, member: &[Hop]) -> Vec<Hop> {
    let start = match way.root {
        Root::This => &[],
        Root::Member => member,
        Root::Bound(_) | Root::Chosen(_) => &[],
    };
    start.iter().chain(&way.hops).copied().collect()
}
