//! The types of values.

use std::sync::Arc;

use super::{Catalog, ObjectId};
use crate::base::Name;

/// A type of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Any text.
    String,
    /// A mail address, compared in lower case.
    Email,
    /// A telephone number.
    Phone,
    /// An address on the web.
    Url,
    /// An exact decimal.
    Number,
    /// True or false.
    Bool,
    /// A day without a zone.
    Date,
    /// An instant.
    Datetime,
    /// A time of day; exists in expressions only.
    Time,
    /// An amount of time.
    Duration,
    /// One of some members.
    Enum(Members),
    /// Any subset of some members.
    Set(Members),
    /// A list of values, for `in`.
    List(Box<Type>),
    /// A record of an object.
    Record(ObjectId),
    /// A declared message.
    Message,
    /// JSON; exists in arguments only.
    Json,
    /// How a request authenticates; exists in arguments only.
    Auth,
    /// How a request is signed; exists in arguments only.
    Sign,
    /// The type of something that a finding was given for. It goes with
    /// everything, so that one mistake gives one finding.
    Broken,
}

/// The members of an enum or a set, in their declared order, which is that of
/// `<`. Two lists are the same type if they hold the same names in order.
#[derive(Debug, Clone)]
pub struct Members(Arc<[Member]>);

/// A member of an enum or a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: Name,
    /// What people are shown; the name where it has none.
    pub label: Option<Box<str>>,
}

impl Members {
    /// Members without labels.
    #[must_use]
    pub fn named(names: &[&str]) -> Self {
        names
            .iter()
            .map(|name| Member {
                name: Name::new(name),
                label: None,
            })
            .collect()
    }

    /// The members, in order.
    #[must_use]
    pub fn list(&self) -> &[Member] {
        &self.0
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|member| member.name.as_str())
    }

    /// The place of a member.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.names().position(|member| member == name)
    }

    /// Whether every member is also one of the other list.
    #[must_use]
    pub fn within(&self, other: &Members) -> bool {
        self.names().all(|name| other.position(name).is_some())
    }
}

impl FromIterator<Member> for Members {
    fn from_iter<I: IntoIterator<Item = Member>>(members: I) -> Self {
        Members(members.into_iter().collect())
    }
}

impl PartialEq for Members {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.names().eq(other.names())
    }
}
impl Eq for Members {}

impl Type {
    /// The types that a name alone stands for.
    pub const NAMED: [(&str, Type); 11] = [
        ("string", Type::String),
        ("email", Type::Email),
        ("phone", Type::Phone),
        ("url", Type::Url),
        ("number", Type::Number),
        ("bool", Type::Bool),
        ("date", Type::Date),
        ("datetime", Type::Datetime),
        ("duration", Type::Duration),
        ("message", Type::Message),
        ("json", Type::Json),
    ];

    /// The type of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Type> {
        Type::NAMED
            .into_iter()
            .find(|(word, _)| *word == name)
            .map(|(_, ty)| ty)
    }

    /// Whether values are text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self, Type::String | Type::Email | Type::Phone | Type::Url)
    }

    /// Whether values are a day or an instant.
    #[must_use]
    pub fn is_moment(&self) -> bool {
        matches!(self, Type::Date | Type::Datetime)
    }

    /// Whether `<` is defined.
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        matches!(
            self,
            Type::Number
                | Type::Date
                | Type::Datetime
                | Type::Time
                | Type::Duration
                | Type::Enum(_)
                | Type::Broken
        )
    }

    /// Whether a value of this type may stand where the other is taken.
    /// Texts go with each other: their form is checked when a value arrives.
    #[must_use]
    pub fn fits(&self, target: &Type) -> bool {
        match (self, target) {
            (Type::Broken, _) | (_, Type::Broken) => true,
            (Type::Enum(source), Type::Enum(target)) | (Type::Set(source), Type::Set(target)) => {
                source.within(target)
            }
            (Type::List(source), Type::List(target)) => source.fits(target),
            (_, Type::Json) => !matches!(
                self,
                Type::Record(_) | Type::Message | Type::Auth | Type::Sign
            ),
            _ => self == target || self.is_text() && target.is_text(),
        }
    }

    /// Whether values of the two types can be compared: one fits the other.
    #[must_use]
    pub fn compares(&self, other: &Type) -> bool {
        self.fits(other) || other.fits(self)
    }

    /// The type with an article, as a finding names it.
    #[must_use]
    pub fn describe(&self, catalog: &Catalog) -> String {
        match self {
            Type::String => "a text".into(),
            Type::Email => "an email address".into(),
            Type::Phone => "a phone number".into(),
            Type::Url => "a url".into(),
            Type::Number => "a number".into(),
            Type::Bool => "a bool".into(),
            Type::Date => "a date".into(),
            Type::Datetime => "a datetime".into(),
            Type::Time => "a time of day".into(),
            Type::Duration => "an amount of time".into(),
            Type::Enum(members) => format!("one of {}", shortened(members)),
            Type::Set(members) => format!("a set of {}", shortened(members)),
            Type::List(_) => "a list".into(),
            Type::Record(object) => format!("a record of `{}`", catalog.objects[*object].name),
            Type::Message => "a message".into(),
            Type::Json => "JSON".into(),
            Type::Auth => "an authentication, like `bearer(secret(name))`".into(),
            Type::Sign => "a signature, like `hubspot(secret(name))`".into(),
            Type::Broken => "something".into(),
        }
    }
}

/// `a, b, c`, cut after five.
fn shortened(members: &Members) -> String {
    let names: Vec<&str> = members.names().take(5).collect();
    let more = if members.list().len() > names.len() {
        ", …"
    } else {
        ""
    };
    format!("{}{more}", names.join(", "))
}
