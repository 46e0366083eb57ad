//! How the body of a webhook is read: the paths of its declaration, parsed
//! once. Whether a value fits its property is not known here.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json_path::JsonPath;

use super::{Program, Webhook};
use crate::base::{Decimal, Uid, parse_decimal};
use crate::model::{EventId, Raw};
use crate::semantic::hir;

/// The readers of all webhooks of a program.
#[derive(Debug, Default)]
pub struct Readers(BTreeMap<EventId, Reader>);

/// The paths of one webhook.
#[derive(Debug)]
struct Reader {
    id: Option<JsonPath>,
    key: Option<JsonPath>,
    fields: Vec<Option<JsonPath>>,
}

/// What was read of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The id of the occurrence.
    pub id: Option<String>,
    /// The unique value of the record.
    pub key: Option<Raw>,
    /// What the fields found, in their order.
    pub fields: Vec<Option<Raw>>,
}

impl Readers {
    /// Parses the paths of a program.
    #[must_use]
    pub fn new(program: &Program) -> Self {
        let webhooks = program.webhooks.iter();
        Readers(
            webhooks
                .map(|webhook| (webhook.event, Reader::new(webhook)))
                .collect(),
        )
    }

    /// Reads a body that is a text, and gives the identity of what it says:
    /// white space and the order of keys do not count. `None` where it is no
    /// JSON, or the event no webhook's.
    #[must_use]
    pub fn read_text(&self, event: EventId, body: &str) -> Option<(Reading, Uid)> {
        let body: Value = serde_json::from_str(body).ok()?;
        let identity = Uid::of(&[body.to_string().as_bytes()]);
        Some((self.read(event, &body)?, identity))
    }

    /// Reads a body; `None` where the event is no webhook's. The first node
    /// that a path finds counts (X6).
    #[must_use]
    pub fn read(&self, event: EventId, body: &Value) -> Option<Reading> {
        let reader = self.0.get(&event)?;
        let find = |path: &JsonPath| path.query(body).first().map(raw);
        Some(Reading {
            id: reader.id.as_ref().and_then(find).and_then(|raw| text(&raw)),
            key: reader.key.as_ref().and_then(find).filter(|raw| !empty(raw)),
            fields: reader
                .fields
                .iter()
                .map(|path| path.as_ref().and_then(find))
                .collect(),
        })
    }
}

impl Reader {
    fn new(webhook: &Webhook) -> Self {
        // The check of the program has parsed each of them.
        let parsed = |path: &hir::JsonPath| JsonPath::parse(&path.0).ok();
        Reader {
            id: webhook.id.as_ref().and_then(parsed),
            key: webhook.key.as_ref().and_then(|(_, path)| parsed(path)),
            fields: webhook
                .fields
                .iter()
                .map(|field| parsed(&field.path))
                .collect(),
        }
    }
}

/// A value of JSON before it has a type. Numbers stay exact; one of more than
/// 28 digits is its text.
#[must_use]
pub fn raw(value: &Value) -> Raw {
    match value {
        Value::Null => Raw::Null,
        Value::Bool(yes) => Raw::Bool(*yes),
        Value::Number(number) => {
            let text = number.to_string();
            let exact = parse_decimal(&text).or_else(|| Decimal::from_scientific(&text).ok());
            exact.map_or_else(|| Raw::Text(text.as_str().into()), Raw::Number)
        }
        Value::String(text) => Raw::Text(text.as_str().into()),
        Value::Array(items) => Raw::List(items.iter().map(raw).collect()),
        Value::Object(_) => Raw::Other,
    }
}

/// An id is text that is not empty, or a number.
fn text(raw: &Raw) -> Option<String> {
    match raw {
        Raw::Text(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Raw::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An empty value names no record.
fn empty(raw: &Raw) -> bool {
    match raw {
        Raw::Null => true,
        Raw::Text(text) => text.trim().is_empty(),
        _ => false,
    }
}
