//! What the conditions of a program read of the past, each thing once (V6):
//! by it records know what to keep. Keeping it is not known here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::constants;
use super::refined::{Bound, bound};
use crate::base::TimeZone;
use crate::engine::kept::TraceId;
use crate::model::compute::print;
use crate::model::{Members, ObjectId, PropertyId, SegmentId, Type, Value, WorkflowId};
use crate::plan::test::Test;
use crate::plan::{Condition, Expression, Happened, Node, NodeId, Past, Program, Refinement};
use crate::semantic::hir::{EventSource, FieldSource, WorkflowTest};

/// Something of the past of a record.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::engine) enum Trace {
    /// The values that a property had, of those that are asked for; all of
    /// them where `None`.
    Had(ObjectId, PropertyId, Option<Vec<Value>>),
    /// When a property changed last.
    Changed(ObjectId, PropertyId),
    /// What was of it in a workflow.
    Workflow(WorkflowTest, WorkflowId),
    /// That an import created or touched it.
    Imported(Box<str>),
    /// That it is in a static segment, where linked records read that.
    Member(SegmentId),
    /// How often an event happened (E14).
    Counted(Box<Counted>),
}

/// What is counted.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::engine) struct Counted {
    /// The event.
    pub(in crate::engine) event: EventSource,
    /// What must hold of an occurrence.
    pub(in crate::engine) filter: Option<Condition>,
    /// Within which bounds.
    pub(in crate::engine) refinements: Vec<Refinement>,
    /// How they move.
    pub(in crate::engine) bound: Bound,
    /// The condition as it is written.
    text: Arc<str>,
}

/// By what a condition finds what it reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Had(ObjectId, PropertyId),
    Changed(ObjectId, PropertyId),
    Workflow(&'static str, WorkflowId),
    Imported(Box<str>),
    Member(SegmentId),
    Counted(Arc<str>),
}

/// All of it, in the order of names. The name of a thing tells it from all
/// others, whatever release and program it is read by.
#[derive(Debug, Default)]
pub(in crate::engine) struct Traces {
    all: Vec<(Arc<str>, Trace)>,
    by_key: BTreeMap<Key, Vec<TraceId>>,
}

impl Traces {
    /// What a program reads, and its tests where they count.
    pub(super) fn of((program, tests): (&Program, bool), constants: &[Option<Value>]) -> Self {
        let mut found = BTreeMap::new();
        let naming = Naming { program, constants };
        let of_tests = program.tests().iter().filter(|_| tests);
        let claims = of_tests.flat_map(Test::conditions);
        let claims = claims.flat_map(|claim| claim.expression.with_inner());
        for expression in program.expressions().into_iter().chain(claims) {
            for (_, node, _) in expression.nodes() {
                naming.node(expression, node, &mut found);
            }
        }
        let mut traces = Traces::default();
        for (id, (name, trace)) in (0..).zip(found) {
            traces.by_key.entry(key(&trace)).or_default().push(id);
            traces.all.push((name, trace));
        }
        traces
    }

    /// A thing.
    pub(in crate::engine) fn get(&self, id: TraceId) -> Option<&Trace> {
        self.all.get(id as usize).map(|(_, trace)| trace)
    }

    /// Its name.
    pub(in crate::engine) fn name(&self, id: TraceId) -> &str {
        self.all.get(id as usize).map_or("", |(name, _)| name)
    }

    /// The thing of a name.
    pub(in crate::engine) fn named(&self, name: &str) -> Option<TraceId> {
        let place = self.all.binary_search_by(|(own, _)| (**own).cmp(name));
        place.ok().and_then(|place| TraceId::try_from(place).ok())
    }

    /// All things, in order.
    pub(in crate::engine) fn iter(&self) -> impl Iterator<Item = (TraceId, &Trace)> {
        (0..).zip(self.all.iter().map(|(_, trace)| trace))
    }

    /// Whether both hold the same, in the same places.
    pub(in crate::engine) fn same(&self, other: &Traces) -> bool {
        self.all == other.all
    }

