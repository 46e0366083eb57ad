//! The JSON form of what is no mail: a task, a notice. It knows no action by name.

use serde::{Serialize, Serializer};
use serde_json::Value;

/// Named values in the order in which they are written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fields(Vec<(String, Value)>);

impl Fields {
    /// Adds a value. A name is added once.
    pub fn put(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.0.push((name.into(), value.into()));
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// What the file of an action holds: the action's name, then its fields.
#[derive(Serialize)]
struct Action<'a> {
    action: &'a str,
    #[serde(flatten)]
    fields: &'a Fields,
}

/// An action as indented JSON that ends in a line break.
#[must_use]
pub fn json(name: &str, fields: &Fields) -> Vec<u8> {
    let action = Action {
        action: name,
        fields,
    };
    // Text and values of JSON always have a form in JSON.
    let mut bytes = serde_json::to_vec_pretty(&action).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
