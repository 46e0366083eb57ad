//! The records, page by page: those of an object, those for which a condition
//! holds. How they are shown is not known here.

mod condition;

use self::condition::Condition;
use super::wire::{Candidate, Reply, Words};
use crate::base::Timestamp;
use crate::engine::State;
use crate::engine::record::RecordCell;
use crate::host::durable::Core;
use crate::host::look;
use crate::host::replay::{self, kept};
use crate::store::disk::Disk;

/// How many records are answered at once.
const PAGE: usize = 10_000;

/// By object, then name in any case, then id.
type Place = (String, String, String);

/// The records after one of them, as many as are answered at once.
pub(super) fn page<D: Disk>(
    core: &Core<D>,
    now: Timestamp,
    (object, condition): (Option<&str>, Option<&str>),
    after: Option<&Candidate>,
) -> Reply {
    let state = core.state();
    let program = &state.prepared().program;
    let chosen = object.map(|name| replay::object(program, name)).transpose();
    let chosen = match chosen {
        Ok(chosen) => chosen,
        Err((message, help)) => return Reply::Refused(Words { message, help }),
    };
    let condition = condition.map(|text| Condition::compile(core.program(), text, chosen));
    let condition = match condition.transpose() {
        Ok(condition) => condition,
        Err(reply) => return reply,
    };
    let holds = |record: &&RecordCell| {
        chosen.is_none_or(|object| object == record.object)
            && condition
                .as_ref()
                .is_none_or(|condition| condition.holds(state, record, now))
    };
    let after = after.map(|after| {
        let name = after.name.to_lowercase();
        (after.object.clone(), name, after.id.clone())
    });
    let all = state.records().filter(holds);
    let mut all: Vec<(Place, &RecordCell)> = all
        .map(|record| (place(state, record), record))
        .filter(|(place, _)| after.as_ref().is_none_or(|after| place > after))
        .collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    Reply::Records {
        more: all.len() > PAGE,
        records: all
            .into_iter()
            .take(PAGE)
            .map(|(_, record)| kept::record(state, record))
            .collect(),
    }
}

fn place(state: &State, record: &RecordCell) -> Place {
    let objects = &state.prepared().program.catalog.objects;
    let object = objects[record.object].name.to_string();
    let name = look::name(state, record).to_lowercase();
    (object, name, record.id.to_string())
}
