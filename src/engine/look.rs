//! Records as people look at them: values and segments as of now. Nothing is
//! decided by it.

use super::evaluate::{Notes, Scope, holds_directly};
use super::record::RecordCell;
use super::{Prepared, State};
use crate::base::Timestamp;
use crate::model::{PropertyId, SegmentId, Value};
use crate::plan::Condition;

impl State {
    /// The value of a property: stored, built in or computed.
    #[must_use]
    pub fn value(&self, record: &RecordCell, property: PropertyId) -> Option<Value> {
        let notes = Notes::default();
        Scope::of(self.prepared(), record, self.now, &notes).own(property)
    }

    /// Whether a record is in a segment.
    #[must_use]
    pub fn is_member(&self, record: &RecordCell, segment: SegmentId) -> bool {
        let notes = Notes::default();
        let scope = Scope::of(self.prepared(), record, self.now, &notes);
        scope.in_segment(segment) == Some(true)
    }

    /// Whether a condition of another program holds for a record at an instant.
    /// All that it names must have the same place in both programs.
    #[must_use]
    pub fn would_hold(
        &self,
        record: &RecordCell,
        (prepared, condition): (&Prepared, &Condition),
        now: Timestamp,
    ) -> bool {
        // A scope is made only where stored values do not tell.
        holds_directly(prepared, record, condition).unwrap_or_else(|| {
            let notes = Notes::default();
            let scope = Scope::of(prepared, record, now, &notes);
            scope.holds(condition)
        })
    }

    /// The next instant after another one at which time alone can make such a
    /// condition another for a record (E12); `None`: never. It may be too early.
    #[must_use]
    pub fn would_turn(
        &self,
        record: &RecordCell,
        (prepared, condition): (&Prepared, &Condition),
        now: Timestamp,
    ) -> Option<Timestamp> {
        let notes = Notes::default();
        let scope = Scope::of(prepared, record, now, &notes);
        scope.turns(&condition.expression)
    }
}
