//! What records keep of their past, by what the conditions of the new program
//! read of it (V6). What no condition has read before is gathered by whoever
//! keeps the history.

use std::collections::BTreeMap;

use super::Migration;
use super::names::Names;
use crate::engine::evaluate::is_asked;
use crate::engine::kept::{Kept, Past, TraceId};
use crate::engine::prepared::{Prepared, Trace};
use crate::engine::record::RecordCell;
use crate::model::{Type, Value};
use crate::semantic::hir::WorkflowTest;

/// What records keep in the old program → what that is in the new one.
pub(super) fn traces(old: &Prepared, new: &Prepared, names: &Names) -> BTreeMap<TraceId, TraceId> {
    let traces = &new.traces;
    let to = |id: TraceId, trace: &Trace| match trace {
        Trace::Had(object, property, _) => {
            let of = names.object(*object)?;
            traces.had(of.id, of.property(*property)?.id)
        }
        Trace::Changed(object, property) => {
            let of = names.object(*object)?;
            traces.changed(of.id, of.property(*property)?.id)
        }
        Trace::Workflow(test, workflow) => traces.workflow(*test, names.workflow(*workflow)?),
        Trace::Imported(name) => traces.imported(name),
        Trace::Member(_) => None,
        Trace::Counted(_) => traces.named(old.traces.name(id)),
    };
    let pairs = old.traces.iter();
    pairs
        .filter_map(|(id, trace)| Some((id, to(id, trace)?)))
        .collect()
}

/// What a program reads of the past that another did not read, so that no
/// record keeps it.
pub(in crate::engine) fn to_gather(old: &Prepared, new: &Prepared) -> Vec<TraceId> {
    let names = Names::between(old, new);
    let kept: BTreeMap<TraceId, TraceId> = names.traces().iter().map(|(a, b)| (*b, *a)).collect();
    let gathered = new.traces.iter().filter(|(id, trace)| match trace {
        // What a record is inside of, and has been, it knows itself.
        Trace::Member(_)
        | Trace::Workflow(WorkflowTest::Active | WorkflowTest::EverEnrolled, _) => false,
        Trace::Had(_, _, asked) => {
            let before = kept.get(id).and_then(|old_id| old.traces.get(*old_id));
            match (before, asked) {
                (Some(Trace::Had(_, _, None)), _) => false,
                (Some(Trace::Had(object, property, Some(before))), Some(asked)) => {
                    let cast = names.object(*object).and_then(|of| of.property(*property));
                    let cast = cast.map(|cast| {
                        let cast = before.iter().filter_map(|value| cast.cast(value).0);
                        cast.collect::<Vec<Value>>()
                    });
                    !cast.is_some_and(|before| asked.iter().all(|value| before.contains(value)))
                }
                _ => true,
            }
        }
        _ => !kept.contains_key(id),
    });
    gathered.map(|(id, _)| id).collect()
}

impl Migration<'_> {
    /// What a record keeps of its past, and what it knows of it by itself.
    pub(super) fn past(&self, old: &RecordCell, cell: &mut RecordCell) {
        for (id, kept) in old.past.iter() {
            if let Some(to) = self.names.trace(id) {
                cell.past.set(to, Some(self.kept(id, kept)));
            }
        }
        for (id, kept) in self.gathered.get(&old.id).into_iter().flat_map(Past::iter) {
            cell.past.set(id, Some(kept.clone()));
        }
        for (id, trace) in self.new.traces.iter() {
            match trace {
                Trace::Had(object, property, _) if *object == cell.object => {
                    if let Some(value) = cell.value(*property).cloned() {
                        self.has(cell, (id, trace), value);
                    }
                }
                Trace::Workflow(test, workflow) => {
                    let program = &self.new.program;
                    let is = match test {
                        WorkflowTest::Active => cell.is_inside_any(program, *workflow),
                        WorkflowTest::EverEnrolled => cell.has_been_in(*workflow),
                        WorkflowTest::Completed | WorkflowTest::MetGoal => continue,
                    };
                    cell.past.set(id, is.then_some(Kept::Yes));
                }
                _ => {}
            }
        }
    }

    /// What a record has, it had.
    fn has(&self, cell: &mut RecordCell, (id, trace): (TraceId, &Trace), value: Value) {
        let Trace::Had(object, property, _) = trace else {
            return;
        };
        let property = &self.new.program.catalog.objects[*object].properties[*property];
        let mut values = match cell.past.get(id) {
            Some(Kept::Values(values)) => values.clone(),
            _ => Vec::new(),
        };
        if is_asked(trace, &value, property.ty == Type::Email) && !values.contains(&value) {
            values.push(value);
            cell.past.set(id, Some(Kept::Values(values)));
        }
    }

    fn kept(&self, id: TraceId, kept: &Kept) -> Kept {
        let (Kept::Values(values), Some(Trace::Had(object, property, _))) =
            (kept, self.old.traces.get(id))
        else {
            return kept.clone();
        };
        let object = self.names.object(*object);
        let of = object.and_then(|object| object.property(*property));
        let values = values.iter();
        Kept::Values(
            values
                .filter_map(|value| of.and_then(|of| of.cast(value).0))
                .collect(),
        )
    }
}
