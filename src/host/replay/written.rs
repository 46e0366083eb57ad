//! An input as the line that says it: what was taken in once can be sent again.
//! What it is sent for is not known here.

use serde_json::{Map, Value, json};

use super::line::Reader;
use super::wire::number;
use crate::base::{Timestamp, Uid};
use crate::engine::message::Switching;
use crate::engine::{Input, InputBody, Prepared, Received, Target};
use crate::model::compute::spell;
use crate::model::{EventId, ObjectId, PropertyId, Raw, Type, Value as Known};
use crate::plan::{Program, Readers};

/// Writes inputs of a program as lines.
pub(in crate::host) struct Writer<'p> {
    prepared: &'p Prepared,
    readers: Readers,
}

impl<'p> Writer<'p> {
    /// For the inputs of a program.
    pub(in crate::host) fn new(prepared: &'p Prepared) -> Self {
        Writer {
            prepared,
            readers: Readers::new(&prepared.program),
        }
    }

    /// An input that was accepted at a moment, as a line without `at`; `id` is
    /// the one that it gets where it has none. Nothing where no line says it.
    pub(in crate::host) fn line(&self, input: &Input, at: Timestamp, id: &str) -> Option<String> {
        let (kind, said) = self.body(&input.body)?;
        let mut map = Map::new();
        map.insert(kind.to_owned(), said);
        // Of a webhook without one its body counts once (I3).
        let own = !matches!(input.body, InputBody::Webhook(..));
        if let Some(id) = input.id.as_deref().or(own.then_some(id)) {
            map.insert("id".to_owned(), id.into());
        }
        let occurred = input.occurred_at.unwrap_or(at);
        map.insert("occurred_at".to_owned(), occurred.to_string().into());
        if let Some(by) = &input.by {
            map.insert("by".to_owned(), by.as_ref().into());
        }
        let text = Value::Object(map).to_string();
        let reader = Reader {
            prepared: self.prepared,
            readers: &self.readers,
            folder: std::path::Path::new(""),
        };
        // Only what is read as the same input says it.
        let read = reader.order(&text).ok()?;
        (read.body == input.body).then_some(text)
    }

    fn program(&self) -> &Program {
        &self.prepared.program
    }

    // size: one arm for each kind of input.
    fn body(&self, body: &InputBody) -> Option<(&'static str, Value)> {
        let record = |target| json!({"record": self.target(target)});
        Some(match body {
            InputBody::Publish => ("publish", Value::Bool(true)),
            InputBody::Switch(workflow, to) => {
                let kind = match to {
                    Switching::On => "on",
                    Switching::Off => "off",
                    Switching::Pause => "pause",
                    Switching::Resume => "resume",
                };
                (kind, json!({"workflow": self.workflow(*workflow)}))
            }
            InputBody::Create(object, values) => ("create", self.values(*object, values)),
            InputBody::Import(import, object, values) => {
                let values = self.values(*object, values);
                ("row", json!({"import": &**import, "values": values}))
            }
            InputBody::Set(target, values) => ("set", self.set(target, values)),
            InputBody::Link(one, ..) | InputBody::Unlink(one, ..) => {
                return self.link(object_of(one), body);
            }
            InputBody::Event(target, event, values) => {
                ("event", self.event(target, (*event, values)))
            }
            InputBody::Webhook(event, received) => ("webhook", self.webhook((*event, received))?),
            InputBody::Enroll(target, workflow) => {
                let workflow = self.workflow(*workflow);
                (
                    "enroll",
                    json!({"record": self.target(target), "workflow": workflow}),
                )
            }
            InputBody::Unenroll(target, workflow) => {
                let workflow = self.workflow(*workflow);
                (
                    "unenroll",
                    json!({"record": self.target(target), "workflow": workflow}),
                )
            }
            InputBody::Member(target, segment, joins) => {
                let segment = self.program().catalog.segments[*segment].name.as_str();
                let kind = if *joins { "add" } else { "remove" };
                (
                    kind,
                    json!({"record": self.target(target), "segment": segment}),
                )
            }
            InputBody::Delete(target) => ("delete", record(target)),
            InputBody::Restore(target) => ("restore", record(target)),
            InputBody::Merge(other, into) => (
                "merge",
                json!({"record": self.target(other), "into": self.target(into)}),
            ),
        })
    }

    fn workflow(&self, id: crate::model::WorkflowId) -> &str {
        self.program().catalog.workflows[id].name.as_str()
    }

    fn target(&self, target: &Target) -> Value {
        let objects = &self.program().catalog.objects;
        match target {
            Target::Id(object, id) => keyed(&objects[*object].name, json!({"id": id.to_string()})),
            Target::Key(key) => {
                let object = &objects[key.object];
                let property = &object.properties[key.property].name;
                keyed(&object.name, keyed(property, key.value.as_ref().into()))
            }
        }
    }

