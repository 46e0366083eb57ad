//! Outside inputs: what they say, and to which cell they go first. Checks
//! that need no state are made here.

use std::sync::Arc;

use super::decision::What;
use super::enrolment::Occurrence;
use super::evaluate::{Notes, Scope};
use super::input::route;
use super::message::{
    Address, Body, Claim, Claimant, Delivery, Key, Request, Switching, Write, WriteOp,
};
use super::record::RecordCell;
use super::state::State;
use super::world::World;
use crate::base::{Name, Timestamp, Uid};
use crate::model::{
    AssociationId, EventId, ObjectId, PropertyId, Raw, SegmentId, Value, WorkflowId, coerce,
};
use crate::plan::Webhook;
use crate::semantic::hir::EventSource;
use crate::syntax::ast::SetOp;

pub use super::message::Target;

/// How far ahead of now something may have occurred, in seconds (I7).
const AHEAD: u64 = 5 * 60;
/// How long ids are remembered, in seconds: a year (I3).
pub const YEAR: i64 = 366 * 86_400;
/// How long a webhook's body without an id is remembered, in seconds (I3).
pub const DAY: i64 = 86_400;

/// Something that happens outside (I1).
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// The id that its source gave it.
    pub id: Option<Arc<str>>,
    /// When it happened, if not now.
    pub occurred_at: Option<Timestamp>,
    /// Who or what sent it.
    pub by: Option<Arc<str>>,
    /// What it says.
    pub body: InputBody,
}

/// What an outside input says.
#[derive(Debug, Clone, PartialEq)]
pub enum InputBody {
    /// The program is published.
    Publish,
    /// The operator switches a workflow (E17).
    Switch(WorkflowId, Switching),
    /// A record is created.
    Create(ObjectId, Vec<(PropertyId, Value)>),
    /// A row is imported: it creates a record, or updates the one that has
    /// one of its unique values (X5).
    Import(Arc<str>, ObjectId, Vec<(PropertyId, Value)>),
    /// Properties are set; unknown where `None`.
    Set(Target, Vec<(PropertyId, Option<Value>)>),
    /// Two records are linked.
    Link(Target, AssociationId, Target, Option<Name>),
    /// Two records are unlinked, or a label of their link is taken away.
    Unlink(Target, AssociationId, Target, Option<Name>),
    /// An event occurs on a record, with its properties by place.
    Event(Target, EventId, Vec<Option<Value>>),
    /// A webhook was received.
    Webhook(EventId, Received),
    /// A person enrols a record (E6).
    Enroll(Target, WorkflowId),
    /// A person takes a record out.
    Unenroll(Target, WorkflowId),
    /// A record joins (true) or leaves a static segment.
    Member(Target, SegmentId, bool),
    /// A record is deleted.
    Delete(Target),
    /// A record that was deleted is there again.
    Restore(Target),
    /// A record is merged into another one, which survives (L4).
    Merge(Target, Target),
}

/// What was read of a webhook's body.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// The unique value of the record.
    pub key: Option<Raw>,
    /// What the fields of the webhook found, in their order.
    pub fields: Vec<Option<Raw>>,
    /// The identity of the body: equal bodies are one within a day (I3).
    pub body: Uid,
}

impl From<InputBody> for Input {
    fn from(body: InputBody) -> Self {
        Input {
            id: None,
            occurred_at: None,
            by: None,
            body,
        }
    }
}

/// The identity of an input whose source gave it an id, within its kind (I3).
fn given(world: World<'_>, input: &Input) -> Option<Uid> {
    let id = input.id.as_ref()?;
    let kind = kind(world, &input.body);
    Some(Uid::of(&[b"input", kind.as_bytes(), id.as_bytes()]))
}

/// By what an input is known again, and for how many seconds (I3).
fn remembered(world: World<'_>, input: &Input) -> Option<(Uid, i64)> {
    match (&input.body, given(world, input)) {
        (InputBody::Webhook(_, received), None) => {
            let (kind, body) = (kind(world, &input.body), received.body.bytes());
            Some((Uid::of(&[b"body", kind.as_bytes(), body]), DAY))
        }
        (_, given) => Some((given?, YEAR)),
    }
}

