//! What an expression reads, and through which links.

use std::collections::BTreeMap;

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
    reads_with(expression, &BTreeMap::new())
}

/// The same, of records too that steps have made: by the links through which
/// they are seen.
pub(super) fn reads_with(expression: &Expression, made: &BTreeMap<usize, Hop>) -> Vec<Read> {
    let mut reader = Reader {
        expression,
        made,
        found: Vec::new(),
    };
    if let Some(root) = expression.root() {
        reader.node(root, &[]);
    }
    reader.found
}

struct Reader<'e> {
    expression: &'e Expression,
    made: &'e BTreeMap<usize, Hop>,
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
            Node::Property(way, _) | Node::Record(way) if !self.follows(way) => {}
            Node::Property(way, property) => {
                self.add(self.full(way, member), Leaf::Property(*property));
            }
            Node::Record(way) => self.add(self.full(way, member), Leaf::Record),
            Node::Quantified(_, link, _) | Node::Aggregate(_, link, ..)
                if !self.follows(&link.from) => {}
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
        let mut way = self.full(&link.from, member);
        let leaf = Leaf::Links(link.hop.object, link.hop.association);
        self.add(way.clone(), leaf);
        way.push(link.hop);
        way
    }

    fn add(&mut self, way: Vec<Hop>, leaf: Leaf) {
        self.found.push(Read { way, leaf });
    }

    /// Whether a way can be followed from the record at hand.
    fn follows(&self, way: &Way) -> bool {
        match way.root {
            Root::Bound(place) => self.made.contains_key(&place),
            _ => way.is_run(),
        }
    }

    /// The way from the record that the expression is about.
    fn full(&self, way: &Way, member: &[Hop]) -> Vec<Hop> {
        let start = match way.root {
            Root::Member => member.to_vec(),
            Root::Bound(place) => self.made.get(&place).copied().into_iter().collect(),
            Root::This | Root::Chosen(_) => Vec::new(),
        };
        start.into_iter().chain(way.hops.iter().copied()).collect()
    }
}
