//! A value of a row as JSON: a text, a number, true or false, a list, nothing.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::base::print_decimal;
use crate::model::Raw;
use crate::plan::raw;

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell(pub Raw);

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        value(&self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Cell(raw(&Value::deserialize(deserializer)?)))
    }
}

fn value(of: &Raw) -> Value {
    match of {
        Raw::Null => Value::Null,
        Raw::Text(text) => Value::from(&**text),
        Raw::Number(number) => {
            let text = print_decimal(*number);
            serde_json::from_str(&text).unwrap_or(Value::from(text))
        }
        Raw::Bool(yes) => Value::from(*yes),
        Raw::List(items) => items.iter().map(value).collect(),
        // It stays what it is: nothing that a property takes.
        Raw::Other => Value::Object(serde_json::Map::new()),
    }
}
