//! What is asked of the outside, rendered once. Who carries it out is not
//! known here.

use std::fmt;
use std::sync::Arc;

use crate::base::{Decimal, Name, Uid, print_decimal};
use crate::model::{ActionId, MessageField};

/// What is asked of the outside, rendered once (A1).
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Which action.
    pub action: ActionId,
    /// Its arguments that are known, in the order of the text.
    pub arguments: Vec<(Name, Rendered)>,
    /// The message that it sends, with its texts.
    pub message: Option<RenderedMessage>,
    /// What goes out for a declared action, by the keys of what carries it out; empty for one that
    /// every project has: there the arguments go out.
    pub sends: Vec<(Name, Rendered)>,
}

impl Call {
    /// An argument that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match find(&self.arguments, name) {
            Some(Rendered::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A part of what goes out that is known.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<&Rendered> {
        let parts = match self.sends.as_slice() {
            [] => &self.arguments,
            parts => parts,
        };
        find(parts, name).filter(|part| **part != Rendered::Null)
    }

    /// Where it goes, if it is a request.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        match self.part("url") {
            Some(Rendered::Text(text)) => Some(text),
            _ => None,
        }
    }
}

fn find<'c>(parts: &'c [(Name, Rendered)], name: &str) -> Option<&'c Rendered> {
    let found = parts.iter().find(|(own, _)| own == name);
    found.map(|(_, value)| value)
}

/// A rendered value.
#[derive(Debug, Clone, PartialEq)]
pub enum Rendered {
    /// Unknown.
    Null,
    /// Text, and what has no other form: moments, members, amounts of time.
    Text(Arc<str>),
    /// Pieces of a text, secrets among them.
    Joined(Vec<Rendered>),
    /// A number.
    Number(Decimal),
    /// True or false.
    Bool(bool),
    /// Several values.
    List(Vec<Rendered>),
    /// Values by key, in the order of the text.
    Object(Vec<(Arc<str>, Rendered)>),
    /// A record, with its unique values as they are known.
    Record(Uid, Vec<(Name, Arc<str>)>),
    /// The value of a secret, put in when it is carried out (A1).
    Secret(Name),
}

/// A rendered message.
#[derive(Debug, Clone, PartialEq)]
pub struct RenderedMessage {
    /// Its name.
    pub name: Name,
    /// The texts that are known, by field.
    pub fields: Vec<(MessageField, Arc<str>)>,
}

/// A form that no other value has.
impl fmt::Display for Rendered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rendered::Null => f.write_str("null"),
            Rendered::Text(text) => write!(f, "{text:?}"),
            Rendered::Joined(pieces) => listed(f, ("(", " + ", ")"), pieces),
            Rendered::Number(number) => f.write_str(&print_decimal(*number)),
            Rendered::Bool(is) => write!(f, "{is}"),
            Rendered::List(items) => listed(f, ("[", ", ", "]"), items),
            Rendered::Object(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(key, value)| format!("{key:?}: {value}"))
                    .collect();
                write!(f, "{{{}}}", members.join(", "))
            }
            Rendered::Record(id, names) => {
                let names: Vec<String> = names
                    .iter()
                    .map(|(name, value)| format!("{name}: {value:?}"))
                    .collect();
                write!(f, "{id} {{{}}}", names.join(", "))
            }
            Rendered::Secret(name) => write!(f, "secret({name})"),
        }
    }
}

fn listed(
    f: &mut fmt::Formatter<'_>,
    (open, between, close): (&str, &str, &str),
    items: &[Rendered],
) -> fmt::Result {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    write!(f, "{open}{}{close}", items.join(between))
}
