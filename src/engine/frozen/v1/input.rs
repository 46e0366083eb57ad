//! Outside inputs, as a log keeps them.

use serde::{Deserialize, Serialize};

use super::value::{self, Frozen};
use crate::base::{Name, Timestamp, Uid, parse_decimal};
use crate::engine::message::Switching;
use crate::engine::prepared::Prepared;
use crate::engine::{Input as Live, InputBody, Received, Target as LiveTarget, key};
use crate::model::{
    AssociationId, EventId, Object, ObjectId, PropertyId, Raw as LiveRaw, SegmentId, Type, Value,
    WorkflowId,
};

/// An outside input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    id: Option<String>,
    occurred_at: Option<i64>,
    by: Option<String>,
    body: Body,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Body {
    Publish,
    Switch(String, String),
    Create(String, Vec<(String, Frozen)>),
    Import(String, String, Vec<(String, Frozen)>),
    Set(Target, Vec<(String, Option<Frozen>)>),
    Link(Target, String, Target, Option<String>),
    Unlink(Target, String, Target, Option<String>),
    Event(Target, String, Vec<(String, Frozen)>),
    Webhook(String, Option<Raw>, Vec<Option<Raw>>, [u8; 16]),
    Enroll(Target, String),
    Unenroll(Target, String),
    Member(Target, String, bool),
    Delete(Target),
    Restore(Target),
    Merge(Target, Target),
}

/// A record, with the name of its object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Target {
    Id(String),
    Key(String, String, String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Raw {
    Null,
    Text(String),
    Number(String),
    Bool(bool),
    List(Vec<Raw>),
    Other,
}

/// The frozen form of an input.
#[must_use]
pub fn freeze(prepared: &Prepared, input: &Live) -> Input {
    Input {
        id: input.id.as_deref().map(str::to_owned),
        occurred_at: input.occurred_at.map(Timestamp::as_microsecond),
        by: input.by.as_deref().map(str::to_owned),
        body: Names(prepared).body(&input.body),
    }
}

/// The input of a frozen form; `None` where the program no longer has what it
/// names.
#[must_use]
pub fn thaw(prepared: &Prepared, input: &Input) -> Option<Live> {
    let occurred_at = match input.occurred_at {
        Some(at) => Some(Timestamp::from_microsecond(at).ok()?),
        None => None,
    };
    Some(Live {
        id: input.id.as_deref().map(Into::into),
        occurred_at,
        by: input.by.as_deref().map(Into::into),
        body: Places(prepared).body(&input.body)?,
    })
}

/// Places → names.
#[derive(Clone, Copy)]
struct Names<'p>(&'p Prepared);

