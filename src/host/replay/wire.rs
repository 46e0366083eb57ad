//! JSON at the edges of the host: the identity of a body, rendered requests
//! and what is kept. It reads no line.

use std::borrow::Cow;

use serde_json::Value;

use crate::base::Uid;
use crate::connector::outbox::{Fields, json};
use crate::engine::decision::Rendered;

/// A text as JSON writes it.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// The identity of a body: white space and the order of keys do not count.
pub(super) fn identity(body: &Value) -> Uid {
    Uid::of(&[body.to_string().as_bytes()])
}

/// Something rendered as JSON; secrets keep their names.
pub(crate) fn value(rendered: &Rendered) -> Value {
    match rendered {
        Rendered::Null => Value::Null,
        Rendered::Text(text) => Value::from(&**text),
        Rendered::Joined(pieces) => {
            let texts = pieces.iter().map(|piece| match value(piece) {
                Value::String(text) => text,
                other => other.to_string(),
            });
            Value::from(texts.collect::<String>())
        }
        Rendered::Number(number) => self::number(*number),
        Rendered::Bool(yes) => Value::from(*yes),
        Rendered::List(items) => items.iter().map(value).collect(),
        Rendered::Object(members) => {
            let members = members.iter();
            let members = members.map(|(key, member)| (key.to_string(), value(member)));
            Value::Object(members.collect())
        }
        Rendered::Record(id, names) => {
            let unique = names.first().map(|(_, value)| value.to_string());
            Value::from(unique.unwrap_or_else(|| id.to_string()))
        }
        Rendered::Secret(name) => Value::from(format!("secret({name})")),
    }
}

/// A number as it is.
pub(super) fn number(number: crate::base::Decimal) -> Value {
    let text = crate::base::print_decimal(number);
    serde_json::from_str(&text).unwrap_or(Value::from(text))
}

/// What is asked of an action, as the file of the outbox holds it.
pub(crate) fn request(name: &str, fields: &[(String, Rendered)]) -> Vec<u8> {
    let mut shown = Fields::default();
    for (name, field) in fields {
        shown.put(name.clone(), value(field));
    }
    json(name, &shown)
}

/// A flat object of texts in the order of its names; a name that comes again
/// makes a list of all its values.
#[derive(Default)]
pub(super) struct Flat<'t>(Vec<Field<'t>>);

/// A field with its first value and the others.
type Field<'t> = (&'static str, Cow<'t, str>, Vec<Cow<'t, str>>);

impl<'t> Flat<'t> {
    pub(super) fn put(&mut self, name: &'static str, value: impl Into<Cow<'t, str>>) {
        self.0.push((name, value.into(), Vec::new()));
    }

    /// Adds a value to those of a name that may have several.
    pub(super) fn add(&mut self, name: &'static str, value: Cow<'t, str>) {
        match self.0.iter_mut().find(|(other, ..)| *other == name) {
            Some((.., more)) => more.push(value),
            None => self.put(name, value),
        }
    }

    /// Adds its fields to those of an object that has some.
    pub(super) fn write(&self, into: &mut Vec<u8>) {
        for (name, first, more) in &self.0 {
            into.extend_from_slice(b",\"");
            into.extend_from_slice(name.as_bytes());
            into.extend_from_slice(b"\":");
            if more.is_empty() && !MANY.contains(name) {
                text(first, into);
                continue;
            }
            into.push(b'[');
            text(first, into);
            for value in more {
                into.push(b',');
                text(value, into);
            }
            into.push(b']');
        }
    }
}

/// Adds a text as JSON writes it.
pub(super) fn text(text: &str, into: &mut Vec<u8>) {
    // A text always has a form in JSON, and writing to memory does not fail.
    let _ = serde_json::to_writer(into, text);
}

/// The fields of the history that may stand several times: always lists.
const MANY: [&str; 3] = ["read", "with", "note"];
