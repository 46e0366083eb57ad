//! The table of the names of a block, as it is read: what each name means in
//! the program at hand. A name that is not there is an error in words.

use super::ThawError;
use super::bytes::Reader;
use crate::base::{Fingerprint, Name};
use crate::engine::prepared::{Bound, Prepared};
use crate::engine::record::{CounterId, TraceId};
use crate::model::{
    ActionId, AssociationId, Catalog, EventId, Members, ObjectId, PropertyId, SegmentId, Type,
    WorkflowId,
};

pub(super) const OBJECT: u8 = 1;
pub(super) const PROPERTY: u8 = 2;
pub(super) const ASSOCIATION: u8 = 3;
pub(super) const WORD: u8 = 4;
pub(super) const SEGMENT: u8 = 5;
pub(super) const WORKFLOW: u8 = 6;
pub(super) const VERSION: u8 = 7;
pub(super) const STEP: u8 = 8;
pub(super) const EVENT: u8 = 9;
pub(super) const EVENT_PROPERTY: u8 = 10;
pub(super) const ACTION: u8 = 11;
pub(super) const RESULT: u8 = 12;
pub(super) const COUNTER: u8 = 13;
pub(super) const TRACE: u8 = 14;

/// What a place of the table means.
#[derive(Debug)]
pub(super) enum Entry {
    Object(ObjectId),
    Property(ObjectId, PropertyId, Shape),
    Association(ObjectId, AssociationId),
    Word(Name),
    Segment(SegmentId),
    Workflow(WorkflowId),
    Version(Fingerprint),
    Step(WorkflowId, usize),
    Event(EventId),
    /// A property of an event, by place.
    EventProperty(EventId, usize, Shape),
    Action(ActionId),
    Result(ActionId, usize, Shape),
    Counter(CounterId),
    Trace(TraceId),
}

/// How values of a property are read.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// The places of members in the program, by their place in the table; the
    /// name of one that is gone.
    pub(super) members: Vec<Result<usize, String>>,
}

/// The table of a block.
#[derive(Debug, Default)]
pub(super) struct Table {
    entries: Vec<Entry>,
}

impl Table {
    pub(super) fn read(prepared: &Prepared, from: &mut Reader<'_>) -> Result<Self, ThawError> {
        let mut table = Table::default();
        for _ in 0..from.count()? {
            let entry = table.entry(prepared, from)?;
            table.entries.push(entry);
        }
        Ok(table)
    }

    /// What stands at the place that is read next.
    pub(super) fn get(&self, from: &mut Reader<'_>) -> Result<&Entry, ThawError> {
        let place: usize = from.small()?;
        let entry = self.entries.get(place);
        entry.ok_or_else(|| ThawError::damaged("a place that its table has not"))
    }

    // size: one arm for each kind of name.
    fn entry(&self, prepared: &Prepared, from: &mut Reader<'_>) -> Result<Entry, ThawError> {
        let catalog = &prepared.program.catalog;
        Ok(match from.byte()? {
            OBJECT => {
                let name = from.text()?;
                let id = catalog.object(&Name::new(name));
                Entry::Object(id.ok_or_else(|| missing("object", name))?)
            }
            PROPERTY => {
                let object = self.object(from)?;
                let (name, of) = (from.text()?, &catalog.objects[object]);
                let full = || format!("{}.{name}", of.name);
                let id = of.property(name);
                let id = id.ok_or_else(|| missing("property", &full()))?;
                let shape = shape(from, &of.properties[id].ty, &full)?;
                Entry::Property(object, id, shape)
            }
            ASSOCIATION => {
                let object = self.object(from)?;
                let (name, of) = (from.text()?, &catalog.objects[object]);
                let full = || format!("{}.{name}", of.name);
                let id = of.association(name);
                let id = id.ok_or_else(|| missing("association", &full()))?;
                Entry::Association(object, id)
            }
            WORD => Entry::Word(Name::new(from.text()?)),
            SEGMENT => {
                let name = from.text()?;
                let id = catalog.segment(&Name::new(name));
                Entry::Segment(id.ok_or_else(|| missing("segment", name))?)
            }
            WORKFLOW => {
                let name = from.text()?;
                let id = prepared.plan_named(name);
                Entry::Workflow(id.ok_or_else(|| missing("workflow", name))?)
            }
            VERSION => Entry::Version(Fingerprint::from_bytes(from.raw()?)),
            STEP => {
                let workflow = self.workflow(from)?;
                let (name, plan) = (from.text()?, prepared.workflow(workflow));
                let mut steps = plan.into_iter().flat_map(|plan| &plan.steps);
                let step = steps.position(|step| step.id == name);
                Entry::Step(workflow, step.ok_or_else(|| missing("step", name))?)
            }
            kind => self.happening(prepared, kind, from)?,
        })
    }

