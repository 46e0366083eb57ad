//! Bodies of declarations: every expression is typed, every shape checked.

mod action;
mod branch;
mod clause;
mod constant;
mod enroll;
mod event;
mod message;
mod object;
mod segment;
mod set;
mod step;
mod trigger;
mod wait;
mod workflow;

use super::Checked;
use super::hir::{Origins, Program};
use super::resolve::{EventTree, Resolved};
use super::types::Checker;
use crate::base::Span;
use crate::model::{Item, Settings};

/// Checks all bodies, in the order in which they depend on each other.
pub(super) fn check(resolved: Resolved<'_>, settings: &Settings, complete: bool) -> Checked {
    let Resolved {
        catalog,
        trees,
        lost,
        findings,
    } = resolved;
    let mut checker = Checker::new(&catalog, settings, &lost, complete);
    checker.findings = findings;
    let mut origins = Origins::default();
    let constants = checker.check_constants(&trees, &mut origins);
    let objects = checker.check_objects(&trees, &mut origins);
    let webhooks = checker.check_events(&trees, &mut origins);
    let messages = checker.check_messages(&trees, &mut origins);
    let segments = checker.check_segments(&trees, &mut origins);
    let workflows = checker.check_workflows(&trees, &mut origins);
    let findings = checker.findings;
    let settings = settings.clone();
    let program = Program {
        settings,
        objects,
        webhooks,
        messages,
        segments,
        constants,
        workflows,
        origins,
        catalog,
    };
    Checked { program, findings }
}

impl Checker<'_> {
    /// Notes where an item is declared and what was named since the last one.
    fn declare(&mut self, origins: &mut Origins, item: Item, span: Span) {
        let names = std::mem::take(&mut self.uses);
        origins.add(item, span, names);
    }
}

/// The span of what declares an event.
fn event_span(tree: EventTree<'_>) -> Span {
    match tree {
        EventTree::Event(event) => event.span,
        EventTree::Webhook(webhook) => webhook.span,
    }
}