impl Names<'_> {
    fn object(&self, id: ObjectId) -> &Object {
        &self.0.program.catalog.objects[id]
    }

    fn workflow(self, id: WorkflowId) -> String {
        self.0.program.catalog.workflows[id].name.to_string()
    }

    // size: one arm for each kind of input.
    fn body(self, body: &InputBody) -> Body {
        match body {
            InputBody::Publish => Body::Publish,
            InputBody::Switch(workflow, to) => {
                Body::Switch(self.workflow(*workflow), to.word().to_owned())
            }
            InputBody::Create(object, values) => Body::Create(
                self.object(*object).name.to_string(),
                self.values(*object, values),
            ),
            InputBody::Import(import, object, values) => Body::Import(
                import.to_string(),
                self.object(*object).name.to_string(),
                self.values(*object, values),
            ),
            InputBody::Set(target, values) => Body::Set(self.target(target), {
                let object = target_object(target);
                let values = values.iter();
                values
                    .map(|(property, value)| self.set(object, *property, value.as_ref()))
                    .collect()
            }),
            InputBody::Link(one, association, other, label) => {
                let (name, label) = self.link(one, *association, label.as_ref());
                Body::Link(self.target(one), name, self.target(other), label)
            }
            InputBody::Unlink(one, association, other, label) => {
                let (name, label) = self.link(one, *association, label.as_ref());
                Body::Unlink(self.target(one), name, self.target(other), label)
            }
            InputBody::Event(target, event, values) => {
                let (name, values) = self.event(*event, values);
                Body::Event(self.target(target), name, values)
            }
            InputBody::Webhook(event, received) => Body::Webhook(
                self.0.program.catalog.events[*event].name.to_string(),
                received.key.as_ref().map(raw),
                received
                    .fields
                    .iter()
                    .map(|field| field.as_ref().map(raw))
                    .collect(),
                *received.body.bytes(),
            ),
            InputBody::Enroll(target, workflow) => {
                Body::Enroll(self.target(target), self.workflow(*workflow))
            }
            InputBody::Unenroll(target, workflow) => {
                Body::Unenroll(self.target(target), self.workflow(*workflow))
            }
            InputBody::Member(target, segment, joins) => {
                let segment = &self.0.program.catalog.segments[*segment].name;
                Body::Member(self.target(target), segment.to_string(), *joins)
            }
            InputBody::Delete(target) => Body::Delete(self.target(target)),
            InputBody::Restore(target) => Body::Restore(self.target(target)),
            InputBody::Merge(other, target) => Body::Merge(self.target(other), self.target(target)),
        }
    }

    fn values(self, object: ObjectId, values: &[(PropertyId, Value)]) -> Vec<(String, Frozen)> {
        let properties = &self.object(object).properties;
        values
            .iter()
            .map(|(id, value)| {
                let property = &properties[*id];
                (
                    property.name.to_string(),
                    value::freeze(value, &property.ty),
                )
            })
            .collect()
    }

    fn set(
        self,
        object: ObjectId,
        id: PropertyId,
        value: Option<&Value>,
    ) -> (String, Option<Frozen>) {
        let property = &self.object(object).properties[id];
        let value = value.map(|value| value::freeze(value, &property.ty));
        (property.name.to_string(), value)
    }

    fn event(self, id: EventId, values: &[Option<Value>]) -> (String, Vec<(String, Frozen)>) {
        let event = &self.0.program.catalog.events[id];
        let properties = event.properties.rows().iter().zip(values);
        let known = properties.filter_map(|(property, value)| {
            let value = value::freeze(value.as_ref()?, &property.ty);
            Some((property.name.to_string(), value))
        });
        (event.name.to_string(), known.collect())
    }

    fn link(
        self,
        one: &LiveTarget,
        association: AssociationId,
        label: Option<&Name>,
    ) -> (String, Option<String>) {
        let object = self.object(target_object(one));
        let name = object.associations[association].name.to_string();
        (name, label.map(ToString::to_string))
    }

    fn target(self, target: &LiveTarget) -> Target {
        match target {
            LiveTarget::Id(object, id) => Target::Id(format!("{} {id}", self.object(*object).name)),
            LiveTarget::Key(key) => {
                let object = self.object(key.object);
                Target::Key(
                    object.name.to_string(),
                    object.properties[key.property].name.to_string(),
                    key.value.to_string(),
                )
            }
        }
    }
}

fn target_object(target: &LiveTarget) -> ObjectId {
    match target {
        LiveTarget::Id(object, _) => *object,
        LiveTarget::Key(key) => key.object,
    }
}

fn raw(raw_value: &LiveRaw) -> Raw {
    match raw_value {
        LiveRaw::Null => Raw::Null,
        LiveRaw::Text(text) => Raw::Text(text.to_string()),
        LiveRaw::Number(number) => Raw::Number(number.to_string()),
        LiveRaw::Bool(is) => Raw::Bool(*is),
        LiveRaw::List(items) => Raw::List(items.iter().map(raw).collect()),
        LiveRaw::Other => Raw::Other,
    }
}

/// Names → places.
#[derive(Clone, Copy)]
struct Places<'p>(&'p Prepared);

