//! How events are called. When one occurs is not known here.

use std::borrow::Cow;

use super::Prepared;
use crate::model::ObjectId;
use crate::semantic::hir::EventSource;

/// The name of an event as a trigger writes it.
#[must_use]
pub fn event_name<'p>(
    prepared: &'p Prepared,
    event: &EventSource,
    object: ObjectId,
) -> Cow<'p, str> {
    let catalog = &prepared.program.catalog;
    match event {
        EventSource::Declared(event) => catalog.events[*event].name.as_str().into(),
        EventSource::Changed(property) => {
            let property = &catalog.objects[object].properties[*property];
            format!("changed {}", property.name).into()
        }
        EventSource::Created => "created".into(),
        EventSource::Joined(segment) => {
            format!("joined {}", catalog.segments[*segment].name).into()
        }
        EventSource::Left(segment) => format!("left {}", catalog.segments[*segment].name).into(),
        EventSource::ActionFailed => "action_failed".into(),
    }
}
