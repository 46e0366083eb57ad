//! An input as a line of JSON, in the form of a replay without `at`. What a
//! line does is not known here.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::Candidate;

/// An input as one JSON object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line(String);

impl Line {
    /// Reads one; `None` where the text is no JSON object.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value: Value = serde_json::from_str(&self.0).unwrap_or_default();
        value.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            object @ Value::Object(_) => Ok(Line(object.to_string())),
            _ => Err(D::Error::custom("an input is an object")),
        }
    }
}

/// What a person orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// The program is published.
    Publish,
    /// A record is created, with values by property.
    Create(String, Vec<(String, String)>),
    /// Values are set; an empty one is cleared.
    Set(Candidate, Vec<(String, String)>),
    /// An event occurs on a record, with values by property.
    Event(Candidate, String, Vec<(String, String)>),
    /// A record is deleted.
    Delete(Candidate),
    /// A deleted record comes back.
    Restore(Candidate),
    /// The first record is merged into the second.
    Merge(Candidate, Candidate),
    /// A record is enrolled in a workflow.
    Enroll(Candidate, String),
    /// A record is taken out of a workflow.
    Unenroll(Candidate, String),
    /// A workflow is switched: `on`, `off`, `pause` or `resume`.
    Switch(&'static str, String),
}

impl Order {
    /// The order as a line, from whom it says.
    #[must_use]
    pub fn line(self, by: &str) -> Line {
        let (kind, body) = self.parts();
        let mut map = Map::new();
        map.insert(kind.to_owned(), body);
        map.insert("by".to_owned(), by.into());
        Line(Value::Object(map).to_string())
    }

    fn parts(self) -> (&'static str, Value) {
        match self {
            Order::Publish => ("publish", Value::Bool(true)),
            Order::Create(object, given) => ("create", keyed(object, values(given))),
            Order::Set(record, given) => (
                "set",
                json!({"record": named(&record), "to": cleared(given)}),
            ),
            Order::Event(record, name, given) => (
                "event",
                json!({"record": named(&record), "name": name, "with": values(given)}),
            ),
            Order::Delete(record) => ("delete", json!({"record": named(&record)})),
            Order::Restore(record) => ("restore", json!({"record": named(&record)})),
            Order::Merge(record, into) => (
                "merge",
                json!({"record": named(&record), "into": named(&into)}),
            ),
            Order::Enroll(record, workflow) => (
                "enroll",
                json!({"record": named(&record), "workflow": workflow}),
            ),
            Order::Unenroll(record, workflow) => (
                "unenroll",
                json!({"record": named(&record), "workflow": workflow}),
            ),
            Order::Switch(to, workflow) => (to, json!({"workflow": workflow})),
        }
    }
}

impl Line {
    /// The line with one more key beside what it says.
    #[must_use]
    pub fn with(self, key: &str, text: Option<&str>) -> Self {
        match (text, serde_json::from_str(&self.0)) {
            (Some(text), Ok(Value::Object(mut map))) => {
                map.insert(key.to_owned(), text.into());
                Line(Value::Object(map).to_string())
            }
            _ => self,
        }
    }
}

fn named(record: &Candidate) -> Value {
    keyed(record.object.clone(), json!({"id": record.id}))
}

fn keyed(key: String, value: Value) -> Value {
    Value::Object(Map::from_iter([(key, value)]))
}

fn values(given: Vec<(String, String)>) -> Value {
    let given = given.into_iter();
    Value::Object(given.map(|(key, text)| (key, text.into())).collect())
}

fn cleared(given: Vec<(String, String)>) -> Value {
    let given = given.into_iter();
    let value = |text: String| {
        if text.is_empty() {
            Value::Null
        } else {
            text.into()
        }
    };
    Value::Object(given.map(|(key, text)| (key, value(text))).collect())
}
