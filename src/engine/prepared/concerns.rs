//! Which workflows a change concerns: what makes the cost of an input depend
//! on those that can be meant, not on all. Those that can enrol the record are
//! looked up by what must hold for it; those that it is inside are few.

use std::collections::{BTreeMap, BTreeSet};

use super::bucket::{Bucket, Sight, put};
use super::guard::{Guard, Guards};
use super::reads::{Leaf, Sources, reads};
use super::refined::Refined;
use super::things::{Thing, Things, Touched};
use crate::model::{ObjectId, PropertyId, WorkflowId};
use crate::plan::{EventTrigger, Expression, Reenroll, Workflow};

/// A list for each thing that can concern a workflow.
#[derive(Debug, Default)]
struct Lists<T> {
    lists: BTreeMap<Thing, T>,
}

impl<T: Default> Lists<T> {
    /// The list of one thing.
    fn of(&mut self, thing: Thing) -> &mut T {
        self.lists.entry(thing).or_default()
    }

    /// The lists of all that was touched; of a new record that is the one of
    /// all who look at records of its object.
    fn touched(&self, touched: &Touched) -> impl Iterator<Item = &T> {
        let created = touched.created.then_some(Thing::Created);
        let things = (!touched.created).then(|| touched.things());
        let things = created.into_iter().chain(things.into_iter().flatten());
        things.filter_map(|thing| self.lists.get(&thing))
    }
}

impl Lists<Bucket> {
    /// Adds what looks at things, and can be concerned where its guard lets it.
    fn index(&mut self, place: usize, guard: &Guard, things: &Things) {
        for (thing, times) in things.iter() {
            let alone = match thing {
                Thing::Property(property) if times == 1 => Some(property),
                _ => None,
            };
            self.of(thing).add(place, guard, alone);
        }
    }

    /// What can be concerned, in order.
    fn found(&self, touched: &Touched, sight: &impl Sight) -> Vec<usize> {
        let mut places = Vec::new();
        for bucket in self.touched(touched) {
            bucket.find(sight, &mut places);
        }
        places.sort_unstable();
        places.dedup();
        places
    }
}

/// The workflows of an object, by what concerns them, by their places.
#[derive(Debug, Default)]
struct OfObject {
    all: Vec<usize>,
    /// Those that can enrol.
    enrolling: Lists<Bucket>,
    /// Those that can let go whom they hold. Each list is in the order of
    /// names.
    leaving: Lists<Vec<usize>>,
    /// The triggers that count what happens, by their places (E14).
    counting: Lists<Bucket>,
    /// Computed properties by what they are computed from.
    derived: BTreeMap<PropertyId, BTreeSet<PropertyId>>,
}

/// Which workflows a change concerns.
#[derive(Debug, Default)]
pub(in crate::engine) struct Concerns {
    objects: Vec<OfObject>,
    /// All workflows of the object are considered, whatever has changed.
    naive: bool,
    /// How many triggers count.
    counts: usize,
}

impl Concerns {
    pub(super) fn of(guards: Guards<'_>, refined: &[Refined]) -> Self {
        let program = guards.sources.program;
        let objects = program.catalog.objects.len();
        let mut concerns = Concerns {
            objects: (0..objects).map(|_| OfObject::default()).collect(),
            naive: false,
            counts: 0,
        };
        for (place, object) in concerns.objects.iter_mut().enumerate() {
            object.derive(guards.sources, place);
        }
        for (place, workflow) in program.workflows().iter().enumerate() {
            if let Some(object) = concerns.objects.get_mut(workflow.object.index()) {
                object.all.push(place);
                object.enrolling(guards, (place, workflow));
                let versions = program.versions(WorkflowId::at(place));
                for plan in versions.filter_map(|id| program.plan(id)) {
                    object.leaving(guards.sources, (place, plan));
                }
            }
        }
        for (place, refined) in refined.iter().enumerate() {
            if let Some(workflow) = program.plan(refined.workflow)
                && let Some(trigger) = workflow.events.get(refined.trigger)
                && let Some(object) = concerns.objects.get_mut(workflow.object.index())
            {
                object.counting(guards, (place, workflow.object, trigger));
            }
        }
        concerns.counts = refined.len();
        concerns
    }

    /// The same without its index.
    pub(super) fn naive(self) -> Self {
        Concerns {
            naive: true,
            ..self
        }
    }

    /// Whether it goes without it.
    #[inline]
    pub(in crate::engine) fn is_naive(&self) -> bool {
        self.naive
    }

    /// The workflows that can enrol a record, in the order of names (I6).
    #[must_use]
    pub(in crate::engine) fn enrolling(
        &self,
        object: ObjectId,
        touched: &Touched,
        sight: &impl Sight,
    ) -> Vec<usize> {
        match self.objects.get(object.index()) {
            Some(of) if self.naive => of.all.clone(),
            Some(of) => of.enrolling.found(touched, sight),
            None => Vec::new(),
        }
    }

