//! Meaning → plan: expressions to flat nodes, blocks to one list of steps,
//! clauses to what the engine considers.

mod action;
mod awaited;
mod clause;
mod direct;
mod expression;
mod past;
mod record;
mod step;
mod test;
mod tie;
mod workflow;

use std::collections::BTreeSet;

use super::version::{Versions, tokens};
use super::{Message, ObjectPlan, Pinned, Program, Segment, Webhook, WebhookField};
use crate::base::{Fingerprint, Sources, Span};
use crate::model::{Item, WorkflowId};
use crate::semantic::{Valid, hir};
use crate::syntax::{cut, one_line};

/// Lowers a program. The sources give clauses and steps the text that people
/// read, and versions their tokens.
#[must_use]
pub fn lower(program: &Valid<hir::Program>, sources: &Sources) -> Program {
    Lowering {
        program: program.get(),
        sources,
    }
    .program()
}

/// What lowering reads.
#[derive(Clone, Copy)]
struct Lowering<'a> {
    program: &'a hir::Program,
    sources: &'a Sources,
}

/// What tells a version of a workflow from others.
struct VersionOf {
    /// The hash of the text that declares it.
    text: Fingerprint,
    /// That of all that stays with it besides.
    whole: Fingerprint,
    /// That of all that it is compiled from.
    version: Fingerprint,
    /// What stays with it.
    kept: Vec<Span>,
}

impl Lowering<'_> {
    fn program(self) -> Program {
        let program = self.program;
        let catalog = program.catalog.clone();
        let versions = Versions::of(program, self.sources);
        let workflows = catalog.workflows.ids().zip(&program.workflows);
        let workflows = workflows
            .map(|(id, workflow)| {
                let own = program.origins.of(Item::Workflow(id));
                self.workflow(id, workflow, self.version(&versions, id, own))
            })
            .collect();
        let pinned = self.pinned(&versions);
        Program {
            settings: program.settings.clone(),
            objects: program
                .objects
                .iter()
                .map(|body| self.object(body))
                .collect(),
            constants: program
                .constants
                .iter()
                .map(|value| self.expression(value))
                .collect(),
            matches: program.matches.clone(),
            webhooks: self.webhooks(),
            messages: self.messages(),
            actions: self.actions(),
            segments: self.segments(),
            calendars: program.calendars.clone(),
            renamed: program.renamed.clone(),
            workflows,
            pinned,
            tests: self.tests(),
            places: program.places.clone(),
            named: named(program),
            catalog,
        }
    }

    fn version(self, versions: &Versions<'_>, id: WorkflowId, own: &[hir::Origin]) -> VersionOf {
        let text = tokens(own, self.sources);
        let kept = versions.kept(own);
        let spans = kept.iter().flat_map(|item| self.program.origins.of(*item));
        VersionOf {
            text,
            whole: versions.whole(text, &kept),
            version: versions.version(Item::Workflow(id), (own, text)),
            kept: spans.map(|origin| origin.span).collect(),
        }
    }

    /// Older versions, each once, in an order that no order of files decides.
    fn pinned(self, versions: &Versions<'_>) -> Vec<Pinned> {
        let all = self.program.pinned.iter().map(|pinned| {
            let version = self.version(versions, pinned.of, &pinned.origins);
            Pinned {
                of: pinned.of,
                workflow: self.workflow(pinned.of, &pinned.workflow, version),
            }
        });
        let mut all: Vec<Pinned> = all.collect();
        all.sort_by_key(|pinned| (pinned.of, pinned.workflow.version));
        all.dedup_by_key(|pinned| (pinned.of, pinned.workflow.version));
        all
    }

    fn object(self, body: &hir::ObjectBody) -> ObjectPlan {
        let lower = |list: &[(crate::model::PropertyId, hir::Expr)]| {
            list.iter()
                .map(|(property, value)| (*property, self.expression(value)))
                .collect()
        };
        ObjectPlan {
            defaults: lower(&body.defaults),
            computed: lower(&body.computed),
        }
    }

    fn webhooks(self) -> Vec<Webhook> {
        let program = self.program;
        let webhooks = program.catalog.events.ids().zip(&program.webhooks);
        webhooks
            .filter_map(|(event, webhook)| Some(self.webhook(event, webhook.as_ref()?)))
            .collect()
    }

    fn webhook(self, event: crate::model::EventId, webhook: &hir::Webhook) -> Webhook {
        let fields = webhook.fields.iter().map(|field| WebhookField {
            property: field.property,
            path: field.path.clone(),
            then: field.then.as_ref().map(|then| self.expression(then)),
            default: field
                .default
                .as_ref()
                .map(|default| self.expression(default)),
        });
        Webhook {
            event,
            id: webhook.id.clone(),
            key: webhook.key.clone(),
            fields: fields.collect(),
            verify: webhook.verify.clone(),
            span: webhook.name,
        }
    }

    fn messages(self) -> Vec<Message> {
        let program = self.program;
        let messages = program.catalog.messages.ids().zip(&program.messages);
        messages
            .map(|(message, body)| {
                let fields = body
                    .fields
                    .iter()
                    .map(|(field, text)| (*field, self.expression(text)));
                Message {
                    message,
                    fields: fields.collect(),
                }
            })
            .collect()
    }

    fn segments(self) -> Vec<Segment> {
        let program = self.program;
        let segments = program.catalog.segments.ids().zip(&program.segments);
        segments
            .filter_map(|(segment, condition)| {
                Some(Segment {
                    segment,
                    condition: self.condition(condition.as_ref()?),
                })
            })
            .collect()
    }

    /// The text of a span on one line, as people read it.
    fn text(self, span: Span) -> String {
        one_line(self.sources.slice(span))
    }

    /// What goes when a span is taken out.
    fn cut(self, span: Span) -> Span {
        cut(self.sources.get(span.source).text(), span)
    }
}

/// What something other than itself names. Of what tests name, these are
/// segments alone: a test shows who is in one, while an event or a message that
/// only a test names does nothing in the program.
fn named(program: &hir::Program) -> BTreeSet<Item> {
    let declared = program.origins.iter().flat_map(|(item, origins)| {
        let names = origins.iter().flat_map(|origin| &origin.names);
        names.copied().filter(move |name| *name != item)
    });
    let older = program.pinned.iter().flat_map(|pinned| &pinned.origins);
    let tested = program.tested.iter().copied();
    declared
        .chain(older.flat_map(|origin| origin.names.iter().copied()))
        .chain(tested.filter(|item| matches!(item, Item::Segment(_))))
        .collect()
}
