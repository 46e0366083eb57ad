//! What records let each other know: of each association, what the program
//! reads through it, and what lies behind.

use std::collections::{BTreeMap, BTreeSet};

use super::made;
use super::reads::{Leaf, Read, Sources, reads, reads_with, way_to};
use crate::engine::kept::TraceId;
use crate::model::{AssociationId, Catalog, ObjectId, PropertyId};
use crate::plan::{Expression, Hop, Link, Records, StepKind, Workflow};

/// What is read of the record at the other end of a link.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::engine) struct Interest {
    /// Its properties.
    pub(in crate::engine) properties: BTreeSet<PropertyId>,
    /// What conditions read of its past.
    pub(in crate::engine) traces: BTreeSet<TraceId>,
    /// Its links.
    pub(in crate::engine) through: BTreeMap<AssociationId, Interest>,
}

impl Interest {
    /// Whether something of the past is among it.
    fn hears_past(&self) -> bool {
        !self.traces.is_empty() || self.through.values().any(Interest::hears_past)
    }

    /// Whether it holds all of another.
    fn covers(&self, other: &Interest) -> bool {
        let inner = |(association, inner): (&AssociationId, &Interest)| {
            let own = self.through.get(association);
            own.is_some_and(|own| own.covers(inner))
        };
        self.properties.is_superset(&other.properties)
            && self.traces.is_superset(&other.traces)
            && other.through.iter().all(inner)
    }
}

/// The interests of all objects, by association.
#[derive(Debug, Default)]
pub(super) struct Interests {
    entries: BTreeMap<(ObjectId, AssociationId), Interest>,
}

impl Interests {
    pub(super) fn of(sources: Sources<'_>) -> Self {
        let mut interests = Interests::default();
        let program = sources.program;
        let catalog = &program.catalog;
        for expression in program.common_expressions() {
            for read in reads(sources, expression) {
                interests.add(catalog, &read);
            }
        }
        for plan in program.plans() {
            let made = made::links(plan);
            let expressions = plan.expressions().into_iter();
            let expressions = expressions.flat_map(Expression::with_inner);
            for read in expressions.flat_map(|expression| reads_with(sources, expression, &made)) {
                interests.add(catalog, &read);
            }
        }
        for way in program.plans().flat_map(ways) {
            let leaf = Leaf::Record;
            interests.add(catalog, &Read { way, leaf });
        }
        interests
    }

    /// Whether anything of the past is among them.
    pub(super) fn hear_past(&self) -> bool {
        self.entries.values().any(Interest::hears_past)
    }

    /// Whether they hold all of others.
    pub(super) fn cover(&self, others: &Interests) -> bool {
        let mut others = others.entries.iter();
        others.all(|(of, other)| self.entries.get(of).is_some_and(|own| own.covers(other)))
    }

    pub(super) fn of_association(
        &self,
        object: ObjectId,
        association: AssociationId,
    ) -> Option<&Interest> {
        self.entries.get(&(object, association))
    }

    /// Adds a read, and what each record on the way must hear for it.
    fn add(&mut self, catalog: &Catalog, read: &Read) {
        for start in 0..read.way.len() {
            if let Some((first, rest)) = read.way.get(start..).and_then(<[Hop]>::split_first) {
                let entry = self
                    .entries
                    .entry((first.object, first.association))
                    .or_default();
                let target = target(catalog, first);
                note(entry, (catalog, target), rest, read.leaf);
            }
        }
    }
}

fn note(
    interest: &mut Interest,
    (catalog, object): (&Catalog, ObjectId),
    rest: &[Hop],
    leaf: Leaf,
) {
    if let Some((hop, rest)) = rest.split_first() {
        let inner = interest.through.entry(hop.association).or_default();
        note(inner, (catalog, target(catalog, hop)), rest, leaf);
        return;
    }
    match leaf {
        // A name may stand for records of several objects, one after the other.
        Leaf::Property(property) => {
            if property.index() < catalog.objects[object].properties.len() {
                interest.properties.insert(property);
            }
        }
        Leaf::Links(_, association) => {
            interest.through.entry(association).or_default();
        }
        // Who it is can be told by its unique values.
        Leaf::Record => {
            let properties = catalog.objects[object].properties.iter();
            let unique = properties.filter(|(_, property)| property.unique && !property.builtin);
            interest.properties.extend(unique.map(|(id, _)| id));
        }
        Leaf::Trace(id) => {
            interest.traces.insert(id);
        }
        Leaf::Segment(_) => {}
    }
}

fn target(catalog: &Catalog, hop: &Hop) -> ObjectId {
    catalog.objects[hop.object].associations[hop.association].object
}

/// The ways to the records that the steps of a workflow act on.
fn ways(workflow: &Workflow) -> Vec<Vec<Hop>> {
    let made = made::links(workflow);
    let steps = workflow.steps.iter();
    steps
        .filter_map(|step| match &step.kind {
            StepKind::Set(records, ..)
            | StepKind::Clear(records, _)
            | StepKind::Enroll(_, records)
            | StepKind::Add(_, records)
            | StepKind::Remove(_, records) => Some(records),
            StepKind::Copy(copy) => Some(&copy.records),
            _ => None,
        })
        .filter_map(|records| match records {
            Records::This => None,
            Records::One(way) | Records::Linked(Link { from: way, .. }) if !way.is_run() => None,
            Records::One(way) => Some(way_to(way, &made)),
            Records::Linked(link) => {
                let mut way = way_to(&link.from, &made);
                way.push(link.hop);
                Some(way)
            }
        })
        .collect()
}
