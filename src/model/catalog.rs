//! Everything that a program declares, by name and by id.

use super::{
    Action, ActionId, AssociationId, Calendar, Event, EventId, Object, ObjectId, PropertyId,
    Template, TemplateId, Type,
};
use crate::base::{Id, Lookup, Name, Table};

/// Which message.
pub type MessageId = Id<Message>;
/// Which segment.
pub type SegmentId = Id<Segment>;
/// Which workflow.
pub type WorkflowId = Id<Workflow>;
/// Which calendar.
pub type CalendarId = Id<Calendar>;
/// Which constant.
pub type ConstantId = Id<Constant>;

/// The heads of all declarations. The tables are in the order of names, so
/// that neither files nor their order decide anything.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// All objects.
    pub objects: Table<Object>,
    /// All events, those of webhooks too.
    pub events: Table<Event>,
    /// All messages.
    pub messages: Table<Message>,
    /// All segments.
    pub segments: Table<Segment>,
    /// All workflows.
    pub workflows: Table<Workflow>,
    /// All templates.
    pub templates: Table<Template>,
    /// All constants.
    pub constants: Table<Constant>,
    /// All calendars.
    pub calendars: Table<Calendar>,
    /// All actions.
    pub actions: Table<Action>,
    names: Lookup<(&'static str, Name), usize>,
}

/// The head of a message.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its name.
    pub name: Name,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// The object whose properties it may use.
    pub object: ObjectId,
    /// What it takes besides the record.
    pub parameters: Vec<MessageParameter>,
}

/// A parameter of a message.
#[derive(Debug, Clone)]
pub struct MessageParameter {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// Whether it must be given, and known.
    pub required: bool,
}

/// The parts of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageField {
    /// The subject line.
    Subject,
    /// The body as text.
    Text,
    /// The body as HTML.
    Html,
    /// The sender.
    From,
    /// Where answers go.
    ReplyTo,
}

impl MessageField {
    /// All of them, with their words.
    pub const ALL: [(&str, MessageField); 5] = [
        ("subject", MessageField::Subject),
        ("text", MessageField::Text),
        ("html", MessageField::Html),
        ("from", MessageField::From),
        ("reply_to", MessageField::ReplyTo),
    ];
}

/// The head of a segment.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Its name.
    pub name: Name,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// The object of its members.
    pub object: ObjectId,
    /// Whether it is changed by hand and by steps, not by a condition.
    pub fixed: bool,
}

/// The head of a workflow.
#[derive(Debug, Clone)]
pub struct Workflow {
    /// Its name.
    pub name: Name,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// The object whose records it takes.
    pub object: ObjectId,
}

/// The head of a constant.
#[derive(Debug, Clone)]
pub struct Constant {
    /// Its name.
    pub name: Name,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
}

/// Something declared that other things can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// An object by its name alone.
    Object(ObjectId),
    /// A property.
    Property(ObjectId, PropertyId),
    /// An association.
    Association(ObjectId, AssociationId),
    /// An event or a webhook.
    Event(EventId),
    /// A message.
    Message(MessageId),
    /// A segment.
    Segment(SegmentId),
    /// A constant.
    Constant(ConstantId),
    /// A calendar.
    Calendar(CalendarId),
    /// An action.
    Action(ActionId),
    /// A template.
    Template(TemplateId),
    /// A workflow by its name alone.
    Workflow(WorkflowId),
}

/// Adds the access by name to one table of the catalog.
macro_rules! named {
    ($($table:ident $row:ident $add:ident $find:ident $word:literal;)*) => {
        impl Catalog {
            $(
                #[doc = concat!("Adds one of the ", stringify!($table), "; the first of a name is found.")]
                pub fn $add(&mut self, row: $row) -> Id<$row> {
                    let name = row.name.clone();
                    let id = self.$table.push(row);
                    if !self.names.contains(&($word, name.clone())) {
                        self.names.insert(($word, name), id.index());
                    }
                    id
                }

                #[doc = concat!("The one of the ", stringify!($table), " that has a name.")]
                #[must_use]
                pub fn $find(&self, name: &Name) -> Option<Id<$row>> {
                    self.names.get(&($word, name.clone())).map(|index| Id::at(*index))
                }
            )*
        }
    };
}

named! {
    objects Object add_object object "object";
    events Event add_event event "event";
    messages Message add_message message "message";
    segments Segment add_segment segment "segment";
    workflows Workflow add_workflow workflow "workflow";
    templates Template add_template template "template";
    constants Constant add_constant constant "constant";
    calendars Calendar add_calendar calendar "calendar";
    actions Action add_action action "action";
}

/// What stands between the name of a declaration that is kept with an older
/// version of a workflow (V3) and the version: no name is written with it.
const OF_VERSION: char = '@';

/// The name of a declaration that is kept with an older version.
#[must_use]
pub fn kept_name(name: &Name, version: &str) -> Name {
    Name::new(&format!("{name}{OF_VERSION}{version}"))
}

/// A name as it is written, without the version that it is kept with.
#[must_use]
pub fn written(name: &str) -> &str {
    name.split_once(OF_VERSION)
        .map_or(name, |(written, _)| written)
}

/// Whether what has a name is kept with an older version, and nothing else
/// can name it.
#[must_use]
pub fn is_kept(name: &Name) -> bool {
    name.as_str().contains(OF_VERSION)
}

impl Catalog {
    /// The same as an older version of a workflow sees it: what is kept with
    /// it goes by its written name. Each is said by its word and its name here.
    #[must_use]
    pub fn seen_with(&self, kept: &[(&'static str, Name)]) -> Catalog {
        let mut seen = self.clone();
        for (word, name) in kept {
            if let Some(place) = self.names.get(&(*word, name.clone())) {
                let written = Name::new(written(name.as_str()));
                seen.names.insert((*word, written), *place);
            }
        }
        seen
    }

    /// Whether a name is declared, as what a word (`event`, `segment`, …) says.
    #[must_use]
    pub fn declares(&self, word: &'static str, name: &Name) -> bool {
        self.names.contains(&(word, name.clone()))
    }

    /// The name of an item as people write it.
    #[must_use]
    pub fn item_name(&self, item: Item) -> String {
        match item {
            Item::Object(object) => self.objects[object].name.to_string(),
            Item::Property(object, property) => {
                let object = &self.objects[object];
                format!("{}.{}", object.name, object.properties[property].name)
            }
            Item::Association(object, association) => {
                let object = &self.objects[object];
                format!("{}.{}", object.name, object.associations[association].name)
            }
            Item::Event(event) => self.events[event].name.to_string(),
            Item::Message(message) => self.messages[message].name.to_string(),
            Item::Segment(segment) => self.segments[segment].name.to_string(),
            Item::Constant(constant) => self.constants[constant].name.to_string(),
            Item::Calendar(calendar) => self.calendars[calendar].name.to_string(),
            Item::Action(action) => self.actions[action].name.to_string(),
            Item::Template(template) => self.templates[template].name.to_string(),
            Item::Workflow(workflow) => self.workflows[workflow].name.to_string(),
        }
    }
}
