//! `unused-event`: an event that nothing names. What comes in by a webhook is
//! decided elsewhere.

use super::found::Found;
use super::types::has_workflow;
use crate::diagnostic::{Code, Finding};
use crate::model::Item;

pub(super) fn check(found: &mut Found<'_>) {
    let program = found.program;
    if !has_workflow(program) {
        return;
    }
    for (id, event) in program.catalog.events.iter() {
        let item = Item::Event(id);
        let Some(span) = program.places.get(&item) else {
            continue;
        };
        if event.webhook || program.named.contains(&item) {
            continue;
        }
        let message = format!("nothing in the program names the event `{}`", event.name);
        found.findings.push(
            Finding::new(Code::UnusedEvent, *span, message)
                .help("a trigger like `enroll on EVENT` is missing, or the event is of no use"),
        );
    }
}
