//! A whole program in its executable form.

use std::collections::{BTreeMap, BTreeSet};

use super::test::Test;
use super::{Carrier, Condition, Expression, StepKind, Workflow};
use crate::base::{Name, Span};
use crate::diagnostic::{Code, Finding, Findings, Level};
use crate::model::{
    Catalog, EventId, EventPropertyId, Hours, Item, MessageField, MessageId, PropertyId, SegmentId,
    Settings, WorkflowId,
};
use crate::semantic::hir::{JsonPath, Verify};

/// A program that can be run. Its lists are in the order of names.
#[derive(Debug, Clone)]
pub struct Program {
    /// The heads of all declarations.
    pub catalog: Catalog,
    /// What the project decides.
    pub settings: Settings,
    /// The derived parts of objects, in step with the catalog's.
    pub objects: Vec<ObjectPlan>,
    /// The values of constants, in step with the catalog's. One may name
    /// others, but no circle.
    pub constants: Vec<Expression>,
    /// By which of its properties the record of an event is found, in step
    /// with the catalog's events (X4).
    pub matches: Vec<Option<(EventPropertyId, PropertyId)>>,
    /// The webhooks.
    pub webhooks: Vec<Webhook>,
    /// The messages, in step with the catalog's.
    pub messages: Vec<Message>,
    /// How declared actions are carried out, in step with the catalog's;
    /// `None` for those that every project has.
    pub actions: Vec<Option<Carrier>>,
    /// The segments that follow a condition.
    pub segments: Vec<Segment>,
    /// Where the names of declarations stand.
    pub places: BTreeMap<Item, Span>,
    /// What some declaration other than itself names.
    pub named: BTreeSet<Item>,
    /// The calendars, in step with the catalog's.
    pub calendars: Vec<Hours>,
    /// What was called otherwise before, with its old name (V7).
    pub renamed: Vec<(Item, Name)>,
    pub(super) workflows: Vec<Workflow>,
    pub(super) pinned: Vec<Pinned>,
    pub(super) tests: Vec<Test>,
}

/// An older version of a workflow, on which enrolments finish (V3). Nobody is
/// enrolled on it.
#[derive(Debug, Clone)]
pub struct Pinned {
    /// The workflow.
    pub of: WorkflowId,
    /// What it was.
    pub workflow: Workflow,
}

impl Program {
    /// The workflows, in the order in which they are considered (I6).
    #[must_use]
    pub fn workflows(&self) -> &[Workflow] {
        &self.workflows
    }

    /// Older versions of them, in the order of the workflows. Each has an id
    /// of its own, behind those of the workflows.
    #[must_use]
    pub fn pinned(&self) -> &[Pinned] {
        &self.pinned
    }

    /// The tests, in the order of their names.
    #[must_use]
    pub fn tests(&self) -> &[Test] {
        &self.tests
    }

    /// A workflow, or an older version of one.
    #[must_use]
    pub fn plan(&self, id: WorkflowId) -> Option<&Workflow> {
        let behind = || id.index().checked_sub(self.workflows.len());
        self.workflows
            .get(id.index())
            .or_else(|| Some(&self.pinned.get(behind()?)?.workflow))
    }

    /// What keeps it from running: steps that are still to be written.
    #[must_use]
    pub fn placeholders(&self) -> Findings {
        let mut findings = Findings::default();
        for step in self.workflows.iter().flat_map(|workflow| &workflow.steps) {
            if let StepKind::Todo(text) = &step.kind {
                let message = format!("a placeholder cannot run: {text}");
                findings.push(
                    Finding::new(Code::Placeholder, step.span, message)
                        .at_level(Level::Error)
                        .help("write the step, or take the `todo` out"),
                );
            }
        }
        findings
    }

    /// What keeps it from running under the clock of the machine: steps whose action this version
    /// does not carry out. Replays and tests carry nothing out, and run it.
    #[must_use]
    pub fn not_carried(&self) -> Findings {
        let mut findings = Findings::default();
        for step in self.workflows.iter().flat_map(|workflow| &workflow.steps) {
            let StepKind::Do(action) = &step.kind else {
                continue;
            };
            if let Some(Some(Carrier::Builtin)) = self.actions.get(action.action.index()) {
                let name = &self.catalog.actions[action.action].name;
                let message = format!("`do {name}` is not carried out yet");
                findings.push(
                    Finding::new(Code::NotYet, step.span, message)
                        .help("replays and tests run it; nothing is sent there"),
                );
            }
        }
        findings
    }

    /// All of them, the workflows before the older versions.
    pub fn plans(&self) -> impl Iterator<Item = &Workflow> {
        let older = self.pinned.iter().map(|pinned| &pinned.workflow);
        self.workflows.iter().chain(older)
    }

    /// The workflow of which an id means a version.
    #[must_use]
    pub fn current(&self, id: WorkflowId) -> WorkflowId {
        let behind = id.index().checked_sub(self.workflows.len());
        let pinned = behind.and_then(|place| self.pinned.get(place));
        pinned.map_or(id, |pinned| pinned.of)
    }

    /// The ids of all versions of a workflow: its own, then the older ones.
    pub fn versions(&self, of: WorkflowId) -> impl Iterator<Item = WorkflowId> + use<'_> {
        let first = self.workflows.len();
        let older = self.pinned.iter().enumerate();
        let older = older.filter(move |(_, pinned)| pinned.of == of);
        let older = older.map(move |(place, _)| WorkflowId::at(first + place));
        std::iter::once(of).chain(older)
    }
}

/// The derived parts of an object.
#[derive(Debug, Clone, Default)]
pub struct ObjectPlan {
    /// The values that properties have from birth.
    pub defaults: Vec<(PropertyId, Expression)>,
    /// How computed properties are computed.
    pub computed: Vec<(PropertyId, Expression)>,
}

/// How a webhook is read.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// The event that it feeds.
    pub event: EventId,
    /// Where the id of the occurrence stands.
    pub id: Option<JsonPath>,
    /// The unique property of the record, and where its value stands.
    pub key: Option<(PropertyId, JsonPath)>,
    /// What is read.
    pub fields: Vec<WebhookField>,
    /// Who may call it; `None` where the source does not say.
    pub verify: Option<Verify>,
    /// The declaration.
    pub span: Span,
}

/// What a webhook reads into a property of its event.
#[derive(Debug, Clone)]
pub struct WebhookField {
    /// The property of the event.
    pub property: EventPropertyId,
    /// Where the value stands.
    pub path: JsonPath,
    /// What is computed from it.
    pub then: Option<Expression>,
    /// What holds where the result is unknown.
    pub default: Option<Expression>,
}

/// The texts of a message.
#[derive(Debug, Clone)]
pub struct Message {
    /// Which message.
    pub message: MessageId,
    /// Its texts.
    pub fields: Vec<(MessageField, Expression)>,
}

/// A segment that follows a condition.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Which segment.
    pub segment: SegmentId,
    /// Who is in it.
    pub condition: Condition,
}
