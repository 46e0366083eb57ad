//! When conditions on the past turn, memberships of linked records, and which
//! record is chosen: what was counted comes within its bounds once, and leaves
//! them once.

use super::super::count::{Bounds, Extent};
use super::super::{Evaluation, View};
use super::course::{Course, earlier};
use crate::base::Timestamp;
use crate::engine::kept::{Counter, Kept};
use crate::engine::prepared::{Bound, Trace};
use crate::model::{SegmentId, Value};
use crate::plan::{Expression, Past, Refinement, Root, Way};

impl<'s> Evaluation<'s, '_> {
    /// Until when a condition on the past stays as it is.
    pub(super) fn past_turn(self, past: &'s Past, member: Option<View<'s>>) -> Option<Timestamp> {
        match past {
            Past::Happened(happened) => {
                let record = self.subject(happened.member, member)?;
                let Some(Kept::Counted(counter)) = self.kept(record, past) else {
                    return None;
                };
                let traces = &self.scope.prepared.traces;
                let Trace::Counted(of) = traces.get(traces.read_by(past)?)? else {
                    return None;
                };
                let scope = self.scope.of_project();
                let of_project = Evaluation {
                    scope: &scope,
                    expression: self.expression,
                    this: self.this,
                };
                of_project.counter_turn((counter, of.bound), &happened.refinements)
            }
            Past::Changed { value, period, .. } => {
                let (record, _) = self.owner(*value, member)?;
                let Some(Kept::At(at)) = self.kept(record, past) else {
                    return None;
                };
                self.period_turn(&Value::Datetime(*at), *period)
            }
            Past::Was { other, .. } => self.all_settled([*other], member),
            Past::InSegment(segment) => self.segment_turn(*segment, member?),
            Past::Workflow { .. } | Past::Imported { .. } => None,
        }
    }

    /// Until when what was counted lies within its bounds, or not yet. What was
    /// first leaves first, and comes first.
    fn counter_turn(
        self,
        (counter, bound): (&Counter, Bound),
        refinements: &[Refinement],
    ) -> Option<Timestamp> {
        let course = match bound {
            Bound::Fixed => return None,
            Bound::Days => Course::rising(true, None),
            Bound::Instants => Course::rising(false, None),
        };
        let at = |at: Timestamp, asks: &dyn Fn(Bounds<'_, '_>) -> bool| {
            let notes = super::Notes::default();
            let scope = self.scope.at(at, &notes);
            asks(Bounds {
                scope: &scope,
                refinements,
            })
        };
        let now = Bounds {
            scope: self.scope,
            refinements,
        };
        let extents: Vec<Extent> = now.extents(counter);
        let leaves = extents.iter().find(|extent| now.is_above(**extent));
        let comes = extents.iter().find(|extent| !now.is_below(**extent));
        let leaves = leaves.and_then(|extent| {
            let gone = |then| at(then, &|bounds| !bounds.is_above(*extent));
            self.first(course, None, gone)
        });
        let comes = comes.and_then(|extent| {
            let there = |then| at(then, &|bounds| bounds.is_below(*extent));
            self.first(course, None, there)
        });
        earlier(leaves, comes)
    }

    /// Until when a record stays in a segment, or out of it.
    pub(super) fn segment_turn(self, segment: SegmentId, of: View<'s>) -> Option<Timestamp> {
        let condition = self.scope.prepared.segment(segment)?;
        if let View::Own(_) = of {
            return self.scope.alone().may_turn(&condition.expression);
        }
        let inside = Evaluation {
            scope: self.scope,
            expression: &condition.expression,
            this: of,
        };
        inside.all_settled(condition.expression.root(), None)
    }

    /// Until when a way leads to the same record.
    pub(super) fn way_turn(self, way: &'s Way, member: Option<View<'s>>) -> Option<Timestamp> {
        let Root::Chosen(choice) = &way.root else {
            return None;
        };
        let filter = choice.filter.as_ref().map(|filter| &filter.expression);
        let by = choice.by.as_ref().map(|(by, _)| by);
        let parts: Vec<&'s Expression> = filter.into_iter().chain(by).collect();
        let members = self.members(&choice.from, member).into_iter();
        let each = members.flat_map(|one| {
            parts.iter().map(move |part| {
                let inside = Evaluation {
                    expression: part,
                    ..self
                };
                inside.all_settled(part.root(), Some(one))
            })
        });
        each.fold(self.way_turn(&choice.from.from, member), earlier)
    }
}