    /// The triggers that may count what has happened, in the order of workflows
    /// and text.
    #[must_use]
    pub(in crate::engine) fn counting(
        &self,
        object: ObjectId,
        touched: &Touched,
        sight: &impl Sight,
    ) -> Vec<usize> {
        // Time can turn what any of them asks.
        if self.naive || touched.time {
            return (0..self.counts).collect();
        }
        let of = self.objects.get(object.index());
        of.map_or_else(Vec::new, |of| of.counting.found(touched, sight))
    }

    /// Whether a workflow can let go whom it holds.
    #[must_use]
    pub(in crate::engine) fn lets_go(
        &self,
        object: ObjectId,
        touched: &Touched,
        workflow: usize,
    ) -> bool {
        let of = self.objects.get(object.index());
        self.naive
            || of.is_some_and(|of| {
                let mut lists = of.leaving.touched(touched);
                lists.any(|list| list.binary_search(&workflow).is_ok())
            })
    }

    /// The computed properties that change with a stored one.
    #[must_use]
    pub(in crate::engine) fn derived(
        &self,
        object: ObjectId,
        property: PropertyId,
    ) -> Option<&BTreeSet<PropertyId>> {
        self.objects.get(object.index())?.derived.get(&property)
    }
}

impl OfObject {
    /// Which computed properties each stored one is part of, through others
    /// too.
    fn derive(&mut self, sources: Sources<'_>, object: usize) {
        let Some(plan) = sources.program.objects.get(object) else {
            return;
        };
        let direct: BTreeMap<PropertyId, Vec<PropertyId>> = plan
            .computed
            .iter()
            .map(|(property, expression)| (*property, own_properties(sources, expression)))
            .collect();
        for computed in direct.keys() {
            let mut open = vec![*computed];
            let mut seen = BTreeSet::new();
            while let Some(part) = open.pop() {
                for from in direct.get(&part).into_iter().flatten() {
                    if seen.insert(*from) {
                        self.derived.entry(*from).or_default().insert(*computed);
                        open.push(*from);
                    }
                }
            }
        }
    }

    /// What can enrol a record in a workflow.
    fn enrolling(&mut self, guards: Guards<'_>, (place, workflow): (usize, &Workflow)) {
        let (mut conditions, mut triggers) = (Vec::new(), Vec::new());
        conditions.extend(&workflow.filters);
        triggers.extend(&workflow.events);
        for reenroll in &workflow.reenroll {
            match reenroll {
                Reenroll::Always => {}
                Reenroll::On(trigger) => triggers.push(trigger),
                Reenroll::When(condition) => conditions.push(condition),
            }
        }
        for condition in conditions {
            let mut things = Things::default();
            things.add_expression(guards.sources, &condition.expression);
            things.add(Thing::Created);
            self.enrolling
                .index(place, &guards.condition(condition), &things);
        }
        for trigger in triggers {
            let mut things = Things::default();
            things.add_event(guards.sources, &trigger.event);
            let guard = guards.trigger(workflow.object, trigger);
            self.enrolling.index(place, &guard, &things);
        }
    }

    /// What a trigger counts.
    fn counting(
        &mut self,
        guards: Guards<'_>,
        (place, object, trigger): (usize, ObjectId, &EventTrigger),
    ) {
        let mut things = Things::default();
        things.add_event(guards.sources, &trigger.event);
        let guard = guards.trigger(object, trigger);
        self.counting.index(place, &guard, &things);
    }

    /// What can take a record out of a version of a workflow (V3).
    fn leaving(&mut self, sources: Sources<'_>, (place, workflow): (usize, &Workflow)) {
        let leaving = workflow
            .filters
            .iter()
            .filter(|_| workflow.unenroll_on_leaving);
        let conditions = leaving
            .chain(&workflow.suppress)
            .chain(&workflow.unenroll)
            .chain(&workflow.goal);
        let mut things = Things::default();
        for condition in conditions {
            things.add_expression(sources, &condition.expression);
        }
        for trigger in &workflow.unenroll_on {
            things.add_event(sources, &trigger.event);
        }
        for (thing, _) in things.iter() {
            put(self.leaving.of(thing), place);
        }
    }
}

fn own_properties(sources: Sources<'_>, expression: &Expression) -> Vec<PropertyId> {
    let reads = reads(sources, expression).into_iter();
    reads
        .filter_map(|read| match (read.way.as_slice(), read.leaf) {
            ([], Leaf::Property(property)) => Some(property),
            _ => None,
        })
        .collect()
}