impl State {
    /// By what an input is known again, where it is (I3).
    #[must_use]
    pub fn known_by(&self, input: &Input) -> Option<Uid> {
        remembered(self.world(), input).map(|(id, _)| id)
    }
}

/// The delivery that an input begins with, or what is told where it is refused;
/// whether it is repeated is what is known from elsewhere than the state. `place`
/// gives an id to an input that has none, by the cell that it goes to.
pub(super) fn delivery(
    world: World<'_>,
    (input, repeated): (Input, bool),
    place: &mut dyn FnMut(Uid) -> Uid,
) -> Result<Delivery, What> {
    let ahead = std::time::Duration::from_secs(AHEAD);
    let latest = world.now.checked_add(ahead).unwrap_or(Timestamp::MAX);
    if input.occurred_at.is_some_and(|at| at > latest) {
        let reason = "it occurred more than five minutes ahead of now";
        return Err(What::InputRefused(reason.into()));
    }
    let id = given(world, &input).unwrap_or_else(|| place(first_cell(world, &input.body)));
    let remembered = remembered(world, &input);
    let object = expected(&input.body);
    let Input {
        id: own,
        occurred_at,
        by,
        body,
    } = input;
    let source = Source {
        id,
        own,
        occurred_at,
    };
    let (to, body) = first(world, &source, body)?;
    let (to, body) = match remembered {
        Some((seen, seconds)) => {
            let then = Box::new(body);
            let admit = Body::Admit {
                seconds,
                repeated,
                to,
                then,
            };
            (Address::Seen(seen), admit)
        }
        None => (to, body),
    };
    Ok(Delivery {
        id,
        root: id,
        chain: 1,
        from: None,
        to,
        occurred_at,
        by,
        object,
        body,
    })
}

/// Where an input comes from, and when.
struct Source {
    id: Uid,
    /// The id that its source gave it.
    own: Option<Arc<str>>,
    occurred_at: Option<Timestamp>,
}

/// Within which kind an id is told apart (I3).
fn kind(world: World<'_>, body: &InputBody) -> String {
    let event = |event: EventId| &world.prepared.program.catalog.events[event].name;
    match body {
        InputBody::Event(_, id, _) | InputBody::Webhook(id, _) => format!("event {}", event(*id)),
        InputBody::Create(..) => "create".into(),
        InputBody::Import(name, ..) => format!("import {name}"),
        InputBody::Set(..) => "set".into(),
        InputBody::Link(..) => "link".into(),
        InputBody::Unlink(..) => "unlink".into(),
        InputBody::Enroll(..) => "enroll".into(),
        InputBody::Unenroll(..) => "unenroll".into(),
        InputBody::Member(..) => "member".into(),
        InputBody::Delete(_) => "delete".into(),
        InputBody::Restore(_) => "restore".into(),
        InputBody::Merge(..) => "merge".into(),
        InputBody::Publish => "publish".into(),
        InputBody::Switch(..) => "switch".into(),
    }
}

/// The record that an input is for, where it names one.
fn target(body: &InputBody) -> Option<&Target> {
    match body {
        InputBody::Set(target, _)
        | InputBody::Link(target, ..)
        | InputBody::Unlink(target, ..)
        | InputBody::Event(target, ..)
        | InputBody::Enroll(target, _)
        | InputBody::Unenroll(target, _)
        | InputBody::Member(target, ..)
        | InputBody::Delete(target)
        | InputBody::Restore(target)
        | InputBody::Merge(_, target) => Some(target),
        InputBody::Create(..)
        | InputBody::Import(..)
        | InputBody::Webhook(..)
        | InputBody::Publish
        | InputBody::Switch(..) => None,
    }
}

/// What that record must be.
fn expected(body: &InputBody) -> Option<ObjectId> {
    Some(match target(body)? {
        Target::Id(object, _) => *object,
        Target::Key(key) => key.object,
    })
}

