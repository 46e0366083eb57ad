//! What records let each other know (E13): views of a record for those that
//! are linked with it, and which of them must hear of a change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::evaluate::{Notes, Scope};
use super::prepared::{Interest, Prepared, Trace};
use super::record::{Heard, HeardLinks, Kept, LinkEnd, Past, RecordCell, Seldom, Side};
use super::state::Partition;
use crate::base::{Timestamp, Uid};
use crate::model::{AssociationId, ObjectId};

/// What a record lets the one at the other end of a link know; empty where
/// nothing is read from there.
pub(super) fn view(prepared: &Prepared, cell: &RecordCell, side: Side, now: Timestamp) -> Heard {
    match interest(prepared, cell.object, side) {
        Some(interest) => of_interest(prepared, cell, interest, now),
        None => Heard::nothing(cell.id),
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
        past: past(prepared, cell, interest),
    }
}

/// What is of interest of the past of a record, and of the segments that it
/// was put in.
pub(super) fn past(prepared: &Prepared, cell: &RecordCell, interest: &Interest) -> Seldom<Past> {
    let mut past = Past::default();
    for id in &interest.traces {
        let kept = match prepared.traces.get(*id) {
            Some(Trace::Member(segment)) => {
                let is_member = cell.segments.contains(segment);
                is_member.then_some(Kept::Yes)
            }
            _ => cell.past.get(*id).cloned(),
        };
        past.set(*id, kept);
    }
    past.into()
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
        past: narrowed_past(&heard.past, interest),
    }
}

fn narrowed_past(past: &Past, interest: &Interest) -> Seldom<Past> {
    let mut own = Past::default();
    for (id, kept) in past.iter() {
        if interest.traces.contains(&id) {
            own.set(id, Some(kept.clone()));
        }
    }
    own.into()
}

/// Lets every record hear again what it had heard of the past of others, which
/// is as it stands: nothing is under way.
pub(super) fn hear_past_again(prepared: &Prepared, partitions: &mut [Arc<Partition>]) {
    if !prepared.hears_past() {
        return;
    }
    let mut news: Vec<(Uid, usize, Heard)> = Vec::new();
    let records = partitions.iter().flat_map(|of| of.records.values());
    for cell in records {
        for (place, end) in cell.ends.iter().enumerate() {
            let side = opposite(prepared, cell.object, end.side);
            let mut heard = end.heard.clone();
            let far = partition(partitions, end.other).and_then(|of| of.records.get(&end.other));
            let interest = far.and_then(|far| interest(prepared, far.object, side));
            if let Some(interest) = interest {
                refresh(prepared, partitions, (&mut heard, interest));
            }
            if heard != end.heard {
                news.push((cell.id, place, heard));
            }
        }
    }
    for (record, place, heard) in news {
        let to = record.partition(partitions.len());
        let of = partitions.get_mut(to).map(Arc::make_mut);
        let cell = of.and_then(|of| of.records.get_mut(&record));
        if let Some(end) = cell.and_then(|cell| Arc::make_mut(cell).ends.get_mut(place)) {
            Arc::make_mut(end).heard = heard;
        }
    }
}

fn partition(partitions: &[Arc<Partition>], id: Uid) -> Option<&Partition> {
    let place = id.partition(partitions.len());
    partitions.get(place).map(|partition| &**partition)
}

fn refresh(
    prepared: &Prepared,
    partitions: &[Arc<Partition>],
    (heard, of): (&mut Heard, &Interest),
) {
    let cell = partition(partitions, heard.record).and_then(|p| p.records.get(&heard.record));
    if let Some(cell) = cell {
        heard.past = past(prepared, cell, of);
    }
    for links in &mut heard.links {
        let Some(inner) = of.through.get(&links.association) else {
            continue;
        };
        for (_, member) in &mut links.members {
            refresh(prepared, partitions, (member, inner));
        }
    }
}
