//! Events: what happens to records.

use super::{ObjectId, Type};
use crate::base::{Id, Name, Table};

/// Which event.
pub type EventId = Id<Event>;
/// Which property of an event.
pub type EventPropertyId = Id<EventProperty>;

/// A declared event, or that of a webhook.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its name.
    pub name: Name,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// The object whose records have it.
    pub object: ObjectId,
    /// Its properties.
    pub properties: Table<EventProperty>,
    /// Whether a webhook feeds it.
    pub webhook: bool,
}

/// A property of an event. Any may be unknown, unless it has a default.
#[derive(Debug, Clone)]
pub struct EventProperty {
    /// Its name.
    pub name: Name,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// Its type.
    pub ty: Type,
    /// Whether a default makes it always known.
    pub default: bool,
}

impl Event {
    /// The property of a name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<EventPropertyId> {
        self.properties
            .iter()
            .find(|(_, property)| property.name == name)
            .map(|(id, _)| id)
    }
}

/// What every occurrence has besides its own properties.
pub const OCCURRENCE: [(&str, Type); 3] = [
    ("occurred_at", Type::Datetime),
    ("accepted_at", Type::Datetime),
    ("id", Type::String),
];

/// What an occurrence of the built-in event `action_failed` has.
#[must_use]
pub fn action_failed() -> [(&'static str, Type); 3] {
    [
        ("action", Type::String),
        ("status", Type::Number),
        ("error", Type::String),
    ]
}
