//! What each kind of line holds, as an input of the engine. What the engine
//! makes of it is not known here.

use std::fs;
use std::sync::Arc;

use serde_json::Value;

use super::keys::{self, Keys};
use super::line::Reader;
use super::names::{self, Named};
use super::{Mistake, wire, written};
use crate::diagnostic::Code;
use crate::engine::message::Switching;
use crate::engine::{InputBody, Received, Target};
use crate::host::import::{self, Import, Plan};
use crate::model::{EventId, ObjectId, PropertyId, Value as Known, coerce};
use crate::plan::{Program, raw};

/// The id that a line gives its input, and the input.
type Said = (Option<Arc<str>>, InputBody);

impl Reader<'_> {
    fn program(&self) -> &Program {
        &self.prepared.program
    }

    // size: one arm for each kind of line.
    pub(super) fn body(&self, kind: &str, value: &Value) -> Result<Said, Mistake> {
        let body = match kind {
            "webhook" => return self.webhook(value),
            "publish" if *value == Value::Bool(true) => InputBody::Publish,
            "publish" => return Err(Mistake::bad("`publish` takes `true`").at("publish")),
            "create" => self.create(value)?,
            "row" => self.row(value)?,
            "set" => self.set(value)?,
            "delete" => InputBody::Delete(self.only_record("delete", value)?),
            "restore" => InputBody::Restore(self.only_record("restore", value)?),
            "merge" => self.merge(value)?,
            "link" => self.link("link", value)?,
            "unlink" => self.link("unlink", value)?,
            "event" => self.event(value)?,
            "enroll" => self.enroll("enroll", value)?,
            "unenroll" => self.enroll("unenroll", value)?,
            "add" => self.member("add", value)?,
            "remove" => self.member("remove", value)?,
            "pause" => self.switch("pause", value)?,
            "resume" => self.switch("resume", value)?,
            "on" => self.switch("on", value)?,
            _ => self.switch("off", value)?,
        };
        Ok((None, body))
    }

    fn record(&self, keys: &Keys<'_>, key: &str) -> Result<Named, Mistake> {
        names::record(self.prepared, key, keys.value(key)?)
    }

    /// That a thing belongs to the records of an object.
    fn same(&self, (what, own): (&str, ObjectId), of: ObjectId) -> Result<(), Mistake> {
        if own == of {
            return Ok(());
        }
        let name = |id: ObjectId| &self.program().catalog.objects[id].name;
        let message = format!("`{what}` belongs to `{}`, not to `{}`", name(own), name(of));
        Err(Mistake::bad(message).at(what))
    }

    fn create(&self, value: &Value) -> Result<InputBody, Mistake> {
        let example = r#"{"contact": {"email": "ada@example.com"}}"#;
        let (name, values) = keys::single("create", value, example)?;
        let object = names::object(self.program(), name)?;
        let taken = self.given((name, object), values)?;
        let properties = &self.program().catalog.objects[object].properties;
        let missing = properties.iter().find(|(id, property)| {
            property.required && !property.default && !taken.iter().any(|(given, _)| given == id)
        });
        match missing {
            Some((_, property)) => {
                let message = format!("a new `{name}` needs `{}`", property.name);
                Err(Mistake::bad(message).at(name))
            }
            None => Ok(InputBody::Create(object, taken)),
        }
    }

    /// The values of a new record; what is null is left out.
    fn given(
        &self,
        (name, object): (&str, ObjectId),
        values: &Value,
    ) -> Result<Vec<(PropertyId, Known)>, Mistake> {
        let Value::Object(given) = values else {
            return Err(Mistake::bad(format!("`{name}` takes an object of values")).at(name));
        };
        let mut taken = Vec::new();
        for (name, value) in given {
            let property = names::writable(self.program(), object, name)?;
            if let Some(value) = names::value(self.program(), (object, property), value)? {
                taken.push((property, value));
            }
        }
        Ok(taken)
    }

    fn set(&self, value: &Value) -> Result<InputBody, Mistake> {
        let keys = Keys::of("set", value, &["record", "to"])?;
        let Named { object, target } = self.record(&keys, "record")?;
        let Value::Object(given) = keys.value("to")? else {
            return Err(Mistake::bad("`to` takes an object of values").at("to"));
        };
        let mut values = Vec::new();
        for (name, value) in given {
            let property = names::writable(self.program(), object, name)?;
            let value = names::value(self.program(), (object, property), value)?;
            let declared = &self.program().catalog.objects[object].properties[property];
            if value.is_none() && declared.required {
                let message = format!("`{name}` is required: it takes no `null`");
                return Err(Mistake::bad(message).at(name));
            }
            values.push((property, value));
        }
        Ok(InputBody::Set(target, values))
    }

    /// What takes a record and nothing else.
    fn only_record(&self, kind: &'static str, value: &Value) -> Result<Target, Mistake> {
        let keys = Keys::of(kind, value, &["record"])?;
        Ok(self.record(&keys, "record")?.target)
    }

    fn merge(&self, value: &Value) -> Result<InputBody, Mistake> {
        let keys = Keys::of("merge", value, &["record", "into"])?;
        let (from, into) = (self.record(&keys, "record")?, self.record(&keys, "into")?);
        if from.object != into.object {
            let objects = &self.program().catalog.objects;
            let message = format!(
                "a `{}` is not merged into a `{}`",
                objects[from.object].name, objects[into.object].name
            );
            return Err(Mistake::bad(message).at("into"));
        }
        Ok(InputBody::Merge(from.target, into.target))
    }

    fn link(&self, kind: &'static str, value: &Value) -> Result<InputBody, Mistake> {
        let keys = Keys::of(kind, value, &["record", "as", "with", "label"])?;
        let Named { object, target } = self.record(&keys, "record")?;
        let name = keys.text("as")?;
        let association = names::association(self.program(), object, name)?;
        let other = self.record(&keys, "with")?;
        let declared = &self.program().catalog.objects[object].associations[association];
        if declared.object != other.object {
            let objects = &self.program().catalog.objects;
            let message = format!(
                "`{name}` leads to `{}`, not to `{}`",
                objects[declared.object].name, objects[other.object].name
            );
            return Err(Mistake::bad(message).at(name));
        }
        let label = keys.optional("label")?;
        let label = label
            .map(|label| names::label(self.program(), (object, association), label))
            .transpose()?;
        Ok(match kind {
            "link" => InputBody::Link(target, association, other.target, label),
            _ => InputBody::Unlink(target, association, other.target, label),
        })
    }

    fn event(&self, value: &Value) -> Result<InputBody, Mistake> {
        let keys = Keys::of("event", value, &["record", "name", "with"])?;
        let Named { object, target } = self.record(&keys, "record")?;
        let name = keys.text("name")?;
        let event = names::event(self.program(), false, name)?;
        let declared = &self.program().catalog.events[event];
        self.same((name, declared.object), object)?;
        let mut values = vec![None; declared.properties.len()];
        let given = match keys.get("with") {
            None => return Ok(InputBody::Event(target, event, values)),
            Some(Value::Object(given)) => given,
            Some(_) => return Err(Mistake::bad("`with` takes an object of values").at("with")),
        };
        for (name, value) in given {
            let property = names::event_property(self.program(), event, name)?;
            let ty = &declared.properties[property].ty;
            let value = coerce(ty, &raw(value), &self.program().settings.zone);
            let value =
                value.map_err(|misfit| Mistake::bad(format!("`{name}`: {misfit}")).at(name))?;
            if let Some(slot) = values.get_mut(property.index()) {
                *slot = value;
            }
        }
        Ok(InputBody::Event(target, event, values))
    }

    fn webhook(&self, value: &Value) -> Result<Said, Mistake> {
        let keys = Keys::of("webhook", value, &["name", "body", "read"])?;
        let event: EventId = names::event(self.program(), true, keys.text("name")?)?;
        if let Some(read) = keys.get("read") {
            return self.received(event, read).map(|body| (None, body));
        }
        let body = keys.value("body")?;
        let Some(reading) = self.readers.read(event, body) else {
            return Err(Mistake::bad("this webhook has no reader").at("webhook"));
        };
        let received = Received {
            key: reading.key,
            fields: reading.fields,
            body: wire::identity(body),
        };
        let id = reading.id.map(Into::into);
        Ok((id, InputBody::Webhook(event, received)))
    }

    fn enroll(&self, kind: &'static str, value: &Value) -> Result<InputBody, Mistake> {
        let keys = Keys::of(kind, value, &["record", "workflow"])?;
        let Named { object, target } = self.record(&keys, "record")?;
        let name = keys.text("workflow")?;
        let workflow = names::workflow(self.program(), name)?;
        let own = self.program().catalog.workflows[workflow].object;
        self.same((name, own), object)?;
        Ok(match kind {
            "enroll" => InputBody::Enroll(target, workflow),
            _ => InputBody::Unenroll(target, workflow),
        })
    }

    /// What was read of a body that nobody has kept.
    fn received(&self, event: EventId, value: &Value) -> Result<InputBody, Mistake> {
        let keys = Keys::of("read", value, &["key", "fields", "body"])?;
        let received = match keys.value("fields")? {
            Value::Object(fields) => {
                let read = (keys.get("key"), fields, keys.text("body")?);
                written::received(self.program(), event, read)
            }
            _ => None,
        };
        let received = received
            .ok_or_else(|| Mistake::bad("`read` is not what this webhook reads").at("read"))?;
        Ok(InputBody::Webhook(event, received))
    }

    /// A row of a table that was imported.
    fn row(&self, value: &Value) -> Result<InputBody, Mistake> {
        let keys = Keys::of("row", value, &["import", "values"])?;
        let import = keys.text("import")?;
        let example = r#"{"contact": {"email": "ada@example.com"}}"#;
        let (name, given) = keys::single("values", keys.value("values")?, example)?;
        let object = names::object(self.program(), name)?;
        let values = self.given((name, object), given)?;
        Ok(InputBody::Import(import.into(), object, values))
    }

    fn member(&self, kind: &'static str, value: &Value) -> Result<InputBody, Mistake> {
        let keys = Keys::of(kind, value, &["record", "segment"])?;
        let Named { object, target } = self.record(&keys, "record")?;
        let name = keys.text("segment")?;
        let segment = names::segment(self.program(), name)?;
        let own = self.program().catalog.segments[segment].object;
        self.same((name, own), object)?;
        Ok(InputBody::Member(target, segment, kind == "add"))
    }

    fn switch(&self, kind: &'static str, value: &Value) -> Result<InputBody, Mistake> {
        let keys = Keys::of(kind, value, &["workflow"])?;
        let workflow = names::workflow(self.program(), keys.text("workflow")?)?;
        let to = match kind {
            "pause" => Switching::Pause,
            "resume" => Switching::Resume,
            "on" => Switching::On,
            _ => Switching::Off,
        };
        Ok(InputBody::Switch(workflow, to))
    }

    pub(super) fn import(&self, value: &Value, by: Option<&str>) -> Result<Import, Mistake> {
        let keys = Keys::of("import", value, &["name", "object", "file", "map"])?;
        let name = keys.text("name")?;
        let object = names::object(self.program(), keys.text("object")?)?;
        let file = keys.text("file")?;
        let mut plan = Plan {
            name: name.into(),
            file: file.into(),
            object,
            by: by.map(Into::into),
            map: Vec::new(),
        };
        match keys.get("map") {
            None => {}
            Some(Value::Object(map)) => {
                for (header, property) in map {
                    let property = keys::text(header, property)?;
                    let property = names::writable(self.program(), object, property)?;
                    plan.map.push((header.clone(), property));
                }
            }
            Some(_) => return Err(Mistake::bad("`map` takes an object").at("map")),
        }
        let bad = |reason: String| {
            let message = format!("`{file}`: {reason}");
            Mistake::new(Code::BadImport, message).at(file)
        };
        let path = self.folder.join(file);
        let bytes = fs::read(&path).map_err(|error| bad(import::unreadable(&error)))?;
        import::read(&bytes, plan, self.program()).map_err(bad)
    }
}
