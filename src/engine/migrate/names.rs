//! What each name of an old program is in a new one: objects, properties,
//! associations, segments, events, actions, workflows, triggers that count.
//! What is done about it is not known here.

use std::collections::BTreeMap;

use super::past;
use super::renames::Renames;
use super::script::Script;
use crate::base::Name;
use crate::engine::prepared::Prepared;
use crate::engine::record::{CounterId, TraceId};
use crate::model::{
    Action, ActionId, AssociationId, Catalog, EventId, Members, ObjectId, PropertyId, SegmentId,
    Type, Value, WorkflowId, is_kept, written,
};
use crate::plan::{Program, StepKind, Workflow};
use crate::syntax::ast::OnEdit;

/// Old places → new ones.
#[derive(Debug)]
pub(super) struct Names {
    objects: Vec<Option<OfObject>>,
    segments: Vec<Option<SegmentId>>,
    events: Vec<Option<OfEvent>>,
    actions: Vec<Option<OfAction>>,
    /// Those that are kept with an older version in the new program, by it.
    kept: BTreeMap<(WorkflowId, ActionId), OfAction>,
    workflows: Vec<Option<WorkflowId>>,
    plans: Vec<Option<OfWorkflow>>,
    counters: BTreeMap<CounterId, CounterId>,
    traces: BTreeMap<TraceId, TraceId>,
}

/// An object in the new program.
#[derive(Debug)]
pub(super) struct OfObject {
    pub(super) id: ObjectId,
    properties: Vec<Option<OfValue<PropertyId>>>,
    associations: Vec<Option<AssociationId>>,
}

/// An event in the new program, with its properties by place.
#[derive(Debug)]
pub(super) struct OfEvent {
    pub(super) id: EventId,
    properties: Vec<Option<OfValue<usize>>>,
    /// How many properties it has now.
    pub(super) size: usize,
}

/// An action in the new program, with its results by place.
#[derive(Debug)]
pub(super) struct OfAction {
    pub(super) id: ActionId,
    results: Vec<Option<OfValue<usize>>>,
}

/// Where those go on who are inside a version of a workflow.
#[derive(Debug, Clone)]
pub(super) struct OfWorkflow {
    pub(super) id: WorkflowId,
    pub(super) script: Script,
}

/// Something with values in the new program.
#[derive(Debug)]
pub(super) struct OfValue<I> {
    pub(super) id: I,
    cast: Cast,
}

/// How a value becomes one of the new type.
#[derive(Debug)]
enum Cast {
    /// As it is.
    Same,
    /// By the new places of members.
    Members(Vec<Option<usize>>),
}

impl<I> OfValue<I> {
    /// A value of the new type; whether something of it was lost.
    pub(super) fn cast(&self, value: &Value) -> (Option<Value>, bool) {
        let Cast::Members(places) = &self.cast else {
            return (Some(value.clone()), false);
        };
        let place = |old: &usize| places.get(*old).copied().flatten();
        match value {
            Value::Member(old) => {
                let new = place(old);
                (new.map(Value::Member), new.is_none())
            }
            Value::Set(old) => {
                let mut new: Vec<usize> = old.iter().filter_map(place).collect();
                new.sort_unstable();
                let lost = new.len() < old.len();
                (Some(Value::Set(new.into())), lost)
            }
            other => (Some(other.clone()), false),
        }
    }
}

impl OfObject {
    pub(super) fn property(&self, old: PropertyId) -> Option<&OfValue<PropertyId>> {
        self.properties.get(old.index())?.as_ref()
    }

    pub(super) fn association(&self, old: AssociationId) -> Option<AssociationId> {
        self.associations.get(old.index()).copied().flatten()
    }
}

impl OfEvent {
    pub(super) fn property(&self, old: usize) -> Option<&OfValue<usize>> {
        self.properties.get(old)?.as_ref()
    }
}

impl OfAction {
    pub(super) fn result(&self, old: usize) -> Option<&OfValue<usize>> {
        self.results.get(old)?.as_ref()
    }
}