    /// What a condition reads.
    pub(in crate::engine) fn read_by(&self, past: &Past) -> Option<TraceId> {
        let key = match past {
            Past::Happened(happened) => return self.counted(happened),
            Past::Was { property, .. } => Key::Had(property.0, property.1),
            Past::Changed { property, .. } => Key::Changed(property.0, property.1),
            Past::Workflow { test, workflow, .. } => Key::Workflow(test.words(), *workflow),
            Past::Imported { name, .. } => Key::Imported(name.clone()),
            Past::InSegment(segment) => Key::Member(*segment),
        };
        self.first(&key)
    }

    /// Whether time alone changes what a condition comes to (E12).
    pub(in crate::engine) fn moves(&self, past: &Past) -> bool {
        let trace = self.read_by(past).and_then(|id| self.get(id));
        match trace {
            Some(Trace::Counted(of)) => of.bound != Bound::Fixed,
            Some(Trace::Changed(..)) => true,
            _ => false,
        }
    }

    /// The values that a property had.
    pub(in crate::engine) fn had(&self, object: ObjectId, id: PropertyId) -> Option<TraceId> {
        self.first(&Key::Had(object, id))
    }

    /// When a property changed last.
    pub(in crate::engine) fn changed(&self, object: ObjectId, id: PropertyId) -> Option<TraceId> {
        self.first(&Key::Changed(object, id))
    }

    /// What was of a record in a workflow.
    pub(in crate::engine) fn workflow(
        &self,
        test: WorkflowTest,
        workflow: WorkflowId,
    ) -> Option<TraceId> {
        self.first(&Key::Workflow(test.words(), workflow))
    }

    /// That an import touched a record.
    pub(in crate::engine) fn imported(&self, name: &str) -> Option<TraceId> {
        self.first(&Key::Imported(name.into()))
    }

    /// Membership of a static segment.
    pub(in crate::engine) fn member(&self, segment: SegmentId) -> Option<TraceId> {
        self.first(&Key::Member(segment))
    }

    fn first(&self, key: &Key) -> Option<TraceId> {
        self.by_key.get(key)?.first().copied()
    }

    /// What is counted for a condition. Instances of one template say the same
    /// with other values.
    fn counted(&self, happened: &Happened) -> Option<TraceId> {
        let all = self.by_key.get(&Key::Counted(happened.text.clone()))?;
        let is = |id: &&TraceId| match self.get(**id) {
            Some(Trace::Counted(of)) => {
                of.event == happened.event
                    && of.filter == happened.filter
                    && of.refinements == happened.refinements
            }
            _ => false,
        };
        all.iter().find(is).copied()
    }
}

fn key(trace: &Trace) -> Key {
    match trace {
        Trace::Had(object, property, _) => Key::Had(*object, *property),
        Trace::Changed(object, property) => Key::Changed(*object, *property),
        Trace::Workflow(test, workflow) => Key::Workflow(test.words(), *workflow),
        Trace::Imported(name) => Key::Imported(name.clone()),
        Trace::Member(segment) => Key::Member(*segment),
        Trace::Counted(of) => Key::Counted(of.text.clone()),
    }
}

/// What names are made of.
#[derive(Clone, Copy)]
struct Naming<'p> {
    program: &'p Program,
    constants: &'p [Option<Value>],
}

