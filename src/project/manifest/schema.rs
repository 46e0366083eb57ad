//! The JSON schema of `flow.toml`, for editors: what the declaration of the keys says. What a
//! schema cannot say, like which time zones there are, the compiler finds.

use serde_json::{Map, Value, json};

use super::keys::{ENV, Form, Holds, Key, LIFTED, Table};

/// A name of the language.
const NAME: &str = "^[a-z][a-z0-9_]{0,49}$";

/// The name of an action, a dot in it or not.
const ACTION: &str = "^[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)?$";

/// Amounts of a fixed length.
const FIXED: &str = "^[0-9]+ (seconds?|minutes?|hours?|days?|weeks?)$";

/// Amounts of any length.
const LONG: &str = "^[0-9]+ (seconds?|minutes?|hours?|days?|weeks?|months?|years?)$";

/// So often within a time.
const RATE: &str = "^[1-9][0-9]* per ([0-9]+ )?(seconds?|minutes?|hours?|days?|weeks?)$";

/// The schema, with a line at its end.
#[must_use]
pub fn schema() -> String {
    let mut properties: Map<String, Value> = Table::ALL
        .into_iter()
        .map(|table| (table.word().to_owned(), of_table(table)))
        .collect();
    let mut layer = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties.clone(),
    });
    nothing_required(&mut layer);
    let environments = json!({
        "description": "Tables that are laid over the others with `--env NAME`.",
        "type": "object",
        "additionalProperties": false,
        "patternProperties": { NAME: layer },
    });
    properties.insert(ENV.to_owned(), environments);
    let whole = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "flow.toml",
        "description": "What a project of flow says in its `flow.toml`.",
        "type": "object",
        "required": [Table::Project.word()],
        "additionalProperties": false,
        "properties": properties,
    });
    format!("{whole:#}\n")
}

fn of_table(table: Table) -> Value {
    let mut schema = match table.holds() {
        Holds::Keys(keys) => of_keys(&keys),
        Holds::Names(form) => {
            let pattern = if table == Table::Caps { ACTION } else { NAME };
            json!({
                "type": "object",
                "additionalProperties": false,
                "patternProperties": { pattern: named(&form, table) },
            })
        }
    };
    describe(&mut schema, table.about());
    schema
}

/// The value of a name. A dotted name without quotes is a table to TOML.
fn named(form: &Form, table: Table) -> Value {
    let value = of_form(form);
    if table != Table::Caps {
        return value;
    }
    let group = json!({
        "type": "object",
        "additionalProperties": false,
        "patternProperties": { NAME: value.clone() },
    });
    json!({ "anyOf": [value, group] })
}

fn of_keys(keys: &[Key]) -> Value {
    let properties: Map<String, Value> = keys
        .iter()
        .map(|key| {
            let mut schema = of_form(&key.form);
            describe(&mut schema, key.about);
            (key.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<&str> = keys
        .iter()
        .filter(|key| key.required)
        .map(|key| key.name)
        .collect();
    let mut schema = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    if let (false, Value::Object(fields)) = (required.is_empty(), &mut schema) {
        fields.insert("required".to_owned(), json!(required));
    }
    schema
}

fn of_form(form: &Form) -> Value {
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    match form {
        Form::Text => json!({ "type": "string", "minLength": 1 }),
        Form::Word(words) => json!({ "enum": words }),
        Form::Words(words) => json!({
            "type": "array",
            "items": { "enum": words },
            "uniqueItems": true,
        }),
        Form::Number(range) => {
            json!({ "type": "integer", "minimum": range.start(), "maximum": range.end() })
        }
        Form::Limit(range) => json!({
            "anyOf": [
                { "type": "integer", "minimum": range.start(), "maximum": range.end() },
                { "const": LIFTED },
            ],
        }),
        Form::Truth => json!({ "type": "boolean" }),
        Form::Time { fixed: true } => text(FIXED),
        Form::Time { fixed: false } => text(LONG),
        Form::Rate => text(RATE),
        Form::Table(keys) => of_keys(keys),
    }
}

/// What is laid over says only what differs.
fn nothing_required(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.remove("required");
            fields.values_mut().for_each(nothing_required);
        }
        Value::Array(items) => items.iter_mut().for_each(nothing_required),
        _ => {}
    }
}

fn describe(schema: &mut Value, about: &str) {
    if let Value::Object(fields) = schema {
        fields.insert("description".to_owned(), json!(about));
    }
}