/// The cell by whose partition an input without an id is numbered.
fn first_cell(world: World<'_>, body: &InputBody) -> Uid {
    match (target(body), body) {
        (Some(Target::Id(_, id)), _) => *id,
        (Some(Target::Key(key)), _) => key.cell,
        (None, InputBody::Create(object, values) | InputBody::Import(_, object, values)) => {
            let values = values.iter().map(|(property, value)| (*property, value));
            let keys = keys(world, *object, values);
            let first = keys.first().map(|key| key.cell);
            first.unwrap_or_else(|| Uid::of(&[b"new"]))
        }
        (None, InputBody::Webhook(event, ..)) => {
            let name = &world.prepared.program.catalog.events[*event].name;
            Uid::of(&[b"webhook", name.as_str().as_bytes()])
        }
        (None, _) => super::alert::program(),
    }
}

/// Where an input goes first, and what it asks there.
// size: one arm for each kind of input.
fn first(world: World<'_>, source: &Source, body: InputBody) -> Result<(Address, Body), What> {
    let (writer, import, id) = (None, None, source.id);
    Ok(match body {
        InputBody::Publish => (Address::Program, Body::Publish),
        InputBody::Switch(workflow, switching) => {
            (Address::Program, Body::Switch(workflow, switching))
        }
        InputBody::Create(object, values) => {
            create(world, Claimant::New(id), (object, values, None))
        }
        InputBody::Import(import, object, values) => {
            create(world, Claimant::Either(id), (object, values, Some(import)))
        }
        InputBody::Webhook(event, received) => {
            let (target, values) = webhook(world, event, received)?;
            let occurrence = occurred(world, source, event, values);
            named(vec![target], Request::Event(occurrence))
        }
        InputBody::Set(target, values) => {
            let values = values.into_iter().map(assigned).collect();
            let request = Request::Write {
                values,
                import,
                writer,
            };
            named(vec![target], request)
        }
        InputBody::Link(target, association, other, label) => {
            // The other record is put in when it is found.
            let request = Request::Link {
                association,
                other: None,
                label,
                writer,
            };
            named(vec![other, target], request)
        }
        InputBody::Unlink(target, association, other, label) => {
            let request = Request::Unlink {
                association,
                other: id,
                label,
                writer,
            };
            named(vec![other, target], request)
        }
        InputBody::Event(target, event, values) => {
            let occurrence = occurred(world, source, event, values);
            named(vec![target], Request::Event(occurrence))
        }
        InputBody::Enroll(target, workflow) => {
            named(vec![target], Request::Enroll { workflow, writer })
        }
        InputBody::Unenroll(target, workflow) => {
            let workflow = Some(workflow);
            named(vec![target], Request::Unenroll { workflow, writer })
        }
        InputBody::Delete(target) => named(vec![target], Request::Delete(None)),
        InputBody::Restore(target) => named(vec![target], Request::Restore),
        // The other record is put in when it is found.
        InputBody::Merge(other, target) => named(vec![other, target], Request::Merge(id)),
        InputBody::Member(target, segment, joins) => {
            let request = Request::Member {
                segment,
                joins,
                writer,
            };
            named(vec![target], request)
        }
    })
}

/// To the cells of the records that an input names, the last of which it is
/// for.
fn named(targets: Vec<Target>, request: Request) -> (Address, Body) {
    let known = targets
        .iter()
        .take_while(|target| matches!(target, Target::Id(..)));
    let found: Vec<Uid> = known
        .filter_map(|target| match target {
            Target::Id(_, id) => Some(*id),
            Target::Key(_) => None,
        })
        .collect();
    let keys = targets.into_iter().skip(found.len()).collect();
    route(keys, found, Box::new(request))
}

fn create(
    world: World<'_>,
    claimant: Claimant,
    (object, values, import): (ObjectId, Vec<(PropertyId, Value)>, Option<Arc<str>>),
) -> (Address, Body) {
    let values = values
        .into_iter()
        .map(|(property, value)| assigned((property, Some(value))))
        .collect();
    let then = Request::Create {
        object,
        values,
        import,
        made: None,
    };
    creation(world, claimant, then)
}

/// To the record that comes into being, by the cells of its unique values.
pub(super) fn creation(world: World<'_>, claimant: Claimant, then: Request) -> (Address, Body) {
    let keys = match &then {
        Request::Create { object, values, .. } => {
            let known = values.iter();
            let known = known.filter_map(|write| Some((write.property, write.value.as_ref()?)));
            keys(world, *object, known)
        }
        _ => Vec::new(),
    };
    let (Claimant::New(id) | Claimant::Either(id) | Claimant::Record(id)) = claimant;
    let Some(first) = keys.first().cloned() else {
        return (Address::Record(id), Body::Request(Box::new(then)));
    };
    let claim = Claim {
        id: id.child(u32::MAX),
        keys,
        owners: Vec::new(),
        claimant,
        then,
        waiting: Vec::new(),
    };
    (Address::Key(first), Body::Claim(Box::new(claim)))
}