impl Names {
    pub(super) fn between(old: &Prepared, new: &Prepared) -> Self {
        let (before, after) = (&old.program.catalog, &new.program.catalog);
        let renames = Renames::of(&new.program);
        let pair = Pair {
            before,
            after,
            renames,
        };
        let segments = before.segments.iter();
        let workflows = before.workflows.ids().map(|id| pair.workflow(id));
        let workflows: Vec<Option<WorkflowId>> = workflows.collect();
        let mut names = Names {
            objects: before.objects.ids().map(|id| pair.object(id)).collect(),
            segments: segments
                .map(|(_, segment)| {
                    let id = renames.segment(&segment.name);
                    let id =
                        id.or_else(|| after.segment(&Name::new(written(segment.name.as_str()))))?;
                    // A segment that follows a condition now holds nobody by hand.
                    (after.segments[id].fixed == segment.fixed).then_some(id)
                })
                .collect(),
            events: before.events.ids().map(|id| pair.event(id)).collect(),
            actions: before.actions.ids().map(|id| pair.action(id)).collect(),
            kept: pair.kept(&new.program),
            plans: plans((old, new), &workflows, renames),
            counters: counters((old, new), &workflows, renames),
            workflows,
            traces: BTreeMap::new(),
        };
        names.traces = past::traces(old, new, &names);
        names
    }

    pub(super) fn object(&self, old: ObjectId) -> Option<&OfObject> {
        self.objects.get(old.index())?.as_ref()
    }

    pub(super) fn segment(&self, old: SegmentId) -> Option<SegmentId> {
        self.segments.get(old.index()).copied().flatten()
    }

    pub(super) fn event(&self, old: EventId) -> Option<&OfEvent> {
        self.events.get(old.index())?.as_ref()
    }

    pub(super) fn action(&self, old: ActionId) -> Option<&OfAction> {
        self.actions.get(old.index())?.as_ref()
    }

    /// The same for those who are inside a version in the new program: what is
    /// kept with it counts (V3).
    pub(super) fn action_of(&self, version: WorkflowId, old: ActionId) -> Option<&OfAction> {
        let kept = self.kept.get(&(version, old));
        kept.or_else(|| self.action(old))
    }

    pub(super) fn workflow(&self, old: WorkflowId) -> Option<WorkflowId> {
        self.workflows.get(old.index()).copied().flatten()
    }

    /// Where those go on who are inside a workflow, or an older version of one.
    pub(super) fn plan(&self, old: WorkflowId) -> Option<&OfWorkflow> {
        self.plans.get(old.index())?.as_ref()
    }

    pub(super) fn trace(&self, old: TraceId) -> Option<TraceId> {
        self.traces.get(&old).copied()
    }

    pub(super) fn traces(&self) -> &BTreeMap<TraceId, TraceId> {
        &self.traces
    }

    pub(super) fn counter(&self, old: CounterId) -> Option<CounterId> {
        self.counters.get(&old).copied()
    }
}

/// Two catalogues.
#[derive(Clone, Copy)]
struct Pair<'c> {
    before: &'c Catalog,
    after: &'c Catalog,
    renames: Renames<'c>,
}

impl Pair<'_> {
    fn object_id(self, old: ObjectId) -> Option<ObjectId> {
        self.renames.object(&self.before.objects[old].name)
    }

    fn workflow(self, old: WorkflowId) -> Option<WorkflowId> {
        let old = &self.before.workflows[old];
        let id = self.renames.workflow(&old.name)?;
        // The records of another object cannot be inside.
        let same = self.object_id(old.object) == Some(self.after.workflows[id].object);
        same.then_some(id)
    }

    fn object(self, old: ObjectId) -> Option<OfObject> {
        let id = self.object_id(old)?;
        let (old, new) = (&self.before.objects[old], &self.after.objects[id]);
        let properties = old.properties.iter().map(|(_, property)| {
            let id = self.renames.property(id, &property.name)?;
            let cast = self.cast(&property.ty, &new.properties[id].ty)?;
            Some(OfValue { id, cast })
        });
        let associations = old.associations.iter().map(|(_, association)| {
            let id = self.renames.association(id, &association.name)?;
            let target = self.object_id(association.object);
            (target == Some(new.associations[id].object)).then_some(id)
        });
        Some(OfObject {
            id,
            properties: properties.collect(),
            associations: associations.collect(),
        })
    }

    fn event(self, old: EventId) -> Option<OfEvent> {
        let old = &self.before.events[old];
        let id = self.renames.event(&old.name)?;
        let new = &self.after.events[id];
        let properties = old.properties.iter().map(|(_, property)| {
            let id = new.property(property.name.as_str())?;
            let cast = self.cast(&property.ty, &new.properties[id].ty)?;
            let id = id.index();
            Some(OfValue { id, cast })
        });
        Some(OfEvent {
            id,
            properties: properties.collect(),
            size: new.properties.len(),
        })
    }

    fn action(self, old: ActionId) -> Option<OfAction> {
        let old = &self.before.actions[old];
        let named = self.after.action(&old.name);
        let id = named.or_else(|| self.after.action(&Name::new(old.called())))?;
        Some(self.results(old, id))
    }

    /// The actions of the steps of older versions that are kept with them.
    fn kept(self, new: &Program) -> BTreeMap<(WorkflowId, ActionId), OfAction> {
        let mut kept = BTreeMap::new();
        let plans = new.plans().enumerate();
        for (version, step) in plans.flat_map(|(at, plan)| plan.steps.iter().map(move |s| (at, s)))
        {
            let StepKind::Do(own) = &step.kind else {
                continue;
            };
            let action = &self.after.actions[own.action];
            if !is_kept(&action.name) {
                continue;
            }
            let olds = self.before.actions.iter();
            for (old, _) in olds.filter(|(_, old)| old.called() == action.called()) {
                let of = self.results(&self.before.actions[old], own.action);
                kept.insert((WorkflowId::at(version), old), of);
            }
        }
        kept
    }

    fn results(self, old: &Action, id: ActionId) -> OfAction {
        let new = &self.after.actions[id];
        let results = old.results.iter().map(|result| {
            let mut all = new.results.iter().enumerate();
            let (id, found) = all.find(|(_, other)| other.name == result.name)?;
            let cast = self.cast(&result.ty, &found.ty)?;
            Some(OfValue { id, cast })
        });
        OfAction {
            id,
            results: results.collect(),
        }
    }

    /// How values of a type become values of another; `None` where they do
    /// not, without loss.
    fn cast(self, old: &Type, new: &Type) -> Option<Cast> {
        match (old, new) {
            (Type::Enum(old), Type::Enum(new)) | (Type::Set(old), Type::Set(new)) => {
                Some(members(old, new))
            }
            (Type::Record(old), Type::Record(new)) => {
                (self.object_id(*old) == Some(*new)).then_some(Cast::Same)
            }
            (Type::List(old), Type::List(new)) => self.cast(old, new),
            (old, Type::String) if old.is_text() => Some(Cast::Same),
            (old, new) => (old == new).then_some(Cast::Same),
        }
    }
}

