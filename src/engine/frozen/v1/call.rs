//! What was rendered for the outside, once (A1): for the log and for what is
//! kept of failures. States have a form of their own.

use serde::{Deserialize, Serialize};

use crate::base::{Decimal, Name, Uid};
use crate::engine::call::{Call as LiveCall, Rendered as LiveRendered, RenderedMessage};
use crate::engine::prepared::Prepared;
use crate::model::{MessageField, written};

/// What a declared action sends stands behind its arguments, under a name that none of them has.
pub(in crate::engine::frozen) const SENDS: &str = "";

/// What is asked of the outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    does: String,
    arguments: Vec<(String, Rendered)>,
    message: Option<Message>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Message {
    name: String,
    fields: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Rendered {
    Null,
    Text(String),
    Joined(Vec<Rendered>),
    /// The digits, how many of them stand after the point, whether it is below
    /// zero.
    Number(u128, u32, bool),
    Bool(bool),
    List(Vec<Rendered>),
    Object(Vec<(String, Rendered)>),
    Record([u8; 16], Vec<(String, String)>),
    Secret(String),
}

impl Call {
    /// The name of its action.
    #[must_use]
    pub fn action(&self) -> &str {
        &self.does
    }
}

/// The frozen form of what was rendered.
#[must_use]
pub fn freeze(prepared: &Prepared, call: &LiveCall) -> Call {
    let named = |name: &Name| name.to_string();
    let action = &prepared.program.catalog.actions[call.action];
    let each = |parts: &[(Name, LiveRendered)]| -> Vec<(String, Rendered)> {
        let parts = parts.iter();
        parts
            .map(|(name, value)| (named(name), freeze_value(value)))
            .collect()
    };
    let mut arguments = each(&call.arguments);
    if !call.sends.is_empty() {
        arguments.push((SENDS.to_owned(), Rendered::Object(each(&call.sends))));
    }
    Call {
        does: named(&action.name),
        arguments,
        message: call.message.as_ref().map(|message| Message {
            name: named(&message.name),
            fields: message
                .fields
                .iter()
                .map(|(field, text)| (word(*field).to_owned(), text.to_string()))
                .collect(),
        }),
    }
}

/// What it is for a program; `None` where that has no such action.
#[must_use]
pub fn thaw(prepared: &Prepared, call: &Call) -> Option<LiveCall> {
    let catalog = &prepared.program.catalog;
    let named = catalog.action(&Name::new(&call.does));
    // One that was kept with a version that is forgotten since (V3).
    let action = named.or_else(|| catalog.action(&Name::new(written(&call.does))))?;
    let arguments = call.arguments.iter();
    let arguments = arguments.map(|(name, value)| Some((Name::new(name), thaw_value(value)?)));
    let mut arguments = arguments.collect::<Option<Vec<_>>>()?;
    let sends = take_sends(&mut arguments);
    let message = match &call.message {
        Some(message) => Some(thaw_message(message)?),
        None => None,
    };
    Some(LiveCall {
        action,
        arguments,
        message,
        sends,
    })
}

/// What stands behind the arguments of a declared action.
pub(in crate::engine::frozen) fn take_sends(
    arguments: &mut Vec<(Name, LiveRendered)>,
) -> Vec<(Name, LiveRendered)> {
    match arguments.pop() {
        Some((name, LiveRendered::Object(parts))) if name == SENDS => {
            let parts = parts.into_iter();
            parts.map(|(key, part)| (Name::new(&key), part)).collect()
        }
        Some(argument) => {
            arguments.push(argument);
            Vec::new()
        }
        None => Vec::new(),
    }
}

fn thaw_message(message: &Message) -> Option<RenderedMessage> {
    let fields = message.fields.iter().map(|(word, text)| {
        let (_, field) = MessageField::ALL.iter().find(|(own, _)| own == word)?;
        Some((*field, text.as_str().into()))
    });
    Some(RenderedMessage {
        name: Name::new(&message.name),
        fields: fields.collect::<Option<_>>()?,
    })
}

fn word(field: MessageField) -> &'static str {
    let mut all = MessageField::ALL.iter();
    all.find(|(_, own)| *own == field)
        .map_or("", |(word, _)| word)
}

fn freeze_value(value: &LiveRendered) -> Rendered {
    let each = |values: &[LiveRendered]| values.iter().map(freeze_value).collect();
    match value {
        LiveRendered::Null => Rendered::Null,
        LiveRendered::Text(text) => Rendered::Text(text.to_string()),
        LiveRendered::Joined(pieces) => Rendered::Joined(each(pieces)),
        LiveRendered::Number(number) => Rendered::Number(
            number.mantissa().unsigned_abs(),
            number.scale(),
            number.is_sign_negative(),
        ),
        LiveRendered::Bool(is) => Rendered::Bool(*is),
        LiveRendered::List(items) => Rendered::List(each(items)),
        LiveRendered::Object(members) => Rendered::Object(
            members
                .iter()
                .map(|(key, value)| (key.to_string(), freeze_value(value)))
                .collect(),
        ),
        LiveRendered::Record(id, names) => Rendered::Record(
            *id.bytes(),
            names
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
        ),
        LiveRendered::Secret(name) => Rendered::Secret(name.to_string()),
    }
}

fn number((digits, scale): (u128, u32), below: bool) -> Option<Decimal> {
    let digits = i128::try_from(digits).ok()?;
    let mut number = Decimal::try_from_i128_with_scale(digits, scale).ok()?;
    number.set_sign_negative(below);
    Some(number)
}

fn thaw_value(value: &Rendered) -> Option<LiveRendered> {
    let each = |values: &[Rendered]| values.iter().map(thaw_value).collect::<Option<Vec<_>>>();
    Some(match value {
        Rendered::Null => LiveRendered::Null,
        Rendered::Text(text) => LiveRendered::Text(text.as_str().into()),
        Rendered::Joined(pieces) => LiveRendered::Joined(each(pieces)?),
        Rendered::Number(digits, scale, below) => {
            LiveRendered::Number(number((*digits, *scale), *below)?)
        }
        Rendered::Bool(is) => LiveRendered::Bool(*is),
        Rendered::List(items) => LiveRendered::List(each(items)?),
        Rendered::Object(members) => LiveRendered::Object(
            members
                .iter()
                .map(|(key, value)| Some((key.as_str().into(), thaw_value(value)?)))
                .collect::<Option<_>>()?,
        ),
        Rendered::Record(id, names) => LiveRendered::Record(
            Uid::from_bytes(*id),
            names
                .iter()
                .map(|(name, value)| (Name::new(name), value.as_str().into()))
                .collect(),
        ),
        Rendered::Secret(name) => LiveRendered::Secret(Name::new(name)),
    })
}
