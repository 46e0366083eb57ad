//! Records that time alone concerns (E12): each has one wake, the earliest
//! instant at which a condition of a workflow of its object can turn for it, or
//! a date trigger comes. One wake instead of one for each condition: it is
//! easier to keep right, and a record has one entry however many conditions
//! read it.
// INVARIANT: a wake stands until it comes, or until a change moves it. Where a
// condition turns nothing for long, it is only to look again and depends on when
// it was worked out, so that nothing else may work it out anew: frozen states
// hold it, and a publication that changes no condition of a record leaves it.

use super::decision::{Change, Wake};
use super::draft::Draft;
use super::evaluate::{Notes, Scope};
use super::prepared::{Part, Prepared};
use super::record::RecordCell;
use crate::base::Timestamp;

/// When time alone next turns something for a record, after an instant.
pub(super) fn next(prepared: &Prepared, cell: &RecordCell, after: Timestamp) -> Option<Timestamp> {
    let of = prepared
        .timely(cell.object)
        .filter(|_| cell.gone.is_none())?;
    let notes = Notes::default();
    let mut first: Option<Timestamp> = None;
    for of in &of.plans {
        let Some(plan) = prepared.workflow(of.id) else {
            continue;
        };
        let own = Scope {
            timetable: prepared.timetable(of.id),
            ..Scope::of(prepared, cell, after, &notes)
        };
        // It is the same segment for all who hear of it (D1).
        let usual = Scope::of(prepared, cell, after, &notes);
        let mut inside = cell.enrolments.iter();
        let is_inside = inside.any(|enrolment| enrolment.workflow == of.id);
        for part in &of.parts {
            if !is_inside && of.needs_inside(*part) {
                continue;
            }
            let scope = match part {
                Part::Segment(_) | Part::Awaited(_) => &usual,
                _ => &own,
            };
            let turn = match part {
                Part::Date(place) => plan
                    .dates
                    .get(*place)
                    .and_then(|trigger| super::date_trigger::next(scope, trigger, after)),
                part => prepared
                    .turning(plan, *part)
                    .and_then(|condition| scope.turns(&condition.expression)),
            };
            first = match (first, turn) {
                (Some(first), Some(turn)) => Some(first.min(turn)),
                (first, turn) => first.or(turn),
            };
        }
    }
    first
}

impl Draft<'_> {
    /// The places of the workflows that time concerns, in the order of names
    /// (I6).
    pub(super) fn turning(&self) -> Vec<usize> {
        let of = self.world.prepared.timely(self.after.object);
        let plans = of.iter().flat_map(|of| &of.plans);
        let mut places: Vec<usize> = plans.map(|of| of.of.index()).collect();
        places.dedup();
        places
    }

    /// Works out anew when time next concerns the record, where that may have
    /// changed. What is woken late goes on from its time, so that nothing in
    /// between is passed over.
    pub(super) fn set_wake(&mut self) {
        let prepared = self.world.prepared;
        let Some(of) = prepared.timely(self.after.object) else {
            return;
        };
        let mut changes = self.decision.changes.iter();
        let has_moved = changes.any(|change| matches!(change, Change::Been(..) | Change::Left(_)));
        let is_another = self.before.gone.is_some() != self.after.gone.is_some();
        let is_due = self.woken.is_some() || self.rebased || is_another;
        if !self.world.published || !(is_due || of.concerns(&self.touched, has_moved)) {
            return;
        }
        let since = self.woken.unwrap_or(self.world.now);
        let next = next(prepared, &self.after, since);
        self.decision.wake = next.map_or(Wake::Never, Wake::At);
    }
}
