//! What an expression reads, and through which links.

use std::collections::BTreeMap;

use super::traces::Traces;
use crate::engine::kept::TraceId;
use crate::model::{AssociationId, ObjectId, PropertyId, SegmentId};
use crate::plan::{Condition, Expression, Hop, Link, Node, NodeId, Past, Program, Root, Way};

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
    /// Something of its past, or that it is in a static segment.
    Trace(TraceId),
    /// Which record it is.
    Record,
}

/// What a program reads is found by.
#[derive(Clone, Copy)]
pub(super) struct Sources<'p> {
    /// What is declared.
    pub(super) program: &'p Program,
    /// What is read of the past.
    pub(super) traces: &'p Traces,
    /// The conditions of segments that follow one.
    pub(super) segments: &'p Segments,
}

/// The conditions of segments that follow one.
pub(super) type Segments = BTreeMap<SegmentId, Condition>;

/// Everything that an expression reads.
pub(super) fn reads(sources: Sources<'_>, expression: &Expression) -> Vec<Read> {
    reads_with(sources, expression, &Made::new())
}

/// The links through which records are seen that steps have made, by the places
/// of their names.
type Made = BTreeMap<usize, Hop>;

/// The same, of records too that steps have made.
pub(super) fn reads_with(sources: Sources<'_>, expression: &Expression, made: &Made) -> Vec<Read> {
    let mut found = Vec::new();
    if let Some(root) = expression.root() {
        let mut reader = Reader {
            sources,
            expression,
            made,
            this: &[],
            found: &mut found,
        };
        reader.node(root, &[]);
    }
    found
}

/// The links on the way to a record that a step acts on.
pub(super) fn way_to(way: &Way, made: &Made) -> Vec<Hop> {
    full(way, made, (&[], &[]))
}

struct Reader<'e, 'p> {
    sources: Sources<'p>,
    expression: &'e Expression,
    made: &'e Made,
    /// The way to the record that the expression is about.
    this: &'e [Hop],
    found: &'e mut Vec<Read>,
}

impl Reader<'_, '_> {
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
                let to = self.way(way, member);
                self.add(to, Leaf::Property(*property));
            }
            Node::Record(way) => {
                let to = self.way(way, member);
                self.add(to, Leaf::Record);
            }
            Node::Quantified(_, link, _) | Node::Aggregate(_, link, ..)
                if !self.follows(&link.from) => {}
            Node::InSegment(segment) => self.segment(*segment, self.this.to_vec()),
            Node::Past(past) => self.past(past, member),
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

    fn past(&mut self, past: &Past, member: &[Hop]) {
        let of = |is_member: bool| if is_member { member } else { self.this };
        let to = match past {
            Past::Was { value, other, .. } => {
                self.node(*other, member);
                self.record_of(*value, member)
            }
            Past::Changed { value, .. } => self.record_of(*value, member),
            Past::Happened(happened) => of(happened.member).to_vec(),
            Past::Workflow { member, .. } | Past::Imported { member, .. } => of(*member).to_vec(),
            Past::InSegment(segment) => return self.segment(*segment, member.to_vec()),
        };
        if let Some(id) = self.sources.traces.read_by(past) {
            self.add(to, Leaf::Trace(id));
        }
    }

    /// The way to the record of a property whose past is read.
    fn record_of(&mut self, value: NodeId, member: &[Hop]) -> Vec<Hop> {
        match self.expression.node(value) {
            Some(Node::Folded(inner)) => self.record_of(*inner, member),
            Some(Node::Property(way, _)) => self.way(way, member),
            _ => Vec::new(),
        }
    }

    /// Membership: of the record at hand it is one thing that is read, of a
    /// linked one it is worked out here, from all that its condition reads.
    fn segment(&mut self, segment: SegmentId, to: Vec<Hop>) {
        if to.is_empty() {
            return self.add(to, Leaf::Segment(segment));
        }
        match self.sources.segments.get(&segment) {
            Some(condition) => self.inside(&condition.expression, (&to, &[])),
            None => {
                if let Some(id) = self.sources.traces.member(segment) {
                    self.add(to, Leaf::Trace(id));
                }
            }
        }
    }

    /// Reads another expression, of which is known where it begins.
    fn inside(&mut self, expression: &Expression, (this, member): (&[Hop], &[Hop])) {
        if let Some(root) = expression.root() {
            let mut reader = Reader {
                sources: self.sources,
                expression,
                made: self.made,
                this,
                found: self.found,
            };
            reader.node(root, member);
        }
    }

    /// The way to a record; what is read to choose one on it is read too.
    fn way(&mut self, way: &Way, member: &[Hop]) -> Vec<Hop> {
        if let Root::Chosen(choice) = &way.root {
            let inside = self.link(&choice.from, member);
            let this = self.this.to_vec();
            if let Some((by, _)) = &choice.by {
                self.inside(by, (&this, &inside));
            }
            if let Some(filter) = &choice.filter {
                self.inside(&filter.expression, (&this, &inside));
            }
        }
        full(way, self.made, (self.this, member))
    }

    /// Whether a way can be followed from the record at hand.
    fn follows(&self, way: &Way) -> bool {
        match &way.root {
            Root::This | Root::Member => true,
            Root::Bound(place) => self.made.contains_key(place),
            Root::Chosen(choice) => self.follows(&choice.from.from),
        }
    }

    fn link(&mut self, link: &Link, member: &[Hop]) -> Vec<Hop> {
        let mut way = self.way(&link.from, member);
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
fn full(way: &Way, made: &Made, (this, member): (&[Hop], &[Hop])) -> Vec<Hop> {
    let start = match &way.root {
        Root::This => this.to_vec(),
        Root::Member => member.to_vec(),
        Root::Chosen(choice) => {
            let mut start = full(&choice.from.from, made, (this, member));
            start.push(choice.from.hop);
            start
        }
        Root::Bound(place) => made.get(place).copied().into_iter().collect(),
    };
    start.iter().chain(&way.hops).copied().collect()
}
