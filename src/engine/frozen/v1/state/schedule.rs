//! Where schedules stand: a section of the head, which is written only where
//! there are any.

use super::ThawError;
use super::bytes::{Reader, Writer};
use super::table;
use crate::engine::prepared::Prepared;
use crate::engine::schedule::{Cursor, Run, ScheduleId};
use crate::engine::state::{Cursors, Image};

pub(super) fn freeze(image: &Image, out: &mut Writer<'_>) {
    out.count(image.schedules.len());
    for ((workflow, place), cursor) in &image.schedules {
        let plan = image.prepared.workflow(*workflow);
        let schedule = plan.and_then(|plan| plan.schedules.get(*place));
        out.text(plan.map_or("", |plan| plan.name().as_str()));
        out.text(schedule.map_or("", |schedule| &schedule.text));
        out.moment(cursor.last);
        out.flag(cursor.run.is_some());
        if let Some(run) = cursor.run {
            out.moment(run.due);
            out.moment(run.next);
            out.id(run.after);
        }
    }
}

pub(super) fn thaw(prepared: &Prepared, from: &mut Reader<'_>) -> Result<Cursors, ThawError> {
    let mut cursors = Cursors::new();
    for _ in 0..from.count()? {
        let workflow = table::workflow(&prepared.program.catalog, from.text()?)?;
        let text = from.text()?;
        let place = |cursors: &Cursors| -> Option<ScheduleId> {
            let schedules = prepared.workflow(workflow)?.schedules.iter().enumerate();
            let mut same = schedules.filter(|(_, schedule)| schedule.text == text);
            let found = same.find(|(place, _)| !cursors.contains_key(&(workflow, *place)))?;
            Some((workflow, found.0))
        };
        let id = place(&cursors);
        let id = id.ok_or_else(|| ThawError::Missing("schedule", text.to_owned()))?;
        let last = from.moment()?;
        let run = match from.flag()? {
            true => Some(Run {
                due: from.moment()?,
                next: from.moment()?,
                after: from.id()?,
            }),
            false => None,
        };
        cursors.insert(id, Cursor { last, run });
    }
    Ok(cursors)
}
