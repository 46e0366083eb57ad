//! What is known of the occurrence that has enrolled a record: what every
//! trigger asks of it is known in `only when` and in the steps.

use std::collections::BTreeSet;

use crate::base::Name;
use crate::semantic::hir::{EventTrigger, Fact, Workflow};
use crate::semantic::types::{EventScope, facts};

/// The properties of the occurrence that are known, whichever event trigger
/// fired; none where perhaps no occurrence is at hand.
pub(super) fn proven(workflow: &Workflow, at_hand: &EventScope) -> Vec<Fact> {
    let certain = at_hand
        .field("occurred_at")
        .is_some_and(|(_, _, known, _)| known);
    if !certain {
        return Vec::new();
    }
    let triggers = workflow.events.iter().map(asked);
    let common = triggers.reduce(|one, other| one.intersection(&other).cloned().collect());
    let names = common.unwrap_or_default().into_iter();
    names
        .filter_map(|name| at_hand.field(name.as_str()))
        .map(|(field, ..)| Fact::Event(field.clone()))
        .collect()
}

/// The properties that a trigger holds for known ones only.
fn asked(trigger: &EventTrigger) -> BTreeSet<Name> {
    let filter = trigger.filter.iter();
    let proven = filter.flat_map(|filter| facts(filter, true));
    let mut names: BTreeSet<Name> = proven
        .filter_map(|fact| match fact {
            Fact::Event(field) => Some(field.name),
            _ => None,
        })
        .collect();
    names.extend(trigger.from.iter().map(|_| Name::new("old")));
    names.extend(trigger.to.iter().map(|_| Name::new("new")));
    names
}