    /// Events, actions and counters.
    fn happening(
        &self,
        prepared: &Prepared,
        kind: u8,
        from: &mut Reader<'_>,
    ) -> Result<Entry, ThawError> {
        let catalog = &prepared.program.catalog;
        Ok(match kind {
            EVENT => {
                let name = from.text()?;
                let id = catalog.event(&Name::new(name));
                Entry::Event(id.ok_or_else(|| missing("event", name))?)
            }
            EVENT_PROPERTY => {
                let event = self.event(from)?;
                let (name, of) = (from.text()?, &catalog.events[event]);
                let full = || format!("{}.{name}", of.name);
                let id = of.property(name);
                let id = id.ok_or_else(|| missing("property", &full()))?;
                let shape = shape(from, &of.properties[id].ty, &full)?;
                Entry::EventProperty(event, id.index(), shape)
            }
            ACTION => {
                let name = from.text()?;
                let id = catalog.action(&Name::new(name));
                Entry::Action(id.ok_or_else(|| missing("action", name))?)
            }
            RESULT => {
                let action = self.action(from)?;
                let (name, of) = (from.text()?, &catalog.actions[action]);
                let full = || format!("{}.{name}", of.name);
                let mut results = of.results.iter().enumerate();
                let result = results.find(|(_, result)| result.name == name);
                let (place, result) = result.ok_or_else(|| missing("result", &full()))?;
                Entry::Result(action, place, shape(from, &result.ty, &full)?)
            }
            COUNTER => {
                let workflow = self.workflow(from)?;
                Entry::Counter(counter(prepared, workflow, from)?)
            }
            TRACE => {
                let name = from.text()?;
                let id = prepared.traces.named(name);
                Entry::Trace(id.ok_or_else(|| missing("condition on the past", name))?)
            }
            _ => return Err(ThawError::damaged("a name of no kind")),
        })
    }

    pub(super) fn object(&self, from: &mut Reader<'_>) -> Result<ObjectId, ThawError> {
        match self.get(from)? {
            Entry::Object(id) => Ok(*id),
            _ => Err(ThawError::other()),
        }
    }

    pub(super) fn property(
        &self,
        from: &mut Reader<'_>,
    ) -> Result<(ObjectId, PropertyId, &Shape), ThawError> {
        match self.get(from)? {
            Entry::Property(object, id, shape) => Ok((*object, *id, shape)),
            _ => Err(ThawError::other()),
        }
    }

    pub(super) fn association(
        &self,
        from: &mut Reader<'_>,
    ) -> Result<(ObjectId, AssociationId), ThawError> {
        match self.get(from)? {
            Entry::Association(object, id) => Ok((*object, *id)),
            _ => Err(ThawError::other()),
        }
    }

    pub(super) fn word(&self, from: &mut Reader<'_>) -> Result<&Name, ThawError> {
        match self.get(from)? {
            Entry::Word(word) => Ok(word),
            _ => Err(ThawError::other()),
        }
    }

    pub(super) fn segment(&self, from: &mut Reader<'_>) -> Result<SegmentId, ThawError> {
        match self.get(from)? {
            Entry::Segment(id) => Ok(*id),
            _ => Err(ThawError::other()),
        }
    }

    pub(super) fn workflow(&self, from: &mut Reader<'_>) -> Result<WorkflowId, ThawError> {
        match self.get(from)? {
            Entry::Workflow(id) => Ok(*id),
            _ => Err(ThawError::other()),
        }
    }

    pub(super) fn version(&self, from: &mut Reader<'_>) -> Result<Fingerprint, ThawError> {
        match self.get(from)? {
            Entry::Version(version) => Ok(*version),
            _ => Err(ThawError::other()),
        }
    }

    pub(super) fn step(&self, from: &mut Reader<'_>) -> Result<(WorkflowId, usize), ThawError> {
        match self.get(from)? {
            Entry::Step(workflow, step) => Ok((*workflow, *step)),
            _ => Err(ThawError::other()),
        }
    }

    pub(super) fn event(&self, from: &mut Reader<'_>) -> Result<EventId, ThawError> {
        match self.get(from)? {
            Entry::Event(id) => Ok(*id),
            _ => Err(ThawError::other()),
        }
    }

    pub(super) fn event_property(
        &self,
        event: EventId,
        from: &mut Reader<'_>,
    ) -> Result<(usize, &Shape), ThawError> {
        match self.get(from)? {
            Entry::EventProperty(of, place, shape) if *of == event => Ok((*place, shape)),
            _ => Err(ThawError::other()),
        }
    }

    pub(super) fn result(
        &self,
        action: ActionId,
        from: &mut Reader<'_>,
    ) -> Result<(usize, &Shape), ThawError> {
        match self.get(from)? {
            Entry::Result(of, place, shape) if *of == action => Ok((*place, shape)),
            _ => Err(ThawError::other()),
        }
    }

