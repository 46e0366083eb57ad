//! Versions: the hash of all that a workflow is compiled from (V1).

use std::collections::BTreeSet;

use crate::base::{Fingerprint, Hasher, Sources};
use crate::model::{Item, WorkflowId};
use crate::semantic::hir::Program;
use crate::syntax::hash_tokens;

/// The version of a workflow: its tokens, those of all that it names, of what
/// these name, and the project's zone. Of an object and of another workflow
/// only the name counts: what a property means is said where it is declared.
pub(super) fn version(workflow: WorkflowId, program: &Program, sources: &Sources) -> Fingerprint {
    let mut parts: Vec<(&'static str, String, Item)> = named_by(workflow, program)
        .into_iter()
        .map(|item| (kind(item), program.catalog.item_name(item), item))
        .collect();
    parts.sort();
    let mut hasher = Hasher::default();
    hasher.text(&program.settings.timezone);
    tokens(Item::Workflow(workflow), program, sources, &mut hasher);
    for (kind, name, item) in parts {
        hasher.text(kind);
        hasher.text(&name);
        if !matches!(item, Item::Workflow(_) | Item::Object(_)) {
            tokens(item, program, sources, &mut hasher);
        }
    }
    hasher.finish()
}

/// Everything that a workflow names, directly or through others.
fn named_by(workflow: WorkflowId, program: &Program) -> BTreeSet<Item> {
    let mut found = BTreeSet::new();
    let mut open = vec![Item::Workflow(workflow)];
    while let Some(item) = open.pop() {
        for origin in program.origins.of(item) {
            for name in &origin.names {
                if found.insert(*name) && !matches!(name, Item::Workflow(_)) {
                    open.push(*name);
                }
            }
        }
    }
    found.remove(&Item::Workflow(workflow));
    found
}

fn tokens(item: Item, program: &Program, sources: &Sources, hasher: &mut Hasher) {
    for origin in program.origins.of(item) {
        hash_tokens(sources.slice(origin.span), hasher);
    }
}

fn kind(item: Item) -> &'static str {
    match item {
        Item::Object(_) => "object",
        Item::Property(..) => "property",
        Item::Association(..) => "association",
        Item::Event(_) => "event",
        Item::Message(_) => "message",
        Item::Segment(_) => "segment",
        Item::Constant(_) => "const",
        Item::Action(_) => "action",
        Item::Workflow(_) => "workflow",
    }
}
