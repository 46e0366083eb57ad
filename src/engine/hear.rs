//! What records let each other know (E13): views of a record for those that
//! are linked with it, and which of them must hear of a change.

use std::collections::{BTreeMap, BTreeSet};

use super::evaluate::{Notes, Scope};
use super::prepared::{Interest, Prepared};
use super::record::{Heard, HeardLinks, LinkEnd, RecordCell, Side};
use crate::base::{Timestamp, Uid};
use crate::model::{AssociationId, ObjectId};

/// What a record lets the one at the other end of a link know; empty where
/// nothing is read from there.
pub(super) fn view(prepared: &Prepared, cell: &RecordCell, side: Side, now: Timestamp) -> Heard {
    match interest(prepared, cell.object, side) {
        Some(interest) => of_interest(prepared, cell, interest, now),
        None => nothing(cell),
    }
}

/// The ends whose other side must hear of the difference between two states
/// of a record, with what it must hear.
pub(super) fn changed<'c>(
    prepared: &Prepared,
    before: &RecordCell,
    after: &'c RecordCell,
    now: Timestamp,
) -> Vec<(&'c LinkEnd, Heard)> {
    let sides: BTreeSet<Side> = after.ends.iter().map(|end| end.side).collect();
    // One view serves all ends of a side; most sides have no interest.
    let views: BTreeMap<Side, Heard> = sides
        .into_iter()
        .filter_map(|side| {
            let interest = interest(prepared, after.object, side)?;
            let view = of_interest(prepared, after, interest, now);
            let changed = view != of_interest(prepared, before, interest, now);
            changed.then_some((side, view))
        })
        .collect();
    if views.is_empty() {
        return Vec::new();
    }
    // A new end has got the view with its offer or acceptance.
    let old: BTreeSet<(Side, Uid)> = before
        .ends
        .iter()
        .map(|end| (end.side, end.other))
        .collect();
    let ends = after.ends.iter().map(|end| &**end);
    ends.filter(|end| old.contains(&(end.side, end.other)))
        .filter_map(|end| Some((end, views.get(&end.side)?.clone())))
        .collect()
}

/// The side from which the record at the other end sees a link.
pub(super) fn opposite(prepared: &Prepared, object: ObjectId, side: Side) -> Side {
    match side {
        Side::Own(association) => {
            named(prepared, object, association).map_or(Side::Back(object, association), Side::Own)
        }
        Side::Back(_, association) => Side::Own(association),
    }
}

/// The association at the other end, if it has a name there.
fn named(
    prepared: &Prepared,
    object: ObjectId,
    association: AssociationId,
) -> Option<AssociationId> {
    let catalog = &prepared.program.catalog;
    let association = &catalog.objects[object].associations[association];
    let name = association.inverse.as_ref()?;
    catalog.objects[association.object].association(name.as_str())
}

/// What the record at the other end of a link reads of this one.
fn interest(prepared: &Prepared, object: ObjectId, side: Side) -> Option<&Interest> {
    match side {
        Side::Own(association) => {
            let back = named(prepared, object, association)?;
            let catalog = &prepared.program.catalog;
            let other = catalog.objects[object].associations[association].object;
            prepared.interest(other, back)
        }
        Side::Back(other, association) => prepared.interest(other, association),
    }
}

fn nothing(cell: &RecordCell) -> Heard {
    Heard {
        record: cell.id,
        values: Vec::new(),
        links: Vec::new(),
    }
}

fn of_interest(
    prepared: &Prepared,
    cell: &RecordCell,
    interest: &Interest,
    now: Timestamp,
) -> Heard {
    let notes = Notes::default();
    let scope = Scope::of(prepared, cell, now, &notes);
    let values = interest.properties.iter();
    let links = interest
        .through
        .iter()
        .map(|(association, inner)| HeardLinks {
            association: *association,
            ever: cell
                .ever
                .iter()
                .filter(|(linked, _)| linked == association)
                .map(|(_, label)| label.clone())
                .collect(),
            members: cell
                .links(*association)
                .map(|end| (end.labels.clone(), narrowed(&end.heard, inner)))
                .collect(),
        });
    Heard {
        record: cell.id,
        values: values
            .filter_map(|property| Some((*property, scope.own(*property)?)))
            .collect(),
        links: links.collect(),
    }
}

/// What was heard, cut to what is of interest further on.
fn narrowed(heard: &Heard, interest: &Interest) -> Heard {
    let values = heard.values.iter();
    let links = heard.links.iter();
    Heard {
        record: heard.record,
        values: values
            .filter(|(property, _)| interest.properties.contains(property))
            .cloned()
            .collect(),
        links: links
            .filter_map(|links| {
                let inner = interest.through.get(&links.association)?;
                let members = links.members.iter();
                Some(HeardLinks {
                    association: links.association,
                    ever: links.ever.clone(),
                    members: members
                        .map(|(labels, heard)| (labels.clone(), narrowed(heard, inner)))
                        .collect(),
                })
            })
            .collect(),
    }
}
