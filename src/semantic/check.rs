//! Bodies of declarations: every expression is typed, every shape checked.

mod action;
mod argument;
mod awaited;
mod body;
mod branch;
mod calendar;
mod caps;
mod clause;
mod command;
mod constant;
mod copy;
mod data_source;
mod date_trigger;
mod enroll;
mod enrolled;
mod event;
mod exclusive;
mod filters;
mod flow;
mod goto;
mod hours;
mod limit;
mod instance;
mod message;
mod object;
mod pinned;
mod places;
mod rates;
mod renamed;
mod schedule;
mod segment;
mod set;
mod split;
mod step;
mod template;
mod tie;
mod test;
mod trigger;
mod via;
mod wait;
mod workflow;

use super::hir::{Origins, Program};
use super::resolve::{EventTree, Resolved};
use super::types::Checker;
use super::{Checked, Older};
use crate::base::Span;
use crate::model::{Item, Settings};
use crate::syntax::ast::{TypeExpr, TypeKind};

/// Checks all bodies, in the order in which they depend on each other.
pub(super) fn check(
    (resolved, pinned): (Resolved<'_>, &[Older]),
    settings: &Settings,
    complete: bool,
) -> Checked {
    let Resolved {
        catalog,
        trees,
        lost,
        pinned: heads,
        seen,
        findings,
    } = resolved;
    let mut checker = Checker::new((&catalog, &seen), settings, &lost, complete);
    checker.findings = findings;
    let mut origins = Origins::default();
    let constants = checker.check_constants(&trees, &mut origins);
    let objects = checker.check_objects(&trees, &mut origins);
    let (webhooks, matches) = checker.check_events(&trees, &mut origins);
    let messages = checker.check_messages(&trees, &mut origins);
    let segments = checker.check_segments(&trees, &mut origins);
    checker.calendars = checker.check_calendars(&trees, &mut origins);
    let actions = checker.check_actions(&trees, &mut origins);
    let workflows = checker.check_workflows(&trees, &mut origins);
    let pinned = checker.check_pinned(pinned, &heads);
    checker.uses.clear();
    let tests = checker.check_tests(&trees.tests);
    let tested = std::mem::take(&mut checker.uses);
    let renamed = checker.check_renamed(&trees);
    let calendars = std::mem::take(&mut checker.calendars);
    checker.check_caps();
    let findings = checker.findings;
    let settings = settings.clone();
    let places = places::of(&catalog, &trees);
    let program = Program {
        settings,
        objects,
        matches,
        webhooks,
        messages,
        actions,
        segments,
        constants,
        calendars,
        workflows,
        pinned,
        renamed,
        tests,
        tested,
        origins,
        places,
        catalog,
    };
    Checked { program, findings }
}

impl Checker<'_> {
    /// A type that is that of a property names the property.
    fn uses_type(&mut self, ty: &TypeExpr) {
        let TypeKind::PropertyOf(object, property) = &ty.kind else {
            return;
        };
        if let Some(object) = self.catalog.object(&object.name)
            && let Some(property) = self.catalog.objects[object].property(property.name.as_str())
        {
            self.uses.insert(Item::Property(object, property));
        }
    }

    /// Notes where an item is declared and what was named since the last one.
    fn declare(&mut self, origins: &mut Origins, item: Item, span: Span) {
        let names = std::mem::take(&mut self.uses);
        origins.add(item, span, names);
        self.stand_outside();
    }
}

/// The span of what declares an event.
fn event_span(tree: EventTree<'_>) -> Span {
    match tree {
        EventTree::Event(event) => event.span,
        EventTree::Webhook(webhook) => webhook.span,
    }
}