fn members(old: &Members, new: &Members) -> Cast {
    if old == new {
        return Cast::Same;
    }
    Cast::Members(old.names().map(|name| new.position(name)).collect())
}

/// Where those go on who are inside a version: on the version of the same text
/// where edits leave them there (V3), else on the one that enrols (V2).
fn plans(
    (old, new): (&Prepared, &Prepared),
    workflows: &[Option<WorkflowId>],
    renames: Renames<'_>,
) -> Vec<Option<OfWorkflow>> {
    let plans = old.program.plans().enumerate();
    let plans = plans.map(|(place, plan)| {
        let workflow = old.program.current(WorkflowId::at(place));
        let current = workflows.get(workflow.index()).copied().flatten()?;
        let find = |same: fn(&Workflow, &Workflow) -> bool| {
            let mut versions = new.program.versions(current);
            versions.find(|id| new.workflow(*id).is_some_and(|other| same(other, plan)))
        };
        let pins = new.workflow(current)?.on_edit == OnEdit::Pin;
        // Stores of before kept nothing with a version but its own text.
        let whole = find(|one, other| one.whole == other.whole);
        let found = whole.or_else(|| find(|one, other| one.text == other.text));
        let id = found.filter(|_| pins).unwrap_or(current);
        Some(OfWorkflow {
            id,
            script: Script::between(plan, new.workflow(id)?, renames),
        })
    });
    plans.collect()
}

/// The triggers that count, by workflow, text, and which among those of the
/// same text, where their bounds move alike.
fn counters(
    (old, new): (&Prepared, &Prepared),
    workflows: &[Option<WorkflowId>],
    renames: Renames<'_>,
) -> BTreeMap<CounterId, CounterId> {
    let named = |prepared: &Prepared, id: CounterId| {
        let trigger = prepared.refined.get(id as usize)?;
        let plan = prepared.workflow(trigger.workflow)?;
        let text = plan.events.get(trigger.trigger)?.text.clone();
        let before = plan.events.iter().take(trigger.trigger);
        let nth = before.filter(|other| other.text == text).count();
        Some((trigger.workflow, text, nth, trigger.bound))
    };
    let ids = |prepared: &Prepared| 0..CounterId::try_from(prepared.refined.len()).unwrap_or(0);
    let after: Vec<_> = ids(new)
        .filter_map(|id| Some((named(new, id)?, id)))
        .collect();
    let pairs = ids(old).filter_map(|id| {
        let (workflow, text, nth, bound) = named(old, id)?;
        let workflow = workflows.get(workflow.index()).copied().flatten()?;
        let of = |text: String| {
            let name = (workflow, text, nth, bound);
            after.iter().find(|(other, _)| *other == name)
        };
        let translated = renames.translated(&text);
        let found = of(text).or_else(|| of(translated));
        Some((id, found?.1))
    });
    pairs.collect()
}
