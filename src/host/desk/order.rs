//! Orders: what they bring, and what came of it. What an input does is not
//! known here.

use super::outcome;
use super::rows::rows;
use super::wire::{Ask, Batch, Imported, Line, Reply, Words};
use crate::engine::decision::Answer;
use crate::engine::{Effects, Event, Input};
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
        Ask::Retry { .. } => Err(Reply::refused("putting actions back is not built yet")),
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
        Ask::Import(batch) => match table(core, batch) {
            Ok(rows) => Reply::Imported(Imported {
                actions,
                ..imported(&rows, &effects)
            }),
            Err(reply) => reply,
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

fn imported(rows: &[Result<Input, String>], effects: &[Effects]) -> Imported {
    let mut imported = Imported::default();
    let mut effects = effects.iter();
    for (place, row) in rows.iter().enumerate() {
        let answer = match row {
            Ok(_) => effects.next().and_then(|effects| effects.answer.as_ref()),
            Err(reason) => {
                imported.rejects.push((place, reason.clone()));
                continue;
            }
        };
        match answer {
            Some(Answer::Created(_)) => imported.created += 1,
            Some(Answer::Duplicate) => imported.before += 1,
            Some(Answer::Refused(reason) | Answer::NoRecord(reason)) => {
                imported.rejects.push((place, reason.to_string()));
            }
            Some(Answer::Accepted(_) | Answer::Released) | None => imported.updated += 1,
        }
    }
    imported
}
