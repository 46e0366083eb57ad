//! Loops: a path that comes back to a wait at the instant at which this wait
//! let it through does not go round within that instant without end.

use super::At;
use crate::base::{Timestamp, Uid};
use crate::engine::draft::Draft;
use crate::plan::{Moment, StepKind, Wait};

/// How long a wait lasts at least to which a loop comes back at once.
const A_MINUTE: std::time::Duration = std::time::Duration::from_secs(60);

impl Draft<'_> {
    /// Whether a wait has let this path through at this very instant.
    pub(super) fn comes_round(&self, at: At<'_>) -> bool {
        let of = self.after.enrolment(at.enrolment);
        of.is_some_and(|of| of.has_passed(at.place, at.from))
    }

    /// Notes that a wait lets a path through, where the path may come back.
    pub(super) fn lets_through(&mut self, enrolment: Uid, step: usize, at: Timestamp) {
        let of = self.after.enrolment(enrolment);
        let plan = of.and_then(|of| self.workflow(of.workflow));
        let mut steps = plan.into_iter().flat_map(|plan| &plan.steps);
        if steps.any(|step| matches!(step.kind, StepKind::Goto(_))) {
            self.change_enrolment(enrolment, |of| of.pass(step, at));
        }
    }

    /// Until when a wait lasts that a loop has come back to.
    pub(super) fn next_time(&self, at: At<'_>, wait: &Wait) -> Timestamp {
        next_time(wait, at.from, |moment, from| {
            self.moment(at.enrolment, moment, from)
        })
    }
}

/// Until when a wait lasts that a loop has come back to: the next time of day,
/// weekday or date after this instant; where there is none, a minute.
pub(in crate::engine) fn next_time(
    wait: &Wait,
    from: Timestamp,
    first: impl Fn(&Moment, Timestamp) -> Option<Timestamp>,
) -> Timestamp {
    let later = from.checked_add(std::time::Duration::from_micros(1));
    let next = match (wait, later) {
        (Wait::Until { moment, .. }, Ok(later)) => first(moment, later),
        _ => None,
    };
    let next = next.filter(|next| *next > from);
    next.unwrap_or_else(|| soon(from))
}

/// The end of the shortest wait to which a loop comes back.
pub(super) fn soon(from: Timestamp) -> Timestamp {
    from.checked_add(A_MINUTE).unwrap_or(Timestamp::MAX)
}