/// The unique values of a new record, in the order in which they are claimed.
fn keys<'v>(
    world: World<'_>,
    object: ObjectId,
    values: impl Iterator<Item = (PropertyId, &'v Value)>,
) -> Vec<Key> {
    let unique = world.prepared.unique(object);
    let mut keys: Vec<_> = values
        .filter(|(property, _)| unique.contains(property))
        .map(|(property, value)| world.key(object, property, value))
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

fn assigned((property, value): (PropertyId, Option<Value>)) -> Write {
    Write {
        property,
        op: match value {
            Some(_) => WriteOp::Set(SetOp::Assign),
            None => WriteOp::Clear,
        },
        value,
    }
}

fn occurred(
    world: World<'_>,
    source: &Source,
    event: EventId,
    values: Vec<Option<Value>>,
) -> Arc<Occurrence> {
    let own = source.own.clone();
    Arc::new(Occurrence {
        event: EventSource::Declared(event),
        id: own.unwrap_or_else(|| source.id.to_string().into()),
        occurred_at: source.occurred_at.unwrap_or(world.now),
        accepted_at: world.now,
        values,
    })
}

/// The record that a webhook is about, and the properties of its event.
fn webhook(
    world: World<'_>,
    event: EventId,
    received: Received,
) -> Result<(Target, Vec<Option<Value>>), What> {
    let catalog = &world.prepared.program.catalog;
    let declared = &catalog.events[event];
    let mut webhooks = world.prepared.program.webhooks.iter();
    let Some(plan) = webhooks.find(|plan| plan.event == event) else {
        return Err(refused(format!("`{}` is no webhook", declared.name)));
    };
    let Some((property, _)) = &plan.key else {
        return Err(refused(format!("`{}` names no record", declared.name)));
    };
    let unique = &catalog.objects[declared.object].properties[*property];
    let key = match received.key {
        None | Some(Raw::Null) => None,
        Some(raw) => coerce(&unique.ty, &raw, world.zone())
            .map_err(|misfit| refused(format!("`{}`: {misfit}", unique.name)))?,
    };
    let empty = |value: &Value| matches!(value, Value::Text(text) if text.is_empty());
    let Some(key) = key.filter(|key| !empty(key)) else {
        let what = format!("`{}` has no value", unique.name);
        let asked = format!("event {}", declared.name);
        return Err(What::NoRecord(what.into(), asked.into()));
    };
    let key = world.key(declared.object, *property, &key);
    Ok((Target::Key(key), read(world, plan, &received.fields)))
}

fn refused(reason: String) -> What {
    What::InputRefused(reason.into())
}

/// The properties of a webhook's event: what was read, what is computed from
/// it, what holds where that is unknown.
fn read(world: World<'_>, plan: &Webhook, fields: &[Option<Raw>]) -> Vec<Option<Value>> {
    let catalog = &world.prepared.program.catalog;
    let event = &catalog.events[plan.event];
    let nobody = RecordCell::new(Uid::of(&[]), event.object, 0, world.now);
    let notes = Notes::default();
    let mut values = vec![None; event.properties.len()];
    for (field, raw) in plan.fields.iter().zip(fields) {
        let ty = &event.properties[field.property].ty;
        // What does not have the form is unknown to conditions (X3).
        let value = raw
            .as_ref()
            .and_then(|raw| coerce(ty, raw, world.zone()).ok().flatten());
        let scope = Scope {
            intake: value.clone(),
            ..Scope::of(world.prepared, &nobody, world.now, &notes)
        };
        let value = match &field.then {
            Some(then) => scope.value(then),
            None => value,
        };
        let value = value.or_else(|| scope.value(field.default.as_ref()?));
        if let Some(slot) = values.get_mut(field.property.index()) {
            *slot = value;
        }
    }
    values
}