impl Places<'_> {
    fn object(self, name: &str) -> Option<ObjectId> {
        self.0.program.catalog.object(&Name::new(name))
    }

    fn workflow(self, name: &str) -> Option<WorkflowId> {
        self.0.program.catalog.workflow(&Name::new(name))
    }

    fn segment(self, name: &str) -> Option<SegmentId> {
        self.0.program.catalog.segment(&Name::new(name))
    }

    // size: one arm for each kind of input.
    fn body(self, body: &Body) -> Option<InputBody> {
        Some(match body {
            Body::Publish => InputBody::Publish,
            Body::Switch(workflow, to) => {
                InputBody::Switch(self.workflow(workflow)?, Switching::parse(to)?)
            }
            Body::Create(object, values) => {
                let object = self.object(object)?;
                InputBody::Create(object, self.values(object, values)?)
            }
            Body::Import(import, object, values) => {
                let object = self.object(object)?;
                let values = self.values(object, values)?;
                InputBody::Import(import.as_str().into(), object, values)
            }
            Body::Set(target, values) => {
                let target = self.target(target)?;
                let object = target_object(&target);
                let values = values.iter().map(|(name, value)| {
                    let (id, ty) = self.property(object, name)?;
                    match value {
                        Some(value) => Some((id, Some(value::thaw(value, ty)?))),
                        None => Some((id, None)),
                    }
                });
                let values = values.collect::<Option<Vec<_>>>()?;
                InputBody::Set(target, values)
            }
            Body::Link(one, name, other, label) => {
                let (one, association, other, label) = self.link(one, name, (other, label))?;
                InputBody::Link(one, association, other, label)
            }
            Body::Unlink(one, name, other, label) => {
                let (one, association, other, label) = self.link(one, name, (other, label))?;
                InputBody::Unlink(one, association, other, label)
            }
            Body::Event(target, name, values) => {
                let (event, values) = self.event(name, values)?;
                InputBody::Event(self.target(target)?, event, values)
            }
            Body::Webhook(name, key, fields, body) => InputBody::Webhook(
                self.0.program.catalog.event(&Name::new(name))?,
                Received {
                    key: key.as_ref().and_then(thawed),
                    fields: fields
                        .iter()
                        .map(|field| field.as_ref().and_then(thawed))
                        .collect(),
                    body: Uid::from_bytes(*body),
                },
            ),
            Body::Enroll(target, workflow) => {
                InputBody::Enroll(self.target(target)?, self.workflow(workflow)?)
            }
            Body::Unenroll(target, workflow) => {
                InputBody::Unenroll(self.target(target)?, self.workflow(workflow)?)
            }
            Body::Member(target, segment, joins) => {
                InputBody::Member(self.target(target)?, self.segment(segment)?, *joins)
            }
            Body::Delete(target) => InputBody::Delete(self.target(target)?),
            Body::Restore(target) => InputBody::Restore(self.target(target)?),
            Body::Merge(other, target) => {
                InputBody::Merge(self.target(other)?, self.target(target)?)
            }
        })
    }

    fn property(&self, object: ObjectId, name: &str) -> Option<(PropertyId, &Type)> {
        let object = &self.0.program.catalog.objects[object];
        let id = object.property(name)?;
        Some((id, &object.properties[id].ty))
    }

    fn values(
        self,
        object: ObjectId,
        values: &[(String, Frozen)],
    ) -> Option<Vec<(PropertyId, Value)>> {
        let values = values.iter().map(|(name, value)| {
            let (id, ty) = self.property(object, name)?;
            Some((id, value::thaw(value, ty)?))
        });
        values.collect()
    }

    fn event(
        self,
        name: &str,
        values: &[(String, Frozen)],
    ) -> Option<(EventId, Vec<Option<Value>>)> {
        let id = self.0.program.catalog.event(&Name::new(name))?;
        let event = &self.0.program.catalog.events[id];
        let mut places = vec![None; event.properties.len()];
        for (name, value) in values {
            let property = event.property(name)?;
            let value = value::thaw(value, &event.properties[property].ty)?;
            *places.get_mut(property.index())? = Some(value);
        }
        Some((id, places))
    }

    fn link(
        self,
        one: &Target,
        name: &str,
        (other, label): (&Target, &Option<String>),
    ) -> Option<(LiveTarget, AssociationId, LiveTarget, Option<Name>)> {
        let one = self.target(one)?;
        let object = &self.0.program.catalog.objects[target_object(&one)];
        let association = object.association(name)?;
        let label = label.as_deref().map(Name::new);
        Some((one, association, self.target(other)?, label))
    }

    fn target(self, target: &Target) -> Option<LiveTarget> {
        Some(match target {
            Target::Id(text) => {
                let (object, id) = text.split_once(' ')?;
                LiveTarget::Id(self.object(object)?, Uid::parse(id)?)
            }
            Target::Key(object, property, text) => {
                let object = self.object(object)?;
                let (id, ty) = self.property(object, property)?;
                let zone = self.0.zone();
                let raw = LiveRaw::Text(text.as_str().into());
                let value = crate::model::coerce(ty, &raw, zone).ok()??;
                LiveTarget::Key(key(self.0, object, id, &value))
            }
        })
    }
}

fn thawed(frozen: &Raw) -> Option<LiveRaw> {
    Some(match frozen {
        Raw::Null => LiveRaw::Null,
        Raw::Text(text) => LiveRaw::Text(text.as_str().into()),
        Raw::Number(number) => LiveRaw::Number(parse_decimal(number)?),
        Raw::Bool(is) => LiveRaw::Bool(*is),
        Raw::List(items) => LiveRaw::List(items.iter().map(thawed).collect::<Option<_>>()?),
        Raw::Other => LiveRaw::Other,
    })
}
