//! Values as a test writes them.

use crate::base::{TimeZone, Timestamp, print_decimal};
use crate::model::{Type, Value};

/// A value of a type as it is written; `None` where it has no such form.
pub(super) fn literal(value: &Value, ty: &Type) -> Option<String> {
    Some(match (value, ty) {
        (Value::Text(text), _) => quoted(text),
        (Value::Number(number), _) => print_decimal(*number),
        (Value::Bool(yes), _) => yes.to_string(),
        (Value::Date(day), _) => day.to_string(),
        (Value::Member(place), Type::Enum(members)) => members.list().get(*place)?.name.to_string(),
        (Value::Set(places), Type::Set(members)) => {
            let names = places.iter().filter_map(|place| members.list().get(*place));
            let names: Vec<&str> = names.map(|member| member.name.as_str()).collect();
            format!("({})", names.join(", "))
        }
        _ => return None,
    })
}

/// An instant as it is written, by the clocks of a zone, to the minute.
pub(super) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    let wall = zone.to_datetime(at);
    wall.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// A text in quotes, with what would be read otherwise escaped.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' | '{' | '}' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
