//! What records let each other know: of each association, what the program
//! reads through it, and what lies behind.

use std::collections::{BTreeMap, BTreeSet};

use super::made;
use super::reads::{Leaf, Read, reads, reads_with};
use crate::model::{AssociationId, Catalog, ObjectId, PropertyId};
use crate::plan::{
    Condition, EventTrigger, Expression, Hop, Link, Moment, Program, Records, Reenroll, Root, Step,
    StepKind, Test, Wait, Way, Workflow,
};

/// What is read of the record at the other end of a link.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::engine) struct Interest {
    /// Its properties.
    pub(in crate::engine) properties: BTreeSet<PropertyId>,
    /// Its links.
    pub(in crate::engine) through: BTreeMap<AssociationId, Interest>,
}

impl Interest {
    /// Whether it holds all of another.
    fn covers(&self, other: &Interest) -> bool {
        let inner = |(association, inner): (&AssociationId, &Interest)| {
            let own = self.through.get(association);
            own.is_some_and(|own| own.covers(inner))
        };
        self.properties.is_superset(&other.properties) && other.through.iter().all(inner)
    }
}

/// The interests of all objects, by association.
#[derive(Debug, Default)]
pub(super) struct Interests {
    entries: BTreeMap<(ObjectId, AssociationId), Interest>,
}

impl Interests {
    pub(super) fn of(program: &Program) -> Self {
        let mut interests = Interests::default();
        let catalog = &program.catalog;
        for expression in expressions(program) {
            for read in reads(expression) {
                interests.add(catalog, &read);
            }
        }
        for plan in program.plans() {
            let made = made::links(plan);
            let expressions = of_workflow(plan).into_iter();
            for read in expressions.flat_map(|expression| reads_with(expression, &made)) {
                interests.add(catalog, &read);
            }
        }
        for way in program.plans().flat_map(ways) {
            let leaf = Leaf::Record;
            interests.add(catalog, &Read { way, leaf });
        }
        interests
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
        Leaf::Segment(_) => {}
    }
}

fn target(catalog: &Catalog, hop: &Hop) -> ObjectId {
    catalog.objects[hop.object].associations[hop.association].object
}

/// The expressions that read records, but for those of workflows.
fn expressions(program: &Program) -> Vec<&Expression> {
    let segments = program
        .segments
        .iter()
        .map(|segment| &segment.condition.expression);
    let messages = program
        .messages
        .iter()
        .flat_map(|message| message.fields.iter().map(|(_, text)| text));
    segments.chain(messages).collect()
}

fn of_workflow(workflow: &Workflow) -> Vec<&Expression> {
    let mut found: Vec<&Expression> = Vec::new();
    let conditions: Vec<&Condition> = workflow
        .filters
        .iter()
        .chain(&workflow.only)
        .chain(&workflow.suppress)
        .chain(&workflow.unenroll)
        .chain(&workflow.goal)
        .collect();
    found.extend(conditions.iter().map(|condition| &condition.expression));
    for trigger in workflow.events.iter().chain(&workflow.unenroll_on) {
        found.extend(of_trigger(trigger));
    }
    for reenroll in &workflow.reenroll {
        match reenroll {
            Reenroll::Always => {}
            Reenroll::On(trigger) => found.extend(of_trigger(trigger)),
            Reenroll::When(condition) => found.push(&condition.expression),
        }
    }
    found.extend(workflow.steps.iter().flat_map(of_step));
    found
}

fn of_trigger(trigger: &EventTrigger) -> Vec<&Expression> {
    let filter = trigger.filter.iter().map(|filter| &filter.expression);
    filter
        .chain(&trigger.from)
        .chain(&trigger.to)
        .chain(&trigger.per)
        .collect()
}

fn of_step(step: &Step) -> Vec<&Expression> {
    match &step.kind {
        StepKind::Set(_, _, _, value) => vec![value],
        StepKind::Copy(copy) => vec![&copy.value],
        StepKind::Create(create) => create.values.iter().map(|(_, value)| value).collect(),
        StepKind::Associate(tie) | StepKind::Dissociate(tie) => {
            tie.other.iter().map(|(_, value)| value).collect()
        }
        StepKind::Do(action) => action.arguments.iter().map(|(_, value)| value).collect(),
        StepKind::Branch(cases, _) => cases.iter().map(|case| &case.test.expression).collect(),
        StepKind::Match(value, cases, _) => {
            let tests = cases.iter().flat_map(|case| &case.test);
            let tests = tests.flat_map(|test| match test {
                Test::Equal(value) => vec![value],
                Test::Range(low, high) => vec![low, high],
                Test::Unknown => Vec::new(),
            });
            std::iter::once(value).chain(tests).collect()
        }
        StepKind::Wait(Wait::Until {
            moment: Moment::At(moment),
            ..
        }) => vec![moment],
        StepKind::Await(wait) => {
            let conditions = wait.conditions().map(|condition| &condition.expression);
            conditions.chain(wait.values()).collect()
        }
        _ => Vec::new(),
    }
}

/// The ways to the records that the steps of a workflow act on.
fn ways(workflow: &Workflow) -> Vec<Vec<Hop>> {
    let made = made::links(workflow);
    let whole = |way: &Way| {
        let start = match way.root {
            Root::Bound(place) => made.get(&place).copied(),
            _ => None,
        };
        let hops = start.into_iter().chain(way.hops.iter().copied());
        hops.collect::<Vec<Hop>>()
    };
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
            Records::One(way) => Some(whole(way)),
            Records::Linked(link) => {
                let mut way = whole(&link.from);
                way.push(link.hop);
                Some(way)
            }
        })
        .collect()
}
