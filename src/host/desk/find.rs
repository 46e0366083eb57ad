//! Records by what people call them: a unique value, an id, or how an id
//! begins, with the object before it or without. It changes nothing.

use super::wire::{Candidate, Reply};
use crate::base::{Uid, nearest};
use crate::engine::record::RecordCell;
use crate::engine::{State, key};
use crate::host::look;
use crate::model::{ObjectId, Raw, coerce};

/// How much of an id must be given.
pub(super) const PREFIX: usize = 4;

/// Among how many records it is looked for what was likely meant.
const COMPARED: usize = 100_000;

/// How many records are named at most.
const NAMED: usize = 100;

/// The records that go by a name.
pub(super) fn find(state: &State, called: &str) -> Reply {
    let mut found = matching(state, None, called);
    if let (true, Some((object, value))) = (found.is_empty(), called.split_once(':')) {
        let objects = state.prepared().program.catalog.objects.iter();
        let mut object = objects.filter(|(_, declared)| declared.name.as_str() == object);
        if let Some((object, _)) = object.next() {
            found = matching(state, Some(object), value);
        }
    }
    let near = if found.is_empty() {
        near(state, called)
    } else {
        None
    };
    found.truncate(NAMED);
    Reply::Found {
        candidates: found,
        near,
    }
}

/// A record by its names.
pub(super) fn candidate(state: &State, record: &RecordCell) -> Candidate {
    let objects = &state.prepared().program.catalog.objects;
    Candidate {
        object: objects[record.object].name.to_string(),
        name: look::name(state, record),
        id: record.id.to_string(),
    }
}

/// The records of a value, in any case if there is none in its own, else of an
/// id or its beginning.
fn matching(state: &State, object: Option<ObjectId>, called: &str) -> Vec<Candidate> {
    let mut ids = owners(state, object, called);
    ids.extend(Uid::parse(called));
    let ids = ids.iter().map(|id| state.merged_into(*id));
    let records: Vec<&RecordCell> = ids.filter_map(|id| state.record(id)).collect();
    let records = records.into_iter();
    let of = |record: &&RecordCell| object.is_none_or(|object| object == record.object);
    let mut found: Vec<Candidate> = records.filter(of).map(|r| candidate(state, r)).collect();
    if found.is_empty() {
        let lower = called.to_lowercase();
        let same = |record: &RecordCell| look::name(state, record).to_lowercase() == lower;
        let all = || state.records().filter(of);
        found = candidates(state, all().filter(|record| same(record)));
        if found.is_empty() && lower.len() >= PREFIX && lower.bytes().all(|b| b.is_ascii_hexdigit())
        {
            let begins = |record: &&RecordCell| record.id.to_string().starts_with(&lower);
            found = candidates(state, all().filter(begins));
        }
    }
    found.sort();
    found.dedup();
    found
}

fn candidates<'r>(state: &State, records: impl Iterator<Item = &'r RecordCell>) -> Vec<Candidate> {
    records.map(|record| candidate(state, record)).collect()
}

/// The owners of a unique value.
fn owners(state: &State, object: Option<ObjectId>, called: &str) -> Vec<Uid> {
    let prepared = state.prepared();
    let raw = Raw::Text(called.into());
    let objects = prepared.program.catalog.objects.iter();
    let objects = objects.filter(|(id, _)| object.is_none_or(|object| object == *id));
    let owners = objects.flat_map(|(id, declared)| {
        let unique = prepared.unique(id).iter();
        unique.filter_map({
            let raw = &raw;
            move |property| {
                let ty = &declared.properties[*property].ty;
                let value = coerce(ty, raw, prepared.zone()).ok()??;
                let key = key(prepared, id, *property, &value);
                // What nobody has leads to who had it before being deleted.
                state.owner(&key).or_else(|| state.former(&key))
            }
        })
    });
    owners.collect()
}

fn near(state: &State, called: &str) -> Option<String> {
    let bare = called.split_once(':').map_or(called, |(_, value)| value);
    let records = state.records().take(COMPARED);
    let names: Vec<String> = records.map(|record| look::name(state, record)).collect();
    let names = || names.iter().map(String::as_str);
    let near = nearest(called, names()).or_else(|| nearest(bare, names()));
    near.map(str::to_owned)
}