impl Naming<'_> {
    /// Adds what a node reads.
    fn node(self, expression: &Expression, node: &Node, into: &mut BTreeMap<Arc<str>, Trace>) {
        let trace = match node {
            Node::Past(past) => self.past(expression, past),
            Node::InSegment(segment) => self.member(*segment),
            _ => None,
        };
        let Some(trace) = trace else { return };
        let name = self.name(&trace).into();
        match (into.get_mut(&name), trace) {
            (Some(Trace::Had(_, _, own)), Trace::Had(_, _, asked)) => merge(own, asked),
            (Some(_), _) => {}
            (None, trace) => drop(into.insert(name, trace)),
        }
    }

    fn past(self, expression: &Expression, past: &Past) -> Option<Trace> {
        Some(match past {
            Past::Happened(happened) => Trace::Counted(Box::new(Counted {
                event: happened.event.clone(),
                filter: happened.filter.clone(),
                refinements: happened.refinements.clone(),
                bound: bound(&happened.refinements),
                text: happened.text.clone(),
            })),
            Past::Was {
                property, other, ..
            } => Trace::Had(property.0, property.1, self.asked(expression, *other)),
            Past::Changed { property, .. } => Trace::Changed(property.0, property.1),
            Past::Workflow { test, workflow, .. } => Trace::Workflow(*test, *workflow),
            Past::Imported { name, .. } => Trace::Imported(name.clone()),
            Past::InSegment(segment) => return self.member(*segment),
        })
    }

    /// Membership of a static segment; that of another follows from what its
    /// condition reads.
    fn member(self, segment: SegmentId) -> Option<Trace> {
        let is_static = self.program.catalog.segments[segment].fixed;
        is_static.then_some(Trace::Member(segment))
    }

    /// The values that are asked for, where they are known before.
    fn asked(self, expression: &Expression, node: NodeId) -> Option<Vec<Value>> {
        let value = constants::known(self.constants, expression, node)?;
        Some(alone(value))
    }

    fn name(self, trace: &Trace) -> String {
        let catalog = &self.program.catalog;
        let of = |object: ObjectId, property: PropertyId| {
            let object = &catalog.objects[object];
            format!("{}.{}", object.name, object.properties[property].name)
        };
        match trace {
            Trace::Had(object, property, _) => format!("had {}", of(*object, *property)),
            Trace::Changed(object, property) => format!("changed {}", of(*object, *property)),
            Trace::Workflow(test, workflow) => {
                format!("{} {}", test.words(), catalog.workflows[*workflow].name)
            }
            Trace::Imported(name) => format!("imported {name}"),
            Trace::Member(segment) => format!("member {}", catalog.segments[*segment].name),
            Trace::Counted(of) => self.name_of(of),
        }
    }

    /// What is counted is told apart by the event, by what is written, and by
    /// the values that it comes to: those of constants and parameters, and the
    /// members that values of the event can have.
    fn name_of(self, of: &Counted) -> String {
        let event = match &of.event {
            EventSource::Declared(event) => self.program.catalog.events[*event].name.as_str(),
            _ => "action_failed",
        };
        let mut name = format!("{event}: {}", of.text);
        let filter = of.filter.iter().map(|filter| &filter.expression);
        let points = of.refinements.iter().flat_map(Refinement::points);
        for expression in filter.chain(points) {
            for (_, node, _) in expression.nodes() {
                for part in self.parts(node) {
                    name.push_str("; ");
                    name.push_str(&part);
                }
            }
        }
        name
    }

    fn parts(self, node: &Node) -> Vec<String> {
        let catalog = &self.program.catalog;
        match node {
            Node::Constant(value) => vec![spelled(value)],
            Node::Named(constant) => {
                let value = self.constants.get(constant.index());
                vec![
                    value
                        .and_then(Option::as_ref)
                        .map_or_else(String::new, spelled),
                ]
            }
            Node::Message(message) => vec![catalog.messages[*message].name.to_string()],
            Node::Event(sources) => {
                let members = sources.iter().filter_map(|source| match source {
                    FieldSource::Property(event, property) => {
                        members(&catalog.events[*event].properties[*property].ty)
                    }
                    _ => None,
                });
                members
                    .map(|all| all.names().collect::<Vec<_>>().join(","))
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The values of a list, or one alone.
fn alone(value: Value) -> Vec<Value> {
    match value {
        Value::List(items) => items.into_iter().flat_map(alone).collect(),
        value => vec![value],
    }
}

fn merge(own: &mut Option<Vec<Value>>, asked: Option<Vec<Value>>) {
    match (own, asked) {
        (Some(own), Some(asked)) => {
            for value in asked {
                if !own.contains(&value) {
                    own.push(value);
                }
            }
        }
        (own, _) => *own = None,
    }
}

fn members(ty: &Type) -> Option<&Members> {
    match ty {
        Type::Enum(members) | Type::Set(members) => Some(members),
        _ => None,
    }
}

/// A value, so that different ones differ. A member is its place, the names
/// stand beside it.
fn spelled(value: &Value) -> String {
    match value {
        Value::Member(place) => format!("#{place}"),
        Value::Set(places) => format!("#{places:?}"),
        Value::List(items) => items.iter().map(spelled).collect::<Vec<_>>().join(","),
        Value::Datetime(at) => at.to_string(),
        other => print(other, &TimeZone::UTC),
    }
}
