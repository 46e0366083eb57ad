//! Templates: workflows with parameters. What their bodies say is not known
//! here.

use super::{ObjectId, Type};
use crate::base::{Id, Name};

/// Which template.
pub type TemplateId = Id<Template>;

/// The head of a template.
#[derive(Debug, Clone)]
pub struct Template {
    /// Its name.
    pub name: Name,
    /// What its doc comment says.
    pub doc: Option<Box<str>>,
    /// The object whose records its instances take.
    pub object: ObjectId,
    /// What differs between its instances.
    pub parameters: Vec<TemplateParameter>,
}

/// A parameter of a template; each must be given.
#[derive(Debug, Clone)]
pub struct TemplateParameter {
    /// Its name.
    pub name: Name,
    /// What it stands for.
    pub kind: ParameterKind,
}

/// What a parameter of a template stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterKind {
    /// A value of a type, a message among them.
    Value(Type),
    /// A declared event or a webhook.
    Event,
    /// A segment.
    Segment,
    /// A calendar.
    Calendar,
    /// A workflow.
    Workflow,
}

impl ParameterKind {
    /// The kinds that are no types, with their words.
    pub const NAMED: [(&str, ParameterKind); 4] = [
        ("event", ParameterKind::Event),
        ("segment", ParameterKind::Segment),
        ("calendar", ParameterKind::Calendar),
        ("workflow", ParameterKind::Workflow),
    ];

    /// The kind of a word that names no type.
    #[must_use]
    pub fn named(word: &str) -> Option<ParameterKind> {
        let found = Self::NAMED.into_iter().find(|(name, _)| *name == word);
        found.map(|(_, kind)| kind)
    }

    /// The word of the declarations that it names, where it names one.
    #[must_use]
    pub fn word(&self) -> Option<&'static str> {
        match self {
            ParameterKind::Value(Type::Message) => Some("message"),
            ParameterKind::Value(_) => None,
            ParameterKind::Event => Some("event"),
            ParameterKind::Segment => Some("segment"),
            ParameterKind::Calendar => Some("calendar"),
            ParameterKind::Workflow => Some("workflow"),
        }
    }
}

impl Template {
    /// The place of a parameter.
    #[must_use]
    pub fn place(&self, name: &Name) -> Option<usize> {
        self.parameters
            .iter()
            .position(|parameter| parameter.name == *name)
    }
}
