//! Heads of events and webhooks: whose they are, and the types of their properties.

use super::{Gathered, Resolver, repeated};
use crate::diagnostic::{Code, Finding};
use crate::model::{Event, EventProperty, OCCURRENCE};
use crate::syntax::ast::{self, Ident};

/// What declares an event.
#[derive(Clone, Copy)]
pub(in crate::semantic) enum EventTree<'a> {
    Event(&'a ast::Event),
    Webhook(&'a ast::Webhook),
}

impl<'a> EventTree<'a> {
    pub(in crate::semantic) fn name(self) -> &'a Ident {
        match self {
            EventTree::Event(event) => &event.name,
            EventTree::Webhook(webhook) => &webhook.name,
        }
    }

    /// `renamed from OLD`, as often as it stands there.
    pub(in crate::semantic) fn renamed(self) -> &'a [Ident] {
        match self {
            EventTree::Event(event) => &event.renamed,
            EventTree::Webhook(webhook) => &webhook.renamed,
        }
    }

    pub(in crate::semantic) fn object(self) -> &'a Ident {
        match self {
            EventTree::Event(event) => &event.object,
            EventTree::Webhook(webhook) => &webhook.object,
        }
    }
}

/// The words of built-in events.
const BUILTIN_EVENTS: [&str; 6] = [
    "created",
    "changed",
    "joined",
    "left",
    "deleted",
    "action_failed",
];

impl<'a> Resolver<'a> {
    pub(super) fn events(&mut self, all: &Gathered<'a>) {
        for tree in &all.events {
            let Some(object) = self.object(tree.object()) else {
                self.lost.insert(tree.name().name.clone());
                continue;
            };
            let name = tree.name();
            if BUILTIN_EVENTS.contains(&name.name.as_str()) {
                self.findings.push(
                    Finding::new(
                        Code::ReservedWord,
                        name.span,
                        format!("`{}` is a built-in event", name.name),
                    )
                    .help("every object has it; give this event another name"),
                );
            }
            let mut event = Event {
                name: name.name.clone(),
                doc: None,
                object,
                properties: crate::base::Table::default(),
                webhook: matches!(tree, EventTree::Webhook(_)),
            };
            self.event_properties(&mut event, *tree);
            self.catalog.add_event(event);
            self.trees.events.push(*tree);
        }
    }

    fn event_properties(&mut self, event: &mut Event, tree: EventTree<'a>) {
        type Row<'r> = (&'r Ident, &'r ast::TypeExpr, &'r ast::Doc, bool);
        let rows: Vec<Row<'_>> = match tree {
            EventTree::Event(tree) => {
                event.doc.clone_from(&tree.doc);
                tree.properties
                    .iter()
                    .map(|property| (&property.name, &property.ty, &property.doc, false))
                    .collect()
            }
            EventTree::Webhook(tree) => {
                event.doc.clone_from(&tree.doc);
                let fields = tree.fields.iter();
                fields
                    .map(|field| (&field.name, &field.ty, &field.doc, field.default.is_some()))
                    .collect()
            }
        };
        let mut firsts: Vec<&Ident> = Vec::new();
        for (name, ty, doc, default) in rows {
            if let Some(first) = firsts.iter().find(|first| first.name == name.name) {
                self.findings
                    .push(repeated(name, "the event has", Some(first.span)));
                continue;
            }
            firsts.push(name);
            if OCCURRENCE.iter().any(|(word, _)| name.name == *word) && name.name != "id" {
                self.findings.push(
                    repeated(name, "the event has", None)
                        .help("every occurrence has it; choose another name"),
                );
                continue;
            }
            let ty = self.value_type(ty, event.webhook);
            event.properties.push(EventProperty {
                name: name.name.clone(),
                doc: doc.clone(),
                ty,
                default,
            });
        }
    }
}