    fn known(&self, value: &Known, ty: &Type) -> Value {
        match value {
            Known::Number(exact) => number(*exact),
            Known::Bool(yes) => Value::from(*yes),
            other => Value::from(spell(other, ty, self.prepared.zone())),
        }
    }

    fn values(&self, id: ObjectId, values: &[(PropertyId, Known)]) -> Value {
        let object = &self.program().catalog.objects[id];
        let values = values.iter().map(|(id, value)| {
            let property = &object.properties[*id];
            (property.name.to_string(), self.known(value, &property.ty))
        });
        keyed(&object.name, Value::Object(values.collect()))
    }

    fn set(&self, target: &Target, values: &[(PropertyId, Option<Known>)]) -> Value {
        let object = &self.program().catalog.objects[object_of(target)];
        let values = values.iter().map(|(id, value)| {
            let property = &object.properties[*id];
            let value = value.as_ref().map(|value| self.known(value, &property.ty));
            (property.name.to_string(), value.unwrap_or_default())
        });
        let to: Map<String, Value> = values.collect();
        json!({"record": self.target(target), "to": to})
    }

    fn link(&self, object: ObjectId, body: &InputBody) -> Option<(&'static str, Value)> {
        let (kind, (one, association, other, label)) = match body {
            InputBody::Link(one, by, other, label) => ("link", (one, by, other, label)),
            InputBody::Unlink(one, by, other, label) => ("unlink", (one, by, other, label)),
            _ => return None,
        };
        let object = &self.program().catalog.objects[object];
        let by = object.associations[*association].name.as_str();
        let mut said = json!({"record": self.target(one), "as": by, "with": self.target(other)});
        if let (Some(label), Value::Object(map)) = (label, &mut said) {
            map.insert("label".to_owned(), label.as_str().into());
        }
        Some((kind, said))
    }

    fn event(&self, target: &Target, (id, values): (EventId, &[Option<Known>])) -> Value {
        let event = &self.program().catalog.events[id];
        let all = event.properties.rows().iter().zip(values);
        let known = all.filter_map(|(property, value)| {
            let value = self.known(value.as_ref()?, &property.ty);
            Some((property.name.to_string(), value))
        });
        let with: Map<String, Value> = known.collect();
        json!({"record": self.target(target), "name": event.name.as_str(), "with": with})
    }

    /// What a webhook has read of a body that nobody has kept.
    fn webhook(&self, (id, received): (EventId, &Received)) -> Option<Value> {
        let event = &self.program().catalog.events[id];
        let mut webhooks = self.program().webhooks.iter();
        let webhook = webhooks.find(|webhook| webhook.event == id)?;
        let fields = webhook.fields.iter().zip(&received.fields);
        let known = fields.filter_map(|(field, raw)| {
            let name = event.properties[field.property].name.to_string();
            Some((name, json(raw.as_ref()?)))
        });
        let fields: Map<String, Value> = known.collect();
        let mut read = json!({"fields": fields, "body": received.body.to_string()});
        if let (Some(key), Value::Object(map)) = (&received.key, &mut read) {
            map.insert("key".to_owned(), json(key));
        }
        Some(json!({"name": event.name.as_str(), "read": read}))
    }
}

/// The input of what a webhook has read, as [`Writer::line`] says it; nothing
/// where it is no such thing.
pub(super) fn received(
    program: &Program,
    id: EventId,
    (key, fields, body): (Option<&Value>, &Map<String, Value>, &str),
) -> Option<Received> {
    let event = &program.catalog.events[id];
    let mut webhooks = program.webhooks.iter();
    let webhook = webhooks.find(|webhook| webhook.event == id)?;
    let name = |field: &crate::plan::WebhookField| &event.properties[field.property].name;
    let known = |given: &String| webhook.fields.iter().any(|field| *name(field) == **given);
    if !fields.keys().all(known) {
        return None;
    }
    let read = webhook.fields.iter();
    let read = read.map(|field| fields.get(name(field).as_str()).map(crate::plan::raw));
    Some(Received {
        key: key.map(crate::plan::raw),
        fields: read.collect(),
        body: Uid::parse(body)?,
    })
}

fn object_of(target: &Target) -> ObjectId {
    match target {
        Target::Id(object, _) => *object,
        Target::Key(key) => key.object,
    }
}

fn keyed(name: &crate::base::Name, value: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_string(), value)]))
}

fn json(raw: &Raw) -> Value {
    match raw {
        Raw::Null => Value::Null,
        Raw::Text(text) => Value::from(&**text),
        Raw::Number(exact) => number(*exact),
        Raw::Bool(yes) => Value::from(*yes),
        Raw::List(items) => items.iter().map(json).collect(),
        Raw::Other => Value::Object(Map::new()),
    }
}
