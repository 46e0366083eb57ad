//! `unused-segment`: a segment with a condition that nothing names. A static
//! one may be for people alone.

use super::found::Found;
use super::types::has_workflow;
use crate::diagnostic::{Code, Finding};
use crate::model::Item;

pub(super) fn check(found: &mut Found<'_>) {
    let program = found.program;
    if !has_workflow(program) {
        return;
    }
    for (id, segment) in program.catalog.segments.iter() {
        let item = Item::Segment(id);
        let Some(span) = program.places.get(&item) else {
            continue;
        };
        if segment.fixed || program.named.contains(&item) {
            continue;
        }
        let message = format!(
            "nothing in the program names the segment `{}`",
            segment.name
        );
        found
            .findings
            .push(Finding::new(Code::UnusedSegment, *span, message).help(
                "if people look at it, say so before it: `// allow(unused-segment): REASON`",
            ));
    }
}
