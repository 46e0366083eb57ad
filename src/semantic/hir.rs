//! The meaning: names resolved to ids, types on every expression, nothing of
//! the layout of the text but spans.

mod action;
mod awaited;
mod clause;
mod expr;
mod past;
mod record;
mod step;
mod tie;
pub mod test;
mod workflow;

pub use action::{Carrier, Command, Request};
pub use awaited::{Arm, Await, Split, Until};
pub use clause::{
    ActionHours, Alert, Breaker, DataSource, DateTrigger, Every, Exclusive, MonthDay, Schedule,
    Timing,
};
pub use expr::{
    Aggregate, EventField, Expr, ExprKind, Fact, FieldSource, Json, Occurrence, TextPart,
    TextRelation,
};
pub use past::{Happened, Past, WorkflowTest};
pub use record::{AssociationPath, Choice, Path, RecordPath, Root};
pub use step::{
    Binding, Case, Do, MatchArm, MatchTest, Moment, PastAction, Records, Set, Step, StepKind,
    Target, TargetProperty, Wait,
};
pub use tie::{Create, Tie};
pub use workflow::{
    Clause, EventSource, EventTrigger, FilterTrigger, Given, Made, Reenroll, Refinement, Workflow,
};

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Duration, Name, Span};
use crate::model::{
    Catalog, EventPropertyId, Hours, Item, MessageField, PropertyId, Settings, WorkflowId,
};

/// A whole program. Its tables run in step with those of the catalog.
#[derive(Debug, Clone)]
pub struct Program {
    /// The heads of all declarations.
    pub catalog: Catalog,
    /// What the project decides.
    pub settings: Settings,
    /// The derived parts of objects.
    pub objects: Vec<ObjectBody>,
    /// By which of its properties the record of an event is found (X4).
    pub matches: Vec<Option<(EventPropertyId, PropertyId)>>,
    /// How webhooks are read; `None` for events that are not webhooks.
    pub webhooks: Vec<Option<Webhook>>,
    /// The texts of messages.
    pub messages: Vec<MessageBody>,
    /// How declared actions are carried out; `None` for those that every project
    /// has.
    pub actions: Vec<Option<Carrier>>,
    /// The conditions of segments; `None` for static ones.
    pub segments: Vec<Option<Expr>>,
    /// The values of constants.
    pub constants: Vec<Expr>,
    /// The calendars.
    pub calendars: Vec<Hours>,
    /// The workflows.
    pub workflows: Vec<Workflow>,
    /// Older versions of them.
    pub pinned: Vec<Pinned>,
    /// What was called otherwise before, with its old name (V7).
    pub renamed: Vec<(Item, Name)>,
    /// The tests, in the order of their names.
    pub tests: Vec<test::Test>,
    /// What tests name.
    pub tested: BTreeSet<Item>,
    /// Where each item is declared, and what it names.
    pub origins: Origins,
    /// Where the names of declarations stand.
    pub places: BTreeMap<Item, Span>,
}

/// An older version of a workflow, on which enrolments finish (V3).
#[derive(Debug, Clone)]
pub struct Pinned {
    /// The workflow.
    pub of: WorkflowId,
    /// What it was.
    pub workflow: Workflow,
    /// The text that declares it, with what it names.
    pub origins: Vec<Origin>,
}

/// The derived parts of an object.
#[derive(Debug, Clone, Default)]
pub struct ObjectBody {
    /// The values that properties have from birth.
    pub defaults: Vec<(PropertyId, Expr)>,
    /// How computed properties are computed.
    pub computed: Vec<(PropertyId, Expr)>,
}

/// The texts of a message.
#[derive(Debug, Clone, Default)]
pub struct MessageBody {
    /// Its fields, in the order of [`MessageField`].
    pub fields: Vec<(MessageField, Expr)>,
}

/// How a webhook is read.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Where the id of the occurrence stands.
    pub id: Option<JsonPath>,
    /// The unique property of the record, and where its value stands.
    pub key: Option<(PropertyId, JsonPath)>,
    /// What is read.
    pub fields: Vec<WebhookField>,
    /// Who may call it.
    pub verify: Option<Verify>,
    /// Where its name stands.
    pub name: Span,
}

/// A JSONPath that was checked (RFC 9535).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath(pub Box<str>);

/// What a webhook reads into a property of its event.
#[derive(Debug, Clone)]
pub struct WebhookField {
    /// The property of the event.
    pub property: EventPropertyId,
    /// Where the value stands.
    pub path: JsonPath,
    /// What is computed from it.
    pub then: Option<Expr>,
    /// What holds where the result is unknown.
    pub default: Option<Expr>,
}

/// How a webhook's sender is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verify {
    /// Not at all.
    None,
    /// A token in the header `Authorization`.
    Bearer(Name),
    /// As Stripe signs.
    Stripe(Name),
    /// As Zoom signs.
    Zoom(Name),
    /// As HubSpot signs, version 3.
    Hubspot(Name),
    /// HMAC-SHA256 over the body.
    Hmac {
        /// The header that holds the signature.
        header: Box<str>,
        /// The name of the secret.
        secret: Name,
        /// Base64, else hexadecimal.
        base64: bool,
        /// What stands before the signature.
        prefix: Option<Box<str>>,
        /// A header with the time of signing, and how old it may be.
        timestamp: Option<(Box<str>, Duration)>,
    },
}

/// Where items are declared and what their declarations name: what the
/// version of a workflow is made of (V1).
#[derive(Debug, Clone, Default)]
pub struct Origins {
    entries: BTreeMap<Item, Vec<Origin>>,
}

/// One declaration of an item.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The text that declares it.
    pub span: Span,
    /// What it names.
    pub names: BTreeSet<Item>,
}

impl Origins {
    /// Notes a declaration.
    pub fn add(&mut self, item: Item, span: Span, names: BTreeSet<Item>) {
        self.entries
            .entry(item)
            .or_default()
            .push(Origin { span, names });
    }

    /// All items that are declared, with their declarations.
    pub fn iter(&self) -> impl Iterator<Item = (Item, &[Origin])> {
        self.entries
            .iter()
            .map(|(item, origins)| (*item, origins.as_slice()))
    }

    /// The declarations of an item.
    #[must_use]
    pub fn of(&self, item: Item) -> &[Origin] {
        self.entries.get(&item).map_or(&[], Vec::as_slice)
    }
}