    /// How values of a property are read that stands in the table.
    pub(super) fn shape_of(&self, object: ObjectId, property: PropertyId) -> Option<&Shape> {
        self.entries.iter().find_map(|entry| match entry {
            Entry::Property(of, id, shape) if (*of, *id) == (object, property) => Some(shape),
            _ => None,
        })
    }

    pub(super) fn action(&self, from: &mut Reader<'_>) -> Result<ActionId, ThawError> {
        match self.get(from)? {
            Entry::Action(id) => Ok(*id),
            _ => Err(ThawError::other()),
        }
    }

    pub(super) fn trace(&self, from: &mut Reader<'_>) -> Result<TraceId, ThawError> {
        match self.get(from)? {
            Entry::Trace(id) => Ok(*id),
            _ => Err(ThawError::other()),
        }
    }

    pub(super) fn counter(&self, from: &mut Reader<'_>) -> Result<CounterId, ThawError> {
        match self.get(from)? {
            Entry::Counter(id) => Ok(*id),
            _ => Err(ThawError::other()),
        }
    }
}

pub(super) fn workflow(catalog: &Catalog, name: &str) -> Result<WorkflowId, ThawError> {
    let id = catalog.workflow(&Name::new(name));
    id.ok_or_else(|| missing("workflow", name))
}

fn missing(kind: &'static str, name: &str) -> ThawError {
    ThawError::Missing(kind, name.to_owned())
}

/// The number of a type, which never changes.
pub(super) fn kind(ty: &Type) -> u8 {
    match ty {
        Type::String => 0,
        Type::Email => 1,
        Type::Phone => 2,
        Type::Url => 3,
        Type::Number => 4,
        Type::Bool => 5,
        Type::Date => 6,
        Type::Datetime => 7,
        Type::Time => 8,
        Type::Duration => 9,
        Type::Enum(_) => 10,
        Type::Set(_) => 11,
        Type::List(_) => 12,
        Type::Record(_) => 13,
        Type::Message => 14,
        Type::Json => 15,
        Type::Auth => 16,
        Type::Sign => 17,
        Type::Broken => 18,
    }
}

/// The members that values of a type have.
pub(super) fn members(ty: &Type) -> Option<&Members> {
    match ty {
        Type::Enum(members) | Type::Set(members) => Some(members),
        Type::List(inner) => members(inner),
        _ => None,
    }
}

/// How values are read that were of the type that stands next, and are of
/// this one.
fn shape(from: &mut Reader<'_>, ty: &Type, name: &dyn Fn() -> String) -> Result<Shape, ThawError> {
    if from.byte()? != kind(ty) {
        return Err(ThawError::Retyped(name()));
    }
    let own = members(ty);
    let mut places = Vec::new();
    for _ in 0..from.count()? {
        let member = from.text()?;
        let place = own.and_then(|own| own.position(member));
        // A member that no value has may be gone.
        places.push(place.ok_or_else(|| format!("{}.{member}", name())));
    }
    Ok(Shape { members: places })
}

/// What tells a trigger that counts from all others of its workflow: its text,
/// which among those of the same text it is, how its bounds move.
pub(super) struct Trigger<'p> {
    pub(super) text: &'p str,
    pub(super) nth: usize,
    pub(super) bound: Bound,
}

/// The identity of a trigger that counts.
pub(super) fn identity(prepared: &Prepared, id: CounterId) -> Option<(WorkflowId, Trigger<'_>)> {
    let refined = prepared.refined.get(id as usize)?;
    let events = &prepared.workflow(refined.workflow)?.events;
    let text = events.get(refined.trigger)?.text.as_str();
    let before = events.iter().take(refined.trigger);
    let trigger = Trigger {
        text,
        nth: before.filter(|other| other.text == text).count(),
        bound: refined.bound,
    };
    Some((refined.workflow, trigger))
}

fn counter(
    prepared: &Prepared,
    workflow: WorkflowId,
    from: &mut Reader<'_>,
) -> Result<CounterId, ThawError> {
    let (text, nth) = (from.text()?, from.small::<usize>()?);
    let bound = match from.byte()? {
        0 => Bound::Fixed,
        1 => Bound::Days,
        2 => Bound::Instants,
        _ => return Err(ThawError::damaged("a bound of no kind")),
    };
    let ids = (0..prepared.refined.len()).filter_map(|id| CounterId::try_from(id).ok());
    let mut all = ids.filter_map(|id| Some((id, identity(prepared, id)?)));
    let found = all.find(|(_, (of, trigger))| {
        (*of, trigger.text, trigger.nth, trigger.bound) == (workflow, text, nth, bound)
    });
    found
        .map(|(id, _)| id)
        .ok_or_else(|| missing("trigger", text))
}
