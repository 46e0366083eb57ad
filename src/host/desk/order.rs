//! Orders: what they bring, and what came of it. What an input does is not
//! known here.

use std::collections::BTreeSet;

use super::rows::rows;
use super::wire::{Ask, Batch, Imported, Line, Reply, Words};
use super::{outcome, retry};
use crate::base::Uid;
use crate::engine::decision::Answer;
use crate::engine::{Effects, Event, Input, InputBody, State, key};
use crate::host::durable::Core;
use crate::host::replay;
use crate::store::disk::Disk;

/// What an order brings.
pub(super) fn events<D: Disk>(core: &Core<D>, ask: &Ask) -> Result<Vec<Event>, Reply> {
    let event = |input: Input| Event::Input(Box::new(input));
    match ask {
        Ask::Take { inputs } => Ok(read(core, inputs)?.into_iter().map(event).collect()),
        Ask::Import(batch) => Ok(table(core, batch)?
            .into_iter()
            .flatten()
            .map(event)
            .collect()),
        Ask::Retry { actions, by } => retry::events(core, actions, by.as_deref()),
        _ => Err(Reply::refused("a question is no order")),
    }
}

/// What came of it.
pub(super) fn answered<D: Disk>(core: &Core<D>, ask: &Ask, effects: Vec<Effects>) -> Reply {
    let actions = effects.iter().map(|effects| effects.actions.len()).sum();
    match ask {
        Ask::Take { inputs } => match read(core, inputs) {
            Ok(inputs) => {
                let all = inputs.iter().zip(&effects);
                Reply::Taken {
                    outcomes: all
                        .map(|(input, effects)| outcome::of(core.state(), input, effects))
                        .collect(),
                    actions,
                }
            }
            Err(reply) => reply,
        },
        Ask::Import(batch) => {
            let read = || table(core, batch).map(|rows| imported(core.state(), (&rows, &effects)));
            match all_in(batch, &effects).map_or_else(read, Ok) {
                Ok(imported) => Reply::Imported(Imported {
                    actions,
                    ..imported
                }),
                Err(reply) => reply,
            }
        }
        Ask::Retry { actions: keys, .. } => Reply::Taken {
            outcomes: retry::outcomes(core, keys, &effects),
            actions,
        },
        _ => Reply::refused("this is no order"),
    }
}

fn read<D: Disk>(core: &Core<D>, inputs: &[Line]) -> Result<Vec<Input>, Reply> {
    let texts = inputs.iter().map(Line::text);
    replay::orders(texts, core.state().prepared())
        .map_err(|(message, help)| Reply::Refused(Words { message, help }))
}

/// The rows of a table, each as an input or the reason why it is none.
fn table<D: Disk>(core: &Core<D>, batch: &Batch) -> Result<Vec<Result<Input, String>>, Reply> {
    rows(&core.state().prepared().program, batch)
        .map_err(|(message, help)| Reply::Refused(Words { message, help }))
}

/// What came of a table of which every row went in now: it need not be read
/// again.
fn all_in(batch: &Batch, effects: &[Effects]) -> Option<Imported> {
    let mut imported = Imported::default();
    for effects in effects {
        match effects.answer {
            Some(Answer::Created(_)) => imported.created += 1,
            Some(Answer::Accepted(_)) => imported.updated += 1,
            _ => return None,
        }
    }
    (effects.len() == batch.rows.len()).then_some(imported)
}

fn imported(state: &State, (rows, effects): (&[Result<Input, String>], &[Effects])) -> Imported {
    let mut imported = Imported::default();
    let mut effects = effects.iter();
    for (place, row) in rows.iter().enumerate() {
        let row = match row {
            Ok(row) => row,
            Err(reason) => {
                imported.rejects.push((place, reason.clone()));
                continue;
            }
        };
        match effects.next().and_then(|effects| effects.answer.as_ref()) {
            Some(Answer::Created(_)) => imported.created += 1,
            Some(Answer::Duplicate) if went_in(state, row) => imported.before += 1,
            Some(Answer::Duplicate) => {
                let reason = "it was refused before: change it, or give the import another name";
                imported.rejects.push((place, reason.into()));
            }
            Some(Answer::Refused(reason) | Answer::NoRecord(reason)) => {
                imported.rejects.push((place, reason.to_string()));
            }
            Some(Answer::Accepted(_) | Answer::Released) | None => imported.updated += 1,
        }
    }
    imported
}

/// Whether a row that came before went in: of its unique values, if it has any,
/// one record has what is still had.
fn went_in(state: &State, row: &Input) -> bool {
    let InputBody::Import(_, object, values) = &row.body else {
        return true;
    };
    let prepared = state.prepared();
    let unique = prepared.unique(*object);
    let unique = values.iter().filter(|(id, _)| unique.contains(id));
    let owners = unique
        .clone()
        .filter_map(|(id, value)| state.owner(&key(prepared, *object, *id, value)));
    let owners: BTreeSet<Uid> = owners.collect();
    owners.len() == 1 || unique.count() == 0
}
