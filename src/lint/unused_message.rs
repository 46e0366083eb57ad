//! `unused-message`: a message that nothing names.

use super::found::Found;
use super::types::has_workflow;
use crate::diagnostic::{Code, Finding};
use crate::model::Item;

pub(super) fn check(found: &mut Found<'_>) {
    let program = found.program;
    if !has_workflow(program) {
        return;
    }
    for (id, message) in program.catalog.messages.iter() {
        let item = Item::Message(id);
        let Some(span) = program.places.get(&item) else {
            continue;
        };
        if program.named.contains(&item) {
            continue;
        }
        let text = format!(
            "nothing in the program names the message `{}`",
            message.name
        );
        found.findings.push(
            Finding::new(Code::UnusedMessage, *span, text)
                .help("a step like `do send_email { to: email, message: … }` is missing, or the message is of no use"),
        );
    }
}
