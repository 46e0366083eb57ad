//! What happened to a record, out of the archive. How it is shown is not known
//! here.

use super::wire::{Reply, Words};
use crate::base::{Uid, nearest};
use crate::engine::State;
use crate::host::replay::past::{self, Told};
use crate::host::store::Store;
use crate::host::view;
use crate::store::archive::Row;

/// The entries of a record; those of one workflow, if one is named.
pub(super) fn history(
    (store, behind): (&Store, &[Row]),
    state: &State,
    (record, workflow): (&str, Option<&str>),
) -> Reply {
    let Some(id) = Uid::parse(record) else {
        return Reply::refused(format!("`{record}` is no id of a record"));
    };
    // Its history is that too of the records that were merged into it (L4).
    let merged = state.record(id).map(|cell| cell.merged.iter().copied());
    let ids: Vec<Uid> = std::iter::once(id)
        .chain(merged.into_iter().flatten())
        .collect();
    let text = match view::history(store, &ids, behind) {
        Ok(text) => text,
        Err(error) => {
            return Reply::Failed(Words {
                message: error.to_string(),
                help: None,
            });
        }
    };
    let told = match past::about(&text, &ids) {
        Ok(told) => told,
        Err(line) => {
            return Reply::Failed(Words {
                message: format!("the history of `{record}` is damaged at line {line}"),
                help: None,
            });
        }
    };
    match chosen(told, workflow) {
        Ok(told) => Reply::History {
            lines: told.into_iter().map(|told| told.line).collect(),
        },
        Err(words) => Reply::Refused(words),
    }
}

fn chosen(mut told: Vec<Told>, workflow: Option<&str>) -> Result<Vec<Told>, Words> {
    let Some(name) = workflow else {
        return Ok(told);
    };
    let known = told.iter().filter_map(|told| told.field("workflow"));
    if !known.clone().any(|known| known == name) {
        let help = match nearest(name, known) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`flow history` without `--workflow` shows all".into(),
        };
        return Err(Words {
            message: format!("no workflow `{name}` has done anything with this record"),
            help: Some(help),
        });
    }
    told.retain(|told| told.field("workflow") == Some(name));
    Ok(told)
}
